"""Every argument of the estimators is read from the words: argument_utterances.yaml."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kb.starter import programs as starter_programs


@pytest.fixture(scope="module")
def exam() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "utterances.py"
    spec = importlib.util.spec_from_file_location("utterances", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_what_is_said_is_the_arguments(exam: ModuleType) -> None:
    lines = exam.utterances(Path(__file__).with_name("argument_utterances.yaml"))
    records = list(starter_programs())
    wrong = {line.ask: found for line, found in exam.results(lines, records, None) if found}
    assert wrong == {}
