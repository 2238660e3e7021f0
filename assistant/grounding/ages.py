"""How old a source is on the day of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from assistant.answer import Citation

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def age_days(published: str | None, today: date | None) -> int | None:
    """Days since a date that may be partial, from the first day that it may mean; None without."""
    first = _first_day(published)
    return None if first is None or today is None else max((today - first).days, 0)


def day_of(citations: Iterable[Citation]) -> date | None:
    """The day on which citations got their ages; None where none has one."""
    for citation in citations:
        first = _first_day(citation.published)
        if first is not None and citation.age_days:
            return first + timedelta(days=citation.age_days)
    return None


def _first_day(published: str | None) -> date | None:
    match = _DATE.match(published or "")
    if match is None:
        return None
    try:
        return date(*(int(part or 1) for part in match.groups()))
    except ValueError:  # no day of the calendar
        return None
