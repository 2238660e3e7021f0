"""The fund's own training runs: checked whole, kept in the home as runs.csv."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import InvalidSource
from kb.home import write_atomically
from tools.estimates.training.published_runs import PublishedRun, read_own_runs

FILE = "runs.csv"


def own_runs(home: Path) -> tuple[PublishedRun, ...]:
    """The fund's own runs, none where there is no file. Raises `tools.errors.UnreadableRuns`."""
    return read_own_runs(home / FILE) if (home / FILE).exists() else ()


def import_runs(home: Path, path: Path) -> tuple[PublishedRun, ...]:
    """Take the runs of a CSV file into the home in place of earlier ones. Raises `InvalidSource`
    and `tools.errors.UnreadableRuns`; then nothing was changed."""
    runs = read_own_runs(path)
    if not runs:
        raise InvalidSource(f"{path.name} has no row", "nothing was changed")
    home.mkdir(parents=True, exist_ok=True)
    write_atomically(home / FILE, path.read_bytes())
    return runs


def forget_runs(home: Path) -> None:
    """Take the runs out of the home again. Raises `InvalidSource`."""
    if not (home / FILE).exists():
        raise InvalidSource("there are no runs of your own", "compute-desk estimate runs FILE.csv")
    (home / FILE).unlink()
