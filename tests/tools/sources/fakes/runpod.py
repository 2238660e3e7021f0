"""RunPod by its openapi.json 2.0.0 (2026-08-20): GET /v2/catalog/gpus."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import Need
from tools.sources import runpod

_PLACES = {"US-KS-2": "US Kansas 2", "EU-RO-1": "EU Romania 1"}


def _type(
    identity: str, name: str, memory: int, prices: tuple[float, float], **stock: str
) -> dict[str, Any]:
    """`stock`: levels by data center; "all" is the overall one."""
    row: dict[str, Any] = {
        "id": identity, "name": name, "pool": None, "manufacturer": "NVIDIA", "memory": memory,
        "secure": prices[0] > 0, "community": prices[1] > 0,
        "price": {"secure": prices[0], "community": prices[1]},
        "maxCount": {"secure": 8, "community": 8},
        "availability": stock.pop("all"),
    }  # fmt: skip
    centers = {name.replace("_", "-"): level for name, level in stock.items()}
    if centers:
        row["dataCenters"] = [
            {"id": each, "name": _PLACES[each], "availability": level}
            for each, level in centers.items()
        ]
    return row


def _secure() -> list[dict[str, Any]]:
    return [
        _type("NVIDIA H100 80GB HBM3", "H100 SXM", 80, (2.69, 0), all="HIGH", US_KS_2="HIGH",
              EU_RO_1="LOW"),
        _type("NVIDIA H100 PCIe", "H100 PCIe", 80, (2.39, 1.99), all="NONE"),
        _type("NVIDIA X900", "X900", 96, (4.0, 0), all="MEDIUM", US_KS_2="MEDIUM"),
        # Its id and its name mean two forms: which of them it is stays open.
        _type("NVIDIA H100 NVL", "H100 PCIe", 80, (2.5, 0), all="LOW"),
    ]  # fmt: skip


def _community() -> list[dict[str, Any]]:
    return [
        _type("NVIDIA H100 80GB HBM3", "H100 SXM", 80, (2.69, 0), all="NONE"),
        _type("NVIDIA H100 PCIe", "H100 PCIe", 80, (2.39, 1.99), all="LOW"),
    ]


def _publish(request: Request, variant: str) -> Reply:
    problem = {"title": "no", "status": 401, "detail": "missing bearer token"}
    if request.headers.get("authorization") != f"Bearer {SECRET}":
        return Reply(problem, 401)
    if (request.method, request.path) != ("GET", "/v2/catalog/gpus"):
        return Reply(problem | {"status": 404}, 404)
    asked = {"include": "AVAILABILITY", "product": "POD", "count": "8"}
    if {name: request.query.get(name) for name in asked} != asked:
        return Reply(problem | {"status": 400}, 400)
    rows = {"SECURE": _secure, "COMMUNITY": _community}[request.query["cloud"]]()
    if variant == "renamed":
        for row in rows:
            row["prices"] = row.pop("price")
    elif variant == "empty":
        rows = []
    return Reply({"gpus": rows}, headers={"RateLimit-Policy": '"minute";q=60;w=60'})


_H100 = "nvidia-h100-sxm5-80gb"
FAKE = Fake(
    source=runpod.SOURCE,
    publish=_publish,
    keys={"RUNPOD_API_KEY": SECRET},
    path="/v2",
    need=Need(count=64),
    expected={
        "normal": [
            {"provider": "RunPod", "gpu": _H100, "count": 8, "price": "2.69", "region": "US-KS-2",
             "availability": "available", "term": "on_demand", "reseller_of": None},
            {"gpu": _H100, "price": "2.69", "region": "EU-RO-1", "availability": "limited"},
            {"gpu": "nvidia-h100-pcie-80gb", "price": "2.39", "region": None,
             "availability": "none", "reseller_of": None},
            {"gpu": "nvidia-h100-pcie-80gb", "price": "1.99", "region": None,
             "availability": "limited", "reseller_of": "community hosts"},
            {"gpu": None, "gpu_raw": "X900", "price": "4.0", "availability": "available"},
            {"gpu": None, "sku": "NVIDIA H100 NVL", "gpu_raw": "H100 PCIe", "price": "2.5",
             "availability": "limited"},
        ],
        "empty": [],
    },
    impossible={
        "null_price": "its prices are numbers, and required",
        "two_terms": "spot is not in its schema",
    },
)  # fmt: skip
