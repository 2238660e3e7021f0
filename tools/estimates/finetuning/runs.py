"""Published fine-tuning: measured speeds, from which the utilisation is learned, and whole runs.

`python -m tools.estimates.finetuning.runs` prints the utilisation that each speed implies, and how
well a band fitted without a source's rows covers them.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.estimates.architectures import Architecture, architecture
from tools.estimates.finetuning.adapters import (
    Targets,
    TrainedPart,
    adapter_params,
    flops_per_token,
)
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
    micro_batch: int | None
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
    def setting(self) -> tuple[str, str, str, int, int | None, int | None]:
        """What two runs share that differ in the method alone."""
        return self.family, self.model, self.gpu, self.gpus, self.seq_len, self.micro_batch

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


def qlora_slowdown(runs: Sequence[FinetuningRun]) -> float:
    """How many times slower adapters on a base in 4 bits are than on one in 16, on the same GPUs at
    the same length: the geometric mean over sources of the median of their pairs."""
    speeds = {run.setting: run.tokens_per_gpu_second for run in runs if run.method == "qlora"}
    ratios: dict[str, list[float]] = {}
    for run in runs:
        slower = speeds.get(run.setting) if run.method == "lora" else None
        if slower and run.tokens_per_gpu_second:
            ratios.setdefault(run.family, []).append(run.tokens_per_gpu_second / slower)
    return statistics.geometric_mean(statistics.median(each) for each in ratios.values())


def fit_utilisation(runs: Sequence[FinetuningRun], part: TrainedPart) -> Range:
    """Low, likely and high utilisation of `part`: quantiles 10, 50 and 90 % of the measured speeds,
    those of one source and method together weighing as much as those of another.

    The methods share one band, but for the time that undoing 4 bits takes: bands of their own cover
    fewer speeds of a source that was left out (see `main`).
    """
    slower = qlora_slowdown(runs)
    shared = fit_alone([(run, slower if run.method == "qlora" else 1.0) for run in runs])
    by = slower if part == "qlora" else 1.0
    return Range(low=shared.low / by, likely=shared.likely / by, high=shared.high / by)


def fit_alone(runs: Sequence[tuple[FinetuningRun, float]]) -> Range:
    """The quantiles over runs, each utilisation times its factor."""
    known = [
        ((run.family, run.method), share * factor)
        for run, factor in runs
        if (share := run.utilisation) is not None
    ]
    size = Counter(group for group, _ in known)
    weighted = sorted((share, 1 / size[group]) for group, share in known)
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
    return fit_utilisation(finetuning_runs(), part)


@cache
def fitted_slowdown() -> float:
    """`qlora_slowdown` over all measured speeds."""
    return qlora_slowdown(finetuning_runs())


@cache
def measured_generations(part: TrainedPart) -> frozenset[str]:
    """GPU generations on which `part` was measured."""
    return frozenset(
        gpu(run.gpu).generation
        for run in finetuning_runs()
        if run.method == part and run.utilisation is not None
    )


@dataclass(frozen=True, slots=True)
class Check:
    """How a band does on the speeds of one method whose source it has not seen: the median of
    |likely / measured - 1|, and how many speeds lie in it."""

    method: TrainedPart
    speeds: int
    sources: int
    error: float
    inside: int


def check(part: TrainedPart, *, shared: bool = True) -> Check:
    """Leave-one-source-out figures of `part`, with one band for all methods or one of its own."""
    runs = [run for run in finetuning_runs() if run.utilisation is not None]
    rows = [run for run in runs if run.method == part]
    errors, inside = [], 0
    for run in rows:
        others = [each for each in runs if each.family != run.family]
        alone = [(each, 1.0) for each in others if each.method == part]
        band = fit_utilisation(others, part) if shared else fit_alone(alone)
        share = run.utilisation or 0.0
        errors.append(abs(share / band.likely - 1))
        inside += band.low <= share <= band.high
    sources = len({run.family for run in rows})
    return Check(part, len(rows), sources, statistics.median(errors), inside)


def main() -> None:
    """Print each measured speed, the band, and how bands do on a source they have not seen."""
    out = sys.stdout.write
    for run in finetuning_runs():
        if run.utilisation is not None:
            out(f"{run.id:<34}{run.method:<7}{run.tokens_per_gpu_second:>9,.0f} tokens/s")
            out(f"{run.utilisation:>8.1%}\n")
    for part in _KINDS:
        band = fitted_utilisation(part)
        shares = f"{band.low:.1%} / {band.likely:.1%} / {band.high:.1%}"
        out(f"band of {part}: {shares} of the dense peak\n")
    out(f"4 bits are undone in {fitted_slowdown() - 1:.0%} more time\n")
    for shared in (True, False):
        found = [check(part, shared=shared) for part in _KINDS]
        out("one band for all methods:" if shared else "a band for each method:")
        out(" leaving one source out, median error and speeds in the band\n")
        for each in found:
            out(f"  {each.method:<7}{each.error:>6.0%}{each.inside:>6} of {each.speeds}")
            out(f" ({each.sources} sources)\n")
        inside, speeds = sum(each.inside for each in found), sum(each.speeds for each in found)
        out(f"  all    {inside:>12} of {speeds} ({inside / speeds:.0%})\n")


if __name__ == "__main__":
    main()
