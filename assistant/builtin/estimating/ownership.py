"""Rent or buy: what owning costs per used GPU-hour, and at which use it beats each rent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import (
    Call,
    Estimator,
    Words,
    catalogue,
    results_of,
)
from assistant.builtin.estimating.market_prices import lowest_prices, offers_call
from assistant.builtin.estimating.money import as_amount, as_share, hourly, told_by
from assistant.builtin.figures import dollars, family, percent, plain
from assistant.builtin.sections import Section, foreign_name
from assistant.builtin.values import gpu_count, gpu_of
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from tools.estimates.purchase_prices import server_price
from tools.gpus import known_gpu
from tools.quantities import Quantity, Unit

TOOL = "rent_or_buy"
_ON_DEMAND, _RESERVED = 2, 1
_BUY = re.compile(
    r"\b(?:buy(?:ing)?|own(?:ing|ership)?|purchas(?:e|ing)|on[- ]prem\w*)\b"
    r"|买|购买|购置|自建|自购|自有|自持|自己建"
)
_RENT = re.compile(r"\b(?:rent(?:ing|al|s)?|leas(?:e|ing)|cloud)\b|租|上云|云上")
_CHOOSE = re.compile(
    r"\b(?:or|vs\.?|versus|beats?|than|against|break[- ]?even|pay(?:s)? (?:off|back)|payback|"
    r"worth it|worthwhile|cheaper)\b|还是|划算|回本|合算|更?便宜|盈亏平衡|比"
)
_BREAK_EVEN = re.compile(r"\bbreak[- ]?even\b|\bpayback\b|回本|盈亏平衡")
_RESERVED_CUE = re.compile(r"\b(?:reserved|contract|commit\w*)\b|预留|包年|长约|合约")
_USED = re.compile(r"utili[sz]|\buse[ds]?\b|\bbusy\b|利用率|使用率|用满|of the (?:time|hours)")
_CAPITAL = re.compile(r"cost of capital|wacc|capital|interest|discount|资金成本|资本成本|利率|折现")
_RESIDUAL = re.compile(r"residual|resale|salvage|残值|转卖")
_LIFE = re.compile(r"\b(?:life|years?|over|depreciat\w*)\b|折旧|寿命|用|年")
_ALL_IN = re.compile(r"all[- ]in|including (?:network|everything)|全包|含网络")
_COLOCATION = re.compile(r"colo(?:cation)?\b|kw|托管|机柜|千瓦")
_SCENARIOS = {
    "flat": "flat",
    "20 % cheaper a year": "cheaper",
    "20 % dearer a year": "dearer",
}


@dataclass(frozen=True, kw_only=True)
class OwnershipWords(Words):
    """Words of renting against buying."""

    ask_what: str
    ask_price: str
    lead_never: str
    lead_own: str
    lead_rent: str
    lead_bare: str
    header: str
    used: str
    full: str
    capital: str
    running: str
    even_header: str
    flat: str
    cheaper: str
    dearer: str
    never: str
    month: str
    no_month: str
    path_note: str
    left_out: str


_WORDS = catalogue(
    OwnershipWords(
        finished="renting and buying compared",
        ask_what=(
            "**I need the GPU and how many, and the rent to compare with; for example “64 H100s "
            "at $2.35/h”.** Without a rent I would take current prices."
        ),
        ask_price=(
            "**I need what one GPU in its server costs; for example “$40,000 each”.** The dated "
            "table has no such price for this GPU."
        ),
        lead_never=(
            "If rents stay at {price} per GPU-hour, buying never pays: {share} of the hours would "
            "have to be used (owning costs {full} per GPU-hour even if every hour is)"
        ),
        lead_own=(
            "If rents stay flat, buying {gpus} {gpu} GPUs is cheaper than {price} per GPU-hour "
            "once {share} of the hours are used; at {use} it is"
        ),
        lead_rent=(
            "If rents stay flat, buying {gpus} {gpu} GPUs is cheaper than {price} per GPU-hour "
            "only once {share} of the hours are used; at {use} renting is"
        ),
        lead_bare=(
            "Owning {gpus} {gpu} GPUs costs about {used} per used GPU-hour at {use} utilisation"
        ),
        header="| | Low | Likely | High |",
        used="Owning, per used GPU-hour",
        full="Owning, if every hour is used",
        capital="Paid up front",
        running="Running costs a year",
        even_header="| Rent | Path | Break-even utilisation | Break-even month |",
        flat="flat",
        cheaper="20% cheaper a year",
        dearer="20% dearer a year",
        never="{share}: never",
        month="month {month}",
        no_month="not within its life",
        path_note=(
            "How rents will move is not known: the paths are scenarios in both directions, "
            "no forecast."
        ),
        left_out=(
            "Not counted: taxes; storage, traffic and software; the worth of starting earlier by "
            "renting."
        ),
        inputs={
            "equipment": "price of a GPU in its server",
            "utilisation": "utilisation",
            "life_years": "years of life",
            "residual_share": "residual value",
            "cost_of_capital": "cost of capital",
            "colocation_per_kw_month": "colocation",
            "maintenance_share": "maintenance",
            "staff_per_gpu_year": "staff",
            "ramp_months": "months before the first job",
            "usd_per_kwh": "electricity",
            "load": "average draw",
            "pue": "power of the building (PUE)",
            "kw": "power per GPU",
            "insurance_share": "insurance",
        },
    ),
    OwnershipWords(
        finished="已比较租与买",
        ask_what=(
            "**请告诉我是哪种GPU、多少张，以及拿什么租金来比；例如“64张H100，每卡时2.35美元”。**"
            "没有租金的话，我会用目前的报价。"
        ),
        ask_price=(
            "**请告诉我每张GPU连同服务器的采购价，例如“每张4万美元”。**带日期的价目表里没有这款GPU的整机价。"
        ),
        lead_never=(
            "如果租金一直是每卡时{price}，买永远不划算：利用率要到{share}才打平"
            "（哪怕全部用满，自有也要每卡时{full}）"
        ),
        lead_own=(
            "如果租金不变，利用率超过{share}时，买{gpus}张{gpu}就比每卡时{price}的租金划算；"
            "按{use}算，买更便宜"
        ),
        lead_rent=(
            "如果租金不变，利用率要超过{share}，买{gpus}张{gpu}才比每卡时{price}的租金划算；按{use}算，租更便宜"
        ),
        lead_bare="自有{gpus}张{gpu}，按{use}的利用率，每个实际使用的卡时约{used}",
        header="| | 偏低 | 最可能 | 偏高 |",
        used="自有，每个实际使用的卡时",
        full="自有，全部用满时每卡时",
        capital="一次性投入",
        running="每年运营费用",
        even_header="| 租金 | 走势 | 打平所需利用率 | 打平月份 |",
        flat="不变",
        cheaper="每年便宜20%",
        dearer="每年贵20%",
        never="{share}：永远不划算",
        month="第{month}个月",
        no_month="使用年限内不会",
        path_note="租金今后怎么走没人知道：这里的走势是两个方向的情景，不是预测。",
        left_out="未计：税；存储、流量和软件；租用能更早开始的价值。",
        assumptions={
            "purchase_price": "每张GPU的整机价：{value}，取自带日期的价目，现价请另行询价",
            "network_share": "网络占服务器加网络的{value}",
            "kw_per_gpu": "每张GPU分摊的服务器额定功率：{value}",
            "load": "平均功耗为额定的{value}，全部小时都计",
            "pue": "机房PUE：{value}",
            "usd_per_kwh": "电价：每千瓦时{value}美元",
            "colocation_per_kw_month": "托管费：每千瓦每月{value}美元，电费另计",
            "staff_per_gpu_year": "人力：每张GPU每年{value}美元（规划值，没有来源）",
            "maintenance_share": "维护与备件：每年为采购价的{value}（规划值，没有来源）",
            "insurance_share": "保险：每年为采购价的{value}（规划值，没有来源）",
            "utilisation": "利用率：{value}（规划值，没有来源）",
            "ramp_months": "投产前先付{value}个月",
            "life_years": "使用年限：{value}年",
            "residual_share": "残值：采购价的{value}（规划值）",
            "cost_of_capital": "资金成本：每年{value}（规划值，没有来源）",
            "power_counted_once": "电费只计一次",
        },
        inputs={
            "equipment": "整机价格",
            "utilisation": "利用率",
            "life_years": "使用年限",
            "residual_share": "残值",
            "cost_of_capital": "资金成本",
            "colocation_per_kw_month": "托管费",
            "maintenance_share": "维护费",
            "staff_per_gpu_year": "人力",
            "ramp_months": "投产前的月数",
            "usd_per_kwh": "电价",
            "load": "平均功耗",
            "pue": "机房PUE",
            "kw": "每张GPU的功率",
            "insurance_share": "保险费",
        },
    ),
)


def _wants(reading: Reading) -> bool:
    text = reading.folded
    if reading.programs or not _BUY.search(text) or not _CHOOSE.search(text):
        return False
    hardware = reading.gpus or reading.first(Unit.GPUS) or "gpu" in text or "卡" in text
    asked = _RENT.search(text) or _BREAK_EVEN.search(text) or reading.first(Unit.PRICE_PER_GPU_HOUR)
    told = reading.first(Unit.GPUS) or cues.OURS.search(text) or _BREAK_EVEN.search(text)
    return bool(hardware and asked and (told or reading.first(Unit.PRICE_PER_GPU_HOUR)))


def _missing(reading: Reading) -> str | None:
    told = _arguments(reading)
    words = _WORDS(reading.language)
    if not {"gpu", "gpus"} <= set(told):
        return words.ask_what
    bought = known_gpu(told["gpu"])
    priced = {"purchase", "all_in"} & set(told) or bought is None or server_price(bought)
    return None if priced else words.ask_price


def _arguments(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    rents = [q for q in reading.quantities if q.unit is Unit.PRICE_PER_GPU_HOUR]
    committed = told_by(reading, Unit.PRICE_PER_GPU_HOUR, _RESERVED_CUE)
    for name, found in (
        ("rents", [q for q in rents if q is not committed]),
        ("reserved", [committed] if committed else []),
    ):
        if found:
            told |= {name: [as_amount(each) for each in found], "rents_source": ASKED}
    told |= _purchase(reading) | _shares(reading)
    if life := told_by(reading, Unit.DURATION_DAYS, _LIFE):
        told["life_years"] = f"{round(life.value / 365, 1).normalize():f}"
    return reading.again(TOOL) | told


def _purchase(reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    colocation = told_by(reading, Unit.MONEY, _COLOCATION)
    if colocation:
        found["colocation_per_kw_month"] = as_amount(colocation)
    money = next(
        (q for q in reading.quantities if q.unit is Unit.MONEY and q is not colocation), None
    )
    if money:
        name = "all_in" if _ALL_IN.search(reading.folded) else "purchase"
        found |= {name: as_amount(money), "purchase_source": ASKED}
        if money.currency not in (None, "USD"):
            found[name] += f" {money.currency}"
    return found


def _shares(reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    taken: list[Quantity] = []
    for name, cue in (
        ("residual", _RESIDUAL),
        ("cost_of_capital", _CAPITAL),
        ("utilisation", _USED),
    ):
        if figure := told_by(reading, Unit.PERCENT, cue, taken):
            taken.append(figure)
            found[name] = as_share(figure)
    return found


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
    words, tool = _WORDS(say.language), results_of(TOOL, done)[-1]
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
    path = getattr(words, _SCENARIOS.get(compared["scenario"], "flat"))
    share = percent(compared["break_even_utilisation"]["likely"], say.language)
    if compared["verdict"] == "never":
        share = words.never.format(share=share)
    month = compared["break_even_month"]
    when = words.no_month if month is None else words.month.format(month=month)
    price = hourly(compared["price_now"], say.language)
    rent = foreign_name(compared["rent"])
    name = f"{rent}: {price}" if "," in rent else price  # one that was told has no seller
    return f"| {name} {mark} | {path} | {share} {mark} | {when} |"


OWNERSHIP = Estimator(
    tool=TOOL,
    ask=Ask.OWNERSHIP,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
    then=_then,
)
