"""`compute-desk batch`: the questions of a file, answered one line of JSON each."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.failure import FAILED, INTERRUPTED, WrongUsage
from assistant.cli.output import about, aside, one_line, progress, write

if TYPE_CHECKING:
    from assistant.batch import Item, Line

_Put = Callable[["Line"], None]
_LONGEST = 300  # characters of a question that are repeated above its answer


@dataclass
class Tally:
    """How far a run has come."""

    there: int
    asked: int = 0
    failed: int = 0


def batch(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Questions: lines of text, JSON Lines (.jsonl) or a YAML list."
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each answer as one line of JSON.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl", help="Append these lines to a file; what it answers is skipped."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, max=32, help="Questions asked at a time; for hosted models.")
    ] = 1,
    model: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="Chat model, such as openai:gpt-5-mini or builtin."),
    ] = None,
) -> None:
    """Answer the questions of a file. What goes wrong with one is told in its line, and the others
    go on; the exit code is then 1.

    Stop it with Ctrl-C: with --out, the same command later goes on where it was.
    """
    if as_json and out is not None:
        raise WrongUsage("--json and --out exclude each other", "give one of them")

    from assistant.batch import earlier_lines, read_items, rest

    items = read_items(file)
    left = items if out is None else rest(items, earlier_lines(out))
    tally = Tally(there=len(items) - len(left))
    stopped = _run(left, tally, jobs, model, _writer(as_json, out))
    _sum_up(tally, len(items))
    if stopped:
        aside("Stopped." if out is None else "Stopped; the same command goes on.")
        raise typer.Exit(INTERRUPTED)
    if tally.failed:
        raise typer.Exit(FAILED)


def _run(items: Sequence[Item], tally: Tally, jobs: int, model: str | None, put: _Put) -> bool:
    """Ask and write; whether somebody stopped it."""
    import asyncio

    from assistant.assistant import Assistant
    from assistant.batch import ask_all

    told: set[str] = set()

    async def ask(desk: Assistant) -> None:
        async with aclosing(ask_all(desk, items, jobs)) as answers:
            async for asked in answers:
                progress("", 1, 1)  # the bar makes room for what is written
                put(asked.line)
                tally.asked += 1
                tally.failed += asked.failed
                for note in asked.notes:
                    if note not in told:
                        told.add(note)
                        aside(note)
                progress("Asking", tally.asked, len(items))

    try:
        with Assistant.open(model=model) as desk:
            progress("Asking", 0, len(items))
            if items:
                desk.warm()  # a model that cannot be asked is one error, not one a question
                asyncio.run(ask(desk))
    except KeyboardInterrupt:
        progress("", 1, 1)
        return True
    return False


def _writer(as_json: bool, out: Path | None) -> _Put:
    if out is not None:
        out.touch()  # before anything is asked
        return lambda line: _append(out, line)
    return _print_line if as_json else _print


def _append(path: Path, line: Line) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _print_line(line: Line) -> None:
    write(json.dumps(line, ensure_ascii=False))
    sys.stdout.flush()


def _print(line: dict[str, Any]) -> None:
    from assistant.answer import Answer
    from assistant.cli.rendering import page_for

    asked = one_line(line["question"])
    heading = asked if len(asked) <= _LONGEST else f"{asked[:_LONGEST]}..."
    write(f"## {line['number']}. {heading}\n")
    if "error" in line:
        error = line["error"]
        write(one_line(f"Error: {error['message'].rstrip('. ')}. {error['hint']}") + "\n")
        sys.stdout.flush()
        return
    answer = Answer.model_validate(line)
    page = page_for(sys.stdout, plain=False)
    page.add(answer.answer)
    page.finish(answer)
    write()


def _sum_up(tally: Tally, questions: int) -> None:
    answered = tally.asked - tally.failed
    aside(
        about(
            f"{answered} of {questions} questions answered",
            f"{tally.failed} failed" if tally.failed else None,
            f"{tally.there} were answered before" if tally.there else None,
        )
    )
