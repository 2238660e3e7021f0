"""Hyperstack: stock of each region joined to the pricebook.

Schema: github.com/NexGenCloud/hyperstack-sdk-python (pages StockApi, NewModelResponse,
PricebookApi, PricebookModel; 8deda12, c8156f5) and docs.hyperstack.cloud. `available` is a text and
a floor ("10+"); `planned_7_days` and the like are forecasts, never stock. The pricebook is in US
dollars per GPU-hour, joined by the model's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from tools.gpus import known_gpu
from tools.offers import Availability, Commitment, Money, Offer, Quote, Term
from tools.sources.source import (
    Amount,
    Asking,
    Findings,
    HttpConfig,
    Key,
    Pace,
    Source,
    Whole,
    read_rows,
)

_KEY = "HYPERSTACK_API_KEY"
_SPOT = "-spot"
_COUNTRIES = {"CANADA": "CA", "NORWAY": "NO", "US": "US"}
_FORECASTS = {
    "planned_7_days": "7 days",
    "planned_30_days": "30 days",
    "planned_100_days": "100 days",
}


class Config(HttpConfig):
    url: str = "https://infrahub-api.nexgencloud.com/v1"


class _Region(BaseModel):
    region: str = Field(min_length=1)
    stock_type: str = Field(alias="stock-type")
    models: list[dict[str, object]]


class _Model(BaseModel):
    region: str
    model: str = Field(min_length=1)
    available: str = Field(pattern=r"^[0-9]{1,6}\+?$")
    configurations: dict[str, Whole]
    planned_7_days: str | None = None
    planned_30_days: str | None = None
    planned_100_days: str | None = None


class _Price(BaseModel):
    name: str
    value: Amount | None
    start_time: datetime | None = None
    end_time: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether the price is of `now`. Times without a zone are UTC."""
        begin, end = _aware(self.start_time), _aware(self.end_time)
        return (begin is None or begin <= now) and (end is None or now < end)


async def _fetch(asking: Asking[Config]) -> Findings:
    headers = {"api_key": asking.key(_KEY)}
    stocks = await asking.http.get("/core/stocks", headers=headers)
    book = await asking.http.get("/pricebook", headers=headers)
    listed = stocks.get("stocks") if isinstance(stocks, dict) else None
    regions, unread = read_rows(listed, _Region, "stocks")
    entries, unread_prices = read_rows(book, _Price, "pricebook")
    prices = _prices([each for each in entries if each.holds(asking.now())])
    apart = any((prices.get(name) or 0) > 0 for name in ("cpu", "ram"))
    rows = [
        {**row, "region": region.region}
        for region in regions
        if region.stock_type == "GPU"
        for row in region.models
    ]
    models, unread_models = read_rows(rows, _Model, "models")
    offers = [
        offer
        for model in models
        for offer in _offers(model, prices.get(model.model.lower()), apart)
    ]
    return Findings(offers, unread + unread_models + unread_prices)


def _prices(entries: list[_Price]) -> Mapping[str, Decimal | None]:
    """Price by name in small letters; None where entries of one name contradict each other."""
    found: dict[str, Decimal | None] = {}
    for each in entries:
        name = each.name.strip().lower()
        same = name not in found or found[name] == each.value
        found[name] = each.value if same else None
    return found


def _offers(model: _Model, price: Decimal | None, apart: bool) -> Iterator[Offer]:
    """One offer for each size of machine that can be had; else one that says that none can."""
    sizes = {_size(name): machines for name, machines in model.configurations.items()}
    had = {size: machines for size, machines in sizes.items() if size and machines > 0}
    floor, exact = int(model.available.rstrip("+")), not model.available.endswith("+")
    largest = max(had, default=0)
    if not had:
        # Stock without any size to have it in is not understood, so not called available.
        state = Availability.NONE if floor == 0 and exact else Availability.UNKNOWN
        none = state is Availability.NONE
        yield _offer(model, price, apart, count=None, state=state, free=0 if none else None)
    for size, machines in sorted(had.items()):
        free: int | None = size * machines
        state = Availability.AVAILABLE
        if exact and floor < size * machines:
            # The two numbers disagree (seen live): the smaller one holds, if a machine fits in it.
            free = floor // size * size or None
            state = Availability.AVAILABLE if free else Availability.UNKNOWN
        yield _offer(model, price, apart, count=size, state=state, free=free, largest=largest)


def _offer(
    model: _Model,
    price: Decimal | None,
    apart: bool,
    *,
    count: int | None,
    state: Availability,
    free: int | None,
    largest: int | None = None,
) -> Offer:
    spot = model.model.lower().endswith(_SPOT)
    name = model.model[: -len(_SPOT)] if spot else model.model
    gpu = known_gpu(name)
    money = Money(amount=price, currency="USD") if price else None
    return Offer(
        provider="Hyperstack",
        gpu=gpu.key if gpu else None,
        gpu_raw=model.model,
        form_stated=gpu.form_stated if gpu else True,
        count=count,
        nodes=1 if count else None,
        intra="nvlink" if "nvlink" in name.lower() else "unknown",
        term=Term.SPOT if spot else Term.ON_DEMAND,
        price_per_gpu_hour=money,
        quote=Quote(price=money, unit="gpu_hour") if money else None,
        commitment=Commitment(gpus=count) if count and count > 1 else None,
        region=model.region,
        country=_COUNTRIES.get(model.region.upper().split("-")[0]),
        availability=state,
        free=free,
        whole_nodes=free // count if free and count else None,
        largest_block=largest,
        method="live",
        source="hyperstack",
        notes=_notes(model, apart and money is not None),
    )


def _notes(model: _Model, apart: bool) -> str:
    planned = [
        f"{getattr(model, field)} within {span}"
        for field, span in _FORECASTS.items()
        if re.fullmatch(r"\d{1,6}\+?", getattr(model, field) or "")
    ]
    notes = [f"forecast, not stock: {', '.join(planned)}"] if planned else []
    return "; ".join(notes + ["CPU and memory are billed beside the GPU"] * apart)


def _size(name: str) -> int:
    match = re.fullmatch(r"(\d{1,4})x", name)
    return int(match[1]) if match else 0


def _aware(when: datetime | None) -> datetime | None:
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when


SOURCE = Source(
    name="hyperstack",
    title="Hyperstack",
    kind="market",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY),),
    pace=Pace(requests=500, seconds=60, burst=10),
)
