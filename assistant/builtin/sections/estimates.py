"""A training estimate: the range, the cost at prices of their dates, what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from assistant.builtin.figures import dollars, family, number, plain, price, size
from assistant.builtin.planning import ASKED, missing_for_estimate, same_offer
from assistant.builtin.sections import Section
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.reading import Reading
from tools.quantities import Unit


def estimate_section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    """Hours, days and costs as one table; or the one question that has to be asked back."""
    missing = missing_for_estimate(reading)
    if missing:
        return Section([_question(reading, missing, say)], answered=True, asked_back=True)
    estimates = [a.tool for a in done if a.tool.name == "estimate_training"]
    failed = next((tool for tool in estimates if not tool.ok), None)
    if failed is not None:
        return Section([say.failure(failed.error, failed.hint)], answered=False)
    main = estimates[0]
    priced = [tool for tool in estimates if tool.result.get("cost_usd")]
    section = Section([_lead(main, say), ""])
    section.lines += _table(main, priced, say)
    section.lines.append("")
    if priced:
        market = next((a.tool for a in done if a.tool.name == "gpu_offers" and a.tool.ok), None)
        section.lines += [_cost(tool, market, say) for tool in priced]
        if not all(_is_live(tool, market) for tool in priced):
            section.lines.append(say.list_warning)
    else:
        section.lines.append(say.estimate_no_price)
    section.lines += _assumptions(main, say)
    section.lines += _runs(main, say)
    return section


def _question(reading: Reading, missing: Sequence[Unit], say: Phrases) -> str:
    params = reading.first(Unit.PARAMS)
    if params is not None and Unit.TOKENS in missing:
        return say.ask_tokens
    return f"{say.ask_size} {say.ask_size_default}"


def _gpu_name(tool: ToolEvidence) -> str:
    return str(tool.args.get("gpu", "GPU"))


def _lead(tool: ToolEvidence, say: Phrases) -> str:
    language, hours = say.language, tool.result["gpu_hours"]
    lead = say.estimate_lead.format(
        gpu=_gpu_name(tool), **{key: number(hours[key], language) for key in hours}
    )
    marks = f"[{tool.id}:gpu_hours]"
    days = tool.result.get("days")
    if days:
        told = {key: number(days[key], language) for key in days}
        lead += say.estimate_lead_days.format(gpus=plain(tool.args["gpus"], "en"), **told)
        marks += f" [{tool.id}:days]"
    return f"**{lead}{say.stop}** {marks}"


def _table(main: ToolEvidence, priced: Sequence[ToolEvidence], say: Phrases) -> list[str]:
    rows = [say.range_header, "|---|---:|---:|---:|"]
    rows.append(_row(say.row_hours, main, "gpu_hours", say))
    if main.result.get("days"):
        rows.append(_row(say.row_days, main, "days", say))
    for tool in priced:
        label = say.row_cost.format(price=price(tool.args["price"], "USD", say.language))
        label += f" [{tool.id}:inputs.price_per_gpu_hour]"
        rows.append(_row(label, tool, "cost_usd", say))
    return rows


def _row(label: str, tool: ToolEvidence, field: str, say: Phrases) -> str:
    told = dollars if field == "cost_usd" else number
    value = tool.result[field]
    cells = " | ".join(told(value[key], say.language) for key in ("low", "likely"))
    last = told(value["high"], say.language)
    return f"| {label} | {cells} | {last} [{tool.id}:{field}] |"


def _cost(tool: ToolEvidence, market: ToolEvidence | None, say: Phrases) -> str:
    """The likely cost at one price, with the offer that has this price."""
    offers = market.result["offers"] if market else []
    quoted = [
        f" [{market.id}:offers.{n}]"
        for n, offer in enumerate(offers)
        if market and same_offer(offer, tool.args)
    ][:1]
    sentence = say.estimate_cost.format(
        cost=dollars(tool.result["cost_usd"]["likely"], say.language),
        price=price(tool.args["price"], "USD", say.language),
        source=say.asked if tool.args.get("price_source") == ASKED else tool.args["price_source"],
    )
    return f"- {sentence} [{tool.id}:cost_usd]{''.join(quoted)}"


def _is_live(tool: ToolEvidence, market: ToolEvidence | None) -> bool:
    """Whether the price of an estimate is what a source says now."""
    offers = market.result["offers"] if market else []
    return any(same_offer(each, tool.args) and each["standing"] == "live" for each in offers)


def _assumptions(tool: ToolEvidence, say: Phrases) -> list[str]:
    stated = [
        f"- {say.assumptions.get(item['name'], '{text}').format(**item)} "
        f"[{tool.id}:assumptions.{n}]"
        for n, item in enumerate(tool.result["assumptions"])
    ]
    return ["", say.assumed.strip(), *stated] if stated else []


def _runs(tool: ToolEvidence, say: Phrases) -> list[str]:
    runs: list[dict[str, Any]] = tool.result["nearest_runs"]
    if not runs:
        return []
    lines = ["", say.nearest]
    for n, run in enumerate(runs):
        text = say.nearest_run.format(
            model=run["model"],
            hours=number(Decimal(str(run["gpu_hours"])), say.language),
            gpu=family(run["gpu"]),
            params=size(run["params"]),
            tokens=size(run["tokens"]),
        )
        lines.append(f"- {text} [{tool.id}:nearest_runs.{n}]")
    return lines
