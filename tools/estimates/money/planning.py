"""Figures that an estimate of owning fills in where the person gives none: dated, with a source.

`tools/data/ownership_figures.csv` has a low, a likely and a high value of each. Where no source was
found its row says "planning figure", and so does the estimate.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Planned:
    """One figure: three values in `unit`, and where they are from."""

    name: str
    low: Decimal
    likely: Decimal
    high: Decimal
    unit: str
    status: str
    source: str
    note: str


def planned(name: str) -> Planned:
    """The figure called `name`."""
    return _figures()[name]


@cache
def _figures() -> dict[str, Planned]:
    text = files("tools").joinpath("data", "ownership_figures.csv").read_text(encoding="utf-8")
    return {
        row["name"]: Planned(
            name=row["name"],
            low=Decimal(row["low"]),
            likely=Decimal(row["likely"]),
            high=Decimal(row["high"]),
            unit=row["unit"],
            status=row["status"],
            source=row["source"],
            note=row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    }
