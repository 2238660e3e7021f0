"""Prime Intellect by its documentation and its vendor's client of 2026-08-19."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import prime_intellect


def part(count: int | None, price: float | None = None, *, included: bool | None = None) -> Any:
    return {
        "minCount": None, "defaultCount": count, "maxCount": None, "pricePerUnit": price,
        "step": None, "defaultIncludedInPrice": included, "additionalInfo": None,
    }  # fmt: skip


def item(gpu: str, socket: str, gpus: int, price: float | None, **more: Any) -> dict[str, Any]:
    """A configuration as it is listed; `more` replaces fields."""
    return {
        "cloudId": f"made-{gpu}-{socket}x{gpus}", "gpuType": gpu, "socket": socket,
        "provider": "hyperstack", "region": "canada", "dataCenter": "CANADA-1", "country": "CA",
        "gpuCount": gpus, "gpuMemory": 80, "disk": part(100), "sharedDisk": part(None),
        "vcpu": part(180), "memory": part(180), "internetSpeed": None, "interconnect": None,
        "interconnectType": None, "provisioningTime": None, "stockStatus": "Available",
        "security": "secure_cloud",
        "prices": {"onDemand": price, "communityPrice": None, "isVariable": None,
                   "currency": "USD"},
        "images": ["ubuntu_22_cuda_12"], "isSpot": None, "prepaidTime": None,
    } | more  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("authorization") != f"Bearer {SECRET}":
        return Reply({"detail": "Not authenticated"}, 401)
    if (request.method, request.path) != ("GET", "/api/v1/availability/gpus"):
        return Reply({"detail": "Not Found"}, 404)
    community = {"onDemand": None, "communityPrice": 1.1, "isVariable": True, "currency": "USD"}
    items = [
        # The noise of a float, and a disk that is billed by the GB and hour.
        item("H100_80GB", "SXM5", 1, 2.7067999999999999, provider="runpod", dataCenter="CA-MTL-1",
             stockStatus="Low", disk=part(120, 0.00014, included=False)),
        # The price is of the whole configuration, and the memory here of all its GPUs.
        item("A100_80GB", "PCIe", 2, 2.7, gpuMemory=160, disk=part(750, included=True),
             interconnect=400, interconnectType="Infiniband"),
        item("H100_80GB", "PCIe", 8, 16.0, isSpot=True, dataCenter=None, country=None,
             stockStatus=None),
        item("H100_80GB", "PCIe", 1, None, security="community_cloud", prices=community,
             prepaidTime=24, vcpu=None, memory=None, disk=None),
        item("X900_96GB", "SXM9", 1, 4.0, gpuMemory=96, stockStatus="Plenty"),
    ]  # fmt: skip
    if variant == "renamed":
        items = [{("spot" if k == "isSpot" else k): v for k, v in each.items()} for each in items]
    elif variant == "null_price":
        items = [item("H100_80GB", "SXM5", 8, None)]
    elif variant == "two_terms":
        items = [item("H100_80GB", "SXM5", 8, 24), item("H100_80GB", "SXM5", 8, 12, isSpot=True)]
    elif variant == "empty":
        items = []
    return Reply({"items": items, "totalCount": len(items)})


_SXM, _PCIE = "nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb"
_DISK = {"kind": "disk", "per": "gb_month",
         "price": {"amount": Decimal("0.1022"), "currency": "USD"}}  # fmt: skip
FAKE = Fake(
    source=prime_intellect.SOURCE,
    publish=_publish,
    keys={"PRIME_API_KEY": SECRET},
    path="/api/v1",
    expected={
        "normal": [
            {"provider": "Prime Intellect", "reseller_of": "runpod", "gpu": _SXM, "count": 1,
             "price": "2.7068", "region": "CA-MTL-1", "country": "CA", "availability": "limited",
             "term": "on_demand", "extra_costs": [_DISK], "disk_gb": None},
            {"reseller_of": "hyperstack", "gpu": "nvidia-a100-pcie-80gb", "count": 2,
             "price": "1.35", "memory_gb": Decimal(80), "availability": "available",
             "disk_gb": Decimal(750), "extra_costs": [], "inter": "infiniband",
             "inter_gbps": 400},
            {"gpu": _PCIE, "count": 8, "price": "2", "term": "spot", "region": "canada",
             "availability": "unknown"},
            {"gpu": _PCIE, "price": "1.1", "availability": "available",
             "notes": "community cloud; the price varies; to be prepaid, for how long its "
                      "interface does not say"},
            {"gpu": None, "gpu_raw": "X900_96GB SXM9", "price": "4", "availability": "unknown"},
        ],
        "null_price": [{"gpu": _SXM, "price": None, "quote": None, "availability": "available"}],
        "two_terms": [
            {"gpu": _SXM, "term": "on_demand", "price": "3", "region": "CANADA-1"},
            {"gpu": _SXM, "term": "spot", "price": "1.5", "region": "CANADA-1"},
        ],
        "empty": [],
    },
)  # fmt: skip
