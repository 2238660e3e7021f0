"""How long fine-tuning takes, what memory it needs and what it costs.

Operations a token are 6 a parameter for all of a model and 4 for adapters (LoRA), plus attention;
GPU-hours = operations / (3600 x dense 16-bit peak x utilisation). The utilisation is a band over
published fine-tuning speeds (`tools.estimates.finetuning.runs`), in which what is computed again,
and undoing the 4 bits of QLoRA, is already lost. Reinforcement learning adds the generation of
answers at serving speed, and scoring them.
"""

from __future__ import annotations

import math
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.architectures import Architecture, architecture, typical_shape
from tools.estimates.checks import gpu_kind, positive, whole
from tools.estimates.finetuning.adapters import (
    Targets,
    TrainedPart,
    adapter_params,
    flops_per_token,
)
from tools.estimates.finetuning.records import (
    FinetuningEstimate,
    FinetuningInputs,
    FinetuningMethod,
    MethodFit,
    NearRun,
    Phase,
)
from tools.estimates.finetuning.rollouts import Rollouts, rollouts
from tools.estimates.finetuning.runs import (
    finetuning_runs,
    fitted_utilisation,
    measured_generations,
    peak_flops,
)
from tools.estimates.finetuning.texts import assumptions, sensitivity, steps
from tools.estimates.finetuning.work import (
    OVERHEAD,
    PADDING,
    Fit,
    Work,
    fit_on,
    fits_otherwise,
)
from tools.estimates.records import MoneyRange, Range
from tools.estimates.training.memory_records import TrainingSetup
from tools.gpus import Gpu

_METHODS = ("full", "lora", "qlora", "rl")
_MOST_PARAMS, _LEAST_PARAMS = Decimal(10) ** 15, Decimal(10) ** 6
_MOST_TOKENS, _MOST_COUNT, _MOST_EPOCHS = Decimal(10) ** 16, 10**12, 1000
_DEFAULT_SEQ_LEN, _DEFAULT_RANK, _DEFAULT_SAMPLES, _DEFAULT_PROMPT = 2048, 16, 8, 512


def estimate_finetuning(
    model: str | None = None,
    params: Decimal | None = None,
    active_params: Decimal | None = None,
    method: FinetuningMethod = "full",
    tokens: Decimal | None = None,
    examples: int | None = None,
    tokens_per_example: int | None = None,
    epochs: Decimal = Decimal(1),
    packed: bool = False,
    rank: int | None = None,
    targets: Targets = "all",
    gpu: str = "H100",
    gpus: int | None = None,
    seq_len: int | None = None,
    micro_batch: int = 1,
    prompts: int | None = None,
    samples: int = _DEFAULT_SAMPLES,
    prompt_tokens: int = _DEFAULT_PROMPT,
    generated_tokens: int | None = None,
    price_per_gpu_hour: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
) -> FinetuningEstimate:
    """Estimate fine-tuning `model` (a published name) or a model of `params`.

    The data are `tokens`, or `examples` of `tokens_per_example`; `epochs` says how often they are
    read. `method` "rl" takes `prompts` and `generated_tokens` instead. `rank` is that of adapters:
    16 for "lora" and "qlora"; "rl" trains all of the model unless it is given. Without `gpus` the
    fewest that fit are taken. No price, no cost. Raises `InvalidInput` and `UnknownGpu`.
    """
    _one_of("method", method, _METHODS)
    _one_of("targets", targets, ("attention", "all"))
    shape, on = _shape(model, params, active_params), gpu_kind(gpu)
    part, held_rank = _part(shape, method, rank)
    trained = adapter_params(shape, held_rank, targets) if held_rank else shape.params
    data = _data(method, tokens, examples, tokens_per_example)
    length = _length(shape, method, seq_len, tokens_per_example, prompt_tokens, generated_tokens)
    whole("sequences a micro batch", micro_batch, 100_000)
    times = positive("epochs", epochs, _MOST_EPOCHS)
    made = _rollouts(method, shape, on, prompts, samples, prompt_tokens, generated_tokens)
    setup = TrainingSetup(
        gpus=1,
        stage=3,
        method=part,
        trainable=trained if held_rank else 0,
        seq_len=length,
        micro_batch=micro_batch,
        kernels="eager",
        # The model that makes the answers, and the reference; adapters share the base with it.
        beside=0.0 if made is None else shape.params * (2.0 if held_rank else 4.0),
    )
    price = None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour)
    fit = fit_on(shape, setup, on, gpus)
    inputs = FinetuningInputs(
        model=shape.name,
        params=float(shape.params),
        active_params=float(shape.active_params),
        method=method,
        tokens=None if data is None else float(data),
        examples=examples,
        tokens_per_example=tokens_per_example,
        epochs=float(times),
        packed=packed or made is not None,
        rank=held_rank,
        targets=targets if held_rank else None,
        seq_len=length,
        micro_batch=micro_batch,
        gpu=on.key,
        gpus=fit.gpus,
        prompts=prompts if made else None,
        samples=samples if made else None,
        prompt_tokens=prompt_tokens if made else None,
        generated_tokens=generated_tokens if made else None,
        price_per_gpu_hour=price,
        price_source=price_source,
        price_as_of=price_as_of,
    )
    others: tuple[MethodFit, ...] = ()
    if method != "rl":
        others = fits_otherwise(shape, setup, on, held_rank or _DEFAULT_RANK, targets)
    found = _estimate(inputs, shape, on, part, trained if held_rank else 0, made, fit, gpus)
    return found.model_copy(update={"other_methods": others})


