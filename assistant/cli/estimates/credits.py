"""`compute-desk estimate credits`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, rounded, show

if TYPE_CHECKING:
    from tools.estimates.money.credits_records import CreditsValue, CreditYear
    from tools.estimates.money.rents import Rent

_UNKNOWN = {
    "no_market_price": "what the same hours cost elsewhere: without it there is no value",
    "no_spend": "what will be spent a month: all is taken as spent before it expires",
    "no_expiry": "when the credits expire",
    "equity_without_valuation": "the valuation: without it the equity has no price",
    "year_not_worth_using": "why to use a year in which the cash beside the credits alone is more"
    " than the hours cost elsewhere",
}


def credits_value(
    credit: Annotated[str, typer.Option(metavar="USD", help="Face value of the credits.")],
    list_price: Annotated[
        str, typer.Option(metavar="USD", help="List price per GPU-hour at which they are spent.")
    ],
    market: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]USD",
            help="What the same GPU-hour costs elsewhere; may be repeated. Without it, no value.",
        ),
    ] = None,
    gpu: Annotated[str | None, typer.Option(metavar="NAME", help="The GPU.")] = None,
    year: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERCENT[:USD]",
            help="Share of the bill that credits pay in a year and at most how much, in order:"
            " --year 100%:250000 --year 20%:100000.",
        ),
    ] = None,
    expires: Annotated[str | None, typer.Option(metavar="MONTHS", help="When they expire.")] = None,
    spend: Annotated[
        str | None,
        typer.Option(metavar="USD", help="What would be spent a month at list prices."),
    ] = None,
    eligible: Annotated[
        str | None,
        typer.Option(metavar="PERCENT", help="How much of that may be paid with credits."),
    ] = None,
    excluded: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What may not, such as reserved clusters.")
    ] = None,
    probability: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="That they come and are used.")
    ] = None,
    equity: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Share of the company given for them.")
    ] = None,
    valuation: Annotated[
        str | None, typer.Option(metavar="USD", help="What the company is worth after the deal.")
    ] = None,
    cash_in: Annotated[
        str | None, typer.Option(metavar="USD", help="Cash that is paid for that share.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate what cloud credits buy at list price and are worth at market prices."""
    from tools.estimates.money.credits import credits_value as estimate_credits
    from tools.estimates.money.credits_records import CreditYear
    from tools.quantities import parse_dollars, parse_months, parse_price, parse_share

    estimate = estimate_credits(
        parse_dollars(credit),
        parse_price(list_price),
        _market(market),
        gpu=gpu,
        years=[_year(each) for each in year] if year else (CreditYear(),),
        expiry_months=None if expires is None else parse_months(expires),
        spend_per_month=None if spend is None else parse_dollars(spend),
        eligible_share=None if eligible is None else parse_share(eligible),
        excluded=excluded,
        probability=None if probability is None else parse_share(probability),
        equity_share=None if equity is None else parse_share(equity),
        valuation=None if valuation is None else parse_dollars(valuation),
        cash_in=None if cash_in is None else parse_dollars(cash_in),
    )
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        _rows(estimate),
        Form(as_json, explain, chart),
        more=[("Not known:", [_UNKNOWN[code] for code in estimate.unknown])],
    )


def _rows(estimate: CreditsValue) -> list[tuple[str, str, str, str]]:
    value = estimate.value_usd
    rows = [
        ("Credits that can be used, USD", "", rounded(estimate.usable_usd), ""),
        ("Credits that expire, USD", "", rounded(estimate.unused_usd), ""),
        ("Cash beside them, USD", "", rounded(estimate.cash_beside_usd), ""),
        ("GPU-hours at list price", "", rounded(estimate.gpu_hours), ""),
    ]
    if value is not None:
        worth = (rounded(value.low), rounded(value.likely), rounded(value.high))
        rows.append(("Worth at market prices, USD", *worth))
    if estimate.dilution_usd is not None:
        rows.append(("Cost in shares, USD", "", rounded(estimate.dilution_usd), ""))
    if estimate.net_value_usd is not None:
        rows.append(("Worth less shares, USD", "", rounded(estimate.net_value_usd), ""))
    return rows


def _market(stated: list[str] | None) -> list[Rent]:
    from tools.estimates.money.rents import Rent
    from tools.quantities import parse_price

    found = []
    for each in stated or ():
        name, _, price = each.rpartition("=")
        found.append(
            Rent(
                name=name.strip() or f"market at {price.strip()}",
                price_per_gpu_hour=parse_price(price),
                source="given with --market",
            )
        )
    return found


def _year(text: str) -> CreditYear:
    from tools.estimates.money.credits_records import CreditYear
    from tools.quantities import parse_dollars, parse_share

    share, colon, cap = text.partition(":")
    return CreditYear(share=parse_share(share), cap_usd=parse_dollars(cap) if colon else None)
