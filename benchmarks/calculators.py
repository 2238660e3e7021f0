"""What public calculators print for the same inputs, beside ours and what was measured.

    .venv/bin/python benchmarks/calculators.py

Each row states again, in a few lines, the formula that a calculator publishes (named with the file
and version that was read), and puts its result beside our estimate and, where there is one, a
published or measured figure. Where a calculator is wrong, the row says why. Nothing is fetched.
"""

from __future__ import annotations

import sys
import textwrap

from calculators_memory import memory_rows
from calculators_row import Row
from calculators_speed import speed_rows

WIDTH = 96


def rows() -> list[Row]:
    """Every comparison."""
    return [*memory_rows(), *speed_rows()]


def main() -> None:
    """Print each comparison, and how many calculators are wrong."""
    out = sys.stdout.write
    found = rows()
    for row in found:
        out(f"{row.question} ({row.unit})\n")
        out(f"  {row.calculator:<42}{_figure(row.theirs)}\n")
        out(f"  {'ours':<42}{row.ours}\n")
        out(f"  {row.known_from or 'published':<42}{_figure(row.known)}\n")
        for text in (row.why, f"read: {row.source}"):
            for line in textwrap.wrap(text, WIDTH - 4):
                out(f"    {line}\n")
        out("\n")
    wrong = [row for row in found if row.wrong]
    out(f"{len(found)} comparisons, {len(wrong)} where the calculator is wrong:\n")
    for row in wrong:
        out(f"  {row.calculator}: {row.question}\n")


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    main()
