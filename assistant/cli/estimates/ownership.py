"""`compute-desk estimate ownership`."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, GpuName, rounded, show
from assistant.cli.gpus import plain_number, whole_number

if TYPE_CHECKING:
    from tools.estimates.money.ownership_records import Comparison, Ownership
    from tools.estimates.money.rents import Rent

_CURVE_MONTHS, _CURVE_WIDTH = 6, 40


def ownership(
    gpu: GpuName,
    gpus: Annotated[str, typer.Option(metavar="N", help="How many of them.")],
    rent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]USD",
            help="A rent per GPU-hour to compare with, paid for used hours; may be repeated.",
        ),
    ] = None,
    reserved: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]USD",
            help="A rent per GPU-hour that is paid for idle hours too; may be repeated.",
        ),
    ] = None,
    forward: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MONTHS=USD",
            help="A reserved price of a term, twice or more: the path of rents that they imply.",
        ),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERCENT",
            help="How rents change a year, such as -15%; may be repeated. Without it: flat, and"
            " 20 % in both directions.",
        ),
    ] = None,
    purchase: Annotated[
        str | None,
        typer.Option(
            metavar="USD", help="A GPU in its server; without it, the dated table of prices."
        ),
    ] = None,
    all_in: Annotated[
        str | None,
        typer.Option(metavar="USD", help="A GPU with server, network and building in one price."),
    ] = None,
    network: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Network, of servers and network.")
    ] = None,
    facility: Annotated[
        str | None, typer.Option(metavar="USD", help="A building of one's own, per GPU.")
    ] = None,
    kw: Annotated[
        str | None, typer.Option(metavar="KW", help="Rated power of the server per GPU.")
    ] = None,
    pue: Annotated[
        str | None, typer.Option(metavar="TIMES", help="Power of the building to the machines'.")
    ] = None,
    electricity: Annotated[
        str | None, typer.Option(metavar="USD", help="Electricity per kWh.")
    ] = None,
    colocation: Annotated[
        str | None, typer.Option(metavar="USD", help="Colocation per kW and month.")
    ] = None,
    colocation_includes_power: Annotated[
        bool,
        typer.Option(
            "--colocation-includes-power", help="Electricity is in it and not counted again."
        ),
    ] = False,
    staff: Annotated[
        str | None, typer.Option(metavar="USD", help="Staff a year, for all GPUs.")
    ] = None,
    maintenance: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Maintenance and spares a year.")
    ] = None,
    insurance: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Insurance a year.")
    ] = None,
    utilisation: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Hours that have a job.")
    ] = None,
    ramp: Annotated[
        str | None, typer.Option(metavar="MONTHS", help="Paid for before the first job runs.")
    ] = None,
    life: Annotated[str | None, typer.Option(metavar="YEARS", help="Years of use.")] = None,
    residual: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Value at the end, of the machines.")
    ] = None,
    cost_of_capital: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="What money costs a year.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate what owning GPUs costs per used hour, and when that beats renting."""
    from tools.estimates.money.ownership import rent_or_buy
    from tools.estimates.money.rents import SCENARIOS, scenario
    from tools.quantities import (
        parse_dollars,
        parse_kw,
        parse_price_per_kw_month,
        parse_price_per_kwh,
        parse_share,
        parse_years,
    )

    def dollars(text: str | None) -> Decimal | None:
        return None if text is None else parse_dollars(text)

    def share(text: str | None) -> Decimal | None:
        return None if text is None else parse_share(text)

    def rate(text: str | None, read: Callable[[str], Decimal]) -> Decimal | None:
        return None if text is None else Decimal(0) if text.strip() == "0" else read(text)

    estimate = rent_or_buy(
        gpu,
        whole_number(gpus, "--gpus"),
        [*_rents(rent, "--rent"), *_rents(reserved, "--reserved"), *_forward(forward)],
        purchase_per_gpu=dollars(purchase),
        all_in_per_gpu=dollars(all_in),
        price_source=_price_source(purchase, all_in),
        network_share=share(network),
        facility_per_gpu=dollars(facility),
        kw_per_gpu=None if kw is None else parse_kw(kw),
        pue=None if pue is None else plain_number(pue, "--pue"),
        usd_per_kwh=rate(electricity, parse_price_per_kwh),
        colocation_per_kw_month=rate(colocation, parse_price_per_kw_month),
        colocation_includes_power=colocation_includes_power,
        staff_per_year=dollars(staff),
        maintenance_share=share(maintenance),
        insurance_share=share(insurance),
        utilisation=share(utilisation),
        ramp_months=_months(ramp),
        life_years=None if life is None else parse_years(life),
        residual_share=share(residual),
        cost_of_capital=share(cost_of_capital),
        scenarios=SCENARIOS if path is None else [scenario(parse_share(each)) for each in path],
    )
    more = [
        ("Against renting:", [_line(each) for each in estimate.comparisons]),
        ("Not counted:", list(estimate.left_out)),
    ]
    if chart and not as_json:
        more.insert(0, ("Paid in all, by month (= owning, . renting):", _curves(estimate)))
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        _rows(estimate),
        Form(as_json, explain, chart),
        more=more,
    )


