"""Questions beside the sentences of the bundled library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from kb import starter
from kb.records import Passage
from kb.retrieval.asked import AskedQuestions, table
from kb.retrieval.embedders import default_embedder


class Flat:
    """An embedder of two numbers in one part."""

    def __init__(self, fingerprint: str = "flat") -> None:
        self.fingerprint = fingerprint
        self.parts = (type("Part", (), {"size": 2, "weight": 1.0})(),)


def passage(text: str) -> Passage:
    document = next(iter(starter.documents().values()))
    first = document.passages[0]
    return Passage(**{**{f: getattr(first, f) for f in first.__slots__}, "text": text})


def stored(folder: Path) -> AskedQuestions:
    told = [(0, "Ada owns the shed."), (1, "Ada owns the shed."), (1, "It has two doors.")]
    arrays = table(told, np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    np.savez(folder / "asked.npz", fingerprint=np.array("flat"), **arrays)  # type: ignore[arg-type]
    return AskedQuestions(folder / "asked.npz")


def test_a_sentence_is_as_like_as_the_nearest_question_that_it_answers(tmp_path: Path) -> None:
    known = stored(tmp_path)
    question = np.array([0.6, 0.8], dtype=np.float32)
    told = passage("Ada  owns the shed. It has two doors. Nobody lives there.")
    alike = known.alike(question, Flat())  # type: ignore[arg-type]
    assert alike is not None
    assert alike.of(told) == pytest.approx((0.8, 0.8, 0.0), abs=0.01)


def test_another_embedder_knows_none_of_them(tmp_path: Path) -> None:
    question = np.array([0.6, 0.8], dtype=np.float32)
    assert stored(tmp_path).alike(question, Flat("other")) is None  # type: ignore[arg-type]


def test_each_opening_is_of_a_bundled_sentence_and_each_question_stands_once() -> None:
    groups = yaml.safe_load(starter.QUESTIONS.read_text(encoding="utf-8"))
    openings = {told[: starter.OPENING] for told in starter.statements()}
    assert not [told for group in groups for told in group["of"] if told not in openings]
    assert all(group["ask"] for group in groups)


def test_the_questions_that_are_shipped_are_those_of_the_bundled_embedder() -> None:
    known = AskedQuestions(starter.ASKED)
    assert known.fingerprint == default_embedder(pytest.fail).fingerprint
    groups = yaml.safe_load(starter.QUESTIONS.read_text(encoding="utf-8"))
    asked = {question for group in groups for question in group["ask"]}
    with np.load(starter.ASKED, allow_pickle=False) as held:
        assert held["vectors"].shape[0] == len(asked)
