"""Which sentences answer, and when none does."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.asked import read_asked
from assistant.builtin.coverage import content_terms
from assistant.builtin.selecting import Selection, select
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
