"""The agent's tool `gpu_price_history`: how prices of a GPU moved, by dated evidence only."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

if TYPE_CHECKING:
    from tools.market import Access

NAME = "gpu_price_history"
MOST_POINTS = 40
"""So many points of a series are told: the first one and the newest."""
MOST_MOVES = 20
EXAMPLES = (
    "How have H100 prices moved?",
    "Did A100 rental prices fall over the last two years?",
    "H100 on-demand price trend since 2024",
    "H100租金这两年怎么变化？",
    "A100的租用价格走势如何？",
    "過去一年 H100 的租金漲了還是跌了？",
    "What did an H100 cost in 2024?",
    "2024年租一张H100多少钱？",
)
WORDINGS = (
    "plot A100 rental prices from January to June 2025",
    "is the H200 cheaper than six months ago?",
    "show me how B200 rates changed over the past 90 days",
    "what was the going rate for an H100 in mid 2023?",
    "historic spot prices of the L40S",
    "did reserved contracts for H100 get more expensive since last autumn?",
    "price chart for the RTX 4090, last year",
    "H200近三个月价格曲线",
    "4090的租价一年来变了多少？",
    "2023年底H100是什么价？",
    "A100从2024年到现在跌了多少？",
    "给我看B200最近60天的报价变化",
    "H100 過去半年價格怎麼變的？",
    "A100 競價型從 2024 年起的歷史價格",
    "2025 年初 H200 租金是多少？",
)


def gpu_price_history_tool(access: Access, *, past: bool = False) -> BaseTool:
    """A tool over all prices that the desk has; with `past` up to the day of the clock."""

    def gpu_price_history(
        gpu: str,
        runtime: ToolRuntime[Any, Any],
        term: str | None = None,
        provider: str | None = None,
        since: str | None = None,
        until: str | None = None,
        days: int | None = None,
    ) -> Output:
        """Prices of a GPU by date: live observations, negotiated and list prices apart, and what
        single sellers asked for the same thing on two dates. `since` and `until` are dates such as
        2024-06; `days` counts back from today. `term` is on_demand, spot, capacity_block or
        reserved."""

        def work(_: int) -> Found:
            from tools.market import price_history
            from tools.price_history import last_day

            first = _first_of(since, days, access.clock().date())
            last = last_day(until) if until else None
            told = price_history(gpu, term, provider, first, last, access=access, past=past)
            return Found(_short(told.model_dump(mode="json")))

        args = {
            "gpu": gpu, "term": term, "provider": provider,
            "since": since, "until": until, "days": days,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(gpu_price_history)


def _first_of(since: str | None, days: int | None, today: date) -> date | None:
    """The first day that is wanted. Raises `InvalidInput` for what is no date."""
    from tools.errors import InvalidInput
    from tools.price_history import first_day

    if since:
        return first_day(since)
    if days is None:
        return None
    if not 0 < days < today.toordinal():
        raise InvalidInput(f"{days} days back cannot be", "1 or more")
    return today - timedelta(days=days)


def _short(result: dict[str, Any]) -> dict[str, Any]:
    """The result without the middle of long series and the last of many moves."""
    for series in result["series"]:
        points = series["points"]
        series["dates"] = len(points)
        series["low"] = min((each["low"] for each in points), key=Decimal)
        series["high"] = max((each["high"] for each in points), key=Decimal)
        if len(points) > MOST_POINTS:
            series["points"] = [points[0], *points[1 - MOST_POINTS :]]
    result["found"] = sum(series["dates"] for series in result["series"])
    result["moves"] = result["moves"][:MOST_MOVES]
    return result
