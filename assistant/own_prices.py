"""Price lists and exchange rates that staff bring: checked whole, then copied into the home."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from assistant.access import RATES
from assistant.errors import InvalidSource
from assistant.sources import NAME, PRICES
from kb.home import write_atomically
from tools import inventory, price_list
from tools.offers import Offer
from tools.sources.all import source_named

_TAKEN = {price_list.NAME, inventory.NAME, "live", "history", "rates"}


def import_prices(home: Path, path: Path, name: str | None, today: date) -> tuple[str, list[Offer]]:
    """Take a price list into the home under `name` (default: the file's own); one of that name is
    replaced. Raises `InvalidSource` and `tools.errors.UnreadablePrices`."""
    called = name or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")
    if not NAME.fullmatch(called):
        raise InvalidSource(f"{called[:40]!r} is no name", "give one with --as: small letters")
    if called in _TAKEN or source_named(called):
        raise InvalidSource(f"{called!r} is the name of a source", "give another with --as")
    offers = price_list.read_price_list(path, today)
    if not offers:
        raise InvalidSource(f"{path.name} has no row", "nothing was changed")
    (home / PRICES).mkdir(parents=True, exist_ok=True)
    write_atomically(home / PRICES / f"{called}.csv", path.read_bytes())
    return called, offers


def forget_prices(home: Path, name: str) -> None:
    """Take a price list out of the home. Raises `InvalidSource`."""
    path = home / PRICES / f"{name}.csv"
    if not NAME.fullmatch(name) or not path.exists():
        raise InvalidSource(f"there is no price list {name[:40]!r}", "see: sources list")
    path.unlink()


def import_rates(home: Path, path: Path, today: date) -> int:
    """Take exchange rates into the home in place of earlier ones; how many. Raises
    `InvalidSource` and `tools.errors.UnreadablePrices`."""
    from tools.currencies import read_rates

    rates = read_rates(path, today)
    if not rates:
        raise InvalidSource(f"{path.name} has no row", "nothing was changed")
    home.mkdir(parents=True, exist_ok=True)
    write_atomically(home / RATES, path.read_bytes())
    return len(rates)
