"""What the desk remembers of its sources: last answers, health, pace, who is asking just now.

One SQLite file, shared by every process of a home. Where it cannot be written (full or read-only
disk) the same tables live in memory for this process, and `trouble` says so.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from tools.offers import Offer
from tools.sources.source import Pace

FORMAT = 3
_TABLES = """
CREATE TABLE IF NOT EXISTS health (
    source TEXT PRIMARY KEY, last_ok REAL, last_error TEXT, failures INTEGER NOT NULL DEFAULT 0,
    held_until REAL, tokens REAL, tokens_at REAL);
CREATE TABLE IF NOT EXISTS answer (
    source TEXT, request TEXT, fetched_at REAL NOT NULL, unread INTEGER NOT NULL,
    offers TEXT NOT NULL, PRIMARY KEY (source, request));
CREATE TABLE IF NOT EXISTS asking (
    source TEXT, request TEXT, until REAL NOT NULL, PRIMARY KEY (source, request));
CREATE TABLE IF NOT EXISTS thing (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, provider TEXT NOT NULL, reseller_of TEXT,
    cloud TEXT NOT NULL, gpu TEXT NOT NULL, gpu_raw TEXT NOT NULL, form_stated INTEGER NOT NULL,
    term TEXT NOT NULL, term_months INTEGER, region TEXT, count INTEGER);
CREATE TABLE IF NOT EXISTS seen (
    thing TEXT NOT NULL, day TEXT NOT NULL, amount TEXT, currency TEXT, availability TEXT NOT NULL,
    free INTEGER, effective_at TEXT, fetched_at REAL NOT NULL, last_seen REAL NOT NULL);
