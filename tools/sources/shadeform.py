"""Shadeform: one interface to some twenty clouds.

Schema: github.com/shadeform/docs openapi.yaml (1.0.0, 2026-03-05), GET /instances/types.
`hourly_price` is in US cents for the whole instance, on demand. A region can stand twice, for
"on_demand" and for "spot", told apart by a field that the schema does not name, `rental_type`
(github.com/brevdev/cloud#157); any other kind of rent is not read. What spot costs is not told.
Instances without a GPU stand in the same list.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools.gpu_parts import gpu_of
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

_KEY = "SHADEFORM_API_KEY"


class Config(HttpConfig):
    url: str = "https://api.shadeform.ai/v1"


class _Region(BaseModel):
    region: Annotated[str, Field(min_length=1)]
    available: Flag
    rental_type: Literal["on_demand", "spot"] | None = None


class _Configuration(BaseModel):
    gpu_type: str
    num_gpus: Whole
    interconnect: str = ""
    nvlink: Flag | None = None
    vram_per_gpu_in_gb: Whole | None = None
    vcpus: Whole | None = None
    memory_in_gb: Amount | None = None
    storage_in_gb: Amount | None = None


class _Type(BaseModel):
    cloud: str
    cloud_instance_type: str = ""
    configuration: _Configuration
    hourly_price: Whole | None
    availability: list[_Region]


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"X-API-KEY": asking.key(_KEY)}
    answer = await asking.http.get("/instances/types", headers=headers)
    rows = answer.get("instance_types") if isinstance(answer, dict) else None
    types, unread = read_rows(rows, _Type, "instance_types")
    offers = [offer for row in types if row.configuration.num_gpus for offer in _offers(row)]
    return Findings(offers, unread)


def _offers(row: _Type) -> Iterator[Offer]:
    def key(region: _Region) -> tuple[str, str]:
        return region.region, region.rental_type or ""

    for (name, rental), same in groupby(sorted(row.availability, key=key), key=key):
        states = {each.available for each in same}
        yield _offer(row, name, rental, states.pop() if len(states) == 1 else None)


def _offer(row: _Type, region: str, rental: str, available: bool | None) -> Offer:
    """One row. `available` None: the region stood twice and said both."""
    has = row.configuration
    gpu = gpu_of(has.gpu_type, has.interconnect, has.vram_per_gpu_in_gb)
    spot = rental == "spot"
    cents = None if spot else row.hourly_price
    whole = Money(amount=Decimal(cents) / 100, currency="USD") if cents is not None else None
    states = {True: Availability.AVAILABLE, False: Availability.NONE, None: Availability.UNKNOWN}
    return Offer(
        provider="Shadeform",
        reseller_of=row.cloud,
        sku=row.cloud_instance_type,
        gpu=gpu.key if gpu else None,
        gpu_raw=" ".join(part for part in (has.gpu_type, has.interconnect) if part),
        form_stated=gpu.form_stated if gpu else True,
        count=has.num_gpus,
        nodes=1,
        memory_gb=Decimal(has.vram_per_gpu_in_gb) if has.vram_per_gpu_in_gb else None,
        vcpus=has.vcpus,
        ram_gb=has.memory_in_gb,
        disk_gb=has.storage_in_gb,
        intra="nvlink" if has.nvlink else "unknown",
        term=Term.SPOT if spot else Term.ON_DEMAND,
        price_per_gpu_hour=Money(amount=whole.amount / has.num_gpus, currency="USD")
        if whole
        else None,
        quote=Quote(price=whole, unit="instance_hour") if whole else None,
        region=region,
        availability=states[available],
        method="live",
        source="shadeform",
    )


SOURCE = Source(
    name="shadeform",
    title="Shadeform",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY),),
    pace=Pace(requests=1, seconds=1, burst=2),  # none is published
)
