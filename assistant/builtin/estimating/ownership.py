"""Rent or buy: what owning costs per used GPU-hour, and at which use it beats each rent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Call, Estimator, results_of
from assistant.builtin.estimating.market_prices import lowest_prices, offers_call
from assistant.builtin.estimating.money import (
    hourly,
    months_of,
    price_of_one,
    share_of,
    told_by,
    with_sums,
)
from assistant.builtin.estimating.ownership_words import WORDS, OwnershipWords
from assistant.builtin.figures import dollars, family, percent, plain
from assistant.builtin.sections import Section
from assistant.builtin.values import (
    asks_plainly,
    gpu_count,
    gpu_of,
    money_text,
    price_text,
    share_text,
)
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from kb.texts.folding import fold
from tools.estimates.money.purchase_prices import server_price
from tools.gpus import known_gpu
from tools.quantities import Quantity, Unit

TOOL = "rent_or_buy"
_ON_DEMAND, _RESERVED = 2, 1
_BUY = re.compile(
    r"\b(?:buy(?:ing)?|own(?:ing|ership)?|purchas(?:e|ing)|on[- ]prem\w*|colo(?:cation)?|tco)\b"
    r"|买|购买|购置|自建|自购|自有|自持|自己建"
)
_RENT = re.compile(r"\b(?:rent(?:ing|al|s)?|leas(?:e|ing)|cloud)\b|租|上云|云上")
_CHOOSE = re.compile(
    r"\b(?:or|vs\.?|versus|beats?|than|against|break[- ]?even|pay(?:s)? (?:off|back)|payback|"
    r"worth it|worthwhile|cheaper|better|instead of|rather than|make sense)\b"
    r"|还是|划算|回本|合算|更?便宜|盈亏平衡|比"
)
_DECIDE = re.compile(
    r"\b(?:should|worth it|worthwhile|break[- ]?even|payback)\b|划算|合算|回本|盈亏平衡"
)
_BREAK_EVEN = re.compile(r"\bbreak[- ]?even\b|\bpayback\b|回本|盈亏平衡")
_EARNS = re.compile(r"\brevenues?\b|收入|营收")  # what spending has to bring in
_RESERVED_CUE = re.compile(r"\b(?:reserved|contract|commit\w*)\b|预留|包年|长约|合约")
_USED = re.compile(
    r"utili[sz]|\buse[ds]?\b|\bbusy\b|\bload(?:ed)?\b|利用率|使用率|稼动|负载|用满"
    r"|of the (?:time|hours)|\bthe time\b|\b(?:running|occupied|in use)\b|闲不下来|满载|跑满|的时间"
)
_CAPITAL = re.compile(
    r"cost of capital|wacc|capital|interest|discount|资金成本|资本成本|利率|折现|融资成本"
)
_RESIDUAL = re.compile(
    r"residual|resale|resell|salvage|sell (?:them|it) (?:on|off)|残值|转卖|转手|回收价"
)
_FALL = re.compile(r"\b(?:fall|drop|declin|decreas|cheaper|down)\w*|降|跌|便宜|下降")
_RISE = re.compile(r"\b(?:rise|rising|increas|grow|dearer|up)\w*|涨|升|贵")
_LIFE = re.compile(
    r"\b(?:life|years?|over|depreciat\w*|useful|keep|last\w*)\b|折旧|寿命|用|年限|持有"
)
_RAMP = re.compile(
    r"ramp|before (?:the )?(?:first|use|they|we|it)|deploy|deliver|lead time|set[- ]?up|install"
    r"|go[- ]live|bring[- ]?up|投产|上线|爬坡|交付|到货|部署|安装|调试|才能用|建设期"
)
_STAFF = re.compile(
    r"staff|engineers?|ops|people|salar|personnel|admins?|team|人力|运维|工资|人工|人员|薪"
)
_WITH_POWER = re.compile(
    r"(?:includ\w*|incl\.?|with) (?:the )?(?:power|electricity)|(?:power"
    r"|electricity) (?:is )?(?:included|in it)"
    r"|(?:含|包)(?:了)?(?:电|電)|(?:电费|电力)(?:已|都)?(?:含|包)"
)
_FLAT = re.compile(
    r"(?:rents?|prices?)[^,.;]{0,16}(?:flat|unchanged|stable|constant|the same)|flat (?:rents?"
    r"|prices?)"
    r"|(?:租金|价格)[^，。,;]{0,8}(?:不变|持平|平稳)"
)
_TERM_AT = re.compile(
    r"\W{0,3}(?:terms?|contracts?|reserved|reservation|commit\w*|的?(?:合同|合约|预留|包年|租期))?"
    r"\W{0,2}(?:at|for|is|@|:|：|为|是|价|要|报|约)?\s?[:：]?\s?"
)
_ALL_IN = re.compile(r"all[- ]in|including (?:network|everything)|全包|含网络")
_COLOCATION = re.compile(r"colo(?:cation)?\b|kw|托管|机柜|千瓦")


def _wants(reading: Reading) -> bool:
    reading, text = with_sums(reading), reading.folded
    if not _BUY.search(text) or cues.WHY.search(text) or _EARNS.search(text):
        return False
    counted, price = reading.first(Unit.GPUS), reading.first(Unit.PRICE_PER_GPU_HOUR)
    if reading.programs and not (counted and price):
        return False
    if counted and cues.HOURLY.search(text) and not reading.provider:
        return True  # what owning costs an hour
    hardware = reading.gpus or counted or "gpu" in text or "卡" in text
    compared = _CHOOSE.search(text) and (_RENT.search(text) or _BREAK_EVEN.search(text) or price)
    own = cues.OURS.search(text) or _DECIDE.search(text) or asks_plainly(reading)
    told = counted or price or own
    return bool(hardware and compared and told)


def _missing(reading: Reading) -> str | None:
    told = {"gpu", "gpus"} <= set(_arguments(reading))
    return None if told else WORDS(reading.language).ask_what


def _refused(reading: Reading, failed: ToolEvidence) -> str | None:
    """What one GPU costs is asked back where the dated table has no price of it."""
    bought = known_gpu(str(failed.args.get("gpu")))
    priced = {"purchase", "all_in"} & set(failed.args) or bought is None or server_price(bought)
    return None if priced else WORDS(reading.language).ask_price


def _arguments(reading: Reading) -> dict[str, Any]:
    reading = with_sums(reading)
    told: dict[str, Any] = {}
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    terms = _terms(reading)
    if len(terms) > 1:
        told["reserved_terms"] = [
            f"{months_of(length)}: {price_text(price)}" for length, price in terms
        ]
    priced = [price for _, price in terms] if len(terms) > 1 else []
    rents = [q for q in reading.quantities if q.unit is Unit.PRICE_PER_GPU_HOUR and q not in priced]
    committed = told_by(reading, Unit.PRICE_PER_GPU_HOUR, _RESERVED_CUE, priced)
    for name, found in (
        ("rents", [q for q in rents if q is not committed]),
        ("reserved", [committed] if committed else []),
    ):
        if found:
            told |= {name: [price_text(each) for each in found], "rents_source": ASKED}
    told |= _purchase(reading) | _shares(reading)
    taken = [length for length, _ in terms] if len(terms) > 1 else []
    if ramp := told_by(reading, Unit.DURATION_DAYS, _RAMP, taken):
        taken.append(ramp)
        told["ramp_months"] = months_of(ramp)
    if life := told_by(reading, Unit.DURATION_DAYS, _LIFE, taken) or _years(reading, taken):
        told["life_years"] = f"{round(life.value / 365, 1).normalize():f}"
    return reading.again(TOOL) | told


def _terms(reading: Reading) -> list[tuple[Quantity, Quantity]]:
    """Lengths of contracts with the price of each: "12 months at $5.81, 36 months at $4.31"."""
    found = []
    for length, price in pairwise(reading.quantities):
        between = reading.text[length.end : price.start]
        if (
            length.unit is Unit.DURATION_DAYS
            and price.unit is Unit.PRICE_PER_GPU_HOUR
            and _TERM_AT.fullmatch(fold(between))
        ):
            found.append((length, price))
    return found


def _years(reading: Reading, taken: Sequence[Quantity]) -> Quantity | None:
    """A length of years that nothing else explains."""
    lengths = (q for q in reading.quantities if q.unit is Unit.DURATION_DAYS and q not in taken)
    return next((each for each in lengths if each.said_unit == "year" and each.value > 365), None)


def _purchase(reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    colocation = reading.first(Unit.PRICE_PER_KW_MONTH) or told_by(reading, Unit.MONEY, _COLOCATION)
    if colocation:
        found["colocation_per_kw_month"] = price_text(colocation)
    if power := reading.first(Unit.PRICE_PER_KWH):
        found["usd_per_kwh"] = price_text(power)
    if colocation and _WITH_POWER.search(reading.folded):
        found["colocation_includes_power"] = True
    staff = told_by(reading, Unit.MONEY, _STAFF, [colocation] if colocation else [])
    if staff:
        found["staff_per_year"] = money_text(staff)
    money = price_of_one(reading, [colocation, staff])
    if money:
        name = "all_in" if _ALL_IN.search(reading.folded) else "purchase"
        found |= {name: price_text(money), "purchase_source": ASKED}
    return found


def _shares(reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    taken: list[Quantity] = []
    for name, cue in (
        ("residual", _RESIDUAL),
        ("cost_of_capital", _CAPITAL),
        ("utilisation", _USED),
    ):
        if figure := share_of(reading, cue, taken):
            taken.append(figure)
            found[name] = share_text(figure)
    paths = ["0%"] if _FLAT.search(reading.folded) else []
    for sign, cue in (("-", _FALL), ("", _RISE)):
        while figure := told_by(reading, Unit.PERCENT, cue, taken):
            taken.append(figure)
            paths.append(sign + share_text(figure))
    return found | ({"paths": paths} if paths else {})


def _then(reading: Reading, done: Sequence[Artifact]) -> list[Call]:
    """Without a rent: the comparison again with the lowest current prices."""
    made = results_of(TOOL, done)
    if not made or any("rents" in each.args or "reserved" in each.args for each in made):
        return []
    asked = offers_call(made[0].args["gpu"], done)
    if asked:
        return asked
    prices = {
        name: [f"{source}: {amount}" for source, amount in lowest_prices(done, term, most)]
        for name, term, most in (
            ("rents", "on_demand", _ON_DEMAND),
            ("reserved", "reserved", _RESERVED),
        )
    }
    found = {name: told for name, told in prices.items() if told}
    return [(TOOL, made[0].args | found | {"rents_source": "gpu_offers"})] if found else []


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    words, tool = WORDS(say.language), results_of(TOOL, done)[-1]
    return Section(
        [
            _lead(tool, words, say),
            "",
            *_table(tool, words, say),
            *_break_evens(tool, words, say),
            "",
            words.left_out,
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: OwnershipWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    inputs = result["inputs"]
    told = {
        "gpus": plain(inputs["gpus"], language),
        "gpu": family(inputs["gpu"]),
        "use": percent(inputs["utilisation"], language),
        "used": hourly(result["cost_per_used_gpu_hour"]["likely"], language),
        "full": hourly(result["cost_at_full_use"]["likely"], language),
    }
    if not result["comparisons"]:
        marks = f"[{tool.id}:cost_per_used_gpu_hour.likely] [{tool.id}:inputs]"
        return f"**{words.lead_bare.format(**told)}{say.stop}** {marks}"
    first = result["comparisons"][0]
    told["price"] = hourly(first["price_now"], language)
    told["share"] = percent(first["break_even_utilisation"]["likely"], language)
    path = _path(tool, first, words, say)
    told["when"] = words.when_flat if path == words.flat else words.when.format(path=path)
    sentence = {
        "never": words.lead_never,
        "own_cheaper": words.lead_own,
        "rent_cheaper": words.lead_rent,
    }[first["verdict"]]
    marks = f"[{tool.id}:comparisons.0] [{tool.id}:cost_at_full_use.likely] [{tool.id}:inputs]"
    return f"**{sentence.format(**told)}{say.stop}** {marks}"


def _table(tool: ToolEvidence, words: OwnershipWords, say: Phrases) -> list[str]:
    rows = [
        shown.range_row(words.used, tool, "cost_per_used_gpu_hour", say, hourly),
        shown.range_row(words.full, tool, "cost_at_full_use", say, hourly),
    ]
    for label, path in ((words.capital, "capital.total"), (words.running, "yearly_running_usd")):
        amount = dollars(shown.value_at(tool.result, path), say.language)
        rows.append(f"| {label} | | {amount} [{tool.id}:{path}] | |")
    return [words.header, "|---|---:|---:|---:|", *rows]


def _break_evens(tool: ToolEvidence, words: OwnershipWords, say: Phrases) -> list[str]:
    comparisons: list[dict[str, Any]] = tool.result["comparisons"]
    if not comparisons:
        return []
    rows = [_row(tool, n, each, words, say) for n, each in enumerate(comparisons)]
    return ["", words.even_header, "|---|---|---:|---:|", *rows, "", words.path_note]


def _row(
    tool: ToolEvidence, n: int, compared: dict[str, Any], words: OwnershipWords, say: Phrases
) -> str:
    mark = f"[{tool.id}:comparisons.{n}]"
    path = _path(tool, compared, words, say)
    share = percent(compared["break_even_utilisation"]["likely"], say.language)
    if compared["verdict"] == "never":
        share = words.never.format(share=share)
    month = compared["break_even_month"]
    when = words.no_month if month is None else words.month.format(month=month)
    price = hourly(compared["price_now"], say.language)
    name = shown.priced(compared["rent"], compared["as_of"], price, say)
    return f"| {name} {mark} | {path} | {share} {mark} | {when} |"


def _path(tool: ToolEvidence, compared: dict[str, Any], words: OwnershipWords, say: Phrases) -> str:
    """The path of a rent in the reader's words."""
    paths: list[dict[str, Any]] = tool.result["inputs"]["scenarios"]
    change = next((p["yearly_change"] for p in paths if p["name"] == compared["scenario"]), None)
    if change is None:
        return words.implied
    if not change:
        return words.flat
    sentence = words.cheaper if change < 0 else words.dearer
    return sentence.format(share=percent(abs(change), say.language))


OWNERSHIP = Estimator(
    tool=TOOL,
    ask=Ask.OWNERSHIP,
    words=WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    then=_then,
    refused=_refused,
)
