"""The main job on the bundled library: real index, real embedder, real graph."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Answer, Assistant
from assistant.errors import AssistantError, InvalidQuestion
from assistant.events import Cited, Done, Failed, Started, Text, ToolFinished, ToolStarted

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=TODAY) as opened:
        yield opened


def assert_citations_hold(desk: Assistant, answer: Answer) -> None:
    """Every quote stands verbatim at its offsets, every tool field in its call's result."""
    assert answer.citations
    for citation in answer.citations:
        assert f"[{citation.marker}]" in answer.answer
        supported = answer.answer[citation.answer_start : citation.answer_end]
        assert supported.strip()
        if citation.kind == "passage":
            source = desk.source(citation.source, citation.version)
            assert source.text[citation.start : citation.end] == citation.quote
        else:
            number = int(citation.version.removeprefix("t")) - 1
            value: object = answer.tool_calls[number].result
            for key in (citation.field or "").split("."):
                value = value[int(key)] if isinstance(value, list) else value[key]  # type: ignore[index]
            told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            assert told == citation.quote


@pytest.mark.parametrize(
    ("question", "language", "names"),
    [
        (
            "Which investors give startups GPU access, and on what terms?",
            "en",
            ["Oxygen", "Andromeda", "Index", "Conviction", "Generate"],
        ),
        (
            "哪些投资机构给初创公司提供GPU，条件是什么？",
            "zh-Hans",
            ["氧气计划", "仙女座", "Index", "Conviction", "Generate"],
        ),
        (
            "哪些投資機構提供新創公司GPU算力，條件是什麼？",
            "zh-Hant",
            ["氧氣計畫", "仙女座", "Index", "Conviction", "Generate"],
        ),
    ],
)
def test_investors_are_listed_with_citations(
    desk: Assistant, question: str, language: str, names: list[str]
) -> None:
    answer = desk.ask(question)
    assert answer.language == language
    assert not answer.abstained
    assert answer.removed == []
    rows = [line for line in answer.answer.splitlines() if line.startswith("| ")]
    for name in names:
        assert any(name in row and "[" in row for row in rows), name
    assert_citations_hold(desk, answer)


def test_estimate_is_in_the_answer_and_its_result(desk: Assistant) -> None:
    answer = desk.ask("How much to pre-train a 7B model on 2T tokens on 256 H100s?")
    call = next(call for call in answer.tool_calls if call.name == "estimate_training")
    assert call.args["params"] == "7B"
    assert call.result["gpu_hours"]["low"] < call.result["gpu_hours"]["likely"]
    assert "H100-hours" in answer.answer
    assert "256 GPUs" in answer.answer
    assert answer.removed == []
    assert_citations_hold(desk, answer)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many GPUs did Luma AI plan to use?", "3,000"),
        ("Luma计划用多少块GPU训练新模型？", "3000"),
        ("微軟總共向 OpenAI 投資了多少？", "130億美元"),
        ("Who warned about round-trip deals?", "Gurley"),
        ("阿里巴巴持有月之暗面多少股份？", "36%"),
        ("How long will Crusoe take to repay the loan?", "3.5 years"),
        ("What share of GPU capacity is already taken by big tech?", "95%"),
    ],
)
def test_facts_are_answered_in_the_readers_script(
    desk: Assistant, question: str, told: str
) -> None:
    answer = desk.ask(question)
    assert told in answer.answer.splitlines()[0]
    assert not answer.abstained
    assert_citations_hold(desk, answer)


@pytest.mark.parametrize(
    "question",
    [
        "How many employees does a16z have?",
        "What is the capital of Mongolia?",
        "OpenAI的估值是多少？",
        "Conviction哪一年成立？",
        "怎麼做紅燒肉？",
    ],
)
def test_no_evidence_means_an_abstention_and_a_gap(desk: Assistant, question: str) -> None:
    answer = desk.ask(question)
    assert answer.abstained
    assert answer.gaps == [question]
    assert any(gap.question == question for gap in desk.kb.gaps())


def test_a_search_that_fails_is_not_a_library_without_an_answer(used_home: Path) -> None:
    with Assistant.open(used_home, today=TODAY) as desk:
        desk.warm()
        manifest = used_home / "index" / "manifest.json"
        kept = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps(kept | {"embedder": "another:1"}), encoding="utf-8")
        answer = desk.ask("How many GPUs does Andromeda have?")
    assert "The index was built with another:1" in answer.answer
    assert "`compute-desk kb rebuild`" in answer.answer
    assert answer.gaps == []


def test_price_that_nobody_published_is_not_invented(desk: Assistant) -> None:
    answer = desk.ask("a16z氧气计划每张H100每小时收多少钱？")
    assert answer.abstained
    assert "低于市场" in answer.answer
    assert_citations_hold(desk, answer)


