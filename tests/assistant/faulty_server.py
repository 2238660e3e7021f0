"""A server on this machine that speaks OpenAI's chat completions over server-sent events, and
breaks in the ways that real ones do. A script says what each call meets; the last step repeats."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "faulty-1"


class Reply:
    """One answer on the wire. Nothing is sent before the first call of a method."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler, self._closing = handler, closing
        self._begun = False

    def status(self, code: int, headers: dict[str, str] | None = None, body: str = "") -> None:
        """A whole answer that is no stream, such as an error."""
        error = {"error": {"message": body or "no", "type": "error", "code": None, "param": None}}
        self.json(json.dumps(error).encode(), code=code, headers=headers)

    def json(
        self,
        data: bytes,
        *,
        code: int = 200,
        headers: dict[str, str] | None = None,
        promised: int | None = None,
    ) -> None:
        """These bytes as a body that says to be JSON and to be `promised` bytes long."""
        self._handler.send_response(code)
        for name, value in (headers or {}).items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Type", "application/json")
        self._handler.send_header("Content-Length", str(promised or len(data)))
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()
        self._handler.wfile.write(data)
        self._handler.wfile.flush()
        self._handler.close_connection = True

    def whole(
        self, text: str | None, calls: Sequence[tuple[str, str]] = (), finish: str = "stop"
    ) -> None:
        """A `chat.completion`: the whole answer at once, for a client that wants no stream."""
        made = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": args}}
            for n, (name, args) in enumerate(calls)
        ]
        message = {"role": "assistant", "content": text} | ({"tool_calls": made} if made else {})
        told = {
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }  # fmt: skip
        self.json(json.dumps(told).encode())

    def raw(self, data: bytes) -> None:
        """Bytes of the stream as they are."""
        if not self._begun:
            self._begun = True
            self._handler.send_response(200)
            self._handler.send_header("Content-Type", "text/event-stream")
            self._handler.send_header("Connection", "close")
            self._handler.end_headers()
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> None:
        """One `chat.completion.chunk`."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        told = {
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL,
            "choices": [choice], **more,
        }  # fmt: skip
        self.raw(b"data: " + json.dumps(told).encode() + b"\n\n")

    def text(self, *pieces: str) -> None:
        """Pieces of the answer's text."""
        for piece in pieces:
            self.chunk({"role": "assistant", "content": piece})

    def call(self, name: str, arguments: str, number: int = 0) -> None:
        """A tool call whose arguments are this text, valid or not."""
        function = {"name": name, "arguments": arguments}
        call = {"index": number, "id": f"call_{number}", "type": "function", "function": function}
        self.chunk({"role": "assistant", "content": None, "tool_calls": [call]})

    def end(self, finish: str = "stop", usage: tuple[int, int] | None = (100, 20)) -> None:
        """The reason why it ends, what it took, and the end of the stream."""
        self.chunk({}, finish)
        if usage is not None:
            taken = {
                "prompt_tokens": usage[0], "completion_tokens": usage[1],
                "total_tokens": sum(usage),
            }  # fmt: skip
            told = {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                "model": MODEL, "choices": [], "usage": taken,
            }  # fmt: skip
            self.raw(b"data: " + json.dumps(told).encode() + b"\n\n")
        self.raw(b"data: [DONE]\n\n")

    def hang(self) -> None:
        """Say nothing more until the server is closed."""
        self._closing.wait()

    def reset(self) -> None:
        """Break the connection off, without a goodbye."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


Step = Callable[[Reply, dict[str, Any]], None]


class FaultyServer:
    """`url` for a spec, and the bodies of the requests that came (`asked`)."""

    def __init__(self, script: Sequence[Step]) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._script = list(script)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Its address, as OpenAI's clients want it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def spec(self) -> str:
        """The spec of the model that it serves."""
        return f"{self.url}#{MODEL}"

    def start(self) -> None:
        """Serve until `close`."""
        self._thread.start()

    def close(self) -> None:
        """Let hanging answers go, and end."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self, body: dict[str, Any], headers: dict[str, str]) -> Step:
        with self._lock:
            step = self._script[min(len(self.asked), len(self._script) - 1)]
            self.asked.append(body)
            self.headers.append(headers)
            return step

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/v1/chat/completions"
                sent = {name.lower(): value for name, value in self.headers.items()}
                step = outer._next(body, sent)
                with suppress(OSError):  # the client has gone
                    step(Reply(self, outer._closing), body)

            def do_GET(self) -> None:
                told = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                data = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def finish(self) -> None:
                with suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, *about: object) -> None:
                pass

        return Handler


@contextmanager
def faulty(*script: Step) -> Iterator[FaultyServer]:
    """A running server with a script."""
    server = FaultyServer(script)
    server.start()
    try:
        yield server
    finally:
        server.close()
