"""A founder's desk behind the proxy of docs/publishing.md: its rules let through all that a desk
needs, and nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from kb.errors import ServerRefused
from kb.knowledge_base import KnowledgeBase
from kb.publication.address import Address
from kb.publication.gap_exchange import collect
from kb.publication.published import PublishedKnowledge
from kb.publication.server import ChromaServer
from tests.chroma_server import ChromaProcess
from tests.kb.conftest import WordEmbedder

pytestmark = pytest.mark.xdist_group("chroma")

PAGE = Path(__file__).parents[2] / "docs/publishing.md"
WHO = {
    "Bearer KEY-OF-THE-STAFF": "staff",
    "Bearer KEY-OF-THE-FOUNDERS": "founder",
}


def rules(collections: dict[str, str]) -> list[re.Pattern[str]]:
    """The rules of the page, with the ids that `kb publish` printed."""
    text = PAGE.read_text(encoding="utf-8")
    for name, identity in collections.items():
        text = text.replace(
            f"ID-OF-{name.removeprefix('compute-desk_').split('_')[0].upper()}", identity
        )
    found = [re.compile(rule) for rule in re.findall(r'^    "~(\^.+)" 1;$', text, re.MULTILINE)]
    assert len(found) == 5
    return found


class Proxy(ThreadingHTTPServer):
    """Passes on what the rules allow, and keeps what was asked."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.daemon_threads = True
        self.target = target
        self.rules: list[re.Pattern[str]] = []
        self.asked: list[str] = []


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        who = WHO.get(self.headers.get("Authorization", ""), "")
        asked = f"{who} {self.command} {self.path}"
        self.server.asked.append(asked)
        if not who or not any(rule.match(asked) for rule in self.server.rules):
            return self._answer(403 if who else 401, b"no")
        with httpx.Client(timeout=30) as client:
            headers = {"Content-Type": "application/json"}
            place = self.server.target + self.path
            answer = client.request(self.command, place, content=body, headers=headers)
        return self._answer(answer.status_code, answer.content)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    chroma = ChromaProcess(tmp_path / "chroma")
    chroma.start()
    server = Proxy(chroma.root)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    chroma.kill()


def test_the_rules_of_the_page_are_enough_for_a_founder_and_no_more(
    proxy: Proxy, tmp_path: Path, embedder: WordEmbedder, small_library: list[str]
) -> None:
    url = f"http://127.0.0.1:{proxy.server_port}"
    staff, founder = "KEY-OF-THE-STAFF", "KEY-OF-THE-FOUNDERS"
    proxy.rules = [re.compile("^staff ")]
    kb = KnowledgeBase.open(tmp_path / "home", embedder=embedder)
    path = tmp_path / "memo.md"
    old = None
    for price in ("two", "three"):
        path.write_text(f"# Zephyr\n\nThe Zephyr fund lends GPUs at {price} dollars.\n")
        old = kb.add(path, replace=old).source.id
        done = kb.publish(url, staff)
    assert old is not None
    proxy.rules = rules(done.collections)

    proxy.asked.clear()
    desk = PublishedKnowledge.open(
        tmp_path / "founder", url, key=founder, embedder=embedder, send_gaps=True
    )
    assert "three" in desk.search("Zephyr fund GPUs", 1)[0].passage.text
    assert desk.programs()
    [first, _] = [change.version for change in kb.history(old)]
    assert "two" in desk.source(old, first).text
    desk.record_gap("What else?", "en", ["all"])
    desk.close()
    assert {asked.split()[0] for asked in proxy.asked} == {"founder"}
    assert {asked.rpartition("/")[2] for asked in proxy.asked if " POST " in asked} == {
        "get", "query", "upsert",
    }  # fmt: skip
    server = ChromaServer(Address.parse(url), staff)
    [gap] = collect(server)
    assert gap.question == "What else?"
    server.close()

    with pytest.raises(ServerRefused, match="403"):
        kb.publish(url, founder)
    with pytest.raises(ServerRefused, match="401"):
        kb.publish(url, None)
    kb.close()
    place = Address.parse(url).collections
    gaps, passages = (
        next(identity for name, identity in done.collections.items() if part in name)
        for part in ("gaps", "passages")
    )
    with httpx.Client(headers={"Authorization": f"Bearer {founder}"}, timeout=30) as client:
        for method, path_ in (
            ("POST", f"/{gaps}/get"),
            ("POST", f"/{passages}/upsert"),
            ("POST", f"/{passages}/delete"),
            ("PUT", f"/{passages}"),
            ("DELETE", "/compute-desk_head"),
            ("POST", ""),
            ("GET", "?limit=10"),
            ("POST", f"/{passages}/../{gaps}/get"),
        ):
            assert client.request(method, f"{place}{path_}", json={}).status_code == 403, path_
