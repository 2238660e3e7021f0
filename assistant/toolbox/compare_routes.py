"""The agent's tool `compare_routes`: every way to get the GPUs for a job, ranked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.evidence import PassageEvidence, passage_evidence
from assistant.knowledge import Knowledge
from assistant.profile import load_profile, with_values
from assistant.routes import Found as Routes
from assistant.routes import Job, find_routes
from assistant.toolbox.calls import Found, Output, as_tool, run, to_the_minute
from assistant.toolbox.programs import Script, require_program

NAME = "compare_routes"
SHOWN, OUT_SHOWN = 10, 4
"""So many routes are told, with the first of each kind, and of those that are ruled out."""
EXAMPLES = (
    "What are our options to get 256 H100s for 12 days, ranked by total cost?",
    "Which route is cheapest for 64 H100s for 3 weeks: spot, reserved, credits or a fund?",
    "Where should we get 128 H100s for 10 days with a budget of $200,000?",
    "我们要用256张H100跑12天，走哪条路最划算？",
    "64张H100用三周，按需、竞价、包年、额度和自购哪种方式最便宜？",
    "256 張 H100 用 12 天，有哪些途徑可以拿到，哪個最划算？",
)
WORDINGS = (
    "Rank all the ways to get 200 GPUs for a month from cheap to expensive",
    "on demand, reserved or spot for 32 H100s and 300 hours, which is cheapest overall?",
    "we need 96 A100s for six weeks, budget 150k, what's the smartest way to get them?",
    "Compare cloud, credits, a fund's cluster and buying for a 500-hour job on 64 cards",
    "what are the different ways of sourcing 512 H200s for 1000 hours, and what does each cost?",
    "how should we go about securing 128 GPUs from March for 20 days?",
    "cheapest route to 40 H100s for ten days if we restart from checkpoints every hour?",
    "Series B startup in France, 64 B200s, three weeks: list the options in order of cost",
    "搞32张卡跑半个月，有哪些门路，按花费排个序",
    "128张H100跑500小时，各种渠道怎么选最省",
    "租、买、拿额度、找基金，64张卡用一个月哪个合算？",
    "想弄到200张A100用20天，帮我把方案从便宜到贵列一遍",
    "预算20万美元，怎么拿到64张卡跑两周？",
    "要 64 張卡跑 300 小時，各種管道幫我排個名次",
    "租用、預留、買斷、貸款，128 張 H100 用 30 天哪個最省？",
    "有什麼管道可以拿到 256 張卡，成本怎麼排？",
)
_OFFER_FIELDS = (
    "provider", "gpu", "gpu_raw", "count", "term", "term_months", "price_per_gpu_hour", "region",
    "availability", "standing", "observed_at", "source", "url",
)  # fmt: skip


def compare_routes_tool(kb: Knowledge, home: Path, today: date, *, past: bool = False) -> BaseTool:
    """A tool over `assistant.routes.find_routes`: the market and the library of this home, with the
    saved profile under what the question tells of the company."""

    def compare_routes(
        gpus: int,
        runtime: ToolRuntime[Any, Any],
        gpu: str = "H100",
        hours: float | None = None,
        hours_low: float | None = None,
        hours_high: float | None = None,
        region: str | None = None,
        start_by: str | None = None,
        budget: str | None = None,
        cash: str | None = None,
        valuation: str | None = None,
        checkpoint_hours: float | None = None,
        restart_hours: float | None = None,
        interruptions_per_day: float | None = None,
        purchase_price: str | None = None,
        loan_months: int | None = None,
        interest: str | None = None,
        programs: list[str] | None = None,
        stage: str | None = None,
        raised: str | None = None,
        country: str | None = None,
        funds: str | None = None,
        founded: str | None = None,
        language: Script = "en",
    ) -> Output:
        """Rank every way to get `gpus` of a GPU for `hours` of wall-clock time (`hours_low` and
        `hours_high` from a training estimate): on demand, spot, reserved, blocks, funds' programs,
        credits, buying, a loan (`loan_months`). Each route has its total cost, cash up front,
        earliest start, strings, what is unknown and why it may be ruled out. `budget`, `cash` and
        `valuation` in US dollars ("$2M"); `start_by` an ISO date. The company is the saved profile
        with what is given here."""
        company = {
            "stage": stage, "raised": raised, "country": country, "funds": funds,
            "founded": founded,
        }  # fmt: skip

        def work(number: int) -> Found:
            from tools.errors import InvalidInput
            from tools.quantities import parse_dollars, parse_share

            if hours is None:
                raise InvalidInput("the job needs its hours", "state how long it takes")
            chosen = [require_program(kb, each) for each in programs] if programs else kb.programs()
            told = {name: value for name, value in company.items() if value}
            found = find_routes(
                Job(
                    gpu,
                    gpus,
                    _exact(hours) or Decimal(0),
                    region,
                    parse_dollars(purchase_price) if purchase_price else None,
                    loan_months,
                    parse_share(interest) if interest else None,
                    {
                        "hours_low": _exact(hours_low),
                        "hours_high": _exact(hours_high),
                        "start_by": _day(start_by),
                        "budget": parse_dollars(budget) if budget else None,
                        "cash": parse_dollars(cash) if cash else None,
                        "valuation": parse_dollars(valuation) if valuation else None,
                        "checkpoint_hours": _exact(checkpoint_hours),
                        "restart_hours": _exact(restart_hours),
                        "interruptions_per_day": _exact(interruptions_per_day),
                    },
                ),
                home=home,
                today=today,
                programs=chosen,
                profile=with_values(load_profile(home), told, today),
                kb=kb,
                language=language,
                past=past,
            )
            return _told(found, kb, number, language)

        args = {
            "gpus": gpus, "gpu": gpu, "hours": hours, "hours_low": hours_low,
            "hours_high": hours_high, "region": region, "start_by": start_by, "budget": budget,
            "cash": cash, "valuation": valuation, "checkpoint_hours": checkpoint_hours,
            "restart_hours": restart_hours, "interruptions_per_day": interruptions_per_day,
            "purchase_price": purchase_price, "loan_months": loan_months, "interest": interest,
            "programs": programs, **company, "language": language,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(compare_routes)


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _day(text: str | None) -> date | None:
    from tools.errors import InvalidInput

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text[:40]!r} is no date", "write 2027-01-15") from None


def _told(found: Routes, kb: Knowledge, number: int, language: Script) -> Found:
    """The routes that are told, the offers they rest on, and the sentences of their programs."""
    from tools.estimates.routes.ranking import told_routes

    routes = found.comparison.routes
    kept_routes = told_routes(routes, SHOWN, OUT_SHOWN)
    result = found.comparison.model_dump(mode="json")
    told = [route.model_dump(mode="json") for route in kept_routes]
    passages = _passages(told, found, kb, number, language)
    # Steps are one for the job, then one a route.
    kept = {f"route_{route.rank}" for route in kept_routes} | {"job"}
    result["steps"] = [step for step in result["steps"] if step["name"] in kept]
    result |= {
        "routes": told,
        "left_out": len(routes) - len(told),
        "offers": [
            {
                name: to_the_minute(value) if name == "observed_at" else value
                for name, value in offer.model_dump(mode="json").items()
                if name in _OFFER_FIELDS
            }
            for offer in found.offers
        ],
        "live_sources": "no_live_source" not in found.market.unknowns,
    }
    return Found(result, passages)


def _passages(
    routes: list[dict[str, Any]], found: Routes, kb: Knowledge, number: int, language: Script
) -> list[PassageEvidence]:
    """The sentences that the routes cite, each once; the routes then name them by their ids."""
    side = "en" if language == "en" else "zh-Hans"
    ids: dict[str, str] = {}
    quoted = []
    for route in routes:
        for evidence in route["evidence"]:
            cited = found.cited.get(evidence["cite"] or "")
            if cited is None:
                continue
            if evidence["cite"] not in ids:
                quoted.append(kb.program_passages(cited.source, side)[cited.number])
                ids[evidence["cite"]] = f"p{number}.{len(quoted)}"
            evidence["cite"] = ids[evidence["cite"]]
    return passage_evidence(number, quoted)
