"""Lium by its public feed, GET /api/public/v1/nodes (fields as recorded on 2026-09-10)."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import lium


def _node(model: str, gpus: int, free: int, price: float | None, **more: Any) -> dict[str, Any]:
    node = {
        "id": "6780e503-6861-4dca-bdec-ca9dcf37e8d0", "gpu_model": model, "gpu_count": gpus,
        "available_gpu_count": free, "price_per_gpu_hour": price, "min_rentable_gpu_count": 1,
        "gpu_memory_gb": 80, "cpu_count": 240, "ram_gb": 1772, "disk_gb": 19383, "tier": "secure",
        "country": "United States", "country_code": "US", "region": "VA", "city": "Ashburn",
        "rent_url": "https://lium.io/browse-pods/6780e503",
        "price_per_node_hour": None if price is None else round(price * gpus, 4),
    }  # fmt: skip
    return node | more


def _publish(request: Request, variant: str) -> Reply:
    if (request.method, request.path) != ("GET", "/api/public/v1/nodes"):
        return Reply({"detail": "Not Found"}, 404)
    nodes = [
        _node("A100-SXM4-80GB", 8, 8, 1.23, min_rentable_gpu_count=8),
        _node("H200", 8, 5, 3.99, gpu_memory_gb=140, region="MS"),
        # Three free, and the smallest order is four: nothing to rent.
        _node("H100 80GB HBM3", 8, 3, 1.99, min_rentable_gpu_count=4, region=None),
        _node("X900 Ultra", 4, 4, 0.5, gpu_memory_gb=None, country_code="JP", region="13"),
        # The sum of the node says that the price is not per GPU: it stays unknown.
        _node("H100 PCIe", 8, 8, 20.0, price_per_node_hour=20.0),
        # A kind of rent that the schema does not name is not shown as either.
        _node("H100 PCIe", 1, 1, 1.5, tier="barter"),
    ]
    if variant == "renamed":
        name = "available_gpu_count"
        nodes = [{("free" if k == name else k): v for k, v in n.items()} for n in nodes]
    elif variant == "null_price":
        nodes = [_node("H100 PCIe", 1, 1, None)]
    elif variant == "two_terms":
        nodes = [_node("H100 PCIe", 1, 1, 2.0), _node("H100 PCIe", 1, 1, 1.0, tier="spot")]
    elif variant == "empty":
        nodes = []
    return Reply(
        {"generated_at": "2026-11-22T11:59:30.247559Z", "count": len(nodes), "nodes": nodes}
    )


_PCIE = "nvidia-h100-pcie-80gb"
FAKE = Fake(
    source=lium.SOURCE,
    publish=_publish,
    expected={
        "normal": [
            {"provider": "Lium", "gpu": "nvidia-a100-sxm4-80gb", "count": 8, "price": "1.23",
             "region": "US-VA", "country": "US", "availability": "available", "free": 8,
             "whole_nodes": 1, "term": "on_demand",
             "commitment": {"hours": None, "gpus": 8, "amount": None},
             "effective_at": "2026-11-22T11:59:30+00:00",
             "observed_at": "2026-11-22T11:59:30+00:00"},
            {"gpu_raw": "H200", "form_stated": False, "count": 8, "free": 5, "largest_block": 5,
             "whole_nodes": 0, "price": "3.99", "availability": "available", "commitment": None},
            {"gpu": "nvidia-h100-sxm5-80gb", "region": "US", "availability": "none", "free": 0,
             "price": "1.99"},
            {"gpu": None, "gpu_raw": "X900 Ultra", "region": "JP-13", "price": "0.5"},
            {"gpu": _PCIE, "price": None, "quote": None, "availability": "available"},
        ],
        "null_price": [{"gpu": _PCIE, "price": None, "quote": None}],
        "two_terms": [
            {"gpu": _PCIE, "term": "on_demand", "price": "2.0", "region": "US-VA"},
            {"gpu": _PCIE, "term": "spot", "price": "1.0", "region": "US-VA"},
        ],
        "empty": [],
    },
)  # fmt: skip
