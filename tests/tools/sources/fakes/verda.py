"""Verda by its public clients: OAuth token, instance types, instance availability."""

from __future__ import annotations

from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import verda

_TOKEN = "token-of-one-round-" + SECRET
_GRANT = {"grant_type": "client_credentials", "client_id": "desk", "client_secret": SECRET}


def _type(name: str, gpu: str, gpus: int, price: Any, spot: Any, vram: int) -> dict[str, Any]:
    return {
        "id": "01cf5dc1-a5d2-4972-ae4e-d429115d055b", "instance_type": name, "best_for": [],
        "cpu": {"description": "22 CPU", "number_of_cores": 22},
        "gpu": {"description": gpu, "number_of_gpus": gpus},
        "memory": {"description": "187GB RAM", "size_in_gigabytes": 187},
        "gpu_memory": {"description": f"{vram}GB VRAM", "size_in_gigabytes": vram},
        "storage": {"description": "dynamic"}, "description": "Dedicated", "model": "H100",
        "name": gpu, "p2p": "", "price_per_hour": price, "spot_price": spot, "currency": "usd",
        "manufacturer": "NVIDIA", "display_name": gpu, "supported_os": [], "dynamic_price": None,
    }  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if (request.method, request.path) == ("POST", "/oauth2/token"):
        if request.json() != _GRANT:
            return Reply({"code": "unauthorized_request", "message": "no"}, 401)
        return Reply({"access_token": _TOKEN, "refresh_token": "r", "scope": "fullAccess",
                      "token_type": "Bearer", "expires_in": 3600})  # fmt: skip
    if request.headers.get("authorization") != f"Bearer {_TOKEN}":
        return Reply({"code": "unauthorized_request", "message": "no"}, 401)
    types = [
        _type("1H100.80S.22V", "1x H100 SXM5 80GB", 1, "2.29", "0.80", 80),
        _type("8H100.80S.176V", "8x H100 SXM5 80GB", 8, "18.32", "6.40", 640),
        _type("8A100.40S.176V", "8x A100 SXM4 40GB", 8, "5.78", "1.44", 320),
        _type("2X900.80S", "2x X900 80GB", 2, "5.00", "2.00", 160),
        _type("4H200.141S", "8x H200 SXM5 141GB", 4, "9.00", "4.00", 564),  # 4 or 8?
        _type("CPU.4V.16G", "", 0, "0.03", "0.01", 0),
    ]
    free = {"false": {"FIN-01": ["1H100.80S.22V", "CPU.4V.16G"], "FIN-03": ["8H100.80S.176V"]},
            "true": {"FIN-01": ["1H100.80S.22V"], "FIN-03": []}}  # fmt: skip
    if variant == "renamed":
        types = [
            {("price" if k == "price_per_hour" else k): v for k, v in t.items()} for t in types
        ]
    elif variant == "null_price":
        types = [_type("1H100.80S.22V", "1x H100 SXM5 80GB", 1, None, None, 80)]
        free = {"false": {"FIN-01": ["1H100.80S.22V"]}, "true": {}}
    elif variant == "two_terms":
        types = types[:1]
        free = {kind: {"FIN-01": ["1H100.80S.22V"]} for kind in ("false", "true")}
    elif variant == "empty":
        types, free = [], {"false": {}, "true": {}}
    places = free.get(request.query.get("is_spot", ""), {})
    answers = {
        "/instance-types": types if request.query.get("currency") == "usd" else [],
        "/instance-availability": [
            {"location_code": code, "availabilities": names} for code, names in places.items()
        ],
    }
    if request.method != "GET" or request.path not in answers:
        return Reply({"code": "not_found", "message": "no"}, 404)
    return Reply(answers[request.path])


_ONE = {"provider": "Verda", "gpu": "nvidia-h100-sxm5-80gb", "count": 1}
_EIGHT = {"gpu": "nvidia-h100-sxm5-80gb", "count": 8}
_A100 = {"gpu": "nvidia-a100-sxm4-40gb", "count": 8, "region": None, "availability": "none"}
_X900 = {"gpu": None, "gpu_raw": "2x X900 80GB", "count": 2, "availability": "none"}
FAKE = Fake(
    source=verda.SOURCE,
    publish=_publish,
    keys={"VERDA_CLIENT_ID": "desk", "VERDA_CLIENT_SECRET": SECRET},
    expected={
        "normal": [
            _ONE | {"term": "on_demand", "price": "2.29", "region": "FIN-01",
                    "availability": "available"},
            _ONE | {"term": "spot", "price": "0.80", "region": "FIN-01",
                    "availability": "available"},
            _EIGHT | {"term": "on_demand", "price": "2.29", "region": "FIN-03",
                      "availability": "available"},
            _EIGHT | {"term": "spot", "price": "0.80", "region": None, "availability": "none"},
            _A100 | {"term": "on_demand", "price": "0.7225"},
            _A100 | {"term": "spot", "price": "0.18"},
            _X900 | {"term": "on_demand", "price": "2.50"},
            _X900 | {"term": "spot", "price": "1.00"},
        ],
        "null_price": [
            _ONE | {"term": "on_demand", "price": None, "quote": None, "region": "FIN-01",
                    "availability": "available"},
            _ONE | {"term": "spot", "price": None, "region": None, "availability": "unknown"},
        ],
        "two_terms": [
            _ONE | {"term": "on_demand", "price": "2.29", "region": "FIN-01"},
            _ONE | {"term": "spot", "price": "0.80", "region": "FIN-01"},
        ],
        "empty": [],
    },
)  # fmt: skip
