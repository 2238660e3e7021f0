"""The same hardware through several sellers, and free GPUs that do not fit together."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.delivered import delivered
from tools.needs import need
from tools.offers import Availability, ExtraCost, Money, Offer, Queue, Term
from tools.price_list import list_offers
from tools.resellers import cloud_of, fitted, fragmentation, merged


def usd(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def an_offer(provider: str, price: str | None = "2", **more: Any) -> Offer:
    values: dict[str, Any] = {
        "provider": provider,
        "gpu": "nvidia-h100-sxm5-80gb",
        "gpu_raw": "H100",
        "count": 8,
        "nodes": 1,
        "term": Term.ON_DEMAND,
        "price_per_gpu_hour": usd(price) if price is not None else None,
        "region": "us-west-1",
        "availability": Availability.AVAILABLE,
        "method": "live",
        "standing": "live",
        "source": provider.lower(),
    }
    return Offer(**values | more)


def through_shadeform(price: str = "2.10", **more: Any) -> Offer:
    values: dict[str, Any] = {"reseller_of": "lambdalabs", "region": "US-WEST-1"}
    return an_offer("Shadeform", price, **values | more)


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("lambdalabs", "lambda"),
        ("Lambda", "lambda"),
        ("datacrunch", "verda"),
        ("Verda", "verda"),
        ("nexgen", "hyperstack"),
        ("crusoecloud", "crusoe"),
        ("massedcompute", "massed compute"),
        ("A new cloud", "anewcloud"),
    ],
)
def test_clouds_by_their_names(name: str, cloud: str) -> None:
    assert cloud_of(an_offer("Shadeform", reseller_of=name)) == cloud


def test_one_hardware_is_shown_once_with_every_price() -> None:
    [shown] = merged([through_shadeform(free=16), an_offer("Lambda", "2.50", free=8)])
    assert (shown.provider, shown.price_per_gpu_hour, shown.free) == ("Shadeform", usd("2.10"), 16)
    [other] = shown.also
    assert (other.provider, other.price_per_gpu_hour, other.source, other.free) == (
        "Lambda", usd("2.50"), "lambda", 8,
    )  # fmt: skip


def test_on_a_tie_the_cloud_itself_is_shown() -> None:
    [shown] = merged([through_shadeform("2"), an_offer("Lambda", "2")])
    assert shown.provider == "Lambda"


def test_what_can_be_had_is_shown_before_what_is_cheaper_and_gone() -> None:
    gone = an_offer("Lambda", "1", availability=Availability.NONE)
    [shown] = merged([gone, through_shadeform("3")])
    assert shown.provider == "Shadeform"
    assert shown.also[0].availability is Availability.NONE


def test_the_bill_decides_where_there_is_one() -> None:
    job = need(count=8, hours=Decimal(10))
    fee = [ExtraCost(kind="setup", price=usd("500"), per="once")]
    cheap, plain = through_shadeform("1", extra_costs=fee), an_offer("Lambda", "2")
    both = [each.model_copy(update={"delivered": delivered(each, job)}) for each in (cheap, plain)]
    [shown] = merged(both)
    assert shown.provider == "Lambda"
    assert shown.also[0].total == usd("580")


DIFFERENT: list[dict[str, Any]] = [
    {"gpu": "nvidia-h100-pcie-80gb"},
    {"gpu": None},
    {"count": 4},
    {"count": None},
    {"region": "us-east-1"},
    {"region": None},
    {"term": Term.SPOT},
    {"term": Term.RESERVED, "term_months": 12},
    {"method": "list", "standing": "list"},
    {"standing": "recent"},
    {"reseller_of": "hyperstack"},
    {"inter": "infiniband"},
    {"price_per_gpu_hour": Money(amount=Decimal(2), currency="EUR")},
]


@pytest.mark.parametrize("change", DIFFERENT, ids=str)
def test_what_differs_stays_apart(change: dict[str, Any]) -> None:
    direct = an_offer("Lambda", inter="roce")
    assert len(merged([direct, through_shadeform(**change)])) == 2


def test_a_fabric_that_one_seller_does_not_state_is_no_difference() -> None:
    assert len(merged([an_offer("Lambda", inter="infiniband"), through_shadeform()])) == 1


def test_without_a_region_only_the_same_price_is_the_same_hardware() -> None:
    direct = an_offer("Lambda", "2", region=None)
    assert len(merged([direct, through_shadeform("2", region=None)])) == 1
    assert len(merged([direct, through_shadeform("2.1", region=None)])) == 2


def test_two_rows_of_one_seller_are_two_machines() -> None:
    assert len(merged([an_offer("Lambda"), an_offer("Lambda")])) == 2
    assert len(merged([an_offer("Lambda"), through_shadeform(), through_shadeform("3")])) == 3


def test_one_seller_asked_in_two_ways_is_one() -> None:
    with_key = an_offer("RunPod", "2.69", source="runpod", availability=Availability.LIMITED)
    without = an_offer("RunPod", "2.69", source="runpod-public", availability=Availability.UNKNOWN)
    [shown] = merged([without, with_key])
    assert (shown.source, shown.also) == ("runpod", [])
    [shown] = merged([without.model_copy(update={"price_per_gpu_hour": usd("2.79")}), with_key])
    assert [each.price_per_gpu_hour for each in shown.also] == [usd("2.79")]  # they disagree
    hosts = with_key.model_copy(update={"reseller_of": "community hosts"})
    assert len(merged([without, with_key, hosts])) == 2


def test_two_dates_of_one_seller_in_a_list_stay_two_rows() -> None:
    listed: dict[str, Any] = {"method": "list", "standing": "list"}
    old = an_offer("DataCrunch", "2", source="a page", observed_at="2025-12-01", **listed)
    new = an_offer("Verda", "3", source="another page", observed_at="2026-06-21", **listed)
    assert len(merged([old, new])) == 2
    assert len(merged([old, an_offer("Shadeform", reseller_of="verda", **listed)])) == 1


def test_marketplaces_of_many_owners_and_the_funds_own_are_never_merged() -> None:
    vast = an_offer("Vast.ai"), an_offer("Prime Intellect", reseller_of="vast")
    assert len(merged(vast)) == 2
    east = an_offer("Oxygen", term=Term.FUND, source="east")
    west = an_offer("oxygen west", reseller_of="oxygen", term=Term.FUND, source="west")
    assert len(merged([east, west])) == 2
    queued = [an_offer("Lambda", queue=Queue()), through_shadeform(queue=Queue())]
    assert len(merged(queued)) == 2
    own = [an_offer("Lambda", method="operator"), through_shadeform()]
    assert len(merged(own)) == 2


def test_merging_again_changes_nothing() -> None:
    once = merged([through_shadeform(), an_offer("Lambda"), an_offer("Crusoe")])
    assert merged(once) == once


_OFFERS = st.builds(
    an_offer,
    st.sampled_from(["Lambda", "Shadeform", "Prime Intellect", "Vast.ai"]),
    st.sampled_from(["1.99", "2", "2.5", None]),
    reseller_of=st.sampled_from([None, "lambdalabs", "vast"]),
    region=st.sampled_from([None, "us-west-1", "US_WEST_1"]),
    availability=st.sampled_from(list(Availability)),
    free=st.none() | st.integers(0, 64),
    method=st.sampled_from(["live", "list", "cached", "operator"]),
    term=st.sampled_from([Term.ON_DEMAND, Term.SPOT, Term.FUND]),
)


@given(st.lists(_OFFERS, max_size=8))
def test_no_seller_price_or_count_is_lost_or_changed(offers: list[Offer]) -> None:
    shown = merged(offers)

    def told(each: Any) -> tuple[object, ...]:
        return each.provider, each.price_per_gpu_hour, each.free, each.availability, each.source

    before = Counter(told(each) for each in offers)
    assert before == Counter(told(one) for each in shown for one in (each, *each.also))
    for each in shown:
        better = [s for s in each.also if s.availability is each.availability]
        for seller in better:
            if seller.price_per_gpu_hour and each.price_per_gpu_hour:
                assert each.price_per_gpu_hour.amount <= seller.price_per_gpu_hour.amount


def pool(free: int | None, block: int | None, whole: int | None, **more: Any) -> Offer:
    values: dict[str, Any] = {"count": None, "nodes": None}
    return an_offer("Own", free=free, largest_block=block, whole_nodes=whole, **values | more)


@pytest.mark.parametrize(
    ("offer", "count", "short"),
    [
        (pool(10, 4, 0), 10, True),
        (pool(10, 4, 0), 8, True),
        (pool(10, 4, None), 8, True),
        (pool(10, 4, 0), 4, False),
        (pool(10, 4, 0), 5, True),
        (pool(16, 8, 2), 16, False),
        (pool(16, 8, 1), 16, True),
        (pool(16, 8, 1), 12, False),
        (pool(10, 4, 0), 64, False),  # that is too few, not in pieces
        (pool(10, None, None), 8, False),
        (pool(None, None, None), 8, False),
        # 4 GPUs a node, and it is known
        (pool(16, 4, 4, count=64, nodes=16), 16, False),
        (pool(16, 3, 0, count=64, nodes=16), 8, True),
        # machines of two GPUs each: no node of eight is among them
        (pool(10, 2, 5, count=2, nodes=1), 8, True),
    ],
)
def test_free_gpus_in_pieces(offer: Offer, count: int, short: bool) -> None:
    found = fragmentation(offer, need(count=count))
    assert (found is not None) == short
    after = fitted(offer, need(count=count))
    assert after.fragmentation == found
    assert after.availability is (Availability.LIMITED if short else Availability.AVAILABLE)
    if found:
        assert (found.free, found.largest_block, found.wanted) == (
            offer.free, offer.largest_block, count,
        )  # fmt: skip


def test_pieces_never_better_than_known() -> None:
    none = pool(10, 4, 0, availability=Availability.NO_QUOTA)
    assert fitted(none, need(count=8)).availability is Availability.NO_QUOTA
    assert fitted(none, need()).fragmentation is None


def test_no_row_of_the_bundled_list_hides_another() -> None:
    rows = [each.model_copy(update={"standing": "list"}) for each in list_offers()]
    assert merged(rows) == rows
