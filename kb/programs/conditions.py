"""What a program's term states as values that can be compared: offers, rules and strings.

They hang on a term, so each value has that term's sentence, grade, publisher and date for its
citation. A value that no sentence states is left out: absent means "not stated", never "none".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kb.programs.regions import is_region

PriceBasis = Literal["free", "at_cost", "below_market", "list"]
ANSWER_KEY = r"^[a-z][a-z0-9_]{2,39}$"
"""How the keys are spelled under which a profile keeps answers."""
Number = Annotated[Decimal, Field(ge=0, le=10**18, decimal_places=6)]
Stage = Literal["pre_seed", "seed", "series_a", "series_b", "series_c", "growth", "public"]


class _Value(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Words(_Value):
    """Words in English and Simplified Chinese."""

    en: str
    zh_hans: str = Field(alias="zh-Hans")


class Figure(_Value):
    """A stated number: `exactly` or `about` one value, or `at_least` and `up_to` as bounds, both
    inclusive. "More than 4,000" is `at_least: 4000`."""

    exactly: Number | None = None
    about: Number | None = None
    at_least: Number | None = None
    up_to: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_written_out(cls, given: Any) -> Any:
        if isinstance(given, str | int | float):
            raise ValueError(f"say how it is meant, for example {{exactly: {given}}}")
        return given

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        single = [v for v in (self.exactly, self.about) if v is not None]
        bounds = [v for v in (self.at_least, self.up_to) if v is not None]
        if len(single) + bool(bounds) != 1:
            raise ValueError("give exactly, about, or at_least and/or up_to")
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            raise ValueError("at_least is above up_to")
        return self


class Money(Figure):
    """A stated sum in one currency (ISO 4217)."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Offer(_Value):
    """What a term says is given. `gpu` as the source spells it, without its vendor ("H100");
    `for_whom` names the tier, the product or the stage of the program where it has several;
    `planned` is an aim ("is to grow to", "aims at"), not what can be had."""

    gpu: str | None = None
    count: Figure | None = Field(default=None, description="GPUs")
    gpu_hours: Figure | None = None
    credits: Money | None = None
    price_basis: PriceBasis | None = None
    price_per_gpu_hour: Money | None = None
    months: Figure | None = Field(default=None, description="How long, in months")
    weeks: Figure | None = Field(default=None, description="How long, where a source says weeks")
    for_whom: Words | None = None
    planned: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True, exclude={"for_whom", "planned"}):
            raise ValueError("states nothing")
        return self


class _Rule(_Value):
    """A condition. Without `for_whom` it holds for all; conditions of a tier or a way in name it,
    and meeting those of one is enough ("a VC partner's company, or $1M raised": one rule each).
    `usual`: the source says what is typical, not what is demanded."""

    for_whom: Words | None = None
    usual: bool = False


class StageRule(_Rule):
    """The company's stage is one of these."""

    kind: Literal["stage"]
    any_of: list[Stage] = Field(min_length=1)


class RaisedRule(_Rule):
    """The money that the company has raised so far lies within bounds."""

    kind: Literal["raised"]
    raised: Money

    @field_validator("raised")
    @classmethod
    def _has_a_bound(cls, raised: Money) -> Money:
        if raised.about is not None:
            raise ValueError("a limit is no `about`: give at_least and/or up_to")
        return raised


class PortfolioRule(_Rule):
    """The company is in the portfolio, batch or membership of one of these, named as in
    `aliases.yaml` or by a program's id."""

    kind: Literal["portfolio"]
    any_of: list[str] = Field(min_length=1)


class RegionRule(_Rule):
    """The company is in one of these: ISO 3166 codes ("US"), "EU" or "EEA"."""

    kind: Literal["region"]
    any_of: list[Annotated[str, Field(pattern=r"^[A-Z]{2,3}$")]] = Field(min_length=1)

    @field_validator("any_of", mode="before")
    @classmethod
    def _is_quoted(cls, regions: Any) -> Any:
        if isinstance(regions, list) and False in regions:
            raise ValueError("YAML reads NO as false: write 'NO' in quotes for Norway")
        return regions

    @field_validator("any_of")
    @classmethod
    def _known(cls, regions: list[str]) -> list[str]:
        for region in regions:
            if not is_region(region):
                raise ValueError(f"{region} is no ISO 3166 code of two letters, EU or EEA")
        return regions


class AgeRule(_Rule):
    """The company is younger than this many years."""

    kind: Literal["age"]
    under_years: Number = Field(gt=0, le=200)


class Question(Words):
    """A yes/no question to the founder, with the profile's key for the answer where it has one."""

    key: str | None = None


class OtherRule(_Rule):
    """A condition that only the founder can answer, as a yes/no question; yes means it is met.
    `key` is the word under which a profile keeps the answer ("incorporated"): one key, one
    question, also where several programs ask it."""

    kind: Literal["other"]
    ask: Words
    key: str | None = Field(default=None, pattern=ANSWER_KEY)

    @field_validator("key")
    @classmethod
    def _is_free(cls, key: str | None) -> str | None:
        if key in ("stage", "raised", "country", "funds", "founded", "answers"):
            raise ValueError(f"{key} is a key of every profile: take another word")
        return key


Rule = Annotated[
    StageRule | RaisedRule | PortfolioRule | RegionRule | AgeRule | OtherRule,
    Field(discriminator="kind"),
]


class Strings(_Value):
    """What is asked in return. `asked: false` is a source that says "none"; `percent` is of equity
    or of revenue, `amount` what is invested in the company or what it commits to spend; `for_whom`
    as in an offer."""

    kind: Literal["equity", "investment", "commitment", "exclusivity", "revenue_share"]
    asked: bool = True
    percent: Figure | None = None
    amount: Money | None = None
    months: Figure | None = None
    for_whom: Words | None = None
