"""`compute-desk sessions`: the saved conversations."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.output import aside, document, table


def sessions(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List saved conversations, the latest first. Resume one with --session ID."""
    from assistant.sessions import SessionStore
    from assistant.settings import default_home

    saved = SessionStore(default_home() / "sessions.sqlite").sessions()
    if as_json:
        document({"sessions": [session.model_dump() for session in saved]})
    elif saved:
        rows = [(s.id, s.updated[:16].replace("T", " "), s.turns, s.title) for s in saved]
        table(("ID", "Last used (UTC)", "Turns", "First question"), rows)
    else:
        aside("No saved conversations yet.")
