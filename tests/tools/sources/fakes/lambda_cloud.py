"""Lambda by its OpenAPI 1.10.0: GET /instance-types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import lambda_cloud

_REGIONS = {"us-east-1": "Virginia, USA", "us-west-1": "California, USA"}


def offered(name: str, gpu: str, gpus: int, cents: int, *regions: str, said: int = 0) -> Any:
    item = {
        "instance_type": {
            "name": name, "description": f"{said or gpus}x {gpu}" if gpus else "4x CPU (16 GiB)",
            "gpu_description": gpu, "price_cents_per_hour": cents,
            "specs": {"vcpus": 208, "memory_gib": 1800, "storage_gib": 24780, "gpus": gpus},
        },
        "regions_with_capacity_available": [
            {"name": region, "description": _REGIONS[region]} for region in regions
        ],
    }  # fmt: skip
    return name, item


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("authorization") != f"Bearer {SECRET}":
        return Reply({"error": {"code": "global/invalid-api-key", "message": "invalid"}}, 401)
    if (request.method, request.path) != ("GET", "/instance-types"):
        return Reply({"error": {"code": "global/object-does-not-exist", "message": "no"}}, 404)
    data = dict([
        offered("gpu_8x_h100_sxm5gdr", "H100 (80 GB SXM5)", 8, 3592, "us-east-1", "us-west-1"),
        offered("gpu_1x_h100_pcie", "H100 (80 GB PCIe)", 1, 329),
        offered("gpu_1x_gh200", "GH200 (96 GB)", 1, 149, "us-east-1"),
        offered("gpu_2x_x900", "X900 (200 GB SXM9)", 2, 1000, "us-west-1"),
        offered("cpu_4x_general", "N/A", 0, 20, "us-east-1"),
        # Two counts in one row: which of them the price is divided by is not known.
        offered("gpu_4x_odd", "H100 (80 GB SXM5)", 4, 1000, "us-east-1", said=8),
    ])  # fmt: skip
    if variant == "renamed":
        for item in data.values():
            item["regions"] = item.pop("regions_with_capacity_available")
    elif variant == "empty":
        data = {}
    return Reply({"data": data})


_H100 = "nvidia-h100-sxm5-80gb"
FAKE = Fake(
    source=lambda_cloud.SOURCE,
    publish=_publish,
    keys={"LAMBDA_API_KEY": SECRET},
    expected={
        "normal": [
            {"provider": "Lambda", "sku": "gpu_8x_h100_sxm5gdr", "gpu": _H100, "count": 8,
             "price": "4.49", "region": "us-east-1", "availability": "available",
             "quote": {"price": {"amount": Decimal("35.92"), "currency": "USD"},
                       "unit": "instance_hour"}},
            {"gpu": _H100, "price": "4.49", "region": "us-west-1", "availability": "available"},
            {"gpu": "nvidia-h100-pcie-80gb", "count": 1, "price": "3.29", "region": None,
             "availability": "none"},
            {"gpu": "nvidia-gh200-96gb", "price": "1.49", "region": "us-east-1"},
            {"gpu": None, "gpu_raw": "X900 (200 GB SXM9)", "price": "5", "count": 2},
        ],
        "empty": [],
    },
    impossible={
        "null_price": "its schema has no null price",
        "two_terms": "it sells on demand only",
    },
)  # fmt: skip
