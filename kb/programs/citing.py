"""Where a program's terms stand in its text: the citation that goes with each stated value."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from kb.programs.conditions import Words
from kb.programs.partial_dates import bounds
from kb.programs.program import Program, Term, TermField
from kb.programs.rendering import in_shown_order, publisher, render
from kb.programs.wording import both
from kb.records import Grade

Standing = Literal["current", "past", "future"]


class Span(BaseModel):
    """A stretch of a program's text: `text[start:end]` is the quoted sentence."""

    start: int
    end: int


class Cited(BaseModel):
    """A term as a citation. `version` and the spans (by language) lead into the program's text;
    `number` counts the program's terms from 0 in the order in which they are shown."""

    source: str
    version: str
    number: int
    field: TermField
    grade: Grade
    publisher: str
    publisher_zh_hans: str = Field(serialization_alias="publisher-zh-Hans")
    as_of: str | None
    valid_from: str | None
    valid_to: str | None
    quote: Words
    spans: dict[Literal["en", "zh-Hans"], Span]


def cited_terms(program: Program) -> list[tuple[Term, Cited]]:
    """The terms of a program in shown order, each with its citation."""
    terms = in_shown_order(program)
    document = render(program)
    found = []
    for number, term in enumerate(terms):
        english, chinese = document.passages[number], document.passages[number + len(terms)]
        cited = Cited(
            source=program.id,
            version=document.source.version,
            number=number,
            field=term.field,
            grade=term.grade,
            publisher=publisher(term, 0),
            publisher_zh_hans=publisher(term, 1),
            as_of=term.as_of,
            valid_from=term.valid_from,
            valid_to=term.valid_to,
            quote=both(english.text, chinese.text),
            spans={
                "en": Span(start=english.start, end=english.end),
                "zh-Hans": Span(start=chinese.start, end=chinese.end),
            },
        )
        found.append((term, cited))
    return found


def standing(term: Term | Cited, today: date) -> Standing:
    """Whether a term holds on a day, by the dates that it states; current where it states none."""
    if term.valid_to is not None and bounds(term.valid_to)[1] < today:
        return "past"
    if term.valid_from is not None and bounds(term.valid_from)[0] > today:
        return "future"
    return "current"


def apart(one: Term | Cited, other: Term | Cited) -> bool:
    """Whether two terms held at different times, by the dates that they state."""
    first, second = _times(one), _times(other)
    return first[1] < second[0] or second[1] < first[0]


def _times(term: Term | Cited) -> tuple[date, date]:
    return (
        bounds(term.valid_from)[0] if term.valid_from else date.min,
        bounds(term.valid_to)[1] if term.valid_to else date.max,
    )
