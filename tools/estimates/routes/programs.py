"""Routes over programs: GPUs that a fund lends its companies, and credits at a cloud."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.estimates.money.dilution import dilution_cost, share_sold
from tools.estimates.records import MoneyRange
from tools.estimates.routes.job import NO_MONEY, Job
from tools.estimates.routes.offers import Billed
from tools.estimates.routes.records import Evidence, ProgramTerms, Route
from tools.estimates.shown import usd
from tools.gpus import known_gpu
from tools.offers import Term


def program_routes(
    programs: Sequence[ProgramTerms], priced: Sequence[Billed], job: Job
) -> list[Route]:
    """A route for each program; credits are spent at their cloud's on-demand price."""
    return [
        _credits(each, priced, job) if each.kind == "credits" else _lent(each, job)
        for each in programs
    ]


def _lent(terms: ProgramTerms, job: Job) -> Route:
    """GPUs of a fund: free, at a stated price, or at one that nobody states."""
    unknown, problems = _of_the_company(terms)
    total, formula = None, ""
    if terms.price_basis == "free":
        total, formula = NO_MONEY, "free of charge"
    elif terms.price_per_gpu_hour is not None:
        price = terms.price_per_gpu_hour
        low, likely, high = (job.gpus * hours * price for hours in job.hours)
        total = MoneyRange(low=low, likely=likely, high=high)
        formula = f"{job.gpus} GPUs x {job.hours[1].normalize():f} h x {usd(price, 2)}"
    else:
        unknown.append("program_price")
    if terms.gpus is None:
        unknown.append("program_gpus")
    elif terms.gpus < job.gpus:
        problems.append("too_few_gpus")
    if terms.days is None:
        unknown.append("program_days")
    elif terms.days * 24 < job.hours[1]:
        problems.append("too_short")
    have = known_gpu(terms.gpu) if terms.gpu else None
    if have is None:
        unknown.append("program_gpu")
    elif have.family != job.gpu.family:
        problems.append("other_gpu")
    figures = ("price_basis", "price_per_gpu_hour", "gpus", "days", "gpu")
    return _route(terms, job, total, formula, unknown, problems, _cited(terms, figures))


def _credits(terms: ProgramTerms, priced: Sequence[Billed], job: Job) -> Route:
    """The bill of the program's cloud less what the credits pay of it.

    Likely: the whole sum is granted; high: none of it where the sum is only a bound. Credits that
    end before the job does pay for their part of it alone.
    """
    unknown, problems = _of_the_company(terms)
    at = _at_cloud(terms, priced)
    evidence = _cited(terms, ("credits", "days"))
    if terms.credits is None:
        unknown.append("credit_sum")
    elif terms.credits_up_to:
        unknown.append("credit_amount")
    if at is None:
        unknown.append("list_price")
        return _route(terms, job, None, "", unknown, problems, evidence)
    bills, codes = at.totals
    unknown += codes
    evidence.append(
        Evidence(figure="total_usd", source=f"offer:{at.offer.offer_id}", cite=f"offers.{at.index}")
    )
    total, formula = None, ""
    if bills is not None and terms.credits is not None:
        paid = [
            bill - min(terms.credits, _in_time(bill, hours, terms.days))
            for bill, hours in zip((bills.low, bills.likely, bills.high), job.hours, strict=True)
        ]
        high = bills.high if terms.credits_up_to else paid[2]
        total = MoneyRange(low=paid[0], likely=paid[1], high=high)
        formula = (
            f"{at.offer.provider} on demand {usd(bills.likely)} - credits"
            f" {usd(bills.likely - paid[1])} of {usd(terms.credits)}"
        )
    price = at.offer.price_per_gpu_hour
    more = {
        "price_per_gpu_hour": price.amount if price and price.currency == "USD" else None,
        "price_as_of": (at.offer.observed_at or "")[:10] or None,
    }
    route = _route(terms, job, total, formula, unknown, problems, evidence)
    return route.model_copy(update=more)


def _in_time(bill: Decimal, hours: Decimal, days: Decimal | None) -> Decimal:
    """The part of a bill that falls before the credits expire."""
    return bill if days is None else bill * min(Decimal(1), days * 24 / hours)


def _at_cloud(terms: ProgramTerms, priced: Sequence[Billed]) -> Billed | None:
    """The cheapest on-demand offer of the program's cloud, old list prices last."""
    if not terms.cloud:
        return None
    name = terms.cloud.lower()
    own = [
        each
        for each in priced
        if each.offer.term is Term.ON_DEMAND
        and each.usd is not None
        and name in (each.offer.provider.lower(), (each.offer.reseller_of or "").lower())
    ]
    return min(
        own, key=lambda each: (each.offer.standing == "stale", each.usd, each.index), default=None
    )


def _of_the_company(terms: ProgramTerms) -> tuple[list[str], list[str]]:
    unknown = ["start"]
    problems = []
    if terms.ended:
        problems.append("ended")
    if terms.eligibility == "no":
        problems.append("not_eligible")
    elif terms.eligibility == "unknown":
        unknown.append("eligibility")
    return unknown, problems


def _route(
    terms: ProgramTerms,
    job: Job,
    total: MoneyRange | None,
    formula: str,
    unknown: list[str],
    problems: list[str],
    evidence: list[Evidence],
) -> Route:
    cost, stake, codes = _equity(terms, job.valuation)
    free = total is not None and total.high == 0
    equity = _cited(terms, ("equity_share", "equity_asked", "investment", "strings"))
    return Route(
        rank=0,
        kind=terms.kind,
        name=terms.name,
        tier="unknown",
        total_usd=total,
        dilution_usd=cost,
        dilution_share=stake,
        cash_upfront_usd=Decimal(0) if free else None,
        paid_gpu_hours=float(job.gpus * job.hours[1]) if total is not None else None,
        idle_gpu_hours=0.0 if total is not None else None,
        eligibility=terms.eligibility,
        missing=terms.missing,
        strings=terms.strings,
        standing="program",
        price_as_of=terms.as_of,
        unknown=tuple(dict.fromkeys([*unknown, *codes])),
        problems=tuple(problems),
        evidence=(*evidence, *equity),
        formula=formula,
    )


def _equity(
    terms: ProgramTerms, valuation: Decimal | None
) -> tuple[Decimal | None, Decimal | None, list[str]]:
    """What the stake costs at the stated valuation, the stake, and what is unknown of it. An
    investment without a stated share is at the valuation: it dilutes, and costs nothing more."""
    share = terms.equity_share
    if not (terms.equity_asked or share or terms.investment):
        return None, None, []
    if valuation is None:
        return None, share, ["equity_price"]
    if share is None and terms.investment and terms.investment <= valuation:
        share = share_sold(terms.investment, valuation)
    if share is None:
        return None, None, ["equity_share"]
    return dilution_cost(share, valuation, terms.investment or 0), share, []


def _cited(terms: ProgramTerms, figures: Sequence[str]) -> list[Evidence]:
    return [
        Evidence(figure=figure, source=f"program:{terms.id}", cite=terms.cites[figure])
        for figure in figures
        if figure in terms.cites
    ]
