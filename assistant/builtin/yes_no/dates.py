"""The years and months of a yes/no question against those of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.texts.folding import fold

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    rf"(?:\b(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?,? (?:\d{{1,2}}(?:st|nd|rd|th)?,? )?)?"
    r"(?<![\d.,$€])(?P<year>(?:19|20)\d\d)(?![\d%]|,\d|\.\d| ?(?:gpu|h100|块|张|美元|万|亿))"
    r"(?:年(?:(?P<month>\d{1,2})月)?)?"
)
_BEFORE = re.compile(r"\b(?:before|prior to|earlier than|until)\s+(?:the )?(?:end of )?$")
_BEFORE_AFTER = re.compile(r"^(?:之前|以前|前)")
_AFTER = re.compile(r"\b(?:after|later than)\s+(?:the )?$")
_AFTER_AFTER = re.compile(r"^(?:之后|以后)")
_WORDS = re.compile(r"\b(?:before|after|until|since|prior to|earlier than|later than|in|by)\s+$")


@dataclass(frozen=True)
class DateAsked:
    """A year, or a month of it, in which something is asked to have been, or before or after
    which."""

    words: str
    year: int
    month: int | None
    relation: Literal["in", "before", "after"]

    def met_by(self, sentence: str) -> bool | None:
        """Whether the dates of the sentence meet this one; None where it tells none, or several
        of which not all agree."""
        outcomes = {self._met(year, month) for _, year, month in _dates(fold(sentence))}
        if self.relation == "in" and True in outcomes:
            return True
        return outcomes.pop() if len(outcomes) == 1 else None

    def _met(self, year: int, month: int | None) -> bool | None:
        if year != self.year or self.month is None or month is None:
            if year == self.year and (self.relation != "in" or self.month):
                # "before 2024" shuts out all of 2024; of its months nothing is known
                return None if self.month else False
            return {"in": year == self.year, "before": year < self.year}.get(
                self.relation, year > self.year
            )
        return {"in": month == self.month, "before": month < self.month}.get(
            self.relation, month > self.month
        )


def dates_asked(text: str) -> tuple[DateAsked, ...]:
    """The dates in a folded question."""
    return tuple(_asked(text))


def _asked(text: str) -> Iterator[DateAsked]:
    for match, year, month in _dates(text):
        before, after = text[: match.start()], text[match.end() :]
        relation: Literal["in", "before", "after"] = "in"
        if _BEFORE.search(before) or _BEFORE_AFTER.search(after):
            relation = "before"
        elif _AFTER.search(before) or _AFTER_AFTER.search(after):
            relation = "after"
        lead = _WORDS.search(before)
        yield DateAsked((lead.group() if lead else "") + match.group(), year, month, relation)


def _dates(text: str) -> Iterator[tuple[re.Match[str], int, int | None]]:
    for match in _DATE.finditer(text):
        name, month = match["name"], match["month"]
        number = _MONTHS.index(name) + 1 if name else int(month) if month else None
        yield match, int(match["year"]), number
