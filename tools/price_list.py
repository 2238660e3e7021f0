"""The dated price list that comes with the tools: what was asked, when, by whom; never stock."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from importlib.resources import files

from tools.gpus import known_gpu
from tools.offers import Availability, Money, Offer, Term

NAME = "price_list"


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
