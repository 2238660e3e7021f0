"""How good the evidence of an offer is, and the order that follows: live, recent, list, stale,
suspicious; these groups are never mixed. Within a group known stock comes before unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tools.currencies import dollars_each
from tools.gpus import known_gpu
from tools.needs import Need
from tools.offers import Availability, Money, Offer, PriceRange, Standing, Start, Term

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
_RATE_LOW, _RATE_HIGH = Decimal("0.7"), Decimal("1.3")
_ANY_SANE = (Decimal("0.02"), Decimal(40))
_STALE_STOCK = timedelta(hours=12)
_CLOCK_STEP = timedelta(minutes=2)
_FRESH_OPERATOR_DAYS = 1
_STALE_OPERATOR_DAYS = 7
STANDINGS: tuple[Standing, ...] = ("live", "recent", "list", "stale", "suspicious")
STOCK = {
    Availability.AVAILABLE: 0,
    Availability.LIMITED: 1,
    Availability.UNKNOWN: 3,
    Availability.WAITLIST: 4,
    Availability.QUEUED: 4,
    Availability.NO_QUOTA: 5,
    Availability.NOT_ENTITLED: 5,
    Availability.NONE: 6,
}
_LATER = 2  # had on a known day to come: after what is free now, before what nobody knows


def judged(offer: Offer, now: datetime, ttl_s: Mapping[str, int]) -> Offer:
    """The offer with its standing. `ttl_s`: for how long an answer of a live source is live."""
    suspicious, standing = is_suspicious(offer), _standing(offer, now, ttl_s)
    return offer.model_copy(
        update={
            "stale": standing == "stale",
            "suspicious": suspicious,
            "standing": "suspicious" if suspicious else standing,
            **_over(offer, now),
        }
    )


def _over(offer: Offer, now: datetime) -> dict[str, object]:
    """What changes of an offer for a time that is over: it is neither to come nor free."""
    start = offer.start
    ends = start and start.state == "window" and (start.until or start.at)
    if start is None or not ends or ends > now:
        return {}
    return {
        "start": Start(state="unknown", method=start.method),
        "availability": Availability.UNKNOWN,
    }


def _standing(offer: Offer, now: datetime, ttl_s: Mapping[str, int]) -> Standing:
    agreed = offer.method == "operator" and offer.list_as_of  # a price, and no word of stock
    if offer.basis == "list" or offer.method == "list" or agreed:
        return "stale" if _is_old_list(offer, now) else "list"
    if offer.observed_at is None:
        return "stale"
    if offer.method == "operator" or len(offer.observed_at) <= len("2026-11-22"):
        days = (now.date() - latest_day(offer.observed_at)).days
        if days > _STALE_OPERATOR_DAYS:
            return "stale"
        return "live" if days <= _FRESH_OPERATOR_DAYS else "recent"
    age = now - _moment(offer.observed_at)
    if age > _STALE_STOCK:
        return "stale"
    ttl = ttl_s.get(offer.source)
    if not ttl:
        return "recent"
    if age < -_CLOCK_STEP:  # seen in the future: the clock was wrong then or is now
        return "stale"
    return "live" if age <= timedelta(seconds=ttl) else "recent"


def _is_old_list(offer: Offer, now: datetime) -> bool:
    """Over a year old, or of no date, which may be older."""
    if offer.observed_at is None:
        return True
    seen = latest_day(offer.observed_at)
    return (seen.year, seen.month, seen.day) < (now.year - 1, now.month, now.day)


def _moment(iso: str) -> datetime:
    when = datetime.fromisoformat(iso)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def latest_day(iso: str) -> date:
    """The last day that a date, maybe partial, can mean."""
    parts = [int(part) for part in iso[:10].split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) == 2 else 12
    return date.fromordinal(date(parts[0] + month // 12, month % 12 + 1, 1).toordinal() - 1)


def is_suspicious(offer: Offer) -> bool:
    """Whether its price lies outside the sane band of its GPU."""
    price = offer.price_per_gpu_hour
    return price is not None and outside_band(offer.gpu, offer.term, price)


def outside_band(gpu: str | None, term: Term, price: Money) -> bool:
    """Whether a price per GPU-hour lies outside the sane band of a GPU (a key); in a currency
    without a known rate it cannot be told."""
    if term in (Term.FUND, Term.CREDITS):
        return False
    rate = Decimal(1) if price.currency == "USD" else dollars_each(price.currency)
    if rate is None:
        return False
    have = known_gpu(gpu) if gpu else None
    low, high = SANE_PRICES_USD.get(have.family, _ANY_SANE) if have else _ANY_SANE
    if price.currency != "USD":  # the rate is of another day
        low, high = low * _RATE_LOW, high * _RATE_HIGH
    return not low <= price.amount * rate <= high


def mark_superseded(offers: Sequence[Offer]) -> list[Offer]:
    """The offers; a list price that the same provider has since replaced is marked."""
    newest: dict[tuple[object, ...], str] = defaultdict(str)

    def thing(offer: Offer) -> tuple[object, ...]:
        return offer.provider, offer.gpu, offer.term, offer.term_months, offer.region

    for offer in offers:
        if offer.method == "list" and offer.observed_at:
            newest[thing(offer)] = max(newest[thing(offer)], offer.observed_at)
    return [
        offer.model_copy(update={"superseded": True})
        if offer.method == "list" and (offer.observed_at or "9") < newest[thing(offer)]
        else offer
        for offer in offers
    ]


def ranked(offers: Iterable[Offer], need: Need) -> list[Offer]:
    """Best evidence first, then by price."""
    return sorted(offers, key=lambda offer: _rank(offer, need))


def _rank(offer: Offer, need: Need) -> tuple[object, ...]:
    return (
        STANDINGS.index(offer.standing),
        _stock(offer),
        offer.observed_at is None,
        offer.superseded,
        bool(need.region) and offer.region is None,
        *_cost(offer, need),
        offer.provider,
        offer.gpu_raw,
        offer.region or "",
        offer.count or 0,
    )


def _cost(offer: Offer, need: Need) -> tuple[object, ...]:
    """By what the stated job costs, where it is stated; a total that lacks something stands after
    whole ones: it is a lower bound."""
    price, lacks = offer.price_per_gpu_hour, False
    if need.hours and need.count:
        price = offer.delivered.per_gpu_hour if offer.delivered else None
        lacks = bool(offer.delivered and offer.delivered.unknown)
    if price is None:
        return True, False, True, "", Decimal(0)
    return False, lacks, price.currency != "USD", price.currency, price.amount


def _stock(offer: Offer) -> int:
    known = STOCK[offer.availability]
    if offer.start and offer.start.state in ("window", "not_later_than") and offer.start.at:
        known = _LATER if known <= STOCK[Availability.QUEUED] else known
    # What was free long ago is no better than not knowing.
    return max(known, STOCK[Availability.UNKNOWN]) if offer.stale else known


def price_ranges(offers: Iterable[Offer]) -> list[PriceRange]:
    """Lowest and highest sound price of each standing, term and currency."""
    groups: dict[tuple[Standing, Term, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        price = offer.price_per_gpu_hour
        if price and offer.observed_at and not offer.superseded:
            groups[offer.standing, offer.term, price.currency].append(offer)
    ranges = []
    for (standing, term, currency), rows in groups.items():
        if standing in ("stale", "suspicious"):
            continue
        amounts = [each.price_per_gpu_hour.amount for each in rows if each.price_per_gpu_hour]
        dates = [each.observed_at for each in rows if each.observed_at]
        ranges.append(
            PriceRange(
                term=term,
                standing=standing,
                low=min(amounts),
                high=max(amounts),
                currency=currency,
                count=len(rows),
                oldest=min(dates),
                newest=max(dates),
            )
        )
    terms = list(Term)
    return sorted(
        ranges,
        key=lambda r: (
            STANDINGS.index(r.standing),
            terms.index(r.term),
            r.currency != "USD",
            r.currency,
        ),
    )
