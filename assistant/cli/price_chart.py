"""A price history drawn in plain characters: one panel a currency, one mark a series, dated axes.

Drawn here and not by a plotting library: none was found that keeps its columns under Chinese text,
leaves gaps where nothing is known, and shows a date's lowest, middle and highest price.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from assistant.cli.output import document, lines_of, on_terminal, one_line, write
from tools.price_history import Kind, Point, PriceHistory, Series
from tools.ranking import latest_day

_MARKS: dict[Kind, str] = {"live": "#@&%$", "negotiated": "NMKWH", "list": "oxvzuse"}
_BARS: dict[Kind, str] = {"live": "|", "negotiated": "!", "list": ":"}
_COLORS: dict[Kind, str] = {"live": "1;32", "negotiated": "1;33", "list": "36"}
_NAMED = 6
"""So many sellers stand in the key of a series."""
_LEAST_WIDTH, _LEAST_HEIGHT = 40, 6


def show_prices(history: PriceHistory, *, as_json: bool) -> None:
    """What `gpus --chart` writes: the chart as wide as the terminal (80 columns where there is
    none), or the history itself."""
    if as_json:
        document(history.model_dump(mode="json"))
        return
    size = shutil.get_terminal_size((80, 24))
    write(chart(history, size.columns, min(size.lines - 8, 24), color=on_terminal(sys.stdout)))


def chart(history: PriceHistory, width: int = 80, height: int = 16, *, color: bool = False) -> str:
    """The history as lines of at most `width` columns; each panel has `height` rows.

    Only ASCII is drawn (names of sellers stay as they are). `color` adds terminal colors by kind.
    """
    width, height = max(width, _LEAST_WIDTH), max(height, _LEAST_HEIGHT)
    currencies = list(dict.fromkeys(series.currency for series in history.series))
    if not currencies:
        return "\n".join(["No dated price is known.", *_notes(history, width)])
    lines: list[str] = []
    for currency in currencies:
        series = [each for each in history.series if each.currency == currency]
        lines += _panel(history, currency, series, width, height, color)
        lines.append("")
    lines += _notes(history, width)
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Axis:
    """Rows and columns of a panel. Row 0 is the highest price."""

    first: date
    last: date
    step: Decimal
    columns: int
    rows: int

    def column(self, point: Point) -> int:
        days = (self.last - self.first).days
        if not days:
            return self.columns // 2
        return (latest_day(point.date) - self.first).days * (self.columns - 1) // days

    def row(self, amount: Decimal) -> int:
        up = (amount / self.step).quantize(Decimal(1), ROUND_HALF_UP)
        return self.rows - 1 - min(int(up), self.rows - 1)

    def day_at(self, column: int) -> date:
        days = (self.last - self.first).days
        return date.fromordinal(self.first.toordinal() + days * column // (self.columns - 1))


def _panel(
    history: PriceHistory,
    currency: str,
    series: Sequence[Series],
    width: int,
    height: int,
    color: bool,
) -> Iterator[str]:
    marked = list(_with_marks(series))
    points = [point for each, _ in marked for point in each.points]
    days = [latest_day(point.date) for point in points]
    step = _step(max(point.high for point in points), height - 1)
    labels = [f"{(height - 1 - row) * step:f}" if row % 3 == (height - 1) % 3 else ""
              for row in range(height)]  # fmt: skip
    margin = max(map(len, labels)) + 1
    axis = _Axis(min(days), max(days), step, width - margin - 1, height)
    cells, hidden = _drawn(marked, axis)

    yield _title(history, currency, width)
    for row, label in enumerate(labels):
        inked = "".join(
            _inked(*cells.get((row, column), (" ", None)), color=color)
            for column in range(axis.columns)
        )
        yield f"{label:>{margin}}{'+' if label else '|'}{inked.rstrip()}"
    ticks, dates = _dates(axis)
    yield f"{' ' * margin}+{ticks}"
    yield f"{' ' * margin} {dates}"
    for each, mark in marked:
        yield from _key(each, mark, width, color)
    if len(marked) < len(series):
        yield f"{len(series) - len(marked)} more series are not drawn: --json has them."
    if hidden:
        yield f"Hidden under others: {_counted(hidden, 'mark')}."


def _with_marks(series: Sequence[Series]) -> Iterator[tuple[Series, str]]:
    used: dict[Kind, int] = {}
    for each in series:
        number = used.get(each.kind, 0)
        used[each.kind] = number + 1
        if number < len(_MARKS[each.kind]):
            yield each, _MARKS[each.kind][number]


_Cells = dict[tuple[int, int], tuple[str, Kind | None]]


def _drawn(marked: Sequence[tuple[Series, str]], axis: _Axis) -> tuple[_Cells, int]:
    """The inked cells, live series on top, and how many marks are hidden."""
    bars: _Cells = {}
    marks: _Cells = {}
    hidden = 0
    for series, mark in marked:
        for point in series.points:
            column = axis.column(point)
            for row in range(axis.row(point.high), axis.row(point.low) + 1):
                bars.setdefault((row, column), (_BARS[series.kind], series.kind))
            place = (axis.row(point.median), column)
            hidden += place in marks
            marks.setdefault(place, (mark, series.kind))
    return bars | marks, hidden


def _inked(char: str, kind: Kind | None, *, color: bool) -> str:
    return f"\x1b[{_COLORS[kind]}m{char}\x1b[0m" if color and kind else char


def _step(highest: Decimal, rows: int) -> Decimal:
    """What one row is worth: a round number, so that the highest price fits above zero."""
    least = max(highest, Decimal("0.01")) / rows
    size = Decimal(10) ** least.adjusted()
    for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)):
        if factor * size >= least:
            return factor * size
    return (least / size).to_integral_value(ROUND_CEILING) * size


def _dates(axis: _Axis) -> tuple[str, str]:
    """The axis with a tick for each date below it, and these dates; each begins under its tick,
    the last one ends there."""
    if axis.first == axis.last:
        middle = axis.columns // 2
        return "-" * middle + "+", " " * max(middle - 5, 0) + axis.first.isoformat()
    spots = max((axis.columns - 10) // 16, 1)
    columns = [(axis.columns - 10) * spot // spots for spot in range(spots)]
    ticks, dates = "", ""
    for column in columns:
        ticks = ticks.ljust(column, "-") + "+"
        dates = dates.ljust(column) + axis.day_at(column).isoformat()
    last = axis.columns - 1
    return ticks.ljust(last, "-") + "+", dates.ljust(last - 9) + axis.last.isoformat()


def _title(history: PriceHistory, currency: str, width: int) -> str:
    return _fitting(f"{history.gpu}: {currency} per GPU-hour", width)


def _fitting(text: str, width: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(one_line(text), width).rstrip()


def _key(series: Series, mark: str, width: int, color: bool) -> Iterator[str]:
    points = series.points
    months = f", {series.term_months} months" if series.term_months else ""
    names = sorted({name for point in points for name in point.providers}, key=str.lower)
    shown = ", ".join(names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    span = points[0].date if len(points) == 1 else f"{points[0].date} to {points[-1].date}"
    prices = sum(point.offers for point in points)
    text = (
        f"{series.kind}, {series.term.replace('_', ' ')}{months}: {_counted(prices, 'price')} of"
        f" {_counted(len(points), 'date')}, {span}; from {shown}{more}"
    )
    lines = list(_wrapped(text, width - 2))
    yield f"{_inked(mark, series.kind, color=color)} {lines[0]}"
    for line in lines[1:]:
        yield f"  {line}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns; where all is ASCII a column is a character."""
    line = one_line(text)
    if line.isascii():
        yield from textwrap.wrap(line, width)
        return
    yield from lines_of(line, width)


def _notes(history: PriceHistory, width: int) -> Iterator[str]:
    points = [point for series in history.series for point in series.points]
    notes = []
    if points:
        notes = [
            "A mark is the middle price of a date, the bar behind it runs from the lowest to the"
            " highest. Where there is no mark nothing is known; nothing is filled in."
        ]
    if any(len(point.date) < len("2026-01-01") for point in points):
        notes.append("A date that is only a month or a year is drawn at its end.")
    if any(point.thinned for point in points):
        notes.append("Of days older than three months only these three prices are kept.")
    if "history_not_readable" in history.unknowns:
        notes.append("The file of kept prices cannot be read: live prices are missing here.")
    elif "no_live_history" in history.unknowns:
        notes.append("No live price has been seen yet: turn on a source to begin.")
    if any(series.kind == "list" for series in history.series):
        notes.append("List prices are of different sellers on different dates: no trend by itself.")
    if history.suspicious:
        notes.append(f"Left out as suspicious: {history.suspicious}.")
    if history.undated:
        notes.append(f"Left out, undated: {history.undated}.")
    for note in notes:
        yield from _wrapped(note, width)
