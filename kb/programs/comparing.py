"""Programs side by side: one row an attribute, each cell the values that sources state for it.

Values are never averaged and none is dropped: those that disagree stand side by side, the newest
first. An empty cell means "not stated in sources"; a source that says "none" is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, computed_field

from kb.programs import wording
from kb.programs.citing import Cited, apart, cited_terms
from kb.programs.conditions import Figure, Offer, Rule, Strings, Words
from kb.programs.conflicts import different_sources, figures_differ, rules_differ, strings_differ
from kb.programs.program import Names, Program, ProgramKind, Status, Term, TermField
from kb.programs.rendering import STATUSES
from kb.programs.wording import Called, as_written, both
from kb.records import Grade

Attribute = Literal[
    "offer", "gpus", "gpu_hours", "credits", "price_basis", "price_per_gpu_hour", "duration",
    "stage", "raised", "portfolio", "region", "age", "other_rules",
    "equity", "investment", "commitment", "exclusivity", "revenue_share", "other_strings",
    "apply", "valid", "status",
]  # fmt: skip
ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)
_GRADES: tuple[Grade, ...] = get_args(Grade)
NOT_STATED = both("not stated in sources", "来源未说明")

_RULE_ROWS: dict[str, Attribute] = {
    "stage": "stage", "raised": "raised", "portfolio": "portfolio", "region": "region",
    "age": "age", "other": "other_rules",
}  # fmt: skip
_STRING_ROWS: dict[str, Attribute] = {
    "equity": "equity", "investment": "investment", "commitment": "commitment",
    "exclusivity": "exclusivity", "revenue_share": "revenue_share",
}  # fmt: skip
# Where a term stands that states no value: its few words are shown instead.
_IN_WORDS: dict[TermField, Attribute] = {
    "offer": "offer", "price": "price_basis", "duration": "duration",
    "eligibility": "other_rules", "strings": "other_strings", "investment": "investment",
    "apply": "apply", "status": "status",
}  # fmt: skip


class Stated(BaseModel):
    """One stated value. `typed` is the record's value as JSON, None where the source states it in
    words only. `disagrees`: another source in this cell states something else. `citation` is the
    newest term that states it, of several as new the one of the best grade; `also` the others."""

    text: Words
    typed: Any = None
    disagrees: bool = False
    citation: Cited | None
    also: list[Cited] = Field(default_factory=list)


class Cell(BaseModel):
    """What sources state about one attribute of one program, newest first; empty: not stated."""

    stated: list[Stated]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def text(self) -> Words:
        """The cell in words; "not stated in sources" where it is empty."""
        told = {value.text.en: value.text.zh_hans for value in self.stated}
        return both("; ".join(told), "；".join(told.values())) if told else NOT_STATED

    @computed_field  # type: ignore[prop-decorator]
    @property
    def disagree(self) -> bool:
        """Whether two sources contradict each other here."""
        return any(value.disagrees for value in self.stated)


class Row(BaseModel):
    """One attribute, with a cell for each program in the order of the grid's columns."""

    attribute: Attribute
    cells: list[Cell]


class Column(BaseModel):
    """One program of a grid."""

    id: str
    name: Names
    sponsor: Names
    kind: ProgramKind
    status: Status


