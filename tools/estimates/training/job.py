"""The arithmetic of a training job: operations, hours at full peak, and what multiplies them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.records import Scope
from tools.estimates.training.published_runs import (
    IMPOSSIBLE_UTILISATION,
    Stratum,
    hours_at_peak,
    stratum_of,
)
from tools.estimates.training.records import Precision
from tools.estimates.training.utilisation import Band
from tools.estimates.training.work import (
    FP8,
    NO_EFFECT,
    SCALE_PER_DOUBLING,
    Factor,
    attention_share,
    doublings,
    long_context,
)
from tools.gpus import Gpu

EXPERIMENTS = (Decimal(1), Decimal("1.5"), Decimal(3))
"""Failed starts, ablations and tuning beside the final run: low, likely, high. A planning factor,
not a measurement: published hours (DeepSeek's, for one) leave them out."""
# A bare large matrix multiply reaches 80 % of the peak on an H100 (github:stas00/ml-engineering
# compute/accelerator/README.md @744d01e): no training does more.
_MATMUL_CEILING = 0.80

Three = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Job:
    """A training run, every blank filled in. Parameters and tokens are absolute."""

    params: Decimal
    active: Decimal
    tokens: Decimal
    on: Gpu
    gpus: int | None
    scope: Scope
    price: Decimal | None
    layers: int | None
    d_model: int | None
    seq_len: int
    precision: Precision

    @property
    def stratum(self) -> Stratum:
        return stratum_of(self.params, self.active)


@dataclass(frozen=True, slots=True)
class Work:
    """What a job takes. `plain_flops` is 6 x active parameters x tokens, `flops` with attention;
    `doublings` those of GPUs beyond what runs of its size use; hours are low, likely, high."""

    plain_flops: Decimal
    flops: Decimal
    attention: float
    at_peak: Decimal
    doublings: float
    scale: float
    context: Factor
    precision: Factor
    final: Three
    hours: Three


def work(job: Job, band: Band) -> Work:
    """What `job` takes at the utilisation of `band`. Raises `InvalidInput` without a known peak."""
    plain = 6 * job.active * job.tokens
    attention = attention_share(job.active, job.layers, job.d_model, job.seq_len)
    flops = plain * (1 + Decimal(repr(attention)))
    at_peak = hours_at_peak(flops, job.on)
    times = doublings(job.active, job.gpus, band.params_per_gpu)
    scale = SCALE_PER_DOUBLING**times
    context = long_context(job.seq_len)
    precision = FP8 if job.precision == "fp8" else NO_EFFECT
    low, likely, high = (
        at_peak * Decimal(repr(scale * context_factor * precision_factor / share))
        for share, context_factor, precision_factor in (
            (band.high, context.low, precision.low),
            (band.likely, context.likely, precision.likely),
            (band.low, context.high, precision.high),
        )
    )
    final = (low, likely, high)
    factors = EXPERIMENTS if job.scope == "with_experiments" else (Decimal(1),) * 3
    hours = (low * factors[0], likely * factors[1], high * factors[2])
    return Work(plain, flops, attention, at_peak, times, scale, context, precision, final, hours)


def implied_utilisation(job: Job, done: Work, hours: Decimal, said: str) -> float:
    """The share of the dense peak, attention counted, that `hours` GPU-hours would need.

    Raises `InvalidInput` above 65 % of 6 x parameters x tokens (times 1.35 for FP8), which no
    honest run reaches, or above 80 % with attention, which no matrix multiply does.
    """
    gain = 1 / done.precision.low
    plain = float(hours_at_peak(done.plain_flops, job.on) / hours)
    counted = float(done.at_peak / hours)
    if plain > IMPOSSIBLE_UTILISATION * gain or counted > _MATMUL_CEILING * gain:
        needed = max(plain, counted)
        least = max(plain / IMPOSSIBLE_UTILISATION, counted / _MATMUL_CEILING) * float(hours) / gain
        raise InvalidInput(
            f"{said} would need {needed:.0%} of the peak of {job.on.key}, and no published run"
            f" passes {IMPOSSIBLE_UTILISATION * gain:.0%}",
            f"at least {least:,.0f} GPU-hours; check parameters, tokens and days",
        )
    return counted


def gpus_for(job: Job, band: Band, days: Decimal) -> Three:
    """How many GPUs finish the job within `days`: for the low, likely and high hours."""
    found = []
    for case in range(3):
        count = 1
        while True:
            hours = work(replace(job, gpus=count), band).hours[case]
            needed = max(1, math.ceil(hours / (24 * days)))
            if needed <= count:
                break
            count = needed
        found.append(Decimal(count))
    low, likely, high = found
    return low, likely, high
