"""Program records: what a fund's or cloud's compute program offers, term by term."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kb.programs.conditions import Offer, Rule, Strings
from kb.programs.partial_dates import bounds
from kb.records import Grade, Visibility

# How a sponsor reaches founders; a list question ("which investors ...") filters on it.
ProgramKind = Literal[
    "investor",  # a fund or accelerator that gives its companies compute
    "cloud",  # a cloud's credits or trial for startups
    "vendor",  # a chip maker's program
    "broker",  # somebody who finds other people's capacity
    "loan",  # compute bought with debt, chips as collateral
    "deal",  # an investment tied to a cloud or chip purchase
    "public",  # governments and public supercomputers
]
GIVING: tuple[ProgramKind, ...] = ("investor", "cloud", "vendor", "broker", "public")
"""Kinds of programs that give compute; loans and deals do not."""


def _as_text(given: Any) -> Any:
    """YAML reads 2026 as a number and 2026-03-15 as a date."""
    return str(given) if isinstance(given, int | date) and not isinstance(given, bool) else given


def _on_the_calendar(partial: str) -> str:
    bounds(partial)
    return partial


Status = Literal["active", "shrinking", "ended", "unknown", "unconfirmed"]
PartialDate = Annotated[
    str,
    Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"),
    AfterValidator(_on_the_calendar),
    BeforeValidator(_as_text),
]

# The order of the fields is the order in which a record is shown.
TermField = Literal[
    "offer",  # what you get: GPUs, hours, credits
    "price",  # free, at cost, below market, list; currency amounts
    "duration",  # how long
    "eligibility",  # who may apply
    "strings",  # equity, investment, commitment, exclusivity, revenue share
    "investment",  # money that comes with it
    "apply",  # how to apply
    "status",  # running, shrinking, ended, unconfirmed, and why
    "background",  # who runs it, what was spent, who uses it
    "caution",  # conflicts between sources, figures to treat with care
]


class Names(BaseModel):
    """A name in English and Simplified Chinese."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    en: str
    zh_hans: str = Field(alias="zh-Hans")


class Term(BaseModel):
    """One stated thing about a program, in both languages, with who said it and when.

    `publisher` is who first published the claim, with a Chinese name where it has one, `source`
    where it was read (a URL or the name of the article that relays it), `as_of` an ISO date that
    may be partial, or None when the source carries no date. Each language is one or two sentences
    that stand on their own.
    `short` is the same said in a few words, for a cell of a table: its figures and names are
    those of the sentence. `offers`, `rules` and `strings` are what the sentence states, as values;
    `contact` is where to apply (an address of a page or of mail). `valid_from` and `valid_to` say
    when the term held, where that is known: ISO dates that may be partial.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    field: TermField
    en: str
    zh_hans: str = Field(alias="zh-Hans")
    grade: Grade
    publisher: str
    publisher_zh_hans: str | None = Field(default=None, alias="publisher-zh-Hans")
    source: str
    as_of: str | None = None
    valid_from: PartialDate | None = None
    valid_to: PartialDate | None = None
    visibility: Visibility = "public"
    short: Names | None = None
    offers: list[Offer] = Field(default_factory=list)
    rules: list[Rule] = Field(default_factory=list)
    strings: list[Strings] = Field(default_factory=list)
    contact: str | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if (
            self.valid_from
            and self.valid_to
            and bounds(self.valid_from)[0] > bounds(self.valid_to)[1]
        ):
            raise ValueError("valid_to is before valid_from")
        return self


class Program(BaseModel):
    """One program. `not_stated` lists the fields that the sources were searched for in vain."""

    model_config = ConfigDict(extra="forbid")

    schema_: Literal[1] = Field(alias="schema")
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    name: Names
    sponsor: Names
    kind: ProgramKind
    status: Status
    aliases: list[str] = Field(default_factory=list)
    visibility: Visibility = "public"
    terms: list[Term] = Field(min_length=1)
    not_stated: list[TermField] = Field(default_factory=list)

    @property
    def is_public(self) -> bool:
        """Whether nothing of the record is fund-only."""
        return self.visibility == "public" and all(t.visibility == "public" for t in self.terms)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a record, for editors: `kb/program.schema.json` holds it."""
    schema = Program.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
