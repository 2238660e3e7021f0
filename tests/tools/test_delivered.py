"""What a stated job costs from an offer: every case worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.delivered import delivered, lost_share, plain
from tools.needs import Need, need
from tools.offers import Commitment, Delivered, ExtraCost, Money, Offer, Quote, Start, Term


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def an_offer(price: str | None = "2", **more: Any) -> Offer:
    values: dict[str, Any] = {
        "provider": "A cloud",
        "gpu": "nvidia-h100-sxm5-80gb",
        "gpu_raw": "H100",
        "count": 8,
        "term": Term.ON_DEMAND,
        "price_per_gpu_hour": usd(price) if price is not None else None,
        "method": "live",
        "source": "a",
    }
    return Offer(**values | more)


def a_job(count: int = 10, hours: str = "100", **more: str) -> Need:
    return need(count=count, hours=Decimal(hours), **{k: Decimal(v) for k, v in more.items()})


def bill(offer: Offer, job: Need, rates: Any = None) -> Delivered:
    found = delivered(offer, job, rates)
    assert found is not None
    return found


def total(offer: Offer, job: Need) -> str | None:
    found = bill(offer, job).total
    return None if found is None else plain(found.amount)


def test_a_need_without_number_or_hours_has_no_bill() -> None:
    assert delivered(an_offer(), need(count=8)) is None
    assert delivered(an_offer(), need(hours=Decimal(5))) is None


def test_ten_of_what_is_sold_by_eight_are_sixteen() -> None:
    found = bill(an_offer(), a_job())
    assert (found.paid_gpus, found.paid_hours, found.idle_gpu_hours) == (16, 100, 600)
    assert found.total == usd("3200")
    assert found.per_gpu_hour == usd("3.2")
    assert found.lines[0].formula == "16 GPUs x 100 h x 2 USD"
    assert found.unknown == ()


def test_the_price_of_an_instance_is_not_divided_and_multiplied_again() -> None:
    third = Quote(price=usd("10"), unit="instance_hour")
    offer = an_offer("3.333333333333333333333333333", count=3, quote=third)
    found = bill(offer, a_job(count=3, hours="3"))
    assert found.total == usd("30")
    assert found.lines[0].formula == "1 x 3 GPUs x 3 h x 10 USD"


def test_what_is_billed_by_the_gpu_is_not_rounded_up() -> None:
    by_gpu = Quote(price=usd("2"), unit="gpu_hour")
    assert total(an_offer(quote=by_gpu), a_job()) == "2000"
    assert total(an_offer(term=Term.FUND), a_job()) == "2000"
    own = an_offer(method="operator", count=512)
    assert bill(own, a_job()).paid_gpus == 10
    least = Commitment(gpus=64)
    assert total(an_offer(quote=by_gpu, commitment=least), a_job()) == "12800"


def test_unknown_size_is_said() -> None:
    found = bill(an_offer(count=None), a_job())
    assert (found.paid_gpus, found.unknown) == (10, ("configuration_size",))
    quote = Quote(price=usd("16"), unit="instance_hour")
    assert bill(an_offer(count=None, quote=quote), a_job()).total is None


@pytest.mark.parametrize("term", [each for each in Term if each is not Term.CAPACITY_BLOCK])
def test_without_a_price_there_is_no_total(term: Term) -> None:
    found = bill(an_offer(None, term=term), a_job())
    assert found.total is None
    assert found.per_gpu_hour is None
    assert found.lines == ()
    assert found.unknown == ("gpu_price",)


def test_free_of_charge_is_a_price() -> None:
    assert bill(an_offer("0", term=Term.FUND), a_job()).total == usd("0")


def test_hours_committed_are_paid() -> None:
    found = bill(an_offer(commitment=Commitment(hours=Decimal(168))), a_job(8))
    assert (found.total, found.idle_gpu_hours) == (usd("2688"), 8 * 68)


def test_a_reserved_term_is_paid_to_its_end() -> None:
    month = an_offer(term=Term.RESERVED, term_months=1)
    found = bill(month, a_job(8, "100"))
    assert found.paid_hours == 730
    assert found.total == usd("11680")
    # How long must be reserved is not known: the job alone is the least.
    open_term = bill(an_offer(term=Term.RESERVED), a_job(8, "100"))
    assert (open_term.total, open_term.unknown) == (usd("1600"), ("term_length",))
    over = bill(month, a_job(8, "731"))
    assert (over.total, over.unknown) == (None, ("longer_than_term",))


def test_a_capacity_block_has_one_price() -> None:
    block = an_offer(
        "5",
        term=Term.CAPACITY_BLOCK,
        quote=Quote(price=usd("960"), unit="block"),
        commitment=Commitment(hours=Decimal(24)),
        upfront=usd("960"),
    )
    found = bill(block, a_job(10, "20"))
    assert found.total == usd("1920")
    assert found.cash_upfront == usd("1920")
    assert found.lines[0].formula == "2 x 8 GPUs x 960 USD for 24 h"
    assert bill(block, a_job(10, "25")).unknown == ("longer_than_term",)


def test_the_hours_of_a_block_may_stand_in_its_window() -> None:
    quote = Quote(price=usd("960"), unit="block")
    begin, end = (datetime(2026, 12, day, tzinfo=UTC) for day in (1, 3))
    window = Start(state="window", at=begin, until=end)
    block = an_offer(term=Term.CAPACITY_BLOCK, quote=quote, start=window)
    assert bill(block, a_job(8, "48")).paid_hours == 48
    unknown = bill(an_offer(term=Term.CAPACITY_BLOCK, quote=quote), a_job(8, "1"))
    assert (unknown.total, unknown.unknown) == (None, ("block_hours",))


def test_least_sum() -> None:
    least = Commitment(amount=usd("5000"))
    found = bill(an_offer(commitment=least), a_job(8))
    assert found.total == usd("5000")
    assert found.lines[-1].what == "minimum"
    assert found.lines[-1].price == usd("3400")
    assert total(an_offer(commitment=least), a_job(64)) == "12800"


def test_disk_and_egress() -> None:
    costs = [
        ExtraCost(kind="disk", price=usd("0.10"), per="gb_month"),
        ExtraCost(kind="egress", price=usd("0.05"), per="gb"),
    ]
    job = a_job(8, "73", disk_gb="1000", egress_gb="200")
    found = bill(an_offer(extra_costs=costs), job)
    assert [(line.what, line.price) for line in found.lines[1:]] == [
        ("disk", usd("10")),
        ("egress", usd("10")),
    ]
    assert found.lines[1].formula == "1000 GB x 73 h / 730 h x 0.10 USD"
    assert found.total == usd("1188")
    # What comes with the GPUs is taken off, what is included costs nothing.
    assert total(an_offer(extra_costs=costs, disk_gb=Decimal(400)), job) == "1184"
    assert total(an_offer(extra_costs=costs, included=["disk", "egress"]), job) == "1168"
    # Two machines with 600 GB each have no room for 1000 GB.
    small = an_offer(count=4, disk_gb=Decimal(600))
    assert bill(small, job).unknown == ("disk_price", "egress_price")
    assert bill(an_offer(disk_gb=Decimal(1000)), job).unknown == ("egress_price",)


def test_disk_and_egress_without_a_price_are_said() -> None:
    found = bill(an_offer(), a_job(8, "73", disk_gb="1000", egress_gb="200"))
    assert found.total == usd("1168")
    assert found.unknown == ("disk_price", "egress_price")
    assert bill(an_offer(), a_job(8, "73", disk_gb="0", egress_gb="0")).unknown == ()


def test_fees() -> None:
    costs = [
        ExtraCost(kind="setup", price=usd("100"), per="once"),
        ExtraCost(kind="network", price=usd("1"), per="hour"),
        ExtraCost(kind="ingress", price=usd("0.01"), per="gb"),
    ]
    found = bill(an_offer(extra_costs=costs, upfront=usd("500")), a_job())
    assert found.total == usd("3500")
    assert found.cash_upfront == usd("1100")
    assert found.unknown == ("ingress_price",)


def test_spot_pays_for_what_interruptions_lose() -> None:
    job = a_job(8, "100", checkpoint_hours="2", restart_hours="0.5", interruptions_per_day="3.2")
    assert lost_share(job) == Decimal("0.2")
    found = bill(an_offer("1.50", term=Term.SPOT), job)
    assert (found.paid_hours, found.total) == (125, usd("1500"))
    assert found.per_gpu_hour == usd("1.875")  # 1.50 / (1 - 0.2)
    assert found.lines[0].formula == "8 GPUs x 125 h (100 h / (1 - 0.2)) x 1.50 USD"
    assert found.idle_gpu_hours == 0
    assert bill(an_offer("1.50"), job).total == usd("1200")  # on demand is not interrupted


def test_spot_without_stated_losses_shows_the_sticker_price_and_says_so() -> None:
    for job in (a_job(8), a_job(8, checkpoint_hours="1", restart_hours="1")):
        found = bill(an_offer(term=Term.SPOT), job)
        assert (found.total, found.unknown) == (usd("1600"), ("restart_loss",))


def test_spot_that_never_gets_done() -> None:
    job = a_job(8, checkpoint_hours="24", restart_hours="1", interruptions_per_day="2")
    found = bill(an_offer(term=Term.SPOT), job)
    assert (found.total, found.unknown) == (None, ("never_finishes",))


@dataclass(frozen=True)
class _Exchanged:
    money: Money
    rate: str


def _rates(money: Money, currency: str) -> _Exchanged | None:
    if (money.currency, currency) != ("EUR", "USD"):
        return None
    return _Exchanged(
        Money(amount=money.amount * 2, currency="USD"), "1 EUR = 2 USD, 2026-11-20, a bank"
    )


def test_other_currencies_stay_unless_a_dated_rate_is_there() -> None:
    euros = Money(amount=Decimal(2), currency="EUR")
    alone = bill(an_offer(price_per_gpu_hour=euros), a_job(8))
    assert (alone.total, alone.in_usd) == (Money(amount=Decimal(1600), currency="EUR"), None)
    known = bill(an_offer(price_per_gpu_hour=euros), a_job(8), _rates)
    assert known.total == alone.total
    assert known.in_usd == usd("3200")
    assert known.rate is not None
    assert "2026-11-20" in known.rate
    fee = [ExtraCost(kind="setup", price=euros, per="once")]
    left_out = bill(an_offer(extra_costs=fee), a_job(8))
    assert (left_out.total, left_out.unknown) == (usd("1600"), ("other_currency",))
    assert left_out.lines[-1].price == euros
    assert bill(an_offer(extra_costs=fee), a_job(8), _rates).total == usd("1604")


_AMOUNTS = st.decimals(0, 100, places=3)


@given(
    price=_AMOUNTS,
    count=st.integers(1, 300),
    size=st.integers(1, 72),
    hours=st.decimals("0.1", 5000, places=1),
    disk=_AMOUNTS,
    fee=_AMOUNTS,
    committed=st.none() | st.decimals(1, 900, places=0),
    spot=st.booleans(),
    often=st.decimals(0, 3, places=2),
)
def test_never_below_the_sticker_price_and_never_a_float(
    price: Decimal, count: int, size: int, hours: Decimal, disk: Decimal, fee: Decimal,
    committed: Decimal | None, spot: bool, often: Decimal,
) -> None:  # fmt: skip
    costs = [
        ExtraCost(kind="disk", price=Money(amount=disk, currency="USD"), per="gb_month"),
        ExtraCost(kind="setup", price=Money(amount=fee, currency="USD"), per="once"),
    ]
    offer = an_offer(
        str(price),
        count=size,
        extra_costs=costs,
        term=Term.SPOT if spot else Term.ON_DEMAND,
        commitment=Commitment(hours=committed) if committed else None,
    )
    job = need(
        count=count, hours=hours, disk_gb=Decimal(500), checkpoint_hours=Decimal(1),
        restart_hours=Decimal("0.5"), interruptions_per_day=often,
    )  # fmt: skip
    found = bill(offer, job)
    assert found.total is not None
    assert found.per_gpu_hour is not None
    assert found.total.amount >= price * count * hours
    assert found.total.amount == sum(line.price.amount for line in found.lines)
    assert found.per_gpu_hour.amount >= price - Decimal("1e-20")
    assert found.idle_gpu_hours >= 0
    assert not any(isinstance(value, float) for value in _leaves(found.model_dump()))


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, (list, tuple)):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]
