"""What people type leads to the calls that they need: benchmarks/utterances.py tells how many."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kb.starter import programs as starter_programs

FLOORS = {"tune": 0.5, "check": 0.5}


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


@pytest.mark.parametrize("half", ["tune", "check"])
def test_most_calls_are_planned_with_every_argument_exact(exam: ModuleType, half: str) -> None:
    lines = [line for line in exam.utterances() if line.half == half]
    records = list(starter_programs())
    wrong = {line.ask: found for line, found in exam.results(lines, records) if found}
    share = 1 - len(wrong) / len(lines)
    assert share >= FLOORS[half], wrong if half == "tune" else f"{share:.2f} of the half check"


def test_the_exam_finds_a_wrong_argument(exam: ModuleType) -> None:
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
