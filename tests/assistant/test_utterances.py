"""What people type leads to the calls that they need: benchmarks/utterances.py tells how many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from assistant.reading.meaning import SHIPPED, Meaning, digest, examples, subjects
from benchmarks import utterances as exam
from kb.knowledge_base import KnowledgeBase
from kb.starter import programs as starter_programs

FLOORS = {"tune": 0.97, "check": 0.89}


@pytest.fixture(scope="module")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meaning]:
    with closing(KnowledgeBase.open(tmp_path_factory.mktemp("meaning"))) as kb:
        yield Meaning(kb)


@pytest.mark.parametrize("half", ["tune", "check"])
def test_most_calls_are_planned_with_every_argument_exact(meaning: Meaning, half: str) -> None:
    lines = [line for line in exam.utterances() if line.half == half]
    records = list(starter_programs())
    wrong = {line.ask: found for line, found in exam.results(lines, records, meaning) if found}
    share = 1 - len(wrong) / len(lines)
    assert share >= FLOORS[half], wrong if half == "tune" else f"{share:.2f} of the half check"


def test_what_is_shipped_is_of_the_examples_as_they_are() -> None:
    said = examples()
    with np.load(SHIPPED) as held:
        stale = "python -m assistant.reading.meaning writes it anew"
        assert str(held["examples"]) == digest([*said, *subjects(said)]), stale


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        (
            "Could our portfolio's internal machines take another 24-card job tonight?",
            "cluster_queue",
        ),
        ("分四年还清，每张卡三万美元，月供是多少", "gpu_loan"),
        ("上線一個聊天機器人，每秒二十個請求要準備幾張卡？", "estimate_inference"),
        ("who was the first to call these deals circular?", "search_knowledge"),
    ],
)
def test_a_question_is_known_by_its_meaning(said: str, tool: str, meaning: Meaning) -> None:
    assert meaning.scored(said).best == tool


def test_the_exam_finds_a_wrong_argument() -> None:
    records = list(starter_programs())
    said = "Where can I rent 64 H100s in Europe right now?"
    for args, right in (
        ({"gpu": "H100", "count": 64, "region": "EU"}, True),
        ({"gpu": "H100", "count": 64}, False),
        ({"gpu": "H200", "count": 64, "region": "EU"}, False),
        ({"gpu": "H100", "count": 65, "region": "EU"}, False),
    ):
        line = exam.Utterance(said, (), ({"gpu_offers": args},), asked_back=False)
        assert (exam.faults(line, records) == []) is right, args


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("How many nodes will we have to set aside for that?", True),
        ("这件事我们大概得准备多少预算", True),
        ("我們這種規模適合自建嗎？", True),
        ("How many nodes did the fund set aside?", False),
        ("那位律师认为这样合算吗？", False),
        ("玉山有多高？", False),
    ],
)
def test_a_question_about_the_askers_own_case_is_told_from_others(
    said: str, own: bool, meaning: Meaning
) -> None:
    assert (meaning.own_case(said) > 0) is own
