"""The agent's tool `ai_revenue_needed`: what revenue AI spending needs (Sequoia's arithmetic)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool, StructuredTool

from assistant.toolbox.calls import Found, Output, run

NAME = "ai_revenue_needed"
EXAMPLES = (
    "If we spend $150B a year on GPUs, how much revenue is needed to justify it?",
    "What revenue would $20M a year of GPU spending need to pay for itself?",
    "By Sequoia's arithmetic, what revenue does a GPU run rate of $150B need?",
    "每年在GPU上花1500亿美元，需要多少收入才能回本？",
    "按红杉的算法，一年2亿美元的GPU支出需要多少营收？",
    "每年花 1500 億美元買 GPU，要多少營收才撐得起？",
)


def ai_revenue_needed_tool() -> BaseTool:
    """A tool over `tools.estimates.money.revenue.ai_revenue_needed`; sums as people write them."""

    def ai_revenue_needed(
        gpu_run_rate: str,
        runtime: ToolRuntime[Any, Any],
        data_center_factor: float = 2,
        margin_factor: float = 2,
        revenue: str | None = None,
        gpus: int | None = None,
        customers: int | None = None,
        revenue_per_customer: str | None = None,
    ) -> Output:
        """Revenue a year that spending on GPUs needs to pay for itself: `gpu_run_rate` in US
        dollars a year ("$150B") x `data_center_factor` x `margin_factor` (2 is a gross margin of
        50 %). `revenue` now gives the gap; `gpus`, `customers`, `revenue_per_customer` divide."""

        def work(_: int) -> Found:
            from tools.estimates.money.revenue import ai_revenue_needed as estimate
            from tools.quantities import parse_dollars

            result = estimate(
                parse_dollars(gpu_run_rate),
                Decimal(str(data_center_factor)),
                Decimal(str(margin_factor)),
                revenue=None if revenue is None else parse_dollars(revenue),
                gpus=gpus,
                customers=customers,
                revenue_per_customer=None
                if revenue_per_customer is None
                else parse_dollars(revenue_per_customer),
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "gpu_run_rate": gpu_run_rate, "data_center_factor": data_center_factor,
            "margin_factor": margin_factor, "revenue": revenue, "gpus": gpus,
            "customers": customers, "revenue_per_customer": revenue_per_customer,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return StructuredTool.from_function(
        ai_revenue_needed, name=NAME, response_format="content_and_artifact"
    )
