"""RunPod by its REST API, with a key: pods in its own data centers and at community hosts.

Schema: github.com/runpod/docs api-reference-v2/openapi.json (2.0.0, 2026-08-20), GET
/v2/catalog/gpus. `price` is in US dollars per single GPU-hour, apart for the secure and the
community cloud. Stock is NONE, LOW, MEDIUM or HIGH for a product, a number of GPUs and a cloud, so
both clouds are asked for the number that is needed (a pod runs on one machine: at most 8).
`maxCount` is the size of the largest machine and says nothing about stock; it is not read. Spot is
not in this schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools.gpu_parts import gpu_of
from tools.gpus import Gpu
from tools.needs import Need
from tools.offers import Availability, Money, Offer, Quote, Term
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    Flag,
    HttpConfig,
    Key,
    Pace,
    Source,
    Whole,
    read_rows,
)

_KEY = "RUNPOD_API_KEY"
_LARGEST_POD = 8

Cloud = Literal["SECURE", "COMMUNITY"]
Level = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
STOCK = {
    "NONE": Availability.NONE,
    "LOW": Availability.LIMITED,
    "MEDIUM": Availability.AVAILABLE,
    "HIGH": Availability.AVAILABLE,
}


class Config(HttpConfig):
    url: str = "https://api.runpod.io/v2"


class _Price(BaseModel):
    secure: Amount | None
    community: Amount | None


class _Center(BaseModel):
    id: Annotated[str, Field(min_length=1)]
    availability: Level


class _Type(BaseModel):
    id: str
    name: str
    memory: Whole
    secure: Flag
    community: Flag
    price: _Price
    availability: Level | None = None
    dataCenters: list[_Center] = []  # noqa: N815 (the schema's own name)


def pod_size(need: Need) -> int:
    """How many GPUs a pod is asked to have: as many as needed, and no more than a machine has."""
    return min(need.count or 1, _LARGEST_POD)


def gpu_named(identity: str, name: str, memory_gb: int) -> Gpu | None:
    """The GPU that RunPod's id ("NVIDIA H100 80GB HBM3") and its name ("H100 SXM") both mean; the
    table may lack one of them, and neither may say otherwise."""
    meant = [gpu for gpu in (gpu_of(name), gpu_of(identity)) if gpu]
    forms = {gpu.form for gpu in meant if gpu.form_stated}
    if len({gpu.family for gpu in meant}) > 1 or len(forms) > 1:
        return None
    sized = [gpu for gpu in (gpu_of(each, None, memory_gb) for each in (name, identity)) if gpu]
    return max(sized, key=lambda gpu: (gpu.form_stated, gpu.memory_gb is not None), default=None)


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(_KEY)}"}
    count, offers, unread = pod_size(asking.need), [], 0
    clouds: tuple[Cloud, ...] = ("SECURE", "COMMUNITY")
    for cloud in clouds:
        asked: dict[str, str | int] = {
            "include": "AVAILABILITY",
            "product": "POD",
            "count": count,
            "cloud": cloud,
        }
        answer = await asking.http.get("/catalog/gpus", params=asked, headers=headers)
        rows = answer.get("gpus") if isinstance(answer, dict) else None
        types, bad = read_rows(rows, _Type, "gpus")
        # Each answer makes the rows of the cloud that it was asked for, and no others.
        offers += [offer for row in types for offer in _offers(row, cloud, count)]
        unread = max(unread, bad)
    return Findings(offers, unread)


def _offers(row: _Type, cloud: Cloud, count: int) -> Iterator[Offer]:
    if not (row.secure if cloud == "SECURE" else row.community):
        return
    amount = row.price.secure if cloud == "SECURE" else row.price.community
    for center in row.dataCenters:
        yield _offer(row, cloud, count, amount, center.id, center.availability)
    if not row.dataCenters:
        yield _offer(row, cloud, count, amount, None, row.availability)


def _offer(
    row: _Type,
    cloud: Cloud,
    count: int,
    amount: Amount | None,
    region: str | None,
    level: Level | None,
) -> Offer:
    gpu = gpu_named(row.id, row.name, row.memory)
    # Zero is how it writes that there is no price.
    price = Money(amount=amount, currency="USD") if amount else None
    return Offer(
        provider="RunPod",
        reseller_of="community hosts" if cloud == "COMMUNITY" else None,
        sku=row.id,
        gpu=gpu.key if gpu else None,
        gpu_raw=row.name,
        form_stated=gpu.form_stated if gpu else True,
        count=count,
        nodes=1,
        memory_gb=gpu.memory_gb if gpu else None,
        term=Term.ON_DEMAND,
        price_per_gpu_hour=price,
        quote=Quote(price=price, unit="gpu_hour") if price else None,
        region=region,
        availability=STOCK[level] if level else Availability.UNKNOWN,
        method="live",
        source="runpod",
    )


SOURCE = Source(
    name="runpod",
    title="RunPod",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY),),
    pace=Pace(requests=1, seconds=1, burst=4),  # its quota is in headers, 60 a minute and more
    asked=lambda need: f"{pod_size(need)} GPUs",
)
