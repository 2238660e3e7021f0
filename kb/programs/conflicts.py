"""When two sources state different things: which typed values cannot both be right."""

from __future__ import annotations

from decimal import Decimal

from kb.programs.conditions import AgeRule, Figure, Money, OtherRule, RaisedRule, Rule, Strings
from kb.programs.program import Term

_ABOUT = Decimal("0.1")
"""How far a value may lie from one that is given as about."""


def different_sources(one: Term, other: Term) -> bool:
    """Whether two terms were read in different places: one place does not contradict itself, it
    tells of different tiers."""
    return (one.publisher, one.source) != (other.publisher, other.source)


def figures_differ(one: Figure, other: Figure) -> bool:
    """Whether two figures about the same thing differ. Sums in different currencies are not
    compared. Two bounds of the same side differ where their values do."""
    if isinstance(one, Money) and isinstance(other, Money) and one.currency != other.currency:
        return False
    first, second = _single(one), _single(other)
    if first is not None and second is not None:
        loose = _ABOUT if one.about is not None or other.about is not None else Decimal(0)
        return abs(first - second) > loose * max(first, second)
    if first is not None:
        return _outside(first, other, one.about is not None)
    if second is not None:
        return _outside(second, one, other.about is not None)
    sides = ((one.at_least, other.at_least), (one.up_to, other.up_to))
    return any(a is not None and b is not None and a != b for a, b in sides)


def rules_differ(one: Rule, other: Rule) -> bool:
    """Whether two conditions of a kind ask for different things of the same company."""
    if one.kind != other.kind or isinstance(one, OtherRule) or one.usual != other.usual:
        return False
    if _tier(one) != _tier(other):
        return False
    if isinstance(one, RaisedRule) and isinstance(other, RaisedRule):
        return figures_differ(one.raised, other.raised)
    if isinstance(one, AgeRule) and isinstance(other, AgeRule):
        return one.under_years != other.under_years
    return set(getattr(one, "any_of", ())) != set(getattr(other, "any_of", ()))


def strings_differ(one: Strings, other: Strings) -> bool:
    """Whether two sources say different things of what is asked in return."""
    if one.kind != other.kind or _tier(one) != _tier(other):
        return False
    if one.asked != other.asked:
        return True
    pairs = (
        (one.percent, other.percent), (one.amount, other.amount), (one.months, other.months),
    )  # fmt: skip
    return any(a is not None and b is not None and figures_differ(a, b) for a, b in pairs)


def _tier(stated: Rule | Strings) -> str | None:
    return stated.for_whom.en.casefold() if stated.for_whom else None


def _single(stated: Figure) -> Decimal | None:
    return stated.exactly if stated.exactly is not None else stated.about


def _outside(value: Decimal, bounds: Figure, about: bool) -> bool:
    loose = value * _ABOUT if about else Decimal(0)
    low, high = bounds.at_least, bounds.up_to
    return (low is not None and value + loose < low) or (high is not None and value - loose > high)
