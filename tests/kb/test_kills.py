"""A sample of `benchmarks/kills.py`: SIGKILL at random instants of every kind of change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
def test_kills_lose_and_mix_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "--kills", "5", "--seed", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 mixed, 0 leaked, 0 unopenable" in done.stdout
