"""Which sentences answer, and when none does."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.asked import read_asked
from assistant.builtin.coverage import content_terms
from assistant.builtin.selecting import Selection, select
from assistant.builtin.wanted import figures_told, wanted_figures
from assistant.builtin.wording import is_misspelled, without_asides
from assistant.evidence import PassageEvidence
from assistant.phrases import phrases
from assistant.reading import read
from kb import starter
from kb.texts.aliases import AliasTable
from kb.texts.terms import question_terms

ALIASES = AliasTable.load(starter.ALIASES)


def passage(text: str, number: int = 1, **fields: Any) -> PassageEvidence:
    return PassageEvidence(
        **{
            "id": f"p1.{number}", "source": f"s{number}", "version": "v1", "start": 0,
            "end": len(text), "text": text, "language": "en", "title": "Notes",
            "score": 0.5, "dense": 0.5, "keyword": 0.5, "meaning": 0.4,
        }
        | fields
    )  # fmt: skip


def chosen(question: str, *passages: PassageEvidence) -> Selection:
    weights = dict.fromkeys(question_terms(question, ALIASES), 3.0)
    return select(read(question, (), ()), passages, weights, ALIASES)


def test_the_sentence_with_the_figure_asked_for_wins_over_one_that_is_alike() -> None:
    found = chosen(
        "How much did Northfield raise for its cluster?",
        passage("Northfield raised money for its GPU cluster from many investors.", 1),
        passage("Northfield raised $40 million for its GPU cluster.", 2),
    )
    assert found.chosen[0].passage.id == "p1.2"


def test_a_sentence_that_only_says_it_is_not_stated_is_what_comes_closest() -> None:
    found = chosen(
        "What interest rate does Northfield pay on its GPU loan?",
        passage("No interest rate of Northfield's GPU loan of $40 million is stated."),
    )
    assert not found.chosen
    assert found.missing_figure


def test_another_kind_of_figure_is_added_from_the_same_source() -> None:
    found = chosen(
        "How much compute credit does Northfield give and for how long?",
        passage("Northfield gives compute credit of $5,000. The Northfield term is two years."),
    )
    assert [c.text for c in found.chosen] == [
        "Northfield gives compute credit of $5,000.",
        "The Northfield term is two years.",
    ]


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before_it() -> None:
    found = chosen(
        "Who runs the Northfield GPU cluster?",
        passage("Northfield owns a GPU cluster. It is run by the GPU cluster team of Ada Moor."),
    )
    joined = [c for c in found.chosen if c.text.startswith("It ")]
    assert joined
    assert joined[0].before == "Northfield owns a GPU cluster."


def test_a_missing_kind_of_answer_is_named() -> None:
    found = chosen(
        "When does Northfield open applications for GPUs?",
        passage("Northfield lends hardware to its companies."),
    )
    assert not found.chosen
    assert found.missing_figure or found.missing_kind == "date"
    assert set(phrases("zh-Hans").missing_kinds) == set(phrases("en").missing_kinds)


LIKENESS = (0.25, 0.24, 0.23, 0.22)


@pytest.mark.parametrize(("nearest", "answered"), [(0.62, True), (0.25, False)])
def test_outside_its_field_the_desk_answers_where_a_passage_is_near_in_meaning(
    nearest: float, answered: bool
) -> None:
    others = [
        passage(f"A wooden bridge crosses the river at mile {n}.", n, meaning=likeness)
        for n, likeness in enumerate(LIKENESS, 2)
    ]
    first = passage("The stone bridge was built by Ada Moor in 1874.", meaning=nearest)
    found = chosen("Who built the old crossing of the river?", first, *others)
    assert bool(found.chosen) is answered


def test_an_answer_counts_more_the_nearer_it_stands_to_what_is_asked() -> None:
    question = "When was the Northfield cluster launched?"
    content = content_terms(
        question, dict.fromkeys(question_terms(question, ALIASES), 3.0), ALIASES
    )
    asked = read_asked(question, "en", content)
    near = asked.nearness("The cluster launched in 2021.")
    far = asked.nearness(
        "The cluster launched with many guests, speeches and a long dinner by the lake in 2021."
    )
    assert asked.kind == "date"
    assert (near or 0.0) > (far or 0.0)
    assert asked.nearness("The cluster launched with a dinner.") == 0.0


def test_chinese_focus_is_what_stands_beside_the_question_word() -> None:
    asked = read_asked("北田集团总部在哪里？", "zh-Hans", {})
    assert (asked.kind, asked.focus) == ("place", ("总部",))
    assert asked.nearness("北田集团总部位于杭州市。")
    assert asked.nearness("北田集团出售服务器。") == 0.0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("hey there! what does Northfield charge?", "what does Northfield charge?"),
        (
            "We are four people in Lyon, what does Northfield charge?",
            "what does Northfield charge?",
        ),
        ("我们是四个人的团队，北田收多少钱？", "北田收多少钱？"),
        ("What does Northfield charge?", "What does Northfield charge?"),
        ("We are four people", "We are four people"),
    ],
)
def test_asides_are_left_out(said: str, meant: str) -> None:
    assert without_asides(said) == meant


def test_a_misspelled_name_is_recognised_and_another_name_is_not() -> None:
    assert is_misspelled("Northfeild", "northfield rents chips")
    assert not is_misspelled("Southgate", "northfield rents chips")
    assert not is_misspelled("H200", "the h100 is rented")


@pytest.mark.parametrize(
    ("question", "yuan", "dollars"),
    [
        (
            "How much does the Lakeside grant cover in dollars?",
            "The Lakeside grant covers up to 900,000 yuan of cloud bills.",
            "Winners of the Lakeside grant receive $120,000.",
        ),
        (
            "湖畔补贴最多能给多少美元？",
            "湖畔补贴最多给90万元人民币。",
            "湖畔补贴给入选公司12万美元。",
        ),
        (
            "湖畔補貼最多能給多少美元？",
            "湖畔补贴最多给90万元人民币。",
            "湖畔补贴给入选公司12万美元。",
        ),
    ],
)
def test_a_sum_in_the_currency_asked_for_comes_first(
    question: str, yuan: str, dollars: str
) -> None:
    language = "en" if question.isascii() else "zh-Hans"
    found = chosen(
        question, passage(yuan, 1, language=language), passage(dollars, 2, language=language)
    )
    assert [c.text for c in found.chosen][:1] == [dollars]


@pytest.mark.parametrize(
    ("question", "text", "answers"),
    [
        (
            "How much more does Sarah Guo believe Conviction will earn every month?",
            "Sarah Guo expects the change to add $3 million a month to Conviction's takings.",
            True,
        ),
        (
            "Sarah Guo觉得Conviction一个月能多赚多少钱？",
            "Sarah Guo预计这项改动会使Conviction月入增加300万美元。",
            True,
        ),
        (
            "Sarah Guo覺得Conviction一個月能多賺多少錢？",
            "Sarah Guo预计这项改动会使Conviction月入增加300万美元。",
            True,
        ),
        (
            "Sarah Guo觉得Conviction一个月能多赚多少钱？",
            "Sarah Guo预计这项改动会使Conviction更受欢迎。",
            False,
        ),
    ],
)
def test_the_nearest_sentence_that_tells_the_figure_may_use_other_words(
    question: str, text: str, answers: bool
) -> None:
    language = "en" if question.isascii() else "zh-Hans"
    other = "Conviction 2024" if question.isascii() else "Conviction从云厂商租来GPU服务器。"
    found = chosen(
        question,
        passage(text, 1, language=language, score=0.45, meaning=0.5),
        passage(other, 2, language=language, score=0.3, meaning=0.2),
    )
    assert bool(found.chosen) is answers


def test_a_sum_is_no_number_of_things_and_no_figure_is_none() -> None:
    assert not figures_told(wanted_figures("how many teams joined"), "They paid $2 million.")
    assert figures_told(wanted_figures("how many teams joined"), "They took 40 teams in.")
    assert not figures_told(wanted_figures("what price tag"), "The firm names no figure.")
    assert figures_told(wanted_figures("how much did they pay"), "They paid a nine-figure sum.")


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        ("Who runs Lakeside?", "With Nvidia's chips, Lakeside finds its market.", False),
        ("Who runs Lakeside?", "The lab's chief is Maria Torres.", True),
        ("湖畔的CEO是谁？", "湖畔首席执行官Maria Torres说，显卡不够用。", True),
        ("湖畔的CEO是誰？", "湖畔是一家云厂商。", False),
    ],
)
def test_a_full_name_is_told_or_not(question: str, sentence: str, told: bool) -> None:
    asked = read_asked(question, "en" if question.isascii() else "zh-Hans", {})
    assert asked.tells_name(sentence) is told