def _rows(estimate: Ownership) -> list[tuple[str, str, str, str]]:
    bands = (
        ("USD per used GPU-hour", estimate.cost_per_used_gpu_hour),
        ("USD at full use", estimate.cost_at_full_use),
    )
    rows = [
        (label, f"{band.low:,.2f}", f"{band.likely:,.2f}", f"{band.high:,.2f}")
        for label, band in bands
    ]
    likely = (
        ("Capital, USD", estimate.capital.total),
        ("Running costs a year, USD", estimate.yearly_running_usd),
        (f"Cash over {estimate.months} months, USD", estimate.owning_total_usd),
    )
    return [*rows, *((label, "", rounded(value), "") for label, value in likely)]


def _line(compared: Comparison) -> str:
    at = f"{compared.rent}, {compared.scenario} ({compared.price_now:.2f} now)"
    even = compared.break_even_utilisation
    share = f"{even.likely:.0%} ({even.low:.0%} to {even.high:.0%})"
    if compared.pays_for == "all_hours":
        what = f"owning costs {share} of it at any use"
    elif compared.verdict == "never":
        what = f"never at this rent: {share} of the hours would have to be used"
    else:
        what = f"owning is cheaper above {share} of the hours used"
    if compared.break_even_month is None:
        return f"{at}: {what}; no break-even within its life at the use assumed"
    return f"{at}: {what}; break-even in month {compared.break_even_month}"


def _curves(estimate: Ownership) -> list[str]:
    owning, *renting = estimate.curves
    if not renting:
        return ["nothing to compare with: no rent is given"]
    most = max(value for curve in (owning, *renting) for value in curve.cumulative_usd)
    lines = []
    for month in (*range(0, estimate.months, _CURVE_MONTHS), estimate.months):
        for curve, sign in ((owning, "="), (renting[0], ".")):
            value = curve.cumulative_usd[month]
            bar = sign * max(round(value / most * _CURVE_WIDTH), 1 if value > 0 else 0)
            lines.append(f"month {month} {bar} {rounded(value)}")
    return [f"renting: {renting[0].name}", *lines]


def _rents(stated: list[str] | None, option: str) -> list[Rent]:
    from tools.estimates.money.rents import Rent
    from tools.quantities import parse_price

    found = []
    for each in stated or ():
        name, _, price = each.rpartition("=")
        found.append(
            Rent(
                name=name.strip() or f"{option.lstrip('-')} at {price.strip()}",
                price_per_gpu_hour=parse_price(price),
                pays_for="used_hours" if option == "--rent" else "all_hours",
                source=f"given with {option}",
            )
        )
    return found


def _forward(stated: list[str] | None) -> list[Rent]:
    from tools.errors import InvalidInput
    from tools.estimates.money.rents import forward_rent
    from tools.quantities import parse_months, parse_price

    if not stated:
        return []
    terms: dict[int, Decimal] = {}
    for each in stated:
        months, equals, price = each.partition("=")
        if not equals:
            raise InvalidInput(f"--forward {each[:40]!r} has no price", "for example 12=4.10")
        terms[parse_months(months)] = parse_price(price)
    return [forward_rent(terms, source="given with --forward")]


def _price_source(purchase: str | None, all_in: str | None) -> str | None:
    if purchase is not None:
        return "given with --purchase"
    return None if all_in is None else "given with --all-in"


def _months(text: str | None) -> int | None:
    from tools.quantities import parse_months

    if text is None:
        return None
    return 0 if text.strip() == "0" else parse_months(text)
