"""Who has which GPU at what price: every source asked at once, joined, ranked by its evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tools import inventory as inventory_file
from tools import price_list
from tools.errors import ToolError, UnreadableInventory, UnreadablePrices
from tools.gpus import known_gpu, same_gpu
from tools.needs import Need
from tools.offers import Availability, Market, Offer, SourceStatus, Term
from tools.places import in_place
from tools.ranking import judged, latest_day, mark_superseded, price_ranges, ranked
from tools.resellers import fitted, merged

if TYPE_CHECKING:
    from tools.price_history import PriceHistory
    from tools.sources.asking import Configured, SourceAnswer
    from tools.sources.memory import Memory


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Access:
    """What a desk may ask: live sources, the inventory that staff keep, the price lists that they
    imported. `memory` is the file of what was seen (None: not kept). `deadline_s` bounds a whole
    question; `clock` tells the moment."""

    live: tuple[Configured, ...] = ()
    memory: Path | None = None
    inventory: Path | None = None
    price_lists: tuple[Path, ...] = ()
    rates: Path | None = None
    deadline_s: float = 8.0
    clock: Callable[[], datetime] = utc_now


_HISTORY = "history"
OnUpdate = Callable[[Market], None]


def gpu_offers(
    need: Need, access: Access, *, on_update: OnUpdate | None = None, past: bool = False
) -> Market:
    """The offers that fit a need, best evidence first, then by price.

    All live sources are asked at once; one that fails is named and harms no other. `on_update`
    gets the market as far as it is known each time a source has answered. A price limit is in US
    dollars; rows without a price or in another currency stay, and `unknowns` says so. `provider`
    matches as part of a name, `region` as a place (US, 美国) or a part of a region's name; rows
    that state no region come after those that match.
    With `past` the clock shows a day of the past: of lists the rows that are dated on or before
    it, and what live sources said on that very day, where they were asked.
    """
    files = [*_listed_by(access), *_seen_on(access)] if past else _from_files(access)
    if past or not access.live:
        return _market(need, access, files, past=past)
    from tools.asking_all import ask_all

    def update(answers: Sequence[SourceAnswer]) -> None:
        if on_update:
            on_update(_market(need, access, [*answers_of(answers), *files]))

    with memory_of(access) as memory:
        answers = ask_all(need, access, memory, update)
        keep(memory, need, answers, access)
        market = _market(need, access, [*answers_of(answers), *files])
        if memory.trouble:
            market.unknowns.append("history_not_kept")
    return market


def price_history(
    gpu: str,
    term: str | None = None,
    provider: str | None = None,
    since: date | None = None,
    until: date | None = None,
    *,
    access: Access,
    past: bool = False,
) -> PriceHistory:
    """How prices of a GPU moved by all that this desk has: live observations that it kept, price
    lists that came with it or that staff imported. Asks nobody. With `past` not beyond the clock's
    day.
    Raises `InvalidInput` and `UnknownGpu`."""
    from tools.price_history import gpu_price_history

    lists = [offer for offers, _ in [*_imported(access), _bundled()] for offer in offers]
    if past:
        until = min(until or date.max, access.clock().date())
    kept = memory_of(access) if access.memory and access.memory.exists() else nullcontext()
    with kept as memory:
        history = gpu_price_history(
            gpu, term, provider, since, until=until, memory=memory, lists=lists
        )
        if memory and memory.trouble:
            history.unknowns.append("history_not_readable")
    return history


def keep(memory: Memory, need: Need, answers: Sequence[SourceAnswer], access: Access) -> None:
    """Write down what sources that were asked just now said, and what they predicted."""
    from tools.observations import record
    from tools.predictions import record_findings

    now = access.clock()
    record(memory, [offer for each in answers if each.findings for offer in each.offers], now)
    for each in answers:
        record_findings(memory, each.status.name, need, each.offers, each.findings, now)


Told = tuple[list[Offer], SourceStatus]


def answers_of(answers: Iterable[SourceAnswer]) -> list[Told]:
    """Offers and state of each answer."""
    return [(each.offers, each.status) for each in answers]


def memory_of(access: Access) -> Memory:
    """What the desk remembers of its sources, closed at the end of a `with`."""
    from tools.sources.memory import Memory

    return Memory(access.memory)


def _market(need: Need, access: Access, told: Sequence[Told], *, past: bool = False) -> Market:
    now = access.clock()
    # Of a day of the past nothing is live, whatever hour its clock shows.
    ttl_s = {each.name: each.source.ttl_s for each in access.live if not past}
    bills, troubles = _bills(need, access)
    offers = [
        bills(judged(fitted(_for_count(offer, need.count), need), now, ttl_s))
        for rows, _ in told
        for offer in rows
        if fits(offer, need)
    ]
    best_first = ranked(mark_superseded(offers), need)
    sources = [*(status for _, status in told), *troubles]
    return Market(
        offers=merged(best_first),
        sources=sources,
        price_range=price_ranges(best_first),
        unknowns=_unknowns(best_first, sources, need, _live_names(access, past=past))
        + (["past_day"] if past else []),
        as_of=now.date().isoformat(),
    )


def _bills(need: Need, access: Access) -> tuple[Callable[[Offer], Offer], list[SourceStatus]]:
    """What puts the bill of the stated job on an offer, and what went wrong with exchange rates."""
    if need.hours is None or need.count is None:
        return lambda offer: offer, []
    from tools.currencies import rate_table
    from tools.delivered import delivered

    today, troubles = access.clock().date(), []
    path = access.rates if access.rates and access.rates.exists() else None
    try:
        rates = rate_table(path, today)
    except UnreadablePrices as error:
        rates, troubles = rate_table(None, today), [_unread("rates", error)]
    return lambda offer: offer.model_copy(
        update={"delivered": delivered(offer, need, rates)}
    ), troubles


def _listed_by(access: Access) -> list[Told]:
    """What lists said up to a day; rows without a date may be later."""
    day = access.clock().date()
    told = []
    for offers, status in [_bundled(), *_imported(access)]:
        listed = [
            each for each in offers if each.observed_at and latest_day(each.observed_at) <= day
        ]
        told.append((listed, _counted(status, listed)))
    return told


def _seen_on(access: Access) -> list[Told]:
    """What live sources said on a day of the past, where anybody asked."""
    if access.memory is None or not access.memory.exists():
        return []
    from tools.observations import observations_on

    with memory_of(access) as memory:
        offers = observations_on(memory, access.clock().date())
    return [(offers, _counted(SourceStatus(name=_HISTORY, status="ok"), offers))]


def _from_files(access: Access) -> list[Told]:
    told = [from_inventory(access), *_imported(access), _bundled()]
    if not access.live:
        told.append(([], SourceStatus(name="live", status="not_configured")))
    return told


def _bundled() -> Told:
    offers = price_list.list_offers()
    return offers, _counted(SourceStatus(name=price_list.NAME, status="ok"), offers)


def _imported(access: Access) -> list[Told]:
    """The price lists that staff imported, each a source of its own name."""
    told: list[Told] = []
    for path in access.price_lists:
        try:
            offers = price_list.read_price_list(path, access.clock().date())
        except UnreadablePrices as error:
            told.append(([], _unread(path.stem, error)))
        else:
            told.append((offers, _counted(SourceStatus(name=path.stem, status="ok"), offers)))
    return told


def _unread(name: str, error: ToolError) -> SourceStatus:
    told = "; ".join(part for part in (error.message, error.hint) if part)
    return SourceStatus(name=name, status="failed", error=told)


def from_inventory(access: Access) -> Told:
    """The rows of the inventory that staff keep, and how reading it went."""
    path, name = access.inventory, inventory_file.NAME
    if path is None:
        return [], SourceStatus(name=name, status="not_configured")
    if not path.exists():
        return [], SourceStatus(name=name, status="absent")
    try:
        offers = inventory_file.read_inventory(path, access.clock().date())
    except UnreadableInventory as error:
        return [], SourceStatus(name=name, status="failed", error=error.message)
    return offers, _counted(SourceStatus(name=name, status="ok"), offers)


def _counted(status: SourceStatus, offers: Sequence[Offer]) -> SourceStatus:
    newest = max((each.observed_at for each in offers if each.observed_at), default=None)
    return status.model_copy(update={"observed_at": newest, "offers": len(offers)})


def fits(offer: Offer, need: Need) -> bool:
    """Whether an offer may answer a need; what it does not state does not speak against it."""
    if need.gpu:
        have = known_gpu(offer.gpu) if offer.gpu else None
        if have is None or not same_gpu(need.gpu, have):
            return False
    if need.term and offer.term is not need.term:
        return False
    if need.provider and not _named_so(offer, need.provider.lower()):
        return False
    if need.region and offer.region and not in_place(offer.region, offer.country, need.region):
        return False
    price = offer.price_per_gpu_hour
    if need.max_price is None or price is None or price.currency != "USD":
        return True
    return price.amount <= need.max_price


def _named_so(offer: Offer, name: str) -> bool:
    return name in offer.provider.lower() or name in (offer.reseller_of or "").lower()


def _for_count(offer: Offer, count: int | None) -> Offer:
    """The offer with its availability for `count` GPUs. One configuration in stock shows its own
    GPUs to be free, and no more than these. A cluster that said when a job could start was asked
    for just this one."""
    if offer.term is Term.FUND and offer.start is not None:
        return offer
    if offer.free is not None:
        return inventory_file.with_count(offer, count)
    enough = count is None or count <= (offer.count or 1)
    if offer.availability is Availability.AVAILABLE and not enough:
        return offer.model_copy(update={"availability": Availability.LIMITED})
    return offer


def _live_names(access: Access, *, past: bool) -> set[str]:
    """The sources that may tell what is free; those of files do not, whatever they are called."""
    return {_HISTORY} if past else {each.name for each in access.live}


def _unknowns(
    offers: Sequence[Offer], sources: Sequence[SourceStatus], need: Need, live: Collection[str]
) -> list[str]:
    unknown_stock = any(each.availability is Availability.UNKNOWN for each in offers)
    limited = any(each.availability is Availability.LIMITED for each in offers)
    prices = [each.price_per_gpu_hour for each in offers if each.price_per_gpu_hour]
    priced = [each for each in offers if each.price_per_gpu_hour]
    live_ok = any(each.name in live and each.status in ("ok", "cached") for each in sources)
    codes = {
        "no_offers": not offers,
        "no_live_source": not live_ok,
        "stock_unknown": unknown_stock,
        "count_not_checked": need.count is not None and (unknown_stock or limited),
        "only_stale_prices": bool(priced)
        and not any(each.standing in ("live", "recent", "list") and each.observed_at
                    for each in priced),
        "undated_prices": any(each.observed_at is None for each in priced),
        "region_not_stated": bool(need.region) and any(each.region is None for each in offers),
        "form_not_stated": need.gpu is not None
        and need.gpu.form_stated
        and any(not each.form_stated for each in offers),
        "price_unknown": any(each.price_per_gpu_hour is None for each in offers),
        "other_currency_not_compared": need.max_price is not None
        and any(price.currency != "USD" for price in prices),
        "source_failed": any(each.status == "failed" for each in sources),
    }  # fmt: skip
    return [code for code, holds in codes.items() if holds]
