"""The agent's tool `ai_revenue_needed`: what revenue AI spending needs (Sequoia's arithmetic)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "ai_revenue_needed"
EXAMPLES = (
    "If we spend $150B a year on GPUs, how much revenue is needed to justify it?",
    "What revenue would $20M a year of GPU spending need to pay for itself?",
    "By Sequoia's arithmetic, what revenue does a GPU run rate of $150B need?",
    "每年在GPU上花1500亿美元，需要多少收入才能回本？",
    "按红杉的算法，一年2亿美元的GPU支出需要多少营收？",
    "每年花 1500 億美元買 GPU，要多少營收才撐得起？",
)
WORDINGS = (
    "Our GPU run rate is $40M a year; what sales would make that pay off?",
    "To break even on a $3 billion GPU bill, how many paying customers at $30 a month do we need?",
    "How much income must an AI industry earn to cover 60 billion dollars of chips?",
    "What would each GPU have to bring in per year to earn back what is spent on it?",
    "GPU spend 90B, data center factor 2, gross margin 50%: required revenue?",
    "How big is the revenue hole if we spend $5B on accelerators and sell $1B?",
    "一年买卡花30亿美元，要卖多少钱才不亏？",
    "GPU年支出80亿美元，毛利五成，营收要做到多少？",
    "要多少付费用户才能撑起每年10亿美元的GPU开销？",
    "平均每张卡每年要赚多少钱才能回本？",
    "GPU run rate 500亿美元，资金缺口有多大？",
    "一年 GPU 開銷 20 億美元，需要多少營業額才打平？",
    "按 Sequoia 的公式，資料中心係數 2、毛利 50%，營收要多少？",
    "要有多少客戶、每人每年付多少，才養得起這些 GPU？",
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

    return as_tool(ai_revenue_needed)
