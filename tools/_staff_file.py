"""CSV files that staff edit: read whole, and a cell that cannot be right is named by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tools.errors import InvalidInput, ToolError
from tools.offers import Money, Term, parse_term

_LARGEST_FILE = 5_000_000
_LEAST, _MOST = Decimal("0.000001"), Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a kind of file holds: its columns, those that must be there, and its error."""

    names: tuple[str, ...]
    needed: tuple[str, ...]
    error: type[ToolError]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells without outer spaces, "" where a column is absent."""

    cells: dict[str, str]
    where: str
    error: type[ToolError]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def wrong(self, message: str, hint: str = "") -> ToolError:
        """The error that names this row's line."""
        return self.error(f"{self.where}: {message}", hint)

    def need(self, *names: str) -> None:
        """Raise unless all these cells have something in them."""
        if not all(self[name] for name in names):
            raise self.wrong(f"{' and '.join(names)} cannot be empty")

    def whole(self, name: str) -> int | None:
        """The whole number in a cell, None where it is empty."""
        if not self[name]:
            return None
        if not re.fullmatch(r"\d{1,7}", self[name], re.ASCII):
            raise self.wrong(f"{name} {self[name]!r} is not a whole number", "for example 64")
        return int(self[name])

    def number(self, name: str) -> Decimal | None:
        """The number in a cell, zero or more; None where it is empty."""
        if not self[name]:
            return None
        try:
            amount = Decimal(self[name].lstrip("$"))
        except InvalidOperation as error:
            raise self.wrong(f"{name} {self[name]!r} is not a number", "like 1.90") from error
        if not amount.is_finite() or not (amount == 0 or _LEAST <= amount <= _MOST):
            raise self.wrong(f"{name} {self[name]!r} cannot be", "empty where not known")
        return amount or Decimal(0)

    def currency(self, name: str) -> str:
        """An ISO currency, "" where the cell is empty."""
        code = self[name].upper()
        if code and not re.fullmatch(r"[A-Z]{3}", code):
            raise self.wrong(f"currency {code!r}", "three letters, like USD or CNY")
        return code

    def money(self, amount: str, currency: str = "currency") -> Money | None:
        """The amount in the row's currency (US dollars where none is stated)."""
        found, code = self.number(amount), self.currency(currency) or "USD"
        return None if found is None else Money(amount=found, currency=code)

    def term(self, name: str, default: Term) -> Term:
        """The term in a cell."""
        try:
            return parse_term(self[name]) if self[name] else default
        except InvalidInput as error:
            raise self.wrong(error.message, error.hint) from error

    def day(self, name: str, today: date | None) -> date | None:
        """The day in a cell (a time after it is left out), None where it is empty."""
        if not self[name]:
            return None
        try:
            day = date.fromisoformat(self[name][:10])
        except ValueError as error:
            raise self.wrong(f"{name} {self[name]!r}", "a date like 2026-11-22") from error
        # A day of slack: the file may have been written in a time zone ahead of ours.
        if today and day > today + timedelta(days=1):
            raise self.wrong(f"{name} {self[name]} is in the future")
        return day

    def seen(self, name: str, today: date | None) -> str | None:
        """A day, or a moment (in UTC where it states no zone), as ISO; None where it is empty."""
        day = self.day(name, today)
        if day is None or len(self[name]) <= len("2026-11-22"):
            return day.isoformat() if day else None
        try:
            at = datetime.fromisoformat(self[name])
        except ValueError as error:
            told = f"{name} {self[name]!r}"
            raise self.wrong(told, "like 2026-11-22 or 2026-11-22T14:30+00:00") from error
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def read_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows of a file that are not blank. Raises the error of its kind, naming the line."""
    text = _text(path, columns.error)
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    missing = [name for name in columns.needed if name not in (reader.fieldnames or [])]
    if missing:
        raise columns.error(
            f"{path.name} line 1: no column {', '.join(missing)}",
            f"the first line is {','.join(columns.names)}",
        )
    try:
        for row in reader:
            if any(row.values()):
                where = f"{path.name} line {reader.line_num}"
                if None in row:
                    raise columns.error(
                        f"{where}: more cells than columns", "quote a cell that has a comma"
                    )
                cells = {str(name): (value or "").strip() for name, value in row.items()}
                yield Row(cells, where, columns.error)
    except csv.Error as error:
        raise columns.error(f"{path.name} line {reader.line_num}: {error}") from error


def _text(path: Path, error_of: type[ToolError]) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise error_of(f"{path.name} is too large for a file of prices", "at most 5 MB")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise error_of(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise error_of(f"{path.name} is not UTF-8 text", "save it as CSV UTF-8") from error
