"""What a fine-tuning estimate says: its formula, what it takes as given, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tools.estimates.architectures import Architecture, shape_assumption
from tools.estimates.finetuning.adapters import TrainedPart, multiplied_params
from tools.estimates.finetuning.records import FinetuningInputs, Phase
from tools.estimates.finetuning.rollouts import SCORING_PASSES, Rollouts
from tools.estimates.finetuning.runs import (
    RUNS,
    finetuning_runs,
    fitted_slowdown,
    fitted_utilisation,
)
from tools.estimates.finetuning.work import OVERHEAD, PADDING, Fit, Work
from tools.estimates.records import (
    Assumption,
    Range,
    Sensitivity,
    Step,
    Swing,
    price_assumption,
    tornado,
)
from tools.estimates.shown import short, triple, usd
from tools.gpus import Gpu

_PLANNING = "planning figure, no source"
_LORA = "Hu et al. 2021, arXiv:2106.09685: the frozen matrices need no gradients of their own"
_KAPLAN = "Kaplan et al. 2020, arXiv:2001.08361"
_GRPO = "Shao et al. 2024, arXiv:2402.03300, section 4.1"
_SERVED = "tools/data/inference_runs.csv; Pope et al. 2022, arXiv:2211.05102"
_NAMES = {"full": "all of a model", "lora": "adapters", "qlora": "adapters on a base in 4 bits"}


def steps(
    inputs: FinetuningInputs,
    shape: Architecture,
    on: Gpu,
    part: TrainedPart,
    adapters: int,
    each: float,
    read: float,
    band: Range,
    made: Rollouts | None,
    phases: Sequence[Phase],
    hours: Range,
    fit: Fit,
) -> tuple[Step, ...]:
    """The formula with its numbers, memory included."""
    lines = [*_data(inputs, made), *_training(inputs, shape, on, part, adapters, each, read, band)]
    if made:
        shared = (inputs, shape, on, band, made)
        lines += [_phase(phase, *shared) for phase in phases if phase.name != "training"]
    if len(phases) > 1:
        total = " + ".join(phase.name for phase in phases)
        said = triple((hours.low, hours.likely, hours.high), _places(hours))
        lines.append(Step(name="gpu_hours", text=f"GPU-hours = {total} = {said}"))
    if inputs.gpus:
        values = (hours.low, hours.likely, hours.high)
        told = triple((each / inputs.gpus for each in values), 1)
        days = triple((each / (24 * inputs.gpus) for each in values), 2)
        text = f"hours = GPU-hours / {inputs.gpus:,} GPUs = {told}; days = hours / 24 = {days}"
        lines.append(Step(name="days", text=text))
    price = inputs.price_per_gpu_hour
    if price is not None:
        low, likely, high = (
            Decimal(repr(value)) * price for value in (hours.low, hours.likely, hours.high)
        )
        places = 2 if low < 100 else 0
        cost = " / ".join(usd(each, places) for each in (low, likely, high))
        lines.append(Step(name="cost", text=f"cost = GPU-hours x ${price} = {cost}"))
    if fit.memory:
        lines += [
            step.model_copy(update={"name": f"memory_{step.name}"}) for step in fit.memory.steps
        ]
    if fit.fewest:
        text = f"fewest GPUs that fit = {fit.fewest} ({fit.words})"
        lines.append(Step(name="fewest_gpus", text=text, source="tools/data/memory_peaks.csv"))
    return tuple(lines)


def _places(hours: Range) -> int:
    return 2 if hours.low < 10 else 0


def _data(inputs: FinetuningInputs, made: Rollouts | None) -> Iterator[Step]:
    if made:
        yield Step(
            name="answers",
            text=f"answers = {inputs.prompts:,} prompts x {inputs.samples}"
            f" x {inputs.epochs:g} passes = {made.answers * inputs.epochs:,.0f}, of"
            f" {inputs.prompt_tokens:,} and {inputs.generated_tokens:,} tokens",
            source=_GRPO,
        )
        return
    told = f"{short(Decimal(repr(inputs.tokens)))} tokens"
    if inputs.examples and inputs.tokens_per_example:
        told = f"{inputs.examples:,} examples x {inputs.tokens_per_example:,} tokens"
    total = (inputs.tokens or 0) * inputs.epochs
    times = "1 epoch" if inputs.epochs == 1 else f"{inputs.epochs:g} epochs"
    yield Step(name="tokens", text=f"tokens = {told} x {times} = {short(total)}")


def _training(
    inputs: FinetuningInputs,
    shape: Architecture,
    on: Gpu,
    part: TrainedPart,
    adapters: int,
    each: float,
    read: float,
    band: Range,
) -> Iterator[Step]:
    a_parameter = 6 if part == "full" else 4
    working = multiplied_params(shape)
    beside = f" + 6 x {short(Decimal(adapters))} of adapters" if adapters else ""
    if adapters:
        yield Step(
            name="trainable",
            text=f"adapters of rank {inputs.rank} on {inputs.targets} matrices ="
            f" {short(Decimal(adapters))} parameters",
            source=_LORA,
        )
    yield Step(
        name="flops",
        text=f"FLOPs a token = {a_parameter} x {short(Decimal(working))} parameters{beside}"
        f" + {each - a_parameter * working - 6 * adapters:.3g} of attention over"
        f" {inputs.seq_len:,} tokens = {each:.4g}",
        source=_KAPLAN if part == "full" else _LORA,
    )
    peak = float(on.training_tflops or 0)
    at_peak = each * read / (3600 * peak * 1e12)
    yield Step(
        name="at_peak",
        text=f"GPU-hours at full peak = {each:.4g} x {short(read)} tokens"
        f" / (3600 x {on.training_tflops} TFLOPS) = {at_peak:,.2f}",
        source=on.source,
    )
    padding = (1.0, 1.0, 1.0) if inputs.packed else PADDING
    low, likely, high = (
        at_peak * fill * more / share
        for fill, more, share in zip(
            padding, OVERHEAD, (band.high, band.likely, band.low), strict=True
        )
    )
    filled = "" if inputs.packed else f" x padding ({_factors(PADDING)})"
    yield Step(
        name="training",
        text=f"training = {at_peak:,.2f}{filled} x overhead ({_factors(OVERHEAD)}) / utilisation"
        f" ({band.high:.0%}, {band.likely:.0%}, {band.low:.0%}) ="
        f" {triple((low, likely, high), 2 if low < 10 else 0)} GPU-hours",
        source=RUNS,
    )


def _factors(values: tuple[float, ...]) -> str:
    return " / ".join(f"{each:g}" for each in values)


def _phase(
    phase: Phase,
    inputs: FinetuningInputs,
    shape: Architecture,
    on: Gpu,
    utilisation: Range,
    made: Rollouts,
) -> Step:
    band = phase.gpu_hours
    said = f"x overhead {_factors(OVERHEAD)} / "
    passes = "" if inputs.epochs == 1 else f" x {inputs.epochs:g} passes"
    if phase.name == "generation":
        share, source = made.share, _SERVED
        text = (
            f"generation = {short(made.generated)} tokens{passes} /"
            f" {made.tokens_per_gpu_second:,.0f} tokens a second and GPU ({made.at_once} answers"
            f" at once, GPUs a copy: {made.copy_gpus:,}) / 3600 {said}share of it reached"
        )
    else:
        share, source = utilisation, _GRPO
        text = (
            f"scoring = {SCORING_PASSES} models x 2 x {short(Decimal(multiplied_params(shape)))}"
            f" parameters x {short(made.tokens)} tokens{passes} / (3600 x {on.training_tflops}"
            f" TFLOPS) {said}utilisation"
        )
    told = f"({share.high:.0%}, {share.likely:.0%}, {share.low:.0%})"
    hours = triple((band.low, band.likely, band.high), _places(band))
    return Step(name=phase.name, text=f"{text} {told} = {hours} GPU-hours", source=source)


# -- what is taken as given ----------------------------------------------------------------------


def assumptions(
    inputs: FinetuningInputs,
    shape: Architecture,
    on: Gpu,
    part: TrainedPart,
    made: Rollouts | None,
    calibrated: bool,
    given: int | None,
    fit: Fit,
) -> tuple[Assumption, ...]:
    """Everything that was not said, and what the data are."""
    found = [shape_assumption(shape), *_speed(part, on, calibrated)]
    if not inputs.packed:
        found.append(
            Assumption(
                name="padding",
                value=_factors(PADDING),
                text=f"batches are padded to {_factors(PADDING)} times their real tokens; packed"
                " sequences have none",
                source=_PLANNING,
            )
        )
    found.append(
        Assumption(
            name="overhead",
            value=_factors(OVERHEAD),
            text="loading, evaluation, checkpoints and a restart: hours x"
            f" {_factors(OVERHEAD)}; experiments before the job are not included",
            source=_PLANNING,
        )
    )
    if inputs.epochs == 1:
        found.append(
            Assumption(
                name="epochs",
                value="1",
                text="one pass over the data; many recipes take two to four",
                source="said or default; Alpaca reads its data three times",
            )
        )
    if made:
        found.append(
            Assumption(
                name="rollouts",
                value=str(inputs.samples),
                text=f"{inputs.samples} answers a prompt, prompts of {inputs.prompt_tokens:,}"
                " tokens; the policy and a reference score them, no reward model is counted",
                source=_GRPO,
            )
        )
    if given is not None and fit.memory and fit.memory.verdict == "no":
        found.append(
            Assumption(
                name="does_not_fit",
                value=f"{given:,}",
                text=f"hours and days are as if it fitted on {_counted(given)}, which it does not"
                " by sharding alone",
                source="tools/data/memory_peaks.csv",
            )
        )
    if given is None and inputs.gpus:
        found.append(
            Assumption(
                name="gpus",
                value=f"{inputs.gpus:,}",
                text=f"days are on {_counted(inputs.gpus)}, the fewest that fit; more are faster",
                source="tools/data/memory_peaks.csv",
            )
        )
    found += price_assumption(inputs.price_per_gpu_hour, inputs.price_as_of, inputs.price_source)
    return tuple(found)


def _counted(gpus: int) -> str:
    return "one GPU" if gpus == 1 else f"{gpus:,} GPUs"


def _speed(part: TrainedPart, on: Gpu, calibrated: bool) -> Iterator[Assumption]:
    rows = [run for run in finetuning_runs() if run.utilisation is not None]
    sources = len({run.family for run in rows})
    band = fitted_utilisation(part)
    yield Assumption(
        name="utilisation",
        value=f"{band.low:.0%} / {band.likely:.0%} / {band.high:.0%}",
        text=f"share of the dense peak in {len(rows)} published speeds of fine-tuning by {sources}"
        " sources: lowest tenth, middle, highest tenth; operations that are done again count as"
        " lost",
        source=RUNS,
    )
    if part == "qlora":
        yield Assumption(
            name="four_bits",
            value=f"{fitted_slowdown():.2f}",
            text=f"a base in 4 bits takes {fitted_slowdown():.2f} times as long as one in 16, in"
            " pairs of published speeds on the same GPUs (1.03 to 1.9); contained in the share",
            source=RUNS,
        )
    yield Assumption(
        name="peak",
        value=f"{on.training_tflops} TFLOPS",
        text=f"dense 16-bit peak of {on.key}" + (f"; {on.note}" if on.note else ""),
        source=on.source,
    )
    if not calibrated:
        yield Assumption(
            name="uncalibrated",
            value=on.generation,
            text=f"uncalibrated: no published speed of training {_NAMES[part]} on"
            f" {on.generation} GPUs, so the band comes from other generations",
            source=RUNS,
        )


# -- what would change it ------------------------------------------------------------------------


def sensitivity(
    work: Work, band: Range, share: Range, with_rollouts: bool, price: Decimal | None
) -> tuple[Sensitivity, ...]:
    """Bars over the GPU-hours, or over the cost where there is a price."""
    by = float(price) if price is not None else 1.0

    def result(changed: dict[str, Any]) -> float:
        values = {
            "utilisation": band.likely,
            "padding": PADDING[1],
            "overhead": OVERHEAD[1],
            "generation_share": share.likely,
        }
        values |= {name: value for name, value in changed.items() if name in values}
        factor: float = changed.get("data", 1.0) * changed.get("price", 1.0)
        return by * factor * sum(work.hours(**values).values())

    def swing(name: str, low: float, high: float, told: str, told_high: str) -> Swing:
        return Swing(name=name, low=low, high=high, low_text=told, high_text=told_high)

    swings = [
        swing("utilisation", band.high, band.low, f"{band.high:.0%}", f"{band.low:.0%}"),
        swing("overhead", OVERHEAD[0], OVERHEAD[2], f"x {OVERHEAD[0]:g}", f"x {OVERHEAD[2]:g}"),
        swing("data", 0.5, 2.0, "x 0.5", "x 2"),
    ]
    if not work.packed:
        most = PADDING[2]
        swings.append(swing("padding", PADDING[0], most, f"x {PADDING[0]:g}", f"x {most:g}"))
    if with_rollouts:
        told = (f"{share.high:.0%}", f"{share.low:.0%}")
        swings.append(swing("generation_share", share.high, share.low, *told))
    if price is not None:
        told = (f"${float(price) * 0.8:.2f}", f"${float(price) * 1.2:.2f}")
        swings.append(swing("price", 0.8, 1.2, *told))
    return tornado("cost_usd" if price is not None else "gpu_hours", result, swings)
