"""Serving: on standard input and output, or over HTTP on loopback to whoever has the token."""

from __future__ import annotations

import hmac
import logging
import secrets
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.mcp.server import build_server

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from starlette.types import ASGIApp, Receive, Scope, Send

    from assistant.assistant import Assistant

HOST = "127.0.0.1"
PATH = "/mcp"
_LONGEST_BODY = 256 * 1024  # bytes; the longest question is 8,000 characters
_SESSIONS = 100


class PortTaken(AssistantError):
    """The port cannot be listened on."""

    code = "port_taken"


class TokenRequired:
    """Passes on HTTP requests that carry `Authorization: Bearer TOKEN`; answers 401 to others
    before it reads them."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._admits(scope):
            await self._app(scope, receive, send)
            return
        from starlette.responses import PlainTextResponse

        headers = {"WWW-Authenticate": 'Bearer realm="compute-desk"'}
        await PlainTextResponse("a token is needed", 401, headers)(scope, receive, send)

    def _admits(self, scope: Scope) -> bool:
        given = [value for name, value in scope.get("headers", ()) if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._expected)


def serve_stdio(desk: Assistant) -> None:
    """Serve one program until it closes our standard input. Nothing else is written to stdout."""
    import anyio
    from mcp.server.stdio import stdio_server

    server = build_server(desk)
    _keep_quiet()

    async def serve() -> None:
        async with stdio_server() as (requests, answers):
            await server.run(requests, answers, server.create_initialization_options())

    # A thread of the library waits for the next line and holds up any other end; what was
    # answered is saved, so that Ctrl-C may simply end the process.
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(serve)
    finally:
        signal.signal(signal.SIGINT, usual)


def serve_http(desk: Assistant, port: int, tell: Callable[[str, str], None]) -> None:
    """Serve programs of this machine until interrupted. `port` 0 takes a free one; `tell` gets the
    address and the token once it listens. Raises `PortTaken`."""
    import uvicorn

    listening = _listen(port)
    with listening:
        address = f"{HOST}:{listening.getsockname()[1]}"
        token = secrets.token_urlsafe(32)
        app = http_app(build_server(desk), listening.getsockname()[1], token)
        _keep_quiet()
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, ws="none",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        tell(f"http://{address}{PATH}", token)
        uvicorn.Server(config).run(sockets=[listening])


def http_app(server: Server[Any], port: int, token: str) -> ASGIApp:
    """The server as an application for `127.0.0.1:port`: a request needs the token, and names this
    address as its host and, if it has one, as its origin, so that no web page can reach it."""
    from mcp.server.transport_security import TransportSecuritySettings

    hosts = [f"{name}:{port}" for name in (HOST, "localhost")]
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=_LONGEST_BODY,
        max_sessions=_SESSIONS,
        transport_security=TransportSecuritySettings(
            allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts]
        ),
    )
    return TokenRequired(app, token)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()  # who is told the address may come before the loop runs
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"port {port} cannot be used: {error.strerror}", "name another: --port P"
        ) from error
    return listening


def _keep_quiet() -> None:
    """The protocol's library logs what clients send; what a person should know, the desk says."""
    for name in ("mcp", "uvicorn"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
