"""`compute-desk approve`: save what an answer proposed to keep of the company."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import document, one_line, write

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.assistant import Assistant


def approve(
    answer: Annotated[
        str | None,
        typer.Argument(
            metavar="[ANSWER_ID]", help="The answer that proposed it; default: the last."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Save without asking once more.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Save what an answer proposed, after showing it: these values and no others.

    An answer saves nothing itself. It proposes when you ask to remember something of your company.
    """
    from assistant.assistant import Assistant
    from assistant.profile import FIELDS

    with Assistant.open() as desk:
        proposing = desk.saved(answer) if answer is not None else _latest(desk)
        if proposing is None or not proposing.proposals:
            raise WrongUsage(
                "that answer proposes nothing", 'ask first: "remember that we are a seed company"'
            )
        for proposal in proposing.proposals:
            if not as_json:
                for key in FIELDS:
                    if key in proposal.args:
                        write(f"{key}: {one_line(str(proposal.args[key]))}")
            if not (yes or _agreed()):
                raise WrongUsage("nothing was saved", "agree with y, or give --yes")
            profile = desk.approve(proposing.id, proposal)
    if as_json:
        document({"profile": profile.model_dump(mode="json")})
        return
    write("saved")


def _latest(desk: Assistant) -> Answer | None:
    """The last answer of the conversation that went on last."""
    sessions = desk.sessions()
    return desk.turns(sessions[0].id)[-1] if sessions else None


def _agreed() -> bool:
    if not (sys.stdin and sys.stdin.isatty()):
        raise WrongUsage("saving needs your word", "give --yes, or run it in a terminal")
    return typer.confirm("Save this?", err=True)
