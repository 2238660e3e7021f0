"""The exam: gold questions written by somebody who had not read the code. Never edited to pass.

Asked here is the half `check`, on which nobody mends: an answer lost against the floors is a step
back. Beside each floor stand the figure seen when it was set and the goal; see docs/figures.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.evaluation.asking import Figures, ask_all, figures_of
from assistant.evaluation.questions import read_questions

GOLD = Path(__file__).parents[1] / "gold" / "questions.yaml"


@pytest.fixture(scope="module")
def figures(new_home: Callable[[], Path]) -> Figures:
    """What the check half comes to; it is asked in about a minute."""
    questions = [question for question in read_questions(GOLD) if question.half == "check"]
    with Assistant.open(new_home(), "builtin", today=date(2026, 11, 23)) as desk:
        return figures_of(list(ask_all(desk, questions)))


def test_the_set_is_large_enough() -> None:
    assert len(read_questions(GOLD)) >= 250


def test_answers_are_right(figures: Figures) -> None:
    assert (figures.right.share or 0) >= 0.82, figures  # seen 0.85; goal 0.92


def test_every_figure_is_supported(figures: Figures) -> None:
    assert figures.supported.share == 1, figures


def test_what_the_sources_know_is_not_withheld(figures: Figures) -> None:
    assert (figures.withheld.share or 0) <= 0.05, figures  # seen 0.028; goal 0.05


def test_what_they_do_not_know_is_not_answered(figures: Figures) -> None:
    assert (figures.without_evidence.share or 0) <= 0.25, figures  # seen 0.19; goal 0.02
