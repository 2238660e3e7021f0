"""Published fine-tuning: measured speeds, from which the utilisation is learned, and whole runs.

`python -m tools.estimates.finetuning_runs` prints the utilisation that each speed implies, and how
well a band fitted without a source's rows covers them.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.estimates.adapters import Targets, TrainedPart, adapter_params, flops_per_token
from tools.estimates.architectures import Architecture, architecture
from tools.estimates.records import Range
from tools.gpus import Gpu, gpu

RUNS = "tools/data/finetuning_runs.csv"
LOW_QUANTILE, HIGH_QUANTILE = 0.1, 0.9
_KINDS: tuple[TrainedPart, ...] = ("full", "lora", "qlora")


class FinetuningRun(BaseModel):
    """One published run. A "speed" is tokens a second of one GPU in steady state; a "run" states
    the GPU-hours of a whole job, and its tokens where they are known."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["speed", "run"]
    model: str
    method: TrainedPart
    gpu: str
    gpus: int
    seq_len: int | None
    rank: int | None
    targets: Targets | None
    tokens_per_gpu_second: float | None
    tokens: float | None
    gpu_hours: float | None
    family: str
    source: str
    note: str

    @property
    def shape(self) -> Architecture:
        return architecture(self.model)

    @property
    def trainable(self) -> int:
        """Parameters of its adapters; 0 where all of the model was trained."""
        if self.rank is None:
            return 0
        return adapter_params(self.shape, self.rank, self.targets or "all")

    @property
    def utilisation(self) -> float | None:
        """Share of the dense 16-bit peak that a measured speed implies."""
        if self.tokens_per_gpu_second is None:
            return None
        each = flops_per_token(self.shape, self.method, self.seq_len or 0, self.trainable)
        return each * self.tokens_per_gpu_second / peak_flops(gpu(self.gpu))


def peak_flops(on: Gpu) -> float:
    """Dense 16-bit operations a second; zero where no peak is known."""
    return float(on.training_tflops or 0) * 1e12


@cache
def finetuning_runs() -> tuple[FinetuningRun, ...]:
    """Every row of the table."""
    text = files("tools").joinpath("data", "finetuning_runs.csv").read_text(encoding="utf-8")
    return tuple(
        FinetuningRun.model_validate({name: value or None for name, value in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


def fit_utilisation(part: TrainedPart, runs: Sequence[FinetuningRun]) -> Range:
    """Low, likely and high utilisation of `part`: quantiles 10, 50 and 90 % of the measured speeds,
    every source with the same weight."""
    known = [
        (run.family, share)
        for run in runs
        if run.method == part and (share := run.utilisation) is not None
    ]
    size = Counter(family for family, _ in known)
    weighted = sorted((share, 1 / size[family]) for family, share in known)
    low, likely, high = (_quantile(weighted, at) for at in (LOW_QUANTILE, 0.5, HIGH_QUANTILE))
    return Range(low=low, likely=likely, high=high)


def _quantile(weighted: Sequence[tuple[float, float]], at: float) -> float:
    """Weighted quantile, linear between the middles of the weights."""
    total, passed = sum(weight for _, weight in weighted), 0.0
    points: list[tuple[float, float]] = []
    for value, weight in weighted:
        points.append(((passed + weight / 2) / total, value))
        passed += weight
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]


@cache
def fitted_utilisation(part: TrainedPart) -> Range:
    """The band of `part` over all measured speeds."""
    return fit_utilisation(part, finetuning_runs())


@cache
def measured_generations(part: TrainedPart) -> frozenset[str]:
    """GPU generations on which `part` was measured."""
    return frozenset(
        gpu(run.gpu).generation
        for run in finetuning_runs()
        if run.method == part and run.utilisation is not None
    )


def main() -> None:
    """Print each measured speed, and the bands with and without each source."""
    out = sys.stdout.write
    runs = [run for run in finetuning_runs() if run.utilisation is not None]
    for run in runs:
        out(f"{run.id:<34}{run.method:<7}{run.tokens_per_gpu_second:>9,.0f} tokens/s")
        out(f"{run.utilisation or 0:>8.1%}\n")
    for part in _KINDS:
        band = fitted_utilisation(part)
        rows = [run for run in runs if run.method == part]
        errors, inside = [], 0
        for run in rows:
            others = fit_utilisation(part, [each for each in runs if each.family != run.family])
            share = run.utilisation or 0
            errors.append(abs(share / others.likely - 1))
            inside += others.low <= share <= others.high
        out(
            f"{part}: {band.low:.0%} / {band.likely:.0%} / {band.high:.0%} over {len(rows)} speeds"
            f" of {len({run.family for run in rows})} sources; leaving one source out, the median"
            f" error is {statistics.median(errors):.0%} and {inside} lie in the band\n"
        )


if __name__ == "__main__":
    main()
