"""What a company tells about itself: the profile that programs are matched against."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kb import wording
from kb.conditions import Stage, Words
from kb.partial_dates import bounds
from kb.programs import PartialDate
from kb.regions import countries, region_name
from kb.wording import both

ProfileField = Literal["stage", "raised", "country", "funds", "founded"]


class Raised(BaseModel):
    """The money raised so far, in one currency (ISO 4217); 0 for none."""

    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Profile(BaseModel):
    """What a company tells about itself. None: not told; `funds: []` says that nobody backs it."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    raised: Raised | None = None
    country: Annotated[str, Field(description="ISO 3166 code")] | None = None
    funds: list[str] | None = None
    founded: PartialDate | None = None

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
        "founded": both(profile.founded, profile.founded) if profile.founded else None,
    }
