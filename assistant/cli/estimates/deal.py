"""`compute-desk estimate deal`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, rounded, show
from assistant.cli.gpus import whole_number

Text = str | None


def deal(
    investment: Annotated[str, typer.Option(metavar="USD", help="What is invested.")],
    commitment: Annotated[
        str, typer.Option(metavar="USD", help="What is promised to be spent on the cloud.")
    ],
    years: Annotated[str, typer.Option(metavar="N", help="Over so many years.")],
    growth: Annotated[
        str, typer.Option(metavar="SHARE", help="How spending grows a year, such as 30%.")
    ] = "0",
    paid_over_years: Annotated[
        str, typer.Option(metavar="N", help="The investment is paid over so many years.")
    ] = "1",
    cloud_margin: Annotated[
        Text, typer.Option(metavar="SHARE", help="Gross margin of the cloud, such as 40%.")
    ] = None,
    equity: Annotated[
        Text, typer.Option(metavar="SHARE", help="The stake that was bought, such as 20%.")
    ] = None,
    discount_rate: Annotated[
        Text, typer.Option(metavar="SHARE", help="A year, for later sums; without it none.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Tell what of an investment flows back through a cloud commitment, year by year."""
    from tools import quantities
    from tools.estimates.money.deal_flow import deal_flow_back

    def part(text: str | None) -> Decimal | None:
        return None if text is None else quantities.parse_share(text)

    found = deal_flow_back(
        quantities.parse_dollars(investment),
        quantities.parse_dollars(commitment),
        whole_number(years, "--years"),
        growth=quantities.parse_share(growth),
        paid_over_years=whole_number(paid_over_years, "--paid-over-years"),
        cloud_margin=part(cloud_margin),
        equity_share=part(equity),
        discount_rate=part(discount_rate),
    )
    rows = [
        (
            each.year,
            rounded(each.invested_usd),
            rounded(each.spent_usd),
            f"{each.share_back:.1%}",
            f"{each.total_share_back:.1%}",
            rounded(each.company_net_usd),
        )
        for each in found.flow
    ]
    ends = [
        f"{label}: {value}"
        for label, value in (
            ("Flows back", f"{found.share_back:.1%} of the investment"),
            ("The investor has it back by the end of year", found.break_even_year or "none"),
            ("The cloud earns, USD", found.cloud_margin_usd and rounded(found.cloud_margin_usd)),
            ("Implied discount", found.implied_discount and f"{found.implied_discount:.1%}"),
            (
                "Valuation of the stake before and after it, USD",
                found.stated_valuation_usd
                and found.effective_valuation_usd
                and f"{rounded(found.stated_valuation_usd)} and"
                f" {rounded(found.effective_valuation_usd)}",
            ),
        )
        if value is not None
    ]
    heads = ("Year", "Invested", "Spent", "Back", "Back so far", "Company's cash")
    show(found, heads, rows, Form(as_json, explain, chart), more=[("In all:", ends)])
