"""`compute-desk estimate runs`: the fund's own training runs, which weigh into every estimate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.estimates.showing import AsJson, rounded
from assistant.cli.failure import WrongUsage
from assistant.cli.output import aside, document, table, write


def runs(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A CSV file; see the staff page.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Take them out again.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the fund's own training runs, or take them in from FILE.

    Estimates of training show them before published ones, and learn from them.
    """
    from assistant import own_runs
    from assistant.settings import default_home

    home = default_home()
    if file is not None and forget:
        raise WrongUsage("a file or --forget, not both", "compute-desk estimate runs FILE.csv")
    if forget:
        own_runs.forget_runs(home)
        write("forgotten")
        return
    held = own_runs.own_runs(home) if file is None else own_runs.import_runs(home, file)
    if as_json:
        document({"runs": [run.model_dump(mode="json") for run in held]})
        return
    if not held:
        aside("None yet: compute-desk estimate runs FILE.csv")
        return
    rows = [
        (
            run.model,
            rounded(run.params),
            rounded(run.tokens),
            run.gpu,
            rounded(run.gpu_hours),
            f"{run.utilisation:.0%}",
            "yes" if run.fit else "no",
        )
        for run in held
    ]
    headers = ("Run", "Parameters", "Tokens", "GPU", "GPU-hours", "Of the peak", "Learned from")
    table(headers, rows)
