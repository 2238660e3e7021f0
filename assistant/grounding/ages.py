"""How old a source is on the day of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from assistant.answer import Citation

# Values of a result's records that say when what they hold was so; the oldest of a span.
_DATED = ("observed_at", "list_as_of", "price_as_of", "oldest", "last_date", "date", "as_of")
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


def stated_date(result: Mapping[str, Any], path: str) -> str | None:
    """The date that a result states of a field: that of the innermost record around it that has
    one, of several records below it the oldest; None where it states none. The day of the whole
    result is when it was worked out, which makes no old price in it a new one."""
    inner: list[Any] = [result]
    for key in path.split("."):
        held = inner[-1]
        if isinstance(held, list) and key.isdecimal() and int(key) < len(held):
            inner.append(held[int(key)])
        elif isinstance(held, dict) and key in held:
            inner.append(held[key])
    below = list(_dates(inner[-1])) if not _own_date(inner[-1]) else []
    if below:
        return min(below)
    return next(filter(None, map(_own_date, reversed(inner[1:]))), None)


def _own_date(held: Any) -> str | None:
    """The date among a record's own values."""
    values = [held.get(name) for name in _DATED] if isinstance(held, dict) else []
    return next((v for v in values if isinstance(v, str) and _first_day(v)), None)


def _dates(held: Any) -> Iterator[str]:
    """The dates of the records in a list or record, each record's own before those below it."""
    for each in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        if own := _own_date(each):
            yield own
        else:
            yield from _dates(each)


def _first_day(published: str | None) -> date | None:
    match = _DATE.match(published or "")
    if match is None:
        return None
    try:
        return date(*(int(part or 1) for part in match.groups()))
    except ValueError:  # no day of the calendar
        return None