def _estimate(
    inputs: FinetuningInputs,
    shape: Architecture,
    on: Gpu,
    part: TrainedPart,
    adapters: int,
    made: Rollouts | None,
    fit: Fit,
    given: int | None,
) -> FinetuningEstimate:
    each = flops_per_token(shape, part, inputs.seq_len, adapters)
    read = (made.tokens if made else float(inputs.tokens or 0)) * inputs.epochs
    peak = peak_flops(on)
    if not peak:
        raise InvalidInput(
            f"no dense 16-bit peak is known for {on.key}", "estimate with a GPU whose peak is known"
        )
    scored = made.scoring_flops * inputs.epochs if made else 0.0
    work = Work(
        each * read / (3600 * peak),
        scored / (3600 * peak),
        made.generation_hours * inputs.epochs if made else 0.0,
        inputs.packed,
    )
    band = fitted_utilisation(part)
    share = made.share if made else Range(low=1, likely=1, high=1)
    low, likely, high = (
        work.hours(*values)
        for values in (
            (band.high, PADDING[0], OVERHEAD[0], share.high),
            (band.likely, PADDING[1], OVERHEAD[1], share.likely),
            (band.low, PADDING[2], OVERHEAD[2], share.low),
        )
    )
    phases = tuple(
        Phase(name=name, gpu_hours=Range(low=low[name], likely=likely[name], high=high[name]))
        for name in likely
        if high[name]
    )
    hours = Range(low=sum(low.values()), likely=sum(likely.values()), high=sum(high.values()))
    price = inputs.price_per_gpu_hour
    calibrated = on.generation in measured_generations(part)
    return FinetuningEstimate(
        inputs=inputs,
        trainable_params=float(adapters or shape.params),
        flops=each * read + scored,
        utilisation=band,
        calibrated=calibrated,
        phases=phases,
        gpu_hours=hours,
        hours=_over(hours, inputs.gpus) if inputs.gpus else None,
        days=_over(hours, 24 * inputs.gpus) if inputs.gpus else None,
        cost_usd=None if price is None else _money(hours, price),
        memory=fit.memory,
        one_gpu=fit.one_gpu,
        one_gpu_bytes=fit.one_gpu_bytes,
        fewest_gpus=fit.fewest,
        fewest_words=fit.words,
        nearest_runs=_nearest(shape, part),
        steps=steps(inputs, shape, on, part, adapters, each, read, band, made, phases, hours, fit),
        assumptions=assumptions(inputs, shape, on, part, made, calibrated, given, fit),
        sensitivity=sensitivity(work, band, share, made is not None, price),
    )


def _over(hours: Range, by: float) -> Range:
    return Range(low=hours.low / by, likely=hours.likely / by, high=hours.high / by)


def _money(hours: Range, price: Decimal) -> MoneyRange:
    low, likely, high = (
        Decimal(repr(each)) * price for each in (hours.low, hours.likely, hours.high)
    )
    return MoneyRange(low=low, likely=likely, high=high)


# -- what was asked ------------------------------------------------------------------------------


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InvalidInput(f"unknown {name}: {value!r}", ", ".join(known))


