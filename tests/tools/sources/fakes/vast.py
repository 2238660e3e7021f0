"""Vast.ai by its search_offers.yaml 1.0.0: POST /api/v0/bundles/."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import need
from tools.sources import vast


def bundle(machine: int, gpu: str, gpus: int, price: float | None, **more: Any) -> dict[str, Any]:
    """An offer as it is listed; `more` replaces fields."""
    return {
        "id": machine * 10 + gpus, "machine_id": machine, "host_id": 7, "gpu_name": gpu,
        "num_gpus": gpus, "gpu_ram": 81559, "gpu_total_ram": 81559 * gpus, "cpu_cores": 192,
        "cpu_cores_effective": 24.0 * gpus, "cpu_ram": 2064000, "disk_space": 5000.5,
        "dph_base": price, "dph_total": price, "min_bid": None, "storage_cost": 0.15,
        "storage_total_cost": 0.0016, "inet_up_cost": 0.02, "inet_down_cost": 0.01,
        "bw_nvlink": 0, "reliability2": 0.9941, "verification": "verified", "rentable": True,
        "rented": False, "is_bid": False, "geolocation": "Texas, US", "external": None,
    } | more  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("authorization") not in (None, f"Bearer {SECRET}"):
        return Reply({"error": "auth_error", "msg": "Invalid user key"}, 404)
    if (request.method, request.path) != ("POST", "/api/v0/bundles/"):
        return Reply({"error": "not_found", "msg": "no"}, 404)
    asked = request.json()
    wanted = {"in": ["H100 NVL", "H100 PCIE", "H100 SXM"]}
    if asked["gpu_name"] != wanted or asked["allocated_storage"] != 100.0:
        return Reply({"error": "invalid_request", "msg": "Invalid json body"}, 400)
    offers = [
        bundle(11, "H100 SXM", 8, 16.8, min_bid=9.6, bw_nvlink=450.0),
        bundle(12, "H100 PCIE", 2, 3.7356, geolocation=None, verification="unverified",
               reliability2=None, inet_up_cost=None),
        # A bid is no price to have it for sure, and one that is taken is not free.
        bundle(13, "H100 SXM", 1, 0.9, is_bid=True, min_bid=1.1),
        bundle(14, "H100 NVL", 1, 2.0, rented=True, gpu_ram=95830, geolocation="Japan, JP"),
    ]  # fmt: skip
    if variant == "renamed":
        offers = [{("price" if k == "dph_total" else k): v for k, v in o.items()} for o in offers]
    elif variant == "null_price":
        offers = [bundle(11, "H100 SXM", 8, None)]
    elif variant == "two_terms":
        offers = [bundle(11, "H100 SXM", 8, 16.0, min_bid=8.0)]
    elif variant == "empty":
        offers = []
    return Reply({"offers": offers})


def _cost(kind: str, amount: str, per: str) -> dict[str, Any]:
    return {"kind": kind, "per": per, "price": {"amount": Decimal(amount), "currency": "USD"}}


_GPU = "nvidia-h100-sxm5-80gb"
_NET = [_cost("egress", "0.02", "gb"), _cost("ingress", "0.01", "gb")]
FAKE = Fake(
    source=vast.SOURCE,
    publish=_publish,
    keys={"VAST_API_KEY": SECRET},
    need=need("H100", disk_gb=Decimal(100)),
    expected={
        "normal": [
            {"provider": "Vast.ai", "gpu": _GPU, "count": 8, "price": "2.1", "term": "on_demand",
             "region": "Texas, US", "country": "US", "availability": "available",
             "intra": "nvlink", "disk_gb": Decimal(100), "extra_costs": _NET, "vcpus": 192,
             "sku": "machine 11", "memory_gb": Decimal(80),
             "notes": "price with 100 GB of disk; reliability 99.4 %"},
            {"gpu": _GPU, "count": 8, "price": "1.2", "term": "spot", "disk_gb": None,
             "basis": "auction_floor", "availability": "available",
             "extra_costs": [_cost("disk", "0.15", "gb_month"), *_NET]},
            {"gpu": "nvidia-h100-pcie-80gb", "count": 2, "price": "1.8678", "region": None,
             "country": None, "term": "on_demand", "intra": "unknown",
             "extra_costs": [_NET[1]],
             "notes": "price with 100 GB of disk; host not verified"},
            {"gpu": _GPU, "count": 1, "price": "1.1", "term": "spot", "sku": "machine 13"},
            {"gpu": "nvidia-h100-nvl-94gb", "price": "2.0", "availability": "none",
             "country": "JP"},
        ],
        "null_price": [{"gpu": _GPU, "price": None, "quote": None, "availability": "available"}],
        "two_terms": [
            {"gpu": _GPU, "term": "on_demand", "price": "2.0", "region": "Texas, US"},
            {"gpu": _GPU, "term": "spot", "price": "1.0", "region": "Texas, US"},
        ],
        "empty": [],
    },
)  # fmt: skip
