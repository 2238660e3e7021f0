"""Passages that nobody will find, gold questions that lead nowhere, links that are dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb import starter
from kb.keeping import reach as reaching
from kb.keeping.findings import Finding, in_order
from kb.keeping.links import dead_links
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import Open


def add(kb: KnowledgeBase, folder: Path, **texts: str) -> dict[str, str]:
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text)
    outcomes = kb.add_all([folder / f"{name}.md" for name in texts])
    return {n: o.added.source.id for n, o in zip(texts, outcomes, strict=True) if o.added}


def told(kb: KnowledgeBase) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    for finding in kb.check_reach().findings:
        found.setdefault(finding.code, []).append(finding.source)
    return found


def test_a_good_article_is_reached(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    kb.add(article)
    result = kb.check_reach()
    assert result.findings == []
    assert (result.tried, result.passages) == (2, 2)


def test_a_passage_that_its_own_words_do_not_find(open_kb: Open, tmp_path: Path) -> None:
    """Twelve articles with the same first sentence: ten of them stand before the others."""
    opening = "Here is what the reader should know about terms and prices of accelerators."
    names = "apple birch cedar daisy elm fir grape hazel iris juniper kale lemon".split()
    texts = {
        name: f"# {name}\n\n{opening} " + f"The {name} fund lends {n}41 of the {name} kind. " * 2
        for n, name in enumerate(names)
    }
    kb = open_kb()
    add(kb, tmp_path, **texts)
    lost = told(kb).get("unreachable", [])
    assert 1 <= len(lost) <= 4


def test_short_passages_and_boilerplate(open_kb: Open, tmp_path: Path) -> None:
    line = "Subscribe to our newsletter to get the latest news about startups."
    verbs = "lends sells rents hires buys builds plans opens closes leases repays grows".split()
    texts = {}
    for name in ("Zephyr", "Boreas", "Notus"):
        story = [f"{name} {verb} {name.lower()}{n} cards of {name} kind." for n, verb in
                 enumerate(verbs)]  # fmt: skip
        texts[name] = f"# {name}\n\n{' '.join(story)}\n\n{line}\n"
    texts["tiny"] = "# Cards\n\nOK go.\n"
    kb = open_kb()
    ids = add(kb, tmp_path, **texts)
    found = told(kb)
    assert found["short_passage"] == [ids.pop("tiny")]
    assert sorted(map(str, found["boilerplate"])) == sorted(ids.values())


def test_a_large_library_is_looked_at_in_parts(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    kb.add(article)
    monkeypatch.setattr(reaching, "LOOKED_AT", 1)
    assert (kb.check_reach().tried, kb.check_reach().passages) == (1, 2)


def test_an_edit_that_the_index_has_not_followed_is_no_lost_passage(
    open_kb: Open, article: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    source = kb.add(article).source.id
    text = tmp_path / "home" / "library" / "articles" / source / "text.md"
    text.write_text(text.read_text().replace("Zephyr", "Boreas"))
    assert told(kb) == {}


def test_gold_questions_that_lead_nowhere(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    gold = tmp_path / "home" / "library" / "gold.yaml"
    gold.write_text(
        "questions:\n- {ask: a, find: [nothing, generate]}\n"
        "- {ask: b, find: generate, field: prise}\n- {ask: c, find: generate, field: price}\n"
    )
    found = [f for f in kb.check(600) if f.code == "gold"]
    assert [(f.severity, f.source, f.place) for f in found] == [
        ("warning", "generate", "gold.yaml, question 2"),
        ("warning", "nothing", "gold.yaml, question 1"),
    ]
    gold.write_text("questions: x")
    [finding] = [f for f in kb.check(600) if f.code == "gold"]
    assert finding.severity == "error"


class Site(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        status = {"/alive": 200, "/moved": 302, "/get-only": 405, "/shy": 403}
        self.send_response(status.get(self.path, 404))
        self.send_header("Location", "/gone" if self.path == "/moved" else "/alive")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response({"/get-only": 200, "/shy": 403}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_dead_links_are_told(site: str) -> None:
    links = {
        f"{site}/{name}": (name, "url") for name in ("alive", "get-only", "shy", "no", "moved")
    }
    heard: list[tuple[int, int]] = []
    found = list(dead_links(links, allowed=["127.0.0.1"],
                            progress=lambda *step: heard.append(step)))  # fmt: skip
    assert {f.source: f.message.rpartition(" ")[2] for f in found} == {"no": "404", "moved": "404"}
    assert heard[-1] == (5, 5)
    refused = list(dead_links({f"{site}/alive": ("alive", "url")}))
    assert "private network" in refused[0].message


def test_links_are_asked_for_where_staff_say_so(
    open_kb: Open, article: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "programs", lambda: ())  # their links are real
    head = f"---\ntitle: Zephyr\nurl: {site}/no\n---\n\n"
    article.write_text(head + article.read_text())
    kb = open_kb()
    source = kb.add(article).source.id
    found = kb.check_links(allowed=["127.0.0.1"])
    assert [(f.code, f.source, f.place) for f in found] == [("dead_link", source, "url")]


def test_many_warnings_of_one_kind_end_in_one() -> None:
    many = [Finding("warning", "short_passage", "a", f"{n:03}", "m", "t") for n in range(40)]
    other = Finding("error", "schema", "b", "", "m", "t")
    shown = in_order([*many, other])
    assert shown[0] == other
    assert [one.place for one in shown[1:5]] == ["000", "001", "002", "003"]
    assert shown[5].message == "the same 36 times more"
    assert shown[5].place.endswith("013 and 26 more")
    assert len(shown) == 6
