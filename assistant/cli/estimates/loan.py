"""`compute-desk estimate loan`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, rounded, show
from assistant.cli.gpus import whole_number

if TYPE_CHECKING:
    from tools.estimates.money.loan_records import Collateral, GpuLoan

_STEP = 6


def loan(
    price: Annotated[str, typer.Option(metavar="USD", help="What one GPU costs.")],
    months: Annotated[
        str, typer.Option(metavar="N", help="Months in which it is repaid, or such as 3.5 years.")
    ],
    interest: Annotated[
        str | None,
        typer.Option(metavar="PERCENT", help="Rate a year; without it, 10, 12 and 15 %."),
    ] = None,
    gpus: Annotated[str, typer.Option(metavar="N", help="How many GPUs.")] = "1",
    down: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Paid by oneself, of the price.")
    ] = None,
    balloon: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Left to the last month, of the price.")
    ] = None,
    fee: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Paid at the start, of the loan.")
    ] = None,
    years: Annotated[
        str | None, typer.Option(metavar="N", help="Years of use; without it, 7.")
    ] = None,
    utilisation: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Hours that have a job.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate a loan with GPUs as collateral: payments, cost per hour, loan to value."""
    from tools.estimates.money.loan import gpu_loan
    from tools.quantities import parse_dollars, parse_months, parse_share, parse_years

    none = Decimal(0)
    estimate = gpu_loan(
        parse_dollars(price),
        parse_months(months),
        None if interest is None else parse_share(interest),
        whole_number(gpus, "--gpus"),
        down_payment=none if down is None else parse_share(down),
        balloon=none if balloon is None else parse_share(balloon),
        fee=none if fee is None else parse_share(fee),
        years_of_use=None if years is None else parse_years(years),
        utilisation=None if utilisation is None else parse_share(utilisation),
        price_source="given with --price",
    )
    more = [("Loan to value:", [_line(each) for each in estimate.collateral])]
    if chart and not as_json:
        more.insert(
            0, ("Owed (=) by month, and loan to value in a straight line:", _owed(estimate))
        )
    show(
        estimate,
        (
            "",
            *(
                f"{case.interest * 100:.4f}".rstrip("0").rstrip(".") + " %"
                for case in estimate.cases
            ),
        ),
        _rows(estimate),
        Form(as_json, explain, chart),
        more=more,
    )


def _rows(estimate: GpuLoan) -> list[tuple[str, ...]]:
    rows = (
        ("USD a month", "monthly_payment_usd"),
        ("USD a month and GPU", "monthly_per_gpu"),
        ("USD per GPU-hour, full use", "per_gpu_hour_full_use"),
        (f"USD per used hour, at {estimate.inputs.utilisation:.0%}", "per_used_gpu_hour"),
        ("Interest in all, USD", "total_interest_usd"),
        ("Paid in all, USD", "total_paid_usd"),
    )
    table = [
        (label, *(f"{getattr(case, name):,.2f}" for case in estimate.cases)) for label, name in rows
    ]
    effective = (f"{case.effective_rate:.2%}" for case in estimate.cases)
    return [*table, ("Effective rate a year", *effective)]


def _line(along: Collateral) -> str:
    if along.above_value_month is None:
        at_most = along.highest_loan_to_value or Decimal(0)
        return f"{along.scenario}: never above 100 %, at most {at_most:.0%}"
    highest = along.highest_loan_to_value
    most = "no value is left while something is owed" if highest is None else f"{highest:.0%}"
    return (
        f"{along.scenario}: more is owed than the GPUs are worth from month"
        f" {along.above_value_month}; at most {most}"
    )


def _owed(estimate: GpuLoan) -> list[str]:
    straight = estimate.collateral[0].points
    lines = []
    for month in (*range(0, estimate.inputs.months, _STEP), estimate.inputs.months):
        owed = estimate.schedule[month].balance_usd
        share = straight[month].loan_to_value
        shown = "-" if share is None else f"{share:.0%}"
        lines.append(
            f"month {month} {'=' * round(owed / estimate.loan_usd * 30)} {rounded(owed)} ({shown})"
        )
    return lines
