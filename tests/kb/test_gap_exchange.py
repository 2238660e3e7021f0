"""Questions that were not answered, on their way back to the fund: never without consent, and
never in the way of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.keeping.gaps import Gap
from kb.keeping.reports import Report
from kb.publication.address import Address
from kb.publication.gap_exchange import Outbox, collect
from kb.publication.published import PublishedKnowledge
from kb.publication.published_format import GAPS
from kb.publication.server import ChromaServer, Row
from tests.chroma_server import ChromaProcess
from tests.kb.conftest import Open, WordEmbedder

pytestmark = pytest.mark.xdist_group("chroma")

Founder = Callable[..., PublishedKnowledge]
QUESTION = "How much does Zephyr charge for 512 GPUs?"


@pytest.fixture
def url(chroma: ChromaProcess, open_kb: Open) -> str:
    place = chroma.database()
    open_kb().publish(place, None)
    return place


@pytest.fixture
def server(url: str) -> Iterator[ChromaServer]:
    one = ChromaServer(Address.parse(url), None)
    yield one
    one.close()


def ask(
    tmp_path: Path, url: str, embedder: WordEmbedder, agreed: bool | None, times: int = 1
) -> list[str]:
    """A founder's desk that could not answer a question; what it noted."""
    said: list[str] = []
    desk = PublishedKnowledge.open(
        tmp_path / "founder", url, embedder=embedder, note=said.append, send_gaps=agreed
    )
    for _ in range(times):
        desk.record_gap(QUESTION, "en", ["its price"])
    desk.close()
    assert len(desk.gaps()) >= times
    return said


@pytest.mark.parametrize("agreed", [None, False])
def test_nothing_is_sent_without_consent(
    tmp_path: Path, url: str, embedder: WordEmbedder, server: ChromaServer, agreed: bool | None
) -> None:
    hints = [line for _ in range(3) for line in ask(tmp_path, url, embedder, agreed)]
    assert collect(server) == []
    assert not list((tmp_path / "founder").rglob("outbox*"))
    # Who has not decided is told once that it can be sent; who said no is not asked again.
    assert [("send_gaps = true" in line) for line in hints] == ([True] if agreed is None else [])


def test_with_consent_a_gap_arrives_and_says_nothing_of_who_asked(
    tmp_path: Path, url: str, embedder: WordEmbedder, server: ChromaServer, open_kb: Open
) -> None:
    ask(tmp_path, url, embedder, True)
    place = server.collection(GAPS)
    assert place is not None
    [row] = server.first(place, 10)
    assert row.document == QUESTION
    assert set(row.metadata) == {"language", "missing", "asked_at"}
    assert str(tmp_path) not in repr(row)

    kb = open_kb()
    assert kb.collect_gaps(url, None) == 1
    [gap] = kb.gaps()
    assert (gap.question, gap.language, gap.missing) == (QUESTION, "en", ["its price"])
    assert collect(server) == []
    # Taken in and not cleared away, as when a kill comes between: it is here once.
    server.put(place, [Row(row.id, row.document, row.metadata, np.ones(2, dtype=np.float32))])
    assert kb.collect_gaps(url, None) == 0
    assert len(kb.gaps()) == 1


def test_what_could_not_be_sent_waits_for_the_next_time(
    tmp_path: Path, url: str, embedder: WordEmbedder, server: ChromaServer
) -> None:
    outbox = Outbox(tmp_path, ChromaServer(Address.parse("http://127.0.0.1:9"), None), True)
    for number in range(300):
        outbox.send(Gap(f"question {number}", "en", [], "2026-11-22T00:00:00+00:00"))
    outbox.close()
    waiting = json.loads((tmp_path / "outbox.json").read_bytes())
    assert [gap["question"] for gap in waiting] == [f"question {n}" for n in range(100, 300)]
    again = Outbox(tmp_path, ChromaServer(Address.parse(url), None), True)
    again.resume()
    assert again._thread is not None
    again._thread.join(60)
    assert {gap.question for gap in collect(server)} == {gap["question"] for gap in waiting}
    assert not (tmp_path / "outbox.json").exists()
    again._server.close()


