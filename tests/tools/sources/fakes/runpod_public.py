"""RunPod's GraphQL as its documentation and public clients read it (2026-08-25)."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import Need
from tools.sources import runpod_public

_SXM, _PCIE = "NVIDIA H100 80GB HBM3", "NVIDIA H100 PCIe"


def _type(
    identity: str, name: str, memory: int, stock: str | None, **prices: float | None
) -> dict[str, Any]:
    """`prices`: secure, community, secure_spot, community_spot."""
    return {
        "id": identity, "displayName": name, "memoryInGb": memory,
        "secureCloud": "secure" in prices, "communityCloud": "community" in prices,
        "securePrice": prices.get("secure"), "communityPrice": prices.get("community", 0),
        "secureSpotPrice": prices.get("secure_spot"),
        "communitySpotPrice": prices.get("community_spot", 0),
        "lowestPrice": {"stockStatus": stock},
    }  # fmt: skip


def _center(name: str, *, listed: bool = True, **stock: str | None) -> dict[str, Any]:
    ids = {"sxm": _SXM, "pcie": _PCIE}
    held = [{"gpuTypeId": ids[gpu], "stockStatus": level} for gpu, level in stock.items()]
    return {"id": name, "listed": listed, "gpuAvailability": held}


def _publish(request: Request, variant: str) -> Reply:
    if (request.method, request.path) != ("POST", "/graphql"):
        return Reply({"message": "not found"}, 404)
    asked = request.json()
    if asked["variables"] != {"count": 8} or "$count: Int!" not in asked["query"]:
        return Reply({"errors": [{"message": "Variable count"}]}, 200)
    types = [
        _type(_SXM, "H100 SXM", 80, "High", secure=2.69, secure_spot=1.75),
        _type(_PCIE, "H100 PCIe", 80, None, secure=2.39, community=1.99, community_spot=1.25),
        _type("AMD Instinct MI300X OAM", "MI300X", 192, None, secure=2.49),
        _type("NVIDIA X900", "X900", 96, "Low", secure=0),
    ]
    # The order of neither list says anything: what belongs together has one id.
    centers = [
        _center("EU-RO-1", pcie="Low", sxm=None),
        _center("US-KS-2", sxm="High"),
        _center("CA-MTL-1", sxm="None"),
        _center("US-XX-9", listed=False, sxm="High"),
    ]
    if variant == "renamed":
        types = [{("price" if k == "securePrice" else k): v for k, v in t.items()} for t in types]
    elif variant == "null_price":
        types, centers = [_type(_SXM, "H100 SXM", 80, "Medium", secure=None)], []
    elif variant == "two_terms":
        types = [_type(_SXM, "H100 SXM", 80, "Low", secure=2.69, secure_spot=1.75)]
        centers = []
    elif variant == "empty":
        types, centers = [], []
    return Reply({"data": {"gpuTypes": types, "dataCenters": centers}})


_GPU, _P = "nvidia-h100-sxm5-80gb", "nvidia-h100-pcie-80gb"
FAKE = Fake(
    source=runpod_public.SOURCE,
    publish=_publish,
    need=Need(count=8),
    expected={
        "normal": [
            {"provider": "RunPod", "gpu": _GPU, "count": 8, "price": "2.69", "region": "US-KS-2",
             "availability": "available", "term": "on_demand", "reseller_of": None},
            {"gpu": _GPU, "price": "2.69", "region": "EU-RO-1", "availability": "unknown"},
            {"gpu": _GPU, "price": "2.69", "region": "CA-MTL-1", "availability": "none"},
            {"gpu": _GPU, "price": "1.75", "term": "spot", "region": None,
             "availability": "unknown", "basis": "auction_floor"},
            {"gpu": _P, "price": "2.39", "region": "EU-RO-1", "availability": "limited",
             "reseller_of": None},
            {"gpu": _P, "price": "1.99", "term": "on_demand", "availability": "unknown",
             "reseller_of": "community hosts"},
            {"gpu": _P, "price": "1.25", "term": "spot", "availability": "unknown",
             "reseller_of": "community hosts"},
            {"gpu": "amd-mi300x-oam-192gb", "price": "2.49", "region": None,
             "availability": "unknown"},
            {"gpu": None, "gpu_raw": "X900", "price": None, "availability": "limited"},
        ],
        "null_price": [{"gpu": _GPU, "price": None, "quote": None, "availability": "available"}],
        "two_terms": [
            {"gpu": _GPU, "term": "on_demand", "price": "2.69", "availability": "limited"},
            {"gpu": _GPU, "term": "spot", "price": "1.75", "availability": "unknown"},
        ],
        "empty": [],
    },
)  # fmt: skip
