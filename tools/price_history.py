"""How prices moved: live observations and dated list prices by day, each kind a series of its own.

Nothing is filled in: a day of which nothing is known has no point, and a price whose date is a
month or a year stays at that. Different sellers on different days are no movement; what one seller
asked for the same thing on two dates is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from statistics import median_low
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.errors import InvalidInput
from tools.gpus import Gpu, all_gpus, known_gpu, same_gpu
from tools.gpus import gpu as find_gpu
from tools.observations import daily_prices, seen_prices
from tools.offers import Money, Offer, Term, parse_term
from tools.ranking import latest_day, outside_band
from tools.sources.memory import Memory

Kind = Literal["live", "list", "negotiated"]
_KINDS: tuple[Kind, ...] = ("live", "negotiated", "list")


class Point(BaseModel):
    """Prices per GPU-hour of one date ("2026-08-26", "2026-08" or "2026"): lowest, middle (the
    lower of two) and highest of `offers` prices. `thinned`: only these three are still known of
    each seller, and the middle is the middle of theirs."""

    model_config = ConfigDict(frozen=True)

    date: str
    low: Decimal
    median: Decimal
    high: Decimal
    offers: int
    providers: tuple[str, ...]
    sources: tuple[str, ...]
    thinned: bool = False


class Series(BaseModel):
    """Points of one kind, term and currency, oldest first; `gpus` are the forms among them."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    term: Term
    term_months: int | None
    currency: str
    gpus: tuple[str, ...]
    points: tuple[Point, ...]


