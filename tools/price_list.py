"""Dated prices, never stock: the list that comes with the tools, and lists that staff import."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from tools._staff_file import Columns, Row, read_rows
from tools.errors import UnreadablePrices
from tools.gpus import known_gpu
from tools.offers import Availability, Money, Offer, Term

NAME = "price_list"
COLUMNS = (
    "provider",
    "gpu",
    "count",
    "term",
    "term_months",
    "amount",
    "currency",
    "region",
    "as_of",
    "source",
    "note",
    "kind",
)
_NEEDED = ("provider", "gpu", "amount", "currency", "as_of", "source")
_COLUMNS = Columns(COLUMNS, _NEEDED, UnreadablePrices)
_KINDS = ("list", "negotiated")


@cache
def _offers() -> tuple[Offer, ...]:
    text = files("tools").joinpath("data", "price_list.csv").read_text(encoding="utf-8")
    return tuple(_offer(row) for row in csv.DictReader(text.splitlines()))


def list_offers() -> list[Offer]:
    """Every row of the list as an offer with stock unknown. Rows without a date have none."""
    return [each.model_copy() for each in _offers()]


@cache
def list_providers() -> tuple[str, ...]:
    """The names of those whose prices the list has, longest first."""
    return tuple(sorted({each.provider for each in _offers()}, key=lambda name: (-len(name), name)))


def _offer(row: dict[str, str]) -> Offer:
    found = known_gpu(row["gpu_key"])
    return Offer(
        provider=row["provider"],
        gpu=found.key if found else None,
        gpu_raw=row["gpu"],
        form_stated=found.form_stated if found else True,
        count=int(row["count"]) if row["count"] else None,
        term=Term(row["term"]),
        term_months=int(row["term_months"]) if row["term_months"] else None,
        price_per_gpu_hour=Money(amount=Decimal(row["amount"]), currency=row["currency"]),
        region=row["region"] or None,
        availability=Availability.UNKNOWN,
        basis="list",
        list_as_of=row["as_of"] or None,
        observed_at=row["as_of"] or None,
        method="list",
        source=row["source"],
        notes=row["note"],
    )


def read_price_list(path: Path, today: date | None = None) -> list[Offer]:
    """The rows of a price list that staff keep, as offers with stock unknown.

    `amount` is per GPU-hour in `currency`; `as_of` is the day on which `source` said so. `kind` is
    "list" (also where empty) or "negotiated": a price agreed with the fund, told by the operator.
    `term` empty means on demand. Raises `UnreadablePrices` naming the line of the first bad row.
    """
    return [_imported(row, today) for row in read_rows(path, _COLUMNS)]


def _imported(row: Row, today: date | None) -> Offer:
    row.need(*_NEEDED)
    day = row.day("as_of", today)
    months = row.whole("term_months")
    count = row.whole("count")
    if count == 0 or months == 0:
        raise row.wrong("count and term_months cannot be 0", "leave them empty where not known")
    kind = row["kind"].lower() or "list"
    if kind not in _KINDS:
        raise row.wrong(f"kind {row['kind']!r}", f"one of {', '.join(_KINDS)}")
    found = known_gpu(row["gpu"])
    as_of = day.isoformat() if day else None
    negotiated = kind == "negotiated"
    return Offer(
        provider=row["provider"],
        gpu=found.key if found else None,
        gpu_raw=row["gpu"],
        form_stated=found.form_stated if found else True,
        count=count,
        term=row.term("term", Term.ON_DEMAND),
        term_months=months,
        price_per_gpu_hour=row.money("amount"),
        region=row["region"] or None,
        availability=Availability.UNKNOWN,
        basis="list",  # a price of its day, which tells nothing of stock
        list_as_of=as_of,
        observed_at=as_of,
        method="operator" if negotiated else "list",
        source=row["source"],
        notes=row["note"],
    )
