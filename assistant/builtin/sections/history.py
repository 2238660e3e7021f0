"""How prices moved: first whether they did, then the moves of single sellers, then each series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.builtin.figures import price, when
from assistant.builtin.sections import Section
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases

ROWS = 10
SERIES = 6


def history_section(done: Sequence[Artifact], say: Phrases) -> Section:
    """The history of one GPU; without a dated price there is no answer."""
    tool = next((a.tool for a in done if a.tool.name == "gpu_price_history"), None)
    if tool is None:
        return Section(answered=False)
    if not tool.ok:
        return Section([say.failure(tool.error, tool.hint)], answered=False)
    gpu = tool.args["gpu"]
    if not tool.result["series"]:
        wanted = ", ".join(f"{key}={value}" for key, value in tool.args.items())
        return Section([say.history_none.format(gpu=gpu)], answered=False, gaps=[wanted])
    section = Section([_lead(tool, gpu, say), ""])
    section.lines += _moves(tool, say)
    section.lines += _series(tool, say, 1 if "until" in tool.args else 0)
    section.lines += ["", *_notes(tool, say)]
    return section


def _lead(tool: ToolEvidence, gpu: str, say: Phrases) -> str:
    """Live prices of two dates where there are; else how many sellers raised and lowered theirs."""
    for n, series in enumerate(tool.result["series"]):
        points = series["points"]
        if series["kind"] != "live" or len(points) < 2:
            continue
        last = len(points) - 1
        text = say.history_live.format(
            gpu=gpu,
            term=_term(series, say),
            first=price(points[0]["median"], series["currency"], say.language),
            first_day=when(points[0]["date"], say.language),
            last=price(points[-1]["median"], series["currency"], say.language),
            last_day=when(points[-1]["date"], say.language),
        )
        return f"{text} [{tool.id}:series.{n}.points.0] [{tool.id}:series.{n}.points.{last}]"
    if "until" in tool.args:
        told = say.history_of.format(gpu=gpu, told=_told(tool.result["series"][0], say))
        return f"**{told}{say.stop}** [{tool.id}:series.0]"
    if not tool.result["moves"]:
        return say.history_apart.format(gpu=gpu)
    return f"{say.history_moves.format(gpu=gpu, **tool.result['moved'])} [{tool.id}:moved]"


def _term(told: dict[str, Any], say: Phrases) -> str:
    term = say.terms[told["term"]]
    if not told["term_months"]:
        return term
    return say.history_months.format(term=term, n=told["term_months"])


def _moves(tool: ToolEvidence, say: Phrases) -> Iterator[str]:
    moves = tool.result["moves"]
    if not moves:
        return
    yield say.history_header
    yield "|---" * (say.history_header.count("|") - 1) + "|"
    for n, move in enumerate(moves[:ROWS]):
        first, last = (
            say.history_cell.format(
                price=price(move[key], move["currency"], say.language),
                day=when(move[f"{key}_date"], say.language),
            )
            for key in ("first", "last")
        )
        kind = f"{say.history_kinds[move['kind']]}{say.comma}{_term(move, say)}"
        cells = [move["provider"], move["gpu_raw"], kind, first, f"{last} [{tool.id}:moves.{n}]"]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _series(tool: ToolEvidence, say: Phrases, start: int) -> Iterator[str]:
    for n, series in enumerate(tool.result["series"][start:SERIES], start):
        yield f"- {_told(series, say)} [{tool.id}:series.{n}]"


def _told(series: dict[str, Any], say: Phrases) -> str:
    low, high = (price(series[key], series["currency"], say.language) for key in ("low", "high"))
    template = say.history_series if series["dates"] > 1 else say.history_series_one
    return template.format(
        kind=say.history_kinds[series["kind"]],
        term=_term(series, say),
        dates=series["dates"],
        first_day=when(series["points"][0]["date"], say.language),
        last_day=when(series["points"][-1]["date"], say.language),
        span=low if low == high else say.history_span.format(low=low, high=high),
    )


def _notes(tool: ToolEvidence, say: Phrases) -> Iterator[str]:
    if any(series["kind"] == "list" for series in tool.result["series"]):
        yield say.history_list_note
    if "history_not_readable" in tool.result["unknowns"]:
        yield say.history_unreadable
    elif "no_live_history" in tool.result["unknowns"]:
        yield say.history_no_live
    for key, template in (("suspicious", say.history_suspicious), ("undated", say.history_undated)):
        if tool.result[key]:
            yield f"{template.format(n=tool.result[key])} [{tool.id}:{key}]"
