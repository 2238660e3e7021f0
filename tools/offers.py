"""What one source says can be had: offers, with where, when and how each is known."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

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
Intra = Literal["nvswitch", "nvlink", "pcie", "unknown"]
Inter = Literal["infiniband", "roce", "efa", "tcp", "unknown"]
Unit = Literal["gpu_hour", "instance_hour", "configuration_hour", "block"]
Basis = Literal["quoted", "list", "derived", "estimated", "auction_floor"]
Standing = Literal["live", "recent", "list", "stale", "suspicious"]

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
    """An amount with its ISO currency. In JSON the amount is a string, so that none is lost.

    A float is refused: 0.1 would become another amount.
    """

    model_config = ConfigDict(frozen=True)

    amount: Decimal
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    @field_validator("amount", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        if isinstance(value, float):
            raise ValueError("money is never a float: parse JSON with parse_float=Decimal")
        return value


class Quote(BaseModel):
    """A price in the unit in which the source states it, before any division."""

    model_config = ConfigDict(frozen=True)

    price: Money
    unit: Unit


class ExtraCost(BaseModel):
    """What is billed beside the GPUs: `price` per `per` ("gb_month", "gb", "hour", "once"); by the
    hour it is for each configuration, once it is for the whole job."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["disk", "egress", "ingress", "network", "support", "setup"]
    price: Money
    per: Literal["gb_month", "gb", "hour", "once"]


class Commitment(BaseModel):
    """The least that must be taken: hours, GPUs or a sum; None where none is stated."""

    model_config = ConfigDict(frozen=True)

    hours: Decimal | None = None
    gpus: int | None = None
    amount: Money | None = None


class Start(BaseModel):
    """When it could start. `bound` says how `at` limits it; `state` tells three kinds apart.

    "now": starts when asked for. "not_later_than": at `at` or before. "window": offered for
    `at` to `until`. "never": the configuration does not exist there. "unknown": not known.
    """

    model_config = ConfigDict(frozen=True)

    state: Literal["now", "not_later_than", "window", "never", "unknown"]
    at: datetime | None = None
    until: datetime | None = None
    bound: Literal["exact", "not_before", "not_after"] | None = None
    method: str = ""


class Queue(BaseModel):
    """What waits at a cluster, as sums: no name of a user or a company is in it. `place` is that of
    the first of the founder's company's jobs that wait, from 1."""

    model_config = ConfigDict(frozen=True)

    pending_jobs: int | None = None
    pending_gpus: int | None = None
    quota_gpus: int | None = None
    quota_used: int | None = None
    place: int | None = None


class Fragmentation(BaseModel):
    """Enough GPUs are free, but not on the nodes that `wanted` of them need: `node` GPUs each."""

    model_config = ConfigDict(frozen=True)

    code: Literal["fragmented"] = "fragmented"
    wanted: int
    node: int
    free: int
    largest_block: int | None
    whole_nodes: int | None


class Seller(BaseModel):
    """Another seller of the same hardware: its own price and what it says of stock."""

    model_config = ConfigDict(frozen=True)

    provider: str
    source: str
    price_per_gpu_hour: Money | None
    total: Money | None = None
    availability: Availability
    free: int | None = None
    region: str | None = None
    observed_at: str | None = None
    url: str | None = None


class CostLine(BaseModel):
    """One line of a bill: for `what`, how it was worked out (`formula`, with its numbers)."""

    model_config = ConfigDict(frozen=True)

    what: Literal["gpus", "disk", "egress", "ingress", "network", "support", "setup", "minimum"]
    formula: str
    price: Money


class Delivered(BaseModel):
    """What a stated job costs from one offer: `job_gpus` for `job_hours`.

    `paid_gpus` and `paid_hours` are what must be paid for it (sizes in which it is sold, least
    commitment, work lost to interruptions); idle are the GPU-hours of these that the job does not
    use. `total` sums the lines: a lower bound where `unknown` is not empty, None where the GPUs
    have no price or the offer cannot carry the job. `per_gpu_hour` is the total for each hour of
    each GPU of the job. `cash_upfront`: what is paid before the start, None where not stated.
    `in_usd` is the total by a dated rate, which `rate` tells.

    `unknown` holds codes. With a total: "disk_price", "egress_price", "ingress_price",
    "restart_loss" (of spot, not stated), "configuration_size", "term_length" (of a reservation),
    "other_currency" (a line that is not in the total). Without one: "gpu_price", "block_hours",
    "longer_than_term", "configuration_size", "never_finishes".
    """

    model_config = ConfigDict(frozen=True)

    job_gpus: int
    job_hours: Decimal
    paid_gpus: int
    paid_hours: Decimal
    idle_gpu_hours: Decimal
    lines: tuple[CostLine, ...] = ()
    total: Money | None = None
    per_gpu_hour: Money | None = None
    cash_upfront: Money | None = None
    in_usd: Money | None = None
    rate: str | None = None
    lost_share: Decimal | None = None
    unknown: tuple[str, ...] = ()