def _shape(model: str | None, params: Decimal | None, active: Decimal | None) -> Architecture:
    if model is not None:
        if params is not None or active is not None:
            raise InvalidInput("a model and a size were given", "give the name or the size")
        return architecture(model)
    if params is None:
        raise InvalidInput("the model is missing", "name it, or give its size such as 8B")
    total = positive("parameters", params, _MOST_PARAMS)
    used = total if active is None else positive("active parameters", active, _MOST_PARAMS)
    if total < _LEAST_PARAMS:
        raise InvalidInput(f"{total:,.0f} parameters cannot be", "from 1 million parameters")
    if used > total:
        raise InvalidInput(
            f"{used:,.0f} active of {total:,.0f} parameters cannot be",
            "active parameters are at most the total",
        )
    return typical_shape(total, used)


def _part(
    shape: Architecture, method: FinetuningMethod, rank: int | None
) -> tuple[TrainedPart, int | None]:
    """How the weights are trained, and the rank of adapters or None."""
    if method == "full" and rank is not None:
        raise InvalidInput("a rank was given for full fine-tuning", "use lora or qlora")
    if method in ("lora", "qlora") and rank is None:
        rank = _DEFAULT_RANK
    if rank is not None:
        whole("rank", rank, shape.d_model)
    if method == "rl":
        return ("full" if rank is None else "lora"), rank
    return method, rank


def _data(
    method: FinetuningMethod, tokens: Decimal | None, examples: int | None, each: int | None
) -> Decimal | None:
    """Tokens of the data once; None for reinforcement learning."""
    if method == "rl":
        if tokens is not None or examples is not None:
            raise InvalidInput(
                "reinforcement learning makes its own tokens", "give prompts and generated_tokens"
            )
        return None
    if tokens is not None and (examples is not None or each is not None):
        raise InvalidInput("tokens and examples were given", "give one of the two")
    if tokens is not None:
        return positive("tokens", tokens, _MOST_TOKENS)
    if examples is None or each is None:
        raise InvalidInput(
            "the amount of data is missing",
            "give the tokens, or the examples and the tokens of one, such as 50k of 400",
        )
    return Decimal(whole("examples", examples, _MOST_COUNT)) * whole(
        "tokens an example", each, 10_000_000
    )


def _length(
    shape: Architecture,
    method: FinetuningMethod,
    seq_len: int | None,
    each: int | None,
    prompt: int,
    generated: int | None,
) -> int:
    """Tokens of a training sequence: as given, or long enough for an example."""
    needed = each or 1
    if method == "rl":
        needed = whole("tokens a prompt", prompt, 10_000_000) + (generated or 1)
    if seq_len is not None:
        return whole("tokens a sequence", seq_len, 10_000_000)
    wanted = max(_DEFAULT_SEQ_LEN, 1 << (needed - 1).bit_length())
    return max(needed, min(wanted, shape.max_context or wanted))


def _rollouts(
    method: FinetuningMethod,
    shape: Architecture,
    on: Gpu,
    prompts: int | None,
    samples: int,
    prompt_tokens: int,
    generated: int | None,
) -> Rollouts | None:
    if method != "rl":
        if prompts is not None or generated is not None:
            raise InvalidInput("prompts were given without reinforcement learning", "use method rl")
        return None
    if prompts is None or generated is None:
        raise InvalidInput(
            "reinforcement learning needs its prompts",
            "give the prompts and the tokens of an answer, such as 20k prompts of 1,000 tokens",
        )
    return rollouts(
        shape,
        on,
        whole("prompts", prompts, _MOST_COUNT),
        whole("answers a prompt", samples, 100_000),
        prompt_tokens,
        whole("tokens an answer", generated, 10_000_000),
    )


# -- published jobs ---------------------------------------------------------------------------


def _nearest(shape: Architecture, part: TrainedPart) -> tuple[NearRun, ...]:
    """The three nearest published jobs: by size, then by method."""
    jobs = [run for run in finetuning_runs() if run.kind == "run"]

    def distance(index: int) -> float:
        run = jobs[index]
        size = math.log(run.shape.active_params / shape.active_params)
        return math.hypot(size, 0.0 if run.method == part else 1.0)

    return tuple(
        NearRun(
            model=run.model,
            method=run.method,
            gpu=run.gpu,
            gpus=run.gpus,
            tokens=run.tokens,
            gpu_hours=run.gpu_hours or 0.0,
            note=run.note,
            source=run.source,
        )
        for run in (jobs[index] for index in sorted(range(len(jobs)), key=distance)[:3])
    )
