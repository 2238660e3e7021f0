"""A Markdown table laid out in terminal cells: in columns, or as one card a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.content import Content

from tui.themes import MUTED
from tui.wrapping import widest_unit, wrapped

Align = Literal["left", "right", "center"]
Lines = list[Content]

_GAP = " │ "
_LONGEST_WORD = 12
_INDENT = "  "


def table_content(
    headers: Sequence[Content],
    rows: Sequence[Sequence[Content]],
    aligns: Sequence[Align],
    width: int,
) -> Content:
    """The table in at most `width` cells, in columns while these can be read.

    Where columns would break words, or be so narrow that cards take fewer lines, each row is a
    card: its first cell as a heading, then a line for each other cell, named by its header.
    """
    count = len(headers)
    if count == 0:
        return Content("")
    squared = [[*row[:count], *[Content("")] * (count - len(row))] for row in rows]
    cards = _cards(headers, squared, width)
    widths = _column_widths([headers, *squared], width - len(_GAP) * (count - 1))
    columns = _columns(headers, squared, aligns, widths) if widths else None
    shown = columns if columns is not None and len(columns) <= len(cards) else cards
    return Content("\n").join(shown)


def _columns(
    headers: Sequence[Content],
    rows: Sequence[Sequence[Content]],
    aligns: Sequence[Align],
    widths: Sequence[int],
) -> Lines:
    lines = _row_lines([header.stylize("bold") for header in headers], aligns, widths)
    laid_out = [_row_lines(row, aligns, widths) for row in rows]
    rule = Content.styled("─┼─".join("─" * cells for cells in widths), MUTED)
    spaced = any(len(row) > 1 for row in laid_out)
    for number, row in enumerate(laid_out):
        if number == 0 or spaced:
            lines.append(rule)
        lines.extend(row)
    return lines


def _column_widths(rows: Sequence[Sequence[Content]], width: int) -> list[int] | None:
    """Natural widths where they fit; otherwise the widest columns give way, evenly.

    None where a column would have to break a word of ordinary length.
    """
    columns = list(zip(*rows, strict=True))
    natural = [max(1, *(cell.cell_length for cell in column)) for column in columns]
    if sum(natural) <= width:
        return natural
    least = [
        min(_LONGEST_WORD, max(widest_unit(cell.plain) for cell in column)) for column in columns
    ]
    widths = least[:]
    left = width - sum(least)
    if left < 0:
        return None
    wanting = sorted(range(len(natural)), key=lambda column: natural[column] - least[column])
    for place, column in enumerate(wanting):
        given = min(natural[column] - least[column], left // (len(wanting) - place))
        widths[column] += given
        left -= given
    return widths


def _row_lines(row: Sequence[Content], aligns: Sequence[Align], widths: Sequence[int]) -> Lines:
    cells = [
        wrapped(cell, width) if cell else [Content("")]
        for cell, width in zip(row, widths, strict=True)
    ]
    gap = Content.styled(_GAP, MUTED)
    return [
        gap.join(
            _placed(lines[number] if number < len(lines) else Content(""), align, width)
            for lines, align, width in zip(cells, aligns, widths, strict=True)
        )
        for number in range(max(map(len, cells)))
    ]


def _placed(line: Content, align: Align, width: int) -> Content:
    space = max(0, width - line.cell_length)
    match align:
        case "right":
            return line.pad_left(space)
        case "center":
            return line.pad_left(space // 2).pad_right(space - space // 2)
        case "left":
            return line.pad_right(space)


def _cards(headers: Sequence[Content], rows: Sequence[Sequence[Content]], width: int) -> Lines:
    lines: Lines = []
    for first, *others in rows:
        lines += [Content("")] if lines else []
        lines += wrapped(first.stylize("bold"), width)
        for header, cell in zip(headers[1:], others, strict=True):
            if cell:
                colon = ": " if header.plain.isascii() else "："
                named = Content.assemble(header.stylize(MUTED), colon, cell)
                lines += [
                    Content(_INDENT if number == 0 else _INDENT * 2) + line
                    for number, line in enumerate(wrapped(named, width - 2 * len(_INDENT)))
                ]
    return lines
