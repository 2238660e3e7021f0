"""Every argument of the estimators is read from the words: argument_utterances.yaml."""

from __future__ import annotations

from pathlib import Path

from benchmarks import utterances as exam
from kb.starter import programs as starter_programs


def test_what_is_said_is_the_arguments() -> None:
    lines = exam.utterances(Path(__file__).with_name("argument_utterances.yaml"))
    records = list(starter_programs())
    wrong = {line.ask: found for line, found in exam.results(lines, records, None) if found}
    assert wrong == {}
