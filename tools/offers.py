"""What one source says can be had: offers, the state of the sources, and the market they make."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from tools.errors import InvalidInput


class Term(StrEnum):
    """On what footing the GPUs are had."""

    ON_DEMAND = "on_demand"
    SPOT = "spot"
    CAPACITY_BLOCK = "capacity_block"
    RESERVED = "reserved"
    FUND = "fund"
    CREDITS = "credits"


class Availability(StrEnum):
    """What is known about stock. UNKNOWN is never ranked as available."""

    AVAILABLE = "available"
    LIMITED = "limited"
    NONE = "none"
    WAITLIST = "waitlist"
    QUEUED = "queued"
    NO_QUOTA = "no_quota"
    NOT_ENTITLED = "not_entitled"
    UNKNOWN = "unknown"


Method = Literal["live", "cached", "list", "operator"]

_TERM_WORDS = {
    "on-demand": Term.ON_DEMAND,
    "ondemand": Term.ON_DEMAND,
    "按需": Term.ON_DEMAND,
    "按需付费": Term.ON_DEMAND,
    "preemptible": Term.SPOT,
    "interruptible": Term.SPOT,
    "竞价": Term.SPOT,
    "競價": Term.SPOT,
    "capacity-block": Term.CAPACITY_BLOCK,
    "reservation": Term.RESERVED,
    "预留": Term.RESERVED,
    "預留": Term.RESERVED,
    "包年": Term.RESERVED,
    "基金": Term.FUND,
    "credit": Term.CREDITS,
    "额度": Term.CREDITS,
    "額度": Term.CREDITS,
}


def parse_term(text: str) -> Term:
    """The term that `text` names. Raises `InvalidInput` with the list of terms."""
    word = text.strip().lower()
    known = {term.value: term for term in Term} | _TERM_WORDS
    found = (
        known.get(word) or known.get(word.replace(" ", "_")) or known.get(word.replace(" ", "-"))
    )
    if found is None:
        raise InvalidInput(f"unknown term: {text!r}", f"one of {', '.join(Term)}")
    return found


class Money(BaseModel):
    """An amount with its ISO currency. In JSON the amount is a string, so that none is lost."""

    amount: Decimal
    currency: str


class Offer(BaseModel):
    """What one source says can be had.

    `gpu` is the canonical key, or None where the source's name (`gpu_raw`) is not in the table of
    names; `form_stated` is False where the source does not say SXM, PCIe or NVL. `count` is the
    size of the configuration, `free` how many are free, both None where not known. A price of None
    is unknown; zero is free of charge. `observed_at` is the ISO date (maybe partial) at which the
    source said so, None where it has no date. `stale`: too old to stand beside fresh rows.
    `suspicious`: outside the sane band for such a GPU, ranked last and left out of ranges.
    `superseded`: the same provider has a newer price for the same thing.
    """

    provider: str
    gpu: str | None
    gpu_raw: str
    form_stated: bool = True
    count: int | None = None
    free: int | None = None
    term: Term
    term_months: int | None = None
    price_per_gpu_hour: Money | None
    region: str | None = None
    availability: Availability = Availability.UNKNOWN
    observed_at: str | None = None
    method: Method
    source: str
    stale: bool = False
    suspicious: bool = False
    superseded: bool = False
    notes: str = ""


class SourceStatus(BaseModel):
    """How one source answered. `observed_at` is the newest date it speaks of."""

    name: str
    status: Literal["ok", "failed", "not_configured", "absent"]
    observed_at: str | None = None
    error: str | None = None
    offers: int = 0


class PriceRange(BaseModel):
    """Lowest and highest fresh price per GPU-hour of one term, over `count` offers."""

    term: Term
    low: Decimal
    high: Decimal
    currency: str
    count: int
    oldest: str
    newest: str


class Market(BaseModel):
    """All offers that fit, best first, the sources asked, price ranges, and what is not known.

    `unknowns` holds codes: "stock_unknown", "no_live_source", "count_not_checked",
    "no_offers", "only_stale_prices", "region_not_stated", "form_not_stated", "price_unknown",
    "other_currency_not_compared", "source_failed", "undated_prices", "past_day".
    """

    offers: list[Offer] = Field(default_factory=list)
    sources: list[SourceStatus] = Field(default_factory=list)
    price_range: list[PriceRange] = Field(default_factory=list)
    unknowns: list[str] = Field(default_factory=list)
    as_of: str
