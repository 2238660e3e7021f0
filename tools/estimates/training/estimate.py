"""How many GPU-hours, days and dollars training a language model takes.

FLOPs = 6 x active parameters x tokens (Kaplan et al. 2020, arXiv:2001.08361) plus causal attention;
GPU-hours = FLOPs / (3600 x dense 16-bit peak x utilisation). The utilisation is not assumed: it is
learned from published runs (`utilisation`), and its range shows how far real teams spread. Scale,
long contexts and FP8 multiply it (`work`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture, typical_shape
from tools.estimates.architectures import architecture as shape_of
from tools.estimates.checks import gpu_kind, positive, whole
from tools.estimates.records import (
    MoneyRange,
    Range,
    Scope,
    Sensitivity,
    Step,
    Swing,
    tornado,
)
from tools.estimates.shown import short
from tools.estimates.training.fit import fit_steps, memory_fit
from tools.estimates.training.job import Job, Work, gpus_for, implied_utilisation, work
from tools.estimates.training.nearest import nearest_runs
from tools.estimates.training.published_runs import PublishedRun
from tools.estimates.training.records import (
    Precision,
    Start,
    TrainingEstimate,
    TrainingInputs,
)
from tools.estimates.training.texts import assumptions, deadline_step, implied_step, steps
from tools.estimates.training.utilisation import Band, calibrated_generations, fitted_band
from tools.estimates.training.work import LONG_FROM, TYPICAL_SEQ_LEN
from tools.gpus import Gpu
from tools.gpus import gpu as find_gpu

_MOST_PARAMS, _MOST_TOKENS, _MOST_GPUS = Decimal(10) ** 15, Decimal(10) ** 18, 10_000_000
_MOST_DAYS, _MOST_HOURS, _MOST_CONTEXT = Decimal(36_500), Decimal(10) ** 15, 10_000_000


def estimate_training(
    params: Decimal | None,
    tokens: Decimal,
    gpu: str = "H100",
    gpus: int | None = None,
    active_params: Decimal | None = None,
    scope: Scope = "final_run",
    price_per_gpu_hour: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
    architecture: Literal["dense", "moe"] | None = None,
    *,
    model: str | None = None,
    start: Start = "from_scratch",
    seq_len: int | None = None,
    layers: int | None = None,
    d_model: int | None = None,
    precision: Precision | None = None,
    deadline_days: Decimal | None = None,
    stated_gpu_hours: Decimal | None = None,
    own_runs: Sequence[PublishedRun] = (),
) -> TrainingEstimate:
    """Estimate training `params` (total) on `tokens`, both absolute numbers.

    `active_params` are those used per token (mixture of experts); without it the model is dense,
    and `architecture="moe"` is refused since the active share cannot be guessed. `model` names a
    published model whose size and shape are taken where not stated. The price is in US dollars per
    GPU-hour; without one there is no cost. `deadline_days` with `gpus`, or `stated_gpu_hours`, is
    checked against what GPUs can reach; without `gpus` it asks how many are needed. `own_runs` are
    the fund's: shown first, and each weighs as three published families. Raises `InvalidInput` and
    `UnknownGpu`.
    """
    if gpus is not None:
        whole("GPUs", gpus, _MOST_GPUS)
    if scope not in ("final_run", "with_experiments"):
        raise InvalidInput(f"unknown scope: {scope!r}", "final_run or with_experiments")
    if start not in ("from_scratch", "continued"):
        raise InvalidInput(f"unknown start: {start!r}", "from_scratch or continued")
    on = gpu_kind(gpu)
    size = _size(params, active_params, architecture, model, layers, d_model)
    job = Job(
        params=size[0],
        active=size[1],
        tokens=positive("tokens", tokens, _MOST_TOKENS),
        on=on,
        gpus=gpus,
        scope=scope,
        price=None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour),
        layers=size[2],
        d_model=size[3],
        seq_len=TYPICAL_SEQ_LEN if seq_len is None else whole("tokens", seq_len, _MOST_CONTEXT),
        precision=_precision(on, precision),
    )
    deadline = None if deadline_days is None else positive("days", deadline_days, _MOST_DAYS)
    stated = (
        None if stated_gpu_hours is None else positive("GPU-hours", stated_gpu_hours, _MOST_HOURS)
    )
    inputs = TrainingInputs(
        params=float(job.params),
        active_params=float(job.active),
        tokens=float(job.tokens),
        start=start,
        model=model,
        layers=job.layers,
        d_model=job.d_model,
        seq_len=job.seq_len,
        precision=job.precision,
        gpu=on.key,
        gpus=gpus,
        scope=scope,
        deadline_days=None if deadline is None else float(deadline),
        stated_gpu_hours=None if stated is None else float(stated),
        price_per_gpu_hour=job.price,
        price_source=price_source,
        price_as_of=price_as_of,
    )
    return _estimate(inputs, job, deadline, stated, tuple(own_runs))


def _estimate(
    inputs: TrainingInputs,
    job: Job,
    deadline: Decimal | None,
    stated: Decimal | None,
    own: tuple[PublishedRun, ...],
) -> TrainingEstimate:
    band = fitted_band(job.stratum, own)
    done = work(job, band)
    lines = list(steps(inputs, job, band, done))
    shape = _shape(job, inputs.model)
    fit = None
    if fitted := memory_fit(shape, job.on, job.gpus, job.seq_len):
        fit = fitted[0]
        lines += fit_steps(*fitted, shape)
    implied, counts = _against(job, band, done, deadline, stated, lines)
    calibrated = job.on.generation in calibrated_generations(job.stratum)
    return TrainingEstimate(
        inputs=inputs,
        flops=float(done.flops),
        attention=done.attention,
        peak_tflops=float(job.on.training_tflops or 0),
        stratum=job.stratum,
        calibrated=calibrated,
        utilisation=Range(low=band.low, likely=band.likely, high=band.high),
        final_run_gpu_hours=_range(done.final),
        experiments_gpu_hours=(
            _range([all_ - final for all_, final in zip(done.hours, done.final, strict=True)])
            if job.scope == "with_experiments"
            else None
        ),
        gpu_hours=_range(done.hours),
        days=_range([each / (24 * job.gpus) for each in done.hours]) if job.gpus else None,
        cost_usd=_cost(done, job.price),
        implied_utilisation=implied,
        gpus_for_deadline=None if counts is None else _range(counts),
        memory=fit,
        own_runs=band.own_runs,
        assumptions=tuple(assumptions(inputs, job, band, done, fit, calibrated=calibrated)),
        nearest_runs=nearest_runs(job, own),
        steps=tuple(lines),
        sensitivity=_sensitivity(job, band),
    )


def _shape(job: Job, model: str | None) -> Architecture:
    """The shape whose memory is asked: the named model's where the size is its own, else the
    typical one of the size."""
    if model is not None and (named := shape_of(model)).params == job.params:
        return named
    return typical_shape(job.params, job.active)


def _against(
    job: Job,
    band: Band,
    done: Work,
    deadline: Decimal | None,
    stated: Decimal | None,
    lines: list[Step],
) -> tuple[float | None, Sequence[Decimal] | None]:
    """What the person's own hours or days imply, and how many GPUs a deadline alone takes."""
    counts = None
    hours, said = stated, "" if stated is None else f"{stated:,.0f} GPU-hours"
    if deadline is not None and job.gpus:
        hours = 24 * job.gpus * deadline
        said = f"{job.gpus:,} GPUs for {deadline.normalize():f} days"
    elif deadline is not None:
        counts = gpus_for(job, band, deadline)
        lines.append(deadline_step(deadline, counts))
    if hours is None:
        return None, counts
    implied = implied_utilisation(job, done, hours, said)
    lines.append(implied_step(hours, done, implied))
    return implied, counts


