"""Questions that the evidence did not answer, kept for staff: one JSON line each."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kb.home import unusable
from kb.keeping.reports import Report
from kb.library.journal import person
from kb.texts.cleaning import clean

_QUESTION_LIMIT = 2000  # characters kept; a pasted book is no gap


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was not answered, what was missing, and when it was asked (UTC); or, with a
    `report`, one whose answer a person reported, and when."""

    question: str
    language: str
    missing: list[str]
    asked_at: str
    report: Report | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """That somebody has seen to gaps: to which (the ids of their wordings), when (UTC), who, with
    which source, if any, and why."""

    members: tuple[str, ...]
    at: str
    who: str
    source: str | None
    why: str


class GapLog:
    """The gaps of a home and their closings, appended as they come; nothing is taken out."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(
        self, question: str, language: str, missing: list[str], report: Report | None = None
    ) -> Gap:
        """Append a gap, or a reported answer. Raises `HomeUnusable`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        told = [clean(m) for m in missing]
        gap = Gap(clean(question)[:_QUESTION_LIMIT], language, told, now, report)
        # What a person took the trouble to say outlives a power cut.
        self._append(json.dumps(_row(gap), ensure_ascii=False) + "\n", durable=report is not None)
        return gap

    def close(self, members: Sequence[str], source: str | None, why: str) -> Closing:
        """Append that somebody has seen to these wordings. Raises `HomeUnusable`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        told = " ".join(clean(why).split())
        closing = Closing(tuple(members), now, person(), source, told)
        line = json.dumps({"closing": asdict(closing)}, ensure_ascii=False) + "\n"
        self._append(line, durable=True)
        return closing

    def closings(self) -> list[Closing]:
        """The closings, oldest first."""
        return [done for line in self._lines() if (done := _parse_closing(line)) is not None]

    def take(self, sent: Mapping[str, Gap]) -> int:
        """Append gaps from elsewhere, each under an id of its own; how many were new. The caller
        keeps others who take away. Raises `HomeUnusable`."""
        known = self._ids()
        fresh = {identity: gap for identity, gap in sent.items() if identity not in known}
        lines = [
            json.dumps({**_row(gap), "sent": identity}, ensure_ascii=False) + "\n"
            for identity, gap in fresh.items()
        ]
        if lines:
            self._append("".join(lines), durable=True)
        return len(fresh)

    def _append(self, lines: str, *, durable: bool = False) -> None:
        try:
            # One write of one line to a file opened for appending: two processes do not mix.
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                end = os.lseek(handle, 0, os.SEEK_END)
                os.lseek(handle, max(end - 1, 0), os.SEEK_SET)
                # A line that a full disk cut short must not swallow this one.
                torn = end > 0 and os.read(handle, 1) != b"\n"
                os.write(handle, ("\n" if torn else "").encode() + lines.encode())
                if durable:
                    os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise unusable(self._path, error) from error

    def all(self) -> list[Gap]:
        """The gaps, oldest first. A line that a kill cut short is left out."""
        return [gap for line in self._lines() if (gap := _parse(line)) is not None]

    def _ids(self) -> set[str]:
        found = set()
        for line in self._lines():
            try:
                found.add(json.loads(line)["sent"])
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return []


def _row(gap: Gap) -> dict[str, Any]:
    row: dict[str, Any] = {
        "question": gap.question,
        "language": gap.language,
        "missing": gap.missing,
        "asked_at": gap.asked_at,
    }
    return row if gap.report is None else row | {"report": gap.report.model_dump(mode="json")}


def _parse(line: str) -> Gap | None:
    try:
        data = json.loads(line)
        return Gap(
            data["question"],
            data["language"],
            list(data["missing"]),
            data["asked_at"],
            Report.model_validate(data["report"]) if "report" in data else None,
        )
    except (ValueError, KeyError, TypeError):  # ValidationError is a ValueError
        return None


def _parse_closing(line: str) -> Closing | None:
    try:
        data = json.loads(line)["closing"]
        return Closing(**{**data, "members": tuple(data["members"])})
    except (ValueError, KeyError, TypeError):
        return None