class Offer(BaseModel):
    """What one source says can be had.

    `gpu` is the canonical key, or None where the source's name (`gpu_raw`) is not in the table of
    names; `form_stated` is False where the source does not say SXM, PCIe or NVL. `count` is the
    size of one configuration, `free` how many GPUs are free, `whole_nodes` how many nodes are
    wholly free, `largest_block` the most free GPUs on one node; None where not known. A price of
    None is unknown; zero is free of charge. Three clocks, ISO: `effective_at` (the provider
    measured), `fetched_at` (we asked), `list_as_of` (the date of a list, maybe partial);
    `observed_at` is the one of them that the row speaks of. `standing` says in which group it is
    ranked: live rows, recent ones, list prices, stale, suspicious (a price outside the sane band).
    `superseded`: the same provider has a newer price for the same thing. `reseller_of` is the
    cloud behind a marketplace; `also` are other sellers of the same hardware. `sku` is the source's
    own name of what is ordered (an instance type, a machine), where it has one. `upfront` is paid
    before the start for each configuration and is part of the price. `delivered` is what the
    stated job costs.
    """

    provider: str
    reseller_of: str | None = None
    sku: str = ""
    also: list[Seller] = Field(default_factory=list)
    gpu: str | None
    gpu_raw: str
    form_stated: bool = True
    count: int | None = None
    nodes: int | None = None
    memory_gb: Decimal | None = None
    vcpus: int | None = None
    ram_gb: Decimal | None = None
    disk_gb: Decimal | None = None
    intra: Intra = "unknown"
    inter: Inter = "unknown"
    inter_gbps: int | None = None
    term: Term
    term_months: int | None = None
    price_per_gpu_hour: Money | None
    quote: Quote | None = None
    basis: Basis = "quoted"
    commitment: Commitment | None = None
    upfront: Money | None = None
    extra_costs: list[ExtraCost] = Field(default_factory=list)
    included: list[str] = Field(default_factory=list)
    region: str | None = None
    country: str | None = None
    availability: Availability = Availability.UNKNOWN
    free: int | None = None
    whole_nodes: int | None = None
    largest_block: int | None = None
    fragmentation: Fragmentation | None = None
    delivered: Delivered | None = None
    start: Start | None = None
    queue: Queue | None = None
    effective_at: str | None = None
    fetched_at: str | None = None
    list_as_of: str | None = None
    observed_at: str | None = None
    method: Method
    source: str
    standing: Standing = "list"
    stale: bool = False
    suspicious: bool = False
    superseded: bool = False
    url: str | None = None
    notes: str = ""

    @property
    def offer_id(self) -> str:
        """Twelve hex digits, the same for the same thing of the same source."""
        parts = (self.source, self.provider, self.gpu_raw, self.count, self.term, self.term_months,
                 self.region, self.reseller_of, self.sku, self.start and self.start.at)  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


class SourceStatus(BaseModel):
    """How one source answered. `observed_at` is the newest date it speaks of.

    "ok" with `unread` above zero: so many rows could not be read and are not shown. "failed" with
    offers: they are of the last answer, `observed_at`. `last_ok`, `failures` (in a row) and
    `held_until` (not asked before then) are what the desk remembers of it.
    """

    name: str
    status: Literal["ok", "cached", "failed", "not_configured", "absent", "waiting"]
    observed_at: str | None = None
    error: str | None = None
    offers: int = 0
    unread: int = 0
    last_ok: str | None = None
    failures: int = 0
    held_until: str | None = None
    elapsed_ms: int | None = None


class PriceRange(BaseModel):
    """Lowest and highest sound price per GPU-hour of one term and one currency, over `count`
    offers of one standing ("live", "recent" or "list"; these are never mixed)."""

    term: Term
    standing: Standing = "list"
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
