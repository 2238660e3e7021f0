"""One comparison of a public calculator with ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a calculator prints (`theirs`), what we print, and a known figure with its origin.

    `wrong`: the calculator's figure cannot be right for these inputs, and `why` says it; False for
    one that is only rough, or says itself that it is a bound.
    """

    question: str
    unit: str
    calculator: str
    theirs: float
    ours: str
    known: float | None
    known_from: str
    why: str
    source: str
    wrong: bool
