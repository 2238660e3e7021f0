"""Dates of which only the year, or year and month, may be known: the days that they may mean."""

from __future__ import annotations

import calendar
from datetime import date


def bounds(partial: str) -> tuple[date, date]:
    """The first and the last day that an ISO date means which may be partial: "2024-03" is any
    day of that March, "2023-11/2024-11" any from the first to the last of two. Raises
    `ValueError` for what is no date."""
    if "/" in partial:
        begin, end = (bounds(part) for part in partial.split("/"))
        if begin[0] > end[1]:
            raise ValueError(f"{partial} ends before it begins")
        return begin[0], end[1]
    parts = [int(part) for part in partial.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    year, month = parts[0], parts[1]
    if len(parts) == 2:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, parts[2]), date(year, month, parts[2])


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
