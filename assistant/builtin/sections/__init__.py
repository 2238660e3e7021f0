"""The parts of an answer; each is written from the evidence of its own tools.

Lines are Markdown with evidence marks such as [p1.2] or [t2:gpu_hours]; grounding turns them
into citations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.builtin.signs import plain
from assistant.grounding.names import without_links


@dataclass
class Section:
    """Lines of one part of an answer; `answered` is false where the evidence is missing,
    `unsettled` true where it tells something, but not which of two it is."""

    lines: list[str] = field(default_factory=list)
    answered: bool = True
    unsettled: bool = False
    asked_back: bool = False
    gaps: list[str] = field(default_factory=list)


_LONGEST_NAME = 80


def foreign_name(text: str) -> str:
    """A name that somebody else wrote, as a cell of a table can hold it: 80 characters at most."""
    name = plain(without_links(text)).replace("|", "/")
    return (name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip()}…") or "?"
