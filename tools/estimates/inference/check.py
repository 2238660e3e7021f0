"""How well the inference estimate does on measured servers that did not shape it.

`python -m tools.estimates.inference.check` prints, for the half of the models that tuned the
estimate and for the half that did not, how often the range holds the measured throughput and how
far the likely value is off; `--runs` adds a line a measurement; `--fit` searches the constants of
`serving.EFFICIENCY` again, on the tuning half alone.
"""

from __future__ import annotations

import itertools
import math
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tools.estimates.inference.runs import (
    InferenceRun,
    fit_share,
    fitted_share,
    inference_runs,
)
from tools.estimates.inference.serving import Efficiency
from tools.estimates.records import Range

_GRID = itertools.product(
    (0.5, 0.6, 0.7, 0.8), (0.75, 0.85, 0.95), (0.001, 0.002, 0.004), (0.0, 5e-6, 1e-5, 2e-5),
    (5e-6, 1e-5, 2e-5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """Figures of one part. `held` is the share of runs inside the range, `held_by_engine` the same
    with every (engine, source) counted once; errors are medians of |likely / measured - 1|."""

    runs: int
    models: int
    held: float
    held_by_engine: float
    error: float
    width: float
    token_error: float
    first_token_error: float


def check_part(part: str, band: Range | None = None) -> Check:
    """The figures of "tune" or "report"."""
    share = band or fitted_share()
    runs = [run for run in inference_runs() if run.part == part]
    filled = [(run, found) for run in runs if (found := run.share()) is not None]
    inside = {run.measured_by: 0.0 for run, _ in filled}
    size = Counter(run.measured_by for run, _ in filled)
    for run, found in filled:
        inside[run.measured_by] += (share.low <= found <= share.high) / size[run.measured_by]
    held = sum(share.low <= found <= share.high for _, found in filled)
    return Check(
        runs=len(filled),
        models=len({run.model for run in runs}),
        held=held / len(filled),
        held_by_engine=sum(inside.values()) / len(inside),
        error=statistics.median(abs(share.likely / found - 1) for _, found in filled),
        width=share.high / share.low,
        token_error=_median_error(runs, share.likely, "token_ms"),
        first_token_error=_median_error(runs, share.likely, "first_token_ms"),
    )


def _median_error(runs: Sequence[InferenceRun], likely: float, measured: str) -> float:
    errors: list[float] = []
    for run in runs:
        said = getattr(run, measured)
        if said is None:
            continue
        served = run.served()
        at_once = run.sequences(served)
        computed = served.token(at_once) if measured == "token_ms" else served.first(at_once)
        errors.append(abs(computed / likely * 1000 / said - 1))
    return statistics.median(errors)


def search() -> list[tuple[float, Range, Efficiency]]:
    """Every set of constants, the narrowest range (log of high / low) on the tuning half first."""
    tune = [run for run in inference_runs() if run.part == "tune"]
    found = []
    for compute, bandwidth, step, sequence, message in _GRID:
        rates = Efficiency(
            compute=compute, bandwidth=bandwidth, step=step, sequence=sequence, message=message
        )
        band = fit_share(tune, rates)
        found.append((math.log(band.high / band.low), band, rates))
    return sorted(found, key=lambda each: each[0])


def main(arguments: Sequence[str]) -> None:
    """Print the figures, and what was asked for besides."""
    out = sys.stdout.write
    band = fitted_share()
    out(
        f"Share of the roofline that servers reach: {band.low:.2f} / {band.likely:.2f} /"
        f" {band.high:.2f}\n"
    )
    out("Throughput of single servers; errors are medians of |likely / measured - 1|.\n")
    heads = (
        "part",
        "runs",
        "models",
        "held",
        "by engine",
        "error",
        "high/low",
        "ms/token",
        "first",
    )
    out("".join(f"{head:>11}" for head in heads) + "\n")
    for part in ("tune", "report"):
        found = check_part(part)
        out(
            f"{part:>11}{found.runs:>11}{found.models:>11}{found.held:>11.0%}"
            f"{found.held_by_engine:>11.0%}{found.error:>11.1%}{found.width:>11.2f}"
            f"{found.token_error:>11.0%}{found.first_token_error:>11.0%}\n"
        )
    if "--runs" in arguments:
        for run in inference_runs():
            share = run.share()
            if share is not None:
                out(
                    f"{run.part:<7}{run.model:<16}{run.gpus} x {run.gpu:<26}{run.weights:<5}"
                    f"{run.input_tokens:>6} +{run.output_tokens:>5}  {share / band.likely:>5.2f}"
                    f" x likely  {run.engine}\n"
                )
    if "--fit" in arguments:
        out("Narrowest ranges on the tuning half:\n")
        for _, found_band, rates in search()[:5]:
            out(f"{found_band.high / found_band.low:.3f}  {rates}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
