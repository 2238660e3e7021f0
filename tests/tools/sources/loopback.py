"""A server on this machine that speaks a provider's schema, and can fail as servers do."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What the adapter sent. Header names are in small letters; `query` holds the last value."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What the server says: `body` as JSON, or as it is where it is bytes."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answerer = Callable[[Request], Reply]
# Ways to fail that no reply can express.
FAULTS = ("hang", "drip", "cut")


class Loopback:
    """A running server. `answer` may be changed while it runs; `fault` is one of FAULTS or None.
    `seen` holds every request. `certificate`: a PEM file with certificate and key, for https."""

    def __init__(self, answer: Answerer, certificate: Path | None = None) -> None:
        self.answer = answer
        self.fault: str | None = None
        self.seen: list[Request] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(answer: Answerer, certificate: Path | None = None) -> Iterator[Loopback]:
    """A server for the length of a `with`."""
    server = Loopback(answer, certificate)
    try:
        yield server
    finally:
        server.close()


def _handler(server: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("content-length") or 0)
            request = Request(
                self.command,
                parts.path,
                {name: values[-1] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(size),
            )
            server.seen.append(request)
            self.close_connection = True
            if server.fault == "hang":
                server.closing.wait()
                return
            # Either error: the adapter gave up first.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._send(server.answer(request))

        def _send(self, reply: Reply) -> None:
            raw = reply.raw()
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if server.fault == "cut":
                self.wfile.write(raw[: len(raw) // 2])
            elif server.fault == "drip":
                for n in range(len(raw)):
                    if server.closing.wait(0.05):
                        return
                    self.wfile.write(raw[n : n + 1])
                    self.wfile.flush()
            else:
                self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler
