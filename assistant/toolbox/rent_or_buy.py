"""The agent's tool `rent_or_buy`: what owning costs per used GPU-hour, and when it beats rents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.toolbox.calls import Found, Output, as_tool, run
from assistant.toolbox.rents import implied_path, named_prices

NAME = "rent_or_buy"
EXAMPLES = (
    "Should we rent or buy 64 H100s at $2.35 an hour?",
    "At what utilization does buying 256 H100s beat renting at $2.99/h?",
    "Is it cheaper to own 128 H100s or rent them at $2.35/h if we use them 60% of the time?",
    "买64张H100划算还是租划算？租金2.35美元每卡时",
    "自己买128张H100，利用率到多少才比2.99美元每卡时租更划算？",
    "買64張H100划算還是租划算？租金每卡時2.35美元",
    "自建256張H100集群，跟每卡時2.99美元的租金比，多久回本？",
)
WORDINGS = (
    "own or lease 100 H200s for three years?",
    "does purchasing 32 A100s pay off against renting at 1.2 an hour?",
    "break-even month for buying 512 H100s if rents fall 20% a year",
    "we run our cards 80% of the time, is it smarter to buy them?",
    "buy vs rent, 64 B200s, electricity at 7 cents per kWh, colocation $150 per kW",
    "total cost of ownership of 256 H100s against cloud",
    "at what usage does our own cluster become cheaper than the cloud?",
    "自己建机房还是租云，100张H200用三年哪个省？",
    "买32张A100多久能回本？",
    "利用率八成的话买卡合算吗？",
    "租金每年降15%，现在买256张H100还划得来吗？",
    "自购和租赁的盈亏平衡点在哪？",
    "自己買 64 張 H200 還是租，用三年哪個省？",
    "使用率多少以上買卡才划算？",
    "買 128 張 A100 幾個月回本？",
)


def rent_or_buy_tool() -> BaseTool:
    """A tool over `tools.estimates.money.ownership`; quantities as people write them."""

    def rent_or_buy(
        gpu: str,
        gpus: int,
        runtime: ToolRuntime[Any, Any],
        rents: list[str] | None = None,
        reserved: list[str] | None = None,
        rents_source: str | None = None,
        paths: list[str] | None = None,
        reserved_terms: list[str] | None = None,
        purchase: str | None = None,
        purchase_source: str | None = None,
        all_in: str | None = None,
        utilisation: str | None = None,
        life_years: str | None = None,
        residual: str | None = None,
        cost_of_capital: str | None = None,
        colocation_per_kw_month: str | None = None,
        colocation_includes_power: bool = False,
        usd_per_kwh: str | None = None,
        staff_per_year: str | None = None,
        ramp_months: int | None = None,
    ) -> Output:
        """Compare buying `gpus` GPUs with renting: cost per used GPU-hour, break-even utilisation
        and month. `rents` are prices per GPU-hour that are paid for used hours, `reserved` those
        that are paid for all, each as "name: 2.99", with `rents_source`. `paths` are changes of
        rents a year such as -15% (without: flat and both directions, no forecast);
        `reserved_terms` such as "12: 5.81" and "36: 4.31" (months: price) give the path that they
        imply. `purchase` is what a GPU in its server costs (without it a dated table), `all_in`
        with network and building; shares such as 75%. Money in US dollars."""

        def work(_: int) -> Found:
            from tools.estimates.money.ownership import rent_or_buy as estimate
            from tools.estimates.money.rents import SCENARIOS, scenario
            from tools.quantities import (
                parse_dollars,
                parse_price_per_kw_month,
                parse_price_per_kwh,
                parse_share,
                parse_years,
            )

            def dollars(text: str | None) -> Decimal | None:
                return parse_dollars(text) if text else None

            def share(text: str | None) -> Decimal | None:
                return parse_share(text) if text else None

            source = rents_source or "stated by the person"
            result = estimate(
                gpu,
                gpus,
                [
                    *named_prices(rents or (), source),
                    *named_prices(reserved or (), source, "all_hours"),
                    *implied_path(reserved_terms or (), source),
                ],
                scenarios=[scenario(parse_share(each)) for each in paths] if paths else SCENARIOS,
                purchase_per_gpu=dollars(purchase),
                all_in_per_gpu=dollars(all_in),
                price_source=purchase_source,
                utilisation=share(utilisation),
                life_years=parse_years(life_years) if life_years else None,
                residual_share=share(residual),
                cost_of_capital=share(cost_of_capital),
                colocation_per_kw_month=parse_price_per_kw_month(colocation_per_kw_month)
                if colocation_per_kw_month
                else None,
                colocation_includes_power=colocation_includes_power,
                usd_per_kwh=parse_price_per_kwh(usd_per_kwh) if usd_per_kwh else None,
                staff_per_year=dollars(staff_per_year),
                ramp_months=ramp_months,
            )
            # The curves are for charts: hundreds of figures that no answer states.
            return Found(result.model_dump(mode="json", exclude={"curves"}))

        args = {
            "gpu": gpu, "gpus": gpus, "rents": rents, "reserved": reserved,
            "rents_source": rents_source, "paths": paths, "reserved_terms": reserved_terms,
            "purchase": purchase, "purchase_source": purchase_source,
            "all_in": all_in, "utilisation": utilisation, "life_years": life_years,
            "residual": residual, "cost_of_capital": cost_of_capital,
            "colocation_per_kw_month": colocation_per_kw_month,
            "colocation_includes_power": colocation_includes_power or None,
            "usd_per_kwh": usd_per_kwh, "staff_per_year": staff_per_year,
            "ramp_months": ramp_months,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(rent_or_buy)
