"""Hyperstack by its published SDK pages: GET /core/stocks and GET /pricebook."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import hyperstack


def _model(name: str, available: str, *, week: str | None = None, **sizes: int) -> dict[str, Any]:
    had = {"1x": 0, "2x": 0, "4x": 0, "8x": 0, "10x": 0}
    return {
        "model": name, "available": available, "planned_7_days": week, "planned_30_days": None,
        "planned_100_days": "0", "configurations": had | {k[1:] + "x": v for k, v in sizes.items()},
    }  # fmt: skip


def _price(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 10, "name": name, "value": value, "original_value": value,
        "discount_applied": False, "start_time": None, "end_time": None,
    } | more  # fmt: skip


_STOCKS = [
    {"region": "CANADA-1", "stock-type": "GPU", "models": [
        _model("H100-80G-SXM5", "25+", _8=4, _4=9),
        # A forecast beside no stock: it stays no stock.
        _model("A100-80G-PCIe", "0", week="200+"),
        # Seen live: the count says one, the sizes say two machines of one.
        _model("H100-80G-PCIe-NVLink", "1", _1=2),
        # One GPU, and a machine of two: nothing that both numbers allow.
        _model("L40", "1", _2=1),
    ]},
    {"region": "NORWAY-1", "stock-type": "GPU", "models": [
        _model("H100-80G-PCIe-spot", "3", _1=3),
        _model("X900-80G", "10+", _8=1),
        _model("H100-80G-PCIe", "plenty", _8=1),  # not a count: not read
    ]},
]  # fmt: skip
_BOOK = [
    _price("H100-80G-SXM5", 3.2), _price("A100-80G-PCIe", "1.35"), _price("RTX-A4000", 0.58),
    _price("h100-80g-pcie-nvlink", 2.6), _price("H100-80G-PCIe", 2.5), _price("X900-80G", 5),
    _price("H100-80G-SXM5", 1.0, end_time="2025-01-01T00:00:00Z"),  # an old price
]  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("api_key") != SECRET:
        return Reply({"status": False, "message": "Unauthorized"}, 401)
    stocks: list[dict[str, Any]] = _STOCKS
    book = _BOOK
    if variant == "renamed":
        stocks = [
            {**r, "models": [{("stock" if k == "available" else k): v for k, v in m.items()}
                             for m in r["models"]]} for r in stocks]  # fmt: skip
    elif variant == "null_price":
        stocks = [
            {"region": "US-1", "stock-type": "GPU", "models": [_model("H100-80G-SXM5", "8", _8=1)]}
        ]
        book = [_price("H100-80G-SXM5", None), _price("CPU", 0.01)]
    elif variant == "two_terms":
        both = [_model("H100-80G-PCIe", "8", _8=1), _model("H100-80G-PCIe-spot", "8", _8=1)]
        stocks = [
            {"region": "CANADA-1", "stock-type": "GPU", "models": both},
            {"region": "CANADA-1", "stock-type": "CPU", "models": both},
        ]
        book = [_price("H100-80G-PCIe", 2.5), _price("H100-80G-PCIe-spot", 1.9), _price("RAM", 0.1)]
    elif variant == "empty":
        stocks = []
    answers = {"/core/stocks": {"stocks": stocks}, "/pricebook": book}
    if request.method != "GET" or request.path not in answers:
        return Reply({"status": False, "message": "Not Found"}, 404)
    return Reply(answers[request.path])


_SXM = {"provider": "Hyperstack", "gpu": "nvidia-h100-sxm5-80gb", "price": "3.2",
        "region": "CANADA-1", "country": "CA", "availability": "available",
        "largest_block": 8, "term": "on_demand"}  # fmt: skip
_PCIE = "nvidia-h100-pcie-80gb"
FAKE = Fake(
    source=hyperstack.SOURCE,
    publish=_publish,
    keys={"HYPERSTACK_API_KEY": SECRET},
    expected={
        "normal": [
            _SXM | {"count": 8, "free": 32, "whole_nodes": 4, "notes": "forecast, not stock: "
                    "0 within 100 days"},
            _SXM | {"count": 4, "free": 36, "whole_nodes": 9},
            {"gpu": "nvidia-a100-pcie-80gb", "availability": "none", "free": 0, "count": None,
             "price": "1.35",
             "notes": "forecast, not stock: 200+ within 7 days, 0 within 100 days"},
            {"gpu": _PCIE, "gpu_raw": "H100-80G-PCIe-NVLink", "count": 1, "free": 1,
             "price": "2.6", "intra": "nvlink", "availability": "available"},
            {"gpu_raw": "L40", "count": 2, "free": None, "availability": "unknown",
             "price": None},
            # Spot has no price of its own in the book: the on-demand one is not taken for it.
            {"gpu": _PCIE, "term": "spot", "free": 3, "price": None, "region": "NORWAY-1"},
            {"gpu": None, "gpu_raw": "X900-80G", "count": 8, "free": 8, "price": "5"},
        ],
        "null_price": [
            {"gpu": "nvidia-h100-sxm5-80gb", "price": None, "quote": None, "country": "US",
             "availability": "available", "free": 8},
        ],
        "two_terms": [
            {"term": "on_demand", "price": "2.5", "region": "CANADA-1",
             "notes": "forecast, not stock: 0 within 100 days; "
                      "CPU and memory are billed beside the GPU"},
            {"term": "spot", "price": "1.9", "region": "CANADA-1", "gpu": _PCIE},
        ],
        "empty": [],
    },
)  # fmt: skip
