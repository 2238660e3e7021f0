"""The part of `compute-desk estimate training` for image and video models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from assistant.cli.estimates.showing import Form, rounded, show
from assistant.cli.gpus import whole_number

if TYPE_CHECKING:
    from tools.estimates.training.media import LikeRun


def media_training(
    kind: Literal["image", "video"],
    params: str | None,
    continued: bool,
    gpu: str,
    gpus: str | None,
    price: str | None,
    form: Form,
    others: Mapping[str, object],
) -> None:
    """Estimate training an image or video model from published runs and write it.

    `others` are the options of language models: one that is given is refused. Tokens alone are let
    pass, as the answer says why they do not help. Raises `InvalidInput`.
    """
    from tools import quantities
    from tools.errors import InvalidInput
    from tools.estimates.training.media import estimate_media_training

    for option, given in others.items():
        if given:
            raise InvalidInput(f"{option} does not apply to image and video models", "leave it out")
    estimate = estimate_media_training(
        kind,
        None if params is None else quantities.parse_params(params),
        start="pretrained" if continued else None,
        gpu=gpu,
        gpus=None if gpus is None else whole_number(gpus, "--gpus"),
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
    show(
        estimate,
        ("", "Cheapest run", "Middle", "Dearest run"),
        rows,
        form,
        more=[("Published runs like it:", [_run(each) for each in estimate.like_runs])],
    )


def _run(like: LikeRun) -> str:
    run = like.run
    size = f", {run.params / 1e9:.3g}B" if run.params else ""
    return (
        f"{run.model} ({run.year}{size}, {run.resolution} px, from {_STARTS[run.start]}):"
        f" {rounded(run.gpu_hours)} {run.gpu} GPU-hours, {rounded(like.gpu_hours_here)} here"
    )


_STARTS = {"scratch": "scratch", "pretrained": "another model"}
