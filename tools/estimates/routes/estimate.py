"""Every way to get the GPUs for one job in one ranked table: rented, lent, paid by credits, bought.

Offers and programs come in as arguments; nothing is asked here and nothing is filled in. A route
whose cost, stock or conditions nobody states says so and stands behind those that are known. The
order: routes that can start and cost a known sum; then those of which nobody knows when the GPUs
can be had; then those with something unknown in their cost or conditions; last what is ruled out.
Within each the cheapest first, with the founders' dilution counted as a cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import get_args

from tools.delivered import Rates, lost_share
from tools.errors import InvalidInput
from tools.estimates.checks import gpu_kind, not_negative, positive, whole
from tools.estimates.money.dilution import MOST_USD
from tools.estimates.money.loan_records import GpuLoan
from tools.estimates.money.ownership_records import Ownership
from tools.estimates.records import (
    Assumption,
    Range,
    Sensitivity,
    Step,
    Swing,
    tornado,
)
from tools.estimates.routes.job import Job
from tools.estimates.routes.offers import Billed, billed, offer_routes, total_at
from tools.estimates.routes.owned import owned_routes
from tools.estimates.routes.programs import program_routes
from tools.estimates.routes.ranking import ranked_routes
from tools.estimates.routes.records import (
    ProgramTerms,
    Route,
    RouteComparison,
    RouteKind,
    RoutesInputs,
)
from tools.estimates.shown import triple, usd
from tools.offers import Offer

RULE = (
    "ready to start at a known cost first, then start unknown, then cost or conditions unknown,"
    " last what is ruled out; within each by likely total with dilution, what is known not to be"
    " free now behind the others"
)
_MOST_GPUS, _MOST_HOURS = 10_000_000, Decimal(100 * 8766)


def compare_routes(
    gpu: str,
    gpus: int,
    hours: Decimal,
    hours_low: Decimal | None = None,
    hours_high: Decimal | None = None,
    *,
    today: date,
    offers: Sequence[Offer] = (),
    programs: Sequence[ProgramTerms] = (),
    owning: Ownership | None = None,
    loan: GpuLoan | None = None,
    start_by: date | None = None,
    budget: Decimal | None = None,
    cash: Decimal | None = None,
    valuation: Decimal | None = None,
    checkpoint_hours: Decimal | None = None,
    restart_hours: Decimal | None = None,
    interruptions_per_day: Decimal | None = None,
    rates: Rates | None = None,
) -> RouteComparison:
    """Rank the routes for `gpus` of a GPU over `hours` of wall-clock time (with a low and a high).

    `offers` are those of `tools.market.gpu_offers` for this need, `programs` terms of a library,
    `owning` and `loan` what `rent_or_buy` and `gpu_loan` say of the same number of GPUs.
    `budget` is the most that the job may cost, `cash` what can be paid up front, `valuation` that
    of the company after a deal: it prices equity (US dollars). The three figures of interruptions
    are those of `tools.needs.Need`: without them what spot GPUs lose is unknown. `rates` exchanges
    other currencies. Raises `InvalidInput` and `UnknownGpu`.
    """
    job = _job(
        gpu, gpus, (hours_low, hours, hours_high), today, start_by, budget, cash, valuation,
        (checkpoint_hours, restart_hours, interruptions_per_day), rates,
    )  # fmt: skip
    priced = billed(offers, job)
    found = [
        *offer_routes(priced, job),
        *program_routes(programs, priced, job),
        *owned_routes(owning, loan, job),
    ]
    routes = ranked_routes(found, job)
    low, likely, high = job.hours
    best = _best_offer(routes, priced)
    return RouteComparison(
        as_of=today.isoformat(),
        inputs=_inputs(job),
        job_gpu_hours=_range([each * gpus for each in (low, likely, high)]),
        routes=tuple(routes),
        best_offer_usd=None if best is None else best.total_usd,
        offers_compared=len(offers),
        programs_compared=len(programs),
        none_of=tuple(
            kind for kind in get_args(RouteKind) if all(kind != each.kind for each in routes)
        ),
        assumptions=(*_assumptions(routes, job), *_owning_assumptions(owning)),
        sensitivity=_sensitivity(routes, priced, job),
        steps=tuple(_steps(routes, job)),
    )


def _job(
    gpu: str,
    gpus: int,
    hours: tuple[Decimal | None, Decimal, Decimal | None],
    today: date,
    start_by: date | None,
    budget: Decimal | None,
    cash: Decimal | None,
    valuation: Decimal | None,
    interruptions: tuple[Decimal | None, Decimal | None, Decimal | None],
    rates: Rates | None,
) -> Job:
    whole("GPUs", gpus, _MOST_GPUS)
    likely = positive("hours", hours[1], _MOST_HOURS)
    low, high = (
        likely if each is None else positive("hours", each, _MOST_HOURS)
        for each in (hours[0], hours[2])
    )
    if not low <= likely <= high:
        raise InvalidInput(
            f"hours of {low} / {likely} / {high} cannot be", "low, likely, high: in this order"
        )
    if start_by is not None and start_by < today:
        raise InvalidInput(f"a start by {start_by} is over", f"today is {today}")
    between, restart, often = (
        None if each is None else not_negative(name, each, _MOST_HOURS)
        for name, each in zip(
            ("hours between checkpoints", "hours of a restart", "interruptions a day"),
            interruptions,
            strict=True,
        )
    )
    return Job(
        gpu=gpu_kind(gpu),
        gpus=gpus,
        hours=(low, likely, high),
        today=today,
        start_by=start_by,
        budget=None if budget is None else positive("budget", budget, MOST_USD),
        cash=None if cash is None else not_negative("cash", cash, MOST_USD),
        valuation=None if valuation is None else positive("valuation", valuation, MOST_USD),
        checkpoint_hours=between,
        restart_hours=restart,
        interruptions_per_day=often,
        rates=rates,
    )


def _inputs(job: Job) -> RoutesInputs:
    return RoutesInputs(
        gpu=job.gpu.key,
        gpus=job.gpus,
        hours=_range(job.hours),
        today=job.today.isoformat(),
        start_by=job.start_by.isoformat() if job.start_by else None,
        budget_usd=job.budget,
        cash_usd=job.cash,
        valuation_usd=job.valuation,
        checkpoint_hours=job.checkpoint_hours,
        restart_hours=job.restart_hours,
        interruptions_per_day=job.interruptions_per_day,
    )


def _range(values: Sequence[Decimal]) -> Range:
    low, likely, high = (float(each) for each in values)
    return Range(low=low, likely=likely, high=high)


def _assumptions(routes: Sequence[Route], job: Job) -> list[Assumption]:
    kinds = {route.kind for route in routes}
    found = [Assumption(name="ranking", value="rule", text=RULE, source="rule of this desk")]
    if kinds & {"reserved", "capacity_block"}:
        found.append(
            Assumption(
                name="commitment",
                value="paid in full",
                text="a reservation and a block are paid in full, also for hours that the job does"
                " not use; nothing is resold",
                source="planning figure, no source",
            )
        )
    if "spot" in kinds and (lost := lost_share(job.need(job.hours[1]))) is not None:
        found.append(
            Assumption(
                name="spot_loss",
                value=f"{lost:.1%}",
                text=f"spot GPUs lose {lost:.1%} of the time: half the time between two"
                " checkpoints and a restart at each interruption",
                source="given",
            )
        )
    if any("credit_amount" in route.unknown for route in routes):
        found.append(
            Assumption(
                name="credits",
                value="whole sum",
                text='credits of "up to" a sum: the whole sum is taken for the likely total,'
                " none of it for the high one",
                source="planning figure, no source",
            )
        )
    if job.valuation is not None and any(route.dilution_share for route in routes):
        found.append(
            Assumption(
                name="valuation",
                value=usd(job.valuation),
                text=f"equity is priced at a valuation of {usd(job.valuation)} after the deal, less"
                " the cash that comes with it",
                source="given",
            )
        )
    return found


def _owning_assumptions(owning: Ownership | None) -> list[Assumption]:
    if owning is None:
        return []
    server = owning.inputs.server_per_gpu
    price = [
        each.model_copy(update={"value": usd(server)})
        for each in owning.assumptions
        if each.name == "purchase_price" and server is not None
    ]
    life = Assumption(
        name="owning",
        value=str(owning.months),
        text=f"buying is paid for {owning.months} months of life with all running costs, as"
        " rent_or_buy estimates them; what the job leaves over is not sold",
        source="tools.estimates.money.ownership",
    )
    return [*price, life]


def _steps(routes: Sequence[Route], job: Job) -> list[Step]:
    hours = triple(each * job.gpus for each in job.hours)
    steps = [
        Step(
            name="job",
            text=f"job = {job.gpus:,} GPUs x {triple(job.hours)} h = {hours} GPU-hours",
        )
    ]
    for route in routes:
        total = route.total_usd
        end = "cost unknown" if total is None else usd(total.likely)
        least = "at least " if route.lower_bound else ""
        stake = ""
        if route.dilution_usd is not None and route.dilution_share is not None:
            stake = f"; dilution {route.dilution_share:.2%} = {usd(route.dilution_usd)}"
        how = f"{route.formula} = " if route.formula else ""
        line = f"{route.rank}. {route.kind}, {route.name}: {how}{least}{end}{stake}"
        if route.unknown:
            line += f"; not known: {', '.join(route.unknown)}"
        steps.append(Step(name=f"route_{route.rank}", text=line))
    return steps


def _sensitivity(
    routes: Sequence[Route], priced: Sequence[Billed], job: Job
) -> tuple[Sensitivity, ...]:
    """What would change the total of the best route over an offer: its hours, its seller, and how
    often spot GPUs are taken away."""
    best = _best_offer(routes, priced)
    own = None if best is None else _offer_of(best, priced)
    if best is None or own is None:
        return ()
    low, likely, high = job.hours
    sellers = [
        (each.usd, each.offer.provider) for each in priced
        if each.offer.term is own.offer.term and each.usd and each.offer.standing != "stale"
    ]  # fmt: skip
    swings = [_swing("hours", low, high, lambda value: f"{value:,.0f}")]
    if sellers:
        (least, cheapest), (most, dearest) = min(sellers), max(sellers)
        names = {least: cheapest, most: dearest}
        swings.append(_swing("seller", least, most, names.__getitem__))
    often = job.interruptions_per_day
    if best.kind == "spot" and often:
        swings.append(
            _swing(
                "interruptions_per_day",
                often / 2,
                often * 2,
                lambda value: f"{value.normalize():f}",
            )
        )

    def total(changed: dict[str, Decimal]) -> Decimal:
        if "seller" in changed:
            return changed["seller"]
        return total_at(
            own.offer, job, changed.get("hours", likely), changed.get("interruptions_per_day")
        )

    return tornado("best_offer_usd", total, swings)


def _best_offer(routes: Sequence[Route], priced: Sequence[Billed]) -> Route | None:
    return next((r for r in routes if r.total_usd and _offer_of(r, priced)), None)


def _swing(name: str, low: Decimal, high: Decimal, shown: Callable[[Decimal], str]) -> Swing:
    return Swing(name=name, low=low, high=high, low_text=shown(low), high_text=shown(high))


def _offer_of(route: Route, priced: Sequence[Billed]) -> Billed | None:
    if route.kind in ("credits", "fund_program", "buying", "loan"):
        return None
    cited = {each.source for each in route.evidence}
    return next((each for each in priced if f"offer:{each.offer.offer_id}" in cited), None)
