"""Yes or no by meaning: what a question says, the same denied, and which of them a sentence is
nearer to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from assistant.builtin.yes_no.asked import YesNo, yes_no
from assistant.builtin.yes_no.judging import Claim
from assistant.builtin.yes_no.leaning import leans, only_denies, statements
from assistant.reading import read
from kb.knowledge_base import KnowledgeBase


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with closing(KnowledgeBase.open(tmp_path_factory.mktemp("leaning"))) as opened:
        yield opened


def asked(question: str) -> YesNo:
    found = yes_no(read(question, (), ()))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "said", "denied"),
    [
        (
            "Did the fund sell its servers?",
            "the fund sell its servers",
            "did not the fund sell its servers",
        ),
        (
            "Their loan is secured by chips, right?",
            "their loan is secured by chips",
            "their loan is not secured by chips",
        ),
        ("Is it true that they never paid?", "is it true that they never paid", None),
        ("基金有没有卖掉服务器？", "基金有卖掉服务器", "基金没有卖掉服务器"),
        ("這筆貸款能不能提前還？", "这笔贷款能提前还", "这笔贷款不能提前还"),
        ("听说他们在卖服务器，是真的吗？", "他们在卖服务器", None),
        ("他们见过这样的公司吗？", "他们见过这样的公司", "他们没见过这样的公司"),
        ("两边的规模差不多吗？", "两边的规模差不多", "两边的规模差很多"),
    ],
)
def test_a_question_becomes_a_statement_and_its_denial(
    question: str, said: str, denied: str | None
) -> None:
    found = statements(asked(question))
    assert found[0] == said
    assert found[1] == denied if denied else found[1] != said


@pytest.mark.parametrize(
    ("question", "denied"),
    [
        ("Isn't the cluster open to outsiders?", False),
        ("So the cluster isn't open to outsiders, correct?", True),
        ("他们完全没有亏钱吗？", True),
        ("他们有没有亏钱？", False),
        ("成立不到两年能申请吗？", False),
    ],
)
def test_a_question_that_denies_is_known(question: str, denied: bool) -> None:
    assert asked(question).denied is denied


@pytest.mark.parametrize(
    ("question", "sentence", "verdict"),
    [
        (
            "Does the bakery stay open on Sundays?",
            "On Sundays the bakery remains shut and sells no bread.",
            False,
        ),
        (
            "Does the bakery stay open on Sundays?",
            "The bakery serves its customers on every day, Sundays included.",
            True,
        ),
        ("图书馆周末开门吗？", "图书馆在周六和周日不对读者开放。", False),
        ("图书馆周末开门吗？", "周末图书馆照常开放，读者可以入内。", True),
    ],
)
def test_a_sentence_leans_one_way(
    kb: KnowledgeBase, question: str, sentence: str, verdict: bool
) -> None:
    reading, claimed = read(question, (), ()), asked(question)
    claim = Claim(reading, claimed, kb.question_weights(question), kb.aliases)
    (found,) = leans(claimed, claim, [sentence], kb)
    assert (found > 0) is verdict
    assert found != 0


@pytest.mark.parametrize(
    ("question", "sentence", "denied"),
    [
        ("Did the fund meet founders who need it?", "The fund has not met such founders.", True),
        ("Did the fund not meet founders?", "The fund has not met such founders.", False),
        ("Did the fund meet founders who need it?", "The fund met many of them.", False),
        ("基金有没有遇到过这样的人？", "基金没有碰到过这样的人。", True),
        ("基金是不是没有遇到过这样的人？", "基金没有碰到过这样的人。", False),
        ("基金遇到过非用它不可的人吗？", "基金没有碰到过这样的人。", True),
        ("两家规模差不多吗？", "两家规模不一样。", True),
    ],
)
def test_a_denial_counts_where_the_question_has_none(
    question: str, sentence: str, denied: bool
) -> None:
    assert only_denies(asked(question), sentence) is denied


@pytest.mark.parametrize(
    ("question", "text", "denied"),
    [
        ("They don't charge rent, do they?", "they do charge rent", False),
        ("The chips are leased, not bought, right?", "the chips are leased", False),
        ("芯片是租的，不是买的，对吧？", "芯片是租的,对吧?", False),
        ("额度到底是一万还是两万，说法一致吗？", "额度到底是一万还是两万,说法一致吗?", False),
        ("大公司投的钱真的更多？", "大公司投的钱真的更多?", False),
        ("两边的规模差不多吗？", "两边的规模差不多吗?", False),
    ],
)
def test_what_is_asked_is_told_from_how_it_is_asked(question: str, text: str, denied: bool) -> None:
    found = asked(question)
    assert " ".join(found.text.split()) == text
    assert found.denied is denied
