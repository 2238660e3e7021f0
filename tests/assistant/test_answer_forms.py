"""Form follows the question: a yes or a no first, a winner first, all members, a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.answer import Language
from assistant.builtin.contest import contest, ranked
from assistant.builtin.sections.facts import fact_section
from assistant.builtin.selecting import Selection
from assistant.builtin.signs import Candidate, SentenceSigns
from assistant.builtin.told_figures import told_figures
from assistant.builtin.yes_no.asked import yes_no
from assistant.builtin.yes_no.figures import figures_asked
from assistant.evidence import PassageEvidence
from assistant.phrases_en import ENGLISH
from assistant.reading import read
from kb.knowledge_base import KnowledgeBase
from kb.texts.aliases import AliasTable
from tools.quantities import Unit


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
        ("Is Jack Altman the CEO of OpenAI?", "**No: "),
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
    ["Does a16z offer B200s?", "氧氣計畫提供B200嗎？"],
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


def test_a_list_says_first_which_name_the_gpu(desk: Assistant) -> None:
    named = desk.ask("哪些投資機構提供H100？")
    assert named.answer.startswith("**條款裡提到H100的有：a16z氧氣計畫。** [1]")
    nobody = desk.ask("Which cloud credit programs give B200s?")
    assert nobody.answer.startswith("**No program's terms name the B200.** 14 cloud")
    assert not named.removed
    assert not nobody.removed


def test_of_several_questions_the_one_without_an_answer_is_named(desk: Assistant) -> None:
    answer = desk.ask("Generate给多少额度？另外黄仁勋的年薪是多少？")
    assert "35万美元" in answer.answer.splitlines()[0]
    assert "**资料库里没有这个问题的答案：黄仁勋的年薪是多少？**" in answer.answer
    assert answer.gaps == ["黄仁勋的年薪是多少？"]
    assert not answer.abstained


def test_a_figure_of_the_other_language_is_told_in_the_readers() -> None:
    def told(text: str, unit: Unit, language: Language) -> list[str]:
        return told_figures(text, [frozenset({unit})], language)

    assert told("计划耗资最高50亿美元。", Unit.MONEY, "en") == ["up to $5B"]
    assert told("It has more than 4,000 GPUs.", Unit.GPUS, "zh-Hant") == ["超過4,000張"]
    assert told("集群有4000多块GPU。", Unit.GPUS, "en") == ["more than 4,000 GPUs"]
    assert told("It takes 3.5 years.", Unit.DURATION_DAYS, "zh-Hans") == ["3.5年"]
    assert told("2024年7月，阿里持股36%。", Unit.PERCENT, "en") == ["36%"]
    assert told("$1, $2 and $3 million", Unit.MONEY, "zh-Hans") == []


@pytest.fixture(scope="module")
def notes(
    new_home: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """A desk with articles of its own: two that differ."""
    folder = tmp_path_factory.mktemp("notes")
    for name, head, text in (
        (
            "alpha",
            "publisher: Alpha Wire\npublished: 2026-03-01",
            "Helios lends each company 640 H200 GPUs.",
        ),
        (
            "beta",
            "publisher: Beta Post\npublished: 2026-09-01",
            "Helios lends each company 900 H200 GPUs.",
        ),
    ):
        (folder / f"{name}.md").write_text(f"---\ntitle: {name}\n{head}\n---\n\n{text}\n", "utf-8")
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        assert isinstance(opened.kb, KnowledgeBase)
        for note in sorted(folder.iterdir()):
            opened.kb.add(note)
        yield opened


def test_two_sources_with_different_values_are_both_told_the_newer_first(notes: Assistant) -> None:
    answer = notes.ask("How many H200 GPUs does Helios lend each company?")
    first, second = answer.answer.splitlines()[:2]
    assert first.startswith("**Helios lends each company 900 H200 GPUs.** (")
    assert "Beta Post, 1 Sep 2026" in first
    assert second.startswith("- Another source gives another value: Helios lends each company 640")
    assert "Alpha Wire, 1 Mar 2026" in second


def test_a_figure_of_a_chinese_source_comes_first_in_english() -> None:
    text = "Selene基金为每家公司投入30亿美元。"
    passage = PassageEvidence(
        id="p1.1", source="s", version="v", start=0, end=len(text), text=text, language="zh-Hans",
        title="t", publisher="Gamma", as_of="2026-05",
    )  # fmt: skip
    chosen = Candidate(passage, text, SentenceSigns(*[0.0] * len(SentenceSigns._fields)))
    question = read("How much does Selene invest in each company?", (), ())
    section = fact_section(question, Selection((chosen,), ()), AliasTable({}), ENGLISH)
    assert section.lines == [
        f"**$3B.** [p1.1] {ENGLISH.other_language} “{text}” (reported, Gamma, May 2026) [p1.1]"
    ]


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("Who is eligible for DigitalOcean Hatch?", "$10 million"),
        ("What are the terms of Modal for Startups?", "$25,000"),
        ("How can I apply to Oxygen?", "Not stated in the sources: how to apply"),
        ("先說下氧氣計畫的條件", "被投公司"),
    ],
)
def test_terms_begin_with_what_is_asked_for(desk: Assistant, question: str, lead: str) -> None:
    answer = desk.ask(question)
    assert lead in answer.answer.splitlines()[0]
    assert not answer.removed
