"""Who has which GPU at what price: every source asked, ranked by how good its evidence is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from tools import inventory as inventory_file
from tools import price_list
from tools.errors import InvalidInput, UnreadableInventory
from tools.gpus import Gpu, known_gpu, same_gpu
from tools.gpus import gpu as find_gpu
from tools.offers import (
    Availability,
    Market,
    Method,
    Offer,
    PriceRange,
    SourceStatus,
    Term,
    parse_term,
)

# A price outside its band is far more often a mistake (a whole node, a monthly sum) than an offer.
# US dollars per GPU-hour, by family; the widest prices seen in the list and some room.
SANE_PRICES_USD: dict[str, tuple[Decimal, Decimal]] = {
    "H100": (Decimal("0.8"), Decimal(15)),
    "H800": (Decimal("0.8"), Decimal(15)),
    "H200": (Decimal("1.0"), Decimal(16)),
    "GH200": (Decimal("0.8"), Decimal(15)),
    "A100": (Decimal("0.4"), Decimal(8)),
    "B200": (Decimal("1.5"), Decimal(25)),
    "GB200": (Decimal("1.5"), Decimal(30)),
    "B300": (Decimal("2.0"), Decimal(30)),
    "GB300": (Decimal("2.0"), Decimal(35)),
    "MI300X": (Decimal("0.6"), Decimal(12)),
}
_ANY_SANE = (Decimal("0.02"), Decimal(40))
_STALE_LIST_MONTHS = 12
_STALE_INVENTORY_DAYS = 7
_STANDING = {
    Availability.AVAILABLE: 0,
    Availability.LIMITED: 1,
    Availability.UNKNOWN: 2,
    Availability.WAITLIST: 3,
    Availability.QUEUED: 3,
    Availability.NO_QUOTA: 4,
    Availability.NOT_ENTITLED: 4,
    Availability.NONE: 5,
}
_EVIDENCE: dict[Method, int] = {"live": 0, "operator": 0, "cached": 1, "list": 2}


def gpu_offers(
    gpu: str | None = None,
    count: int | None = None,
    region: str | None = None,
    term: str | None = None,
    max_price: Decimal | None = None,
    *,
    provider: str | None = None,
    inventory: Path | None = None,
    today: date,
    past: bool = False,
) -> Market:
    """Offers of `gpu` (a name or key; None: all), best evidence first, then by price.

    `count` GPUs are checked against the inventory only; a list says nothing about stock.
    `max_price` is in US dollars per GPU-hour; rows without a price or in another currency stay,
    and `unknowns` says so. `provider` and `region` match as part of a name; rows that state no
    region come after those that match. A file that cannot be read is a failed source, not a failed
    answer. With `past` today is a day of the past, of which only the list tells something: its
    rows that are dated on or before it. Raises `InvalidInput` and `UnknownGpu`.
    """
    if count is not None and count < 1:
        raise InvalidInput(f"{count} GPUs cannot be", "ask for one or more")
    if max_price is not None and max_price <= 0:
        raise InvalidInput(f"a price of {max_price} cannot be", "US dollars per GPU-hour, above 0")
    wanted = find_gpu(gpu) if gpu else None
    wanted_term = parse_term(term) if term else None
    offers, sources = _listed_by(today) if past else _ask_all(inventory, today)
    fitting = [
        _judged(inventory_file.with_count(offer, count), today)
        for offer in offers
        if _fits(offer, wanted, region, wanted_term, max_price)
        and (provider is None or provider.strip().lower() in offer.provider.lower())
    ]
    _mark_superseded(fitting)
    ranked = sorted(fitting, key=lambda offer: _rank(offer, region))
    return Market(
        offers=ranked,
        sources=sources,
        price_range=_price_ranges(ranked),
        unknowns=_unknowns(ranked, sources, wanted, count, region, max_price)
        + (["past_day"] if past else []),
        as_of=today.isoformat(),
    )


def _listed_by(day: date) -> tuple[list[Offer], list[SourceStatus]]:
    """What the list said up to a day; rows without a date may be later."""
    listed = [
        each
        for each in price_list.list_offers()
        if each.observed_at and _latest_day(each.observed_at) <= day
    ]
    newest = max((each.observed_at for each in listed if each.observed_at), default=None)
    return listed, [
        SourceStatus(name=price_list.NAME, status="ok", observed_at=newest, offers=len(listed))
    ]


def _ask_all(path: Path | None, today: date) -> tuple[list[Offer], list[SourceStatus]]:
    listed = price_list.list_offers()
    newest = max((each.observed_at for each in listed if each.observed_at), default=None)
    sources = [
        SourceStatus(name=price_list.NAME, status="ok", observed_at=newest, offers=len(listed)),
        SourceStatus(name="live", status="not_configured"),
    ]
    if path is None:
        return listed, [*sources, SourceStatus(name=inventory_file.NAME, status="not_configured")]
    if not path.exists():
        return listed, [*sources, SourceStatus(name=inventory_file.NAME, status="absent")]
    try:
        own = inventory_file.read_inventory(path, today)
    except UnreadableInventory as error:
        failed = SourceStatus(name=inventory_file.NAME, status="failed", error=error.message)
        return listed, [*sources, failed]
    newest = max((each.observed_at for each in own if each.observed_at), default=None)
    status = SourceStatus(
        name=inventory_file.NAME, status="ok", observed_at=newest, offers=len(own)
    )
    return own + listed, [*sources, status]


def _fits(
    offer: Offer, wanted: Gpu | None, region: str | None, term: Term | None, limit: Decimal | None
) -> bool:
    if wanted:
        have = known_gpu(offer.gpu) if offer.gpu else None
        if have is None or not same_gpu(wanted, have):
            return False
    if term and offer.term is not term:
        return False
    if region and offer.region and region.strip().lower() not in offer.region.lower():
        return False
    price = offer.price_per_gpu_hour
    if limit is None or price is None or price.currency != "USD":
        return True
    return price.amount <= limit


def _judged(offer: Offer, today: date) -> Offer:
    return offer.model_copy(
        update={"stale": _is_stale(offer, today), "suspicious": _is_suspicious(offer)}
    )


def _is_stale(offer: Offer, today: date) -> bool:
    if offer.observed_at is None:
        return offer.method != "list"  # a list row without a date is ranked as undated
    seen = _latest_day(offer.observed_at)
    if offer.method == "list":
        limit = (today.year - 1, today.month, today.day)
        return (seen.year, seen.month, seen.day) < limit
    return (today - seen).days > _STALE_INVENTORY_DAYS


def _latest_day(iso: str) -> date:
    """The last day that a date, maybe partial, can mean."""
    parts = [int(part) for part in iso[:10].split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) == 2 else 12
    return date.fromordinal(date(parts[0] + month // 12, month % 12 + 1, 1).toordinal() - 1)


def _is_suspicious(offer: Offer) -> bool:
    price = offer.price_per_gpu_hour
    if price is None or price.currency != "USD" or offer.term in (Term.FUND, Term.CREDITS):
        return False
    have = known_gpu(offer.gpu) if offer.gpu else None
    low, high = SANE_PRICES_USD.get(have.family, _ANY_SANE) if have else _ANY_SANE
    return not low <= price.amount <= high


def _mark_superseded(offers: list[Offer]) -> None:
    newest: dict[tuple[object, ...], str] = defaultdict(str)
    listed = [each for each in offers if each.method == "list" and each.observed_at]

    def thing(offer: Offer) -> tuple[object, ...]:
        return offer.provider, offer.gpu, offer.term, offer.term_months, offer.region

    for offer in listed:
        newest[thing(offer)] = max(newest[thing(offer)], offer.observed_at or "")
    for offer in listed:
        offer.superseded = (offer.observed_at or "") < newest[thing(offer)]


def _rank(offer: Offer, region: str | None) -> tuple[object, ...]:
    """Sort key: sound before suspicious, known stock before unknown, fresh before stale."""
    price = offer.price_per_gpu_hour
    standing = _STANDING[offer.availability]
    # What was free long ago is no better than not knowing.
    if offer.stale and standing < _STANDING[Availability.UNKNOWN]:
        standing = _STANDING[Availability.UNKNOWN]
    return (
        offer.suspicious,
        standing,
        _EVIDENCE[offer.method],
        offer.observed_at is None,
        offer.stale,
        offer.superseded,
        bool(region) and offer.region is None,
        price is None,
        (price.currency != "USD", price.currency, price.amount) if price else (True, "", 0),
        offer.provider,
        offer.gpu_raw,
    )


def _price_ranges(offers: Iterable[Offer]) -> list[PriceRange]:
    groups: dict[tuple[Term, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        sound = not (offer.stale or offer.suspicious or offer.superseded)
        if offer.price_per_gpu_hour and offer.observed_at and sound:
            groups[offer.term, offer.price_per_gpu_hour.currency].append(offer)
    ranges = []
    for (term, currency), rows in groups.items():
        amounts = [each.price_per_gpu_hour.amount for each in rows if each.price_per_gpu_hour]
        dates = [each.observed_at for each in rows if each.observed_at]
        ranges.append(
            PriceRange(
                term=term,
                low=min(amounts),
                high=max(amounts),
                currency=currency,
                count=len(rows),
                oldest=min(dates),
                newest=max(dates),
            )
        )
    return sorted(ranges, key=lambda each: (list(Term).index(each.term), each.currency))


def _unknowns(
    offers: list[Offer],
    sources: list[SourceStatus],
    wanted: Gpu | None,
    count: int | None,
    region: str | None,
    limit: Decimal | None,
) -> list[str]:
    unknown_stock = any(each.availability is Availability.UNKNOWN for each in offers)
    priced = [each for each in offers if each.price_per_gpu_hour]
    foreign = any(
        each.price_per_gpu_hour.currency != "USD" for each in priced if each.price_per_gpu_hour
    )
    fresh = any(not each.stale and each.observed_at for each in priced)
    codes = {
        "no_offers": not offers,
        "no_live_source": not any(each.name == "live" and each.status == "ok" for each in sources),
        "stock_unknown": unknown_stock,
        "count_not_checked": bool(count) and unknown_stock,
        "only_stale_prices": bool(priced) and not fresh,
        "undated_prices": any(each.observed_at is None for each in priced),
        "region_not_stated": bool(region) and any(each.region is None for each in offers),
        "form_not_stated": wanted is not None
        and wanted.form_stated
        and any(not each.form_stated for each in offers),
        "price_unknown": any(each.price_per_gpu_hour is None for each in offers),
        "other_currency_not_compared": limit is not None and foreign,
        "source_failed": any(each.status == "failed" for each in sources),
    }
    return [code for code, holds in codes.items() if holds]
