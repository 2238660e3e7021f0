"""Form follows the question: a yes or a no first, a winner first, all members, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.builtin.contest import contest, ranked
from assistant.builtin.yes_no.asked import yes_no
from assistant.builtin.yes_no.figures import figures_asked
from assistant.reading import read

pytestmark = pytest.mark.xdist_group("forms")


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


def first_line(desk: Assistant, question: str) -> str:
    return desk.ask(question).answer.splitlines()[0]


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("Does a16z want equity for Oxygen?", "**Yes: "),
        ("Does AWS take equity for Activate credits?", "**No: "),
        ("Is Conviction ordering more GPUs?", "**No: "),
        ("Is Oxygen more expensive than the market?", "**No: "),
        ("Is Andromeda cheaper than the market rate?", "**Yes: "),
        ("Does the NAIRR pilot give cash?", "**No: "),
        ("Did Ghodsi predict chip prices would rise?", "**No: "),
        ("Does Conviction pass its GPUs on at cost?", "**Yes: "),
        ("Does Conviction make a profit on its GPUs?", "**No: "),
        ("Did a16z lead Luma's Series A?", "**No: "),
        ("Is Andromeda bigger than 3,000 GPUs?", "**Yes: "),
        ("Does Andromeda have more than 10,000 GPUs?", "**No: "),
        ("Do Modal's startup credits last two years?", "**No: "),
        ("Do a16z's founders have a hardware background?", "**No: "),
        ("Is Andromeda smaller than Conviction's own cluster?", "**No: "),
        ("a16z要股权吗？", "**要："),
        ("Index Ventures会不会自己买芯片？", "**不会："),
        ("氧气计划有没有公布每小时单价？", "**没有："),
        ("仙女座的价格是不是比市场低？", "**是："),
        ("NAIRR發不發現金？", "**不發："),
        ("a16z管理的資產有400億美元以上嗎？", "**有："),
        ("微軟拿了OpenAI 60%的股權嗎？", "**沒有："),
    ],
)
def test_a_yes_or_no_comes_first_in_the_verb_of_the_question(
    desk: Assistant, question: str, lead: str
) -> None:
    answer = desk.ask(question)
    assert answer.answer.startswith(lead), answer.answer.splitlines()[0]
    assert answer.citations
    assert not answer.removed


@pytest.mark.parametrize(
    "question",
    ["Does a16z offer B200s?", "Is Jack Altman the CEO of OpenAI?", "氧氣計畫提供B200嗎？"],
)
def test_what_does_not_settle_it_gets_neither(desk: Assistant, question: str) -> None:
    answer = desk.ask(question)
    assert not answer.answer.removeprefix("**").startswith(("Yes", "No", "是", "不", "有", "沒"))
    assert answer.gaps == [question]


@pytest.mark.parametrize(
    "question",
    [
        "Who runs Andromeda?",
        "Is Oxygen rented or bought?",
        "Can you tell me what Generate gives?",
        "仙女座是租的还是买的？",
        "有什么计划适合我们？",
    ],
)
def test_other_questions_are_not_answered_by_yes_or_no(question: str) -> None:
    assert yes_no(read(question, (), ())) is None


def test_a_figure_is_compared_as_it_is_meant() -> None:
    def met(question: str, sentence: str) -> bool | None:
        (figure,) = figures_asked(read(question, (), ()))
        return figure.met_by(sentence)

    assert met("Is it over 3,000 GPUs?", "It has more than 4,000 GPUs.")
    assert met("Is it over 4,200 GPUs?", "It has more than 4,000 GPUs.") is None
    assert met("Is $150,000 the most?", "It gives up to $350,000.") is False
    assert met("Does it last a year?", "It lasts 12 months.")
    assert met("Is it open to a Series C company?", "It takes companies before Series C.") is False
    assert met("Is it $5 billion?", "It has 4,000 GPUs.") is None


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Who invested more in Anthropic, Google or Amazon?", "**Amazon with", "$2B"),
        ("Does Oxygen have more GPUs than Andromeda?", "**Yes: a16z Oxygen", "4,000"),
        ("Who gives more credits, Nebius or Together AI?", "**Nebius", "$50,000"),
        ("仙女座比氧气计划大吗？", "**不是：排在前面的是a16z氧气计划", "4,000"),
        ("Modal、Nebius哪個額度高？", "**排在前面的是Nebius", "2.5萬"),
    ],
)
def test_a_winner_comes_first_then_the_table(
    desk: Assistant, question: str, first: str, second: str
) -> None:
    answer = desk.ask(question)
    lead = answer.answer.splitlines()[0]
    assert lead.startswith(first), lead
    assert second in lead
    assert "[1][2]" in lead
    assert "|---" in answer.answer
    assert not answer.removed


def test_without_comparable_values_there_is_no_winner(desk: Assistant) -> None:
    answer = desk.ask("Is Generate cheaper than Oxygen?")
    assert answer.answer.startswith("**The sources do not settle this")
    assert "|---" in answer.answer


def test_the_range_that_a_value_is_for_is_no_value() -> None:
    def cell(*texts: str) -> list[dict[str, object]]:
        return [{"text": text, "passage": "p1.1"} for text in texts]

    def grid(*cells: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{"attribute": "credits", "cells": cells}]

    above = cell("raised above $10 million: $50,000")
    asked = contest("who gives more credits?")
    assert asked is not None
    decided = ranked(asked, grid(above, cell("up to $150,000")))
    assert decided is not None
    assert [entry.place for entry in decided[1]] == [1, 0]
    assert ranked(asked, grid(above, cell("up to €150,000"))) is None


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        (
            "How much does H100 cost compared to A100?",
            "**Per GPU-hour on demand (list price): A100",
        ),
        ("Is an H100 cheaper than an A100?", "**No: Per GPU-hour"),
        ("H100和A100哪個便宜？", "**每GPU小時隨需價格（牌價）：A100（"),
        ("What do Hyperstack and CoreWeave charge for an H100?", "**Per GPU-hour"),
    ],
)
def test_prices_of_two_stand_in_one_table(desk: Assistant, question: str, lead: str) -> None:
    answer = desk.ask(question)
    assert [call.name for call in answer.tool_calls[1:]] == ["gpu_offers", "gpu_offers"]
    assert answer.answer.startswith(lead), answer.answer.splitlines()[0]
    assert answer.answer.count("|---") > 1
    assert not answer.removed
