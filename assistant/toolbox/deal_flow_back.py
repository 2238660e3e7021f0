"""The agent's tool `deal_flow_back`: what of an investment returns through a cloud commitment."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "deal_flow_back"
EXAMPLES = (
    "If a cloud invests $13B in us and we commit $10B to its cloud over 5 years, how much flows"
    " back?",
    "An investment of $4B against a $5B cloud commitment over 5 years: what flows back each year?",
    "They invest $4B, we promise to spend $5B on their cloud in 5 years: what is our net cash at a"
    " 40% cloud margin?",
    "投资方投130亿美元，我们承诺5年在它的云上花100亿美元，有多少钱会流回去？",
    "云厂商投资40亿美元，换5年50亿美元的云承诺，回流比例是多少？",
    "雲端公司投資 40 億美元，我們承諾 5 年在它的雲上花 50 億美元，有多少會回流？",
)
WORDINGS = (
    "A cloud puts $2B into us and wants $1.5B of spend over four years. What do we keep?",
    "round-trip deal: 500M investment, 400M of committed compute over 3 years, how much "
    "comes back to them?",
    "$1B in, $900M cloud commitment, six years, 8% discount rate: net cash left for us?",
    "if spending grows 25% a year on a 5-year commitment of $300M, when has the investor "
    "got its money back?",
    "what share of the investment returns to the cloud each year?",
    "with a 60% cloud margin and 5% equity, what discount does that deal imply?",
    "how circular is a $6B investment that comes with a $5B purchase obligation?",
    "投进来20亿美元，承诺四年在它云上消费15亿，净剩多少？",
    "拿了云厂商的钱又要花回去，每年回流几成？",
    "投资5亿美元、三年采购4亿美元算力，第几年收回？",
    "循环交易里，投10亿、承诺花8亿，公司实际留下多少现金？",
    "拿 10 億美元投資、承諾五年花 9 億買雲端，真正留下多少？",
    "支出每年成長 20%，六年承諾 30 億，回流比例是多少？",
    "投資款有多少會透過雲端合約流回投資方？",
)


def deal_flow_back_tool() -> BaseTool:
    """A tool over `tools.estimates.money.deal_flow.deal_flow_back`; sums as people write them."""

    def deal_flow_back(
        investment: str,
        commitment: str,
        years: int,
        runtime: ToolRuntime[Any, Any],
        growth: str = "0",
        paid_over_years: int = 1,
        cloud_margin: str | None = None,
        equity_share: str | None = None,
        discount_rate: str | None = None,
    ) -> Output:
        """What of an `investment` flows back through a cloud `commitment` (US dollars) over
        `years`: the share back each year, the company's net cash, the year of break-even, and with
        `cloud_margin` ("40%") and `equity_share` the implied discount. Figures only from the person
        or a source."""

        def work(_: int) -> Found:
            from tools.estimates.money.deal_flow import deal_flow_back as estimate
            from tools.quantities import parse_dollars, parse_share

            result = estimate(
                parse_dollars(investment),
                parse_dollars(commitment),
                years,
                growth=parse_share(growth),
                paid_over_years=paid_over_years,
                cloud_margin=parse_share(cloud_margin) if cloud_margin else None,
                equity_share=parse_share(equity_share) if equity_share else None,
                discount_rate=parse_share(discount_rate) if discount_rate else None,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "investment": investment, "commitment": commitment, "years": years, "growth": growth,
            "paid_over_years": paid_over_years, "cloud_margin": cloud_margin,
            "equity_share": equity_share, "discount_rate": discount_rate,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(deal_flow_back)
