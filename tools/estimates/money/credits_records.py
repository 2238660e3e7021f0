"""The records of what credits are worth."""

from __future__ import annotations

from decimal import Decimal

from tools.estimates.money.rents import Rent
from tools.estimates.records import Dollars, Estimate, Exact, MoneyRange, Record, unit


class CreditYear(Record):
    """One year of a program: the share of the bill that credits pay, and at most how much."""

    share: Exact = unit("share of the bill", Decimal(1))
    cap_usd: Dollars | None = unit("USD", None)


class CreditsInputs(Record):
    """What was asked. Spending is at list prices; None is not stated, and then no limit."""

    credit_usd: Dollars = unit("USD")
    list_price: Dollars = unit("USD per GPU-hour")
    gpu: str | None
    market: tuple[Rent, ...]
    years: tuple[CreditYear, ...]
    expiry_months: int | None = unit("months")
    spend_per_month: Dollars | None = unit("USD per month")
    eligible_share: Exact = unit("share of the spending")
    probability: Exact = unit("probability")
    equity_share: Exact | None = unit("share of the company")
    valuation: Dollars | None = unit("USD")
    cash_in: Dollars = unit("USD", Decimal(0))


class YearOfUse(Record):
    """What one year uses: credits, cash beside them, the GPU-hours of both at list price, and
    their value by market prices less that cash. `worth_using` is False where that cash alone is
    more than the hours cost elsewhere."""

    year: int = unit("year")
    share: Exact = unit("share of the bill")
    used_usd: Dollars = unit("USD")
    cash_beside_usd: Dollars = unit("USD")
    gpu_hours: Exact = unit("GPU-hours")
    value_usd: MoneyRange | None = unit("USD")
    worth_using: bool | None


class CreditsValue(Estimate):
    """What credits buy at list price and what that is worth at market prices.

    `value_usd` is None without a market price. `net_value_usd` is the likely value less the
    dilution; None where equity is given without a valuation, since it has no price then.
    """

    inputs: CreditsInputs
    usable_usd: Dollars = unit("USD")
    unused_usd: Dollars = unit("USD")
    cash_beside_usd: Dollars = unit("USD")
    gpu_hours: Exact = unit("GPU-hours")
    value_usd: MoneyRange | None = unit("USD")
    value_share: Exact | None = unit("share of the face value")
    dilution_usd: Dollars | None = unit("USD")
    net_value_usd: Dollars | None = unit("USD")
    years: tuple[YearOfUse, ...]
    unknown: tuple[str, ...]
