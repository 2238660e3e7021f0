"""What a home gives the tools to ask: its live sources, inventory, price lists and memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.sources import MEMORY, load_sources, price_lists

if TYPE_CHECKING:
    from tools.market import Access, OnUpdate
    from tools.needs import Need
    from tools.offers import Market, SourceStatus

INVENTORY = "inventory.csv"
RATES = "rates.csv"


@dataclass(frozen=True, slots=True)
class DeskAccess:
    """What can be asked, and the sources that are on and cannot be, with why."""

    access: Access
    broken: tuple[SourceStatus, ...] = ()


def desk_access(home: Path, today: date | None = None) -> DeskAccess:
    """The sources of a home as they are set up now. `today` is another day than the clock's; it is
    taken at noon."""
    sources = load_sources(home)
    access = replace(kept_access(home, today), live=sources.live)
    return DeskAccess(access, sources.broken)


def kept_access(home: Path, today: date | None = None) -> Access:
    """The same without live sources: what a home keeps, with nobody to ask and no keys."""
    from tools.market import Access

    return Access(
        memory=home / MEMORY,
        inventory=home / INVENTORY,
        price_lists=price_lists(home),
        rates=home / RATES,
        clock=_clock(today),
    )


def ask_market(
    need: Need, desk: DeskAccess, *, on_update: OnUpdate | None = None, past: bool = False
) -> Market:
    """The offers of everything that a desk has, and what is wrong with sources that are on. See
    `tools.market.gpu_offers`."""
    from tools.market import gpu_offers

    def whole(market: Market) -> Market:
        if past or not desk.broken:
            return market
        codes = dict.fromkeys([*market.unknowns, "source_failed"])
        sources = [*desk.broken, *market.sources]
        return market.model_copy(update={"sources": sources, "unknowns": list(codes)})

    def update(market: Market) -> None:
        if on_update:
            on_update(whole(market))

    return whole(gpu_offers(need, desk.access, on_update=update, past=past))


def _clock(today: date | None) -> Callable[[], datetime]:
    from tools.market import utc_now

    if today is None or today == utc_now().date():
        return utc_now
    noon = datetime.combine(today, time(12), UTC)
    return lambda: noon
