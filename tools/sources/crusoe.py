"""Crusoe: which machines are free where. Capacity is hardware, not quota; there are no prices.

Schema: github.com/crusoecloud/client-go swagger/v1 (8533d78, cbe973b), its signature
auth/v1/auth.go (0144204). The unit of `quantity` is stated nowhere, so it is used as some or none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpus import known_gpu
from tools.offers import Availability, Offer, Term
from tools.sources.source import (
    Asking,
    Findings,
    HttpConfig,
    Key,
    Pace,
    Source,
    Whole,
    read_rows,
)

_ACCESS, _SECRET = "CRUSOE_ACCESS_KEY_ID", "CRUSOE_SECRET_KEY"
_VERSION = "1.0"
_TYPE = re.compile(r"(?P<gpu>[A-Za-z0-9-]+)\.(?P<gpus>\d{1,3})x")
_INFINIBAND = "-ib"
_CPU_ONLY = re.compile(r"[cs]\d+[a-z]?")  # c1a.4x, s1a.20x


class Config(HttpConfig):
    url: str = "https://api.cloud.crusoe.ai/v1"


class _Capacity(BaseModel):
    type: str = Field(min_length=1)
    location: str = Field(min_length=1)
    quantity: Whole


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = signed_headers(
        "GET",
        asking.config.url + "/capacities",
        asking.key(_ACCESS),
        asking.key(_SECRET),
        asking.now(),
    )
    answer = await asking.http.get("/capacities", headers=headers)
    items = answer.get("items") if isinstance(answer, dict) else None
    rows, unread = read_rows(items, _Capacity, "items")
    free: dict[tuple[str, str], bool] = {}
    for row in rows:
        place = (row.type, row.location)
        free[place] = free.get(place, False) or row.quantity > 0
    # A row that cannot be read may be the one that says otherwise.
    none = Availability.UNKNOWN if unread else Availability.NONE
    offers = []
    for (name, location), some in sorted(free.items()):
        match = _TYPE.fullmatch(name)
        if match is None:
            unread += 1
        elif not _CPU_ONLY.fullmatch(match["gpu"]):
            state = Availability.AVAILABLE if some else none
            offers.append(_offer(match["gpu"], int(match["gpus"]), location, state))
    return Findings(offers, unread)


def _offer(name: str, gpus: int, location: str, state: Availability) -> Offer:
    gpu = known_gpu(name.removesuffix(_INFINIBAND))
    return Offer(
        provider="Crusoe",
        gpu=gpu.key if gpu else None,
        gpu_raw=name,
        form_stated=gpu.form_stated if gpu else True,
        count=gpus or None,
        nodes=1,
        inter="infiniband" if name.endswith(_INFINIBAND) else "unknown",
        term=Term.ON_DEMAND,
        price_per_gpu_hour=None,
        region=location,
        availability=state,
        free=0 if state is Availability.NONE else None,
        method="live",
        source="crusoe",
        notes="hardware that is free; your quota may be smaller",
    )


def signed_headers(
    method: str, url: str, access: str, secret: str, now: datetime
) -> dict[str, str]:
    """The headers that sign one request. Raises `SourceFailed` for a secret that is not base64."""
    try:
        key = base64.b64decode(secret + "=" * (-len(secret) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SourceFailed(
            "key", f"{_SECRET} is not a Crusoe secret", "copy it again, whole"
        ) from None
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = urlsplit(url)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True), key=lambda p: p[0]))
    message = f"{parts.path}\n{query}\n{method}\n{stamp}\n"
    digest = hmac.new(key, message.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return {
        "X-Crusoe-Timestamp": stamp,
        "Authorization": f"Bearer {_VERSION}:{access}:{signature}",
    }


SOURCE = Source(
    name="crusoe",
    title="Crusoe",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_ACCESS), Key(_SECRET)),
    pace=Pace(requests=1, seconds=1, burst=2),  # none is published
)
