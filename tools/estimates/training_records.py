"""The records of a training estimate."""

from __future__ import annotations

from tools.estimates.published_runs import Stratum
from tools.estimates.records import Dollars, Estimate, MoneyRange, Range, Record, Scope, unit


class NearestRun(Record):
    """A published run near the estimate, with its real numbers. Parameters and tokens absolute."""

    model: str
    year: int
    params: float = unit("parameters")
    active_params: float = unit("parameters")
    tokens: float = unit("tokens")
    gpu: str
    n_gpus: int | None = unit("GPUs")
    gpu_hours: float = unit("GPU-hours")
    utilisation: float = unit("share of the dense peak")
    scope: str
    source: str


class TrainingInputs(Record):
    """What was asked, with every blank filled in. `gpu` is the canonical key."""

    params: float = unit("parameters")
    active_params: float = unit("parameters")
    tokens: float = unit("tokens")
    gpu: str
    gpus: int | None = unit("GPUs")
    scope: Scope
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour")
    price_source: str | None
    price_as_of: str | None


class TrainingEstimate(Estimate):
    """A training estimate with all that it rests on.

    `gpu_hours` covers the stated scope, `final_run_gpu_hours` the final run alone. `days` is None
    where the number of GPUs is not stated, `cost_usd` None where no price is: neither is guessed.
    `utilisation` is the share of the dense peak, its low giving the high hours.
    """

    inputs: TrainingInputs
    flops: float = unit("FLOP")
    peak_tflops: float = unit("TFLOPS")
    stratum: Stratum
    calibrated: bool
    utilisation: Range = unit("share of the dense peak")
    final_run_gpu_hours: Range = unit("GPU-hours")
    gpu_hours: Range = unit("GPU-hours")
    days: Range | None = unit("days")
    cost_usd: MoneyRange | None = unit("USD")
    nearest_runs: tuple[NearestRun, ...]
