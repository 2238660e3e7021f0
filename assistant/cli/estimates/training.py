"""`compute-desk estimate training`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, rounded, show
from assistant.cli.gpus import whole_number


def training(
    params: Annotated[str, typer.Option(metavar="N", help="Size of the model, such as 7B.")],
    tokens: Annotated[str, typer.Option(metavar="N", help="Training tokens, such as 2T.")],
    gpu: Annotated[str, typer.Option(metavar="NAME", help="The GPU.")] = "H100",
    gpus: Annotated[
        str | None, typer.Option(metavar="N", help="How many of them; without it, no days.")
    ] = None,
    active_params: Annotated[
        str | None,
        typer.Option(metavar="N", help="Parameters active per token, for a mixture of experts."),
    ] = None,
    scope: Annotated[
        Literal["final_run", "with_experiments"],
        typer.Option(help="The final run alone, or with the experiments before it."),
    ] = "final_run",
    price: Annotated[
        str | None,
        typer.Option(metavar="USD", help="Per GPU-hour; without it, no cost."),
    ] = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate GPU-hours, days and cost of training a model from scratch."""
    from tools import quantities
    from tools.estimates.training import estimate_training

    estimate = estimate_training(
        quantities.parse_params(params),
        quantities.parse_tokens(tokens),
        gpu=gpu,
        gpus=None if gpus is None else whole_number(gpus, "--gpus"),
        active_params=None if active_params is None else quantities.parse_params(active_params),
        scope=scope,
        price_per_gpu_hour=None if price is None else quantities.parse_price(price),
        price_source=None if price is None else "given with --price",
    )
    rows = [
        (label, *(rounded(value) for value in (band.low, band.likely, band.high)))
        for label, band in (
            ("GPU-hours", estimate.gpu_hours),
            ("Days", estimate.days),
            ("Cost, USD", estimate.cost_usd),
        )
        if band is not None
    ]
    nearest = [
        f"{run.model}: {rounded(run.gpu_hours)} {run.gpu} GPU-hours"
        for run in estimate.nearest_runs
    ]
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        rows,
        Form(as_json, explain, chart),
        more=[("Nearest published runs:", nearest)],
    )
