"""What a stated job costs from an offer, line by line: sizes in which it is sold, least commitment,
disk, egress, fees, and work that spot GPUs lose. What has no price is never given one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Literal, Protocol

from tools.needs import Need
from tools.offers import CostLine, Delivered, ExtraCost, Money, Offer, Term

MONTH_HOURS = Decimal(730)
"""365 days of 24 hours in twelve months, as clouds bill them."""
_DAY_HOURS = Decimal(24)
_BY_SIZE = ("instance_hour", "configuration_hour", "block")


class Exchanged(Protocol):
    """An amount in another currency, with the dated rate in words."""

    @property
    def money(self) -> Money: ...
    @property
    def rate(self) -> str: ...


Rates = Callable[[Money, str], Exchanged | None]
"""Exchange of an amount into a currency; None where there is no dated rate for it."""


def delivered(offer: Offer, need: Need, rates: Rates | None = None) -> Delivered | None:
    """What the job of `need` costs from `offer`; None where it states no number or no hours.

    Amounts stay in the offer's currency. A line in another one is exchanged only by a dated rate,
    else it is left out of the total and said to be ("other_currency").
    """
    if need.count is None or need.hours is None:
        return None
    lost = lost_share(need) if offer.term is Term.SPOT else Decimal(0)
    if lost is not None and lost >= 1:
        return _without_total(need, need.count, need.hours, "never_finishes", lost)
    wall = need.hours / (1 - (lost or 0))
    size = _sold_by(offer)
    least = max(need.count, (offer.commitment and offer.commitment.gpus) or 0)
    sizes = (Decimal(least) / (size or 1)).to_integral_value(ROUND_CEILING)
    gpus = int(sizes) * (size or 1)
    hours = _paid_hours(offer, wall)
    if isinstance(hours, str):
        return _without_total(need, gpus, wall, hours, lost)
    if size is None and offer.quote and offer.quote.unit in _BY_SIZE:
        return _without_total(need, gpus, hours, "configuration_size", lost)
    job = _Job(offer, need, rates, gpus=gpus, sizes=sizes, hours=hours, wall=wall)
    price = job.price_of_gpus(_factor(need, lost))
    if price is None:
        return _without_total(need, gpus, hours, "gpu_price", lost)
    return _summed(job, price, lost, size)


def lost_share(need: Need) -> Decimal | None:
    """The share of time that interruptions cost; None where the need does not state all three.

    An interruption loses half the time between two checkpoints on average, and the restart.
    """
    stated = (need.checkpoint_hours, need.restart_hours, need.interruptions_per_day)
    if any(each is None for each in stated):
        return None
    between, restart, often = (each or Decimal(0) for each in stated)
    return often * (between / 2 + restart) / _DAY_HOURS


@dataclass
class _Job:
    """A job on an offer, and the bill as it grows."""

    offer: Offer
    need: Need
    rates: Rates | None
    gpus: int
    sizes: Decimal
    hours: Decimal
    wall: Decimal
    unknown: list[str] = field(default_factory=list)

    def price_of_gpus(self, factor: str) -> CostLine | None:
        quote, price = self.offer.quote, self.offer.price_per_gpu_hour
        if quote and quote.unit in _BY_SIZE:
            size = f"{plain(self.sizes)} x {self.offer.count} GPUs"
            amount = self.sizes * quote.price.amount
            if quote.unit == "block":
                formula = f"{size} x {_shown(quote.price)} for {plain(self.hours)} h"
            else:
                amount *= self.hours
                formula = f"{size} x {plain(self.hours)} h{factor} x {_shown(quote.price)}"
            return CostLine(what="gpus", formula=formula, price=_money(amount, quote.price))
        if price is None:
            return None
        formula = f"{self.gpus} GPUs x {plain(self.hours)} h{factor} x {_shown(price)}"
        amount = self.gpus * self.hours * price.amount
        return CostLine(what="gpus", formula=formula, price=_money(amount, price))

    def extras(self, currency: str) -> Iterator[CostLine]:
        yield from self._disk(currency)
        yield from self._egress(currency)
        for extra in self.offer.extra_costs:
            if extra.kind in ("disk", "egress"):
                continue
            line = self._fee(extra)
            if line is None:
                self.unknown.append(f"{extra.kind}_price")
            else:
                yield line

    def _disk(self, currency: str) -> Iterator[CostLine]:
        wanted = self.need.disk_gb or Decimal(0)
        if not wanted:
            return
        comes = wanted if "disk" in self.offer.included else Decimal(0)
        # Disks of several machines do not hold one set of data together.
        comes = max(comes, self.offer.disk_gb or Decimal(0))
        if comes >= wanted:
            yield _free("disk", f"{plain(wanted)} GB included", currency)
            return
        line = self._stored("disk", wanted - comes)
        if line is None:
            self.unknown.append("disk_price")
        else:
            yield line

    def _egress(self, currency: str) -> Iterator[CostLine]:
        wanted = self.need.egress_gb or Decimal(0)
        if not wanted:
            return
        if "egress" in self.offer.included:
            yield _free("egress", f"{plain(wanted)} GB included", currency)
            return
        line = self._stored("egress", wanted)
        if line is None:
            self.unknown.append("egress_price")
        else:
            yield line

    def _stored(self, kind: str, gb: Decimal) -> CostLine | None:
        """The first price for `gb` gigabytes of a kind."""
        for extra in self.offer.extra_costs:
            if extra.kind != kind:
                continue
            if extra.per == "gb_month":
                formula = f"{plain(gb)} GB x {plain(self.wall)} h / 730 h x {_shown(extra.price)}"
                amount = gb * extra.price.amount * self.wall / MONTH_HOURS
            elif extra.per == "gb":
                formula = f"{plain(gb)} GB x {_shown(extra.price)}"
                amount = gb * extra.price.amount
            else:
                return self._fee(extra)
            return CostLine(what=extra.kind, formula=formula, price=_money(amount, extra.price))
        return None

    def _fee(self, extra: ExtraCost) -> CostLine | None:
        if extra.per == "once":
            return CostLine(what=extra.kind, formula="once", price=extra.price)
        if extra.per != "hour":
            return None
        return CostLine(
            what=extra.kind,
            formula=f"{plain(self.sizes)} x {plain(self.hours)} h x {_shown(extra.price)}",
            price=_money(self.sizes * self.hours * extra.price.amount, extra.price),
        )

    def in_currency(self, line: CostLine, currency: str) -> CostLine | None:
        """The line in `currency`; None where it cannot be exchanged."""
        if line.price.currency == currency:
            return line
        changed = self.rates(line.price, currency) if self.rates else None
        if changed is None:
            return None
        formula = f"{line.formula} = {_shown(line.price)}; {changed.rate}"
        return CostLine(what=line.what, formula=formula, price=changed.money)


def _summed(job: _Job, gpus: CostLine, lost: Decimal | None, size: int | None) -> Delivered:
    offer, need, currency = job.offer, job.need, gpus.price.currency
    if lost is None:
        job.unknown.append("restart_loss")
    if size is None:
        job.unknown.append("configuration_size")
    least = offer.commitment
    if offer.term is Term.RESERVED and not (offer.term_months or (least and least.hours)):
        job.unknown.append("term_length")
    lines, total = [gpus], gpus.price.amount
    for line in job.extras(currency):
        own = job.in_currency(line, currency)
        lines.append(own or line)
        if own is None:
            job.unknown.append("other_currency")
        else:
            total += own.price.amount
    least_sum = least.amount if least else None
    if least_sum and least_sum.currency != currency:
        job.unknown.append("other_currency")
    elif least_sum and least_sum.amount > total:
        rest = Money(amount=least_sum.amount - total, currency=currency)
        lines.append(CostLine(what="minimum", formula=f"at least {_shown(least_sum)}", price=rest))
        total = least_sum.amount
    whole = Money(amount=total, currency=currency)
    in_usd = job.rates(whole, "USD") if job.rates and currency != "USD" else None
    count, hours = need.count or 0, need.hours or Decimal(0)
    return Delivered(
        job_gpus=count,
        job_hours=hours,
        paid_gpus=job.gpus,
        paid_hours=job.hours,
        idle_gpu_hours=job.gpus * job.hours - count * job.wall,
        lines=tuple(lines),
        total=whole,
        per_gpu_hour=Money(amount=total / (count * hours), currency=currency),
        cash_upfront=_upfront(job, lines),
        in_usd=in_usd.money if in_usd else None,
        rate=in_usd.rate if in_usd else None,
        lost_share=lost if offer.term is Term.SPOT else None,
        unknown=tuple(dict.fromkeys(job.unknown)),
    )


def _upfront(job: _Job, lines: list[CostLine]) -> Money | None:
    stated = job.offer.upfront
    if stated is None:
        return None
    fees = [
        line.price.amount
        for line in lines
        if line.what == "setup" and line.price.currency == stated.currency
    ]
    return _money(stated.amount * job.sizes + sum(fees), stated)


def _sold_by(offer: Offer) -> int | None:
    """In what number of GPUs it is sold; None where that is not known."""
    unit = offer.quote.unit if offer.quote else None
    if unit == "gpu_hour":
        return 1
    own = offer.method == "operator" and offer.list_as_of is None
    if unit is None and (offer.term is Term.FUND or own):
        return 1  # the fund's own: `count` is how many there are
    return offer.count


def _paid_hours(offer: Offer, wall: Decimal) -> Decimal | str:
    """The hours that must be paid for a job that takes `wall`, or why that cannot be said."""
    committed = offer.commitment.hours if offer.commitment else None
    if offer.term is Term.CAPACITY_BLOCK:
        block = committed or _window(offer)
        if block is None:
            return "block_hours"
        return block if wall <= block else "longer_than_term"
    if offer.term_months:
        fixed = offer.term_months * MONTH_HOURS
        return max(fixed, committed or fixed) if wall <= fixed else "longer_than_term"
    return max(wall, committed or wall)


def _window(offer: Offer) -> Decimal | None:
    start = offer.start
    if start is None or start.at is None or start.until is None or start.until <= start.at:
        return None
    return Decimal(round((start.until - start.at).total_seconds())) / 3600


def _without_total(
    need: Need, gpus: int, hours: Decimal, code: str, lost: Decimal | None
) -> Delivered:
    count, wanted = need.count or 0, need.hours or Decimal(0)
    return Delivered(
        job_gpus=count,
        job_hours=wanted,
        paid_gpus=gpus,
        paid_hours=hours,
        idle_gpu_hours=max(gpus * hours - count * wanted, Decimal(0)),
        lost_share=lost or None,
        unknown=(code,),
    )


def _factor(need: Need, lost: Decimal | None) -> str:
    return f" ({plain(need.hours or Decimal(0))} h / (1 - {plain(lost)}))" if lost else ""


def plain(value: Decimal) -> str:
    """A number for a formula: at most four decimal places, no exponent."""
    text = f"{value:.4f}"
    return text.rstrip("0").rstrip(".")


def _shown(money: Money) -> str:
    return f"{money.amount:f} {money.currency}"


def _money(amount: Decimal, like: Money) -> Money:
    return Money(amount=amount, currency=like.currency)


def _free(what: Literal["disk", "egress"], formula: str, currency: str) -> CostLine:
    return CostLine(what=what, formula=formula, price=Money(amount=Decimal(0), currency=currency))
