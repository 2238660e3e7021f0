"""The figures of a yes/no question against those of a sentence: equal, more, less, the most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Protocol

from assistant.builtin.yes_no.dates import dates_asked
from assistant.question import Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit, find_quantities

Relation = Literal["is", "more", "less", "most"]

_BEFORE = r"\s*(?:than|of)?\s*(?:the )?(?:us\$|[$€])?\s*$"
_MORE = re.compile(
    r"(?:more|bigger|larger|greater|higher|longer|older|over|above|exceed\w*|at least|past|beyond|"
    rf"超过|多[于过]|大于|高[于过]|长于|不止|至少|不[少低]于|逾){_BEFORE}"
)
_LESS = re.compile(
    r"(?:less|fewer|smaller|lower|shorter|younger|under|below|at most|within|"
    rf"(?<!不)少[于过]|小于|(?<!不)低[于过]|短于|不到|不超过|不足){_BEFORE}"
)
_MORE_AFTER = re.compile(r"^\s*(?:or more|plus\b|\+|以上|多)")
_LESS_AFTER = re.compile(r"^\s*(?:or less|以下|以内|之内)")
_INCLUSIVE = re.compile(rf"(?:at least|at most|within|至少|不超过|不[少低]于){_BEFORE}")
_INCLUSIVE_AFTER = re.compile(r"^\s*(?:or (?:more|less)|以[上下内]|之内)")
_AT_MOST = re.compile(r"\b(?:up to|at most|maximum|upper limit)\b|最多|最高|上限|至多")
_MOST = re.compile(r"\b(?:the most|maximum|max|highest|limit|cap|top|up to)\b|最多|最高|上限|封顶")
_ROUND = re.compile(r"\bseries ([a-h])\b|(?<![a-z])([a-h])轮")
_BEFORE_ROUND = re.compile(r"(?:before|pre-?|earlier than|not yet)\s*$|未到$")
_BEFORE_ROUND_AFTER = re.compile(r"^(?:之前|以前|前)")
_UP_TO_ROUND = re.compile(r"(?:up to|through|to|until)\s*$|(?:至|到)$")
_PAST_ROUND = re.compile(
    r"(?:past|after|beyond|finished an?|closed an?|completed an?)\s*$|完成了?$"
)
_ROUGHLY = re.compile(
    r"(?:\b(?:nearly|almost|about|around|roughly|some|approximately|close to)|将近|接近"
    r"|近|约|大约|差不多)"
    r"\s*(?:us\$|[$€])?\s*$"
)
# "spread over five years" is a length, "for over five years" more than that.
_SPREAD = re.compile(
    r"(?<!for)(?<!take)(?<!takes)(?<!last)(?<!lasts) over (?:the (?:next|last) )?$"
)
_A_LENGTH = re.compile(r"\b(?:an?|one) (year|month|week|day)\b")
_FAR = Decimal("1.5")
"""A figure so many times one that is told as "more than" is taken to be out of its reach."""
_SAME: tuple[frozenset[Unit], ...] = (
    frozenset({Unit.GPUS, Unit.COUNT}),
    frozenset({Unit.PERCENT, Unit.RATIO}),
    *(
        frozenset({unit})
        for unit in (
            Unit.MONEY, Unit.DURATION_DAYS, Unit.PRICE_PER_GPU_HOUR, Unit.PARAMS, Unit.TOKENS,
        )
    ),
)  # fmt: skip


class Asked(Protocol):
    """Something in a question that a sentence has to meet; `words` are how it stands there."""

    @property
    def words(self) -> str: ...

    def met_by(self, sentence: str) -> bool | None:
        """Whether the sentence meets it; None where it tells nothing to compare."""


@dataclass(frozen=True)
class FigureAsked:
    """A figure and how it is meant: equal to what is told, more, less, or the most; `inclusive`
    where the figure itself is meant too ("at least", 以内)."""

    words: str
    value: Decimal
    units: frozenset[Unit]
    relation: Relation
    rough: bool = False
    inclusive: bool = False

    def met_by(self, sentence: str) -> bool | None:
        """Whether the figures of the same kind in the sentence meet this one."""
        text = spelled(fold(sentence))
        told = [
            (_scaled(each), _relation(text, each))
            for each in find_quantities(text)
            if each.unit in self.units
        ]
        if not told:
            return None
        if self.relation == "most":
            top = max(value for value, _ in told)
            if top < self.value:
                return False if _AT_MOST.search(text) else None
            return top == self.value
        if self.relation == "is":
            if any(self._is(value) for value, _ in told):
                return True
            return False if len(told) == 1 else None
        outcomes = {self._compared(value, relation) for value, relation in told}
        return outcomes.pop() if len(outcomes) == 1 else None

    def _is(self, told: Decimal) -> bool:
        return _near(told, self.value, self.rough)

    def _compared(self, value: Decimal, told: Relation) -> bool | None:
        if self.relation == "more":
            if value > self.value or (value == self.value and told == "more"):
                return True
            return False if told != "more" or self.value > value * _FAR else None
        if value >= self.value:
            return False
        return True if told != "more" else None


@dataclass(frozen=True)
class RoundAsked:
    """A funding round, which a sentence names, or names another instead."""

    words: str
    letter: str
    past: bool = False

    def met_by(self, sentence: str) -> bool | None:
        """Whether the sentence names this round; None where it names none."""
        text = fold(sentence)
        told = [(text[: m.start()], text[m.end() :], m[1] or m[2]) for m in _ROUND.finditer(text)]
        if not told:
            return None
        if self.past and all(_BEFORE_ROUND.search(before) for before, _, _ in told):
            return False if all(letter <= self.letter for *_, letter in told) else None
        return any(self._within(before, letter, after) for before, after, letter in told)

    def _within(self, before: str, letter: str, after: str) -> bool:
        if _BEFORE_ROUND.search(before) or _BEFORE_ROUND_AFTER.search(after):
            return self.letter < letter
        if _UP_TO_ROUND.search(before):
            return self.letter <= letter
        return self.letter >= letter if _PAST_ROUND.search(before) else self.letter == letter


_WHOLE = re.compile(
    r"\b(?:the (?:whole|entire|full)|all (?:of )?the|100%|completely|entirely|fully)\b"
    r"|全额|全部|整个|百分之百|全包"
)


@dataclass(frozen=True)
class WholeAsked:
    """The whole of something, where a sentence may tell the share."""

    words: str

    def met_by(self, sentence: str) -> bool | None:
        """Whether the sentence tells no smaller share."""
        shares = [
            q for q in find_quantities(fold(sentence)) if q.unit in (Unit.PERCENT, Unit.RATIO)
        ]
        return not shares or max(map(_scaled, shares)) >= 100


_MOSTLY = re.compile(
    r"\b(?:most of|(?:majority|bulk) of|mostly|more than half(?! an? ))\b"
    r"|大部分|大多数|绝大多数|绝大部分|多半|大半|过半"
)
_HALF = Decimal(50)


@dataclass(frozen=True)
class MostAsked:
    """The larger part of something, which a sentence tells in these words or as a share."""

    words: str

    def met_by(self, sentence: str) -> bool | None:
        """Whether every share in the sentence is above half; without shares, whether it says so."""
        text = fold(sentence)
        told = find_quantities(text)
        shares = {_scaled(q) > _HALF for q in told if q.unit in (Unit.PERCENT, Unit.RATIO)}
        if len(shares) == 1:
            return shares.pop()
        return True if not shares and _MOSTLY.search(text) else None


def figures_asked(reading: Reading) -> tuple[Asked, ...]:
    """The figures and rounds of a question that a sentence has to meet."""
    text = spelled(reading.folded)
    rounds = tuple(
        RoundAsked(m[0], m[1] or m[2], bool(_PAST_ROUND.search(text[: m.start()])))
        for m in _ROUND.finditer(text)
    )
    parts = tuple(MostAsked(m[0]) for m in _MOSTLY.finditer(text))
    wholes = tuple(WholeAsked(m[0]) for m in _WHOLE.finditer(text))
    return (*_figures(text), *dates_asked(text), *rounds, *parts, *wholes)


def without_figures(reading: Reading) -> Reading:
    """The question without the figures that a sentence is to be held against: one that tells
    another figure answers it as well."""
    text = reading.text
    for each in reversed(find_quantities(text)):
        if any(each.unit in same for same in _SAME):
            text = f"{text[: each.start]} {text[each.end :]}"
    return replace(reading, text=text)


def _figures(text: str) -> Iterator[Asked]:
    for each in find_quantities(text):
        units = next((same for same in _SAME if each.unit in same), None)
        if units is None or (each.unit is Unit.COUNT and each.bare and each.value < 10):
            continue
        relation = _relation(text, each)
        if relation == "is" and each.unit is Unit.MONEY and _MOST.search(text):
            relation = "most"
        start = max(text.rfind(" ", 0, max(each.start - 8, 0)), 0)
        before = _MORE.search(text[start : each.start]) or _LESS.search(text[start : each.start])
        words = (before.group() if before else "") + text[each.start : each.end]
        rough = bool(_ROUGHLY.search(text[: each.start]))
        inclusive = _INCLUSIVE.search(text[: each.start]) or _INCLUSIVE_AFTER.search(
            text[each.end :]
        )
        yield FigureAsked(words, _scaled(each), units, relation, rough, bool(inclusive))


def _relation(text: str, figure: Quantity) -> Relation:
    before, after = text[: figure.start], text[figure.end :]
    if figure.unit is Unit.DURATION_DAYS and _SPREAD.search(before):
        return "is"
    if _MORE.search(before) or _MORE_AFTER.search(after) or figure.text.endswith("多"):
        return "more"
    if re.search(r"\d多", figure.text) or "多" in figure.text:
        return "more"
    return "less" if _LESS.search(before) or _LESS_AFTER.search(after) else "is"


def _scaled(figure: Quantity) -> Decimal:
    """The value; a share as a percentage."""
    return figure.value * 100 if figure.unit is Unit.RATIO else figure.value


def _near(told: Decimal, asked: Decimal, rough: bool) -> bool:
    """Whether two figures are the same as people say them: "almost half" is 49%, and "about" any
    figure that is nearer than a tenth."""
    return abs(told - asked) <= abs(asked) * Decimal("0.1" if rough else "0.03")


def spelled(text: str) -> str:
    """The text with "a year" as "1 year", so that it is a figure."""
    return _A_LENGTH.sub(r"1 \1", text)
