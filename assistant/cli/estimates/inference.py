"""`compute-desk estimate inference`."""

from __future__ import annotations

from typing import Annotated, Literal

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
from assistant.cli.gpus import plain_number


def inference(
    requests: Annotated[
        str,
        typer.Option(
            metavar="N", help="Requests a minute, or such as 20 QPS: the mean over a month."
        ),
    ],
    input_tokens: Annotated[
        str, typer.Option("--input-tokens", metavar="N", help="Tokens of one prompt.")
    ],
    output_tokens: Annotated[
        str, typer.Option("--output-tokens", metavar="N", help="Tokens of one answer.")
    ],
    model: ModelName = None,
    params: Annotated[
        str | None, typer.Option(metavar="N", help="Its size instead, such as 70B.")
    ] = None,
    active_params: ActiveParams = None,
    gpu: GpuName = "H100",
    first_token: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="At most so long to the first token, such as 500ms."),
    ] = None,
    token_time: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="At most so long from token to token, such as 30ms."),
    ] = None,
    answer_time: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="At most so long for a whole answer, such as 5s."),
    ] = None,
    weights: Annotated[
        Literal["bf16", "fp8", "int8", "int4"], typer.Option(help="Precision of the weights.")
    ] = "bf16",
    cache: Annotated[
        Literal["bf16", "fp8"], typer.Option(help="Precision of keys and values.")
    ] = "bf16",
    peak: Annotated[
        str, typer.Option(metavar="RATIO", help="The busiest minutes over the mean.")
    ] = "2",
    peak_load: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of capacity that the peak may fill.")
    ] = "80%",
    shared_prefix: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of the prompt that all requests share.")
    ] = "0",
    price: HourlyPrice = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate GPUs, speed and cost of serving a language model."""
    from tools import quantities
    from tools.estimates.inference.estimate import estimate_inference

    estimate = estimate_inference(
        quantities.parse_per_minute(requests),
        quantities.parse_context(input_tokens),
        quantities.parse_context(output_tokens),
        model=model,
        params=None if params is None else quantities.parse_params(params),
        active_params=None if active_params is None else quantities.parse_params(active_params),
        gpu=gpu,
        first_token_seconds=None if first_token is None else quantities.parse_seconds(first_token),
        token_seconds=None if token_time is None else quantities.parse_seconds(token_time),
        answer_seconds=None if answer_time is None else quantities.parse_seconds(answer_time),
        weights=weights,
        cache=cache,
        peak_to_mean=plain_number(peak.strip().rstrip("xX×"), "--peak"),
        peak_load=quantities.parse_share(peak_load),
        shared_prefix=quantities.parse_share(shared_prefix),
        price_per_gpu_hour=None if price is None else quantities.parse_price(price),
        price_source=None if price is None else "given with --price",
    )
    rows = [
        (label, *(rounded(value) for value in (band.low, band.likely, band.high)))
        for label, band in (
            ("GPUs", estimate.gpus),
            ("Output tokens/s per GPU", estimate.output_tokens_per_second_per_gpu),
            ("First token, s", estimate.first_token_seconds),
            ("Time per token, s", estimate.token_seconds),
            ("Whole answer, s", estimate.answer_seconds),
            ("USD a month", estimate.cost_usd_per_month),
            ("USD per M tokens", estimate.cost_usd_per_million_tokens),
            ("USD per M input tokens", estimate.cost_usd_per_million_input_tokens),
            ("USD per M output tokens", estimate.cost_usd_per_million_output_tokens),
            ("USD per M tokens, never idle", estimate.cost_usd_per_million_tokens_full_load),
        )
        if band is not None
    ]
    fleet = [
        f"copies of the model: {rounded(estimate.copies.likely)}, GPUs a copy:"
        f" {estimate.gpus_per_copy}, up to {estimate.sequences_per_copy:,} answers at once each"
        f" (bound by {estimate.limit}), {estimate.mean_load:.0%} busy on average",
    ]
    nearest = [
        f"{run.model} on {run.gpus} {run.gpu}, {run.weights}, {run.input_tokens:,} +"
        f" {run.output_tokens:,} tokens: {rounded(run.output_tokens_per_second)} output tokens/s"
        f" ({run.engine})"
        for run in estimate.nearest_runs
    ]
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        rows,
        Form(as_json, explain, chart),
        more=[("In the likely case:", fleet), ("Nearest measured servers:", nearest)],
    )
