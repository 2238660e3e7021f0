"""Publishing to a real Chroma server, and reading what is published there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import (
    EmbedderMismatch,
    PublishedUnusable,
    ServerRefused,
    ServerUnreachable,
    UnknownSource,
)
from kb.knowledge_base import KnowledgeBase
from kb.publication.address import Address
from kb.publication.published_format import LEASE
from kb.publication.server import ChromaServer
from tests.kb.conftest import Founder, Open, WordEmbedder, rows_at

pytestmark = pytest.mark.xdist_group("chroma")

QUESTIONS = (
    "Which fund lends 512 accelerators?",
    "谁给初创公司免费GPU？",
    "What is the AI revenue question?",
    "氧氣計畫的條件",
)


def test_a_founder_reads_what_the_fund_has(
    open_kb: Open, founder: Founder, article: Path, url: str
) -> None:
    kb = open_kb()
    kb.add(article)
    done = kb.publish(url, None)
    assert (done.outcome, done.generation, done.sources) == ("published", 1, 4)
    desk = founder()
    assert desk.sources() == kb.sources()
    assert desk.library_version == kb.library_version == done.library_version
    assert desk.aliases.digest == kb.aliases.digest
    for question in QUESTIONS:
        here, there = kb.search(question, 10), desk.search(question, 10)
        assert [hit.passage for hit in there] == [hit.passage for hit in here]
        for one, other in zip(here, there, strict=True):
            assert other.score == pytest.approx(one.score, abs=1e-6)
        assert desk.question_weights(question) == kb.question_weights(question)
        for only in ({"kind": "program"}, {"language": "en", "published_from": "2025"}):
            here, there = kb.search(question, 10, **only), desk.search(question, 10, **only)  # type: ignore[arg-type]
            assert [hit.passage for hit in there] == [hit.passage for hit in here]
    for source in kb.sources():
        assert desk.passages(source.id) == kb.passages(source.id)
    for program in desk.programs():
        assert program == kb.find_program(program.id)
        assert desk.program_passages(program.id, "zh-Hant") == kb.program_passages(
            program.id, "zh-Hant"
        )
    assert desk.find_program("Oxygen") == kb.find_program("Oxygen")
    assert desk.find_program("no such program") is None
    with pytest.raises(UnknownSource):
        desk.source("nothing")


def test_copies_of_a_story_count_once_there_too(
    open_kb: Open, founder: Founder, tmp_path: Path, url: str
) -> None:
    kb = open_kb()
    story = " ".join(
        f"The Zephyr fund lends {n} accelerators to company number {n} for {n + 2} weeks."
        for n in range(20, 40)
    )
    for name in ("first", "mirror"):
        path = tmp_path / f"{name}.md"
        path.write_text(f"---\ntitle: {name}\npublished: 2025-0{len(name) - 4}\n---\n\n{story}\n")
        kb.add(path)
    here = kb.search("Zephyr accelerators", 5)
    assert any(hit.also for hit in here)
    kb.publish(url, None)
    there = founder().search("Zephyr accelerators", 5)
    assert [(h.passage, h.also) for h in there] == [(h.passage, h.also) for h in here]


def test_searches_are_answered_by_the_server(
    open_kb: Open, founder: Founder, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_kb().publish(url, None)
    desk = founder()
    asked: list[int] = []
    nearest = ChromaServer.nearest

    def counted(self: ChromaServer, *arguments: object) -> list[str] | None:
        found = nearest(self, *arguments)  # type: ignore[arg-type]
        asked.append(len(found or []))
        return found

    monkeypatch.setattr(ChromaServer, "nearest", counted)
    assert desk.search("GPUs for startups", 5)
    assert asked == [60]


def test_only_what_changed_is_sent_and_nothing_old_stays(
    open_kb: Open, founder: Founder, article: Path, url: str
) -> None:
    kb = open_kb()
    source = kb.add(article).source
    kb.publish(url, None)
    desk = founder()
    assert "512" in desk.search("Zephyr accelerators", 1)[0].passage.text
    assert kb.publish(url, None).outcome == "unchanged"

    article.write_text(article.read_text().replace("512", "640"))
    kb.add(article, replace=source.id)
    trial = kb.publish(url, None, trial=True)
    assert (trial.outcome, trial.generation) == ("would be published", 2)
    assert [(c.source, c.action) for c in trial.changes] == [(source.id, "replace")]
    assert "512" in desk.search("Zephyr accelerators", 1)[0].passage.text

    done = kb.publish(url, None)
    assert done.changes == trial.changes
    assert 0 < done.rows_sent < 12
    text = desk.search("Zephyr accelerators", 1)[0].passage.text
    assert "640" in text
    assert "512" not in text
    assert desk.source(source.id).version == kb.source(source.id).version

    kb.remove(source.id)
    assert [c.action for c in kb.publish(url, None).changes] == ["remove"]
    assert all(hit.passage.source != source.id for hit in desk.search("Zephyr accelerators", 5))
    before = rows_at(url)
    assert kb.publish(url, None).outcome == "unchanged"
    assert rows_at(url) == before
    assert LEASE not in before


def test_an_older_citation_still_opens(
    open_kb: Open, founder: Founder, article: Path, url: str
) -> None:
    kb = open_kb()
    old = kb.add(article).source
    article.write_text(article.read_text().replace("512", "640"))
    kb.add(article, replace=old.id)
    kb.publish(url, None)
    desk = founder()
    assert desk.source(old.id, old.version) == kb.source(old.id, old.version)
    with pytest.raises(UnknownSource):
        desk.source(old.id, "000000000000")


def test_nothing_published_and_another_embedder_are_said(
    open_kb: Open, founder: Founder, url: str
) -> None:
    with pytest.raises(PublishedUnusable, match="nothing is published"):
        founder().search("GPU", 1)
    open_kb().publish(url, None)
    with pytest.raises(EmbedderMismatch, match="published with words:1") as caught:
        founder(embedder=WordEmbedder("words:2")).search("GPU", 1)
    assert "COMPUTE_DESK_EMBEDDER" in caught.value.hint


def test_another_recipe_is_refused(
    open_kb: Open, founder: Founder, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.retrieval.upkeep.RECIPE", 99)
    open_kb().publish(url, None)
    with pytest.raises(EmbedderMismatch, match="with recipe 99") as caught:
        founder().search("GPU", 1)
    assert "release" in caught.value.hint


def test_rows_without_sentences_are_found(
    open_kb: Open, founder: Founder, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr("kb.retrieval.upkeep.RECIPE", 2)
        older.setattr("kb.retrieval.placing.sentence_codes", lambda *_given: b"")
        open_kb().publish(url, None)
    (hit,) = founder().search("How is Oxygen priced?", 1)
    assert hit.passage.program == "a16z-oxygen"
    assert hit.likeness is None


def test_a_second_home_is_told_that_it_replaces_the_first(
    open_kb: Open, url: str, tmp_path: Path, embedder: WordEmbedder
) -> None:
    open_kb().publish(url, None)
    said: list[str] = []
    with KnowledgeBase.open(tmp_path / "other", embedder=embedder, note=said.append) as other:
        other.publish(url, None)
        assert not any("Another home" in line for line in said)  # it is the same library
        memo = tmp_path / "memo.md"
        memo.write_text("# Ostrava\n\nThe Ostrava fund lends 7 GPUs.\n")
        other.add(memo)
        other.publish(url, None)
    assert any("Another home had published there" in line for line in said)


def test_another_embedder_takes_the_place_of_the_old_rows(
    open_kb: Open, founder: Founder, url: str
) -> None:
    kb = open_kb()
    kb.publish(url, None)
    kb.close()
    other = open_kb(embedder=WordEmbedder("words:2"))
    other.rebuild()
    other.publish(url, None)
    assert sum("_passages_" in name for name in rows_at(url)) == 1
    assert founder(embedder=WordEmbedder("words:2")).search("GPU", 3)


def test_what_is_published_by_half_is_not_seen(
    open_kb: Open, founder: Founder, article: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    kb.publish(url, None)
    desk = founder()
    before = desk.search("Zephyr accelerators", 10)
    kb.add(article)
    put = ChromaServer.put
    left = [1]

    def cut_short(self: ChromaServer, *arguments: object) -> None:
        if not left:
            raise ServerUnreachable("cut")
        left.pop()
        put(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(ChromaServer, "put", cut_short)
        with pytest.raises(ServerUnreachable):
            kb.publish(url, None)
    assert desk.search("Zephyr accelerators", 10) == before
    assert founder("second").search("Zephyr accelerators", 10) == before
    kb.publish(url, None)
    assert "512" in desk.search("Zephyr accelerators", 1)[0].passage.text


PUBLISHER = """
import os, signal, sys, traceback
from pathlib import Path
import chromadb, tantivy  # by the parent, once for all children
from kb import starter
from kb.knowledge_base import KnowledgeBase
from kb.publication.server import ChromaServer
from tests.kb.conftest import Founder, Open, WordEmbedder, rows_at, server_of
home, url, only = Path(sys.argv[1]), sys.argv[2], sys.argv[3].split(",")
chosen = {n: d for n, d in starter.documents().items() if n in only}
starter.documents = lambda: chosen
answer = ChromaServer._answer
def publish(left):
    def counted(self, method, *rest):
        if method != "GET":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer(self, method, *rest)
    ChromaServer._answer = counted
    KnowledgeBase.open(home, embedder=WordEmbedder()).publish(url, None)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            publish([int(line)])
            os._exit(0)
        except Exception:
            traceback.print_exc()
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""For each number on a line, a child that publishes and is killed after so many calls that write;
its exit code on a line."""


def test_a_kill_between_any_two_calls_leaves_a_whole_generation(
    open_kb: Open,
    founder: Founder,
    article: Path,
    small_library: list[str],
    tmp_path: Path,
    url: str,
) -> None:
    kb = open_kb()
    source = kb.add(article).source
    kb.publish(url, None)
    desk = founder()
    stands, seen = "512", {"old": 0, "new": 0}
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(tmp_path / "home"), url, ",".join(small_library)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    ) as publisher:  # fmt: skip
        assert publisher.stdin is not None
        assert publisher.stdout is not None
        for number in range(40):
            article.write_text(f"# Zephyr\n\nThe Zephyr fund lends 9{number:02} accelerators.\n")
            kb.add(article, replace=source.id)
            publisher.stdin.write(f"{number}\n")
            publisher.stdin.flush()
            ended = int(publisher.stdout.readline())
            assert ended in (0, -signal.SIGKILL)
            done = ended == 0
            text = desk.search("Zephyr accelerators", 1)[0].passage.text
            is_new = f"9{number:02}" in text
            assert is_new or (stands in text and not done)
            stands = f"9{number:02}" if is_new else stands
            seen["new" if is_new else "old"] += 1
            if done:
                break
    assert seen["old"] > 4
    assert seen["new"] > 1, "also killed after the head had moved"
    assert kb.publish(url, None).outcome == "unchanged"
    fresh = founder("second")
    assert fresh.search("Zephyr accelerators", 10) == desk.search("Zephyr accelerators", 10)
    rows = rows_at(url)
    assert len(rows) == 4, "nothing is left over"


def test_addresses(url: str) -> None:
    plain = Address.parse("https://kb.harbor.example/desk/")
    assert plain.collections == (
        "https://kb.harbor.example/desk/api/v2/tenants/default_tenant/databases/"
        "default_database/collections"
    )
    cloud = Address.parse("https://api.trychroma.com?tenant=a%2Fb&database=desk")
    assert cloud.collections.endswith("/api/v2/tenants/a%2Fb/databases/desk/collections")
    assert Address.parse("http://[::1]:8000/api/v2").base == "http://[::1]:8000"
    for wrong in ("kb.example", "ftp://kb.example", "https://", "http://h:99999", "https://h?x=1"):
        with pytest.raises(ServerRefused):
            Address.parse(wrong)
    with pytest.raises(ServerRefused, match="name or password") as caught:
        Address.parse("https://ada:secret@kb.example")
    assert "secret" not in str(caught.value)


def test_a_key_goes_where_it_should_and_nowhere_else() -> None:
    https = Address.parse("https://kb.example")
    assert https.headers(None) == {}
    assert https.headers("ck-1") == {"Authorization": "Bearer ck-1", "x-chroma-token": "ck-1"}
    assert https.headers("ada:pw") == {"Authorization": "Basic YWRhOnB3"}
    assert Address.parse("http://127.0.0.1:8000").headers("ck-1")
    with pytest.raises(ServerRefused, match="unencrypted"):
        Address.parse("http://kb.example").headers("ck-1")
    for wrong in ("a\nb", " a", "é"):
        with pytest.raises(ServerRefused):
            https.headers(wrong)
