"""The agent's tool `gpu_offers`: what can be had, from whom, at what price, as of when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.builtin.figures import delay
from assistant.toolbox.calls import Found, Output, as_tool, run, to_the_minute

if TYPE_CHECKING:
    from tools.needs import Need

NAME = "gpu_offers"
SHOWN = 20
"""So many offers are told: of those seen live at most half where there are others."""
SUSPICIOUS = 3
CHINA = 4
EXAMPLES = (
    "What does an H100 cost per hour?",
    "Where can I rent 64 H100s right now?",
    "Who has 8 H100s free for 3 weeks, and what would that cost?",
    "Can I rent an H20 in China?",
    "H100现在租一小时多少钱？",
    "现在哪里能租到8张H100？",
    "昇腾910B在国内租一小时多少钱？",
    "哪裡可以租到 8 張 H200？",
    "美国哪里有8张H100？",
    "cheapest A100 spot price",
    "What does an H100 cost on Lambda?",
)
WORDINGS = (
    "cheapest H200 you can find under $3 an hour?",
    "who has 16 A100s on spot in Germany?",
    "B200 pricing on AWS today",
    "any MI300X for rent?",
    "list offers for 32 H100s on a reserved contract in Europe",
    "is there L40S stock anywhere, I need 4 for a weekend",
    "RTX 4090 on RunPod below 40 cents",
    "total for 8 H100s for 72 hours with 2 TB of disk",
    "what do neoclouds charge for an A100 right now?",
    "A100现在什么价位？",
    "哪家有现货H200，16张",
    "租4090最低多少钱一小时？",
    "欧洲机房的H100预留合同报价有哪些",
    "8张A100租5天一共多少钱？",
    "谷歌云的B200贵不贵，一小时多少？",
    "國內租 H800 要多少錢？",
    "H200 隨選一小時多少？",
    "哪裡有 32 張 A100 的現貨？",
    "想租 4 張 L40S 跑週末，總價多少？",
)
_FOR_CHINA = {"H20", "H800", "A800", "L20", "MI308X", "RTX 4090 D"}
_CLOCKS = ("effective_at", "fetched_at", "observed_at")


def gpu_offers_tool(home: Path, today: date, *, past: bool = False) -> BaseTool:
    """A tool over all that a desk has turned on, its inventory and price lists; with `past` only
    over what is known of the time up to `today`."""

    def gpu_offers(
        runtime: ToolRuntime[Any, Any],
        gpu: str | None = None,
        count: int | None = None,
        region: str | None = None,
        term: str | None = None,
        max_price: float | None = None,
        provider: str | None = None,
        hours: float | None = None,
        disk_gb: float | None = None,
        egress_gb: float | None = None,
        china: bool = False,
    ) -> Output:
        """Offers of a GPU: price per GPU-hour, term, provider, date, and what is known of stock:
        `standing` is live, recent, list (stock unknown), stale or suspicious. `count` with `hours`
        (and disk_gb, egress_gb) gives the price of the whole job. `term` is on_demand, spot,
        capacity_block, reserved, fund or credits. `region` is a place (US, EU, CN) or a part of
        a region's name. `china`: whether China is asked about."""

        def work(_: int) -> Found:
            from assistant.access import ask_market, desk_access
            from tools.needs import need

            wanted = need(
                gpu,
                count,
                region,
                term,
                _exact(max_price),
                provider=provider,
                hours=_exact(hours),
                disk_gb=_exact(disk_gb),
                egress_gb=_exact(egress_gb),
            )
            desk = desk_access(home, today)
            now = desk.access.clock()
            market = ask_market(wanted, desk, past=past)
            result = market.model_dump(mode="json")
            result["found"] = len(result["offers"])
            result["offers"] = [_told(offer, now) for offer in _chosen(result["offers"])]
            if not desk.access.live and not past:
                from assistant.sources import without_key

                result["without_key"] = list(without_key())
            result["china"] = _china(wanted, now.date(), asked=china)
            return Found(result)

        args = {
            "gpu": gpu, "count": count, "region": region, "term": term, "max_price": max_price,
            "provider": provider, "hours": hours, "disk_gb": disk_gb, "egress_gb": egress_gb,
            "china": china or None,
        }  # fmt: skip
        return run(runtime, NAME, args, work)

    return as_tool(gpu_offers)


def _exact(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _chosen(offers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best of those seen and of the others, in their order, and a few suspicious ones."""
    seen = [each for each in offers if each["standing"] in ("live", "recent")]
    others = [each for each in offers if each["standing"] in ("list", "stale")]
    room = max(SHOWN // 2, SHOWN - len(others))
    shown = seen[:room] + others[: SHOWN - len(seen[:room])]
    return shown + [each for each in offers if each["standing"] == "suspicious"][:SUSPICIOUS]


def _told(offer: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An offer with its times, and how long ago it was seen, as text that an answer can state."""
    seen = offer["observed_at"]
    if seen and len(seen) > len("2026-11-22"):
        age = (now - datetime.fromisoformat(seen).astimezone(UTC)).total_seconds()
        offer["age"] = delay(max(int(age), 0), "en") if age >= 60 else None
    for name in _CLOCKS:
        offer[name] = to_the_minute(offer[name])
    if offer["start"]:
        offer["start"] |= {name: to_the_minute(offer["start"][name]) for name in ("at", "until")}
    return offer


def _china(wanted: Need, today: date, *, asked: bool) -> list[dict[str, Any]]:
    """Dated facts about a chip and China, where it is made for or in China, or China is asked
    about: the newest of each topic first."""
    if wanted.gpu is None:
        return []
    from tools.china import china_note

    facts = china_note(wanted.gpu, today)
    made_there = any(fact.topic == "domestic" for fact in facts)
    if not (asked or made_there or wanted.gpu.family in _FOR_CHINA):
        return []
    topics = dict.fromkeys(fact.topic for fact in facts)
    newest = [next(fact for fact in facts if fact.topic == topic) for topic in topics]
    ordered = [*newest, *(fact for fact in facts if fact not in newest)]
    return [
        fact.model_dump(mode="json", exclude={"families"})
        | {"host": (urlsplit(fact.source).hostname or fact.source).removeprefix("www.")}
        for fact in ordered[:CHINA]
    ]
