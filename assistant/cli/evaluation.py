"""`compute-desk eval`: the exam of a desk, over a file of gold questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from assistant.cli.failure import INTERRUPTED, WrongUsage
from assistant.cli.output import aside, document, one_line, progress, table, write

if TYPE_CHECKING:
    from assistant.evaluation.asking import Figures, Share
    from assistant.evaluation.judging import Judged
    from assistant.evaluation.questions import Question

_Half = Literal["tune", "check"]


def evaluate(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Questions with what a right answer holds, YAML.")
    ],
    half: Annotated[
        _Half | None, typer.Option(help="Ask this half only: to mend on, or to measure on.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Ask this kind only, such as fact or tool.")
    ] = None,
    show: Annotated[_Half, typer.Option(help="List the wrong answers of this half.")] = "tune",
    model: Annotated[
        str | None, typer.Option(metavar="SPEC", help="Chat model; default: the chosen one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Ask a file of gold questions and judge the answers. Nothing is recorded in the home.

    Questions fall in two halves by a hash of their words: mend on `tune`, measure on `check`.
    Stopped with Ctrl-C, it shows what it has.
    """
    from assistant.evaluation.questions import KINDS, read_questions

    if kind is not None and kind not in KINDS:
        raise WrongUsage(f"there is no kind {kind!r}", f"kinds: {', '.join(KINDS)}")
    questions = [
        question
        for question in read_questions(file)
        if half in (None, question.half) and kind in (None, question.kind)
    ]
    judged, stopped = _asked(questions, model)
    if as_json:
        document(_document(judged, len(questions), show))
    else:
        _show(judged, show)
    if stopped:
        aside(f"Stopped after {len(judged)} of {len(questions)} questions.")
        raise typer.Exit(INTERRUPTED)


def _asked(questions: Sequence[Question], model: str | None) -> tuple[list[Judged], bool]:
    """The answers, and whether somebody stopped it."""
    from assistant.assistant import Assistant
    from assistant.evaluation.asking import ask_all

    judged: list[Judged] = []
    try:
        with Assistant.open(model=model) as desk:
            progress("Asking", 0, len(questions))
            for one in ask_all(desk, questions):
                judged.append(one)
                progress("Asking", len(judged), len(questions))
    except KeyboardInterrupt:
        progress("", 1, 1)
        return judged, True
    return judged, False


def _document(judged: Sequence[Judged], questions: int, show: _Half) -> dict[str, Any]:
    from assistant.evaluation.asking import figures_of

    halves = {
        half: figures_of(those).model_dump()
        for half in ("tune", "check")
        if (those := [one for one in judged if one.question.half == half])
    }
    return {
        "questions": questions,
        "asked": len(judged),
        **figures_of(judged).model_dump(),
        "halves": halves,
        "failures": [_row(one) for one in _failed(judged, show)],
    }


def _failed(judged: Sequence[Judged], half: _Half) -> list[Judged]:
    those = [one for one in judged if one.question.half == half]
    return [one for one in those if one.faults or one.unsupported]


def _row(one: Judged) -> dict[str, Any]:
    return {
        "ask": one.question.ask,
        "after": one.question.after,
        "kind": one.question.kind,
        "faults": list(one.faults),
        "unsupported": list(one.unsupported),
        "answer": one.answer.answer,
    }


def _show(judged: Sequence[Judged], show: _Half) -> None:
    from assistant.evaluation.asking import figures_of

    for one in _failed(judged, show):
        asked = " > ".join(map(one_line, [*one.question.after, one.question.ask]))
        write(f"{one.question.kind}: {asked}")
        for fault in one.faults:
            write(f"  {one_line(fault)}")
        if one.unsupported:
            write(f"  without support: {one_line(', '.join(one.unsupported))}")
        write(f"  -> {one_line(one.answer.answer)[:240]}")
    sets = {"all": list(judged)} | {
        half: [one for one in judged if one.question.half == half] for half in ("tune", "check")
    }
    columns = [figures_of(those) for those in sets.values()]
    table(("", *sets), list(_rows(columns)))


def _rows(columns: Sequence[Figures]) -> list[tuple[str, ...]]:
    whole = columns[0]
    rows = [("right", *(_share(figures.right) for figures in columns))]
    for field in ("kinds", "scripts"):
        for name in getattr(whole, field):
            shares = (getattr(figures, field).get(name) for figures in columns)
            rows.append((name, *(_share(share) for share in shares)))
    for label, field in (
        ("figures supported", "supported"),
        ("wrongly abstained", "withheld"),
        ("answered without evidence", "without_evidence"),
    ):
        rows.append((label, *(_share(getattr(figures, field)) for figures in columns)))
    for label, field in (("seconds, median", "seconds_p50"), ("seconds, 95 %", "seconds_p95")):
        rows.append((label, *(_seconds(getattr(figures, field)) for figures in columns)))
    return rows


def _share(share: Share | None) -> str:
    if share is None or share.share is None:
        return "-"
    return f"{share.share:.1%} ({share.count} of {share.of})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
