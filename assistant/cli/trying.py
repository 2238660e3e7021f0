"""What a dry run shows: what would become of the files, and of the gold questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from assistant.cli.output import about, aside, harmless, one_line, progress, write

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.moving import MovedAnswer
    from kb.keeping.preview import Found, Moved, Preview
    from kb.knowledge_base import Trial

_QUOTE = 90  # characters of a passage
_LEAD = 240  # of an answer


@dataclass
class MovedAnswers:
    """Asks the gold questions whose answer a change may move, before and after it, while a dry
    run has both libraries at hand."""

    questions: Sequence[str]
    asked: int = 0
    moved: list[MovedAnswer] = field(default_factory=list)

    def look(self, trial: Trial) -> None:
        """Ask them; what moves is in `moved`."""
        import asyncio
        from datetime import UTC, datetime

        from assistant.moving import moved_answers
        from assistant.settings import default_home

        today = datetime.now(UTC).date()
        asking = moved_answers(
            trial, self.questions, default_home(), today, lambda at, of: progress("Asking", at, of)
        )
        self.moved, self.asked = asyncio.run(asking)

    def rows(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "asked": self.asked,
            "moved": [
                {
                    "question": one.question,
                    "before": _answer_row(one.before),
                    "after": _answer_row(one.after),
                    "figures_gone": one.figures_gone,
                    "figures_new": one.figures_new,
                }
                for one in self.moved
            ],
        }

    def show(self) -> None:
        """Tell which answers would change, and how."""
        for one in self.moved:
            write(f"{one_line(one.question)}")
            now, then = _first_other(one.before, one.after)
            write(f"  answers now:  {now}")
            write(f"  answers then: {then}")
            for label, figures in (("gone", one.figures_gone), ("new", one.figures_new)):
                if figures:
                    write(f"  figures {label}: {one_line(', '.join(figures))}")
        if self.asked:
            aside(f"{len(self.moved)} of {len(self.questions)} gold answers would change.")


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {"answer": answer.answer, "abstained": answer.abstained}


def _first_other(before: Answer, after: Answer) -> tuple[str, str]:
    """Of two answers the first line in which they differ."""
    lines = (answer.answer.splitlines() for answer in (before, after))
    pairs = zip_longest(*lines, fillvalue="")
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return _told_answer(before, one), _told_answer(after, other)


def _told_answer(answer: Answer, line: str) -> str:
    sign = "(no answer) " if answer.abstained else ""
    return sign + (harmless(one_line(line))[:_LEAD] or "nothing more")


def gold_rows(preview: Preview, answers: MovedAnswers) -> dict[str, Any]:
    """The part of a dry run's JSON document that is about gold questions."""
    moved = [_row(moved) for moved in preview.moved]
    return {"gold": {"asked": preview.asked, "moved": moved, "answers": answers.rows()}}


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
