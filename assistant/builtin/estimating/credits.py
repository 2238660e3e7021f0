"""Cloud credits: what they buy at list price, and what that is worth at market prices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.answer import Language
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import (
    Call,
    Estimator,
    Words,
    catalogue,
    results_of,
)
from assistant.builtin.estimating.market_prices import lowest_prices, offers_call
from assistant.builtin.estimating.money import (
    hourly,
    months_of,
    near,
    share_of,
    told_by,
    with_sums,
)
from assistant.builtin.figures import dollars, percent, plain, rounded
from assistant.builtin.sections import Section
from assistant.builtin.values import asks_plainly, gpu_of, price_text, share_text
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit

TOOL = "credits_value"
_MARKET_PRICES = 3
_LEAST_HOUR, _MOST_HOUR = Decimal("0.2"), Decimal(50)
_CREDITS = re.compile(
    r"(?<!on )\b(?:credits?|grant)\b|额度|代金券|抵[用扣]|算力券|云券|赠金|赠送金"
)
_WORTH = re.compile(
    r"\b(?:worth|values?d?|buy|real(?:ly)?|last|(?:get|go) (?:out )?of|how (?:far|much compute)|"
    r"get (?:me|us)|gpu[- ]hours?|any good|good deal|worthwhile|in (?:real|cash) (?:money|terms))\b"
    r"|值多少|价值|实际值|真正值|能用|能买|[换折][算成合]?|够用|相当于|等于|划算|划得来|真金白银|到底值|浪费|用掉"
)
_EXPIRES_IN_A = re.compile(
    r"(?:expires?|runs? out|valid|lasts?|lapses?|use (?:it|them))[a-z ]{0,12} (?:a|one) (year"
    r"|month)\b"
)
_OURS = re.compile(
    r"\b(?:our|my|these) (?:[a-z]+ )?credits?\b|(?:我们|我|手上|手里)的?[^，。]{0,4}额度"
)
_ELIGIBLE = re.compile(
    r"eligible|qualif|cover|count(?:s|ed)? for|applies|可用|能用|适用|可抵"
    r"|能抵|符合|of (?:the|our) (?:bill|spend|usage|invoice)|的(?:账单|用量|开销)"
)
_CASH = re.compile(r"\b(?:cash|put in|pay in|invest(?:ed|ment)?)\b|现金|自掏|出资|投入")
_LIST = re.compile(
    r"\b(?:list(?:ed)?|sticker|rack rate)\b|目录价|定价|标价|官价|原价|刊例|列表价|牌价|挂牌"
)
_MARKET = re.compile(
    r"\b(?:market|elsewhere|rent(?:s|al|ing)?|neoclouds?|others?|street|outside|sells?|real"
    r" price)\b"
    r"|市场|别处|外面|市价|租|行情|卖|外头"
)
_CHANCE = re.compile(r"chance|probab|likel|odds|sure|概率|几率|机率|可能|把握|成功率")
_EQUITY = re.compile(r"equity|stake|shares?|of (?:the|our) company|of us\b|股权|股份")
_VALUATION = re.compile(r"valuation|valued|(?:post|pre)(?:[- ]money)?\b|估值")
_MONTHLY = re.compile(r"(?:a|per|each) month|monthly|/mo|每月|每个月|一个月|月用")
_YEAR = re.compile(r"\byears?\b|年")
_CAP = re.compile(r"\b(?:up to|at most|max\w*|to|capped|cap|limit)\b|最多|上限|至多|封顶|以内")
_EXPIRES = re.compile(
    r"expir|runs? out|within|valid|last|lapse|gone|use (?:it|them)|有效|到期|过期|期限|失效|作废|内"
)


@dataclass(frozen=True, kw_only=True)
class CreditsWords(Words):
    """Words of what credits are worth."""

    ask_credit: str
    ask_list: str
    lead: str
    lead_hours: str
    hours: str
    usable: str
    lost: str
    beside: str
    worth: str
    dilution: str
    net: str
    unknown: dict[str, str]


_WORDS = catalogue(
    CreditsWords(
        finished="credits valued",
        ask_credit=(
            "**I need the credits in US dollars and the list price per GPU-hour at which they are "
            "spent; for example “$350,000 at $6.98/h”.**"
        ),
        ask_list=(
            "**I need the list price per GPU-hour at which they are spent; for example "
            "“list price $6.98/h”.** Credits pay list prices, so it decides what they are worth."
        ),
        lead="These credits buy about {hours} GPU-hours at {list}, worth {value}",
        lead_hours=(
            "These credits buy about {hours} GPU-hours at {list}; without a market price I cannot "
            "say what these are worth"
        ),
        hours="GPU-hours at list price",
        usable="Credits that can be used",
        lost="Credits that expire",
        beside="Cash beside them",
        worth="Worth at market prices",
        dilution="Cost in shares",
        net="Worth less shares",
        unknown={
            "no_market_price": "Not known: what the same hours cost elsewhere.",
            "no_spend": "Not known: how fast they will be spent; I took all of them as used.",
            "no_expiry": "Not known: when they expire.",
            "equity_without_valuation": (
                "Not known: what the equity costs, which needs a valuation."
            ),
            "year_not_worth_using": (
                "In one year the cash beside the credits alone is more than the same hours cost "
                "elsewhere: that year is worth nothing here."
            ),
        },
        inputs={"market_price": "market price", "probability": "probability that they are used"},
    ),
    CreditsWords(
        finished="已估算额度价值",
        ask_credit=(
            "**请告诉我额度有多少美元，以及按什么目录价（每卡时）抵扣；例如“35万美元，"
            "每卡时6.98美元”。**"
        ),
        ask_list=(
            "**请告诉我按什么目录价（每卡时）抵扣，例如“目录价每卡时6.98美元”。**"
            "额度按目录价抵扣，所以它决定实际价值。"
        ),
        lead="这笔额度按每卡时{list}能用约{hours}卡时，市场价值{value}",
        lead_hours="这笔额度按每卡时{list}能用约{hours}卡时；没有市场价，无法判断实际价值",
        hours="按目录价能用的卡时",
        usable="能用掉的额度",
        lost="会过期的额度",
        beside="需要搭配的现金",
        worth="按市场价的价值",
        dilution="股权成本",
        net="扣除股权后的价值",
        unknown={
            "no_market_price": "未知：同样的卡时在别处要多少钱。",
            "no_spend": "未知：多快能用掉；这里按全部用完计。",
            "no_expiry": "未知：什么时候到期。",
            "equity_without_valuation": "未知：股权的代价，需要给出估值。",
            "year_not_worth_using": (
                "有的年份光是搭配的现金就比在别处租同样的卡时还贵：那部分额度在这里不值钱。"
            ),
        },
        assumptions={
            "list_price": "额度按目录价{value}抵扣",
            "market_price": "同样的卡时在别处：{value}",
            "spend": "没有给出每月用量，按到期前全部用完计",
            "probability": "没有给出概率，按一定会用掉计",
            "eligible": "用量中可用额度支付的比例为{value}",
        },
        inputs={"market_price": "市场价", "probability": "用掉的概率"},
    ),
)


def _wants(reading: Reading) -> bool:
    reading, text = with_sums(reading), reading.folded
    if not _CREDITS.search(text):
        return False
    priced = reading.first(Unit.PRICE_PER_GPU_HOUR) is not None and _sum(reading) is not None
    if not _WORTH.search(text):
        return priced and not cues.WHO.search(text)
    if _sum(reading) is None:
        ours = _OURS.search(text) or asks_plainly(reading)
        return bool(ours) and not (reading.programs or cues.GIVE.search(text))
    looked_up = reading.programs or cues.WHO.search(text)  # "which funds give credits worth ..."
    return reading.first(Unit.PRICE_PER_GPU_HOUR) is not None or not looked_up


_FULL = re.compile(r"全额|全抵|(?:covered |paid )?in full|\bfully\b|整单")


def _with_full(reading: Reading) -> Reading:
    """The question with 全额 as the share that it is."""
    text = fold(reading.text)
    if len(text) != len(reading.text):
        return reading
    full = [
        Quantity(Decimal(100), Unit.PERCENT, m.start(), m.end(), m.group(), Decimal(100))
        for m in _FULL.finditer(text)
    ]
    if not full:
        return reading
    every = sorted([*reading.quantities, *full], key=lambda each: each.start)
    return replace(reading, quantities=tuple(every))


def _sum(reading: Reading) -> Quantity | None:
    """The credits: the first sum that is neither a valuation nor spent a month."""
    other = [told_by(reading, Unit.MONEY, cue) for cue in (_VALUATION, _MONTHLY, _CASH)]
    if _years(reading):  # a cap of a year stands behind the share that it limits
        shares = [q.start for q in reading.quantities if q.unit is Unit.PERCENT]
        caps = (q for q in reading.quantities if q.unit is Unit.MONEY and q.start > min(shares))
        other += [each for each in caps if _CAP.search(near(reading, each)[0])]
    sums = (q for q in reading.quantities if q.unit is Unit.MONEY and q.value > _MOST_HOUR)
    return next((each for each in sums if not any(each is q for q in other)), None)


def _prices(reading: Reading) -> tuple[Quantity | None, list[Quantity]]:
    """The list price, and the market prices: by the words beside them, or by their order."""
    prices = [q for q in reading.quantities if q.unit is Unit.PRICE_PER_GPU_HOUR]
    bare = told_by(reading, Unit.COUNT, _MARKET) if len(prices) == 1 else None
    if bare and _LEAST_HOUR <= bare.value <= _MOST_HOUR:  # "$11 an hour, and others charge 2.3"
        return prices[0], [bare]
    listed = told_by(reading, Unit.PRICE_PER_GPU_HOUR, _LIST)
    if listed is None:
        market = told_by(reading, Unit.PRICE_PER_GPU_HOUR, _MARKET)
        listed = next((q for q in prices if q is not market), None)
    return listed, [q for q in prices if q is not listed]


def _years(reading: Reading) -> list[str]:
    """The share of the bill of each year that is named, with its cap where one stands behind it."""
    figures = [q for q in reading.quantities if q.unit in (Unit.PERCENT, Unit.MONEY)]
    found = []
    for n, figure in enumerate(figures):
        if figure.unit is not Unit.PERCENT or not _of_a_year(reading, figure):
            continue
        behind = figures[n + 1] if n + 1 < len(figures) else None
        cap = (
            behind is not None
            and behind.unit is Unit.MONEY
            and _CAP.search(fold(reading.text[figure.end : behind.start]))
        )
        limit = f": {price_text(behind)}" if behind is not None and cap else ""
        found.append(f"{share_text(figure)}{limit}")
    return found


def _of_a_year(reading: Reading, share: Quantity) -> bool:
    """Whether a share is that of a year: 第一年抵80%, "80% of the bill up to $250k in year one"."""
    if any(map(_YEAR.search, near(reading, share))):
        return True
    rest = fold(reading.text[share.end :])
    return bool(_YEAR.search(re.split(r",(?!\d)|[;。，；%]", rest)[0]))


def _missing(reading: Reading) -> str | None:
    told = _arguments(reading)
    words = _WORDS(reading.language)
    if "credit" not in told:
        return words.ask_credit
    return None if "list_price" in told else words.ask_list


def _arguments(reading: Reading) -> dict[str, Any]:
    reading = _with_full(with_sums(reading))
    told: dict[str, Any] = {}
    if credit := _sum(reading):
        told["credit"] = price_text(credit)
    listed, market = _prices(reading)
    earlier = reading.again(TOOL)
    if listed and earlier and not market and not _LIST.search(reading.folded):
        market, listed = [listed], None  # "and at $2.99?" asks for another market price
    if listed:
        told["list_price"] = price_text(listed)
    if market:
        told |= {"market": [price_text(each) for each in market], "market_source": ASKED}
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    years = _years(reading)
    if years:
        told["years"] = years
    if spend := told_by(reading, Unit.MONEY, _MONTHLY):
        told["spend_per_month"] = price_text(spend)
    if expires := told_by(reading, Unit.DURATION_DAYS, _EXPIRES):
        told["expiry_months"] = months_of(expires)
    elif spelled := _EXPIRES_IN_A.search(reading.folded):
        told["expiry_months"] = 12 if spelled[1] == "year" else 1
    if chance := told_by(reading, Unit.PERCENT, _CHANCE):
        told["probability"] = share_text(chance)
    elif (half := told_by(reading, Unit.RATIO, _CHANCE)) and half.value <= 1:  # 一半概率
        told["probability"] = price_text(half)
    if equity := told_by(reading, Unit.PERCENT, _EQUITY):
        told["equity_share"] = share_text(equity)
    if not years and (
        eligible := share_of(reading, _ELIGIBLE, [each for each in (chance, equity) if each])
    ):
        told["eligible_share"] = share_text(eligible)
    if cash := told_by(reading, Unit.MONEY, _CASH):
        told["cash_in"] = price_text(cash)
    if valuation := told_by(reading, Unit.MONEY, _VALUATION):
        told["valuation"] = price_text(valuation)
    return earlier | told


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Without a market price: what the same GPU costs elsewhere now."""
    made = results_of(TOOL, done)
    if not made or "gpu" not in made[0].args or any("market" in each.args for each in made):
        return []
    asked = offers_call(made[0].args["gpu"], done)
    if asked:
        return asked
    found = lowest_prices(done, "on_demand", _MARKET_PRICES)
    if not found:
        return []
    prices = {"market": [f"{name}: {amount}" for name, amount in found]}
    return [(TOOL, made[0].args | prices | {"market_source": "gpu_offers"})]


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    words, tool = _WORDS(say.language), results_of(TOOL, done)[-1]
    unknown = [words.unknown[code] for code in tool.result["unknown"]]
    return Section(
        [
            _lead(tool, words, say),
            "",
            *_table(tool, words, say),
            *(["", *(f"- {each} [{tool.id}:unknown]" for each in unknown)] if unknown else []),
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: CreditsWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    value = result["value_usd"]
    told = {
        "hours": _hours(result["gpu_hours"], language),
        "list": hourly(result["inputs"]["list_price"], language),
    }
    marks = f"[{tool.id}:gpu_hours] [{tool.id}:inputs.list_price]"
    if value is None:
        return f"**{words.lead_hours.format(**told)}{say.stop}** {marks}"
    worth = dollars(value["likely"], language)
    if value["low"] != value["high"]:
        ends = [dollars(value[end], language) for end in ("low", "high")]
        worth += f" ({ends[0]} – {ends[1]})"
    text = words.lead.format(value=worth, **told)
    return f"**{text}{say.stop}** {marks} [{tool.id}:value_usd]"


def _hours(value: Any, language: Language) -> str:
    """GPU-hours to three digits, or four: a quotient of two known figures is no estimate."""
    return plain(rounded(value, 3), language)


def _table(tool: ToolEvidence, words: CreditsWords, say: Phrases) -> list[str]:
    rows = [
        (words.hours, "gpu_hours", _hours),
        (words.usable, "usable_usd", dollars),
        (words.lost, "unused_usd", dollars),
        (words.beside, "cash_beside_usd", dollars),
        (words.dilution, "dilution_usd", dollars),
        (words.net, "net_value_usd", dollars),
    ]
    told = [each for each in rows if tool.result[each[1]]]
    if tool.result["dilution_usd"] is None:  # then it is the value itself
        told = [each for each in told if each[1] != "net_value_usd"]
    lines = [shown.figure_row(label, tool, path, say, show) for label, path, show in told]
    if tool.result["value_usd"]:
        share = f"{percent(tool.result['value_share'], say.language)} [{tool.id}:value_share]"
        worth = dollars(tool.result["value_usd"]["likely"], say.language)
        lines.append(f"| {words.worth} | {worth} [{tool.id}:value_usd] ({share}) |")
    return ["| | |", "|---|---:|", *lines]


CREDITS = Estimator(
    tool=TOOL,
    ask=Ask.CREDITS,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    then=_then,
)
