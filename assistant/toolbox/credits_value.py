"""The agent's tool `credits_value`: what credits buy at list price and are worth at market."""

from __future__ import annotations

from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run
from assistant.toolbox.rents import named_prices

NAME = "credits_value"
EXAMPLES = (
    "What are $350,000 of Azure credits worth at a list price of $6.98/h if the market price is $2.35/h?",  # noqa: E501
    "How many H100 hours do $100k of credits buy at $6.88/h, and what are they worth at $2.99/h?",
    "How much are $200k of credits really worth if the list price is $4.10/h and we could rent at $2.35/h?",  # noqa: E501
    "35万美元的云额度，目录价6.98美元每卡时，市场价2.35美元每卡时，实际值多少？",
    "10万美元的代金券按每卡时6.88美元能用多少H100卡时？市场价是每卡时2.99美元",
    "35萬美元的雲端額度，定價每卡時6.98美元，市場價每卡時2.35美元，實際值多少？",
)
WORDINGS = (
    "We were offered $250k in credits, list price $8 an hour. How much GPU time is that?",
    "is a 100k credit grant any good if they charge 11 dollars list and others rent at 2.5?",
    "our credits expire in 12 months and we burn $9k a month, what are they really worth?",
    "they give 80% off the first year up to $250k: value of that in H100 hours?",
    "half a million in credits for 1% equity at a $40M valuation: worth taking?",
    "how far do $50,000 in credits go at 3.9 per GPU hour?",
    "20万美元额度，牌价每卡时5美元，能跑多少卡时？",
    "送的额度一年到期，我们每月只用5000美元，能用掉多少？",
    "这笔云券折成市价等于多少钱？",
    "额度只能抵六成账单，实际值几个钱？",
    "用1%股权换30万美元额度划得来吗？",
    "10 萬美元的額度，牌價每小時 6 美元，換算市價值多少？",
    "額度兩年到期、每月花 8000 美元，會浪費多少？",
    "這些 credits 到底能換多少 H100 小時？",
)


def credits_value_tool() -> BaseTool:
    """A tool over `tools.estimates.money.credits`; quantities as people write them."""

    def credits_value(
        credit: str,
        list_price: str,
        runtime: ToolRuntime[Any, Any],
        market: list[str] | None = None,
        market_source: str | None = None,
        gpu: str | None = None,
        years: list[str] | None = None,
        expiry_months: int | None = None,
        spend_per_month: str | None = None,
        eligible_share: str | None = None,
        excluded: str | None = None,
        probability: str | None = None,
        equity_share: str | None = None,
        valuation: str | None = None,
        cash_in: str | None = None,
    ) -> Output:
        """What `credit` US dollars of cloud credits buy at `list_price` per GPU-hour and are worth
        at `market` prices of the same hours elsewhere, each as "name: 2.35". `years` is the share
        of the bill that they pay in each year with its cap, as "100%: 250000"; `spend_per_month`
        at list prices; `equity_share` at `valuation` prices shares given for them. Without a
        market price there is no value."""

        def work(_: int) -> Found:
            from tools.estimates.money.credits import credits_value as estimate
            from tools.estimates.money.credits_records import CreditYear
            from tools.quantities import parse_dollars, parse_price, parse_share

            def year(text: str) -> CreditYear:
                share, colon, cap = text.partition(":")
                limit = parse_dollars(cap) if colon else None
                return CreditYear(share=parse_share(share), cap_usd=limit)

            result = estimate(
                parse_dollars(credit),
                parse_price(list_price),
                named_prices(market or (), market_source or "stated by the person"),
                gpu=gpu,
                years=[year(each) for each in years] if years else (CreditYear(),),
                expiry_months=expiry_months,
                spend_per_month=parse_dollars(spend_per_month) if spend_per_month else None,
                eligible_share=parse_share(eligible_share) if eligible_share else None,
                excluded=excluded,
                probability=parse_share(probability) if probability else None,
                equity_share=parse_share(equity_share) if equity_share else None,
                valuation=parse_dollars(valuation) if valuation else None,
                cash_in=parse_dollars(cash_in) if cash_in else None,
            )
            return Found(result.model_dump(mode="json"))

        args = {
            "credit": credit, "list_price": list_price, "market": market,
            "market_source": market_source, "gpu": gpu, "years": years,
            "expiry_months": expiry_months, "spend_per_month": spend_per_month,
            "eligible_share": eligible_share, "excluded": excluded, "probability": probability,
            "equity_share": equity_share, "valuation": valuation, "cash_in": cash_in,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(credits_value)
