"""Routes over what the market offers: what each kind's best offer bills for the whole job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from tools.delivered import delivered
from tools.estimates.records import MoneyRange
from tools.estimates.routes.job import Job
from tools.estimates.routes.records import COST_UNKNOWN, Evidence, Route, RouteKind
from tools.gpus import known_gpu
from tools.offers import Availability, Delivered, Money, Offer, Term

Bound = Literal["exact", "not_before", "not_after"]
BEST = 2
"""So many offers of a kind become routes: the best of those seen lately, else of lists; and one
whose bill is open but may be lower."""
_KINDS: dict[Term, RouteKind] = {
    Term.ON_DEMAND: "on_demand",
    Term.SPOT: "spot",
    Term.RESERVED: "reserved",
    Term.CAPACITY_BLOCK: "capacity_block",
    Term.FUND: "fund",
}
# How the price list names figures of a market: nobody sells at an index.
_NO_SELLER = re.compile(r"^market \(|\bindex\b")
_FRESH = ("live", "recent")
_SAME_SPEED = Decimal("0.95")
_NOT_FREE = (
    Availability.NONE, Availability.WAITLIST, Availability.NO_QUOTA, Availability.NOT_ENTITLED,
    Availability.LIMITED,
)  # fmt: skip


@dataclass(frozen=True)
class Billed:
    """An offer with its place among those compared, and its bill for the likely hours."""

    index: int
    offer: Offer
    job: Job
    bill: Delivered
    usd: Decimal | None

    @cached_property
    def totals(self) -> tuple[MoneyRange | None, tuple[str, ...]]:
        """The bills for low, likely and high hours, and what is unknown of them."""
        low, high = (_bill(self.offer, self.job, self.job.hours[end]) for end in (0, 2))
        bills = (low, self.bill, high)
        totals = [_usd(bill) for bill in bills]
        codes = [code for bill in bills for code in bill.unknown]
        if totals[0] is None or totals[1] is None or totals[2] is None:
            if all(bill.total for bill in bills):
                codes.append("other_currency")
            return None, tuple(dict.fromkeys(codes))
        found = MoneyRange(low=totals[0], likely=totals[1], high=totals[2])
        return found, tuple(dict.fromkeys(codes))


def billed(offers: Sequence[Offer], job: Job) -> list[Billed]:
    """The offers that state a price, with their bills; of those replaced by a newer price of the
    same provider none, nor those whose price cannot be meant."""
    found = []
    for index, offer in enumerate(offers):
        if offer.superseded or offer.suspicious or offer.term not in _KINDS:
            continue
        bill = _bill(offer, job, job.hours[1])
        found.append(Billed(index, offer, job, bill, _usd(bill)))
    return found


def offer_routes(priced: Sequence[Billed], job: Job) -> list[Route]:
    """A route for each of the best offers of each kind."""
    routes = []
    for term, kind in _KINDS.items():
        own = [each for each in priced if each.offer.term is term]
        routes += [_route(each, kind, job) for each in _best(own)]
    return routes


def _best(own: Sequence[Billed]) -> list[Billed]:
    """The cheapest seen lately and the cheapest of a list; of old prices only where there is
    nothing else."""
    groups = [
        [each for each in own if each.offer.standing in _FRESH],
        [each for each in own if each.offer.standing == "list"],
    ]
    if not any(groups):
        groups = [[each for each in own if each.offer.standing == "stale"]]
    best = [min(group, key=_order) for group in groups if group]
    if len(best) == 1 and len(own) > 1:  # one standing only: a second seller beside the first
        others = next(group for group in groups if group)
        second = [o for o in others if o.offer.provider != best[0].offer.provider]
        best += [min(second, key=_order)] if second else []
    return best[:BEST] + _maybe_cheaper(best[:BEST], [each for group in groups for each in group])


def _maybe_cheaper(best: Sequence[Billed], others: Sequence[Billed]) -> list[Billed]:
    """The cheapest whose bill is a lower bound below every known one."""
    known = [each.usd for each in best if each.usd is not None and _is_whole(each)]
    below = [o for o in others if o.usd is not None and known and o.usd < min(known)]
    return [min(below, key=_order)] if below and not any(o in best for o in below) else []


def _is_whole(each: Billed) -> bool:
    return each.usd is not None and not COST_UNKNOWN & set(each.bill.unknown)


def _order(each: Billed) -> tuple[object, ...]:
    offer = each.offer
    free = _start(offer, None)[0] is not None
    amount = each.usd if each.usd is not None else Decimal(0)
    return not free, not _is_whole(each), each.usd is None, amount, offer.provider, offer.offer_id


def _bill(offer: Offer, job: Job, hours: Decimal, often: Decimal | None = None) -> Delivered:
    bill = delivered(offer, job.need(hours, often), job.rates)
    if bill is None:  # a job always states its number and hours
        raise ValueError("a bill needs a number of GPUs and hours")
    if _is_slower(offer, job):
        return bill.model_copy(update={"unknown": (*bill.unknown, "slower_form")})
    return bill


def _is_slower(offer: Offer, job: Job) -> bool:
    """Whether the form that is offered (PCIe) is slower than the one whose hours are counted."""
    have = known_gpu(offer.gpu) if offer.gpu else None
    peak, wanted = have and have.training_tflops, job.gpu.training_tflops
    return bool(peak and wanted and peak < wanted * _SAME_SPEED)


def _usd(bill: Delivered) -> Decimal | None:
    if bill.total is None:
        return None
    if bill.total.currency == "USD":
        return bill.total.amount
    return bill.in_usd.amount if bill.in_usd else None


def total_at(offer: Offer, job: Job, hours: Decimal, often: Decimal | None = None) -> Decimal:
    """US dollars of the job for other hours or interruptions a day than stated, for a tornado."""
    return _usd(_bill(offer, job, hours, often)) or Decimal(0)


def _route(each: Billed, kind: RouteKind, job: Job) -> Route:
    offer, bill = each.offer, each.bill
    total, codes = each.totals
    start, bound = _start(offer, job.today)
    upfront = _in_usd(bill.cash_upfront, bill)
    unknown = [*codes, *(() if start else ("start",))]
    if _NO_SELLER.search(offer.provider):
        unknown.append("seller")
    price = offer.price_per_gpu_hour
    evidence = [Evidence(figure="total_usd", source=_source(offer), cite=f"offers.{each.index}")]
    if start:
        evidence.append(
            Evidence(figure="start", source=_source(offer), cite=f"offers.{each.index}")
        )
    return Route(
        rank=0,
        kind=kind,
        name=offer.provider,
        gpu=offer.gpu,
        tier="unknown",
        term_months=offer.term_months,
        total_usd=total,
        lower_bound=total is not None and bool(COST_UNKNOWN & set(codes)),
        cash_upfront_usd=upfront,
        price_per_gpu_hour=price.amount if price and price.currency == "USD" else None,
        paid_gpu_hours=float(bill.paid_gpus * bill.paid_hours),
        idle_gpu_hours=float(bill.idle_gpu_hours),
        lost_share=bill.lost_share,
        start=start.isoformat() if start else None,
        start_bound=bound,
        standing=offer.standing,
        price_as_of=(offer.observed_at or "")[:10] or None,
        unknown=tuple(unknown),
        problems=_stock_problems(offer, seen=offer.standing in _FRESH),
        evidence=tuple(evidence),
        formula="; ".join([*(f"{line.what}: {line.formula}" for line in bill.lines), *_rate(bill)]),
    )


def _rate(bill: Delivered) -> tuple[str, ...]:
    return (bill.rate,) if bill.rate else ()


def _source(offer: Offer) -> str:
    return f"offer:{offer.offer_id}"


def _in_usd(money: Money | None, bill: Delivered) -> Decimal | None:
    if money is None:
        return None
    if money.currency == "USD":
        return money.amount
    if bill.total and bill.in_usd and money.currency == bill.total.currency and bill.total.amount:
        return money.amount * bill.in_usd.amount / bill.total.amount
    return None


def _start(offer: Offer, today: date | None) -> tuple[date | None, Bound | None]:
    """When the GPUs could be had and how that date binds; None where nobody knows. With no `today`
    any date stands for "now"."""
    now = today or date.min
    if offer.standing not in _FRESH:
        return None, None
    start = offer.start
    if start and start.at and start.state in ("not_later_than", "window"):
        return max(start.at.date(), now), start.bound or "not_after"
    if (start and start.state == "now") or offer.availability is Availability.AVAILABLE:
        return now, "exact"
    return None, None


def _stock_problems(offer: Offer, *, seen: bool) -> tuple[str, ...]:
    if offer.start and offer.start.state == "never":
        return ("not_offered",)
    later = offer.start and offer.start.state in ("not_later_than", "window", "now")
    return ("none_free",) if seen and not later and offer.availability in _NOT_FREE else ()
