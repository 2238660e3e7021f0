"""Lists of programs that meet what a question asks of their terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.builtin.conditions import conditions, meeting
from assistant.question import Reading
from kb.texts.folding import fold
from tools.quantities import find_quantities


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home()) as opened:
        yield opened


def _read(text: str) -> Reading:
    return Reading(text, "en", fold(text), quantities=tuple(find_quantities(text)))


def _record(**values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"terms": [{"field": "offer", "passage": "p1.1", **values}]}


def _credits(figures: dict[str, int], currency: str = "USD", **more: Any) -> dict[str, Any]:
    return {"credits": {**figures, "currency": currency}, "planned": False, **more}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which schemes want no equity?", ["no_equity"]),
        ("Which of them don't take any of our shares?", ["no_equity"]),
        ("Which accelerators take equity?", ["equity"]),
        ("哪些加速器不拿股份？", ["no_equity"]),
        ("哪些加速器要拿股份？", ["equity"]),
        ("有免費又不佔股的嗎？", ["no_equity", "free"]),
        ("Which clouds give over $30,000 in credits at no cost?", ["free", "credits_above"]),
        ("额度3万美元以上的有哪些？", ["credits_least"]),
        ("Which programs are for startups that raised over $3 million?", []),
        ("What is free right now?", []),
        ("Which programs are there?", []),
    ],
)
def test_conditions_are_read(question: str, names: list[str]) -> None:
    assert [each.name for each in conditions(_read(question))] == names


@pytest.mark.parametrize(
    ("values", "meets"),
    [
        ({"offers": [_credits({"up_to": 40_000})]}, True),
        ({"offers": [_credits({"up_to": 30_000})]}, False),
        ({"offers": [_credits({"exactly": 500}), _credits({"at_least": 90_000})]}, True),
        ({"offers": [_credits({"up_to": 40_000}, "EUR")]}, None),
        ({"offers": [_credits({"up_to": 40_000}) | {"planned": True}]}, None),
        ({"offers": [{"price_basis": "free", "planned": False}]}, None),
        ({"strings": [{"kind": "equity", "asked": False}]}, None),
        ({}, None),
    ],
)
def test_a_sum_is_held_against_what_is_stated(
    values: dict[str, list[dict[str, Any]]], meets: bool | None
) -> None:
    wanted = conditions(_read("Which clouds give more than $30,000 in credits?"))
    found = meeting(_record(**values), wanted)
    assert found.meets is meets
    assert found.passages == (("p1.1",) if meets else ())


def test_all_conditions_are_met_or_none() -> None:
    wanted = conditions(_read("Which free programs take no equity?"))
    free, kept = {"price_basis": "free", "planned": False}, {"kind": "equity", "asked": False}
    taken = kept | {"asked": True}
    assert meeting(_record(offers=[free], strings=[kept]), wanted).meets is True
    assert meeting(_record(offers=[free], strings=[taken]), wanted).meets is False
    assert meeting(_record(offers=[free]), wanted).meets is None


@pytest.mark.parametrize(
    ("question", "held", "left"),
    [
        ("Which clouds hand out credits without equity?", "DigitalOcean Hatch", "Oracle"),
        ("哪些投资机构拿算力换股份？", "Conviction", "Index"),
        ("額度高於30萬美元的有哪些計畫？", "谷歌", "微軟"),
        ("Which investors rent GPUs at cost or below the market?", "Andromeda", "South Park"),
    ],
)
def test_only_programs_that_meet_them_are_listed(
    desk: Assistant, question: str, held: str, left: str
) -> None:
    answer = desk.ask(question)
    lead, *rest = answer.answer.splitlines()
    rows = [line for line in rest if line.startswith("| ")][1:]
    assert held in lead
    assert left not in lead
    assert any(row.startswith(f"| {held}") for row in rows)
    assert not any(row.startswith(f"| {left}") for row in rows)
    assert any(left in line for line in rest if not line.startswith("|"))
    assert not answer.removed
    assert answer.citations


def test_a_condition_that_no_program_meets_is_told_before_the_list(desk: Assistant) -> None:
    answer = desk.ask("Which clouds give more than $90 million in credits?").answer
    assert answer.startswith("**No source states this of a program: credits above the sum asked")
    assert "| Modal" in answer


def test_the_row_shows_the_tier_that_meets_them(desk: Assistant) -> None:
    answer = desk.ask("哪些云厂商的额度超过15万美元？").answer
    row = next(line for line in answer.splitlines() if line.startswith("| AWS Activate"))
    assert "20万美元" in row
