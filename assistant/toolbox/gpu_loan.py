"""The agent's tool `gpu_loan`: payments of a loan on GPUs, per hour, and loan to value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run

NAME = "gpu_loan"
EXAMPLES = (
    "What would a 42-month loan at 12% on 1,000 H100s at $32,000 each cost us a month?",
    "We borrow against 256 H100s bought at $30,000 each over 36 months at 11% interest: what per hour?",  # noqa: E501
    "Loan on 500 GPUs at $32,000 each over 42 months: how much a month?",
    "用1000张H100抵押贷款，每张3.2万美元，42个月，年利率12%，每月还多少？",
    "每张3万美元买256张H100，贷款36个月、利率10%，每卡时多少钱？",
    "用1000張H100抵押貸款，每張3.2萬美元，42個月，年利率12%，每月還多少？",
)
WORDINGS = (
    "monthly installment on 200 H100s at 28k each, 3 years, 9 percent?",
    "if we finance 64 GPUs with 20% down and a 10% balloon over 36 months, what do we pay?",
    "borrowing to buy cards with the cards as security: payment per month for 48 months at 11%?",
    "what does a GPU-backed debt deal cost per GPU-hour at 80% utilisation?",
    "leasing-style loan, $2M of GPUs, 42 months: monthly bill?",
    "interest 14%, 24 months, 30k a card, 2% fee: how much in total?",
    "what is the monthly payment if we take on debt for our GPUs?",
    "贷款买100张卡，每张2.8万美元，三年，年化9%，月供多少？",
    "首付两成，尾款一成，48个月，每个月还多少钱？",
    "抵押显卡借钱，利率14%、24期，折算每卡时多少？",
    "借钱买卡每月要还多少？",
    "拿GPU作抵押融资300万美元，分36个月还，每月多少？",
    "分期買 64 張 GPU，每張 3 萬美元、36 期、年利率 10%，月付金多少？",
    "貸款買卡，頭期兩成、四年還清，每月繳多少？",
    "用顯卡當擔保借款，每個月要還多少？",
)
_SHOWN_MONTHS = 6


def gpu_loan_tool() -> BaseTool:
    """A tool over `tools.estimates.money.loan.gpu_loan`; quantities as people write them."""

    def gpu_loan(
        price_per_gpu: str,
        months: int,
        runtime: ToolRuntime[Any, Any],
        interest: str | None = None,
        gpus: int = 1,
        down_payment: str | None = None,
        balloon: str | None = None,
        fee: str | None = None,
        years_of_use: int | None = None,
        utilisation: str | None = None,
        price_source: str | None = None,
    ) -> Output:
        """A loan with GPUs as collateral: payment a month, cost per GPU-hour, loan to value over
        time. `price_per_gpu` in US dollars, `interest` a year such as 12% (without it three rates
        are shown), `down_payment` and `balloon` as shares of the price, `fee` as one of the loan,
        `utilisation` as the share of hours that have a job."""

        def work(_: int) -> Found:
            from tools.estimates.money.loan import gpu_loan as estimate
            from tools.quantities import parse_dollars, parse_share

            def share(text: str | None) -> Decimal:
                return parse_share(text) if text else Decimal(0)

            result = estimate(
                parse_dollars(price_per_gpu),
                months,
                parse_share(interest) if interest else None,
                gpus,
                down_payment=share(down_payment),
                balloon=share(balloon),
                fee=share(fee),
                years_of_use=None if years_of_use is None else Decimal(years_of_use),
                utilisation=parse_share(utilisation) if utilisation else None,
                price_source=price_source,
            )
            document = result.model_dump(mode="json", exclude={"schedule"})
            for along in document["collateral"]:  # half-years are enough to read
                along["points"] = along["points"][::_SHOWN_MONTHS]
            return Found(document)

        args = {
            "price_per_gpu": price_per_gpu, "months": months, "interest": interest, "gpus": gpus,
            "down_payment": down_payment, "balloon": balloon, "fee": fee,
            "years_of_use": years_of_use, "utilisation": utilisation, "price_source": price_source,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(gpu_loan)
