"""What a training estimate takes as given, and its arithmetic line by line."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tools.estimates.architectures import typical_shape
from tools.estimates.records import Assumption, Step, price_assumption
from tools.estimates.shown import short, triple, usd
from tools.estimates.training.fit import MemoryFit
from tools.estimates.training.job import EXPERIMENTS, Job, Work
from tools.estimates.training.memory_parts import ACTIVATIONS, ZERO
from tools.estimates.training.published_runs import Stratum
from tools.estimates.training.records import TrainingInputs
from tools.estimates.training.utilisation import OWN_RUN_WEIGHT, Band
from tools.estimates.training.work import (
    ATTENTION_SOURCE,
    FOUNDRY,
    LONG_FROM,
    MOST_DOUBLINGS,
    RESTARTS_SOURCE,
    SCALE_PER_DOUBLING,
)

KAPLAN = "Kaplan et al. 2020, arXiv:2001.08361"
RUNS = "tools/data/published_runs.csv"
_STRATA: dict[Stratum, str] = {
    "dense": "dense models",
    "dense_small": "dense models, all sizes",
    "moe": "mixtures of experts",
}


def assumptions(
    inputs: TrainingInputs,
    job: Job,
    band: Band,
    done: Work,
    fit: MemoryFit | None,
    *,
    calibrated: bool,
) -> Iterator[Assumption]:
    """Everything that the estimate takes as given."""
    yield Assumption(
        name="flops",
        value="6 x active parameters x tokens",
        text="6 operations a parameter and token",
        source=KAPLAN,
    )
    yield Assumption(
        name="attention",
        value=f"{done.attention:.1%}",
        text=f"attention over {job.seq_len:,} tokens of context adds {done.attention:.1%}",
        source=ATTENTION_SOURCE,
    )
    yield from _shape(inputs, job)
    yield _utilisation(job, band)
    yield Assumption(
        name="peak",
        value=f"{job.on.training_tflops} TFLOPS",
        text=f"dense 16-bit peak of {job.on.key}" + (f"; {job.on.note}" if job.on.note else ""),
        source=job.on.source,
    )
    yield _scope(inputs)
    yield Assumption(
        name="restarts",
        value="not added",
        text="published hours of whole runs contain their restarts, so none are added; hours that"
        " were step time alone count 6 % more in the band",
        source=RESTARTS_SOURCE,
    )
    if inputs.start == "continued":
        yield Assumption(
            name="continued",
            value="added tokens only",
            text="continued training takes as long per token as training from scratch; only the"
            " added tokens count",
            source="arithmetic",
        )
    yield from _effects(job, band, done)
    if not calibrated:
        yield Assumption(
            name="uncalibrated",
            value=job.on.generation,
            text=f"uncalibrated: fewer than two published families of {_STRATA[job.stratum]} ran on"
            f" {job.on.generation} GPUs, so the band comes from other generations",
            source=RUNS,
        )
    if inputs.gpus:
        yield Assumption(
            name="days",
            value=f"{inputs.gpus} GPUs",
            text="days if all GPUs work all the time; waiting for them is not included",
            source="arithmetic",
        )
    if fit is not None:
        yield Assumption(
            name="memory",
            value=fit.verdict,
            text="memory for micro batches of one sequence, Adam in mixed precision and flash"
            " attention, within 10 %; neither pipeline nor context parallel was tried",
            source=f"{ZERO}; {ACTIVATIONS}",
        )
    yield from price_assumption(inputs.price_per_gpu_hour, inputs.price_as_of, inputs.price_source)


def _shape(inputs: TrainingInputs, job: Job) -> Iterator[Assumption]:
    if inputs.layers is None or inputs.d_model is None:
        shape = typical_shape(job.active)
        kind = f"{shape.layers} layers of width {shape.d_model:,}"
        yield Assumption(
            name="shape",
            value=f"{shape.layers} x {shape.d_model:,}",
            text=f"layers and width were not stated, so a typical shape is taken: {kind}",
            source=shape.source,
        )


def _utilisation(job: Job, band: Band) -> Assumption:
    of_kind = ""
    if job.stratum == "moe":
        of_kind = f"; {band.of_stratum} runs are mixtures of experts, the spread is that of all"
    own = (
        f"; {band.own_runs} own runs, each weighing as {OWN_RUN_WEIGHT:.0f} published families"
        if band.own_runs
        else ""
    )
    return Assumption(
        name="utilisation",
        value=f"{band.low:.0%} / {band.likely:.0%} / {band.high:.0%}",
        text=f"share of the dense peak learned from {band.runs} runs of {band.families} families:"
        f" the middle, and the span that holds four fifths when a family is left out{of_kind}{own}",
        source=RUNS,
    )


def _scope(inputs: TrainingInputs) -> Assumption:
    if inputs.scope == "final_run":
        return Assumption(
            name="scope",
            value="final_run",
            text="the final run with the restarts that published hours contain; no experiments",
            source=RUNS,
        )
    factors = " / ".join(str(each) for each in EXPERIMENTS)
    return Assumption(
        name="scope",
        value="with_experiments",
        text=f"final run times {factors} for experiments and failed runs",
        source="planning figure, no source: few teams publish the hours of their experiments",
    )


def _effects(job: Job, band: Band, done: Work) -> Iterator[Assumption]:
    if done.doublings and job.gpus:
        usual = job.gpus * band.params_per_gpu / float(job.active)
        beyond = (
            f"; beyond {2**MOST_DOUBLINGS} times nothing was measured, and the batch size sets a"
            " limit"
            if done.doublings >= MOST_DOUBLINGS
            else ""
        )
        yield Assumption(
            name="scale",
            value=f"{done.scale:.3f}",
            text=f"{job.gpus:,} GPUs are {usual:.1f} times what runs of this size use;"
            f" each doubling costs {SCALE_PER_DOUBLING - 1:.1%} more GPU-hours{beyond}",
            source=FOUNDRY,
        )
    if job.seq_len > LONG_FROM:
        yield Assumption(
            name="long_context",
            value=f"{done.context.low:.2f} / {done.context.likely:.2f} / {done.context.high:.2f}",
            text=f"beyond {LONG_FROM:,} tokens of context kernels were slower than attention's"
            " operations alone: measured on a 7B up to 65,536 tokens with kernels of 2023; low:"
            " no loss",
            source=FOUNDRY,
        )
    if job.precision == "fp8":
        gains = (1 / each for each in (done.precision.low, done.precision.likely, 1.0))
        yield Assumption(
            name="fp8",
            value=" / ".join(f"{gain:.2f}x" for gain in gains),
            text="FP8 is scored on the 16-bit peak with a gain measured on 1B and 3B models, less"
            " on long contexts; twice as fast is the peak's promise, not what was seen",
            source=FOUNDRY,
        )


def steps(inputs: TrainingInputs, job: Job, band: Band, done: Work) -> Iterator[Step]:
    """The formula with its numbers, a line each."""
    active, tokens = short(job.active), short(job.tokens)
    yield Step(
        name="flops",
        text=f"FLOPs = 6 x {active} active parameters x {tokens} tokens x"
        f" {1 + done.attention:.3f} for attention = {done.flops:.3g}",
        source=f"{KAPLAN}; {ATTENTION_SOURCE}",
    )
    yield Step(
        name="at_peak",
        text=f"GPU-hours at full peak = {done.flops:.3g} / (3600 x {job.on.training_tflops}"
        f" TFLOPS) = {done.at_peak:,.0f}",
        source=job.on.source,
    )
    factors = "".join(
        f" x {name} ({', '.join(f'{each:.3f}' for each in values)})"
        for name, values in (
            ("scale", (done.scale,) * 3),
            ("long context", (done.context.low, done.context.likely, done.context.high)),
            ("FP8", (done.precision.low, done.precision.likely, done.precision.high)),
        )
        if set(values) != {1.0}
    )
    yield Step(
        name="final_run",
        text=f"final run = {done.at_peak:,.0f} / utilisation ({band.high:.1%}, {band.likely:.1%},"
        f" {band.low:.1%}){factors} = {triple(done.final)} GPU-hours",
        source=RUNS if not factors else f"{RUNS}; {FOUNDRY}",
    )
    if inputs.scope == "with_experiments":
        times = ", ".join(str(each) for each in EXPERIMENTS)
        line = f"with experiments = final run x ({times}) = {triple(done.hours)} GPU-hours"
        yield Step(name="with_experiments", text=line)
    if inputs.gpus:
        days = triple((each / (24 * inputs.gpus) for each in done.hours), 1)
        line = f"days = GPU-hours / (24 x {inputs.gpus:,} GPUs) = {days}"
        yield Step(name="days", text=line)
    if job.price is not None:
        cost = " / ".join(usd(each * job.price) for each in done.hours)
        yield Step(name="cost", text=f"cost = GPU-hours x ${job.price} = {cost}")


def implied_step(hours: Decimal, done: Work, implied: float) -> Step:
    """The line of what the stated days or hours would need."""
    line = f"implied utilisation = {done.at_peak:,.0f} / {hours:,.0f} GPU-hours = {implied:.1%}"
    return Step(name="implied_utilisation", text=line)


def deadline_step(days: Decimal, counts: tuple[Decimal, ...]) -> Step:
    """The line of how many GPUs a deadline takes."""
    line = f"GPUs for {days:f} days = GPU-hours / (24 x {days:f}), rounded up = {triple(counts)}"
    return Step(name="gpus_for_deadline", text=line)
