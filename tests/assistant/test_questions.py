"""How often the built-in model is right: a set of questions in three scripts, two halves.

Causes are mended on the half `tune`; the half `check` tells whether that holds elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.evaluation.asking import ask_all
from assistant.evaluation.judging import Judged
from assistant.evaluation.questions import read_questions
from assistant.language import detect

QUESTIONS = Path(__file__).with_name("questions.yaml")


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


@pytest.fixture(scope="module")
def asked(desk: Assistant) -> list[Judged]:
    return list(ask_all(desk, read_questions(QUESTIONS)))


@pytest.mark.parametrize(("which", "floor"), [("tune", 0.88), ("check", 0.82)])
def test_most_answers_are_right(asked: list[Judged], which: str, floor: float) -> None:
    those = [one for one in asked if one.question.half == which]
    wrong = {one.question.ask: one.faults for one in those if one.faults}
    share = 1 - len(wrong) / len(those)
    assert share >= floor, f"{share:.2f} of {which} right: {wrong}"


def test_what_the_library_knows_is_not_withheld(asked: list[Judged]) -> None:
    those = [one for one in asked if one.question.answerable]
    withheld = [one.question.ask for one in those if one.withheld]
    assert len(withheld) <= 0.06 * len(those), withheld


def test_what_the_library_does_not_know_is_not_answered(asked: list[Judged]) -> None:
    those = [one for one in asked if one.question.kind == "no_answer"]
    answered = [one.question.ask for one in those if one.without_evidence]
    assert len(answered) <= 0.05 * len(those), answered


def test_the_same_question_gives_the_same_bytes(desk: Assistant, asked: list[Judged]) -> None:
    for one in asked[::8]:
        if not one.question.after:
            again = desk.ask(one.question.ask)
            assert (again.answer, again.citations) == (one.answer.answer, one.answer.citations)


def test_nothing_of_the_built_in_model_is_taken_out(asked: list[Judged]) -> None:
    assert {one.question.ask: one.answer.removed for one in asked if one.answer.removed} == {}


def test_every_figure_stands_in_its_evidence(asked: list[Judged]) -> None:
    loose = {one.question.ask: one.unsupported for one in asked if one.unsupported}
    assert loose == {}


def test_every_quote_stands_at_its_offsets(desk: Assistant, asked: list[Judged]) -> None:
    @cache
    def text(source: str, version: str) -> str:
        return desk.source(source, version).text

    for one in asked:
        for quoted in one.answer.citations:
            if quoted.kind == "passage":
                whole = text(quoted.source, quoted.version)
                assert whole[quoted.start : quoted.end] == quoted.quote, one.question.ask


def test_answers_keep_to_the_readers_script(asked: list[Judged]) -> None:
    mixed = {}
    for one in asked:
        if one.question.group == "zh-Hant":
            lines = one.answer.answer.splitlines()
            wrong = [line for line in lines if detect(line, fallback="zh-Hant") == "zh-Hans"]
            if wrong:
                mixed[one.question.ask] = wrong
    assert mixed == {}
