"""Lium: a public feed of every node that can be rented; no key.

Schema: docs.lium.io/developers/public-nodes-feed as read in github.com/dstackai/gpuhunt
src/gpuhunt/providers/lium.py and src/tests/providers/test_lium.py (168f678, recorded 2026-09-10).
The price is in US dollars per GPU-hour. A node can be rented in part, from its smallest order on.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpu_parts import gpu_of
from tools.offers import Availability, Commitment, Money, Offer, Quote, Term
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    GpuCount,
    HttpConfig,
    Pace,
    Source,
    Whole,
    read_rows,
)

_SAME_PRICE = Decimal("0.01")


class Config(HttpConfig):
    url: str = "https://lium.io"


class _Node(BaseModel):
    gpu_model: str = Field(min_length=1)
    gpu_count: GpuCount
    available_gpu_count: Whole
    price_per_gpu_hour: Amount | None
    price_per_node_hour: Amount | None = None
    min_rentable_gpu_count: Whole | None = None
    gpu_memory_gb: Amount | None = None
    cpu_count: Whole | None = None
    ram_gb: Amount | None = None
    disk_gb: Amount | None = None
    tier: Literal["secure", "spot"]
    country_code: str | None = None
    region: str | None = None
    rent_url: str | None = None


async def _fetch(asking: Asking[Config]) -> Findings:
    answer = await asking.http.get("/api/public/v1/nodes")
    if not isinstance(answer, dict):
        raise SourceFailed("answer", "nodes is not there", "its interface may have changed")
    nodes, unread = read_rows(answer.get("nodes"), _Node, "nodes")
    measured = _moment(answer.get("generated_at"))
    return Findings([_offer(node, measured) for node in nodes], unread)


def _offer(node: _Node, measured: str | None) -> Offer:
    gpu = gpu_of(node.gpu_model, None, node.gpu_memory_gb)
    free = min(node.available_gpu_count, node.gpu_count)
    smallest = max(node.min_rentable_gpu_count or 1, 1)
    price = _price(node)
    country = (node.country_code or "").strip().upper()
    # A subdivision without its country names nothing: VA is Virginia and the Vatican.
    places = [country, (node.region or "").strip().upper()] if country else []
    return Offer(
        provider="Lium",
        gpu=gpu.key if gpu else None,
        gpu_raw=node.gpu_model,
        form_stated=gpu.form_stated if gpu else True,
        count=node.gpu_count,
        nodes=1,
        memory_gb=node.gpu_memory_gb,
        vcpus=node.cpu_count,
        ram_gb=node.ram_gb,
        disk_gb=node.disk_gb,
        term=Term.SPOT if node.tier == "spot" else Term.ON_DEMAND,
        price_per_gpu_hour=price,
        quote=Quote(price=price, unit="gpu_hour") if price else None,
        commitment=Commitment(gpus=smallest) if smallest > 1 else None,
        region="-".join(filter(None, places)) or None,
        country=country or None,
        availability=Availability.AVAILABLE if free >= smallest else Availability.NONE,
        free=free if free >= smallest else 0,
        whole_nodes=int(free == node.gpu_count),
        largest_block=free if free >= smallest else 0,
        effective_at=measured,
        method="live",
        source="lium",
        url=node.rent_url if (node.rent_url or "").startswith("https://") else None,
    )


def _price(node: _Node) -> Money | None:
    """The price per GPU-hour; None where the node's own sum says that it means something else."""
    each, whole = node.price_per_gpu_hour, node.price_per_node_hour
    if each is None:
        return None
    if whole is not None and abs(each * node.gpu_count - whole) > _SAME_PRICE * whole:
        return None
    return Money(amount=each, currency="USD")


def _moment(text: object) -> str | None:
    try:
        when = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return when.isoformat(timespec="seconds") if when and when.tzinfo else None


SOURCE = Source(
    name="lium",
    title="Lium",
    kind="market",
    config=Config,
    fetch=_fetch,
    pace=Pace(requests=1, seconds=2, burst=2),  # none is published
)
