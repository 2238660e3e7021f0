"""Rents to compare with: named, dated prices, and the paths they might take as stated scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from tools.errors import InvalidInput
from tools.estimates.checks import positive, whole
from tools.estimates.money.annuity import monthly_rate
from tools.estimates.records import Dollars, Exact, Record, unit

MOST_PRICE = Decimal(10_000)
_MOST_MONTHS = 240


class Rent(Record):
    """A price of renting. With `pays_for` "all_hours" (reserved capacity) idle hours are paid too.

    `later` holds what is known to change: (months from now, USD per GPU-hour from then on).
    """

    name: str
    price_per_gpu_hour: Dollars = unit("USD per GPU-hour")
    pays_for: Literal["used_hours", "all_hours"] = "used_hours"
    source: str = "stated by the person"
    as_of: str | None = None
    later: tuple[tuple[int, Dollars], ...] = unit("months, USD per GPU-hour", ())


class Scenario(Record):
    """How rents move: a name and the change a year as a share (-0.2: a fifth cheaper a year)."""

    name: str
    yearly_change: Exact = unit("share per year")


SCENARIOS = (
    Scenario(name="flat", yearly_change=Decimal(0)),
    Scenario(name="20 % cheaper a year", yearly_change=Decimal("-0.2")),
    Scenario(name="20 % dearer a year", yearly_change=Decimal("0.2")),
)
"""Where none is stated: flat, and both directions. A scenario is no forecast."""


def scenario(yearly_change: Decimal) -> Scenario:
    """The path on which rents change by a share a year, with its name."""
    name = f"{float(yearly_change * 100):+.3g} % a year" if yearly_change else "flat"
    return Scenario(name=name, yearly_change=yearly_change)


def monthly_prices(rent: Rent, path: Scenario, months: int) -> list[Decimal]:
    """The price per GPU-hour in each month: the first month is today's price."""
    factor = 1 + monthly_rate(path.yearly_change)
    steps = dict(rent.later)
    price, change, found = rent.price_per_gpu_hour, Decimal(1), []
    for month in range(months):
        price = steps.get(month, price)
        found.append(price * change)
        change *= factor
    return found


def forward_rent(
    reserved: Mapping[int, Decimal], source: str = "stated by the person", as_of: str | None = None
) -> Rent:
    """The path that prices of successive terms imply: {12: 5.81, 36: 4.31} (months: USD per
    GPU-hour) says 5.81 for the first year and (36 x 4.31 - 12 x 5.81) / 24 for the next two.

    After the longest term its last price stays. Raises `InvalidInput` for fewer than two terms, or
    where a longer term costs less in all than a shorter one.
    """
    if len(reserved) < 2:
        raise InvalidInput("a path needs two terms", "for example 12 and 36 months")
    prices: list[tuple[int, Decimal]] = []
    paid, before = Decimal(0), 0
    for term in sorted(reserved):
        whole("months", term, _MOST_MONTHS)
        total = term * positive("price", reserved[term], MOST_PRICE)
        if total <= paid:
            raise InvalidInput(
                f"{term} months cost less in all than {before} months",
                "check the prices: they are per GPU-hour, not per month",
            )
        prices.append((before, (total - paid) / (term - before)))
        paid, before = total, term
    terms = " and ".join(str(term) for term in sorted(reserved))
    return Rent(
        name=f"implied by {terms} months",
        price_per_gpu_hour=prices[0][1],
        pays_for="all_hours",
        source=source,
        as_of=as_of,
        later=tuple(prices[1:]),
    )