class Move(BaseModel):
    """What one seller asked for the same thing on the first and on the last date known."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    provider: str
    gpu: str
    gpu_raw: str
    count: int | None
    region: str | None
    term: Term
    term_months: int | None
    currency: str
    first_date: str
    first: Decimal
    last_date: str
    last: Decimal
    source: str


class Moved(BaseModel):
    """How many prices of single sellers are higher, lower and the same on the last date."""

    model_config = ConfigDict(frozen=True)

    up: int
    down: int
    same: int


class PriceHistory(BaseModel):
    """Series of a GPU, the moves of single sellers (newest first) and their number, and what was
    left out: rows without a date and rows with a price outside the sane band.

    `unknowns` holds codes: "no_history", "no_live_history", "one_date", "forms_mixed",
    "no_seller_twice", "suspicious_left_out", "undated_left_out", and where the file is bad
    "history_not_readable".
    """

    gpu: str
    term: Term | None
    provider: str | None
    since: str | None
    until: str | None
    series: list[Series]
    moves: list[Move]
    moved: Moved
    suspicious: int
    undated: int
    unknowns: list[str]


def gpu_price_history(
    gpu: str,
    term: str | None = None,
    provider: str | None = None,
    since: date | None = None,
    *,
    until: date | None = None,
    memory: Memory | None = None,
    lists: Iterable[Offer] = (),
) -> PriceHistory:
    """The history of `gpu` (a name or key) from what `memory` has kept and from dated `lists`.

    `provider` matches as part of a seller's or a cloud's name. Raises `InvalidInput` and
    `UnknownGpu`.
    """
    wanted, footing = find_gpu(gpu), parse_term(term) if term else None
    tale = _Tale(wanted, footing, (provider or "").strip().lower(), since, until)
    if memory is not None:
        tale.tell_live(memory)
    for offer in lists:
        if offer.method in ("list", "operator"):
            kind: Kind = "list" if offer.method == "list" else "negotiated"
            tale.tell(kind, offer.observed_at, offer, offer.price_per_gpu_hour)
    moves = tale.moves()
    return PriceHistory(
        gpu=wanted.key,
        term=footing,
        provider=(provider or "").strip() or None,
        since=since.isoformat() if since else None,
        until=until.isoformat() if until else None,
        series=tale.series(),
        moves=moves,
        moved=Moved(
            up=sum(each.last > each.first for each in moves),
            down=sum(each.last < each.first for each in moves),
            same=sum(each.last == each.first for each in moves),
        ),
        suspicious=tale.suspicious,
        undated=tale.undated,
        unknowns=tale.unknowns(),
    )


def first_day(text: str) -> date:
    """The first day of a date that may be partial: 2024, 2024-06, 2024-06-30.

    Raises `InvalidInput` for anything else."""
    parts = text.strip().split("-")
    try:
        return date(*(int(part) for part in [*parts, "1", "1"][:3]))
    except ValueError as error:
        raise InvalidInput(f"{text.strip()[:20]!r} is no date", "like 2024-06") from error


def last_day(text: str) -> date:
    """The last day of a date that may be partial. Raises `InvalidInput` as `first_day` does."""
    first_day(text)
    return latest_day(text.strip())


_Same = tuple[Kind, Term, int | None, str]
_Asked = tuple[str, Decimal, Offer]
_last_day = lru_cache(maxsize=4096)(latest_day)


@dataclass
class _Day:
    """What is known of one date of one series."""

    amounts: list[Decimal] = field(default_factory=list)
    thinned: list[tuple[Decimal, Decimal, Decimal, int]] = field(default_factory=list)
    providers: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    def point(self, day: str) -> Point:
        middles = self.amounts + [middle for _, middle, _, n in self.thinned for _ in range(n)]
        return Point(
            date=day,
            low=min([*self.amounts, *(low for low, _, _, _ in self.thinned)]),
            median=median_low(middles),
            high=max([*self.amounts, *(high for _, _, high, _ in self.thinned)]),
            offers=len(middles),
            providers=tuple(sorted(self.providers)),
            sources=tuple(sorted(self.sources)),
            thinned=bool(self.thinned),
        )


@dataclass
class _Tale:
    """A history as it is told, row by row."""

    wanted: Gpu
    term: Term | None
    provider: str
    since: date | None
    until: date | None
    suspicious: int = 0
    undated: int = 0
    days: dict[_Same, dict[str, _Day]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(_Day))
    )
    gpus: dict[_Same, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: dict[tuple[object, ...], list[_Asked]] = field(default_factory=lambda: defaultdict(list))

    def tell_live(self, memory: Memory) -> None:
        keys = [each.key for each in all_gpus() if same_gpu(self.wanted, each)]
        for day, offer, price in seen_prices(memory, keys):
            self.tell("live", day, offer, price)
        for row in daily_prices(memory, keys):
            if not self._wanted(row.gpu, row.term, row.provider, row.cloud, row.day):
                continue
            same: _Same = ("live", row.term, row.term_months, row.currency)
            known = self.days[same][row.day]
            known.thinned.append((row.low, row.median, row.high, row.offers))
            known.providers.add(row.provider)
            known.sources.add(row.source)
            self.gpus[same].add(row.gpu)

    def tell(self, kind: Kind, day: str | None, offer: Offer, price: Money | None) -> None:
        gpu = offer.gpu or ""
        cloud = offer.reseller_of or ""
        if price is None or not self._wanted(gpu, offer.term, offer.provider, cloud, day):
            return
        if day is None:
            self.undated += 1
            return
        if outside_band(offer.gpu, offer.term, price):
            self.suspicious += 1
            return
        day = day[:10]
        same: _Same = (kind, offer.term, offer.term_months, price.currency)
        known = self.days[same][day]
        known.amounts.append(price.amount)
        known.providers.add(offer.provider)
        known.sources.add(offer.source)
        self.gpus[same].add(gpu)
        thing = (offer.provider, offer.reseller_of, gpu, offer.count, offer.region)
        self.told[*same, *thing].append((day, price.amount, offer))

    def _wanted(self, gpu: str, term: Term, provider: str, cloud: str, day: str | None) -> bool:
        have = known_gpu(gpu) if gpu else None
        if have is None or not same_gpu(self.wanted, have):
            return False
        if self.term and term is not self.term:
            return False
        if self.provider not in provider.lower() and self.provider not in cloud.lower():
            return False
        if day is None:
            return True
        last = _last_day(day)
        return (self.since is None or last >= self.since) and (
            self.until is None or last <= self.until
        )

    def series(self) -> list[Series]:
        terms = list(Term)
        return [
            Series(
                kind=same[0],
                term=same[1],
                term_months=same[2],
                currency=same[3],
                gpus=tuple(sorted(self.gpus[same])),
                points=tuple(known.point(day) for day, known in sorted(
                    days.items(), key=lambda each: (_last_day(each[0]), each[0])
                )),
            )
            for same, days in sorted(
                self.days.items(),
                key=lambda each: (_KINDS.index(each[0][0]), terms.index(each[0][1]),
                                  each[0][2] or 0, each[0][3] != "USD", each[0][3]),
            )
        ]  # fmt: skip

    def moves(self) -> list[Move]:
        """Prices of one thing from one seller on two dates at least; where it had several on a
        date, the lowest."""
        found = []
        for (kind, _, _, currency, *_), rows in self.told.items():
            by_day: dict[str, _Asked] = {}
            for asked in sorted(rows, key=lambda row: (_last_day(row[0]), row[1])):
                by_day.setdefault(asked[0], asked)
            if len(by_day) > 1:
                found.append(_move(kind, currency, list(by_day.values())))
        found.sort(key=lambda move: (move.provider.lower(), move.gpu, move.count or 0))
        return sorted(found, key=lambda move: _last_day(move.last_date), reverse=True)

    def unknowns(self) -> list[str]:
        points = [len(days) for days in self.days.values()]
        codes = {
            "no_history": not points,
            "no_live_history": bool(points) and not any(kind == "live" for kind, *_ in self.days),
            "one_date": bool(points) and max(points) == 1,
            "forms_mixed": any(len(forms) > 1 for forms in self.gpus.values()),
            "no_seller_twice": bool(points) and not self.moves(),
            "suspicious_left_out": self.suspicious > 0,
            "undated_left_out": self.undated > 0,
        }
        return [code for code, holds in codes.items() if holds]


def _move(kind: object, currency: object, asked: Sequence[_Asked]) -> Move:
    (first_day, first, _), (last_day, last, offer) = asked[0], asked[-1]
    return Move.model_validate(
        {
            "kind": kind,
            "provider": offer.provider,
            "gpu": offer.gpu,
            "gpu_raw": offer.gpu_raw,
            "count": offer.count,
            "region": offer.region,
            "term": offer.term,
            "term_months": offer.term_months,
            "currency": currency,
            "first_date": first_day,
            "first": first,
            "last_date": last_day,
            "last": last,
            "source": offer.source,
        }
    )