CREATE INDEX IF NOT EXISTS seen_by_thing ON seen (thing, day);
CREATE INDEX IF NOT EXISTS seen_by_day ON seen (day);
CREATE TABLE IF NOT EXISTS daily (
    day TEXT NOT NULL, source TEXT NOT NULL, provider TEXT NOT NULL, cloud TEXT NOT NULL,
    gpu TEXT NOT NULL, term TEXT NOT NULL, term_months INTEGER, currency TEXT NOT NULL,
    low TEXT NOT NULL, median TEXT NOT NULL, high TEXT NOT NULL, offers INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS daily_by_day ON daily (day);
CREATE TABLE IF NOT EXISTS prediction (
    source TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, made_at REAL NOT NULL,
    predicted REAL NOT NULL, not_before REAL NOT NULL, seen_by REAL);
CREATE INDEX IF NOT EXISTS predictions_of ON prediction (source, kind, subject, made_at);
"""
_FAILURES_BEFORE_HOLD = 3
_HOLD_S = 30.0
_LONGEST_HOLD_S = 900.0
_LONGEST_CLAIM_S = 3600.0
_KEPT_FOR_S = 30 * 86_400
_OFFERS = TypeAdapter(list[Offer])
# Of a damaged file: what stands there is no answer, or no time.
_UNREADABLE = (ValidationError, TypeError, ValueError, OverflowError, OSError)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last good answer of a source to one request."""

    offers: list[Offer]
    unread: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """How a source has done: last good answer, last error, failures in a row, and until when it
    is left alone."""

    last_ok: datetime | None = None
    last_error: str | None = None
    failures: int = 0
    held_until: datetime | None = None


class Memory:
    """The file at `path`, or memory only where it is None. Safe across threads and processes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._own: sqlite3.Connection | None = None
        self.trouble: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open. A closed memory opens again at the next use."""
        with self._lock:
            if self._own is not None:
                self._own.close()
                self._own = None

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one writing transaction: all of it or nothing. Where the file fails, it is
        done in memory, from now on."""
        with self._lock:
            try:
                return _whole(self._connection(), work)
            except (sqlite3.Error, OSError) as error:
                return _whole(self._in_memory(error), work)

    def _connection(self) -> sqlite3.Connection:
        if self._own is None:
            if self._path is None:
                return self._in_memory(None)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(
                self._path, timeout=1.0, isolation_level=None, check_same_thread=False
            )
            try:
                _prepare(db)
            except BaseException:
                db.close()
                raise
            self._own = db
        return self._own

    def _in_memory(self, error: Exception | None) -> sqlite3.Connection:
        if error is not None:
            self.trouble = f"what was seen is not kept: {error}"
        if self._own is not None:
            self._own.close()
        self._path = None
        self._own = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        _prepare(self._own)
        return self._own

    def answer(self, source: str, request: str) -> Remembered | None:
        """The last good answer; None where there is none that this version can read."""
        row = self._row(
            "SELECT fetched_at, unread, offers FROM answer WHERE source=? AND request=?",
            source, request,
        )  # fmt: skip
        if row is None:
            return None
        try:
            return Remembered(_OFFERS.validate_json(row[2]), row[1], _moment(row[0]))
        except _UNREADABLE:
            return None

    def keep(
        self, source: str, request: str, offers: Sequence[Offer], unread: int, now: datetime
    ) -> None:
        """A good answer: replaces the last one and clears the failures."""
        text, at = _OFFERS.dump_json(list(offers)).decode(), now.timestamp()

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?)",
                (source, request, at, unread, text),
            )
            db.execute("DELETE FROM answer WHERE fetched_at < ?", (at - _KEPT_FOR_S,))
            db.execute(
                "INSERT INTO health (source, last_ok) VALUES (?,?) ON CONFLICT (source) DO UPDATE"
                " SET last_ok=excluded.last_ok, failures=0, held_until=NULL",
                (source, at),
            )

        self.run(work)

    def fail(
        self, source: str, error: str, now: datetime, *, hold_s: float | None, counts: bool
    ) -> None:
        """A failure. `hold_s`: the source is left alone so long. Where it `counts` (the source's
        fault, not a key of ours), the third in a row holds it too, and longer each time."""

        def work(db: sqlite3.Connection) -> None:
            row = db.execute("SELECT failures FROM health WHERE source=?", (source,)).fetchone()
            failures = (row[0] if row else 0) + 1
            hold = hold_s or 0.0
            if counts and failures >= _FAILURES_BEFORE_HOLD:
                # The power is bounded: failures may count up for years.
                doubled = _HOLD_S * 2 ** min(failures - _FAILURES_BEFORE_HOLD, 10)
                hold = max(hold, min(doubled, _LONGEST_HOLD_S))
            until = now.timestamp() + hold if hold else None
            db.execute(
                "INSERT INTO health (source, last_error, failures, held_until) VALUES (?,?,?,?)"
                " ON CONFLICT (source) DO UPDATE SET last_error=excluded.last_error,"
                " failures=excluded.failures, held_until=excluded.held_until",
                (source, error, failures, until),
            )

        self.run(work)

    def health(self, source: str, now: datetime) -> Health:
        """What is remembered of a source. A hold that a clock set back made endless is none."""
        row = self._row(
            "SELECT last_ok, last_error, failures, held_until FROM health WHERE source=?", source
        )
        if row is None:
            return Health()
        try:
            held = _moment(row[3]) if row[3] else None
            last_ok = _moment(row[0]) if row[0] else None
        except _UNREADABLE:
            return Health()
        if held and not now < held <= now + timedelta(days=1):
            held = None
        return Health(last_ok, row[1], row[2], held)

    def forget(self, source: str) -> None:
        """Drop all that is remembered of a source, as after its settings changed."""

        def work(db: sqlite3.Connection) -> None:
            for table in ("health", "answer", "asking"):
                db.execute(f"DELETE FROM {table} WHERE source=?", (source,))  # noqa: S608

        self.run(work)

    def take(self, source: str, pace: Pace, now: datetime) -> float:
        """Take a place in the source's pace; the seconds to wait before it may be used."""
        rate, at = pace.requests / pace.seconds, now.timestamp()

        def work(db: sqlite3.Connection) -> float:
            row = db.execute(
                "SELECT tokens, tokens_at FROM health WHERE source=?", (source,)
            ).fetchone()
            tokens = float(pace.burst)
            if row and row[0] is not None:
                tokens = min(pace.burst, row[0] + max(at - row[1], 0.0) * rate)
            tokens -= 1
            db.execute(
                "INSERT INTO health (source, tokens, tokens_at) VALUES (?,?,?) ON CONFLICT (source)"
                " DO UPDATE SET tokens=excluded.tokens, tokens_at=excluded.tokens_at",
                (source, tokens, at),
            )
            return max(-tokens / rate, 0.0)

        return self.run(work)

    def give_back(self, source: str) -> None:
        """Return a place that was taken and could not be waited for."""
        self.run(
            lambda db: db.execute("UPDATE health SET tokens = tokens + 1 WHERE source=?", (source,))
        )

    def claim(self, source: str, request: str, now: datetime, seconds: float) -> bool:
        """Whether the caller is the one who asks; others wait for its answer. A claim ends after
        `seconds`, so that a killed process holds nobody up."""
        at = now.timestamp()
        return self.run(
            lambda db: db.execute(
                "INSERT INTO asking VALUES (?,?,?) ON CONFLICT (source, request) DO UPDATE"
                " SET until=excluded.until WHERE until <= ? OR until > ?",
                (source, request, at + seconds, at, at + _LONGEST_CLAIM_S),
            ).rowcount == 1
        )  # fmt: skip

    def release(self, source: str, request: str) -> None:
        """End a claim."""
        self.run(
            lambda db: db.execute(
                "DELETE FROM asking WHERE source=? AND request=?", (source, request)
            )
        )

    def _row(self, sql: str, *values: str) -> tuple[Any, ...] | None:
        def work(db: sqlite3.Connection) -> tuple[Any, ...] | None:
            found: tuple[Any, ...] | None = db.execute(sql, values).fetchone()
            return found

        return self.run(work)


def _whole(db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return result


def _prepare(db: sqlite3.Connection) -> None:
    # A commit need not reach the disk at once: what a power cut may lose is asked again.
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > FORMAT:
        raise sqlite3.DatabaseError("written by a newer version of the desk")
    if version < FORMAT:
        db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version={FORMAT}; COMMIT;")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
