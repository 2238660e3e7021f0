"""The comparison with public calculators: it runs, and its known figures are ours or published."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command prints."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(sys, "argv", ["calculators.py"])
    runpy.run_path(str(BENCHMARKS / "calculators.py"), run_name="__main__")
    return capsys.readouterr().out


def test_at_least_three_calculators_are_wrong_and_it_says_why(printed: str) -> None:
    counted = re.search(r"(\d+) comparisons, (\d+) where the calculator is wrong", printed)
    assert counted
    assert int(counted[1]) >= int(counted[2]) >= 3
    assert printed.count("read: ") == int(counted[1])


def test_a_sparse_peak_halves_the_hours(printed: str) -> None:
    [row] = [part for part in printed.split("\n\n") if "#21743" in part and "  ours  " in part]
    [theirs] = re.findall(r"before #21743\s+([\d,]+)", row)
    assert float(theirs.replace(",", "")) == pytest.approx(
        6 * 70.55e9 * 15e12 / (3600 * 989e12 * 0.4) / 2, rel=0.001
    )


def test_a_missing_price_is_filled_in_by_others_and_never_by_us(printed: str) -> None:
    [row] = [part for part in printed.split("\n\n") if "H20 (8 GPUs" in part and "  ours  " in part]
    assert "no cost: a missing price is asked for" in row
    assert re.search(r"Bud simulator\s+4,513", row)
