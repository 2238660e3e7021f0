"""Vast.ai: a marketplace of machines of many owners; a key is not needed.

Schema: github.com/vast-ai/docs search_offers.yaml (1.0.0) and rate-limits-and-errors.mdx (027ea89),
POST /api/v0/bundles/. `dph_total` is US dollars an hour for the whole offer, the disk asked for in
`allocated_storage` included (8 GB where the need states none). `min_bid` is what the GPUs of the
same offer cost where they can be taken away, without disk. `storage_cost` is by the GB and month,
`inet_*_cost` by the GB. Memory is in MB. A listed offer can be rented at the time of asking. An
answer holds at most 64 offers whatever limit is sent (github.com/getcomputable/gpu-index
observatory/sources/vast.py, 1562d11, seen by its authors on 2026-08-22), and rows are counted
against a daily quota: so the GPU is named as Vast writes it (the names of the same project's
config/raw_observatory.json, 2897f34, and of github.com/dstackai/gpuhunt providers/vastai.py,
0571211), the cheapest come first, and a full answer counts one unread row, for there may be more.
`type` is not sent: on demand is its default, and its schema spells that in two ways. `verified` is
not sent either: by the same project it hides hosts at random; the row says whether its host is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpu_parts import gpu_of
from tools.gpus import known_gpu, same_gpu
from tools.needs import Need
from tools.offers import Availability, ExtraCost, Money, Offer, Quote, Term
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

_KEY = "VAST_API_KEY"
_NAMES = (
    "A10", "A100 PCIE", "A100 SXM4", "A800 PCIE", "B200", "B300", "H100 NVL", "H100 PCIE",
    "H100 SXM", "H200", "H200 NVL", "L4", "L40", "L40S", "MI300X", "RTX 3090", "RTX 4090",
    "RTX 5090", "RTX 6000Ada", "RTX PRO 6000 S", "RTX PRO 6000 WS", "Tesla T4", "Tesla V100",
)  # fmt: skip
_MOST = 64
_DISK_GB = Decimal(8)
_MB = 1024
# What a machine reports as memory is up to a few percent off what the GPU is sold as.
_LEAST_MEMORY, _MOST_MEMORY = Decimal("0.85"), Decimal("1.25")
_LARGEST_MACHINE = 8
_COUNTRY = re.compile(r"(?:^|[, ])([A-Z]{2})$")


class Config(HttpConfig):
    url: str = "https://console.vast.ai"


class _Bundle(BaseModel):
    gpu_name: Annotated[str, Field(min_length=1)]
    num_gpus: GpuCount
    rentable: Flag
    dph_total: Amount | None
    machine_id: Whole
    is_bid: Flag
    rented: Flag | None
    min_bid: Amount | None = None
    gpu_ram: Amount | None = None
    cpu_cores_effective: Amount | None = None
    bw_nvlink: Amount | None = None
    storage_cost: Amount | None = None
    inet_up_cost: Amount | None = None
    inet_down_cost: Amount | None = None
    reliability2: Amount | None = None
    verification: str | None = None
    geolocation: str | None = None


def _disk(need: Need) -> Decimal:
    return need.disk_gb or _DISK_GB


def _search(need: Need) -> dict[str, Any]:
    """The search: machines with enough memory for the GPU that is meant, and enough GPUs."""
    search: dict[str, Any] = {
        "rentable": {"eq": True},
        "rented": {"eq": False},
        "order": [["dph_total", "asc"], ["id", "asc"]],
        "limit": _MOST,
        # JSON has no Decimal; this is a size in GB, no money.
        "allocated_storage": float(_disk(need)),
    }
    if need.count:
        search["num_gpus"] = {"gte": min(need.count, _LARGEST_MACHINE)}
    names = [name for name in _NAMES if _may_be(need, name)]
    memory = need.gpu.memory_gb if need.gpu else None
    if names:
        search["gpu_name"] = {"in": names}
    elif memory:
        least, most = round(memory * _LEAST_MEMORY * _MB), round(memory * _MOST_MEMORY * _MB)
        search["gpu_ram"] = {"gte": least, "lte": most}
    return search


def _may_be(need: Need, name: str) -> bool:
    known = known_gpu(name)
    return bool(need.gpu and known and same_gpu(need.gpu, known))


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(_KEY)}"} if _KEY in asking.keys else {}
    search = _search(asking.need)
    try:
        answer = await asking.http.post("/api/v0/bundles/", body=search, headers=headers)
    except SourceFailed as failure:
        if failure.kind != "address" or not headers:
            raise
        # So it answers to a key that it does not know.
        raise SourceFailed("key", "the key is refused (404)", f"check {_KEY}") from None
    rows = answer.get("offers") if isinstance(answer, dict) else None
    bundles, unread = read_rows(rows, _Bundle, "offers")
    disk = _disk(asking.need)
    offers = [offer for row in bundles for offer in _offers(row, disk)]
    full = isinstance(rows, list) and len(rows) >= _MOST
    return Findings(offers, unread + full)


def _offers(row: _Bundle, disk: Decimal) -> Iterator[Offer]:
    if row.is_bid:  # its total is a bid: no price to have it for sure
        yield _offer(row, row.min_bid, Term.SPOT, None)
        return
    yield _offer(row, row.dph_total, Term.ON_DEMAND, disk)
    if row.min_bid is not None:
        yield _offer(row, row.min_bid, Term.SPOT, None)


def _offer(row: _Bundle, amount: Amount | None, term: Term, disk: Decimal | None) -> Offer:
    memory = round(row.gpu_ram / _MB) if row.gpu_ram else None
    gpu = gpu_of(row.gpu_name, None, memory)
    whole = Money(amount=amount, currency="USD") if amount is not None else None
    free = None if row.rented is None else row.rentable and not row.rented
    stock = {True: Availability.AVAILABLE, False: Availability.NONE, None: Availability.UNKNOWN}
    country = _COUNTRY.search(row.geolocation or "")
    return Offer(
        provider="Vast.ai",
        sku=f"machine {row.machine_id}",
        gpu=gpu.key if gpu else None,
        gpu_raw=row.gpu_name,
        form_stated=gpu.form_stated if gpu else True,
        count=row.num_gpus,
        nodes=1,
        memory_gb=Decimal(memory) if memory else None,
        vcpus=int(row.cpu_cores_effective) if row.cpu_cores_effective else None,
        disk_gb=disk,
        intra="nvlink" if row.bw_nvlink else "unknown",
        term=term,
        price_per_gpu_hour=Money(amount=whole.amount / row.num_gpus, currency="USD")
        if whole
        else None,
        quote=Quote(price=whole, unit="instance_hour") if whole else None,
        basis="auction_floor" if term is Term.SPOT else "quoted",
        extra_costs=list(_extra_costs(row, disk_included=disk is not None)),
        region=row.geolocation,
        country=country[1] if country else None,
        availability=stock[free],
        method="live",
        source="vast",
        notes=_notes(row, disk),
    )


def _extra_costs(row: _Bundle, *, disk_included: bool) -> Iterator[ExtraCost]:
    def usd(amount: Amount) -> Money:
        return Money(amount=amount, currency="USD")

    if row.storage_cost is not None and not disk_included:
        yield ExtraCost(kind="disk", price=usd(row.storage_cost), per="gb_month")
    if row.inet_up_cost is not None:
        yield ExtraCost(kind="egress", price=usd(row.inet_up_cost), per="gb")
    if row.inet_down_cost is not None:
        yield ExtraCost(kind="ingress", price=usd(row.inet_down_cost), per="gb")


def _notes(row: _Bundle, disk: Decimal | None) -> str:
    parts = [f"price with {disk:f} GB of disk" if disk is not None else "price without disk"]
    if row.verification and row.verification != "verified":
        parts.append("host not verified")
    if row.reliability2 is not None and row.reliability2 <= 1:
        parts.append(f"reliability {row.reliability2 * 100:.1f} %")
    return "; ".join(parts)


SOURCE = Source(
    name="vast",
    title="Vast.ai",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY, required=False),),
    pace=Pace(requests=10, seconds=60, burst=3),
    ttl_s=60,
    asked=lambda need: json.dumps(_search(need), sort_keys=True),
)
