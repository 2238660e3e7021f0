"""Conditions that a question puts on the programs it asks to have listed ("which take no equity?"),
held against the values that the records state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import ge, gt, le, lt
from typing import Any, Literal

from assistant import cues
from assistant.question import Reading
from tools.quantities import Quantity, Unit

Name = Literal[
    "no_equity", "equity", "free", "cheap",
    "credits_least", "credits_most", "credits_above", "credits_below",
]  # fmt: skip
Verdict = bool | None
"""Whether a value meets a condition; None where it says nothing of it."""

_OTHER_SUM = cues.cue(
    r"rais(?:e|ed|ing)|invest(?:s|ed|ment|ments)?|revenue|valuation|round|loans?|price",
    r"融资|投资|收入|估值|贷款|价格|单价",
)
_BOUNDS: tuple[tuple[re.Pattern[str], Name, Callable[[Decimal, Decimal], bool]], ...] = (
    (
        cues.cue(r"at least|minimum|or more|upwards of", r"至少|以上|不低于|不少于"),
        "credits_least",
        ge,
    ),
    (cues.cue(r"at most|no more than|or less|up to", r"至多|最多|以下|不超过"), "credits_most", le),
    (
        cues.cue(r"(?:more|greater|higher|bigger) than|over|above|exceed(?:s|ing)?|north of",
                 r"超过?|多于|高于|大于"),
        "credits_above",
        gt,
    ),
    (
        cues.cue(r"(?:less|fewer|lower|smaller) than|under|below", r"不到|少于|低于|不足"),
        "credits_below",
        lt,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One condition: its name and what a value says of it, given the value's kind ("offers" or
    "strings") and the value as the record states it."""

    name: Name
    of: Callable[[str, Mapping[str, Any]], Verdict]


@dataclass(frozen=True)
class Meeting:
    """How a program stands to conditions: whether sources say that it meets all (None: of one of
    them they say nothing), and the passages that say so."""

    meets: Verdict
    passages: tuple[str, ...] = ()


def conditions(reading: Reading) -> tuple[Condition, ...]:
    """The conditions that a question names."""
    return tuple(_conditions(reading.folded, reading.quantities))


def _conditions(folded: str, quantities: Sequence[Quantity]) -> Iterator[Condition]:
    if cues.NO_EQUITY.search(folded):
        yield Condition("no_equity", partial(_equity, wanted=False))
    elif cues.FOR_EQUITY.search(folded):
        yield Condition("equity", partial(_equity, wanted=True))
    if cues.FREE_OF_CHARGE.search(folded):
        yield Condition("free", _free)
    if cues.BELOW_MARKET.search(folded):
        yield Condition("cheap", _cheap)
    sums = [q for q in quantities if q.unit is Unit.MONEY and q.currency]
    if len(sums) == 1 and not _OTHER_SUM.search(folded):
        for pattern, name, holds in _BOUNDS:
            if pattern.search(folded):
                yield Condition(name, partial(_credits, bound=sums[0], holds=holds))
                break


def meeting(record: Mapping[str, Any], wanted: Sequence[Condition]) -> Meeting:
    """How the record of a program, as `compare_programs` returns it, stands to the conditions. A
    program of several tiers meets one that any of its tiers meets."""
    found = [list(_said(record, condition)) for condition in wanted]
    if any(said and not any(verdict for verdict, _ in said) for said in found):
        return Meeting(False)
    if not all(found):
        return Meeting(None)
    firsts = (next(passage for verdict, passage in said if verdict) for said in found)
    return Meeting(True, tuple(dict.fromkeys(firsts)))


def _said(record: Mapping[str, Any], condition: Condition) -> Iterator[tuple[bool, str]]:
    for term in record["terms"]:
        for kind in ("offers", "strings"):
            for value in term.get(kind, ()):
                verdict = condition.of(kind, value)
                if verdict is not None:
                    yield verdict, term["passage"]


def _equity(kind: str, value: Mapping[str, Any], *, wanted: bool) -> Verdict:
    if kind != "strings" or value["kind"] != "equity":
        return None
    return bool(value["asked"]) is wanted


def _free(kind: str, value: Mapping[str, Any]) -> Verdict:
    if kind != "offers" or value.get("planned"):
        return None
    if "credits" in value:
        return True
    return value["price_basis"] == "free" if "price_basis" in value else None


def _cheap(kind: str, value: Mapping[str, Any]) -> Verdict:
    if kind != "offers" or "price_basis" not in value:
        return None
    return bool(value["price_basis"] != "list")


def _credits(
    kind: str,
    value: Mapping[str, Any],
    *,
    bound: Quantity,
    holds: Callable[[Decimal, Decimal], bool],
) -> Verdict:
    if kind != "offers" or "credits" not in value or value.get("planned"):
        return None
    money = value["credits"]
    if money["currency"] != bound.currency:
        return None
    most = max(Decimal(str(n)) for key, n in money.items() if key != "currency")
    return holds(most, bound.value)
