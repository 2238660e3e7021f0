"""Crusoe by its public Go client: GET /capacities, each request signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import crusoe


def _signed(request: Request) -> bool:
    """The server's own reading of the signature, from the published text of it."""
    stamp = request.headers.get("x-crusoe-timestamp", "")
    message = f"{request.path}\n\n{request.method}\n{stamp}\n".encode()
    key = base64.urlsafe_b64decode(SECRET + "=" * (-len(SECRET) % 4))
    mac = hmac.new(key, message, hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return request.headers.get("authorization") == f"Bearer 1.0:desk-key:{signature}"


def _row(name: str, location: str, quantity: Any) -> dict[str, Any]:
    return {
        "location": location, "num_slices": 8, "quantity": quantity, "type": name,
        "quota_type": "PROJECT_QUOTA_TYPE_MAXIMUM_VM_SLICES",
    }  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if not _signed(request):
        return Reply({"code": "401", "message": "bad_credential"}, 401)
    if (request.method, request.path) != ("GET", "/v1/capacities"):
        return Reply({"code": "404", "message": "not_found"}, 404)
    rows = [
        _row("h100-80gb-sxm-ib.8x", "us-east1-a", 0),
        _row("h100-80gb-sxm-ib.8x", "us-east1-a", 5),  # the same place twice: some are free
        _row("h100-80gb-sxm-ib.8x", "eu-iceland1-a", 0),
        _row("l40s-48gb.1x", "us-southcentral1-a", 12),
        _row("x900-80gb.4x", "us-east1-a", 1),
        _row("c1a.16x", "us-east1-a", 40),
        _row("s1a.20x", "us-east1-a", 40),
        _row("nameless", "us-east1-a", 1),
    ]
    if variant == "renamed":
        rows = [{("free" if k == "quantity" else k): v for k, v in r.items()} for r in rows]
    elif variant == "empty":
        rows = []
    return Reply({"items": rows})


FAKE = Fake(
    source=crusoe.SOURCE,
    publish=_publish,
    keys={"CRUSOE_ACCESS_KEY_ID": "desk-key", "CRUSOE_SECRET_KEY": SECRET},
    path="/v1",
    expected={
        "normal": [
            {"provider": "Crusoe", "gpu": "nvidia-h100-sxm5-80gb",
             "gpu_raw": "h100-80gb-sxm-ib", "count": 8, "price": None,
             "quote": None, "region": "us-east1-a", "availability": "available", "free": None,
             "inter": "infiniband", "term": "on_demand"},
            {"gpu_raw": "h100-80gb-sxm-ib", "region": "eu-iceland1-a", "availability": "none",
             "free": 0},
            {"gpu_raw": "l40s-48gb", "count": 1, "region": "us-southcentral1-a",
             "availability": "available", "inter": "unknown"},
            {"gpu": None, "gpu_raw": "x900-80gb", "count": 4, "availability": "available"},
        ],
        "empty": [],
    },
    impossible={"null_price": "there is no price in the schema",
                "two_terms": "the schema knows no terms"},
)  # fmt: skip
