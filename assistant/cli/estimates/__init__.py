"""`compute-desk estimate`: what a job takes and costs, with the assumptions said; one file each."""

from __future__ import annotations

import typer

from assistant.cli.estimates import (
    deal,
    finetuning,
    inference,
    loan,
    ownership,
    revenue,
    routes,
    runs,
    scale,
    training,
)
from assistant.cli.estimates.credits import credits_value

app = typer.Typer(no_args_is_help=True, help="Estimate what a job takes.")


@app.callback()
def estimates() -> None:
    """Estimate what a job takes: low, likely and high, with every assumption."""


app.command("training")(training.training)
app.command("finetuning")(finetuning.finetuning)
app.command("inference")(inference.inference)
app.command("runs")(runs.runs)
app.command("routes")(routes.routes)
app.command("revenue")(revenue.revenue)
app.command("deal")(deal.deal)
app.command("scale")(scale.scale)
app.command("ownership")(ownership.ownership)
app.command("loan")(loan.loan)
app.command("credits")(credits_value)
