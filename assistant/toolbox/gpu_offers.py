"""The agent's tool `gpu_offers`: what can be had, from whom, at what price, as of when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from assistant.toolbox.calls import Found, Output, run

NAME = "gpu_offers"
SHOWN = 20
EXAMPLES = (
    "What does an H100 cost per hour?",
    "Where can I rent 64 H100s right now?",
    "H100现在租一小时多少钱？",
    "哪裡可以租到 8 張 H200？",
    "cheapest A100 spot price",
    "What does an H100 cost on Lambda?",
)


def gpu_offers_tool(inventory: Path, today: date, *, past: bool = False) -> BaseTool:
    """A tool over the dated price list and the fund's inventory file, if there is one; with `past`
    only over what the list says of the time up to `today`."""

    def gpu_offers(
        runtime: ToolRuntime[Any, Any],
        gpu: str | None = None,
        count: int | None = None,
        region: str | None = None,
        term: str | None = None,
        max_price: float | None = None,
        provider: str | None = None,
    ) -> Output:
        """Offers of a GPU: price per GPU-hour, term, provider, date. Stock of a list price is
        unknown. `term` is on_demand, spot, capacity_block, reserved, fund or credits."""

        def work(_: int) -> Found:
            from tools.market import Access
            from tools.market import gpu_offers as offers
            from tools.needs import need

            limit = None if max_price is None else Decimal(str(max_price))
            wanted = need(gpu, count, region, term, limit, provider=provider)
            noon = datetime.combine(today, time(12), UTC)
            access = Access(inventory=inventory, clock=lambda: noon)
            market = offers(wanted, access, past=past)
            result = market.model_dump(mode="json")
            result["found"] = len(result["offers"])
            result["offers"] = result["offers"][:SHOWN]
            return Found(result)

        args = {
            "gpu": gpu, "count": count, "region": region, "term": term,
            "max_price": max_price, "provider": provider,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return StructuredTool.from_function(
        gpu_offers, name=NAME, response_format="content_and_artifact"
    )
