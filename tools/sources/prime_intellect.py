"""Prime Intellect: one interface to some twenty clouds.

Schema: docs.primeintellect.ai api-reference/check-gpu-availability and the client that its vendor
publishes, github.com/PrimeIntellect-ai/prime packages/prime/src/prime_cli/api/availability.py
(2eeb7a5) with its recorded answers (2026-08-19), GET /availability/gpus. The price is for the whole
configuration by the hour, in its stated currency, and is written with the noise of a float
(1.6567999999999998). The disk is extra unless it says otherwise, by the GB and hour. Whether
`gpuMemory` is of one GPU or of all is not documented: the one that the GPU's name allows is taken.
The unit of `prepaidTime` is not documented either; such rows say that they are prepaid. Answers
come in pages of 100; after ten pages the rest is counted as unread. A second endpoint for several
nodes is in the client, not in the documentation, and is not asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from tools.gpu_parts import gpu_of
from tools.gpus import Gpu
from tools.offers import Availability, ExtraCost, Inter, Money, Offer, Quote, Term
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    Flag,
    GpuCount,
    HttpConfig,
    Key,
    Pace,
    Source,
    Whole,
    read_rows,
)

_KEY = "PRIME_API_KEY"
_PAGE = 100
_PAGES = 10
_MONTH_HOURS = 730
_NOISE = Decimal("1e-9")
_STOCK = {
    "Available": Availability.AVAILABLE,
    "High": Availability.AVAILABLE,
    "Medium": Availability.AVAILABLE,
    "Low": Availability.LIMITED,
    "Unavailable": Availability.NONE,
}


class Config(HttpConfig):
    url: str = "https://api.primeintellect.ai/api/v1"


class _Part(BaseModel):
    defaultCount: Whole | None = None  # noqa: N815 (the schema's own names)
    pricePerUnit: Amount | None = None  # noqa: N815
    defaultIncludedInPrice: Flag | None = None  # noqa: N815


class _Prices(BaseModel):
    onDemand: Amount | None  # noqa: N815
    communityPrice: Amount | None = None  # noqa: N815
    isVariable: Flag | None = None  # noqa: N815
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class _Item(BaseModel):
    cloudId: str  # noqa: N815
    gpuType: str  # noqa: N815
    socket: str | None = None
    provider: str | None = None
    region: str | None = None
    dataCenter: str | None = None  # noqa: N815
    country: str | None = None
    gpuCount: GpuCount  # noqa: N815
    gpuMemory: Whole | None = None  # noqa: N815
    disk: _Part | None = None
    vcpu: _Part | None = None
    memory: _Part | None = None
    interconnect: Whole | None = None
    interconnectType: str | None = None  # noqa: N815
    stockStatus: str | None  # noqa: N815
    security: str | None = None
    prices: _Prices
    isSpot: Flag | None  # noqa: N815
    prepaidTime: Whole | None = None  # noqa: N815


class _Page(BaseModel):
    items: list[object]
    totalCount: Whole  # noqa: N815


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(_KEY)}"}

    async def page(number: int) -> _Page:
        asked: dict[str, str | int] = {"page": number, "page_size": _PAGE}
        answer = await asking.http.get("/availability/gpus", params=asked, headers=headers)
        (read,), _ = read_rows([answer], _Page, "the page")
        return read

    first = await page(1)
    last = min(-(-first.totalCount // _PAGE), _PAGES)
    try:
        async with asyncio.TaskGroup() as group:
            more = [group.create_task(page(number)) for number in range(2, last + 1)]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    rows = [*first.items, *(item for task in more for item in task.result().items)]
    items, unread = read_rows(rows, _Item, "items")
    missed = max(first.totalCount - len(rows), 0)
    return Findings(list(_once(map(_offer, items))), unread + missed)


def _once(offers: Iterable[Offer]) -> Iterator[Offer]:
    """Each row once: stock that changes between two pages moves rows from one to the other."""
    seen: set[str] = set()
    for offer in offers:
        told = offer.model_dump_json()
        if told not in seen:
            seen.add(told)
            yield offer


def _offer(item: _Item) -> Offer:
    gpu, memory = _gpu(item)
    community = item.security == "community_cloud"
    price = _price(item, community)
    disk = item.disk or _Part()
    included = disk.defaultIncludedInPrice is True
    notes = {
        "community cloud": community,
        "the price varies": item.prices.isVariable,
        "to be prepaid, for how long its interface does not say": item.prepaidTime,
    }
    fabric = (item.interconnectType or "").lower()
    inter: Inter = (
        "infiniband" if "infiniband" in fabric else "roce" if "roce" in fabric else "unknown"
    )
    country = item.country if item.country and len(item.country) == 2 else None
    return Offer(
        provider="Prime Intellect",
        reseller_of=item.provider,
        sku=f"{item.cloudId} {item.security}" if community else item.cloudId,
        gpu=gpu.key if gpu else None,
        gpu_raw=" ".join(part for part in (item.gpuType, item.socket) if part),
        form_stated=gpu.form_stated if gpu else True,
        count=item.gpuCount,
        nodes=1,
        memory_gb=memory,
        vcpus=item.vcpu.defaultCount if item.vcpu else None,
        ram_gb=Decimal(item.memory.defaultCount)
        if item.memory and item.memory.defaultCount
        else None,
        disk_gb=Decimal(disk.defaultCount) if included and disk.defaultCount else None,
        inter=inter,
        inter_gbps=item.interconnect if inter != "unknown" and item.interconnect else None,
        term=Term.SPOT if item.isSpot else Term.ON_DEMAND,
        price_per_gpu_hour=Money(amount=price.amount / item.gpuCount, currency=price.currency)
        if price
        else None,
        quote=Quote(price=price, unit="configuration_hour") if price else None,
        extra_costs=_disk_cost(disk, item.prices.currency),
        region=item.dataCenter or item.region,
        country=country,
        availability=_STOCK.get(item.stockStatus or "", Availability.UNKNOWN),
        method="live",
        source="prime-intellect",
        notes="; ".join(note for note, holds in notes.items() if holds),
    )


def _gpu(item: _Item) -> tuple[Gpu | None, Decimal | None]:
    """The GPU and the memory of one; neither where the name contradicts the size."""
    if item.gpuMemory is None:
        return gpu_of(item.gpuType, item.socket), None
    for size in (Decimal(item.gpuMemory), Decimal(item.gpuMemory) / item.gpuCount):
        gpu = gpu_of(item.gpuType, item.socket, size)
        if gpu:
            return gpu, size
    return None, None


def _price(item: _Item, community: bool) -> Money | None:
    prices = item.prices
    amount = prices.communityPrice if community and prices.communityPrice else prices.onDemand
    if amount is None or prices.currency is None:
        return None
    return Money(amount=_without_noise(amount), currency=prices.currency)


def _disk_cost(disk: _Part, currency: str | None) -> list[ExtraCost]:
    if not disk.pricePerUnit or disk.defaultIncludedInPrice or currency is None:
        return []
    monthly = _without_noise(round(disk.pricePerUnit * _MONTH_HOURS, 6))
    return [ExtraCost(kind="disk", price=Money(amount=monthly, currency=currency), per="gb_month")]


def _without_noise(amount: Decimal) -> Decimal:
    """What was meant, where only the last digits of a float make the difference."""
    short = round(amount, 6)
    return short.normalize() if abs(short - amount) < _NOISE else amount


SOURCE = Source(
    name="prime-intellect",
    title="Prime Intellect",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY),),
    pace=Pace(requests=1, seconds=1, burst=_PAGES + 2),  # none is published
)
