"""Shadeform by its openapi.yaml (2026-03-05): GET /instances/types."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import shadeform


def offered(
    cloud: str, gpu: str, form: str, vram: int, gpus: int, cents: int, regions: list[Any]
) -> dict[str, Any]:
    return {
        "cloud": cloud,
        "shade_instance_type": f"{gpu}x{gpus}",
        "cloud_instance_type": f"gpu_{gpus}x_{gpu.lower()}",
        "configuration": {
            "memory_in_gb": 1800, "storage_in_gb": 22000, "vcpus": 208, "num_gpus": gpus,
            "gpu_type": gpu, "interconnect": form, "nvlink": form.startswith("sxm"),
            "vram_per_gpu_in_gb": vram, "os_options": ["ubuntu22.04_cuda12.2_shade_os"],
            "gpu_manufacturer": "nvidia",
        },
        "hourly_price": cents,
        "deployment_type": "vm",
        "availability": regions,
        "boot_time": {"min_boot_in_sec": 180, "max_boot_in_sec": 300},
    }  # fmt: skip


def _region(name: str, available: bool, **more: str) -> dict[str, Any]:
    return {"region": name, "available": available, "display_name": name.upper(), **more}


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("x-api-key") != SECRET:
        return Reply({"error": "unauthorized"}, 401)
    if (request.method, request.path) != ("GET", "/instances/types"):
        return Reply({"error": "not found"}, 404)
    two = [_region("us-a", True, rental_type="on_demand"),
           _region("us-a", False, rental_type="spot")]  # fmt: skip
    types = [
        offered("lambdalabs", "H100", "sxm5", 80, 8, 2392,
              [_region("us-east-1", True), _region("us-west-2", False)]),
        offered("hyperstack", "A100_80G", "pcie", 80, 1, 135, [_region("canada-1", True)]),
        offered("somecloud", "X900", "pcie", 80, 1, 500, [_region("eu-1", True)]),
        offered("somecloud", "CPU", "", 0, 0, 20, [_region("eu-1", True)]),
    ]  # fmt: skip
    if variant == "renamed":
        types = [{("price" if k == "hourly_price" else k): v for k, v in t.items()} for t in types]
    elif variant == "two_terms":
        types = [offered("datacrunch", "H100", "sxm5", 80, 8, 1600, two)]
    elif variant == "empty":
        types = []
    return Reply({"instance_types": types})


_H100 = "nvidia-h100-sxm5-80gb"
FAKE = Fake(
    source=shadeform.SOURCE,
    publish=_publish,
    keys={"SHADEFORM_API_KEY": SECRET},
    expected={
        "normal": [
            {"provider": "Shadeform", "sku": "gpu_8x_h100", "reseller_of": "lambdalabs",
             "gpu": _H100, "count": 8, "price": "2.99", "region": "us-east-1",
             "availability": "available", "term": "on_demand", "intra": "nvlink"},
            {"reseller_of": "lambdalabs", "gpu": _H100, "price": "2.99", "region": "us-west-2",
             "availability": "none"},
            {"reseller_of": "hyperstack", "gpu": "nvidia-a100-pcie-80gb", "count": 1,
             "price": "1.35", "region": "canada-1", "availability": "available"},
            {"reseller_of": "somecloud", "gpu": None, "gpu_raw": "X900 pcie", "price": "5",
             "availability": "available"},
        ],
        "two_terms": [
            {"term": "on_demand", "price": "2", "region": "us-a", "availability": "available"},
            {"term": "spot", "price": None, "region": "us-a", "availability": "none"},
        ],
        "empty": [],
    },
    impossible={"null_price": "its schema has no null price"},
)  # fmt: skip
