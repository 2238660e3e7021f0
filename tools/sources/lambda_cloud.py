"""Lambda: GPU instances in its own regions.

Schema: Lambda Cloud API 1.10.0 (OpenAPI as kept in github.com/api-evangelist/lambda-labs), GET
/api/v1/instance-types. `price_cents_per_hour` is in US cents for the whole instance, the same in
every region. Which GPU it is stands only in a text, "8x H100 (80 GB SXM5)"; its count must agree
with `specs.gpus`. An empty list of regions with capacity means that none has any: one row without
a region. Requests are limited to one a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from tools.errors import SourceFailed
from tools.gpu_parts import gpu_of
from tools.gpus import Gpu
from tools.offers import Availability, Money, Offer, Quote, Term
from tools.sources.source import Asking, Findings, HttpConfig, Key, Pace, Source, Whole, read_rows

_KEY = "LAMBDA_API_KEY"
_COUNTED = re.compile(r"\s*(\d{1,6})\s*x\s+(.+)", re.IGNORECASE)
_IN_PARTS = re.compile(r"(.+?)\s*\((\d{1,5}) GB(?: (\w+))?\)")
_GIB = Decimal("1.073741824")


class Config(HttpConfig):
    url: str = "https://cloud.lambda.ai/api/v1"


class _Region(BaseModel):
    name: Annotated[str, Field(min_length=1)]


class _Specs(BaseModel):
    gpus: Whole
    vcpus: Whole | None = None
    memory_gib: Whole | None = None
    storage_gib: Whole | None = None


class _Instance(BaseModel):
    name: str
    description: str
    gpu_description: str
    price_cents_per_hour: Whole
    specs: _Specs

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        counted = _COUNTED.fullmatch(self.description)
        if counted and self.specs.gpus and int(counted[1]) != self.specs.gpus:
            raise ValueError("the description and the specs count other GPUs")
        return self


class _Type(BaseModel):
    instance_type: _Instance
    regions_with_capacity_available: list[_Region]


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(_KEY)}"}
    answer = await asking.http.get("/instance-types", headers=headers)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise SourceFailed("answer", "data is not there", "its interface may have changed")
    types, unread = read_rows(list(data.values()), _Type, "data")
    # Instances without a GPU stand in the same list.
    offers = [offer for row in types if row.instance_type.specs.gpus for offer in _offers(row)]
    return Findings(offers, unread)


def _offers(row: _Type) -> Iterator[Offer]:
    # The same region twice is one region.
    regions = sorted({each.name for each in row.regions_with_capacity_available})
    for region in regions:
        yield _offer(row.instance_type, region, Availability.AVAILABLE)
    if not regions:
        yield _offer(row.instance_type, None, Availability.NONE)


def _offer(row: _Instance, region: str | None, availability: Availability) -> Offer:
    specs, gpu = row.specs, _gpu(row.gpu_description)
    whole = Money(amount=Decimal(row.price_cents_per_hour) / 100, currency="USD")
    return Offer(
        provider="Lambda",
        sku=row.name,
        gpu=gpu.key if gpu else None,
        gpu_raw=row.gpu_description,
        form_stated=gpu.form_stated if gpu else True,
        count=specs.gpus,
        nodes=1,
        memory_gb=gpu.memory_gb if gpu else None,
        vcpus=specs.vcpus,
        ram_gb=_gb(specs.memory_gib),
        disk_gb=_gb(specs.storage_gib),
        term=Term.ON_DEMAND,
        price_per_gpu_hour=Money(amount=whole.amount / specs.gpus, currency="USD"),
        quote=Quote(price=whole, unit="instance_hour"),
        region=region,
        availability=availability,
        method="live",
        source="lambda",
    )


def _gpu(description: str) -> Gpu | None:
    parts = _IN_PARTS.fullmatch(description.strip())
    return gpu_of(parts[1], parts[3], int(parts[2])) if parts else gpu_of(description)


def _gb(gib: int | None) -> Decimal | None:
    return round(gib * _GIB, 1) if gib is not None else None


SOURCE = Source(
    name="lambda",
    title="Lambda",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY),),
    pace=Pace(requests=1, seconds=1),
)
