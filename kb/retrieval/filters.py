"""What a search is restricted to."""

from __future__ import annotations

from dataclasses import dataclass

from kb.errors import InvalidDate
from kb.programs.partial_dates import bounds


@dataclass(frozen=True, slots=True)
class Filter:
    """Passages of one kind, of one language, or dated within a stretch of time; None admits all.

    Dates are ISO and may be partial: "2024" stands for the whole year, in a filter as in a
    passage, and a passage is admitted where some day of its date lies within. One without a date
    is admitted only where no date is asked for. Raises `InvalidDate` for what is no date, or a
    stretch that ends before it begins.
    """

    kind: str | None = None
    language: str | None = None
    published_from: str | None = None
    published_to: str | None = None

    def __post_init__(self) -> None:
        first, last = self.first_day, self.last_day
        if first is not None and last is not None and first > last:
            raise InvalidDate(
                f"{self.published_to} is before {self.published_from}", "exchange the two dates"
            )

    @property
    def first_day(self) -> int | None:
        """The first day asked for, as a number such as 20240701; None where any will do."""
        return days(self.published_from)[0] if self.published_from else None

    @property
    def last_day(self) -> int | None:
        """The last day asked for, as a number such as 20240731; None where any will do."""
        return days(self.published_to)[1] if self.published_to else None


ALL = Filter()
"""Admits every passage."""


def days(date: str) -> tuple[int, int]:
    """The first and the last day of an ISO date that may be partial, as numbers such as 20240701.
    Raises `InvalidDate` for what is no date."""
    try:
        first, last = bounds(date)
    except ValueError:
        raise InvalidDate(f"{date!r} is no date", "write 2024, 2024-07 or 2024-07-29") from None
    return _number(first), _number(last)


def _number(day: object) -> int:
    return int(str(day).replace("-", ""))
