"""The arithmetic of owning: what one GPU costs each month, and what that is worth today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from tools.estimates.money.annuity import MONTH_HOURS, annuity_factor, monthly_rate

_MONTHS = Decimal(12)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that owning one GPU rests on. Money in US dollars, shares from 0 up.

    `equipment` is the server, or the server with network and building where `all_in`.
    """

    equipment: Decimal
    network_share: Decimal
    facility: Decimal
    kw: Decimal
    load: Decimal
    pue: Decimal
    usd_per_kwh: Decimal
    colocation_per_kw_month: Decimal
    staff_per_gpu_year: Decimal
    maintenance_share: Decimal
    insurance_share: Decimal
    utilisation: Decimal
    ramp_months: Decimal
    life_years: Decimal
    residual_share: Decimal
    cost_of_capital: Decimal

    @property
    def months(self) -> int:
        """Life in whole months."""
        return int((self.life_years * _MONTHS).to_integral_value())

    @property
    def ramp(self) -> int:
        """Whole months that are paid for before the first job runs."""
        return int(self.ramp_months.to_integral_value())

    @property
    def network(self) -> Decimal:
        """Switches and cables: a share of servers and network together."""
        return self.equipment * self.network_share / (1 - self.network_share)

    @property
    def machines(self) -> Decimal:
        """What wears out, is insured and is sold in the end: server and network."""
        return self.equipment + self.network

    @property
    def capital(self) -> Decimal:
        """What is paid before anything runs."""
        return self.machines + self.facility

    @property
    def residual(self) -> Decimal:
        """What the machines bring at the end."""
        return self.machines * self.residual_share

    def with_changes(self, changes: Mapping[str, Any]) -> Plan:
        """The plan with some of its fields changed."""
        return replace(self, **changes)

    def monthly(self) -> dict[str, Decimal]:
        """What one GPU costs each month by kind, besides its capital."""
        per_year = {
            "staff": self.staff_per_gpu_year,
            "maintenance": self.machines * self.maintenance_share,
            "insurance": self.machines * self.insurance_share,
        }
        return {
            "power": self.kw * self.load * self.pue * self.usd_per_kwh * MONTH_HOURS,
            "colocation": self.kw * self.colocation_per_kw_month,
        } | {name: amount / _MONTHS for name, amount in per_year.items()}


FIELDS = tuple(each.name for each in fields(Plan))


@dataclass(frozen=True, slots=True)
class Costs:
    """What one GPU costs over its life, as value of today, and the hours that it gives.

    `by_kind` sums to `total`; `hours` are those of full use, discounted as the money is, so that
    total / hours is the price per hour at which nothing is won or lost (the levelised cost).
    """

    by_kind: dict[str, Decimal]
    total: Decimal
    hours: Decimal

    @property
    def at_full_use(self) -> Decimal:
        """US dollars per GPU-hour if every hour after the ramp is used."""
        return self.total / self.hours


def costs(plan: Plan) -> Costs:
    """The present value of all costs of `plan` and of its hours."""
    rate = monthly_rate(plan.cost_of_capital)
    factor = annuity_factor(rate, plan.months)
    capital = plan.capital - plan.residual * (1 + rate) ** -plan.months
    by_kind = {"capital": capital} | {
        name: amount * factor for name, amount in plan.monthly().items()
    }
    hours = MONTH_HOURS * (factor - annuity_factor(rate, plan.ramp))
    return Costs(by_kind=by_kind, total=sum(by_kind.values(), Decimal(0)), hours=hours)


def per_used_hour(plan: Plan) -> Decimal:
    """US dollars per GPU-hour that a job really uses."""
    return costs(plan).at_full_use / plan.utilisation


def owned_cash(plan: Plan, rate: Decimal = Decimal(0)) -> list[Decimal]:
    """What owning one GPU has cost by the end of month 0, 1, ... in all; the last month gets the
    residual value back. With a `rate` a month, as value of today."""
    running = sum(plan.monthly().values(), Decimal(0))
    step, discount, total = 1 / (1 + rate), Decimal(1), plan.capital
    found = [total]
    for _ in range(plan.months):
        discount *= step
        total += running * discount
        found.append(total)
    found[-1] -= plan.residual * discount
    return found


@dataclass(frozen=True, slots=True)
class Rented:
    """What renting has cost by the end of month 0, 1, ...: as cash, and as value of today."""

    cash: list[Decimal]
    today: list[Decimal]


def rented(plan: Plan, prices: Sequence[Decimal], rate: Decimal) -> Rented:
    """Renting every hour after the ramp at `prices` by month, with a `rate` a month."""
    step, discount, none = 1 / (1 + rate), Decimal(1), Decimal(0)
    cash, today = [none], [none]
    for month in range(plan.months):
        discount *= step
        paid = MONTH_HOURS * prices[month] if month >= plan.ramp else none
        cash.append(cash[-1] + paid)
        today.append(today[-1] + paid * discount)
    return Rented(cash, today)


def first_month_at_par(
    owned: Sequence[Decimal], rented: Sequence[Decimal], share: Decimal
) -> int | None:
    """The first month by whose end owning has cost no more than renting `share` of the hours; None
    if it never does."""
    both = enumerate(zip(owned, rented, strict=True))
    return next((month for month, (own, rent) in both if own <= rent * share), None)
