"""The records of an estimate of owning against renting."""

from __future__ import annotations

from typing import Literal

from tools.estimates.money.rents import Rent, Scenario
from tools.estimates.records import Dollars, Estimate, Exact, MoneyRange, Range, Record, unit

Verdict = Literal["own_cheaper", "rent_cheaper", "never"]


class OwnershipInputs(Record):
    """What was asked, with every blank filled in from a table or a planning figure."""

    gpu: str
    gpus: int = unit("GPUs")
    server_per_gpu: Dollars | None = unit("USD per GPU")
    all_in_per_gpu: Dollars | None = unit("USD per GPU")
    network_share: Exact = unit("share of servers and network")
    facility_per_gpu: Dollars = unit("USD per GPU")
    kw_per_gpu: Exact = unit("kW")
    load: Exact = unit("share of rated power")
    pue: Exact = unit("times")
    usd_per_kwh: Dollars = unit("USD per kWh")
    colocation_per_kw_month: Dollars = unit("USD per kW-month")
    colocation_includes_power: bool
    staff_per_year: Dollars = unit("USD per year")
    maintenance_share: Exact = unit("share per year")
    insurance_share: Exact = unit("share per year")
    utilisation: Exact = unit("share of hours")
    ramp_months: int = unit("months")
    life_years: Exact = unit("years")
    residual_share: Exact = unit("share")
    cost_of_capital: Exact = unit("share per year")
    rents: tuple[Rent, ...]
    scenarios: tuple[Scenario, ...]


class Capital(Record):
    """What is paid before anything runs, for all GPUs. An all-in price is not split: `server` is
    all of it."""

    server: Dollars = unit("USD")
    network: Dollars = unit("USD")
    facility: Dollars = unit("USD")
    total: Dollars = unit("USD")
    per_gpu: Dollars = unit("USD per GPU")


class CostLines(Record):
    """The parts of a GPU-hour at full use."""

    capital: Dollars = unit("USD per GPU-hour")
    power: Dollars = unit("USD per GPU-hour")
    colocation: Dollars = unit("USD per GPU-hour")
    staff: Dollars = unit("USD per GPU-hour")
    maintenance: Dollars = unit("USD per GPU-hour")
    insurance: Dollars = unit("USD per GPU-hour")


class Comparison(Record):
    """Owning against one rent on one path.

    `break_even_utilisation` is the share of hours that must be used for owning to cost no more
    than paying this rent for the used hours; above 1 it never does ("never"). Where the rent is
    paid for all hours, idle ones too, it is the cost of owning as a share of the rent at any use.
    `break_even_month` counts the cost of capital, `payback_month` is plain cash; None: not within
    the life. `mean_price` weighs each month's price as the money of that month. Totals are plain
    cash over the life for the hours that owning gives.
    """

    rent: str
    scenario: str
    price_now: Dollars = unit("USD per GPU-hour")
    mean_price: Dollars = unit("USD per GPU-hour")
    pays_for: Literal["used_hours", "all_hours"]
    source: str
    as_of: str | None
    break_even_utilisation: Range = unit("share of hours")
    verdict: Verdict
    break_even_month: int | None = unit("months")
    payback_month: int | None = unit("months")
    rent_total_usd: Dollars = unit("USD")
    owning_saves_usd: Dollars = unit("USD")


class CashCurve(Record):
    """What a path has cost in all by the end of month 0, 1, ...: plain cash for all GPUs."""

    name: str
    cumulative_usd: tuple[Dollars, ...] = unit("USD")


class Ownership(Estimate):
    """What owning costs per GPU-hour, and when it beats each rent.

    `cost_per_used_gpu_hour` is the levelised cost: value of today of all costs over that of the
    hours used. Its low and high vary what was assumed, not what was stated. `curves` has owning
    first, then each comparison in order.
    """

    inputs: OwnershipInputs
    capital: Capital
    months: int = unit("months")
    cost_per_used_gpu_hour: MoneyRange = unit("USD per GPU-hour")
    cost_at_full_use: MoneyRange = unit("USD per GPU-hour")
    cost_lines: CostLines
    yearly_running_usd: Dollars = unit("USD per year")
    owning_total_usd: Dollars = unit("USD")
    comparisons: tuple[Comparison, ...]
    curves: tuple[CashCurve, ...]
    left_out: tuple[str, ...]
