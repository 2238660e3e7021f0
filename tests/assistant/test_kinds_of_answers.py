"""One question of each kind that a good desk has to answer, each in the form that fits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


def test_compound_question_gets_the_estimate_first_then_routes_then_programs(
    desk: Assistant,
) -> None:
    answer = desk.ask(
        "We raised $12M (Series A) and want to pre-train a 7B model on 2T tokens on 256 H100s "
        "from January. What will it take and where should we get it?"
    )
    lines = answer.answer.splitlines()
    assert lines[0].startswith("**About ")
    assert "H100-hours" in lines[0]
    assert "256 GPUs" in lines[0]
    routes = next(
        n for n, line in enumerate(lines) if "the cheapest route of known cost is" in line
    )
    programs = next(
        n for n, line in enumerate(lines) if line.startswith("Judged by: ") and "Series A" in line
    )
    assert 0 < routes < programs
    assert any(line.startswith("| 1 | ") for line in lines)
    assert any("| fund program | Alt Capital Generate | free |" in line for line in lines)
    names = [call.name for call in answer.tool_calls]
    assert {"estimate_training", "gpu_offers", "match_programs", "compare_routes"} <= {*names}
    hours = answer.tool_calls[names.index("compare_routes")].args
    assert hours["hours_low"] < hours["hours"] < hours["hours_high"]
    assert not answer.abstained
    assert answer.gaps == []
    assert answer.removed == []
    assert "what is free right now is unknown" in answer.answer


def test_everything_at_once_asks_back_for_the_size_last(desk: Assistant) -> None:
    answer = desk.ask(
        "who would give us 256 H100s, on what terms, what is free now, what would our run cost, "
        "what should we do?"
    )
    assert answer.asked_back
    assert "I need the model's size" in answer.answer.splitlines()[-1]
    assert "| a16z Oxygen" in answer.answer
    assert "Listed prices per H100-hour" in answer.answer
    assert answer.removed == []


def test_comparison_is_a_table_with_a_column_for_each(desk: Assistant) -> None:
    answer = desk.ask("Conviction和仙女座有什么区别？")
    header = next(line for line in answer.answer.splitlines() if line.startswith("| "))
    assert "Conviction" in header
    assert "仙女座" in header
    assert "来源未说明" in answer.answer
    assert answer.removed == []


def test_follow_up_in_chinese_names_the_credit(desk: Assistant) -> None:
    first = desk.ask("Generate计划是谁推出的？")
    second = desk.ask("它给多少额度？", first.session)
    assert "35万美元" in second.answer.splitlines()[0]


def test_another_question_in_the_same_session_is_answered_for_itself(desk: Assistant) -> None:
    first = desk.ask("How much to pre-train a 7B model on 2T tokens on 256 H100s?")
    second = desk.ask("红杉为什么说AI行业需要6000亿美元的收入？", first.session)
    assert "红杉" in second.answer.splitlines()[0]
    assert all(call.name != "estimate_training" for call in second.tool_calls)


def test_terms_of_a_program_stand_beside_their_own_labels(desk: Assistant) -> None:
    answer = desk.ask("What are the terms of Generate?")
    lines = answer.answer.splitlines()
    assert any(line.startswith("- investment: ") and "$250,000" in line for line in lines)
    fields = {c.quote: c.field for c in answer.citations if c.kind == "passage"}
    assert "investment" in fields.values()
    assert {"offer", "price"} <= set(fields.values())
