"""`compute-desk replay`: a saved answer, made again from what was kept of its turn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.failure import FAILED
from assistant.cli.output import document, harmless, one_line, write

if TYPE_CHECKING:
    from assistant.replaying import Replay

_LONGEST = 300  # characters of a side of a difference


def replay(
    answer_id: Annotated[
        str, typer.Argument(metavar="ANSWER_ID", help="The `id` of `ask --json`.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a saved answer and make it again: the library of then, the recorded results of its
    tools, the same graph. Says whether it comes out the same to the byte, or else what differs
    (exit code 1). No tool runs and no chat model is asked.
    """
    from assistant.assistant import Assistant
    from assistant.cli.rendering import page_for

    with Assistant.open() as desk:
        replayed = desk.replay(answer_id)
    if as_json:
        document(_document(replayed))
    else:
        write(one_line(replayed.answer.question))
        write()
        page = page_for(sys.stdout, plain=False)
        page.add(replayed.answer.answer)
        page.finish(replayed.answer)
        write()
        for line in _verdict(replayed):
            write(line)
    if not replayed.same:
        raise typer.Exit(FAILED)


def _document(replayed: Replay) -> dict[str, Any]:
    return {"same": replayed.same, **replayed.model_dump(mode="json", exclude={"again"})}


def _verdict(replayed: Replay) -> list[str]:
    version = replayed.answer.library_version
    if replayed.again is None:
        kept = "It cannot be made again: an older version of Compute Desk kept its words only."
        return [kept]
    library = {
        "present": f"library {version}, as it is now",
        "history": f"library {version}, put together from the history",
        "moved": f"library {version} is no longer to be had",
    }[replayed.library]
    lines = [f"Made again from: {library}; program {replayed.program_then}."]
    if replayed.missing:
        lines.append(f"Not in its version of then: {', '.join(map(one_line, replayed.missing))}")
    if replayed.program_now != replayed.program_then:
        lines.append(f"This is program {replayed.program_now}: it may word things otherwise.")
    if replayed.same:
        return [*lines, "The same to the byte."]
    for one in replayed.differences:
        lines.append(f"Differs: {one.part}")
        lines += [f"  then: {_cut(one.then)}", f"  now:  {_cut(one.now)}"]
    return lines


def _cut(text: str) -> str:
    line = harmless(one_line(text))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