def test_missing_size_is_asked_back(desk: Assistant) -> None:
    answer = desk.ask("How much will training my model cost?")
    assert answer.asked_back
    assert not answer.abstained
    assert answer.answer.startswith("**I need the model's size")


def test_unknown_gpu_in_a_question_gets_an_answer(desk: Assistant) -> None:
    answer = desk.ask("Where can I rent 64 X900s?")
    assert "X900" in answer.answer
    assert answer.abstained


def test_same_question_gives_the_same_bytes(desk: Assistant) -> None:
    question = "Compare Andromeda and Conviction"
    first, second = desk.ask(question), desk.ask(question)
    assert first.answer == second.answer
    assert first.citations == second.citations


def test_session_resumes_in_another_process(used_home: Path) -> None:
    with Assistant.open(used_home, today=TODAY) as desk:
        first = desk.ask("Generate计划是谁推出的？")
    with Assistant.open(used_home, today=TODAY) as desk:
        (saved,) = desk.sessions()
        assert saved.id == first.session
        assert desk.turns(saved.id) == [first]
        second = desk.ask("它给多少额度？", saved.id)
        assert "35万美元" in second.answer
        assert [turn.question for turn in desk.turns(saved.id)] == [
            first.question,
            second.question,
        ]
        third = desk.ask("How much to train 7B on 2T tokens on 256 H100s?", saved.id)
        fourth = desk.ask("and with 512?", saved.id)
    hours = [
        next(c for c in a.tool_calls if c.name == "estimate_training") for a in (third, fourth)
    ]
    assert [call.args["gpus"] for call in hours] == [256, 512]
    assert hours[0].result["days"]["likely"] > hours[1].result["days"]["likely"]


def test_answer_only_in_an_added_article(tmp_path: Path, desk: Assistant) -> None:
    note = tmp_path / "note.md"
    note.write_text(
        "# Helios Fund\n\nHelios Fund lends each portfolio company 640 H200 GPUs for nine weeks.\n",
        encoding="utf-8",
    )
    question = "How many H200 GPUs does Helios Fund lend each portfolio company?"
    assert desk.ask(question).abstained
    added = desk.kb.add(note)
    answer = desk.ask(question)
    assert "640 H200" in answer.answer
    assert answer.citations[0].source == added.source.id
    assert_citations_hold(desk, answer)
    desk.kb.remove(added.source.id)
    assert desk.ask(question).abstained


def test_events_come_in_order_and_fold_to_the_answer(desk: Assistant) -> None:
    async def events() -> list[object]:
        return [event async for event in desk.stream("What are the terms of a16z Oxygen?")]

    seen = asyncio.run(events())
    assert isinstance(seen[0], Started)
    assert isinstance(seen[-1], Done)
    answer = seen[-1].answer
    assert "".join(e.delta for e in seen if isinstance(e, Text)).rstrip() == answer.answer
    assert [e.citation for e in seen if isinstance(e, Cited)] == answer.citations
    started = [e.call_id for e in seen if isinstance(e, ToolStarted)]
    assert set(started) == {e.call_id for e in seen if isinstance(e, ToolFinished)}
    assert isinstance(seen[1], ToolStarted)
    assert seen[1].name == "search_knowledge"


@pytest.mark.parametrize("question", ["", "  \n ", "\u200b", "x" * 100_000])
def test_questions_that_cannot_be_asked(desk: Assistant, question: str) -> None:
    with pytest.raises(AssistantError) as failure:
        desk.ask(question)
    assert failure.value.code == InvalidQuestion.code
    assert failure.value.hint


@pytest.mark.parametrize(
    ("model", "hint"), [("openai:gpt-x", "OPENAI_API_KEY"), ("nonsense", "builtin")]
)
def test_model_that_cannot_be_loaded_says_what_to_do(tmp_path: Path, model: str, hint: str) -> None:
    async def last(desk: Assistant) -> object:
        return [event async for event in desk.stream("Why?")][-1]

    with Assistant.open(tmp_path / "home", model) as desk:
        failed = asyncio.run(last(desk))
    assert isinstance(failed, Failed)
    assert failed.code == "model_unavailable"
    assert hint in failed.hint


def test_inventory_of_the_fund_comes_first(used_home: Path) -> None:
    (used_home / "inventory.csv").write_text(
        "provider,gpu,count,free,price_per_gpu_hour,currency,region,term,observed_at,notes\n"
        "Oxygen cluster 1,H100 SXM,512,96,1.40,USD,us-west,fund,2026-11-21,\n",
        encoding="utf-8",
    )
    with Assistant.open(used_home, today=TODAY) as desk:
        answer = desk.ask("Where can I get 64 H100s right now?")
    rows = [line for line in answer.answer.splitlines() if line.startswith("| ")]
    assert "Oxygen cluster 1" in rows[1]
    assert "available" in rows[1]
    assert all("unknown" in row for row in rows[2:])
