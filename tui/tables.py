"""A Markdown table laid out in terminal cells: columns share the width, cells wrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.content import Content

Align = Literal["left", "right", "center"]

_GAP = " │ "
_NARROWEST = 6
_RULE_STYLE = "$text-muted"


def table_content(
    headers: Sequence[Content],
    rows: Sequence[Sequence[Content]],
    aligns: Sequence[Align],
    width: int,
) -> Content:
    """The table in at most `width` cells; where that is too little, one block of lines a row."""
    count = len(headers)
    if count == 0:
        return Content("")
    squared = [[*row[:count], *[Content("")] * (count - len(row))] for row in rows]
    widths = _column_widths([headers, *squared], width - len(_GAP) * (count - 1))
    if widths is None:
        return _as_blocks(headers, squared)
    lines = _row_lines([header.stylize("bold") for header in headers], aligns, widths)
    wrapped = [_row_lines(row, aligns, widths) for row in squared]
    rule = Content.styled("─┼─".join("─" * cells for cells in widths), _RULE_STYLE)
    spaced = any(len(row) > 1 for row in wrapped)
    for number, row in enumerate(wrapped):
        if number == 0 or spaced:
            lines.append(rule)
        lines.extend(row)
    return Content("\n").join(lines)


def _column_widths(rows: Sequence[Sequence[Content]], width: int) -> list[int] | None:
    """Natural widths where they fit; otherwise the widest columns give way, evenly."""
    natural = [max(1, *(cell.cell_length for cell in column)) for column in zip(*rows, strict=True)]
    if sum(natural) <= width:
        return natural
    widths = [0] * len(natural)
    left = width
    by_width = sorted(range(len(natural)), key=natural.__getitem__)
    for place, column in enumerate(by_width):
        widths[column] = min(natural[column], left // (len(natural) - place))
        left -= widths[column]
    narrow = any(
        given < min(_NARROWEST, wanted) for given, wanted in zip(widths, natural, strict=True)
    )
    return None if narrow else widths


def _row_lines(
    row: Sequence[Content], aligns: Sequence[Align], widths: Sequence[int]
) -> list[Content]:
    cells = [
        [line.rstrip() for line in cell.wrap(width)] if cell else [Content("")]
        for cell, width in zip(row, widths, strict=True)
    ]
    gap = Content.styled(_GAP, _RULE_STYLE)
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


def _as_blocks(headers: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Content:
    blocks = [
        Content("\n").join(
            Content.assemble(header.stylize("bold"), ": ", cell)
            for header, cell in zip(headers, row, strict=True)
            if cell
        )
        for row in rows
    ]
    return Content("\n\n").join(blocks)
