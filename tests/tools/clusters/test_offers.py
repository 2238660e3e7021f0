"""A cluster's state as offers, and what the market makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tools.clusters.offers import ClusterSettings, cluster_offers
from tools.clusters.state import ClusterState, NodeGpus, Partition, Waiting
from tools.market import Access, gpu_offers
from tools.needs import Need, need
from tools.offers import Availability, Money, Offer
from tools.sources.asking import Configured
from tools.sources.slurm import SOURCE, Config
from tools.sources.source import Asking, Findings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cluster(*used: int, total: int = 8, waiting: int = 0) -> ClusterState:
    """H100 nodes with so many GPUs used in each."""
    nodes = [
        NodeGpus(
            node_id=number, gpu_raw="h100", gpu="nvidia-h100-any-80gb", total=total, used=count,
            usable=True, cpus_total=64, cpus_free=64 - count, memory_total_mb=10**6,
            memory_free_mb=10**5, clear_at=NOW if not count else NOW.replace(hour=15),
        )
        for number, count in enumerate(used)
    ]  # fmt: skip
    queue = Waiting(jobs=waiting, gpus=8 * waiting, ready=waiting, rivals=waiting,
                    rival_minutes=60 * waiting)  # fmt: skip
    everything = Partition(partition_id=0, node_ids=frozenset(range(len(used))), is_default=True)
    return ClusterState(nodes=tuple(nodes), queue=queue, partitions=(everything,), measured_at=NOW)


def the_offer(state: ClusterState, wanted: Need, **settings: object) -> Offer:
    (offer,) = cluster_offers(state, wanted, ClusterSettings.model_validate(settings))
    return offer


def hours(count: int, number: int = 1) -> Need:
    return need("H100", count, hours=Decimal(number))


def test_three_numbers_start_and_queue() -> None:
    offer = the_offer(cluster(6, 5, 8), hours(8))
    assert (offer.count, offer.free, offer.whole_nodes, offer.largest_block) == (24, 5, 0, 3)
    assert offer.availability is Availability.QUEUED
    assert offer.start
    assert (offer.start.state, offer.start.at) == (
        "not_later_than",
        datetime(2026, 11, 22, 15, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("used", "count", "availability"),
    [
        ((0, 8), 8, Availability.AVAILABLE),
        ((5, 5, 5), 8, Availability.QUEUED),  # nine free, no node with eight
        ((8, 8), 1, Availability.QUEUED),
        ((0, 0), 24, Availability.NONE),
    ],
)
def test_availability_is_for_the_job(
    used: tuple[int, ...], count: int, availability: Availability
) -> None:
    assert the_offer(cluster(*used), hours(count)).availability is availability


def test_the_market_does_not_add_up_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine free GPUs in pieces of three are not eight for a job."""

    async def fetch(asking: Asking[Config]) -> Findings:
        return Findings(cluster_offers(cluster(5, 5, 5), asking.need, asking.config))

    source = replace(SOURCE, fetch=fetch)
    access = Access(live=(Configured("fund", source, Config()),), clock=lambda: NOW)
    market = gpu_offers(hours(8), access)
    offer = next(each for each in market.offers if each.source == "fund")
    assert (offer.free, offer.availability) == (9, Availability.QUEUED)


def test_no_count_no_start() -> None:
    offer = the_offer(cluster(0, 8), need("H100"))
    assert offer.start is None
    assert offer.availability is Availability.AVAILABLE


def test_what_staff_say_of_it() -> None:
    price = Money(amount=Decimal("1.10"), currency="USD")
    told: Mapping[str, object] = {
        "provider": "Oxygen east", "prices": {"h100": price}, "quota_gpus": {"h100": 16},
    }  # fmt: skip
    offer = the_offer(cluster(0, 0, 0, 0), hours(16), **told)
    assert (offer.provider, offer.price_per_gpu_hour) == ("Oxygen east", price)
    assert offer.availability is Availability.AVAILABLE
    assert offer.queue
    assert offer.queue.quota_gpus == 16
    beyond = the_offer(cluster(0, 0, 0, 0), hours(24), **told)
    assert beyond.availability is Availability.NO_QUOTA


def test_hours_that_are_not_stated_are_a_day_or_the_partition_limit() -> None:
    state = cluster(0, 8)
    assert "for 1440 min" in the_offer(state, need("H100", 8)).notes
    (partition,) = state.partitions
    short = state.model_copy(
        update={"partitions": (partition.model_copy(update={"max_minutes": 240}),)}
    )
    offer = the_offer(short, need("H100", 8))
    assert "for 240 min" in offer.notes
    assert offer.availability is Availability.AVAILABLE


def test_no_money_from_a_float() -> None:
    with pytest.raises(ValueError, match="float"):
        ClusterSettings.model_validate({"prices": {"h100": {"amount": 1.1, "currency": "USD"}}})
