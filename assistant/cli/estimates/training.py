"""`compute-desk estimate training`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.estimates.media import media_training
from assistant.cli.estimates.showing import (
    ActiveParams,
    AsJson,
    Chart,
    Explain,
    Form,
    GpuName,
    HourlyPrice,
    rounded,
    show,
)
from assistant.cli.gpus import whole_number

if TYPE_CHECKING:
    from tools.estimates.training.records import NearestRun, TrainingEstimate


def training(
    tokens: Annotated[
        str | None, typer.Option(metavar="N", help="Training tokens, such as 2T.")
    ] = None,
    params: Annotated[
        str | None, typer.Option(metavar="N", help="Size of the model, such as 7B.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A published model of the same size and shape."),
    ] = None,
    media: Annotated[
        Literal["image", "video"] | None,
        typer.Option(help="An image or video model: from published runs, without tokens."),
    ] = None,
    gpu: GpuName = "H100",
    gpus: Annotated[
        str | None, typer.Option(metavar="N", help="How many of them; without it, no days.")
    ] = None,
    active_params: ActiveParams = None,
    continued: Annotated[
        bool, typer.Option("--continued", help="A trained model goes on; tokens are added ones.")
    ] = False,
    seq_len: Annotated[
        str | None,
        typer.Option(metavar="N", help="Context in tokens, such as 8k; without it, 4,096."),
    ] = None,
    layers: Annotated[
        str | None, typer.Option(metavar="N", help="Layers of the model, with --d-model.")
    ] = None,
    d_model: Annotated[
        str | None, typer.Option(metavar="N", help="Width of the model, with --layers.")
    ] = None,
    precision: Annotated[
        Literal["bf16", "fp16", "fp8"] | None,
        typer.Option(help="Without it, 16 bits; fp8 where the GPU has it."),
    ] = None,
    scope: Annotated[
        Literal["final_run", "with_experiments"],
        typer.Option(help="The final run alone, or with the experiments before it."),
    ] = "final_run",
    days: Annotated[
        str | None,
        typer.Option(
            "--days",
            "--deadline",
            metavar="TIME",
            help="Time there is: alone, how many GPUs it takes; with --gpus, whether it can be.",
        ),
    ] = None,
    gpu_hours: Annotated[
        str | None,
        typer.Option(metavar="N", help="GPU-hours there are: whether they can be enough."),
    ] = None,
    price: HourlyPrice = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Estimate GPU-hours, days and cost of training a model, from scratch or further."""
    form = Form(as_json, explain, chart)
    if media is not None:
        language = {
            "--model": model,
            "--active-params": active_params,
            "--seq-len": seq_len,
            "--layers": layers,
            "--d-model": d_model,
            "--precision": precision,
            "--days": days,
            "--gpu-hours": gpu_hours,
            "--scope with_experiments": scope == "with_experiments",
        }
        media_training(media, params, continued, gpu, gpus, price, form, language)
        return
    from assistant.own_runs import own_runs
    from assistant.settings import default_home
    from tools import quantities
    from tools.errors import InvalidInput
    from tools.estimates.training.estimate import estimate_training

    if tokens is None:
        raise InvalidInput("the training tokens are missing", "give them, such as --tokens 2T")
    estimate = estimate_training(
        None if params is None else quantities.parse_params(params),
        quantities.parse_tokens(tokens),
        gpu=gpu,
        gpus=None if gpus is None else whole_number(gpus, "--gpus"),
        active_params=None if active_params is None else quantities.parse_params(active_params),
        scope=scope,
        price_per_gpu_hour=None if price is None else quantities.parse_price(price),
        price_source=None if price is None else "given with --price",
        model=model,
        start="continued" if continued else "from_scratch",
        seq_len=None if seq_len is None else quantities.parse_context(seq_len),
        layers=None if layers is None else whole_number(layers, "--layers"),
        d_model=None if d_model is None else whole_number(d_model, "--d-model"),
        precision=precision,
        deadline_days=None if days is None else quantities.parse_days(days),
        stated_gpu_hours=None if gpu_hours is None else quantities.parse_count(gpu_hours),
        own_runs=own_runs(default_home()),
    )
    show(
        estimate,
        ("", "Low", "Likely", "High"),
        _rows(estimate),
        form,
        more=[
            ("Against what you stated:", _against(estimate)),
            ("Memory:", _memory(estimate)),
            ("Nearest runs:", [_nearest(run) for run in estimate.nearest_runs]),
        ],
    )


def _rows(estimate: TrainingEstimate) -> list[tuple[str, str, str, str]]:
    final = estimate.experiments_gpu_hours and estimate.final_run_gpu_hours
    bands = (
        ("Final run, GPU-hours", final),
        ("Experiments, GPU-hours", estimate.experiments_gpu_hours),
        ("GPU-hours", estimate.gpu_hours),
        ("Days", estimate.days),
        ("GPUs for the deadline", estimate.gpus_for_deadline),
        ("Cost, USD", estimate.cost_usd),
    )
    return [
        (label, rounded(band.low), rounded(band.likely), rounded(band.high))
        for label, band in bands
        if band is not None
    ]


def _against(estimate: TrainingEstimate) -> list[str]:
    implied, band = estimate.implied_utilisation, estimate.utilisation
    if implied is None:
        return []
    needed = f"it would need {implied:.1%} of the peak"
    told = f"runs reach {band.low:.0%} to {band.high:.0%}, likely {band.likely:.0%}"
    return [f"{needed}; {told}"]


def _memory(estimate: TrainingEstimate) -> list[str]:
    from tools.estimates.kv_cache import GIB

    fit = estimate.memory
    if fit is None:
        return ["not checked: the memory of this GPU is not known"]
    said = {"fits": "it fits", "tight": "it is tight", "no": "it does not fit"}[fit.verdict]
    fewest = "" if fit.gpus_stated else " (the fewest, as a power of two)"
    return [
        f"{said}: {fit.total_bytes / GIB:.0f} of {fit.gpu_bytes / GIB:.0f} GiB on each of"
        f" {fit.gpus:,} GPUs{fewest} with {fit.setup}"
    ]


def _nearest(run: NearestRun) -> str:
    from tools.estimates.shown import short

    where = f" on {run.n_gpus:,}" if run.n_gpus else ""
    active = f" ({short(run.active_params)} active)" if run.active_params < run.params else ""
    counted = f"; hours: {run.scope}" if run.scope else ""
    return (
        f"{run.model}: {short(run.params)}{active}, {short(run.tokens)} tokens,"
        f" {run.gpu_hours:,.0f} {run.gpu} GPU-hours{where}, {run.utilisation:.0%} of the peak"
        f"{counted} [{run.source}]"
    )
