"""RunPod by its public GraphQL: prices, spot and stock by data center, without a key.

No schema is published that holds without a key. Fields as read in github.com/runpod/docs
sdks/graphql/manage-pods.mdx (11f5615), github.com/dstackai/gpuhunt providers/runpod.py (0272c27)
and github.com/getcomputable/gpu-index observatory/sources/runpod.py (5cf4f70, checked by its
authors against the service on 2026-08-25). Prices are in US dollars per GPU-hour; null and zero
both mean that it is not offered so. `stockStatus` is None, Low, Medium, High or null; null stands
for no public quote and for no machine of that size alike, so it is unknown here, never none.
Stock of the community cloud is null even where there is some, and is not asked for. Whether a spot
price finds a machine is not told. Data centers and GPUs are joined by the ids in the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.offers import Availability, Basis, Money, Offer, Quote, Term
from tools.sources.runpod import gpu_named, pod_size
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    Flag,
    HttpConfig,
    Pace,
    Source,
    Whole,
    read_rows,
)

_QUERY = """query Stock($count: Int!) {
  gpuTypes {
    id displayName memoryInGb secureCloud communityCloud
    securePrice communityPrice secureSpotPrice communitySpotPrice
    lowestPrice(input: {gpuCount: $count, secureCloud: true}) { stockStatus }
  }
  dataCenters {
    id listed
    gpuAvailability(input: {gpuCount: $count, secureCloud: true}) { gpuTypeId stockStatus }
  }
}"""
_STOCK = {
    "None": Availability.NONE,
    "Low": Availability.LIMITED,
    "Medium": Availability.AVAILABLE,
    "High": Availability.AVAILABLE,
}


class Config(HttpConfig):
    url: str = "https://api.runpod.io"


class _Lowest(BaseModel):
    stockStatus: str | None  # noqa: N815 (the schema's own names)


class _Type(BaseModel):
    id: Annotated[str, Field(min_length=1)]
    displayName: str  # noqa: N815
    memoryInGb: Whole  # noqa: N815
    secureCloud: Flag  # noqa: N815
    communityCloud: Flag  # noqa: N815
    securePrice: Amount | None  # noqa: N815
    communityPrice: Amount | None  # noqa: N815
    secureSpotPrice: Amount | None  # noqa: N815
    communitySpotPrice: Amount | None  # noqa: N815
    lowestPrice: _Lowest | None  # noqa: N815


class _Held(BaseModel):
    gpuTypeId: str  # noqa: N815
    stockStatus: str | None  # noqa: N815


class _Center(BaseModel):
    id: Annotated[str, Field(min_length=1)]
    listed: Flag
    gpuAvailability: list[_Held] | None  # noqa: N815


Centers = Mapping[str, list[tuple[str | None, str | None]]]


async def _fetch(asking: Asking[Config]) -> Findings:
    count = pod_size(asking.need)
    body = {"query": _QUERY, "variables": {"count": count}}
    answer = await asking.http.post("/graphql", body=body)
    data = answer.get("data") if isinstance(answer, dict) else None
    # GraphQL answers 200 to a question that it does not understand.
    if not isinstance(data, dict) or answer.get("errors"):
        raise SourceFailed("answer", "its GraphQL refuses the question", "its fields have changed")
    types, bad_types = read_rows(data.get("gpuTypes"), _Type, "gpuTypes")
    centers, bad_centers = read_rows(data.get("dataCenters"), _Center, "dataCenters")
    held: defaultdict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
    for center in centers:
        for each in (center.gpuAvailability or []) if center.listed else []:
            held[each.gpuTypeId].append((center.id, each.stockStatus))
    offers = [offer for row in types for offer in _offers(row, held, count)]
    return Findings(offers, bad_types + bad_centers)


def _offers(row: _Type, centers: Centers, count: int) -> Iterator[Offer]:
    if row.secureCloud:
        overall = row.lowestPrice.stockStatus if row.lowestPrice else None
        for place, stock in centers.get(row.id) or [(None, overall)]:
            yield _offer(row, count, row.securePrice, place, stock)
        if row.secureSpotPrice:
            yield _offer(row, count, row.secureSpotPrice, None, None, spot=True)
    if row.communityCloud:
        yield _offer(row, count, row.communityPrice, None, None, community=True)
        if row.communitySpotPrice:
            yield _offer(row, count, row.communitySpotPrice, None, None, community=True, spot=True)


def _offer(
    row: _Type,
    count: int,
    amount: Amount | None,
    region: str | None,
    stock: str | None,
    *,
    community: bool = False,
    spot: bool = False,
) -> Offer:
    gpu = gpu_named(row.id, row.displayName, row.memoryInGb)
    price = Money(amount=amount, currency="USD") if amount else None
    basis: Basis = "auction_floor" if spot else "quoted"
    return Offer(
        provider="RunPod",
        reseller_of="community hosts" if community else None,
        sku=row.id,
        gpu=gpu.key if gpu else None,
        gpu_raw=row.displayName,
        form_stated=gpu.form_stated if gpu else True,
        count=count,
        nodes=1,
        memory_gb=gpu.memory_gb if gpu else None,
        term=Term.SPOT if spot else Term.ON_DEMAND,
        price_per_gpu_hour=price,
        quote=Quote(price=price, unit="gpu_hour") if price else None,
        basis=basis,
        region=region,
        availability=_STOCK.get(stock or "", Availability.UNKNOWN),
        method="live",
        source="runpod-public",
    )


SOURCE = Source(
    name="runpod-public",
    title="RunPod (public)",
    kind="market",
    config=Config,
    fetch=_fetch,
    pace=Pace(requests=1, seconds=2, burst=2),  # none is published
    asked=lambda need: f"{pod_size(need)} GPUs",
)