class Grid(BaseModel):
    """Programs as columns, attributes as rows; every attribute has its row."""

    programs: list[Column]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a term before it stands in a cell; `differs` compares it with another one of its
    attribute from another source."""

    attribute: Attribute
    text: Words
    typed: Any
    term: Term
    citation: Cited
    differs: Callable[[Any], bool]
    compared: Any = None


def compare(programs: Sequence[Program], called: Called = as_written) -> Grid:
    """The grid of several programs, in the given order. `called` names the parties of rules."""
    columns = [
        Column(id=p.id, name=p.name, sponsor=p.sponsor, kind=p.kind, status=p.status)
        for p in programs
    ]
    cells = [attributes_of(program, called) for program in programs]
    rows = [Row(attribute=name, cells=[each[name] for each in cells]) for name in ATTRIBUTES]
    return Grid(programs=columns, rows=rows)


def attributes_of(program: Program, called: Called = as_written) -> dict[Attribute, Cell]:
    """Every attribute of a program with what sources state about it."""
    values = values_of(program, called)
    cells: dict[Attribute, Cell] = {}
    for name in ATTRIBUTES:
        own = [value for value in values if value.attribute == name]
        own.sort(key=lambda value: _GRADES.index(value.term.grade))
        own.sort(key=lambda value: value.term.as_of or "", reverse=True)
        cells[name] = Cell(stated=_each_once(own))
    cells["status"].stated.insert(0, _status(program))
    return cells


def _each_once(values: Sequence[Value]) -> list[Stated]:
    """The values of a cell; one that several terms state stands once, where the first does."""
    odd = {n for pair in disagreeing(values) for n in pair}
    stated: dict[str, Stated] = {}
    for n, value in enumerate(values):
        first = stated.setdefault(
            value.text.en, Stated(text=value.text, typed=value.typed, citation=value.citation)
        )
        first.disagrees = first.disagrees or n in odd
        known = [cited.number for cited in (first.citation, *first.also) if cited]
        if value.citation.number not in known:
            first.also.append(value.citation)
    return list(stated.values())


def _status(program: Program) -> Stated:
    """The record's own word for how the program stands, with the newest term about it."""
    said = [(term.as_of or "", cited) for term, cited in cited_terms(program)]
    about = [
        cited for _, cited in sorted(said, key=lambda each: each[0]) if cited.field == "status"
    ]
    text = both(*STATUSES[program.status])
    return Stated(text=text, typed=program.status, citation=about[-1] if about else None)


def values_of(program: Program, called: Called = as_written) -> list[Value]:
    """Every typed value that a program's terms state."""
    cited = cited_terms(program)
    return [value for term, where in cited for value in _values(term, where, called)]


def disagreeing(values: Sequence[Value]) -> list[tuple[int, int]]:
    """The places of each two values that cannot both be right: of one attribute, from different
    sources, said of the same time."""
    return [
        (n, m)
        for n, one in enumerate(values)
        for m, other in enumerate(values[:n])
        if one.attribute == other.attribute
        and different_sources(one.term, other.term)
        and not apart(one.term, other.term)
        and one.compared is not None
        and other.compared is not None
        and one.differs(other.compared)
    ]


def _values(term: Term, cited: Cited, called: Called) -> Iterator[Value]:
    typed = [
        *(value for offer in term.offers for value in _offered(offer, term, cited)),
        *(_ruled(rule, term, cited, called) for rule in term.rules),
        *(_asked(strings, term, cited) for strings in term.strings),
    ]
    yield from typed
    if term.contact:
        yield _plain("apply", both(term.contact, term.contact), term.contact, term, cited)
    elif not typed and term.field in _IN_WORDS and (term.short or term.field != "status"):
        words = term.short or Names.model_construct(en=term.en, zh_hans=term.zh_hans)
        yield _plain(_IN_WORDS[term.field], both(words.en, words.zh_hans), None, term, cited)
    if term.valid_from or term.valid_to:
        yield _plain("valid", _times(term), [term.valid_from, term.valid_to], term, cited)


