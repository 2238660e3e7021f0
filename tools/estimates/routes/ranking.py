"""In which order routes stand, and which of many are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tools.estimates.records import MoneyRange
from tools.estimates.routes.job import Job
from tools.estimates.routes.records import COST_UNKNOWN, OUT, TIERS, Route, RouteKind, Tier

_STANDINGS = ("live", "recent", "given", "program", "list", "stale", "suspicious")

_RENTED = ("on_demand", "spot", "reserved", "capacity_block")


def ranked_routes(routes: Sequence[Route], job: Job) -> list[Route]:
    """The routes with what the job's bounds mean for them, best first."""
    judged = [_judged(route, job) for route in routes]
    judged.sort(key=_order)
    return [route.model_copy(update={"rank": n}) for n, route in enumerate(judged, 1)]


def told_routes(routes: Sequence[Route], most: int, most_out: int) -> list[Route]:
    """The routes to show where not all can be: the first ones, the first of each kind, rented ones
    whose lower bound is below the first known total (they may be cheaper), and some of those that
    are ruled out, in their order."""
    fit = [route for route in routes if route.tier != "out"]
    out = [route for route in routes if route.tier == "out"]
    first: dict[RouteKind, Route] = {}
    for route in fit:
        first.setdefault(route.kind, route)
    known = next(
        (each.total_usd for each in fit if each.total_usd and each.tier != "unknown"), None
    )
    maybe = [
        each
        for each in fit
        if known
        and each.lower_bound
        and each.total_usd
        and each.kind in _RENTED
        and each.total_usd.likely < known.likely
    ]
    kept = {each.rank for each in [*fit[:most], *first.values(), *maybe, *out[:most_out]]}
    return [route for route in routes if route.rank in kept]


def _judged(route: Route, job: Job) -> Route:
    total = route.total_usd
    stake = route.dilution_usd or Decimal(0)
    with_stake = None
    if total is not None and "equity_price" not in route.unknown:
        low, likely, high = (each + stake for each in (total.low, total.likely, total.high))
        with_stake = MoneyRange(low=low, likely=likely, high=high)
    problems = [*route.problems, *_bounds(route, job)]
    unknown = list(route.unknown)
    enough = job.cash is None or (total is not None and total.high <= job.cash)
    if route.cash_upfront_usd is None and not enough:
        unknown.append("cash_upfront")
    judged = route.model_copy(
        update={
            "unknown": tuple(unknown),
            "with_dilution_usd": with_stake,
            "used_share": _used(route),
            "lower_bound": total is not None and bool(COST_UNKNOWN & set(route.unknown)),
            "problems": tuple(dict.fromkeys(problems)),
        }
    )
    return judged.model_copy(update={"tier": _tier(judged)})


def _used(route: Route) -> float | None:
    paid, idle = route.paid_gpu_hours, route.idle_gpu_hours
    return None if not paid or idle is None else round((paid - idle) / paid, 4)


def _bounds(route: Route, job: Job) -> list[str]:
    """What of the budget, the cash and the wish for a start the route breaks."""
    found = []
    total, upfront = route.total_usd, route.cash_upfront_usd
    if total is not None and job.budget is not None:
        if total.likely > job.budget:
            found.append("over_budget")
        elif total.high > job.budget:
            found.append("may_exceed_budget")
    if upfront is not None and job.cash is not None and upfront > job.cash:
        found.append("over_cash")
    if route.start is None or job.start_by is None:
        return found
    late = date.fromisoformat(route.start) > job.start_by
    if late and route.start_bound != "not_after":
        found.append("too_late")
    elif late or route.start_bound == "not_before":
        found.append("may_be_late")
    return found


def _tier(route: Route) -> Tier:
    if OUT & set(route.problems):
        return "out"
    open_ = COST_UNKNOWN & set(route.unknown) or route.eligibility == "unknown"
    if open_ or route.total_usd is None:
        return "unknown"
    return "ready" if route.start is not None else "stock_unknown"


def _order(route: Route) -> tuple[object, ...]:
    total = route.with_dilution_usd or route.total_usd
    return (
        TIERS.index(route.tier),
        "none_free" in route.problems,
        total is None,
        (total.likely, total.high, total.low) if total else (),
        _STANDINGS.index(route.standing),
        route.kind,
        route.name,
        route.price_as_of or "",
    )
