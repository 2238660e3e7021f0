"""SF Compute's quotes by its public client: GET /v0/quote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import need
from tools.sources import sfcompute_quotes

# 16 GPUs for two days, asked at 12:00: what the client must ask for.
_LAST = re.compile(r"2026-11-23T12:[01]\d:\d\d\.000Z")  # a day on, by the harness's clock
_ASKED = {
    "side": "buy", "quantity": "2", "min_start_date": "NOW", "min_duration": "172800",
    "max_duration": "176400",
}  # fmt: skip


def _quote(name: str, cents: Any, **more: Any) -> dict[str, Any]:
    return {
        "price": cents, "quantity": 2, "start_at": "2026-11-22T16:00:00.000Z",
        "end_at": "2026-11-24T16:00:00.000Z", "instance_type": name, "zone": "hayesvalley",
    } | more  # fmt: skip


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("authorization") != f"Bearer {SECRET}":
        return Reply({"object": "error", "code": "not_authenticated", "message": "no"}, 401)
    if (request.method, request.path) != ("GET", "/v0/quote"):
        return Reply({"object": "error", "code": "not_found", "message": "no"}, 404)
    name = request.query.get("instance_type", "")
    asked = dict(request.query)
    last = asked.pop("max_start_date", "")
    if asked != _ASKED | {"instance_type": name} or not _LAST.fullmatch(last):
        return Reply({"object": "error", "code": "bad_request", "message": "no"}, 400)
    # 2 nodes, 48 hours: 115,200 cents are 1.50 a GPU-hour; so are 115,160 for 47:59 from the
    # next minute on.
    quotes: dict[str, Any] = {
        "h100i": _quote("h100i", 115200),
        "h100v": _quote("h100v", "115160", start_at="NOW", end_at="2026-11-24T12:00:00.000Z"),
    }
    if variant == "renamed":
        quotes = {key: {("total" if k == "price" else k): v for k, v in each.items()}
                  for key, each in quotes.items()}  # fmt: skip
    elif variant == "null_price":
        # No price in one; in the other the block ends before it starts: not shown at all.
        quotes = {"h100i": _quote("h100i", None),
                  "h100v": _quote("h100v", 5, end_at="2026-11-22T15:00:00.000Z")}  # fmt: skip
    elif variant == "empty":
        quotes = {}
    return Reply({"object": "quote", "side": "buy", "quote": quotes.get(name)})


def _block(begin: datetime, end: datetime, state: str) -> dict[str, Any]:
    return {"state": state, "at": begin, "until": end, "bound": "exact", "method": "quote"}


_END = datetime(2026, 11, 24, 16, tzinfo=UTC)
_LATER = {"provider": "SF Compute", "gpu": "nvidia-h100-any-80gb", "gpu_raw": "h100i",
          "count": 16, "nodes": 2,
          "region": "hayesvalley", "availability": "available", "term": "capacity_block",
          "commitment": {"hours": Decimal(48), "gpus": 16, "amount": None},
          "start": _block(datetime(2026, 11, 22, 16, tzinfo=UTC), _END, "window")}  # fmt: skip
FAKE = Fake(
    source=sfcompute_quotes.SOURCE,
    publish=_publish,
    keys={"SFC_API_KEY": SECRET},
    need=need("H100", 16, hours=Decimal(48)),
    expected={
        "normal": [
            _LATER | {"price": "1.5", "upfront": {"amount": Decimal(1152), "currency": "USD"},
                      "quote": {"price": {"amount": Decimal(1152), "currency": "USD"},
                                "unit": "block"}},
            {"gpu_raw": "h100v", "count": 16, "price": "1.5",
             "start": _block(datetime(2026, 11, 22, 12, 1, tzinfo=UTC),
                             datetime(2026, 11, 24, 12, tzinfo=UTC), "now")},
        ],
        "null_price": [_LATER | {"price": None, "quote": None, "upfront": None}],
        "empty": [],
    },
    impossible={"two_terms": "a quote has one term"},
)  # fmt: skip
