"""How near the memory estimate comes to published peaks, with one set of rules for all.

`python -m tools.estimates.training.memory_check` prints each row of
`tools/data/memory_peaks.csv` beside ours. The rows were chosen before any was computed; those that
miss stay in the table.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.estimates.architectures import Architecture, architecture, typical_shape
from tools.estimates.training.memory_parts import USED_SHARE, memory_parts
from tools.estimates.training.memory_records import TrainingSetup

WITHIN = 0.10
_UNITS = {"B": 1.0, "GB": 1e9, "GiB": 2.0**30, "MB": 1e6, "MiB": 2.0**20}


class Peak(BaseModel):
    """One published figure: what it measures, in bytes, and the run as its source describes it.

    `kind`: "measured" on a GPU, or "stated" by a paper or a library's own formula.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["measured", "stated"]
    measures: Literal[
        "weights", "model_states", "states", "activations", "allocated", "reserved", "total"
    ]
    bytes: float
    shape: Architecture
    setup: TrainingSetup
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A published peak, ours in bytes, and how far ours is from it (0.05: five per cent above)."""

    peak: Peak
    ours: float

    @property
    def error(self) -> float:
        return self.ours / self.peak.bytes - 1


@cache
def memory_peaks() -> tuple[Peak, ...]:
    """Every row of the table."""
    text = files("tools").joinpath("data", "memory_peaks.csv").read_text(encoding="utf-8")
    return tuple(_peak(row) for row in csv.DictReader(text.splitlines()))


def _peak(row: dict[str, str]) -> Peak:
    shape = architecture(row["model"]) if row["model"] else typical_shape(int(row["params"]))
    if row["layers"]:
        shape = _cut(shape, int(row["layers"]), int(row["dense_layers"] or 0))
    said = {name: row[name] for name in TrainingSetup.model_fields if row.get(name)}
    setup = {name: int(value) if value.isdigit() else value for name, value in said.items()}
    return Peak(
        id=row["id"],
        kind=row["kind"],  # type: ignore[arg-type]
        measures=row["measures"],  # type: ignore[arg-type]
        bytes=float(row["value"]) * _UNITS[row["unit"]],
        shape=shape,
        setup=TrainingSetup.model_validate(setup),
        source=row["source"],
        note=row["note"],
    )


def _cut(shape: Architecture, layers: int, dense: int) -> Architecture:
    """The same model with fewer layers, as benchmarks train it."""
    cut = shape.model_copy(update={"layers": layers, "dense_layers": dense, "exact": False})
    return cut.model_copy(update={"params": cut.counted_params()})


def compare(peak: Peak) -> Compared:
    """Our figure for the run, of what its source measured."""
    parts = memory_parts(peak.shape, peak.setup)
    ours = {
        "weights": parts.weights,
        "model_states": parts.weights + parts.gradients + parts.optimizer,
        "states": parts.states,
        "activations": parts.activations,
        "allocated": parts.allocated,
        "reserved": parts.allocated / USED_SHARE,
        "total": parts.total,
    }[peak.measures]
    return Compared(peak, ours)


def main() -> None:
    """Print every row and how many come within ten per cent."""
    out = sys.stdout.write
    rows = [compare(peak) for peak in memory_peaks()]
    out(f"{'run':<40}{'':<10}{'measures':<13}{'published':>11}{'ours':>10}{'error':>8}\n")
    for row in rows:
        peak, gib = row.peak, 2.0**30
        out(
            f"{peak.id:<40}{peak.kind:<10}{peak.measures:<13}{peak.bytes / gib:>11.2f}"
            f"{row.ours / gib:>10.2f}{row.error:>8.1%}\n"
        )
    out("GiB a GPU (1,073,741,824 bytes).\n")
    for kind in ("stated", "measured"):
        chosen = [abs(row.error) for row in rows if row.peak.kind == kind]
        near = sum(error <= WITHIN for error in chosen)
        out(f"{kind}: {near} of {len(chosen)} within {WITHIN:.0%}\n")


if __name__ == "__main__":
    main()
