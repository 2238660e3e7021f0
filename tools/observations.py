"""Every live observation, kept: what was offered at what price, when it was seen first and last.

Bounded: what is older than 90 days is thinned to one row a day for each seller, GPU and term
(lowest, middle and highest price, and of how many), and so are the oldest days beyond half a
million rows; of such days the newest 200,000 rows stay. Thinned days no longer tell stock.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median_low

from pydantic import BaseModel, ConfigDict

from tools.offers import Availability, Money, Offer, Term
from tools.ranking import is_suspicious
from tools.resellers import cloud_of
from tools.sources.memory import Memory

KEPT_WHOLE_DAYS = 90
_SAME_S = 3600.0
"""An unchanged repeat within this of the first sight only moves the time of the last one."""
_MOST_SEEN = 500_000
_MOST_DAILY = 200_000
_THING = "id, source, provider, reseller_of, cloud, gpu, gpu_raw, form_stated, term, term_months, region, count"  # noqa: E501
_SEEN = "amount, currency, availability, free, effective_at, fetched_at, last_seen"


class DailyPrices(BaseModel):
    """Prices of one seller for one GPU on one day that was thinned."""

    model_config = ConfigDict(frozen=True)

    day: str
    source: str
    provider: str
    cloud: str
    gpu: str
    term: Term
    term_months: int | None
    currency: str
    low: Decimal
    median: Decimal
    high: Decimal
    offers: int


def record(memory: Memory, offers: Iterable[Offer], now: datetime) -> int:
    """Keep what live sources said just now; how many rows are new. Other rows (lists, what comes
    from memory) are left out. Rows of the same thing in the same state count once."""
    live = [offer for offer in offers if offer.method == "live"]

    def work(db: sqlite3.Connection) -> int:
        _thin(db, now.astimezone(UTC).date())
        return sum(_keep(db, offer, now) for offer in live)

    return memory.run(work) if live else 0


def observations_on(memory: Memory, day: date) -> list[Offer]:
    """What live sources said on `day` (UTC), each thing as it was seen last on it. Empty for days
    on which nobody asked and for those that have been thinned."""

    def work(db: sqlite3.Connection) -> list[tuple[object, ...]]:
        return db.execute(
            f"SELECT {_THING}, {_SEEN} FROM seen JOIN thing ON thing.id = seen.thing"  # noqa: S608
            " WHERE day=? ORDER BY last_seen, seen.rowid",
            (day.isoformat(),),
        ).fetchall()

    rows = memory.run(work)
    last = {row[0]: row[-1] for row in rows}
    return [_offer(row) for row in rows if row[-1] == last[row[0]]]


def seen_prices(memory: Memory, gpus: Sequence[str]) -> list[tuple[str, Offer, Money]]:
    """(day, thing, price) for each price of each thing of these GPUs on each day that is kept
    whole. The offer tells what the thing is; the price beside it is that of the day."""

    def work(db: sqlite3.Connection) -> tuple[list[tuple[str, ...]], list[tuple[object, ...]]]:
        things = db.execute(
            f"SELECT {_THING} FROM thing WHERE gpu IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(gpus),),
        ).fetchall()
        prices = db.execute(
            "SELECT DISTINCT day, thing, amount, currency FROM seen JOIN thing"
            " ON thing.id = seen.thing WHERE amount IS NOT NULL"
            " AND gpu IN (SELECT value FROM json_each(?)) ORDER BY day",
            (json.dumps(gpus),),
        ).fetchall()
        return prices, things

    prices, things = memory.run(work)
    offers = {row[0]: _thing(row) for row in things}
    return [
        (day, offers[thing], Money(amount=Decimal(amount), currency=currency))
        for day, thing, amount, currency in prices
    ]


def daily_prices(memory: Memory, gpus: Sequence[str]) -> list[DailyPrices]:
    """The days that were thinned, of these GPUs."""

    def work(db: sqlite3.Connection) -> list[tuple[object, ...]]:
        return db.execute(
            "SELECT * FROM daily WHERE gpu IN (SELECT value FROM json_each(?)) ORDER BY day",
            (json.dumps(gpus),),
        ).fetchall()

    names = DailyPrices.model_fields
    return [
        DailyPrices.model_validate(dict(zip(names, row, strict=True))) for row in memory.run(work)
    ]


def _keep(db: sqlite3.Connection, offer: Offer, now: datetime) -> int:
    thing, price, at = offer.offer_id, offer.price_per_gpu_hour, now.timestamp()
    state = (
        f"{price.amount:f}" if price else None,
        price.currency if price else None,
        str(offer.availability),
        offer.free,
    )
    day = _day(offer.effective_at, now)
    moved = db.execute(
        "UPDATE seen SET last_seen=max(last_seen, ?), effective_at=? WHERE thing=? AND day=?"
        " AND fetched_at BETWEEN ? AND ?"
        " AND amount IS ? AND currency IS ? AND availability=? AND free IS ?",
        (at, offer.effective_at, thing, day, at - _SAME_S, at, *state),
    ).rowcount
    if moved:
        return 0
    db.execute(
        "INSERT OR IGNORE INTO thing VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            thing, offer.source, offer.provider, offer.reseller_of, cloud_of(offer),
            offer.gpu or "", offer.gpu_raw, offer.form_stated, str(offer.term), offer.term_months,
            offer.region, offer.count,
        ),
    )  # fmt: skip
    db.execute(
        "INSERT INTO seen VALUES (?,?,?,?,?,?,?,?,?)",
        (thing, day, *state, offer.effective_at, at, at),
    )
    return 1


def _day(effective_at: str | None, now: datetime) -> str:
    """The UTC day of which an observation tells: of the provider's own clock, else of ours."""
    if effective_at:
        try:
            measured = datetime.fromisoformat(effective_at)
        except ValueError:
            measured = now
        # A time without its zone, or of the future, is not worth more than our own clock.
        if measured.tzinfo and measured <= now:
            return measured.astimezone(UTC).date().isoformat()
    return now.astimezone(UTC).date().isoformat()