def _offered(offer: Offer, term: Term, cited: Cited) -> Iterator[Value]:
    """The attributes that one offer states; the GPU and the tier are part of each."""
    typed = offer.model_dump(mode="json", by_alias=True, exclude_none=True)
    gpu = (offer.gpu or "").casefold()
    tier = (offer.for_whom.en.casefold() if offer.for_whom else "", offer.planned)

    def value(attribute: Attribute, text: Words, figure: Figure | str) -> Value:
        def differs(other: tuple[str, tuple[str, bool], Figure | str]) -> bool:
            same_thing = (gpu, tier) == other[:2]
            if isinstance(figure, Figure) and isinstance(other[2], Figure):
                return same_thing and figures_differ(figure, other[2])
            return same_thing and figure != other[2]

        return Value(
            attribute, _qualified(text, offer), typed, term, cited, differs, (gpu, tier, figure)
        )

    if offer.count is not None:
        count = wording.figure(offer.count)
        name = offer.gpu or "GPU"
        yield value("gpus", both(f"{count.en} {name}s", f"{count.zh_hans}块{name}"), offer.count)
    elif offer.gpu is not None:
        yield _plain("gpus", _qualified(both(offer.gpu, offer.gpu), offer), typed, term, cited)
    if offer.gpu_hours is not None:
        hours = wording.figure(offer.gpu_hours)
        name = offer.gpu or "GPU"
        yield value(
            "gpu_hours",
            both(f"{hours.en} {name}-hours", f"{hours.zh_hans} {name}卡时"),
            offer.gpu_hours,
        )
    if offer.credits is not None:
        yield value("credits", wording.money(offer.credits), offer.credits)
    if offer.price_basis is not None:
        told = both(*wording.PRICE_BASES[offer.price_basis])
        yield value("price_basis", told, offer.price_basis)
    if offer.price_per_gpu_hour is not None:
        price = wording.money(offer.price_per_gpu_hour)
        named = both(f"{price.en} {offer.gpu}", f"{offer.gpu} {price.zh_hans}")
        yield value("price_per_gpu_hour", named if offer.gpu else price, offer.price_per_gpu_hour)
    if offer.months is not None:
        yield value("duration", wording.months(offer.months, term.en), offer.months)
    if offer.weeks is not None:
        yield value("duration", wording.weeks(offer.weeks), _in_months(offer.weeks))


def _qualified(text: Words, offer: Offer) -> Words:
    """A value with its tier, and marked where it is only planned."""
    told = wording.for_whom(text, offer.for_whom)
    return both(f"planned: {told.en}", f"计划中：{told.zh_hans}") if offer.planned else told


def _in_months(weeks: Figure) -> Figure:
    """Weeks as months, to compare them."""
    stated = weeks.model_dump(exclude_none=True)
    return Figure(**{form: round(value * 12 / 52, 3) for form, value in stated.items()})


def _ruled(rule: Rule, term: Term, cited: Cited, called: Called) -> Value:
    return Value(
        _RULE_ROWS[rule.kind],
        wording.for_whom(wording.rule(rule, called), rule.for_whom),
        rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"kind": rule.kind},
        term,
        cited,
        lambda other: rules_differ(rule, other),
        rule,
    )


def _asked(strings: Strings, term: Term, cited: Cited) -> Value:
    bare = strings.asked and not (strings.percent or strings.amount or strings.months)
    told = wording.strings(strings)
    if bare and term.short:  # a few words of the source say more than "yes"
        told = both(term.short.en, term.short.zh_hans)
    return Value(
        _STRING_ROWS[strings.kind],
        told,
        strings.model_dump(mode="json", exclude_none=True),
        term,
        cited,
        lambda other: strings_differ(strings, other),
        strings,
    )


def _plain(attribute: Attribute, text: Words, typed: Any, term: Term, cited: Cited) -> Value:
    """A value that is shown and not compared."""
    return Value(attribute, text, typed, term, cited, lambda _other: False)


def _times(term: Term) -> Words:
    begin = wording.day(term.valid_from) if term.valid_from else None
    end = wording.day(term.valid_to) if term.valid_to else None
    if begin and end:
        return both(f"{begin.en} to {end.en}", f"{begin.zh_hans}至{end.zh_hans}")
    if begin:
        return both(f"from {begin.en}", f"自{begin.zh_hans}起")
    return both(f"until {end.en}", f"至{end.zh_hans}") if end else both("", "")