def _size(
    params: Decimal | None,
    active: Decimal | None,
    kind: str | None,
    model: str | None,
    layers: int | None,
    d_model: int | None,
) -> tuple[Decimal, Decimal, int | None, int | None]:
    """Total and active parameters, layers and width, from what is stated and the named model."""
    if (layers is None) != (d_model is None):
        raise InvalidInput("layers and d_model belong together", "give both or neither")
    if layers is not None and d_model is not None:
        layers, d_model = whole("layers", layers, 10_000), whole("d_model", d_model, 1_000_000)
    if model is not None:
        shape = shape_of(model)
        if layers is None:
            layers, d_model = shape.layers, shape.d_model
        if params is None:
            params, active = Decimal(shape.params), active or Decimal(shape.active_params)
    if params is None:
        raise InvalidInput("the size of the model is missing", "give its parameters, such as 7B")
    params = positive("parameters", params, _MOST_PARAMS)
    if active is None:
        if kind == "moe":
            raise InvalidInput(
                "a mixture of experts needs its active parameters",
                "state them, for example 17B active of 109B: they cannot be guessed",
            )
        return params, params, layers, d_model
    active = positive("active parameters", active, _MOST_PARAMS)
    if active > params:
        raise InvalidInput(
            f"{short(active)} active of {short(params)} parameters cannot be",
            "active parameters are at most the total",
        )
    return params, active, layers, d_model


