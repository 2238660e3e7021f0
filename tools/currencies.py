"""Amounts in another currency, by dated rates only: where there is none, there is no amount."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

from tools._staff_file import Columns, Row, read_rows
from tools.errors import UnreadablePrices
from tools.offers import Money

OLD_DAYS = 30
COLUMNS = ("date", "base", "quote", "rate", "source")
_COLUMNS = Columns(COLUMNS, COLUMNS, UnreadablePrices)
_EXACT = Context(prec=40)
_SHORT = Context(prec=6, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Rate:
    """One `base` is `rate` of `quote`, as `source` said on `day`."""

    day: date
    base: str
    quote: str
    rate: Decimal
    source: str

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate:f} {self.quote}"

    def per(self, currency: str) -> Decimal:
        """How much of the other currency one of `currency` is."""
        return self.rate if currency == self.base else _EXACT.divide(Decimal(1), self.rate)

    def other(self, currency: str) -> str:
        """The other of the two currencies."""
        return self.quote if currency == self.base else self.base


@dataclass(frozen=True, slots=True)
class Exchanged:
    """An amount by one rate, or by two of one source and day that share a currency.

    `factor` is what one of the first currency was in the second. A rate older than thirty days
    (`age_days`) is still used, and `rate` says how old it is.
    """

    money: Money
    factor: Decimal
    rates: tuple[Rate, ...]
    age_days: int

    @property
    def as_of(self) -> date:
        return self.rates[0].day

    @property
    def source(self) -> str:
        return self.rates[0].source

    @property
    def rate(self) -> str:
        """The rates in words, as their source states them."""
        said = " and ".join(str(each) for each in self.rates)
        old = f", {self.age_days} days old" if self.age_days > OLD_DAYS else ""
        return f"{said} on {self.as_of.isoformat()} ({self.source}){old}"


class RateTable:
    """Exchanges amounts by the newest rate that is not later than `today`.

    Of the same day: `first` (what staff entered) before `then`, one rate before two.
    """

    def __init__(self, first: Iterable[Rate], then: Iterable[Rate], today: date) -> None:
        own, bundled = ([each for each in rates if each.day <= today] for rates in (first, then))
        self._rates = [*own, *bundled]
        self._own = len(own)
        self._today = today

    def __call__(self, money: Money, currency: str) -> Exchanged | None:
        """`money` in `currency`; None where no rate leads there, or it is in it already."""
        ways = self._ways(money.currency, currency)
        best = max(ways, key=lambda way: way[0], default=None)
        if best is None:
            return None
        rates = best[1]
        factor, at = Decimal(1), money.currency
        for each in rates:
            factor, at = _EXACT.multiply(factor, each.per(at)), each.other(at)
        return Exchanged(
            money=Money(amount=_rounded(_EXACT.multiply(money.amount, factor)), currency=currency),
            factor=factor,
            rates=rates,
            age_days=(self._today - rates[0].day).days,
        )

    def _ways(
        self, start: str, end: str
    ) -> Iterator[tuple[tuple[date, bool, bool, int], tuple[Rate, ...]]]:
        """Chains of one or two rates from one currency to another, each with how good it is."""
        if start == end:
            return
        for place, one in enumerate(self._rates):
            if start not in (one.base, one.quote):
                continue
            own, middle = place < self._own, one.other(start)
            if middle == end:
                yield (one.day, own, True, -place), (one,)
                continue
            for two in self._rates[: self._own] if own else self._rates[self._own :]:
                same = two.day == one.day and two.source == one.source
                if same and {two.base, two.quote} == {middle, end}:
                    yield (one.day, own, False, -place), (one, two)


def rate_table(path: Path | None = None, today: date | None = None) -> RateTable:
    """The rates that come with the tools, and before them those of the file that staff keep.

    Raises `UnreadablePrices` naming the line of a bad row.
    """
    day = today or datetime.now(UTC).date()
    return RateTable(read_rates(path, day) if path else [], _bundled(), day)


def read_rates(path: Path, today: date | None = None) -> list[Rate]:
    """The rates of a file: `date`, `base`, `quote`, `rate` (quote for one base), `source`."""
    found: dict[tuple[date, frozenset[str], str], Rate] = {}
    for row in read_rows(path, _COLUMNS):
        rate = _imported(row, today)
        known = found.setdefault((rate.day, frozenset((rate.base, rate.quote)), rate.source), rate)
        if known != rate:
            raise row.wrong(f"another rate of that day and source: {known}", "keep one of the two")
    return list(found.values())


def _imported(row: Row, today: date | None) -> Rate:
    row.need(*COLUMNS)
    day, rate = row.day("date", today), row.number("rate")
    base, quote = row.currency("base"), row.currency("quote")
    if day is None or not rate:
        raise row.wrong(f"rate {row['rate']!r} cannot be", "how much of quote one of base is")
    if base == quote:
        raise row.wrong(f"base and quote are both {base}")
    return Rate(day, base, quote, rate, row["source"])


@cache
def dollars_each(currency: str) -> Decimal | None:
    """What one of `currency` is in US dollars by the newest rate that comes with the tools; None
    where none leads there. For orders of magnitude: no amount is told by it."""
    found = RateTable([], _bundled(), date.max)(Money(amount=Decimal(1), currency=currency), "USD")
    return found.factor if found else None


@cache
def _bundled() -> tuple[Rate, ...]:
    text = files("tools").joinpath("data", "rates.csv").read_text(encoding="utf-8")
    return tuple(
        Rate(
            date.fromisoformat(row["date"]),
            row["base"],
            row["quote"],
            Decimal(row["rate"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def _rounded(amount: Decimal) -> Decimal:
    """Four decimal places, or six digits where that would leave fewer."""
    places = amount.quantize(Decimal("0.0001"), context=_EXACT)
    return places if abs(amount) >= 100 else _SHORT.plus(amount)
