"""The fund's own inventory: a CSV file that staff edit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tools.errors import InvalidInput, UnreadableInventory
from tools.gpus import known_gpu
from tools.offers import Availability, Money, Offer, Term, parse_term

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
_NEEDED = ("provider", "gpu")
_LARGEST_FILE = 5_000_000


def read_inventory(path: Path, today: date | None = None) -> list[Offer]:
    """The rows of an inventory file as offers by the operator.

    `free` empty means unknown; `price_per_gpu_hour` empty means unknown, 0 means free of charge;
    `term` empty means fund. Availability is set for one GPU: available where any are free. Raises
    `UnreadableInventory` naming the line of the first row that cannot be right.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UnreadableInventory(f"{path.name} is too large for an inventory", "at most 5 MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnreadableInventory(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableInventory(
            f"{path.name} is not UTF-8 text", "save it as CSV UTF-8"
        ) from error
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    missing = [name for name in _NEEDED if name not in (reader.fieldnames or [])]
    if missing:
        raise UnreadableInventory(
            f"{path.name} line 1: no column {', '.join(missing)}",
            f"the first line is {','.join(COLUMNS)}",
        )
    try:
        return [_offer(row, reader.line_num, path, today) for row in reader if any(row.values())]
    except csv.Error as error:
        raise UnreadableInventory(f"{path.name} line {reader.line_num}: {error}") from error


def with_count(offer: Offer, wanted: int | None) -> Offer:
    """The offer with its availability for `wanted` GPUs (None: for one)."""
    if offer.free is None:
        return offer
    if offer.free == 0:
        state = Availability.NONE
    else:
        state = Availability.AVAILABLE if offer.free >= (wanted or 1) else Availability.LIMITED
    return offer.model_copy(update={"availability": state})


def _offer(
    row: Mapping[str | None, str | None], line: int, path: Path, today: date | None
) -> Offer:
    where = f"{path.name} line {line}"
    if None in row:
        raise UnreadableInventory(
            f"{where}: more cells than columns", "quote a cell that has a comma"
        )
    cells = {str(name): (value or "").strip() for name, value in row.items()}
    if not cells["provider"] or not cells["gpu"]:
        raise UnreadableInventory(f"{where}: provider and gpu cannot be empty")
    found = known_gpu(cells["gpu"])
    count, free = (_whole(cells.get(name, ""), name, where) for name in ("count", "free"))
    if count is not None and free is not None and free > count:
        raise UnreadableInventory(f"{where}: {free} free of {count}", "free cannot exceed count")
    offer = Offer(
        provider=cells["provider"],
        gpu=found.key if found else None,
        gpu_raw=cells["gpu"],
        form_stated=found.form_stated if found else True,
        count=count,
        free=free,
        term=_term(cells.get("term", ""), where),
        price_per_gpu_hour=_price(cells, where),
        region=cells.get("region") or None,
        observed_at=_observed(cells.get("observed_at", ""), where, today),
        method="operator",
        source=path.name,
        notes=cells.get("notes", ""),
    )
    return with_count(offer, None)


def _whole(text: str, name: str, where: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,7}", text, re.ASCII):
        raise UnreadableInventory(
            f"{where}: {name} {text!r} is not a whole number", "for example 64"
        )
    return int(text)


def _term(text: str, where: str) -> Term:
    try:
        return parse_term(text) if text else Term.FUND
    except InvalidInput as error:
        raise UnreadableInventory(f"{where}: {error.message}", error.hint) from error


def _price(cells: Mapping[str, str], where: str) -> Money | None:
    text = cells.get("price_per_gpu_hour", "")
    if not text:
        return None
    try:
        amount = Decimal(text.lstrip("$"))
    except InvalidOperation as error:
        raise UnreadableInventory(
            f"{where}: price {text!r} is not a number", "like 1.90"
        ) from error
    if not amount.is_finite() or amount < 0:
        raise UnreadableInventory(f"{where}: price {text!r} cannot be", "empty where not known")
    currency = cells.get("currency", "").upper() or "USD"
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise UnreadableInventory(
            f"{where}: currency {currency!r}", "three letters, like USD or CNY"
        )
    return Money(amount=amount, currency=currency)


def _observed(text: str, where: str, today: date | None) -> str | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError as error:
        raise UnreadableInventory(
            f"{where}: observed_at {text!r}", "a date like 2026-11-22"
        ) from error
    # A day of slack: the file may have been written in a time zone ahead of ours.
    if today and day > today + timedelta(days=1):
        raise UnreadableInventory(f"{where}: observed_at {text} is in the future")
    return text
