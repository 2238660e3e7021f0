"""What a founder meets at an address: another server, one that stalls, keys and certificates."""

from __future__ import annotations

import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kb.errors import KbError, ServerRefused, ServerSlow, ServerUnreachable
from kb.publication.address import Address
from kb.publication.published import PublishedKnowledge
from kb.publication.server import ChromaServer

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a web server that answers everything in one way."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http{'' if context is None else 's'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, body: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (says(200, b"<html>Welcome</html>"), ServerRefused, "no Chroma server"),
        (says(404, b"not here"), ServerRefused, "no Chroma server"),
        (says(200, b"[" * 200_000), ServerRefused, "no Chroma server"),
        (says(200, b'{"id": "../x", "name": 1}'), ServerRefused, "no Chroma server"),
        (says(401, b"who are you"), ServerRefused, "wants a key"),
        (says(403, b"not you"), ServerRefused, "wants a key"),
        (says(302, b"", Location="http://127.0.0.1:9/"), ServerRefused, "redirects"),
        (says(503, b"later"), ServerUnreachable, "not ready"),
        (says(500, b'{"error": "X", "message": "\x1b[31mboom"}'), ServerRefused, "boom"),
    ],
)  # fmt: skip
def test_a_server_that_is_something_else_is_said(
    tmp_path: Path, answer: Answer, error: type[KbError], message: str
) -> None:
    with (
        answering(answer) as url,
        PublishedKnowledge.open(tmp_path / "founder", url) as desk,
        pytest.raises(error, match=message) as caught,
    ):
        desk.search("GPU", 1)
    assert caught.value.hint


def test_an_answer_without_end_is_cut_off() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "999999999999")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 1_000_000)
        except OSError:
            handler.close_connection = True

    with answering(endless) as url:
        server = ChromaServer(Address.parse(url), None)
        with pytest.raises(ServerRefused, match="more than 64 MB"):
            server.collection("x")
        server.close()


def test_a_server_that_drips_is_not_waited_for() -> None:
    done = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            while not done.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
        except OSError:
            handler.close_connection = True

    with answering(drip) as url:
        server = ChromaServer(Address.parse(url), None, deadline=0.4)
        begun = time.monotonic()
        with pytest.raises(ServerSlow, match="did not answer in time"):
            server.collection("x")
        assert time.monotonic() - begun < 10
        server.close()
        done.set()


def test_the_key_is_sent_as_proxies_and_chroma_cloud_want_it() -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.path, {n.lower(): v for n, v in handler.headers.items()}))
        says(200, json.dumps({"id": "a-1", "name": "x", "metadata": None}).encode())(handler)

    with answering(note) as url:
        server = ChromaServer(Address.parse(f"{url}/kb?tenant=t1&database=desk"), "ck-secret")
        assert server.collection("x") is not None
        server.close()
    [(path, headers)] = seen
    assert path == "/kb/api/v2/tenants/t1/databases/desk/collections/x"
    assert headers["x-chroma-token"] == "ck-secret"
    assert headers["authorization"] == "Bearer ck-secret"


def test_the_key_is_in_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(says(401, b"ck-secret is wrong")) as url:
        server = ChromaServer(Address.parse(url), "ck-secret")
        with pytest.raises(ServerRefused) as caught:
            server.collection("x")
        server.close()
    assert "ck-secret" not in f"{caught.value.message} {caught.value.hint}"


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day - timedelta(days=3650))
        .not_valid_after(day + timedelta(days=36500))
        .add_extension(place, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_that_is_not_trusted_is_said_and_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    heartbeat = says(200, b'{"nanosecond heartbeat": 5000000000}')
    with answering(heartbeat, context) as url:
        server = ChromaServer(Address.parse(url), "ck-secret")
        with pytest.raises(ServerUnreachable, match="is not trusted") as caught:
            server.now()
        assert "SSL_CERT_FILE" in caught.value.hint
        server.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        trusting = ChromaServer(Address.parse(url), "ck-secret")
        assert trusting.now() == 5.0
        trusting.close()
