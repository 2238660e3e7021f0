"""The records of a loan with GPUs as collateral."""

from __future__ import annotations

from typing import Literal

from tools.estimates.records import Dollars, Estimate, Exact, MoneyRange, Record, unit

Path = Literal["straight", "progress", "stress"]
"""Ways to lose value: evenly, as hardware gets better, and half of it a year."""


class LoanInputs(Record):
    """What was asked, with every blank filled in. `interest` is None where none was stated."""

    price_per_gpu: Dollars = unit("USD per GPU")
    gpus: int = unit("GPUs")
    months: int = unit("months")
    interest: Exact | None = unit("share per year")
    down_payment: Exact = unit("share of the price")
    balloon: Exact = unit("share of the price")
    fee: Exact = unit("share of the loan")
    years_of_use: Exact = unit("years")
    utilisation: Exact = unit("share of hours")


class LoanCase(Record):
    """The loan at one rate. Hourly figures are for the months of the loan: chip only, without
    power, building and staff. `effective_rate` has the fee in it and compounds by the month."""

    interest: Exact = unit("share per year")
    effective_rate: Exact = unit("share per year")
    monthly_payment_usd: Dollars = unit("USD per month")
    monthly_per_gpu: Dollars = unit("USD per GPU-month")
    per_gpu_hour_full_use: Dollars = unit("USD per GPU-hour")
    per_used_gpu_hour: Dollars = unit("USD per GPU-hour")
    total_interest_usd: Dollars = unit("USD")
    total_paid_usd: Dollars = unit("USD")


class LoanMonth(Record):
    """One month of the schedule, at the likely rate, for all GPUs. `balance` is what is owed after
    the payment; month 0 is the day of the loan."""

    month: int = unit("months")
    payment_usd: Dollars = unit("USD")
    interest_usd: Dollars = unit("USD")
    principal_usd: Dollars = unit("USD")
    balance_usd: Dollars = unit("USD")


class CollateralPoint(Record):
    """What is owed against what the GPUs are worth. `loan_to_value` is None where they are worth
    nothing and something is owed."""

    month: int = unit("months")
    value_usd: Dollars = unit("USD")
    loan_to_value: Exact | None = unit("share of the value")


class Collateral(Record):
    """Loan to value by month under one way in which GPUs may lose value. `above_value_month` is the
    first month after which more is owed than they are worth; None: never."""

    path: Path
    scenario: str
    source: str
    points: tuple[CollateralPoint, ...]
    highest_loan_to_value: Exact | None = unit("share of the value")
    above_value_month: int | None = unit("months")


class GpuLoan(Estimate):
    """A loan at its rate, or at three where none is stated, with its schedule and collateral."""

    inputs: LoanInputs
    loan_usd: Dollars = unit("USD")
    down_payment_usd: Dollars = unit("USD")
    balloon_usd: Dollars = unit("USD")
    fee_usd: Dollars = unit("USD")
    cases: tuple[LoanCase, ...]
    monthly_payment: MoneyRange = unit("USD per month")
    per_used_gpu_hour: MoneyRange = unit("USD per GPU-hour")
    per_used_hour_over_use: MoneyRange = unit("USD per GPU-hour")
    schedule: tuple[LoanMonth, ...]
    collateral: tuple[Collateral, ...]
