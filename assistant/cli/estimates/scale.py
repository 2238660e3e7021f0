"""`compute-desk estimate scale`."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.estimates.showing import AsJson, Chart, Explain, Form, HourlyPrice, rounded, show
from assistant.cli.gpus import whole_number

Text = str | None
_IMPOSSIBLE = {
    "batch": "the batch feeds too few GPUs: more of them would wait for work",
    "efficiency": "at this efficiency no number of GPUs is that much faster",
}


def scale(
    gpus: Annotated[str, typer.Option(metavar="N", help="GPUs that do it now.")],
    time: Annotated[
        str, typer.Option(metavar="T", help="How long it takes on them: 200, 3 months, 1 year.")
    ] = "365.25",
    target: Annotated[str, typer.Option(metavar="T", help="How long it may take.")] = "7",
    efficiency: Annotated[
        Text,
        typer.Option(metavar="SHARE", help="Speed a GPU keeps when their number doubles: 95%."),
    ] = None,
    most_gpus: Annotated[
        Text, typer.Option(metavar="N", help="The most GPUs that the batch can feed.")
    ] = None,
    batch_tokens: Annotated[
        Text, typer.Option(metavar="N", help="Or: the largest useful batch, in tokens,")
    ] = None,
    tokens_per_gpu: Annotated[
        Text, typer.Option(metavar="N", help="and the least tokens a GPU takes of it.")
    ] = None,
    price: HourlyPrice = None,
    as_json: AsJson = False,
    explain: Explain = False,
    chart: Chart = False,
) -> None:
    """Tell how many GPUs do a year's job in a week, ideally and as things scale."""
    from tools import quantities
    from tools.estimates.training.scale_time import scale_time

    found = scale_time(
        whole_number(gpus, "--gpus"),
        quantities.parse_days(time),
        quantities.parse_days(target),
        None if efficiency is None else quantities.parse_share(efficiency),
        None if most_gpus is None else whole_number(most_gpus, "--most-gpus"),
        None if batch_tokens is None else quantities.parse_tokens(batch_tokens),
        None if tokens_per_gpu is None else quantities.parse_tokens(tokens_per_gpu),
        None if price is None else quantities.parse_price(price),
    )
    rows = [
        (label, f"{value:,}" if isinstance(value, int) else rounded(value))
        for label, value in (
            ("GPUs, ideal", found.ideal_gpus),
            ("GPUs needed", found.gpus_needed),
            ("GPUs used", None if found.reached else found.gpus_used),
            ("Days", found.days),
            ("GPU-hours", found.gpu_hours),
            ("GPU-hours more than now", found.extra_gpu_hours),
            ("Cost, USD", found.cost_usd),
            ("Cost more than now, USD", found.extra_cost_usd),
        )
        if value is not None
    ]
    cannot = [_IMPOSSIBLE[code] for code in found.impossible]
    form = Form(as_json, explain, chart)
    show(found, ("", "Likely"), rows, form, more=[("Not possible:", cannot)])
