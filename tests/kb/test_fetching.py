"""Pages come from a real server on the loopback; everything private is refused unless named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb.errors import UnreadableSource
from kb.intake import fetching
from kb.intake.fetching import fetch, is_url

PAGE = b"<html><body><p>Helios lends 640 GPUs.</p></body></html>"


class Handler(BaseHTTPRequestHandler):
    """One page, and the ways in which a page can go wrong."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/page":
            self._send(200, PAGE)
        elif path == "/moved":
            self._send(302, b"", {"Location": "/page"})
        elif path == "/loop":
            self._send(302, b"", {"Location": "/loop"})
        elif path == "/away":
            self._send(302, b"", {"Location": query})
        elif path == "/host":
            self._send(200, (self.headers["Host"] or "").encode())
        elif path == "/empty":
            self._send(200, b" \n")
        elif path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                if self.server.stopped.wait(0.02):  # type: ignore[attr-defined]
                    break
        else:
            self._send(404, b"no")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.stopped = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


HERE = frozenset({"127.0.0.1"})


def test_page_and_redirect(site: str) -> None:
    assert fetch(f"{site}/page", allowed=HERE).data == PAGE
    moved = fetch(f"{site}/moved", allowed=HERE)
    assert (moved.data, moved.url, moved.name) == (PAGE, f"{site}/page", "page")


def test_host_header_is_the_name_and_not_the_address(site: str) -> None:
    port = site.rpartition(":")[2]
    host = fetch(f"http://localhost:{port}/host", allowed={"localhost"}).data
    assert host == f"localhost:{port}".encode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.8/x",
        "http://169.254.169.254/latest/meta-data", "http://192.168.1.1/", "http://0.0.0.0/",
        "http://2130706433/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(UnreadableSource, match=r"private network|not known"):
        fetch(url)


def test_redirect_into_a_private_network_is_refused(site: str) -> None:
    with pytest.raises(UnreadableSource, match="private network"):
        fetch(f"{site}/away?http://10.0.0.8/secret", allowed=HERE)
    with pytest.raises(UnreadableSource, match="no http or https address"):
        fetch(f"{site}/away?file:///etc/passwd", allowed=HERE)


@pytest.mark.parametrize(
    ("path", "told"),
    [("/none", "answered 404"), ("/loop", "redirects more than"), ("/empty", "is empty")],
)
def test_pages_that_cannot_be_read(site: str, path: str, told: str) -> None:
    with pytest.raises(UnreadableSource, match=told) as failure:
        fetch(f"{site}{path}", allowed=HERE)
    assert failure.value.hint


def test_deadline_ends_a_slow_page(site: str) -> None:
    with pytest.raises(UnreadableSource, match="did not end in time"):
        fetch(f"{site}/drip", allowed=HERE, deadline=0.2)


def test_size_is_capped(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SIZE_LIMIT", 10)
    with pytest.raises(UnreadableSource, match="more than 0 MB"):
        fetch(f"{site}/page", allowed=HERE)


def test_credentials_and_queries_stay_out_of_errors(site: str) -> None:
    port = site.rpartition(":")[2]
    with pytest.raises(UnreadableSource) as failure:
        fetch(f"http://user:secret@127.0.0.1:{port}/none?token=secret", allowed=HERE)
    assert "secret" not in failure.value.message


def test_what_is_a_url() -> None:
    assert is_url("HTTPS://example.org/a")
    assert not is_url("notes.md")
    assert not is_url("httpsnotes")
