"""Predicted starts and what came of them: how far a cluster's word has been off.

Two kinds are kept apart. A "need": what somebody asked for could not start, and the desk said by
when it would; it has come when a later look finds that it could. Between two looks nobody looked:
a start is known to lie between them, no better. A "job": what the scheduler itself said of a
waiting job, known by a hash, and the start that the scheduler told later.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.needs import Need
from tools.offers import Offer
from tools.sources.memory import Memory
from tools.sources.source import Findings, Started

Kind = Literal["need", "job"]
KINDS: tuple[Kind, ...] = ("need", "job")
ENOUGH = 5
"""With fewer comparisons no error is told."""
KEPT_FOR = timedelta(days=90)
MOST_KEPT = 20_000
"""So many predictions of one source are kept, the newest."""
_EXACT_S = 600.0
_LOOKED_AT = ("now", "not_later_than")


class PredictionError(BaseModel):
    """How far the starts of a cluster were from what was predicted, in seconds; late is positive.

    `count` predictions could be compared; `too_early_count` of them named a time at which it had
    not started yet, `open_count` are not decided. Where `enough` is False (fewer than five) no
    figure is told. A start that was only seen to lie between two looks counts at the end that is
    nearer to the prediction; one that still has not come counts as late by what it is late so far.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    count: int
    open_count: int
    too_early_count: int
    enough: bool
    median_late_s: int | None = None
    worst_late_s: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Compared:
    """A prediction with what is known of the start: not before `after`, at `by` or before (None:
    it has not been seen)."""

    predicted: float
    after: float
    by: float | None

    def late_s(self) -> float | None:
        """How late the start was (negative: early), None where that is not decided."""
        if self.after > self.predicted:
            return self.after - self.predicted
        if self.by is None:
            return None
        if self.by <= self.predicted:
            return self.by - self.predicted
        # The predicted time lies between two looks: right, if these are close together.
        return 0.0 if self.by - self.after <= _EXACT_S else None


def record_findings(
    memory: Memory,
    name: str,
    need: Need,
    offers: Sequence[Offer],
    findings: Findings | None,
    now: datetime,
) -> None:
    """Write down what the source `name`, asked just now for `need`, predicted and what has come.

    `offers` are those of this answer. Without `findings` (the answer was remembered) nothing was
    looked at, and nothing is written.
    """
    if findings is None:
        return
    at = now.timestamp()
    told = [each for each in offers if each.start and each.start.state in _LOOKED_AT]
    looks = [(_subject(offer, need), offer) for offer in told] if need.count else []
    if not (looks or findings.pending or findings.started):
        return

    def work(db: sqlite3.Connection) -> None:
        for subject, offer in looks:
            _look(db, name, subject, offer, at)
        for pending in findings.pending[:MOST_KEPT]:
            _waits(db, name, "job", pending.job, at, pending.predicted.timestamp())
        for started in findings.started:
            _started(db, name, started)
        _prune(db, name, at)

    memory.run(work)


def prediction_error(memory: Memory, cluster: str, kind: Kind = "need") -> PredictionError:
    """The error of the predictions of a cluster, by the name of its source."""
    rows = memory.run(
        lambda db: db.execute(
            "SELECT made_at, predicted, not_before, seen_by FROM prediction"
            " WHERE source=? AND kind=?",
            (cluster, kind),
        ).fetchall()
    )
    late = [_Compared(row[1], row[2], row[3]).late_s() for row in rows]
    decided = [each for each in late if each is not None]
    enough = len(decided) >= ENOUGH
    since = min((row[0] for row in rows), default=None)
    return PredictionError(
        kind=kind,
        count=len(decided),
        open_count=len(late) - len(decided),
        too_early_count=sum(each > 0 for each in decided),
        enough=enough,
        median_late_s=round(median(decided)) if enough else None,
        worst_late_s=round(max(decided)) if enough else None,
        since=None if since is None else datetime.fromtimestamp(since, UTC),
    )


def _subject(offer: Offer, need: Need) -> str:
    parts = (offer.provider, offer.region, offer.gpu_raw, need.count, need.hours)
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _look(db: sqlite3.Connection, source: str, subject: str, offer: Offer, at: float) -> None:
    """One look at whether a need could start: it came, or it has not and a prediction stands."""
    start = offer.start
    if start is None:
        return
    if start.state == "now":
        db.execute(
            "UPDATE prediction SET seen_by=? WHERE source=? AND kind='need' AND subject=?"
            " AND seen_by IS NULL AND made_at < ?",
            (at, source, subject, at),
        )
    elif start.state == "not_later_than" and start.at:
        _waits(db, source, "need", subject, at, start.at.timestamp())


def _waits(
    db: sqlite3.Connection, source: str, kind: Kind, subject: str, at: float, predicted: float
) -> None:
    """It has not started, and is predicted to. Where an earlier prediction of the same thing waits
    for its outcome, that one stands: it is the one that was relied on."""
    db.execute(
        "UPDATE prediction SET not_before=? WHERE source=? AND kind=? AND subject=?"
        " AND seen_by IS NULL AND not_before < ?",
        (at, source, kind, subject, at),
    )
    if predicted <= at:  # what is past is no prediction
        return
    db.execute(
        "INSERT INTO prediction (source, kind, subject, made_at, predicted, not_before)"
        " SELECT ?,?,?,?,?,? WHERE NOT EXISTS (SELECT 1 FROM prediction WHERE source=? AND kind=?"
        " AND subject=? AND (seen_by IS NULL OR made_at >= ?))",
        (source, kind, subject, at, predicted, at, source, kind, subject, at),
    )


def _started(db: sqlite3.Connection, source: str, started: Started) -> None:
    """The start of a job. One before the prediction was made is of an earlier run of the job."""
    at = started.at.timestamp()
    db.execute(
        "UPDATE prediction SET not_before=?, seen_by=? WHERE source=? AND kind='job' AND subject=?"
        " AND seen_by IS NULL AND made_at <= ?",
        (at, at, source, started.job, at),
    )


def _prune(db: sqlite3.Connection, source: str, at: float) -> None:
    db.execute("DELETE FROM prediction WHERE made_at < ?", (at - KEPT_FOR.total_seconds(),))
    db.execute(
        "DELETE FROM prediction WHERE source=? AND made_at <= (SELECT made_at FROM prediction"
        " WHERE source=? ORDER BY made_at DESC LIMIT 1 OFFSET ?)",
        (source, source, MOST_KEPT),
    )