def test_consent_that_is_taken_back_holds_for_what_waits(tmp_path: Path) -> None:
    nobody = ChromaServer(Address.parse("http://127.0.0.1:9"), None)
    outbox = Outbox(tmp_path, nobody, True)
    outbox.send(Gap("a question", "en", [], "2026-11-22T00:00:00+00:00"))
    outbox.close()
    assert (tmp_path / "outbox.json").exists()
    Outbox(tmp_path, nobody, False)
    assert not (tmp_path / "outbox.json").exists()


def test_long_and_strange_gaps_fit_and_garbage_is_left_out(
    tmp_path: Path, url: str, server: ChromaServer
) -> None:
    outbox = Outbox(tmp_path, ChromaServer(Address.parse(url), None), True)
    outbox.send(Gap("算力" * 5_000, "zh-Hans", ["缺" * 9_000] * 40, "2026-11-22T00:00:00+00:00"))
    assert outbox._thread is not None
    outbox._thread.join(60)
    place = server.collection(GAPS)
    assert place is not None
    [row] = server.first(place, 10)
    assert len(row.document.encode()) <= 12_000
    assert len(str(row.metadata["missing"]).encode()) <= 4_096
    hostile = {"language": "en\x1b[2J", "missing": '["\\u202egone"]', "asked_at": "now"}
    vector = np.ones(2, dtype=np.float32)
    server.put(
        place,
        [
            Row("f" * 32, "Where?\x1b]0;owned\x07", hostile, vector),
            Row("not-an-id", "x", hostile, vector),
            Row("e" * 32, "no metadata", {}, vector),
            Row("d" * 32, "x" * 100_000, hostile, vector),
        ],
    )
    found = {gap.id: gap for gap in collect(server)}
    assert set(found) == {row.id, "f" * 32}
    assert found["f" * 32].question == "Where?"
    assert found["f" * 32].missing == ["gone"]
    outbox._server.close()


def _report(**fields: object) -> Report:
    cited = {"marker": "1", "source": "zephyr", "version": "abc", "title": "Zephyr", "quote": "Ω"}
    return Report.model_validate(
        {"answer": "It is 3.", "evidence": [cited], "note": "No: 4"} | fields
    )


@pytest.mark.parametrize("agreed", [None, True])
def test_a_reported_answer_arrives_as_one(
    tmp_path: Path,
    url: str,
    embedder: WordEmbedder,
    server: ChromaServer,
    open_kb: Open,
    agreed: bool | None,
) -> None:
    desk = PublishedKnowledge.open(tmp_path / "founder", url, embedder=embedder, send_gaps=agreed)
    assert desk.record_report(QUESTION, "en", _report()) is bool(agreed)
    desk.close()
    [kept] = desk.gaps()
    assert kept.report == _report()
    kb = open_kb()
    assert kb.collect_gaps(url, None) == (1 if agreed else 0)
    if agreed:
        [group] = kb.gap_groups()
        assert (group.wordings, group.count, group.reports) == ((QUESTION,), 0, (_report(),))
        assert collect(server) == []


def test_a_long_or_strange_report_fits(tmp_path: Path, url: str, server: ChromaServer) -> None:
    outbox = Outbox(tmp_path, ChromaServer(Address.parse(url), None), True)
    cited = [
        {
            "marker": str(n),
            "source": "s",
            "version": "v",
            "title": "题" * 900,
            "quote": "引" * 9_000,
        }
        for n in range(60)
    ]
    long = _report(answer="答" * 90_000, note="注\x1b]0;owned\x07" * 5_000, evidence=cited)
    outbox.send(Gap(QUESTION, "en", [], "2026-11-22T00:00:00+00:00", long))
    assert outbox._thread is not None
    outbox._thread.join(60)
    outbox._server.close()
    [sent] = collect(server)
    assert sent.report is not None
    assert sent.report.answer.startswith("答答")
    assert sent.report.note.startswith("注注")
    place = server.collection(GAPS)
    assert place is not None
    [row] = server.first(place, 10)
    assert max(len(str(value).encode()) for value in row.metadata.values()) <= 4_096
    # What makes no sense as a report is left out as a whole.
    vector = np.ones(2, dtype=np.float32)
    fields = {"language": "en", "missing": "[]", "asked_at": "now"}
    server.put(place, [Row("c" * 32, "Q", fields | {"report_0": '{"answer": [1]'}, vector)])
    assert [gap.id for gap in collect(server)] == [sent.id]
