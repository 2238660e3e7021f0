"""Comparisons of what sources say: a row for each side, found by its own search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Answer, Assistant
from assistant.builtin.naming import Naming
from assistant.reading.sides import find_sides, only_wants_table
from kb.texts.aliases import AliasTable

NOBODY = AliasTable({})


def known(text: str) -> bool:
    return text in ("Luma", "Perplexity", "微软", "红杉")


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Luma versus Perplexity: how did they pick an investor?", ("Luma", "Perplexity")),
        (
            "How does Gurley's worry differ from Armstrong's?",
            ("Gurley's worry", "Armstrong's worry"),
        ),
        ("What do Luma and Perplexity each expect?", ("Luma", "Perplexity")),
        ("红杉和微软分别怎么看？", ("红杉", "微软")),
        ("租卡公司跟买卡公司的风险有什么不同？", ("租卡公司", "买卡公司")),
        ("帮我对比一下甲基金、乙基金和丙基金的看法", ("甲基金", "乙基金", "丙基金")),
        ("紅杉與微軟，誰更樂觀？做個表給我", ("紅杉", "微軟")),
        ("微软、红杉两家的投资数额和去向比一下", ("微软", "红杉")),
        (
            "Is Luma's small tier or Perplexity's big tier worth more?",
            ("Luma's small tier", "Perplexity's big tier"),
        ),
        (
            "Luma's stake in Perplexity against Microsoft's in OpenAI, amounts please",
            ("Luma's stake in Perplexity", "Microsoft's stake in OpenAI"),
        ),
        ("Compare the two tiers, Luma and Perplexity.", ("Luma", "Perplexity")),
    ],
)
def test_the_sides_are_what_stands_beside_each_other(question: str, names: tuple[str, ...]) -> None:
    found = find_sides(question, known)
    assert found is not None
    assert found.names == names
    assert len(found.questions) == len(names)


@pytest.mark.parametrize(
    "question",
    [
        "How long do the credits last and what do they cost?",
        "第一年、第二年分别是多少？",
        "What would a loan against our GPUs cost?",
        "借了多少、利率多少？",
    ],
)
def test_what_names_no_two_has_no_sides(question: str) -> None:
    assert find_sides(question, known) is None


def test_the_question_of_a_side_names_no_other_and_compares_nothing() -> None:
    found = find_sides("Fiona和Chris对囤卡的看法有什么不同？", known)
    assert found is not None
    assert found.questions == ("Fiona对囤卡的看法？", "Chris对囤卡的看法？")


def test_a_wish_for_a_table_asks_nothing_by_itself() -> None:
    assert only_wants_table("列个表吧")
    assert only_wants_table("A table would help.")
    assert not only_wants_table("Which table did they publish?")


def test_a_sentence_is_parted_only_where_each_clause_names_one() -> None:
    naming = Naming(["Alpha", "Beta"], NOBODY)
    assert naming.parts("By May Alpha had 40 nodes, while Beta had 9.") == {
        0: "By May Alpha had 40 nodes",
        1: "Beta had 9",
    }
    assert naming.parts("Alpha, which Beta funds, has 40 nodes, and Beta has 9.") == {}
    assert naming.parts("Alpha has 40 nodes, more than Beta.") == {}
    assert naming.parts("Alpha has 40 nodes, Beta has 9, and both are full.") == {}
    assert naming.names("Gamma alone") == set()


def told(answer: Answer) -> list[str]:
    """The rows of the table of an answer that gave all its evidence and lost nothing."""
    assert not answer.abstained
    assert not answer.removed
    assert answer.citations
    rows = [line for line in answer.answer.splitlines() if line.startswith("|")]
    assert len(rows) > 2, answer.answer
    return rows[2:]


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "Gurley vs Armstrong on circular deals: what does each say?",
            ("Gurley", "revenue"),
            ("Armstrong", ""),
        ),
        ("戈德斯和卡恩对买GPU的看法对比一下", ("戈德斯", "GPU"), ("卡恩", "贬值")),
        ("戈德斯與卡恩對買GPU的看法有何不同？列個表", ("戈德斯", "GPU"), ("卡恩", "貶值")),
    ],
)
def test_people_are_compared_in_what_sources_tell_of_each(
    desk: Assistant, question: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    answer = desk.ask(question)
    rows = told(answer)
    for row, held in zip(rows, (first, second), strict=True):
        assert all(each in row for each in held), row
    searches = [call for call in answer.tool_calls if call.name == "search_knowledge"]
    assert len(searches) == 3  # the message and each side


def test_how_companies_fare_is_no_table_of_their_programs(desk: Assistant) -> None:
    answer = desk.ask("Microsoft against Google: whose cloud revenue gained from AI?")
    assert "compare_programs" not in [call.name for call in answer.tool_calls]
    assert "29%" in answer.answer
    assert all("| credits |" not in row for row in told(answer))


def test_a_side_without_a_source_says_so_and_is_a_gap(desk: Assistant) -> None:
    answer = desk.ask("Compare the views of David Cahn and Marie Curie on buying GPUs")
    rows = told(answer)
    assert "not stated in sources" in rows[1]
    assert any("Curie" in gap for gap in answer.gaps)


def test_nothing_told_of_any_side_is_no_answer(desk: Assistant) -> None:
    answer = desk.ask("苹果和特斯拉囤的GPU数量对比一下")
    assert answer.abstained
    assert answer.gaps


def test_programs_are_still_compared_by_their_terms(desk: Assistant) -> None:
    answer = desk.ask("Put Modal's startup credits beside DigitalOcean Hatch's")
    assert "compare_programs" in [call.name for call in answer.tool_calls]
    assert "$25,000" in answer.answer
    assert "$100,000" in answer.answer


def test_how_much_each_gives_asks_for_no_winner(desk: Assistant) -> None:
    answer = desk.ask("Y Combinator和South Park Commons各投多少？")
    assert "排在前面" not in answer.answer
    assert "40万美元" in answer.answer
    assert "50万美元" in answer.answer


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("What did Microsoft receive in return for backing OpenAI?", ("49%",)),
        ("EuroHPC的AI工厂有哪几种使用渠道？", ("Playground", "Fast Lane", "Large Scale")),
    ],
)
def test_a_list_takes_further_members_from_beside_the_best_sentence(
    desk: Assistant, question: str, held: tuple[str, ...]
) -> None:
    answer = desk.ask(question)
    assert not answer.removed
    assert all(each in answer.answer for each in held), answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "How do Luma's and Perplexity's dividends compare?",
        "卡恩和戈德斯的年齡差多少？",
        "微软和谷歌的食堂哪个更好？",
    ],
)
def test_what_no_source_tells_of_the_sides_is_not_answered(desk: Assistant, question: str) -> None:
    answer = desk.ask(question)
    assert answer.abstained, answer.answer
    assert answer.gaps
    assert not answer.removed


@pytest.mark.parametrize(
    ("question", "programs"),
    [
        (
            "谷歌跟微软给初创的额度，哪家更大方？",
            ("google-for-startups-cloud", "microsoft-for-startups"),
        ),
        ("Modal或Hatch，哪个期限更长？", ("modal-for-startups", "digitalocean-hatch")),
        ("亚马逊、微软各投了多少，比一下", ("amazon-anthropic", "microsoft-openai")),
        ("Microsoft's cash in OpenAI next to Amazon's in Anthropic", ("microsoft-openai",)),
    ],
)
def test_sides_mean_the_programs_of_those_that_are_named(
    desk: Assistant, question: str, programs: tuple[str, ...]
) -> None:
    compared = [c for c in desk.ask(question).tool_calls if c.name == "compare_programs"]
    assert compared
    assert set(programs) <= set(compared[0].args["programs"])


def test_a_comparison_has_a_table_even_where_one_sentence_tells_of_all(desk: Assistant) -> None:
    answer = desk.ask("Moonshot's big shareholder versus a usual venture fund: how large a stake?")
    assert "36%" in answer.answer
    assert "|---|---|" in answer.answer
