"""Where a line of English, Chinese or both may end.

Textual breaks lines at spaces only. Chinese has none, so a long sentence would leave the line
before it half empty, cut names such as "Azure" in two, and begin lines with a full stop.
"""

from __future__ import annotations

import re

import textual.content
from rich.cells import cell_len
from textual.content import Content

_WIDE = "\u2e80-\u303f\u3041-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff"
_CLOSING = "，。、；：！？）》〉」』】〕”’…％·"
_OPENING = "（《〈「『【〔“‘"
_MARKER = r"\[\d{1,3}\]"
# One unit is never broken: a wide character or a run of narrow ones (a citation marker is a run
# of its own), with the punctuation that may not be parted from it and the spaces after it.
_UNIT = re.compile(
    rf"[{_OPENING}\[(]*"
    rf"(?:{_MARKER}|(?:(?!{_MARKER}|[\[(]{{1,3}}[{_WIDE}])[^\s{_WIDE}{_CLOSING}{_OPENING}])+|[{_WIDE}]|)"
    rf"[{_CLOSING},.;:!?)\]]*\s*"
)


def break_offsets(text: str, width: int) -> list[int]:
    """Where to cut `text`, one line of a paragraph, so that no piece is wider than `width`.

    Spaces at the end of a piece are not counted. A unit wider than `width` is cut itself.
    """
    offsets: list[int] = []
    used = 0
    for start, end in _units(text):
        unit = text[start:end]
        cells = cell_len(unit.rstrip())
        if used and used + cells > width:
            offsets.append(start)
            used = 0
        if cells > width:
            cuts = _cuts(unit.rstrip(), width)
            offsets += [start + cut for cut in cuts]
            unit = unit[cuts[-1] :] if cuts else unit
        used += cell_len(unit)
    return offsets


def wrapped(content: Content, width: int) -> list[Content]:
    """The lines of `content` in at most `width` cells each, without spaces at their ends."""
    width = max(width, 2)
    return [
        piece.rstrip()
        for line in content.split(allow_blank=True)
        for piece in line.divide(break_offsets(line.plain, width))
    ]


def widest_unit(text: str) -> int:
    """The cells of the widest stretch that should not be broken."""
    return max((cell_len(text[start:end].rstrip()) for start, end in _units(text)), default=0)


def _units(text: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    while at < len(text):
        match = _UNIT.match(text, at)
        end = match.end() if match is not None and match.end() > at else at + 1
        spans.append((at, end))
        at = end
    return spans


def _cuts(unit: str, width: int) -> list[int]:
    cuts, used = [], 0
    for at, character in enumerate(unit):
        cells = cell_len(character)
        if used and used + cells > width:
            cuts.append(at)
            used = 0
        used += cells
    return cuts


def use_everywhere() -> None:
    """Let Textual break the lines of all text this way; it has no setting for that."""

    def divide_line(text: str, width: int, fold: bool = True) -> list[int]:
        return break_offsets(text, width)

    textual.content.divide_line = divide_line  # type: ignore[attr-defined]
