"""A founder's desk with `kb_url` set: no library of its own, the same answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.events import Done, Noted
from kb.knowledge_base import KnowledgeBase
from kb.publication.address import Address
from kb.publication.gap_exchange import collect
from kb.publication.published import PublishedKnowledge
from kb.publication.server import ChromaServer
from tests.chroma_server import ChromaProcess

pytestmark = pytest.mark.xdist_group("chroma")

TODAY = date(2026, 11, 22)
QUESTIONS = (
    "Which investors give startups GPU access, and on what terms?",
    "微軟總共向 OpenAI 投資了多少？",
    "氧气计划的条件是什么？",
)
UNANSWERED = "How much does a16z Oxygen charge for dancing lessons?"


@pytest.fixture(scope="module")
def published(warm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    server = ChromaProcess(tmp_path_factory.mktemp("published"))
    server.start()
    with KnowledgeBase.open(warm_home) as kb:
        kb.publish(server.root, None)
    yield server
    server.kill()


def comparable(answer: object) -> dict[str, object]:
    """An answer without what differs from one asking to the next."""
    return answer.model_dump(exclude={"id", "session", "elapsed_ms", "usage"})  # type: ignore[attr-defined]


def test_a_desk_without_a_library_answers_as_the_funds_own(
    published: ChromaProcess, warm_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Assistant.open(warm_home, today=TODAY) as own:
        expected = [comparable(own.ask(question)) for question in QUESTIONS]
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", published.root)
    with Assistant.open(home, today=TODAY) as desk:
        answers = [desk.ask(question) for question in QUESTIONS]
        for answer in answers:
            cited = [one for one in answer.citations if one.kind == "passage"]
            assert cited
            assert not answer.abstained
            for one in cited:
                text = desk.source(one.source, one.version).text
                assert text[one.start : one.end] == one.quote
        assert "published 20" in desk.status()
    found = [comparable(answer) for answer in answers]
    for one, other in zip(found, expected, strict=True):
        for call in (*one["tool_calls"], *other["tool_calls"]):  # type: ignore[misc]
            call.pop("elapsed_ms", None)
    assert found == expected
    assert list((home / "library").rglob("*.md")) == []
    assert not (home / "index" / "manifest.json").exists()


def test_every_gold_question_finds_the_same_there(
    published: ChromaProcess, warm_home: Path, home: Path
) -> None:
    with (
        KnowledgeBase.open(warm_home) as kb,
        PublishedKnowledge.open(home, published.root) as desk,
    ):
        questions = [gold.question for gold in kb.gold()]
        assert len(questions) > 40
        for question in questions:
            here, there = kb.search(question, 10), desk.search(question, 10)
            assert [hit.passage for hit in there] == [hit.passage for hit in here], question


def test_a_desk_says_that_the_server_is_gone_and_answers(
    warm_home: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ChromaProcess(tmp_path / "chroma")
    server.start()
    with KnowledgeBase.open(warm_home) as kb:
        kb.publish(server.root, None)
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", server.root)
    with Assistant.open(home, today=TODAY) as desk:
        before = desk.ask(QUESTIONS[0])
        server.kill()

        async def events() -> tuple[list[str], Done]:
            told = [event async for event in desk.stream(QUESTIONS[0])]
            assert isinstance(told[-1], Done)
            return [event.text for event in told if isinstance(event, Noted)], told[-1]

        notes, done = asyncio.run(events())
        assert done.answer.answer == before.answer
        assert len(notes) == 1, "once for each question"
        assert "this is from generation 1, published" in notes[0]
        assert desk.status().endswith("server not reachable")


def test_gaps_are_sent_only_where_the_setting_says_so(
    published: ChromaProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_KB_URL", published.root)
    server = ChromaServer(Address.parse(published.root), None)
    for agreed in ("false", "true"):
        monkeypatch.setenv("COMPUTE_DESK_SEND_GAPS", agreed)
        with Assistant.open(home, today=TODAY) as desk:
            assert desk.ask(UNANSWERED).gaps
        assert [gap.question for gap in collect(server)] == (
            [UNANSWERED] if agreed == "true" else []
        )
    server.close()
