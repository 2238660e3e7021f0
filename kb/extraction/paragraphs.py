"""Paragraphs from the lines of a printed page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import quantiles

from kb.texts.detect import CJK

_EDGE = 2  # lines at the top and at the bottom of a page where headers and footers stand
_SENTENCE_END = re.compile(r"[.!?。！？：:；;…][\"'”’」』）)\]]*$")
_ITEM = re.compile(r"(?:[-*•·▪◦–]|\d{1,2}[.)、]|[(（]\d{1,2}[)）])\s*\S")
_WIDE = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uffef]")
_BROKEN_WORD = re.compile(r"(?<=[a-z])-$")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)", re.ASCII)
_SHORT = 0.75  # of a full line: a shorter one ends its paragraph


def joined(pages: Sequence[str]) -> str:
    """The text of `pages` in paragraphs with a blank line between.

    Wrapped lines are joined, words broken at a line end made whole, page numbers and lines that
    stand at the edge of most pages left out.
    """
    kept = _without_edges([[line.strip() for line in page.split("\n")] for page in pages])
    lines = [line for page in kept for line in page]
    full = _full_width(lines)
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        if not line:
            goes_on = False
            continue
        if goes_on and not _ITEM.match(line):
            paragraphs[-1] = _glued(paragraphs[-1], line)
        else:
            paragraphs.append(line)
        ends = _SENTENCE_END.search(line) is not None
        goes_on = _width(line) >= full * (0.97 if ends else _SHORT)
    return "\n\n".join(paragraphs)


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    pages = [[line for line in page if line] for page in pages]
    seen = Counter(
        key
        for number, page in enumerate(pages)
        for key in {key for line in page[:_EDGE] + page[-_EDGE:] for key in _keys(line, number)}
    )
    repeated = {key for key, count in seen.items() if count >= 3 and count * 2 > len(pages)}
    cleaned = []
    for number, page in enumerate(pages):
        inner = range(_EDGE, len(page) - _EDGE)
        kept = [
            line
            for at, line in enumerate(page)
            if at in inner or not repeated.intersection(_keys(line, number))
        ]
        cleaned.append(kept if inner else page)
    return cleaned


def _keys(line: str, page: int) -> list[str]:
    """The line, and the line with each number in it told by its distance from the page's: a
    number that runs with the pages is a page number, any other is a figure to keep."""
    numbers = list(_NUMBER.finditer(line))[:4]
    return [line] + [
        f"{line[: m.start()]}<{int(m.group()) - page}>{line[m.end() :]}" for m in numbers
    ]


def _full_width(lines: Sequence[str]) -> float:
    """What a line that fills its column measures: most lines of running text do."""
    widths = sorted(_width(line) for line in lines if line)
    if len(widths) < 2:
        return 60.0
    return max(30.0, quantiles(widths, n=10)[7])


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def _glued(before: str, line: str) -> str:
    if _BROKEN_WORD.search(before) and line[:1].islower():
        return before[:-1] + line
    if _WIDE.match(before[-1:]) and _WIDE.match(line[:1]):
        return before + line
    return f"{before} {line}"
