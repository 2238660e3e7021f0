"""SF Compute's zones by its public client: GET /v0/zones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import sfcompute

_NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())  # what the harness calls now
_HOUR = 3600


def _window(begin: int, end: int, nodes: int) -> dict[str, int]:
    """A window from `begin` to `end`, in hours from now."""
    return {"start_timestamp": _NOW + begin * _HOUR, "end_timestamp": _NOW + end * _HOUR,
            "quantity": nodes}  # fmt: skip


def _zone(name: str, hardware: str, *windows: dict[str, int]) -> dict[str, Any]:
    return {
        "object": "zone", "name": name, "display_name": name.title(), "region": "NorthAmerica",
        "hardware_type": hardware, "delivery_type": "VM", "interconnect_type": "Infiniband",
        "available_capacity": list(windows),
    }  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("authorization") != f"Bearer {SECRET}":
        return Reply({"object": "error", "code": "not_authenticated", "message": "no"}, 401)
    if (request.method, request.path) != ("GET", "/v0/zones"):
        return Reply({"object": "error", "code": "not_found", "message": "no"}, 404)
    zones = [
        # Not in order of time, one window over, one later that is no larger, and four nodes for
        # longer than their window says, as there are nine after it.
        _zone("hayesvalley", "H100", _window(48, 96, 9), _window(-5, 3, 2), _window(-9, -5, 30),
              _window(3, 24, 1), _window(24, 48, 4), _window(120, 130, 20)),
        _zone("alamo", "H200", _window(72, 100, 3)),
        _zone("soldout", "X900"),
    ]  # fmt: skip
    if variant == "renamed":
        name = "available_capacity"
        zones = [{("capacity" if k == name else k): v for k, v in z.items()} for z in zones]
    elif variant == "empty":
        zones = []
    return Reply({"object": "list", "data": zones})


def _at(hours: int) -> datetime:
    return datetime.fromtimestamp(_NOW + hours * _HOUR, UTC)


def _later(begin: int, end: int) -> dict[str, Any]:
    return {"state": "window", "at": _at(begin), "until": _at(end), "bound": "exact",
            "method": "calendar"}  # fmt: skip


_HAYES = {"provider": "SF Compute", "gpu": "nvidia-h100-any-80gb", "form_stated": False,
          "count": 8, "region": "NorthAmerica hayesvalley", "price": None, "quote": None,
          "availability": "available", "inter": "infiniband", "term": "capacity_block"}  # fmt: skip
FAKE = Fake(
    source=sfcompute.SOURCE,
    publish=_publish,
    keys={"SFC_API_KEY": SECRET},
    expected={
        "normal": [
            _HAYES | {"free": 16, "whole_nodes": 2, "start": {
                "state": "now", "at": _at(0), "until": _at(3), "bound": "exact",
                "method": "calendar"}},
            _HAYES | {"free": 32, "whole_nodes": 4, "start": _later(24, 96)},
            _HAYES | {"free": 72, "whole_nodes": 9, "start": _later(48, 96)},
            _HAYES | {"free": 160, "whole_nodes": 20, "start": _later(120, 130)},
            {"region": "NorthAmerica alamo", "availability": "none", "free": 0, "start": None},
            {"region": "NorthAmerica alamo", "availability": "available", "free": 24,
             "start": _later(72, 100)},
            {"gpu": None, "gpu_raw": "X900", "availability": "none", "free": 0, "start": None},
        ],
        "empty": [],
    },
    impossible={"null_price": "zones have no price", "two_terms": "zones have one term"},
)  # fmt: skip
