"""Serving a language model: GPUs, tokens a second and cost for a rate of requests.

The speed of one copy is a roofline (`serving`) times the share of it that measured
servers reach (`runs`); copies are added for the peak, and what they cost
while idle is paid too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tools.errors import InvalidInput
from tools.estimates.architectures import (
    Architecture,
    architecture,
    shape_assumption,
    typical_shape,
)
from tools.estimates.checks import gpu_kind, not_negative, positive, share, whole
from tools.estimates.inference.fleet import Demand, Fleet, plan
from tools.estimates.inference.records import InferenceEstimate, InferenceInputs, MeasuredServer
from tools.estimates.inference.runs import InferenceRun, fitted_share, inference_runs
from tools.estimates.inference.serving import BYTES, CachePrecision, Precision
from tools.estimates.inference.texts import HOURS_A_MONTH, assumptions, steps
from tools.estimates.kv_cache import GIB
from tools.estimates.records import MoneyRange, Range, Sensitivity, Swing, tornado
from tools.gpus import Gpu

_MOST_REQUESTS, _MOST_TOKENS = Decimal(10) ** 9, 10_000_000
_MOST_PARAMS, _LEAST_PARAMS = Decimal(10) ** 14, 1_000_000
_MOST_SECONDS, _MOST_PEAK = Decimal(10) ** 6, 100


def estimate_inference(
    requests_per_minute: Decimal,
    input_tokens: int,
    output_tokens: int,
    model: str | None = None,
    params: Decimal | None = None,
    active_params: Decimal | None = None,
    gpu: str = "H100",
    first_token_seconds: Decimal | None = None,
    token_seconds: Decimal | None = None,
    answer_seconds: Decimal | None = None,
    weights: Precision = "bf16",
    cache: CachePrecision = "bf16",
    peak_to_mean: Decimal = Decimal(2),
    peak_load: Decimal = Decimal("0.8"),
    shared_prefix: Decimal = Decimal(0),
    price_per_gpu_hour: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
) -> InferenceEstimate:
    """Estimate serving `model` (a name) or a model of `params`, with `active_params` a token.

    `requests_per_minute` is the mean over the month, tokens are those of one request. The targets
    are for the likely case: the first token, one token to the next, the whole answer. `peak_load`
    is the share of capacity that the peak may fill, `shared_prefix` the share of the prompt that
    all requests have in common. The price is in US dollars per GPU-hour; without one there is no
    cost. Raises `InvalidInput` and `UnknownGpu`.
    """
    shape = _shape(model, params, active_params)
    on = gpu_kind(gpu)
    demand = Demand(
        requests_per_second=float(positive("requests", requests_per_minute, _MOST_REQUESTS)) / 60,
        input_tokens=whole("input tokens", input_tokens, _MOST_TOKENS),
        output_tokens=whole("output tokens", output_tokens, _MOST_TOKENS),
        weights=_known(weights, "precision of the weights", ("bf16", "fp8", "int8", "int4")),
        cache=_known(cache, "precision of the cache", ("bf16", "fp8")),
        peak_to_mean=_at_least_one(peak_to_mean),
        peak_load=float(positive("load at the peak", share("load at the peak", peak_load))),
        shared_prefix=_prefix(shared_prefix),
        first_token=_target("time to the first token", first_token_seconds),
        token=_target("time per token", token_seconds),
        answer=_target("time of an answer", answer_seconds),
    )
    _within_context(shape, demand)
    price = None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour)
    reached = fitted_share()
    fleet = plan(shape, on, demand, reached.likely)
    inputs = InferenceInputs(
        model=shape.name,
        params=float(shape.params),
        active_params=float(shape.active_params),
        requests_per_minute=float(requests_per_minute),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        gpu=on.key,
        first_token_seconds=_stated(first_token_seconds),
        token_seconds=_stated(token_seconds),
        answer_seconds=_stated(answer_seconds),
        weights=weights,
        cache=cache,
        peak_to_mean=float(peak_to_mean),
        peak_load=float(peak_load),
        shared_prefix=float(shared_prefix),
        price_per_gpu_hour=price,
        price_source=price_source,
        price_as_of=price_as_of,
    )
    return _estimate(inputs, shape, on, fleet, reached, price)


def _estimate(
    inputs: InferenceInputs,
    shape: Architecture,
    on: Gpu,
    fleet: Fleet,
    reached: Range,
    price: Decimal | None,
) -> InferenceEstimate:
    served, demand = fleet.served, fleet.demand
    each = fleet.sequences / served.stages
    new_tokens = demand.input_tokens * (1 - demand.shared_prefix)
    prefill = new_tokens * served.stages / served.prefill / served.gpus
    decode = fleet.sequences / served.step(each) / served.gpus
    calibrated = any(run.generation == on.generation for run in inference_runs())
    costs = _costs(fleet, reached, price)
    return InferenceEstimate(
        inputs=inputs,
        gpus=_falling(fleet.gpus, reached),
        copies=_falling(fleet.copies, reached),
        gpus_per_copy=served.gpus,
        sequences_per_copy=fleet.sequences,
        limit=fleet.limit,
        mean_load=demand.requests_per_second
        / (fleet.request_rate(reached.likely) * fleet.copies(reached.likely)),
        weights_gib=served.weight_bytes / GIB,
        cache_gib_per_answer=served.sequence_bytes / GIB,
        share_of_roofline=reached,
        calibrated=calibrated,
        first_token_seconds=_falling(fleet.first, reached),
        token_seconds=_falling(fleet.token, reached),
        answer_seconds=_falling(fleet.answer, reached),
        output_tokens_per_second_per_gpu=_rising(fleet.output_rate(1) / served.gpus, reached),
        prefill_tokens_per_second_per_gpu=_rising(prefill, reached),
        decode_tokens_per_second_per_gpu=_rising(decode, reached),
        requests_per_second_per_copy=_rising(fleet.request_rate(1), reached),
        cost_usd_per_month=costs["month"],
        cost_usd_per_million_tokens=costs["tokens"],
        cost_usd_per_million_input_tokens=costs["input_tokens"],
        cost_usd_per_million_output_tokens=costs["output_tokens"],
        cost_usd_per_million_tokens_full_load=costs["full_load"],
        nearest_runs=_nearest(shape, on, demand),
        steps=steps(inputs, shape, on, fleet, reached),
        assumptions=assumptions(inputs, shape_assumption(shape), on, fleet, reached, calibrated),
        sensitivity=_sensitivity(shape, on, fleet, reached),
    )


def _shape(model: str | None, params: Decimal | None, active: Decimal | None) -> Architecture:
    if model is not None:
        return architecture(model)
    if params is None:
        raise InvalidInput(
            "a model or its size is needed", "name it, such as Llama-3.1-70B, or say 70B"
        )
    total = positive("parameters", params, _MOST_PARAMS)
    if total < _LEAST_PARAMS:
        raise InvalidInput(
            f"{total} parameters cannot be served", "say the size with its unit, such as 7B"
        )
    if active is None:
        return typical_shape(total)
    if positive("active parameters", active) > total:
        raise InvalidInput(
            f"{active:.3g} active of {total:.3g} parameters cannot be",
            "active parameters are at most the total",
        )
    return typical_shape(total, active)


def _known(value: Any, name: str, known: tuple[str, ...]) -> Any:
    if value not in known:
        raise InvalidInput(f"unknown {name}: {value!r}", ", ".join(known))
    return value


def _at_least_one(ratio: Decimal) -> float:
    if positive("peak over mean", ratio, _MOST_PEAK) < 1:
        raise InvalidInput(
            f"a peak of {ratio} times the mean cannot be", "a peak is at least the mean: 1 or more"
        )
    return float(ratio)


def _prefix(part: Decimal) -> float:
    if share("shared part of the prompt", part) > Decimal("0.99"):
        raise InvalidInput("a prompt that is shared wholly cannot be", "at most 0.99, or 99 %")
    return float(part)


def _target(name: str, seconds: Decimal | None) -> float:
    return math.inf if seconds is None else float(positive(name, seconds, _MOST_SECONDS))


def _stated(seconds: Decimal | None) -> float | None:
    return None if seconds is None else float(not_negative("seconds", seconds))


def _within_context(shape: Architecture, demand: Demand) -> None:
    length = demand.input_tokens + demand.output_tokens
    if shape.exact and shape.max_context and length > shape.max_context:
        raise InvalidInput(
            f"{length:,} tokens do not fit the context of {shape.name}",
            f"it reads {shape.max_context:,} tokens, prompt and answer together",
        )


def _falling(value: Callable[[float], float], reached: Range) -> Range:
    """A figure that is lowest where servers reach most."""
    return Range(low=value(reached.high), likely=value(reached.likely), high=value(reached.low))


def _rising(at_roofline: float, reached: Range) -> Range:
    """A speed, from its value at the roofline."""
    return Range(
        low=at_roofline * reached.low,
        likely=at_roofline * reached.likely,
        high=at_roofline * reached.high,
    )


def _costs(fleet: Fleet, reached: Range, price: Decimal | None) -> dict[str, MoneyRange | None]:
    """Costs a month and a million tokens; prompts and answers share by the time that they take."""
    demand = fleet.demand
    of_prompt = Decimal(repr(fleet.prefill_share))
    requests = Decimal(repr(demand.requests_per_second)) * 3600 * HOURS_A_MONTH
    into, out = requests * demand.input_tokens, requests * demand.output_tokens

    def month(part: float) -> Decimal:
        return Decimal(fleet.gpus(part)) * HOURS_A_MONTH * (price or 0)

    def full(part: float) -> Decimal:
        both = 1 + demand.input_tokens / demand.output_tokens
        hourly = fleet.output_rate(part) * both * 3600
        return fleet.served.gpus * (price or 0) / Decimal(repr(hourly)) * 10**6

    amounts: dict[str, Callable[[float], Decimal]] = {
        "month": month,
        "tokens": lambda part: month(part) / (into + out) * 10**6,
        "input_tokens": lambda part: month(part) * of_prompt / into * 10**6,
        "output_tokens": lambda part: month(part) * (1 - of_prompt) / out * 10**6,
        "full_load": full,
    }
    return {
        name: None
        if price is None
        else MoneyRange(
            low=amount(reached.high), likely=amount(reached.likely), high=amount(reached.low)
        )
        for name, amount in amounts.items()
    }


def _nearest(shape: Architecture, on: Gpu, demand: Demand) -> tuple[MeasuredServer, ...]:
    def distance(run: InferenceRun) -> float:
        size = math.log(run.active_params / shape.active_params)
        into = math.log(run.input_tokens / demand.input_tokens) / 2
        out = math.log(run.output_tokens / demand.output_tokens) / 2
        other = 0.7 * (BYTES[run.weights] != BYTES[demand.weights])
        other += 0.0 if run.generation == on.generation else 1.0
        return math.hypot(size, into, out, other)

    known = [run for run in inference_runs() if run.output_tokens_per_second is not None]
    return tuple(
        MeasuredServer.model_validate(
            {name: getattr(run, name) for name in MeasuredServer.model_fields}
        )
        for run in sorted(known, key=distance)[:3]
    )


def _sensitivity(
    shape: Architecture, on: Gpu, fleet: Fleet, reached: Range
) -> tuple[Sensitivity, ...]:
    """What would change the GPUs most, before they are rounded to whole copies."""
    demand = fleet.demand
    halved = (max(1, demand.input_tokens // 2), max(1, demand.output_tokens // 2))
    peaks = (max(1, demand.peak_to_mean / 2), demand.peak_to_mean * 2)
    shares = (reached.high, reached.low)
    swings = [
        _swing("share", shares, [f"{each:.0%}" for each in shares]),
        _swing("peak_to_mean", peaks, [f"{each:g}x" for each in peaks]),
        _swing("peak_load", (0.95, 0.5), ["95%", "50%"]),
        _swing("output_tokens", (halved[1], demand.output_tokens * 2)),
        _swing("input_tokens", (halved[0], demand.input_tokens * 2)),
        _swing("weights", ("fp8" if on.fp8_dense_tflops else "int8", "bf16")),
    ]
    found: dict[tuple[str, Any], float] = {}
    for swing in swings:
        for value in (swing.low, swing.high):
            gpus = _gpus_with(shape, on, fleet, reached, {swing.name: value})
            if gpus is not None:
                found[swing.name, value] = gpus
    known = [
        each for each in swings if {(each.name, each.low), (each.name, each.high)} <= found.keys()
    ]
    return tornado("GPUs before rounding", lambda change: found[next(iter(change.items()))], known)


def _gpus_with(
    shape: Architecture, on: Gpu, fleet: Fleet, reached: Range, change: dict[str, Any]
) -> float | None:
    """GPUs with one input changed; None where the target is then out of reach or nothing fits."""
    if "share" in change:
        return fleet.copies_exact(change["share"]) * fleet.served.gpus
    try:
        return plan(shape, on, replace(fleet.demand, **change), reached.likely).gpus_exact
    except InvalidInput:
        return None


def _swing(name: str, ends: Sequence[Any], said: Sequence[str] = ()) -> Swing:
    low_text, high_text = said or [each if isinstance(each, str) else f"{each:,}" for each in ends]
    return Swing(name=name, low=ends[0], high=ends[1], low_text=low_text, high_text=high_text)
