"""`compute-desk estimate routes`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, GpuName, rounded, show
from assistant.cli.failure import WrongUsage
from assistant.cli.gpus import plain_number, whole_number

if TYPE_CHECKING:
    from tools.estimates.routes.records import Route, RouteComparison

Text = str | None
_SHOWN, _OUT_SHOWN = 12, 6


def routes(
    gpus: Annotated[str, typer.Option(metavar="N", help="How many GPUs.")],
    gpu: GpuName = "H100",
    hours: Annotated[
        Text, typer.Option(metavar="T", help="How long they work: 288 (hours), 12 days.")
    ] = None,
    params: Annotated[
        Text, typer.Option(metavar="N", help="Or: size of the model to train, with --tokens.")
    ] = None,
    tokens: Annotated[Text, typer.Option(metavar="N", help="Training tokens.")] = None,
    region: Annotated[Text, typer.Option(metavar="PLACE", help="Where they may stand.")] = None,
    budget: Annotated[Text, typer.Option(metavar="USD", help="The most it may cost.")] = None,
    cash: Annotated[Text, typer.Option(metavar="USD", help="What can be paid up front.")] = None,
    valuation: Annotated[
        Text, typer.Option(metavar="USD", help="Of the company: it prices equity.")
    ] = None,
    start_by: Annotated[
        Text, typer.Option(metavar="DATE", help="The latest start: 2027-01-15.")
    ] = None,
    purchase_price: Annotated[
        Text,
        typer.Option(metavar="USD", help="Of a GPU in its server; default: a dated table."),
    ] = None,
    loan_months: Annotated[
        Text, typer.Option(metavar="N", help="Also a loan on the GPUs over so many months.")
    ] = None,
    interest: Annotated[
        Text, typer.Option(metavar="SHARE", help="Of the loan a year, such as 12%.")
    ] = None,
    checkpoint_hours: Annotated[
        Text, typer.Option(metavar="T", help="Of spot GPUs: from one checkpoint to the next.")
    ] = None,
    restart_hours: Annotated[
        Text, typer.Option(metavar="T", help="Of spot GPUs: what a restart takes.")
    ] = None,
    interruptions_per_day: Annotated[
        Text, typer.Option(metavar="N", help="Of spot GPUs: how often they are taken away.")
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Rank every way to get the GPUs for a job: rented, lent by a fund, paid by credits, bought.

    Offers are those of `compute-desk gpus`, programs those of the library, held against the saved
    profile. What nobody states is unknown and never stands before what is known.
    """
    from assistant.cli.library import open_reading
    from assistant.profile import load_profile
    from assistant.routes import Job, find_routes
    from assistant.settings import default_home
    from tools import quantities

    def money(text: str | None) -> Decimal | None:
        return None if text is None else quantities.parse_dollars(text)

    def length(text: str | None) -> Decimal | None:
        return None if text is None else quantities.parse_hours(text)

    count, home = whole_number(gpus, "--gpus"), default_home()
    low, likely, high = _hours(gpu, count, hours, params, tokens)
    often = interruptions_per_day
    bounds: dict[str, Any] = {
        "hours_low": low,
        "hours_high": high,
        "start_by": None if start_by is None else _day(start_by),
        "budget": money(budget),
        "cash": money(cash),
        "valuation": money(valuation),
        "checkpoint_hours": length(checkpoint_hours),
        "restart_hours": length(restart_hours),
        "interruptions_per_day": None
        if often is None
        else plain_number(often, "--interruptions-per-day"),
    }
    with open_reading() as kb:
        found = find_routes(
            Job(
                gpu,
                count,
                likely,
                region,
                money(purchase_price),
                None if loan_months is None else quantities.parse_months(loan_months),
                None if interest is None else quantities.parse_share(interest),
                bounds,
            ),
            home=home,
            today=datetime.now(UTC).date(),
            programs=kb.programs(),
            profile=load_profile(home),
            kb=kb,
        )
    _show(found.comparison, Form(as_json, explain, chart))


def _hours(
    gpu: str, gpus: int, hours: str | None, params: str | None, tokens: str | None
) -> tuple[Decimal | None, Decimal, Decimal | None]:
    """Low, likely and high wall-clock hours: as stated, or of a training estimate."""
    from assistant.own_runs import own_runs
    from assistant.settings import default_home
    from tools import quantities
    from tools.estimates.training.estimate import estimate_training

    if hours is not None and params is None and tokens is None:
        return None, quantities.parse_hours(hours), None
    if hours is None and params is not None and tokens is not None:
        run = estimate_training(
            quantities.parse_params(params),
            quantities.parse_tokens(tokens),
            gpu=gpu,
            gpus=gpus,
            own_runs=own_runs(default_home()),
        )
        days = run.days
        if days is not None:
            low, likely, high = (
                Decimal(str(round(each * 24, 2))) for each in (days.low, days.likely, days.high)
            )
            return low, likely, high
    raise WrongUsage(
        "how long the job takes is not clear", "give --hours, or --params and --tokens"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"{text[:40]!r} is no date", "write 2027-01-15") from None


def _show(found: RouteComparison, form: Form) -> None:
    from tools.estimates.routes.ranking import told_routes

    shown = told_routes(found.routes, _SHOWN, _OUT_SHOWN)
    rows = [
        (
            route.rank,
            route.kind.replace("_", " ")
            + (f", {route.term_months} m" if route.term_months else ""),
            route.name,
            *_costs(route),
            rounded(route.cash_upfront_usd) if route.cash_upfront_usd is not None else "?",
            route.start or "?",
        )
        for route in shown
    ]
    notes = [f"{route.rank}. {'; '.join(parts)}" for route in shown if (parts := _notes(route))]
    rest = len(found.routes) - len(shown)
    more = [("Not shown:", [f"{rest} further routes; --json has all"])] if rest > 0 else []
    heads = ("", "Route", "From", "Low", "Likely", "High", "Up front", "Start")
    show(found, heads, rows, form, more=[("To know of them:", notes), *more])


def _costs(route: Route) -> tuple[str, str, str]:
    total = route.with_dilution_usd or route.total_usd
    if total is None:
        return "?", "?", "?"
    if not total.high:
        return "free", "free", "free"
    least = ">" if route.lower_bound else ""
    low, likely, high = (
        f"{least}{rounded(each)}" for each in (total.low, total.likely, total.high)
    )
    return low, likely, high


def _notes(route: Route) -> list[str]:
    """What speaks against a route, what it asks, and what is not known of it."""
    parts = [code.replace("_", " ") for code in route.problems]
    parts += list(route.strings)
    if route.dilution_share is not None and route.dilution_usd is not None:
        beyond = rounded(route.dilution_usd)
        parts.append(f"dilution {route.dilution_share:.1%}, {beyond} USD beyond its cash")
    if route.unknown:
        parts.append("not known: " + ", ".join(code.replace("_", " ") for code in route.unknown))
    if route.missing:
        parts.append("asked of you: " + ", ".join(route.missing))
    if route.price_as_of:
        parts.append(f"{route.standing}, {route.price_as_of}")
    return parts
