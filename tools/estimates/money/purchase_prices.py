"""What a GPU in its server cost to buy, from the dated table `tools/data/purchase_prices.csv`.

A price of a whole server is used as it is; where the table has only single GPUs, a server is that
price times a sourced factor. A price of a board of eight without its server is not used: no factor
for it was found.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from statistics import median_low
from typing import Literal

from tools.estimates.money.planning import planned
from tools.gpus import Gpu, gpu, same_gpu

_NEWEST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Purchase:
    """One row: US dollars per GPU, on which day, sold as what."""

    gpu_key: str
    usd_per_gpu: Decimal
    as_of: str
    sold_as: Literal["server", "board", "chip"]
    source: str


@dataclass(frozen=True, slots=True)
class ServerPrice:
    """US dollars per GPU for a GPU in its server: the lowest, middle and highest of `quotes` prices
    of the newest twelve months that the table has of it."""

    low: Decimal
    likely: Decimal
    high: Decimal
    quotes: tuple[Purchase, ...]
    factor: Decimal
    text: str


@cache
def purchases() -> tuple[Purchase, ...]:
    """Every row in US dollars."""
    text = files("tools").joinpath("data", "purchase_prices.csv").read_text(encoding="utf-8")
    return tuple(
        Purchase(
            gpu_key=row["gpu_key"],
            usd_per_gpu=Decimal(row["amount_per_gpu"]),
            as_of=row["as_of"],
            sold_as=row["sold_as"],  # type: ignore[arg-type]
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
        if row["currency"] == "USD"
    )


def server_price(wanted: Gpu) -> ServerPrice | None:
    """What the table says of `wanted` in a server; None where it says nothing of use."""
    of_it = [each for each in purchases() if same_gpu(wanted, gpu(each.gpu_key))]
    for sold_as, factor in (("server", Decimal(1)), ("chip", planned("server_factor").likely)):
        rows = [each for each in of_it if each.sold_as == sold_as]
        if rows:
            return _summary(_newest(rows), factor)
    return None


def board_prices(wanted: Gpu) -> tuple[Purchase, ...]:
    """Prices of boards without a server, newest first: what is known where no server price is."""
    rows = [
        each
        for each in purchases()
        if each.sold_as == "board" and same_gpu(wanted, gpu(each.gpu_key))
    ]
    return tuple(sorted(rows, key=lambda each: each.as_of, reverse=True))


def _newest(rows: list[Purchase]) -> list[Purchase]:
    newest = max(each.as_of for each in rows)
    return [each for each in rows if _months(newest) - _months(each.as_of) <= _NEWEST_MONTHS]


def _months(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7])


def _summary(rows: list[Purchase], factor: Decimal) -> ServerPrice:
    amounts = [each.usd_per_gpu * factor for each in rows]
    first, last = min(each.as_of for each in rows), max(each.as_of for each in rows)
    dated = first if first == last else f"{first} to {last}"
    forms = ", ".join(sorted({each.gpu_key for each in rows}))
    counted = "1 price" if len(rows) == 1 else f"{len(rows)} prices"
    kind = "servers" if factor == 1 else f"single GPUs times {factor} for the server"
    return ServerPrice(
        low=min(amounts),
        likely=median_low(amounts),
        high=max(amounts),
        quotes=tuple(sorted(rows, key=lambda each: each.as_of)),
        factor=factor,
        text=f"{counted} of {kind} of {dated} ({forms}); today's may differ: ask for a quote",
    )
