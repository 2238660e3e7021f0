"""`compute-desk estimate finetuning`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.estimates.showing import (
    ActiveParams,
    AsJson,
    Chart,
    Explain,
    Form,
    GpuName,
    HourlyPrice,
    ModelName,
    rounded,
    show,
)
from assistant.cli.gpus import plain_number, whole_number

if TYPE_CHECKING:
    from tools.estimates.finetuning.records import FinetuningEstimate, Phase

_GIB = 2**30
_VERDICTS = {"fits": "fits", "tight": "fits, but tightly", "no": "does not fit"}


def finetuning(
    model: ModelName = None,
    params: Annotated[
        str | None, typer.Option(metavar="N", help="Its size instead, such as 8B.")
    ] = None,
    active_params: ActiveParams = None,
    method: Annotated[
        Literal["full", "lora", "qlora", "rl"],
        typer.Option(help="All of the model, adapters, adapters on 4 bits, or by reinforcement."),
    ] = "full",
    tokens: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens of the data, such as 50M.")
    ] = None,
    examples: Annotated[
        str | None, typer.Option(metavar="N", help="Examples instead, with --example-tokens.")
    ] = None,
    example_tokens: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens of one example.")
    ] = None,
    epochs: Annotated[str, typer.Option(metavar="N", help="Passes over the data.")] = "1",
    packed: Annotated[
        bool, typer.Option("--packed", help="Examples are packed; nothing is padded.")
    ] = False,
    rank: Annotated[
        str | None, typer.Option(metavar="N", help="Rank of the adapters; without it, 16.")
    ] = None,
    targets: Annotated[
        Literal["attention", "all"], typer.Option(help="Matrices that get adapters.")
    ] = "all",
    gpu: GpuName = "H100",
    gpus: Annotated[
        str | None, typer.Option(metavar="N", help="How many; without it, the fewest that fit.")
    ] = None,
    seq_len: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens of a training sequence, such as 8k.")
    ] = None,
    micro_batch: Annotated[
        str, typer.Option(metavar="N", help="Sequences on a GPU at once.")
    ] = "1",
    prompts: Annotated[
        str | None, typer.Option(metavar="N", help="Prompts, for reinforcement learning.")
    ] = None,
    samples: Annotated[str, typer.Option(metavar="N", help="Answers to each prompt.")] = "8",
    prompt_tokens: Annotated[str, typer.Option(metavar="N", help="Tokens of one prompt.")] = "512",
    answer_tokens: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens of one answer.")
    ] = None,
    price: HourlyPrice = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate time, memory and cost of fine-tuning a language model."""
    from tools import quantities
    from tools.estimates.finetuning.estimate import estimate_finetuning

    def whole(text: str | None, option: str) -> int | None:
        return None if text is None else whole_number(text, option)

    def length(text: str | None) -> int | None:
        return None if text is None else quantities.parse_context(text)

    estimate = estimate_finetuning(
        model=model,
        params=None if params is None else quantities.parse_params(params),
        active_params=None if active_params is None else quantities.parse_params(active_params),
        method=method,
        tokens=None if tokens is None else quantities.parse_tokens(tokens),
        examples=whole(examples, "--examples"),
        tokens_per_example=length(example_tokens),
        epochs=plain_number(epochs, "--epochs"),
        packed=packed,
        rank=whole(rank, "--rank"),
        targets=targets,
        gpu=gpu,
        gpus=whole(gpus, "--gpus"),
        seq_len=length(seq_len),
        micro_batch=whole_number(micro_batch, "--micro-batch"),
        prompts=whole(prompts, "--prompts"),
        samples=whole_number(samples, "--samples"),
        prompt_tokens=quantities.parse_context(prompt_tokens),
        generated_tokens=length(answer_tokens),
        price_per_gpu_hour=None if price is None else quantities.parse_price(price),
        price_source=None if price is None else "given with --price",
    )
    rows = [
        (label, *(rounded(value) for value in (band.low, band.likely, band.high)))
        for label, band in (
            ("GPU-hours", estimate.gpu_hours),
            *((f"  {phase.name}", phase.gpu_hours) for phase in _several(estimate)),
            ("Hours", estimate.hours),
            ("Days", estimate.days),
            ("Cost, USD", estimate.cost_usd),
        )
        if band is not None
    ]
    nearest = [
        f"{run.model}, {run.method}: {rounded(run.gpu_hours)} {run.gpu} GPU-hours ({run.note})"
        for run in estimate.nearest_runs
    ]
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        rows,
        Form(as_json, explain, chart),
        more=[("Memory:", _memory(estimate)), ("Nearest published runs:", nearest)],
    )


def _several(estimate: FinetuningEstimate) -> tuple[Phase, ...]:
    return estimate.phases if len(estimate.phases) > 1 else ()


def _memory(estimate: FinetuningEstimate) -> list[str]:
    """What a GPU must hold, whether one is enough, and how many are."""
    found = estimate.memory
    if found is None or found.verdict is None or found.gpu_bytes is None:
        return ["not known: the memory of this GPU is not stated"]
    count = estimate.inputs.gpus or 1
    lines = [
        f"{found.parts.total / _GIB:,.0f} of {found.gpu_bytes / _GIB:,.0f} GiB on each of"
        f" {count:,} x {estimate.inputs.gpu}: {_VERDICTS[found.verdict]}"
    ]
    if count > 1 and estimate.one_gpu and estimate.one_gpu_bytes:
        lines.append(
            f"one GPU would have to hold {estimate.one_gpu_bytes / _GIB:,.0f} GiB:"
            f" {_VERDICTS[estimate.one_gpu]}"
        )
    if estimate.fewest_gpus is None:
        lines.append("it fits on no number of these GPUs by sharding alone")
    else:
        lines.append(f"fewest GPUs: {estimate.fewest_gpus:,} ({estimate.fewest_words})")
    for other in estimate.other_methods:
        fewest = "no number of GPUs" if other.fewest_gpus is None else f"{other.fewest_gpus:,}"
        lines.append(
            f"with {other.method}: fewest GPUs {fewest}; one would have to hold"
            f" {other.one_gpu_bytes / _GIB:,.0f} GiB"
        )
    return lines
