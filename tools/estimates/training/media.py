"""Training an image or video model: from the rows of published runs, never from 6 x N x D.

A diffusion model sees images many times at several resolutions and noise levels, and its hours
follow the recipe more than its size: 6 x parameters x tokens does not apply. So the range is the
spread of like published runs, each carried over to the wanted GPU by the ratio of dense peaks.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

from tools.errors import InvalidInput
from tools.estimates.checks import gpu_kind, positive, whole
from tools.estimates.records import (
    Assumption,
    Dollars,
    Estimate,
    MoneyRange,
    Range,
    Record,
    Sensitivity,
    Step,
    Swing,
    price_assumption,
    tornado,
    unit,
)
from tools.estimates.shown import short, triple, usd
from tools.gpus import Gpu
from tools.gpus import gpu as find_gpu

MediaKind = Literal["image", "video"]
Start = Literal["scratch", "pretrained"]
_SOURCE = "tools/data/media_runs.csv"
# Runs of a size within this factor count as like, where enough of them are known.
_SIZE_FACTOR, _ENOUGH_RUNS = 4, 3
_MOST_PARAMS, _MOST_GPUS = Decimal(10) ** 13, 10_000_000


class MediaRun(Record):
    """A published run of an image or video model. Parameters absolute, hours as published.

    `start` is whether it began from random weights or from another model's; `estimate` in
    `confirmed` marks hours that outsiders guessed: shown, never part of a range.
    """

    id: str
    model: str
    kind: MediaKind
    year: int = unit("year")
    params: float | None = unit("parameters")
    resolution: int = unit("pixels of the shorter side")
    start: Start
    gpu: str
    gpu_hours: float = unit("GPU-hours")
    images: float | None = unit("images")
    counted: str
    confirmed: Literal["primary", "primary-quoted", "secondary", "estimate"]
    source: str
    note: str


class LikeRun(Record):
    """A published run and what it would take on the wanted GPU."""

    run: MediaRun
    gpu_hours_here: float = unit("GPU-hours")


class MediaInputs(Record):
    """What was asked. `start` None: runs of either start count."""

    kind: MediaKind
    params: float | None = unit("parameters")
    start: Start | None
    gpu: str
    gpus: int | None = unit("GPUs")
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour")
    price_source: str | None
    price_as_of: str | None


class MediaTrainingEstimate(Estimate):
    """The spread of like runs: lowest, middle and highest hours, on the wanted GPU.

    `days` is None where the number of GPUs is not stated, `cost_usd` None where no price is.
    `like_runs` gave the range; `nearest_runs` are the three closest, with their real numbers.
    """

    inputs: MediaInputs
    gpu_hours: Range = unit("GPU-hours")
    days: Range | None = unit("days")
    cost_usd: MoneyRange | None = unit("USD")
    like_runs: tuple[LikeRun, ...]
    nearest_runs: tuple[LikeRun, ...]


def estimate_media_training(
    kind: MediaKind,
    params: Decimal | None = None,
    start: Start | None = None,
    gpu: str = "H100",
    gpus: int | None = None,
    price_per_gpu_hour: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
) -> MediaTrainingEstimate:
    """Estimate training an image or video diffusion model from published runs like it.

    `params` (absolute) and `start` narrow which runs are like it. The price is in US dollars per
    GPU-hour; without one there is no cost. Raises `InvalidInput` and `UnknownGpu`.
    """
    if kind not in ("image", "video"):
        raise InvalidInput(f"unknown kind of media model: {kind!r}", "image or video")
    if start not in (None, "scratch", "pretrained"):
        raise InvalidInput(f"unknown start: {start!r}", "scratch or pretrained")
    size = None if params is None else positive("parameters", params, _MOST_PARAMS)
    if gpus is not None:
        whole("GPUs", gpus, _MOST_GPUS)
    price = None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour)
    on = gpu_kind(gpu)
    peak = _peak(on)
    runs, narrowed = _like(kind, size, start)
    like = tuple(_carried(run, peak) for run in runs)
    hours = _spread(like)
    inputs = MediaInputs(
        kind=kind,
        params=None if size is None else float(size),
        start=start,
        gpu=on.key,
        gpus=gpus,
        price_per_gpu_hour=price,
        price_source=price_source,
        price_as_of=price_as_of,
    )
    return MediaTrainingEstimate(
        inputs=inputs,
        gpu_hours=Range(low=hours[0], likely=hours[1], high=hours[2]),
        days=_days(hours, gpus),
        cost_usd=_cost(hours, price),
        like_runs=like,
        nearest_runs=tuple(sorted(like, key=lambda each: _distance(each.run, size, on))[:3]),
        steps=_steps(inputs, on, like, hours),
        assumptions=_assumptions(inputs, on, like, narrowed),
        sensitivity=_sensitivity(like, on),
    )


@cache
def media_runs() -> tuple[MediaRun, ...]:
    """Every published run of the table, those that are only estimates of outsiders too."""
    text = files("tools").joinpath("data", "media_runs.csv").read_text(encoding="utf-8")
    return tuple(_run(row) for row in csv.DictReader(text.splitlines()))


def _run(row: dict[str, str]) -> MediaRun:
    scaled = {
        "params": float(row["params_b"]) * 1e9 if row["params_b"] else None,
        "images": float(row["images_m"]) * 1e6 if row["images_m"] else None,
    }
    kept = {name: row[name] for name in MediaRun.model_fields if name in row}
    return MediaRun.model_validate(kept | scaled)


def _peak(on: Gpu) -> float:
    if on.training_tflops is None:
        raise InvalidInput(
            f"no dense 16-bit peak is known for {on.key}", "estimate with a GPU whose peak is known"
        )
    return float(on.training_tflops)


def _like(
    kind: MediaKind, size: Decimal | None, start: Start | None
) -> tuple[list[MediaRun], list[str]]:
    """The like runs, and by what they were narrowed (each only where enough runs are left)."""
    runs = [run for run in media_runs() if run.kind == kind and run.confirmed != "estimate"]
    narrowed: list[str] = []
    of_start = [run for run in runs if start in (None, run.start)]
    if start and len(of_start) >= _ENOUGH_RUNS:
        runs = of_start
        narrowed.append("start")
    of_size = [run for run in runs if _close(run, size)]
    if size and len(of_size) >= _ENOUGH_RUNS:
        runs = of_size
        narrowed.append("size")
    return runs, narrowed


def _close(run: MediaRun, size: Decimal | None) -> bool:
    if size is None:
        return True
    if run.params is None:
        return False
    ratio = run.params / float(size)
    return 1 / _SIZE_FACTOR <= ratio <= _SIZE_FACTOR


def _carried(run: MediaRun, peak: float) -> LikeRun:
    return LikeRun(run=run, gpu_hours_here=run.gpu_hours * _peak(find_gpu(run.gpu)) / peak)


def _spread(like: Sequence[LikeRun]) -> tuple[float, float, float]:
    """Lowest, geometric middle and highest hours."""
    hours = sorted(each.gpu_hours_here for each in like)
    return hours[0], math.exp(statistics.median(math.log(each) for each in hours)), hours[-1]


def _distance(run: MediaRun, size: Decimal | None, on: Gpu) -> float:
    by_size = abs(math.log(run.params / float(size))) if size and run.params else 0.7
    return by_size + (0 if find_gpu(run.gpu).generation == on.generation else 0.5)


def _days(hours: Sequence[float], gpus: int | None) -> Range | None:
    if gpus is None:
        return None
    low, likely, high = (each / (24 * gpus) for each in hours)
    return Range(low=low, likely=likely, high=high)


def _cost(hours: Sequence[float], price: Decimal | None) -> MoneyRange | None:
    if price is None:
        return None
    low, likely, high = (Decimal(repr(each)) * price for each in hours)
    return MoneyRange(low=low, likely=likely, high=high)


def _steps(
    inputs: MediaInputs, on: Gpu, like: Sequence[LikeRun], hours: Sequence[float]
) -> tuple[Step, ...]:
    steps = [
        Step(
            name="like_run",
            text=f"{each.run.model}: {each.run.gpu_hours:,.0f} hours of {each.run.gpu} x"
            f" {find_gpu(each.run.gpu).training_tflops} / {on.training_tflops} TFLOPS"
            f" = {each.gpu_hours_here:,.0f} hours of {on.key}",
            source=each.run.source,
        )
        for each in like
    ]
    line = f"lowest / middle / highest of {len(like)} runs = {triple(hours)} GPU-hours"
    steps.append(Step(name="gpu_hours", text=line, source=_SOURCE))
    if inputs.gpus:
        days = triple((each / (24 * inputs.gpus) for each in hours), 1)
        text = f"days = GPU-hours / (24 x {inputs.gpus:,} GPUs) = {days}"
        steps.append(Step(name="days", text=text))
    if inputs.price_per_gpu_hour is not None:
        price = inputs.price_per_gpu_hour
        cost = " / ".join(usd(Decimal(repr(each)) * price) for each in hours)
        steps.append(Step(name="cost", text=f"cost = GPU-hours x ${price} = {cost}"))
    return tuple(steps)


def _assumptions(
    inputs: MediaInputs, on: Gpu, like: Sequence[LikeRun], narrowed: Sequence[str]
) -> tuple[Assumption, ...]:
    of_size = ""
    if inputs.params is not None and "size" in narrowed:
        of_size = f" near {short(inputs.params)} parameters"
    started = f" started {_STARTED[inputs.start]}" if "start" in narrowed and inputs.start else ""
    found = [
        Assumption(
            name="not_6nd",
            value="published runs",
            text="6 x parameters x tokens does not apply to diffusion models: the hours follow the"
            " recipe (images seen, resolution, what was computed before), so published runs are"
            " shown instead",
            source=_SOURCE,
        ),
        Assumption(
            name="like_runs",
            value=f"{len(like)} runs",
            text=f"{len(like)} published {inputs.kind} models{of_size}{started}; their spread is"
            " what teams chose to train, not the error of a formula",
            source=_SOURCE,
        ),
        Assumption(
            name="peak_ratio",
            value=f"{on.training_tflops} TFLOPS",
            text=f"hours on another GPU are carried over by the ratio of dense 16-bit peaks to"
            f" {on.key}; newer GPUs often gain less",
            source=on.source,
        ),
    ]
    wished = [("start", inputs.start), ("size", inputs.params)]
    missing = [name for name, wish in wished if wish is not None and name not in narrowed]
    if missing:
        found.append(
            Assumption(
                name="too_few_runs",
                value=" and ".join(missing),
                text=f"fewer than {_ENOUGH_RUNS} published runs agree in {' and '.join(missing)}:"
                " the others count too",
                source=_SOURCE,
            )
        )
    found += price_assumption(inputs.price_per_gpu_hour, inputs.price_as_of, inputs.price_source)
    return tuple(found)


_STARTED: dict[Start, str] = {
    "scratch": "from random weights",
    "pretrained": "from another model's weights",
}


def _sensitivity(like: Sequence[LikeRun], on: Gpu) -> tuple[Sensitivity, ...]:
    """The recipe (which run), and how far newer GPUs keep what their peak promises."""
    middle = _spread(like)[1]
    slower = [
        each.model_copy(update={"gpu_hours_here": each.gpu_hours_here * _lost(each.run, on)})
        for each in like
    ]
    cheapest = min(like, key=lambda each: each.gpu_hours_here)
    dearest = max(like, key=lambda each: each.gpu_hours_here)
    outputs = {
        cheapest.run.model: cheapest.gpu_hours_here,
        dearest.run.model: dearest.gpu_hours_here,
        "peak": middle,
        "half": _spread(slower)[1],
    }
    swings = [
        Swing(
            name="recipe",
            low=cheapest.run.model,
            high=dearest.run.model,
            low_text=cheapest.run.model,
            high_text=dearest.run.model,
        ),
        Swing(
            name="power of the peak ratio",
            low="peak",
            high="half",
            low_text="1",
            high_text="0.5",
        ),
    ]
    return tornado("GPU-hours", lambda change: outputs[next(iter(change.values()))], swings)


def _lost(run: MediaRun, on: Gpu) -> float:
    """By what hours grow where a newer GPU gives the square root of its peak ratio."""
    ratio = _peak(on) / _peak(find_gpu(run.gpu))
    return math.sqrt(ratio) if ratio > 1 else 1.0
