"""`compute-desk mcp`: the desk as a server for other programs."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import aside

_PORT = 8763


def mcp(
    over_http: Annotated[
        bool, typer.Option("--http", help="Listen on this machine, in place of stdin and stdout.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Port for --http: {_PORT}; 0 takes a free one."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="Chat model, such as openai:gpt-5-mini or builtin."),
    ] = None,
) -> None:
    """Serve the desk over the Model Context Protocol: `ask`, the agent's tools, the library.

    Without --http it speaks on standard input and output, for the program that starts it. With
    --http it listens on 127.0.0.1 and prints, on stderr, the address and the token that each
    request must carry.
    """
    if port is not None and not over_http:
        raise WrongUsage("--port goes with --http", "add --http, or leave --port out")

    from assistant.assistant import Assistant
    from assistant.mcp.serving import serve_http, serve_stdio

    with Assistant.open(model=model) as desk:
        if over_http:
            serve_http(desk, _PORT if port is None else port, _tell)
        else:
            serve_stdio(desk)


def _tell(address: str, token: str) -> None:
    aside(f"Listening on {address}")
    aside(f"Send with each request: Authorization: Bearer {token}")
