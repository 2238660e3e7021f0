"""Gaps by need, and closing them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import UnknownGap, UnknownSource
from kb.keeping.gap_groups import gap_id, grouped
from kb.keeping.gaps import Gap, GapLog
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import Open

NEEDS = [
    ["How much does a16z Oxygen charge per H100 hour?", "氧氣計畫的H100一小時多少錢？",
     "What is the hourly price of an H100 in Oxygen?", "a16z氧气计划每小时H100收费多少？"],
    ["How many GPUs does a16z Oxygen have today?", "a16z氧气计划现在有多少张GPU？"],
    ["Which funds in Singapore offer compute?", "新加坡有哪些基金提供算力？"],
    ["Which funds in Japan offer compute?", "日本哪些基金提供算力？"],
    ["What is the price of B300 on Lambda?", "Lambda 上 B300 的價格是多少？"],
    ["What is the price of H200 on Lambda?", "Lambda的H200多少钱？"],
    ["Can non-US startups join Generate?", "非美国公司可以参加Generate吗？"],
    ["Does the Zanzibar Fund lend GPUs?"],
    ["Does the Atlantis Fund lend GPUs?"],
]  # fmt: skip


def gap(question: str, at: int) -> Gap:
    return Gap(question, "en", [question], f"2026-11-{at + 1:02}T00:00:00+00:00")


def test_one_need_in_three_scripts_is_one_group(warm_home: Path) -> None:
    in_turn = sorted((at, number, question) for number, need in enumerate(NEEDS)
                     for at, question in enumerate(need))  # fmt: skip
    gaps = [gap(question, at) for at, (_, _, question) in enumerate(in_turn)]
    with KnowledgeBase.open(warm_home) as kb:
        groups = grouped(gaps, [], kb._equipment.questions, kb.aliases)
        again = grouped(gaps[:5], [], kb._equipment.questions, kb.aliases)
    assert {frozenset(group.wordings) for group in groups} == {frozenset(n) for n in NEEDS}
    assert groups[0].count == 4
    by_wording = {wording: group.id for group in groups for wording in group.wordings}
    for group in again:  # what comes later changes no id
        assert by_wording[group.wordings[0]] == group.id


def test_the_same_question_counts(open_kb: Open) -> None:
    kb = open_kb()
    for question in ("Does Zanzibar lend GPUs?", "does zanzibar lend gpus", "What of chess?"):
        kb.record_gap(question, "en", ["the fund", "its price"])
    first, second = kb.gap_groups()
    assert (first.count, second.count) == (2, 1)
    assert first.id == gap_id("DOES ZANZIBAR LEND GPUS？")
    assert first.missing == ("the fund", "its price")
    assert first.first_asked <= first.last_asked


def test_a_gap_is_closed_and_opens_again(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_WHO", "Ada")
    kb = open_kb()
    kb.record_gap("What does Zephyr charge an hour?", "en", [])
    [group] = kb.gap_groups()
    assert kb.found_at(group.wordings[0], "generate") is not None
    source = kb.add(article).source.id
    with pytest.raises(UnknownSource):
        kb.close_gap(group.id, "nothing", "")
    with pytest.raises(UnknownGap):
        kb.close_gap("gap-0", source, "")
    closed = kb.close_gap(group.id, source, "told by\nthe fund").closed
    assert closed is not None
    assert (closed.who, closed.source, closed.why) == ("Ada", source, "told by the fund")
    assert kb.found_at(group.wordings[0], source) == 1

    later = Gap("what does Zephyr charge an hour", "en", [], "2999-01-01T00:00:00+00:00")
    kb._gaps.take({"x": later})
    [opened] = open_kb().gap_groups()
    assert (opened.id, opened.closed, opened.count) == (group.id, None, 2)


def test_a_line_that_was_cut_short_swallows_no_other(tmp_path: Path) -> None:
    log = GapLog(tmp_path / "gaps.jsonl")
    log.record("one", "en", [])
    with (tmp_path / "gaps.jsonl").open("a") as file:
        file.write('{"question": "tw')
    log.record("three", "en", [])
    log.close(["gap-1"], None, "")
    assert [one.question for one in log.all()] == ["one", "three"]
    assert [one.members for one in log.closings()] == [("gap-1",)]
