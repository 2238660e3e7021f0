"""Whether a tool was called with the arguments that a person's words determine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kb.texts.folding import fold
from tools.errors import ToolError
from tools.gpus import known_gpu, same_gpu
from tools.quantities import Unit, find_quantities, parse_count


def holds_arguments(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether `given` has all that is `wanted`, however it is written (7e9, "7B", 70亿)."""
    return all(name in given and same_value(value, given[name]) for name, value in wanted.items())


def same_value(wanted: Any, given: Any) -> bool:
    """Whether two values of an argument mean the same: numbers by value, GPUs by model, names by
    their words (Oxygen is a16z-oxygen), lists in any order."""
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if _is_list(wanted) or _is_list(given):
        ones, others = _as_list(wanted), _as_list(given)
        return len(ones) == len(others) and all(
            any(same_value(one, other) for other in others) for one in ones
        )
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        return holds_arguments(wanted, given)
    one, other = _number(wanted), _number(given)
    if one is not None and other is not None:
        return abs(one - other) <= abs(one) * Decimal("1e-6")
    return _same_name(str(wanted), str(given))


def _same_name(wanted: str, given: str) -> bool:
    one, other = known_gpu(wanted), known_gpu(given)
    if one is not None and other is not None:
        return same_gpu(one, other)
    words, theirs = _words(wanted), _words(given)
    return words == theirs or (bool(words) and set(words) <= set(theirs))


def _words(name: str) -> list[str]:
    return fold(name).replace("-", " ").replace("_", " ").split()


def _number(value: Any) -> Decimal | None:
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if not isinstance(value, str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        pass
    try:
        return parse_count(value)
    except ToolError:
        found = find_quantities(value)
    if len(found) != 1 or found[0].gpu or found[0].unit is Unit.DATE:
        return None
    only = found[0]
    whole = len(only.text.strip()) >= len(value.strip().strip("$¥€£")) - 1
    if not whole:
        return None
    return only.value / 100 if only.unit is Unit.PERCENT else only.value


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _as_list(value: Any) -> list[Any]:
    return list(value) if _is_list(value) else [value]
