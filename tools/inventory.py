"""The fund's own inventory: a CSV file that staff edit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tools._staff_file import Columns, Row, read_rows
from tools.errors import UnreadableInventory
from tools.gpus import known_gpu
from tools.offers import Availability, Offer, Term

NAME = "inventory"
COLUMNS = (
    "provider",
    "gpu",
    "count",
    "free",
    "price_per_gpu_hour",
    "currency",
    "region",
    "term",
    "observed_at",
    "notes",
)
_NOT_OURS = (Availability.NO_QUOTA, Availability.NOT_ENTITLED)
_COLUMNS = Columns(COLUMNS, ("provider", "gpu"), UnreadableInventory)


def read_inventory(path: Path, today: date | None = None) -> list[Offer]:
    """The rows of an inventory file as offers by the operator.

    `free` empty means unknown; `price_per_gpu_hour` empty means unknown, 0 means free of charge;
    `term` empty means fund. Availability is set for one GPU: available where any are free. Raises
    `UnreadableInventory` naming the line of the first row that cannot be right.
    """
    return [_offer(row, path, today) for row in read_rows(path, _COLUMNS)]


def with_count(offer: Offer, wanted: int | None) -> Offer:
    """The offer with its availability for `wanted` GPUs (None: for one). What a company may not
    use is free to others only."""
    if offer.free is None or offer.availability in _NOT_OURS:
        return offer
    if offer.free == 0:
        state = Availability.NONE
    else:
        state = Availability.AVAILABLE if offer.free >= (wanted or 1) else Availability.LIMITED
    return offer.model_copy(update={"availability": state})


def _offer(row: Row, path: Path, today: date | None) -> Offer:
    row.need("provider", "gpu")
    found = known_gpu(row["gpu"])
    count, free = row.whole("count"), row.whole("free")
    if count is not None and free is not None and free > count:
        raise row.wrong(f"{free} free of {count}", "free cannot exceed count")
    offer = Offer(
        provider=row["provider"],
        gpu=found.key if found else None,
        gpu_raw=row["gpu"],
        form_stated=found.form_stated if found else True,
        count=count,
        free=free,
        term=row.term("term", Term.FUND),
        price_per_gpu_hour=row.money("price_per_gpu_hour"),
        region=row["region"] or None,
        observed_at=row.seen("observed_at", today),
        method="operator",
        source=path.name,
        notes=row["notes"],
    )
    return with_count(offer, None)
