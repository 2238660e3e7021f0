"""The records of a comparison of routes, and what a program offers as plain terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from tools.estimates.records import Dollars, Estimate, Exact, MoneyRange, Range, Record, unit

RouteKind = Literal[
    "fund_program", "fund", "credits", "on_demand", "spot", "reserved", "capacity_block",
    "buying", "loan",
]  # fmt: skip
Eligibility = Literal["yes", "no", "unknown", "not_needed"]
Tier = Literal["ready", "stock_unknown", "unknown", "out"]
TIERS: tuple[Tier, ...] = ("ready", "stock_unknown", "unknown", "out")

COST_UNKNOWN = frozenset(
    {
        "gpu_price", "disk_price", "egress_price", "ingress_price", "network_price",
        "support_price", "setup_price", "restart_loss", "configuration_size", "term_length",
        "other_currency", "block_hours", "longer_than_term", "never_finishes", "program_price",
        "slower_form", "program_gpus", "program_days", "program_gpu", "credit_sum", "list_price",
        "equity_price", "equity_share", "purchase_price", "interest_rate",
    }
)  # fmt: skip
"""Codes that leave the cost open, or whether a route carries the job at all."""
OUT = frozenset(
    {
        "not_eligible", "ended", "over_budget", "over_cash", "too_late", "too_short",
        "too_few_gpus", "other_gpu", "not_offered",
    }
)  # fmt: skip
"""Codes of problems that rule a route out."""


class ProgramTerms(Record):
    """What one program gives and asks, as far as its sources state it; None: not stated.

    `kind` is "fund_program" (GPUs) or "credits" (money at `cloud`, a provider's name). `days` is
    how long it lasts, `credits_up_to` that the sum is a bound and no promise. `equity_asked` is
    False where a source says that none is taken. `strings` are further conditions in words;
    `missing` what the eligibility still needs to know. `cites` names the evidence of a figure, by
    the name of its field here, as the caller calls it. Money is in US dollars.
    """

    id: str
    name: str
    kind: Literal["fund_program", "credits"]
    eligibility: Eligibility = "unknown"
    missing: tuple[str, ...] = ()
    ended: bool = False
    gpu: str | None = None
    gpus: int | None = Field(default=None, ge=0)
    days: Decimal | None = Field(default=None, gt=0)
    price_basis: Literal["free", "at_cost", "below_market", "list"] | None = None
    price_per_gpu_hour: Decimal | None = Field(default=None, ge=0)
    credits: Decimal | None = Field(default=None, ge=0)
    credits_up_to: bool = False
    cloud: str | None = None
    equity_asked: bool | None = None
    equity_share: Decimal | None = Field(default=None, ge=0, le=1)
    investment: Decimal | None = Field(default=None, ge=0)
    strings: tuple[str, ...] = ()
    as_of: str | None = None
    cites: dict[str, str] = Field(default_factory=dict)


class Evidence(Record):
    """Where a figure of a route comes from: `source` is "offer:ID", "program:ID" or "given";
    `cite` is "offers.N" of the offers that were compared, or what a program's `cites` names."""

    figure: str
    source: str
    cite: str | None = None


class Route(Record):
    """One way to get the compute for the job; `gpu` is the key of what is offered.

    `total_usd` is what must be paid for the job, None where that is not known; with codes of
    `COST_UNKNOWN` in `unknown` it is a lower bound. `with_dilution_usd` adds what the founders'
    stake costs (`dilution_usd`); equity that cannot be priced stands in `unknown`. `start` is an
    ISO date, None where nobody states when the GPUs can be had: unknown stock is not available.
    `standing` tells how the price is known: as an offer ("live", "recent", "list", "stale"), from a
    "program", or "given". `problems` are codes: those of `OUT` rule it out, "may_exceed_budget",
    "may_be_late" and "none_free" (now) do not. `idle_gpu_hours` are paid for and not used by the
    job, `used_share` is the part that is.
    """

    rank: int = unit("rank")
    kind: RouteKind
    name: str
    gpu: str | None = None
    tier: Tier
    term_months: int | None = unit("months", None)
    total_usd: MoneyRange | None = unit("USD", None)
    lower_bound: bool = False
    dilution_usd: Dollars | None = unit("USD", None)
    dilution_share: Exact | None = unit("share", None)
    with_dilution_usd: MoneyRange | None = unit("USD", None)
    cash_upfront_usd: Dollars | None = unit("USD", None)
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour", None)
    paid_gpu_hours: float | None = unit("GPU-hours", None)
    idle_gpu_hours: float | None = unit("GPU-hours", None)
    used_share: float | None = unit("share", None)
    lost_share: Exact | None = unit("share", None)
    start: str | None = None
    start_bound: Literal["exact", "not_before", "not_after"] | None = None
    eligibility: Eligibility = "not_needed"
    missing: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    standing: Literal["live", "recent", "list", "stale", "suspicious", "program", "given"]
    price_as_of: str | None = None
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    formula: str = ""


class RoutesInputs(Record):
    """The job and what bounds it. `hours` is how long the GPUs work (wall-clock)."""

    gpu: str
    gpus: int = unit("GPUs")
    hours: Range = unit("hours")
    today: str
    start_by: str | None
    budget_usd: Dollars | None = unit("USD")
    cash_usd: Dollars | None = unit("USD")
    valuation_usd: Dollars | None = unit("USD")
    checkpoint_hours: Exact | None = unit("hours")
    restart_hours: Exact | None = unit("hours")
    interruptions_per_day: Exact | None = unit("per day")


class RouteComparison(Estimate):
    """Routes for one job, best first.

    `offers_compared` and `programs_compared` count what was looked at; of each kind of offer only
    the best are told. `best_offer_usd` is the total of the first route over an offer, which
    `sensitivity` varies. `none_of` are kinds without a route: nobody offers them, or nothing was
    stated of them.
    """

    inputs: RoutesInputs
    job_gpu_hours: Range = unit("GPU-hours")
    routes: tuple[Route, ...]
    best_offer_usd: MoneyRange | None = unit("USD")
    offers_compared: int = unit("offers")
    programs_compared: int = unit("programs")
    none_of: tuple[RouteKind, ...] = ()
