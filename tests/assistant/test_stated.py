"""Yes or no by the values that a program's terms state, in whatever words it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from assistant.builtin.yes_no.asked import yes_no
from assistant.builtin.yes_no.stated import Stated, giving, stated
from assistant.reading import read
from kb.knowledge_base import KnowledgeBase


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    with closing(KnowledgeBase.open(tmp_path_factory.mktemp("stated"))) as opened:
        yield opened


def found(kb: KnowledgeBase, question: str) -> Stated | None:
    reading = read(question, (), kb.programs())
    asked = yes_no(reading)
    assert asked is not None
    ids = reading.programs or reading.sponsored
    return stated(reading, asked, giving(ids, kb.programs()), kb.aliases)


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("Is Together's accelerator dilutive?", False),
        ("Isn't YC's deal equity-free?", False),
        ("Do Hatch credits come without handing over any shares?", True),
        ("Will Hatch take a slice of our revenue?", False),
        ("Does OVHcloud lock us in?", False),
        ("Are there strings attached to the Nebius credits?", False),
        ("Can I reach $50k with Modal?", False),
        ("Does South Park Commons hand out more than half a million dollars in credits?", True),
        ("Is Google's Start tier worth at least $2,000?", True),
        ("Does the OVHcloud credit run for more than 18 months?", False),
        ("Are OVHcloud's credits good for a year?", True),
        ("Does Y Combinator invest less than $400,000?", False),
        ("參加Oxygen要不要出讓股份？", True),
        ("Modal的额度用得了两年以上吗？", False),
        ("OVHcloud的期限不到两年吧？", True),
        ("South Park Commons的額度最高有一百萬美元嗎？", True),
        ("Hatch要分成吗？", False),
    ],
)
def test_a_stated_value_settles_a_question_about_it(
    kb: KnowledgeBase, question: str, verdict: bool
) -> None:
    settled = found(kb, question)
    assert settled is not None
    assert settled.verdict is verdict


@pytest.mark.parametrize(
    "question",
    [
        "Does Hatch include free data transfer?",
        "Does Modal take equity in CoreWeave?",
        "Is the Modal credit paid out within a week?",
        "Will Modal raise its credits to $40,000 next year?",
        "Modal会不会帮公司招人？",
        "Inception的会员能免费参加展会吗？",
    ],
)
def test_a_question_of_more_than_the_value_is_left_to_the_sentences(
    kb: KnowledgeBase, question: str
) -> None:
    assert found(kb, question) is None


def test_values_on_which_sources_disagree_settle_nothing(kb: KnowledgeBase) -> None:
    settled = found(kb, "Does AWS Activate give more than $120,000?")
    assert settled is not None
    assert settled.verdict is None
    assert len(settled.terms) > 1
