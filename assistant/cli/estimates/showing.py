"""How every estimate is written: its table, its formula, its tornado, or its JSON."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import document, table, write, write_wrapped

if TYPE_CHECKING:
    from tools.estimates.records import Estimate, Sensitivity

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show the formula line by line, with its sources.")
]
Chart = Annotated[
    bool, typer.Option("--chart", help="Draw what would change the result most, as a tornado.")
]
ModelName = Annotated[
    str | None, typer.Option(metavar="NAME", help="A known model, such as Llama-3.1-8B.")
]
ActiveParams = Annotated[
    str | None,
    typer.Option(metavar="N", help="Parameters active per token, for a mixture of experts."),
]
GpuName = Annotated[str, typer.Option(metavar="NAME", help="The GPU.")]
HourlyPrice = Annotated[
    str | None, typer.Option(metavar="USD", help="Per GPU-hour; without it, no cost.")
]
_LEAST_BAR, _NAMES = 20, 26


@dataclass(frozen=True, slots=True)
class Form:
    """In which form a result is wanted."""

    as_json: bool = False
    explain: bool = False
    chart: bool = False


def show(
    estimate: Estimate,
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    form: Form,
    more: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """Write an estimate: a table of its outputs, then what was asked for. `more` are further parts,
    each a heading and its lines (nearest runs, what is unknown)."""
    if form.as_json:
        document(estimate.model_dump(mode="json"))
        return
    table(headers, rows)
    if form.explain:
        _part("How it is computed:", estimate.explain())
    if form.chart:
        write("\nWhat would change it most:")
        for line in tornado_lines(estimate.sensitivity):
            write(line)
    for heading, lines in more:
        _part(heading, lines)
    _part("Assumed:", [each.text for each in estimate.assumptions])
    if form.explain:
        _part("Sources:", estimate.sources)
    write(f"\nData as of {estimate.as_of}.")


def rounded(value: object) -> str:
    """Three significant digits: more would pretend."""
    number = float(f"{float(str(value)):.3g}")
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.10g}"


def tornado_lines(bars: Sequence[Sensitivity], width: int | None = None) -> list[str]:
    """The bars of a tornado in plain characters, each with its inputs and results."""
    if not bars:
        return ["  nothing: no input of this estimate is uncertain"]
    columns = width or shutil.get_terminal_size((80, 24)).columns
    least = min(min(bar.at_low, bar.at_high) for bar in bars)
    most = max(max(bar.at_low, bar.at_high) for bar in bars)
    space = max(columns - _NAMES - 4, _LEAST_BAR)
    lines = [f"  {bars[0].of}, from {rounded(least)} to {rounded(most)}"]
    for bar in bars:
        low, high = sorted((bar.at_low, bar.at_high))
        start = round((low - least) / (most - least) * (space - 1))
        end = round((high - least) / (most - least) * (space - 1))
        lines.append(f"  {bar.name:<{_NAMES}}{' ' * start}{'=' * max(end - start, 1)}")
        lines.append(
            f"  {'':<{_NAMES}}{bar.low_input}: {rounded(bar.at_low)};"
            f" {bar.high_input}: {rounded(bar.at_high)}"
        )
    return lines


def _part(heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    write(f"\n{heading}")
    for line in lines:
        write_wrapped(line, 2)
    sys.stdout.flush()