def _thin(db: sqlite3.Connection, today: date) -> None:
    """One day at a time, so that nobody who waits for the file waits long."""
    oldest = db.execute("SELECT min(day) FROM seen").fetchone()[0]
    if oldest is None or oldest >= today.isoformat():
        return
    first = (today - timedelta(days=KEPT_WHOLE_DAYS)).isoformat()
    if oldest < first or _rows(db, "seen") > _MOST_SEEN:
        _thin_day(db, oldest)
        over = _rows(db, "daily") - _MOST_DAILY
        db.execute(
            "DELETE FROM daily WHERE rowid IN (SELECT rowid FROM daily ORDER BY day LIMIT ?)",
            (max(over, 0),),
        )


def _rows(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _thin_day(db: sqlite3.Connection, day: str) -> None:
    """One row a seller, GPU, term and currency in place of the day's observations. Prices outside
    the sane band are left out."""
    rows = db.execute(
        f"SELECT {_THING}, {_SEEN} FROM seen JOIN thing ON thing.id = seen.thing"  # noqa: S608
        " WHERE day=? AND amount IS NOT NULL GROUP BY thing, amount, currency",
        (day,),
    ).fetchall()
    groups: dict[tuple[object, ...], list[Decimal]] = defaultdict(list)
    for offer, cloud in ((_offer(row), row[4]) for row in rows):
        price = offer.price_per_gpu_hour
        if price and not is_suspicious(offer):
            kind = (offer.source, offer.provider, cloud, offer.gpu or offer.gpu_raw,
                    str(offer.term), offer.term_months, price.currency)  # fmt: skip
            groups[kind].append(price.amount)
    for group, amounts in groups.items():
        figures = (min(amounts), median_low(amounts), max(amounts))
        db.execute(
            "INSERT INTO daily VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (day, *group, *(f"{each:f}" for each in figures), len(amounts)),
        )
    db.execute("DELETE FROM seen WHERE day=?", (day,))
    db.execute("DELETE FROM thing WHERE id NOT IN (SELECT thing FROM seen)")


def _thing(row: Sequence[object]) -> Offer:
    (_, source, provider, reseller_of, _, gpu, gpu_raw, form_stated, term, months, region,
     count) = row  # fmt: skip
    return Offer.model_validate(
        {
            "source": source,
            "provider": provider,
            "reseller_of": reseller_of,
            "gpu": gpu or None,
            "gpu_raw": gpu_raw,
            "form_stated": bool(form_stated),
            "term": term,
            "term_months": months,
            "region": region,
            "count": count,
            "price_per_gpu_hour": None,
            "method": "cached",
        }
    )


def _offer(row: Sequence[object]) -> Offer:
    amount, currency, availability, free, effective_at, _, last_seen = row[-7:]
    seen = datetime.fromtimestamp(float(str(last_seen)), UTC).isoformat(timespec="seconds")
    priced = amount is not None
    return _thing(row[:-7]).model_copy(
        update={
            "price_per_gpu_hour": Money(amount=Decimal(str(amount)), currency=str(currency))
            if priced
            else None,
            "availability": Availability(str(availability)),
            "free": free,
            "effective_at": effective_at,
            "fetched_at": seen,
            "observed_at": effective_at or seen,
        }
    )
