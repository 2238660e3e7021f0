"""A draft in pieces that can be checked: lines, sentences, cells, and their evidence marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

# [p2.3] names a passage, [t2] a tool result, [t2:cost_usd.likely] a field of it.
MARK = re.compile(r"[ \t]*\[((?:p\d+\.\d+|t\d+)(?::[\w.-]+)?)\]")
_LEAD = re.compile(r"^(\s*(?:[-*+]\s+|\d{1,3}[.)]\s+|#{1,6}\s+|>\s?)*)")
# A remark in brackets after the full stop belongs to the sentence: "... GPUs. (reported, 2024)"
_REMARK = r"(?:[ ]?[(（](?:[^()（）\n]|[(（][^()（）\n]{0,80}[)）]){2,160}[)）])?"
_END = re.compile(
    rf"""(?:[.!?]+["'”’)*_]*(?=\s|$|\[[pt]\d)|[。！？；]+[”’」』）)*_]*){_REMARK}"""
    r"""(?:[ \t]*\[(?:p\d+\.\d+|t\d+)(?::[\w.-]+)?\])*"""
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:U\.S|U\.K|Inc|Ltd|Corp|Co|Dr|Mr|Ms|Mrs|No|vs|e\.g|i\.e|approx|est|Jr|St)|\b[A-Z])\.$"
)

_LONGEST_ABBREVIATION = 12
"""Characters before a full stop that are looked at."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or table cell: what a person reads, and the evidence it names.

    `row` is the evidence that the other cells of its row name: it supports this cell too.
    """

    text: str
    marks: tuple[str, ...]
    row: tuple[str, ...] = ()


def without_marks(text: str) -> tuple[str, tuple[str, ...]]:
    """The text a person reads and the ids in it, in order, each once."""
    marks = tuple(dict.fromkeys(match.group(1) for match in MARK.finditer(text)))
    return MARK.sub("", text), marks


def is_table_row(line: str) -> bool:
    """Whether a line of Markdown is a row of a table."""
    return line.lstrip().startswith("|") and line.rstrip().endswith("|")


def is_table_rule(line: str) -> bool:
    """Whether a line is the rule under a table's header."""
    return is_table_row(line) and not line.strip("|-: \t\n")


def cells(line: str) -> list[Unit]:
    """The cells of a table row."""
    inner = line.strip()[1:-1]
    _, row = without_marks(inner)
    return [Unit(*without_marks(cell.strip()), row) for cell in re.split(r"(?<!\\)\|", inner)]


def lead_of(line: str) -> str:
    """Bullet, number, heading or quote marks at the start of a line."""
    match = _LEAD.match(line)
    return match.group(1) if match else ""


def sentence_ends(text: str) -> list[int]:
    """Offsets just after each complete sentence, its closing marks included."""
    ends = []
    for match in _END.finditer(text):
        head = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start() + 1]
        if not _ABBREVIATION.search(head):
            ends.append(match.end())
    return ends


def sentences(text: str) -> list[Unit]:
    """The sentences of a line without its lead; the last may lack its full stop."""
    units, start = [], 0
    for end in [*sentence_ends(text), len(text)]:
        unit = Unit(*without_marks(text[start:end].strip()))
        if unit.text.strip("*_ "):
            units.append(unit)
        start = end
    return units
