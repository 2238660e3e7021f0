"""The records of a training estimate."""

from __future__ import annotations

from typing import Literal

from tools.estimates.records import Dollars, Estimate, MoneyRange, Range, Record, Scope, unit
from tools.estimates.training.fit import MemoryFit
from tools.estimates.training.published_runs import Accounting, Stratum

Start = Literal["from_scratch", "continued"]
Precision = Literal["bf16", "fp16", "fp8"]


class NearestRun(Record):
    """A run near the estimate, with its real numbers. Parameters and tokens absolute.

    `utilisation` counts attention, as the estimate does. `accounting` is what its hours count.
    """

    model: str
    year: int | None = unit("year")
    params: float = unit("parameters")
    active_params: float = unit("parameters")
    tokens: float = unit("tokens")
    gpu: str
    n_gpus: int | None = unit("GPUs")
    gpu_hours: float = unit("GPU-hours")
    wall_days: float | None = unit("days")
    utilisation: float = unit("share of the dense peak")
    scope: str
    accounting: Accounting
    own: bool
    source: str


class TrainingInputs(Record):
    """What was asked, with every blank filled in. `gpu` is the canonical key.

    `tokens` are the added ones where training continues. `layers` and `d_model` are None where a
    typical shape is taken. `deadline_days` and `stated_gpu_hours` are what the person wants or has.
    """

    params: float = unit("parameters")
    active_params: float = unit("parameters")
    tokens: float = unit("tokens")
    start: Start
    model: str | None
    layers: int | None = unit("layers")
    d_model: int | None = unit("values")
    seq_len: int = unit("tokens")
    precision: Precision
    gpu: str
    gpus: int | None = unit("GPUs")
    scope: Scope
    deadline_days: float | None = unit("days")
    stated_gpu_hours: float | None = unit("GPU-hours")
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour")
    price_source: str | None
    price_as_of: str | None


class TrainingEstimate(Estimate):
    """A training estimate with all that it rests on.

    `gpu_hours` covers the stated scope: `final_run_gpu_hours` plus, with experiments,
    `experiments_gpu_hours`. `days` is None where the number of GPUs is not stated, `cost_usd` None
    where no price is: neither is guessed. `utilisation` is the share of the dense peak, attention
    counted, its low giving the high hours. `implied_utilisation` (attention counted) is what the
    stated days or hours would need, `gpus_for_deadline` the GPUs for the stated days. `memory` is
    None where the GPU's memory is not known.
    """

    inputs: TrainingInputs
    flops: float = unit("FLOP")
    attention: float = unit("share of 6 x parameters x tokens")
    peak_tflops: float = unit("TFLOPS")
    stratum: Stratum
    calibrated: bool
    utilisation: Range = unit("share of the dense peak")
    final_run_gpu_hours: Range = unit("GPU-hours")
    experiments_gpu_hours: Range | None = unit("GPU-hours")
    gpu_hours: Range = unit("GPU-hours")
    days: Range | None = unit("days")
    cost_usd: MoneyRange | None = unit("USD")
    implied_utilisation: float | None = unit("share of the dense peak")
    gpus_for_deadline: Range | None = unit("GPUs")
    memory: MemoryFit | None
    own_runs: int = unit("runs")
    nearest_runs: tuple[NearestRun, ...]
