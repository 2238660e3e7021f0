"""`compute-desk estimate revenue`."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, rounded, show
from assistant.cli.gpus import plain_number, whole_number

Text = str | None


def revenue(
    run_rate: Annotated[
        str, typer.Option(metavar="USD", help="Spending on GPUs a year, such as 150bn.")
    ],
    data_center_factor: Annotated[
        str, typer.Option(metavar="X", help="A data center costs so many times its GPUs.")
    ] = "2",
    margin_factor: Annotated[
        str,
        typer.Option(metavar="X", help="Revenue is so many times that cost; 2 is a 50 % margin."),
    ] = "2",
    revenue: Annotated[Text, typer.Option(metavar="USD", help="Revenue now, for the gap.")] = None,
    gpus: Annotated[Text, typer.Option(metavar="N", help="GPUs, for revenue per GPU.")] = None,
    customers: Annotated[
        Text, typer.Option(metavar="N", help="Customers, for revenue per customer.")
    ] = None,
    per_customer: Annotated[
        Text, typer.Option(metavar="USD", help="Revenue of one customer a year.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Tell what revenue AI spending needs: run rate x2 for the data center x2 for margin."""
    from tools import quantities
    from tools.estimates.money.revenue import ai_revenue_needed

    each = per_customer
    found = ai_revenue_needed(
        quantities.parse_dollars(run_rate),
        plain_number(data_center_factor, "--data-center-factor"),
        plain_number(margin_factor, "--margin-factor"),
        revenue=None if revenue is None else quantities.parse_dollars(revenue),
        gpus=None if gpus is None else whole_number(gpus, "--gpus"),
        customers=None if customers is None else whole_number(customers, "--customers"),
        revenue_per_customer=None if each is None else quantities.parse_dollars(each),
    )
    rows = [
        (label, rounded(value))
        for label, value in (
            ("Data center, USD a year", found.data_center_usd),
            ("Revenue needed, USD a year", found.revenue_needed_usd),
            ("Gap, USD a year", found.gap_usd),
            ("Per GPU, USD a year", found.per_gpu_usd),
            ("Per customer, USD a year", found.per_customer_usd),
            ("Customers needed", found.customers_needed),
        )
        if value is not None
    ]
    show(found, ("", "Likely"), rows, Form(as_json, explain, chart))
