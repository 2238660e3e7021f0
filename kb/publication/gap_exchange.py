"""Gaps on their way back to the fund: from a founder who agreed, over the server, to staff."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock, Thread
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import KbError
from kb.home import write_atomically
from kb.keeping.gaps import Gap
from kb.keeping.reports import Report
from kb.locks import locked
from kb.publication.published_format import GAPS
from kb.publication.server import BATCH, ChromaServer, Row
from kb.texts.cleaning import clean

_KEPT = 200  # gaps that wait for the server; older ones are dropped
_SENT = 50  # of them in one go
_MISSING = 3_500  # bytes; Chroma Cloud takes 4,096 in a value
_PIECE = 1_000  # characters of a report in a value, 4,000 bytes at most
_PIECES = 12  # such values
_QUESTION = 2_000  # characters, as in the home's own list
_COLLECTED = 5_000  # gaps in one go
_PATIENCE = 2.0  # seconds that closing waits


class SentGap(BaseModel):
    """A gap, or a reported answer, as it lies on the server: nothing about who asked, in which
    conversation or from where."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    question: Annotated[str, Field(max_length=_QUESTION)]
    language: Annotated[str, Field(max_length=20)]
    missing: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(max_length=50)]
    asked_at: Annotated[str, Field(max_length=40)]
    report: Report | None = None

    def gap(self) -> Gap:
        """It as a gap of this home."""
        return Gap(self.question, self.language, self.missing, self.asked_at, self.report)


class Outbox:
    """Gaps that wait in a file until the server takes them. Without the founder's consent nothing
    is written there, and what waited is deleted. Sending never fails whoever asked."""

    def __init__(self, folder: Path, server: ChromaServer, agreed: bool) -> None:
        self._path = folder / "outbox.json"
        self._server = server
        self.agreed = agreed
        self._lock = Lock()
        self._thread: Thread | None = None
        if not agreed:
            self._path.unlink(missing_ok=True)

    def send(self, gap: Gap) -> None:
        """Send a gap and those that wait, beside whatever else goes on."""
        if not self.agreed:
            return
        try:
            packed = _packed(gap)
            self._change(lambda waiting: [*waiting, packed])
        except (OSError, KbError, ValidationError):
            return  # the gap stands in the home's own list all the same
        self.resume()

    def resume(self) -> None:
        """Send what waits, beside whatever else goes on."""
        if self.agreed and self._path.exists() and not (self._thread and self._thread.is_alive()):
            self._thread = Thread(target=self._deliver, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait a moment for what is being sent."""
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _deliver(self) -> None:
        try:
            place = self._server.collection(GAPS)
            while place is not None and (waiting := self._waiting()[:_SENT]):
                self._server.put(place, [_row(gap) for gap in waiting])
                sent = {gap.id for gap in waiting}
                self._change(lambda all_: [gap for gap in all_ if gap.id not in sent])  # noqa: B023
        except (OSError, KbError):
            return  # next time

    def _change(self, change: Callable[[list[SentGap]], list[SentGap]]) -> None:
        """Put other gaps in place of those that wait; an empty file goes."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, locked(self._path.with_suffix(".lock")):
            kept = change(self._waiting())[-_KEPT:]
            if kept:
                rows = json.dumps([gap.model_dump() for gap in kept], ensure_ascii=False)
                write_atomically(self._path, rows.encode(), durable=False)
            else:
                self._path.unlink(missing_ok=True)

    def _waiting(self) -> list[SentGap]:
        try:
            rows = json.loads(self._path.read_bytes())
            return [SentGap.model_validate(row) for row in rows]
        except (OSError, ValueError, TypeError):
            return []


def collect(server: ChromaServer) -> list[SentGap]:
    """The gaps that founders sent, oldest first; what makes no sense is left out."""
    place = server.collection(GAPS)
    rows = [] if place is None else server.first(place, _COLLECTED)
    found = [gap for row in rows if (gap := _unpacked(row)) is not None]
    return sorted(found, key=lambda gap: gap.asked_at)


def clear(server: ChromaServer, gaps: Sequence[SentGap]) -> None:
    """Take collected gaps off the server."""
    place = server.collection(GAPS)
    ids = [gap.id for gap in gaps]
    for start in range(0, len(ids) if place is not None else 0, BATCH):
        assert place is not None
        server.delete(place, ids[start : start + BATCH])


def _packed(gap: Gap) -> SentGap:
    missing = [one[:500] for one in gap.missing[:10]]
    while len(json.dumps(missing, ensure_ascii=False).encode()) > _MISSING:
        missing.pop()
    return SentGap(
        id=uuid.uuid4().hex,
        question=gap.question[:_QUESTION],
        language=gap.language,
        missing=missing,
        asked_at=gap.asked_at,
        report=None if gap.report is None else _shortened(gap.report),
    )


def _shortened(report: Report) -> Report:
    """A report that fits: the last evidence goes first, then the end of the answer."""
    while len(_pieces(report)) > _PIECES:
        if report.evidence:
            report = report.model_copy(update={"evidence": report.evidence[:-1]})
        else:
            report = report.model_copy(update={"answer": report.answer[: len(report.answer) // 2]})
    return report


def _pieces(report: Report) -> list[str]:
    text = json.dumps(report.model_dump(mode="json"), ensure_ascii=False)
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _row(gap: SentGap) -> Row:
    data = {
        "language": gap.language,
        "missing": json.dumps(gap.missing, ensure_ascii=False),
        "asked_at": gap.asked_at,
    }
    if gap.report is not None:
        data |= {f"report_{n}": piece for n, piece in enumerate(_pieces(gap.report))}
    vector = np.frombuffer(uuid.UUID(gap.id).bytes[:2], dtype=np.uint8).astype(np.float32) + 1
    return Row(gap.id, gap.question, data, vector)


def _unpacked(row: Row) -> SentGap | None:
    try:
        missing = json.loads(str(row.metadata["missing"]))
        return SentGap(
            id=row.id,
            question=clean(row.document),
            language=clean(str(row.metadata["language"])),
            missing=[clean(str(one)) for one in missing],
            asked_at=clean(str(row.metadata["asked_at"])),
            report=_unpacked_report(row),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _unpacked_report(row: Row) -> Report | None:
    names = [f"report_{n}" for n in range(_PIECES)]
    text = "".join(str(row.metadata[name]) for name in names if name in row.metadata)
    return Report.model_validate(json.loads(text)) if text else None