def _precision(on: Gpu, wanted: Precision | None) -> Precision:
    if wanted is None:
        return "bf16" if on.bf16_dense_tflops or not on.fp16_dense_tflops else "fp16"
    peaks = {
        "bf16": on.bf16_dense_tflops,
        "fp16": on.fp16_dense_tflops,
        "fp8": on.fp8_dense_tflops,
    }
    if wanted not in peaks:
        raise InvalidInput(f"unknown precision: {wanted!r}", "bf16, fp16 or fp8")
    if peaks[wanted] is None:
        known = ", ".join(name for name, peak in peaks.items() if peak) or "none"
        raise InvalidInput(f"{on.key} has no {wanted} speed in the table", f"known of it: {known}")
    return wanted


def _range(values: Sequence[Decimal]) -> Range:
    low, likely, high = values
    return Range(low=float(low), likely=float(likely), high=float(high))


def _cost(done: Work, price: Decimal | None) -> MoneyRange | None:
    if price is None:
        return None
    low, likely, high = (each * price for each in done.hours)
    return MoneyRange(low=low, likely=likely, high=high)


# -- what would change it most -------------------------------------------------------------------


def _sensitivity(job: Job, band: Band) -> tuple[Sensitivity, ...]:
    """The likely cost (GPU-hours where there is no price) when one input alone changes."""

    def result(changed: dict[str, Any]) -> Decimal:
        inputs = dict(changed)
        share = inputs.pop("utilisation", band.likely)
        if "params" in inputs:
            inputs["active"] = job.active * inputs["params"] / job.params
        done = work(replace(job, **inputs), band.model_copy(update={"likely": share}))
        price = inputs.get("price", job.price)
        return done.hours[1] * (1 if price is None else price)

    return tornado("gpu_hours" if job.price is None else "cost_usd", result, _swings(job, band))


def _swings(job: Job, band: Band) -> Iterator[Swing]:
    """Utilisation over its band; what the person decides by a quarter, or to its alternative."""

    def by_a_quarter(name: str, value: Decimal, text: str = "{}") -> Swing:
        low, high = value * Decimal("0.75"), value * Decimal("1.25")
        return Swing(
            name=name,
            low=low,
            high=high,
            low_text=text.format(short(low)),
            high_text=text.format(short(high)),
        )

    yield Swing(
        name="utilisation",
        low=band.low,
        high=band.high,
        low_text=f"{band.low:.0%}",
        high_text=f"{band.high:.0%}",
    )
    yield by_a_quarter("params", job.params, "{} parameters")
    yield by_a_quarter("tokens", job.tokens, "{} tokens")
    if job.price is not None:
        yield by_a_quarter("price", job.price, "${}/h")
    yield Swing(
        name="scope",
        low="final_run",
        high="with_experiments",
        low_text="final run",
        high_text="with experiments",
    )
    # The contexts of most runs, or half and double a longer one.
    short_one, long_one = (
        (2048, LONG_FROM) if job.seq_len <= LONG_FROM else (job.seq_len // 2, job.seq_len * 2)
    )
    yield Swing(
        name="seq_len",
        low=short_one,
        high=long_one,
        low_text=f"{short_one:,} tokens",
        high_text=f"{long_one:,} tokens",
    )
    if job.gpus:
        yield Swing(
            name="gpus",
            low=max(1, job.gpus // 4),
            high=job.gpus * 4,
            low_text=f"{max(1, job.gpus // 4):,} GPUs",
            high_text=f"{job.gpus * 4:,} GPUs",
        )
    if job.on.fp8_dense_tflops and job.precision != "fp16":
        yield Swing(name="precision", low="bf16", high="fp8", low_text="bf16", high_text="FP8")
    if job.price is None:  # at another GPU's price a cost would be a guess
        yield from _other_gpu(job)


def _other_gpu(job: Job) -> Iterator[Swing]:
    other = find_gpu("A100" if job.on.family != "A100" else "H100")
    if job.precision != "fp8":
        yield Swing(
            name="on",
            low=job.on,
            high=other,
            low_text=job.on.family,
            high_text=other.family,
        )
