"""`compute-desk estimate`: what a job takes, with the assumptions said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.gpus import whole_number
from assistant.cli.output import document, one_line, table, write

if TYPE_CHECKING:
    from tools.estimates import TrainingEstimate

app = typer.Typer(no_args_is_help=True, help="Estimate what a job takes.")


@app.callback()
def estimates() -> None:
    """Estimate what a job takes: low, likely and high, with every assumption."""


@app.command()
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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Estimate GPU-hours, days and cost of training a model from scratch."""
    from tools import quantities
    from tools.training import estimate_training

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
    if as_json:
        document(estimate.model_dump(mode="json"))
    else:
        _show(estimate)


def _show(estimate: TrainingEstimate) -> None:
    rows = [
        (label, *(_rounded(value) for value in (band.low, band.likely, band.high)))
        for label, band in (
            ("GPU-hours", estimate.gpu_hours),
            ("Days", estimate.days),
            ("Cost, USD", estimate.cost_usd),
        )
        if band is not None
    ]
    table(("", "Low", "Likely", "High"), rows)
    write("\nHow it is computed:")
    for step in estimate.explain():
        write(f"  {one_line(step)}")
    write("\nAssumed:")
    for assumption in estimate.assumptions:
        write(f"  {one_line(assumption.text)}")
    write("\nNearest published runs:")
    for run in estimate.nearest_runs:
        write(f"  {one_line(run.model)}: {_rounded(run.gpu_hours)} {one_line(run.gpu)} GPU-hours")


def _rounded(value: object) -> str:
    """Three significant digits: more would pretend."""
    number = float(str(value))
    return f"{float(f'{number:.3g}'):,.10g}"
