"""A short run of `benchmarks/concurrency.py`, and many processes that open one fresh home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
OPENER = """
import sys
from pathlib import Path
from kb.knowledge_base import KnowledgeBase
notes = []
with KnowledgeBase.open(Path(sys.argv[1]), note=notes.append) as kb:
    assert kb.search("GPU", 5)
    assert kb.question_weights("GPU hours")
print([note for note in notes if "damaged" in note])
"""


def test_writers_and_readers_of_one_home() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "concurrency.py"), "--seconds", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 stale, 0 exceptions" in done.stdout


def test_a_fresh_home_that_many_open_at_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(tmp_path / "home")],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )
        for _ in range(5)
    ]  # fmt: skip
    ended = [process.communicate(timeout=300) for process in processes]
    assert [(out.strip(), err) for out, err in ended] == [("[]", "")] * 5
