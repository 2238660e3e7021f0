"""The moment in the past that a question is asked as of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kb.errors import InvalidDate
from kb.programs.partial_dates import bounds

_PARTIAL = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the past, in UTC: the end of the day, month or year that was named, or the
    named second."""

    at: datetime

    @property
    def day(self) -> date:
        """Its day, in UTC."""
        return self.at.date()


def parse_moment(text: str, now: datetime | None = None) -> Moment | None:
    """The moment that "2026", "2026-03", "2026-03-15" or an ISO time means; a time that names no
    zone is UTC. None where that is not over yet, so that what holds now is meant.

    Raises `InvalidDate` where it is no date, or one that is still to come.
    """
    now = now or datetime.now(UTC)
    given = text.strip()
    span = _span(given)
    if span is None:
        raise InvalidDate(
            f"{given[:40]!r} is no date", "write 2026, 2026-03, 2026-03-15 or 2026-03-15T09:30Z"
        )
    first, last = span
    if first > now:
        raise InvalidDate(f"{given[:40]} is still to come", "give a day of the past")
    return None if last >= now else Moment(last)


def _span(given: str) -> tuple[datetime, datetime] | None:
    """First and last second, in UTC."""
    try:
        if _PARTIAL.fullmatch(given):
            first, last = bounds(given)
            midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
            end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC)
            return midnight, end
        if len(given) < len("2026-03-15T09"):
            return None  # a week or a day in another notation, which would mean its midnight
        at = datetime.fromisoformat(given)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at, at
