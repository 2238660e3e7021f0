"""What a company tells about itself: the profile that programs are matched against."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kb.programs import wording
from kb.programs.conditions import ANSWER_KEY, Number, Stage, Words
from kb.programs.partial_dates import bounds
from kb.programs.regions import countries, region_name
from kb.programs.wording import both

_FOUNDED = re.compile(r"\d{4}(?:-\d{2}){0,2}(?:/\d{4}(?:-\d{2}){0,2})?")
ProfileField = Literal["stage", "raised", "country", "funds", "founded"]


class Raised(BaseModel):
    """The money raised so far, in one currency (ISO 4217); 0 for none."""

    model_config = ConfigDict(extra="forbid")

    amount: Number
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Profile(BaseModel):
    """What a company tells about itself. None: not told; `funds: []` says that nobody backs it.
    `founded` may be partial, or an interval of two such dates ("2023-11/2024-11"). `answers` to
    the questions of programs, by their keys; True for yes."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    raised: Raised | None = None
    country: Annotated[str, Field(description="ISO 3166 code")] | None = None
    funds: list[str] | None = None
    founded: str | None = None
    answers: dict[Annotated[str, Field(pattern=ANSWER_KEY)], bool] | None = None

    @field_validator("country")
    @classmethod
    def _known(cls, code: str | None) -> str | None:
        if code is not None and code not in countries():
            raise ValueError(f"{code} is no ISO 3166 code of two letters")
        return code

    @field_validator("founded")
    @classmethod
    def _is_a_date(cls, founded: str | None) -> str | None:
        if founded is not None:
            if not _FOUNDED.fullmatch(founded):
                raise ValueError(f"{founded[:40]} is no ISO date")
            bounds(founded)
        return founded


def in_words(profile: Profile) -> dict[ProfileField, Words | None]:
    """Each field in words; None where it was not told."""
    stage, raised, country, funds = profile.stage, profile.raised, profile.country, profile.funds
    backers = both(", ".join(funds), "、".join(funds)) if funds else both("nobody", "没有投资方")
    return {
        "stage": both(*wording.STAGES[stage]) if stage else None,
        "raised": wording.sum_of(raised.amount, raised.currency) if raised else None,
        "country": both(*region_name(country)) if country else None,
        "funds": None if funds is None else backers,
        "founded": _day(profile.founded) if profile.founded else None,
    }


def _day(founded: str) -> Words:
    first, _, last = founded.partition("/")
    begin, end = wording.day(first), wording.day(last) if last else None
    return both(f"{first} to {last}", f"{begin.zh_hans}至{end.zh_hans}") if end else begin
