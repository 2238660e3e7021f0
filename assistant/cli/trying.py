"""What a dry run shows: what would become of the files, and of the gold questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.cli.output import about, aside, harmless, one_line, write

if TYPE_CHECKING:
    from kb.keeping.preview import Found, Moved, Preview

_QUOTE = 90  # characters of a passage


def gold_rows(preview: Preview) -> dict[str, Any]:
    """The part of a dry run's JSON document that is about gold questions."""
    return {
        "gold": {"asked": preview.asked, "moved": [_row(moved) for moved in preview.moved]},
    }


def show_copies(copies: Mapping[str, Sequence[str]]) -> None:
    """Tell which articles tell the same story; search counts them once."""
    told: set[frozenset[str]] = set()
    for source, others in copies.items():
        group = frozenset((source, *others))
        if group not in told:  # of several that came in together one line is enough
            told.add(group)
            write(f"{one_line(source)} tells the same story as {', '.join(map(one_line, others))}")


def show_moved(preview: Preview) -> None:
    """Tell which gold questions would find something else first, before and after."""
    for moved in preview.moved:
        write(one_line(moved.question))
        write(f"  now:  {_told(moved.before)}")
        write(f"  then: {_told(moved.after)}")
    if preview.asked:
        aside(f"{len(preview.moved)} of {preview.asked} gold questions would find other passages.")


def _row(moved: Moved) -> dict[str, Any]:
    return {
        "question": moved.question,
        "before": _found_row(moved.before),
        "after": _found_row(moved.after),
    }


def _found_row(found: Found) -> dict[str, Any]:
    return {"source": found.source, "text": found.text, "rank": found.rank}


def _told(found: Found) -> str:
    if found.source is None:
        return "nothing"
    place = "its source is not found" if found.rank is None else f"its source is no. {found.rank}"
    text = one_line(found.text)
    shown = text if len(text) <= _QUOTE else f"{text[:_QUOTE].rstrip()}…"
    return harmless(about(found.source, place, shown))
