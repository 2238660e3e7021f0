"""SF Compute: what a block of nodes costs, asked of its market for the stated size and time.

Schema: github.com/sfcompute/cli src/schema.ts (04dbdb5, a1b201e) and src/helpers/quote.ts
(376b258). A price is in US cents for the whole block; a null quote is no offer. The vendor's own
client waits up to ten minutes for a quote: `deadline_s` may need to be raised.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Annotated

from pydantic import BaseModel, Field

from tools.errors import SourceFailed
from tools.gpus import Gpu, known_gpu, known_instance, same_gpu
from tools.needs import Need
from tools.offers import Availability, Commitment, Money, Offer, Quote, Start, Term
from tools.sources import sfcompute
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    GpuCount,
    HttpConfig,
    Key,
    Pace,
    Source,
    read_rows,
)

_DEFAULT_HOURS = Decimal(24)
_SEARCH = timedelta(hours=24)  # the widest range of starts that one quote may search
_CHANGED = "its interface may have changed"


class Config(HttpConfig):
    """`instance_types`: h100i is bought as Kubernetes nodes, h100v as virtual machines."""

    url: str = "https://api.sfcompute.com"
    instance_types: tuple[str, ...] = ("h100i", "h100v")


class _Quote(BaseModel):
    price: Amount | None
    quantity: GpuCount | Annotated[str, Field(pattern=r"^[1-9]\d{0,4}$")]
    start_at: str
    end_at: datetime
    instance_type: str = Field(min_length=1)
    zone: str | None = None


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"Authorization": f"Bearer {asking.key(sfcompute.KEY)}"}
    found: list[object] = []
    for name in asking.config.instance_types:
        if not _wanted(name, asking.need):
            continue
        answer = await asking.http.get(
            "/v0/quote", params=_query(name, asking.need, asking.now()), headers=headers
        )
        if not isinstance(answer, dict) or "quote" not in answer or answer.get("side") != "buy":
            raise SourceFailed("answer", "a quote is not there", _CHANGED)
        if answer["quote"] is not None:
            found.append(answer["quote"])
    quotes, unread = read_rows(found, _Quote, "quotes")
    offers = [_offer(quote, asking.now()) for quote in quotes]
    good = [offer for offer in offers if offer is not None]
    return Findings(good, unread + len(offers) - len(good))


def _gpu(name: str) -> Gpu | None:
    """The GPU of an instance type ("h100i"), also where it is named for its GPU ("h200")."""
    machine = known_instance(name)
    return machine[0] if machine else known_gpu(name)


def _wanted(name: str, need: Need) -> bool:
    gpu = _gpu(name)
    return need.gpu is None or gpu is None or same_gpu(need.gpu, gpu)


def _nodes(need: Need) -> int:
    return ceil((need.count or 1) / sfcompute.GPUS_PER_NODE)


def _query(name: str, need: Need, now: datetime) -> dict[str, str | int]:
    seconds = int((need.hours or _DEFAULT_HOURS) * 3600)
    last = (now + _SEARCH).astimezone(UTC)
    return {
        "side": "buy",
        "instance_type": name,
        "quantity": _nodes(need),
        "min_start_date": "NOW",
        "max_start_date": last.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "min_duration": seconds,
        "max_duration": seconds + 3600,  # blocks end on the hour
    }


def _offer(quote: _Quote, now: datetime) -> Offer | None:
    """None where the times of the block make no sense: then its price per hour means nothing."""
    start, end = _start(quote.start_at, now), quote.end_at
    if start is None or end.tzinfo is None or end <= start:
        return None
    seconds = Decimal(int((end - start).total_seconds()))
    nodes = int(quote.quantity)
    gpus = nodes * sfcompute.GPUS_PER_NODE
    gpu = _gpu(quote.instance_type)
    whole = Money(amount=quote.price / 100, currency="USD") if quote.price is not None else None
    return Offer(
        provider="SF Compute",
        gpu=gpu.key if gpu else None,
        gpu_raw=quote.instance_type,
        form_stated=gpu.form_stated if gpu else True,
        count=gpus,
        nodes=nodes,
        term=Term.CAPACITY_BLOCK,
        price_per_gpu_hour=Money(
            amount=whole.amount * 3600 / (gpus * seconds), currency="USD"
        )
        if whole
        else None,
        quote=Quote(price=whole, unit="block") if whole else None,
        basis="quoted",
        commitment=Commitment(hours=seconds / 3600, gpus=gpus),
        upfront=whole,
        region=quote.zone,
        availability=Availability.AVAILABLE,
        start=Start(
            state="now" if quote.start_at == "NOW" else "window",
            at=start, until=end, bound="exact", method="quote",
        ),
        method="live",
        source="sfcompute-quotes",
    )  # fmt: skip


def _start(text: str, now: datetime) -> datetime | None:
    if text == "NOW":  # the market's "now" is the next full minute
        return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else None


def _asked(need: Need) -> str:
    gpu = need.gpu.key if need.gpu else ""
    return f"{gpu} {_nodes(need)} {need.hours or _DEFAULT_HOURS:f}"


SOURCE = Source(
    name="sfcompute-quotes",
    title="SF Compute quotes",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(sfcompute.KEY),),
    pace=Pace(requests=1, seconds=1, burst=3),  # none is published
    ttl_s=60,
    asked=_asked,
)
