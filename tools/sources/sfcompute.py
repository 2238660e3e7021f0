"""SF Compute: the calendar of its zones, when how many nodes can be bought. No prices here.

Schema: github.com/sfcompute/nodes-typescript src/resources/zones.ts (008076a) and how
github.com/sfcompute/cli src/lib/zones.tsx reads it. Windows are in Unix seconds, their quantity in
nodes of eight GPUs. What they cost is asked in `tools/sources/sfcompute_quotes.py`, which may take
much longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpus import known_gpu
from tools.offers import Availability, Offer, Start, Term
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

KEY = "SFC_API_KEY"
GPUS_PER_NODE = 8


class Config(HttpConfig):
    url: str = "https://api.sfcompute.com"


class _Window(BaseModel):
    start_timestamp: int = Field(strict=True, ge=0, lt=10**11)
    end_timestamp: int = Field(strict=True, ge=0, lt=10**11)
    quantity: Whole


class _Zone(BaseModel):
    name: str = Field(min_length=1)
    region: str = ""
    hardware_type: str = Field(min_length=1)
    interconnect_type: str = ""
    available_capacity: list[_Window]


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(KEY)}"}
    answer = await asking.http.get("/v0/zones", headers=headers)
    if not isinstance(answer, dict):
        raise SourceFailed("answer", "zones are not there", "its interface may have changed")
    zones, unread = read_rows(answer.get("data"), _Zone, "zones")
    now = asking.now()
    return Findings([offer for zone in zones for offer in _offers(zone, now)], unread)


def _offers(zone: _Zone, now: datetime) -> Iterator[Offer]:
    """What can be had now (none, where no window holds), and the first later window of each
    larger size."""
    at = int(now.timestamp())
    windows = sorted(zone.available_capacity, key=lambda w: (w.start_timestamp, -w.quantity))
    most = max(
        (w.quantity for w in windows if w.start_timestamp <= at < w.end_timestamp), default=0
    )
    yield _offer(zone, most, _start("now", windows, at, most) if most else None)
    for window in windows:
        begin = window.start_timestamp
        if begin > at and window.quantity > most and window.end_timestamp > begin:
            most = window.quantity
            yield _offer(zone, most, _start("window", windows, begin, most))


def _start(
    state: Literal["now", "window"], windows: list[_Window], begin: int, nodes: int
) -> Start:
    """So many nodes from `begin` on, to the end of the windows without a gap that have as many."""
    end = begin
    for window in windows:
        if window.quantity >= nodes and window.start_timestamp <= end < window.end_timestamp:
            end = window.end_timestamp
    return Start(
        state=state, at=_moment(begin), until=_moment(end), bound="exact", method="calendar"
    )


def _offer(zone: _Zone, nodes: int, start: Start | None) -> Offer:
    """Nodes that can be bought from `start` on; None: none can be had now."""
    gpu = known_gpu(zone.hardware_type)
    free = nodes * GPUS_PER_NODE
    return Offer(
        provider="SF Compute",
        gpu=gpu.key if gpu else None,
        gpu_raw=zone.hardware_type,
        form_stated=gpu.form_stated if gpu else True,
        count=GPUS_PER_NODE,
        nodes=1,
        inter="infiniband" if zone.interconnect_type == "Infiniband" else "unknown",
        term=Term.CAPACITY_BLOCK,
        price_per_gpu_hour=None,
        region=" ".join(part for part in (zone.region, zone.name) if part),
        availability=Availability.AVAILABLE if start else Availability.NONE,
        free=free,
        whole_nodes=nodes,
        largest_block=GPUS_PER_NODE if nodes else 0,
        start=start,
        method="live",
        source="sfcompute",
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


SOURCE = Source(
    name="sfcompute",
    title="SF Compute",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(KEY),),
    pace=Pace(requests=1, seconds=1, burst=3),  # none is published
)
