"""Questions that the evidence did not answer, kept for staff: one JSON line each."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.cleaning import clean
from kb.home import unusable

_QUESTION_LIMIT = 2000  # characters kept; a pasted book is no gap


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was not answered, what was missing, and when it was asked (UTC)."""

    question: str
    language: str
    missing: list[str]
    asked_at: str


class GapLog:
    """The gaps of a home, appended as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, question: str, language: str, missing: list[str]) -> Gap:
        """Append a gap. Raises `HomeUnusable`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        gap = Gap(clean(question)[:_QUESTION_LIMIT], language, [clean(m) for m in missing], now)
        line = json.dumps(asdict(gap), ensure_ascii=False) + "\n"
        try:
            # One write of one line to a file opened for appending: two processes do not mix.
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)
        except OSError as error:
            raise unusable(self._path, error) from error
        return gap

    def all(self) -> list[Gap]:
        """The gaps, oldest first. A line that a kill cut short is left out."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [gap for line in lines if (gap := _parse(line)) is not None]


def _parse(line: str) -> Gap | None:
    try:
        data = json.loads(line)
        return Gap(data["question"], data["language"], list(data["missing"]), data["asked_at"])
    except (ValueError, KeyError, TypeError):
        return None
