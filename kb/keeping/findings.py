"""The record of one thing that staff should look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

Severity = Literal["error", "warning"]

_SHOWN = 5  # warnings of one kind about one source; of more the rest becomes one
_PLACES = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `source` is None where it is about no single one; `place` tells where
    in it, `todo` what to do."""

    severity: Severity
    code: str
    source: str | None
    place: str
    message: str
    todo: str


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then by code, source and place; many warnings of one kind about one source
    end in one that stands for the rest."""
    ordered = sorted(findings, key=lambda one: (*_kind(one), one.place))
    return [one for _, same in groupby(ordered, _kind) for one in _shortened(list(same))]


def _kind(one: Finding) -> tuple[str, str, str]:
    return one.severity, one.code, one.source or ""


def _shortened(same: list[Finding]) -> Iterator[Finding]:
    if len(same) <= _SHOWN or same[0].severity == "error" or same[0].source is None:
        yield from same
        return
    yield from same[: _SHOWN - 1]
    rest = same[_SHOWN - 1 :]
    places = ", ".join(one.place for one in rest[:_PLACES])
    more = f" and {len(rest) - _PLACES} more" if len(rest) > _PLACES else ""
    yield replace(rest[0], place=f"{places}{more}", message=f"the same {len(rest)} times more")
