"""How many GPU-hours, days and dollars training a language model from scratch takes.

FLOPs = 6 x active parameters x tokens (Kaplan et al. 2020, arXiv:2001.08361); GPU-hours = FLOPs /
(3600 x dense 16-bit peak x utilisation). The utilisation is not assumed: it is a band fitted on
published runs (`tools.estimates.published_runs`): the range shows how far real teams spread.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Literal

from tools.errors import InvalidInput
from tools.estimates.checks import positive, whole
from tools.estimates.published_runs import (
    Band,
    PublishedRun,
    Stratum,
    calibrated_generations,
    fitted_band,
    hours_at_peak,
    published_runs,
    stratum_of,
)
from tools.estimates.records import Assumption, MoneyRange, Range, Scope, Step
from tools.estimates.shown import short, triple, usd
from tools.estimates.training_records import NearestRun, TrainingEstimate, TrainingInputs
from tools.gpus import Gpu
from tools.gpus import gpu as find_gpu

# Failed starts, ablations and tuning beside the final run: low, likely, high. A planning factor,
# not a measurement: published hours (DeepSeek's, for one) leave them out.
_EXPERIMENTS = (Decimal(1), Decimal("1.5"), Decimal(3))
_MOST_PARAMS, _MOST_TOKENS, _MOST_GPUS = Decimal(10) ** 15, Decimal(10) ** 18, 10_000_000


def estimate_training(
    params: Decimal,
    tokens: Decimal,
    gpu: str = "H100",
    gpus: int | None = None,
    active_params: Decimal | None = None,
    scope: Scope = "final_run",
    price_per_gpu_hour: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
    architecture: Literal["dense", "moe"] | None = None,
) -> TrainingEstimate:
    """Estimate pre-training `params` (total) on `tokens`, both absolute numbers.

    `active_params` are those used per token (mixture of experts); without it the model is dense,
    and `architecture="moe"` is refused since the active share cannot be guessed. The price is in US
    dollars per GPU-hour; without one there is no cost. Raises `InvalidInput` and `UnknownGpu`.
    """
    params = positive("parameters", params, _MOST_PARAMS)
    tokens = positive("tokens", tokens, _MOST_TOKENS)
    active = _active(params, active_params, architecture)
    if gpus is not None:
        whole("GPUs", gpus, _MOST_GPUS)
    if scope not in ("final_run", "with_experiments"):
        raise InvalidInput(f"unknown scope: {scope!r}", "final_run or with_experiments")
    price = None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour)
    on = find_gpu(gpu)
    stratum = stratum_of(params, active)
    band = fitted_band(stratum)
    flops = 6 * active * tokens
    at_peak = hours_at_peak(flops, on)
    final = [at_peak / Decimal(repr(share)) for share in (band.high, band.likely, band.low)]
    factors = _EXPERIMENTS if scope == "with_experiments" else (Decimal(1),) * 3
    hours = [each * factor for each, factor in zip(final, factors, strict=True)]
    inputs = TrainingInputs(
        params=float(params),
        active_params=float(active),
        tokens=float(tokens),
        gpu=on.key,
        gpus=gpus,
        scope=scope,
        price_per_gpu_hour=price,
        price_source=price_source,
        price_as_of=price_as_of,
    )
    calibrated = on.generation in calibrated_generations(stratum)
    return TrainingEstimate(
        inputs=inputs,
        flops=float(flops),
        peak_tflops=float(on.training_tflops or 0),
        stratum=stratum,
        calibrated=calibrated,
        utilisation=Range(low=band.low, likely=band.likely, high=band.high),
        final_run_gpu_hours=_range(final),
        gpu_hours=_range(hours),
        days=_range([each / (24 * gpus) for each in hours]) if gpus else None,
        cost_usd=_cost(hours, price),
        assumptions=tuple(_assumptions(inputs, on, stratum, band, calibrated)),
        nearest_runs=_nearest(active, tokens, stratum, on),
        steps=_steps(inputs, on, band, flops, at_peak, final, hours, price),
    )


def _active(params: Decimal, active: Decimal | None, architecture: str | None) -> Decimal:
    if active is None:
        if architecture == "moe":
            raise InvalidInput(
                "a mixture of experts needs its active parameters",
                "state them, for example 17B active of 109B: they cannot be guessed",
            )
        return params
    active = positive("active parameters", active, _MOST_PARAMS)
    if active > params:
        raise InvalidInput(
            f"{short(active)} active of {short(params)} parameters cannot be",
            "active parameters are at most the total",
        )
    return active


def _range(values: list[Decimal]) -> Range:
    low, likely, high = values
    return Range(low=float(low), likely=float(likely), high=float(high))


def _cost(hours: list[Decimal], price: Decimal | None) -> MoneyRange | None:
    if price is None:
        return None
    low, likely, high = (each * price for each in hours)
    return MoneyRange(low=low, likely=likely, high=high)


_RUNS_SOURCE = "tools/data/published_runs.csv"
_STRATA: dict[Stratum, str] = {
    "dense": "dense models of 1B parameters and more",
    "dense_small": "dense models below 1B parameters",
    "moe": "mixtures of experts",
}


def _assumptions(
    inputs: TrainingInputs, on: Gpu, stratum: Stratum, band: Band, calibrated: bool
) -> list[Assumption]:
    lent = "; too few for a spread of its own: that of dense models" if band.spread_from else ""
    shares = f"{band.low:.0%} / {band.likely:.0%} / {band.high:.0%}"
    found = [
        Assumption(
            name="flops",
            value="6 x active parameters x tokens",
            text="6 operations a parameter and token; attention over long contexts is not added",
            source="Kaplan et al. 2020, arXiv:2001.08361",
        ),
        Assumption(
            name="utilisation",
            value=shares,
            text=f"share of the dense peak in {band.runs} published runs of {band.families}"
            f" families ({_STRATA[stratum]}): lowest tenth, middle, highest tenth{lent}",
            source=_RUNS_SOURCE,
        ),
        Assumption(
            name="peak",
            value=f"{on.training_tflops} TFLOPS",
            text=f"dense 16-bit peak of {on.key}" + (f"; {on.note}" if on.note else ""),
            source=on.source,
        ),
        _scope_assumption(inputs.scope),
    ]
    if not calibrated:
        found.append(
            Assumption(
                name="uncalibrated",
                value=on.generation,
                text=f"uncalibrated: fewer than two published families of {_STRATA[stratum]} ran on"
                f" {on.generation} GPUs, so the band comes from other generations",
                source=_RUNS_SOURCE,
            )
        )
    if inputs.gpus:
        found.append(
            Assumption(
                name="days",
                value=f"{inputs.gpus} GPUs",
                text="days if all GPUs work all the time; waiting for them is not included",
                source="arithmetic",
            )
        )
    if inputs.price_per_gpu_hour is not None:
        dated = f" of {inputs.price_as_of}" if inputs.price_as_of else ", date not stated"
        found.append(
            Assumption(
                name="price",
                value=f"{inputs.price_per_gpu_hour} USD per GPU-hour",
                text=f"price as given{dated}; storage, egress and staff are not included",
                source=inputs.price_source or "stated by the person",
            )
        )
    return found


def _scope_assumption(scope: Scope) -> Assumption:
    if scope == "final_run":
        return Assumption(
            name="scope",
            value="final_run",
            text="the final run with the restarts that published hours contain; no experiments",
            source=_RUNS_SOURCE,
        )
    factors = " / ".join(str(each) for each in _EXPERIMENTS)
    return Assumption(
        name="scope",
        value="with_experiments",
        text=f"final run times {factors} for experiments and failed runs",
        source="a planning factor: few teams publish the hours of their experiments",
    )


def _nearest(active: Decimal, tokens: Decimal, stratum: Stratum, on: Gpu) -> tuple[NearestRun, ...]:
    def distance(run: PublishedRun) -> float:
        size = math.log(float(run.active_params / active))
        data = math.log(float(run.tokens / tokens))
        # Another architecture weighs as much as a model six times the size.
        other_kind = 0.0 if run.stratum == stratum else 1.8
        other_chip = 0.0 if find_gpu(run.gpu).generation == on.generation else 0.5
        return math.hypot(size, data, other_kind, other_chip)

    return tuple(_shown(run) for run in sorted(published_runs(), key=distance)[:3])


def _shown(run: PublishedRun) -> NearestRun:
    return NearestRun(
        model=run.model,
        year=run.year,
        params=float(run.params),
        active_params=float(run.active_params),
        tokens=float(run.tokens),
        gpu=run.gpu,
        n_gpus=run.n_gpus,
        gpu_hours=float(run.gpu_hours),
        utilisation=run.utilisation,
        scope=run.scope,
        source=run.source,
    )


def _steps(
    inputs: TrainingInputs,
    on: Gpu,
    band: Band,
    flops: Decimal,
    at_peak: Decimal,
    final: list[Decimal],
    hours: list[Decimal],
    price: Decimal | None,
) -> tuple[Step, ...]:
    active, tokens = Decimal(inputs.active_params), Decimal(inputs.tokens)
    steps = [
        Step(
            name="flops",
            text=f"FLOPs = 6 x {short(active)} active parameters x {short(tokens)} tokens"
            f" = {flops:.3g}",
            source="Kaplan et al. 2020, arXiv:2001.08361",
        ),
        Step(
            name="at_peak",
            text=f"GPU-hours at full peak = {flops:.3g} / (3600 x {on.training_tflops} TFLOPS)"
            f" = {at_peak:,.0f}",
            source=on.source,
        ),
        Step(
            name="final_run",
            text=f"final run = {at_peak:,.0f} / utilisation ({band.high:.1%}, {band.likely:.1%},"
            f" {band.low:.1%}) = {triple(final)} GPU-hours",
            source=_RUNS_SOURCE,
        ),
    ]
    if inputs.scope == "with_experiments":
        factors = ", ".join(str(each) for each in _EXPERIMENTS)
        line = f"with experiments = final run x ({factors}) = {triple(hours)} GPU-hours"
        steps.append(Step(name="with_experiments", text=line))
    if inputs.gpus:
        days = triple((each / (24 * inputs.gpus) for each in hours), 1)
        line = f"days = GPU-hours / (24 x {inputs.gpus:,} GPUs) = {days}"
        steps.append(Step(name="days", text=line))
    if price is not None:
        cost = " / ".join(usd(each * price) for each in hours)
        steps.append(Step(name="cost", text=f"cost = GPU-hours x ${price} = {cost}"))
    return tuple(steps)
