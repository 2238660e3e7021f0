"""`compute-desk report`: an answer that seems wrong, for staff to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.output import aside, document, write


def report(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER_ID", help="One that `ask` told, or `id` of its JSON.")
    ],
    note: Annotated[
        str | None, typer.Argument(metavar="NOTE", help="What is wrong with it, in quotes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Put an answer on staff's list: the question, the answer, its evidence and your note.

    What your profile says is left out, and nothing else of you or the conversation goes along.
    Where the library is read from a server, it is sent if send_gaps = true in settings.toml.
    """
    from assistant.assistant import Assistant

    with Assistant.open() as desk:
        listed = desk.report(answer, note or "")
    if as_json:
        document({"reported": answer, "listed": listed})
        return
    write(f"reported · {answer}")
    if not listed:
        aside("It stays on this machine: to send it to the fund, set send_gaps = true.")
