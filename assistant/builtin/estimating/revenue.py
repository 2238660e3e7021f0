"""What revenue AI spending needs: Sequoia's arithmetic over the person's own figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
from assistant.builtin.estimating.money import near, told_by, with_sums
from assistant.builtin.figures import short_dollars
from assistant.builtin.sections import Section
from assistant.builtin.values import money_text
from assistant.evidence import Artifact
from assistant.phrases import Phrases
from assistant.question import Ask, Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit

TOOL = "ai_revenue_needed"
_REVENUE = cues.cue(
    r"revenues?|arr|sales|earn(?:s|ing|ings)?|(?:paying )?customers?|subscribers?|income|turnover"
    r"|make it pay|bring(?:s|ing)? in|make (?=[$\d])",
    r"收入|营收|营业额|销售额|卖|赚|挣|进账|客户|用户",
)
_SPENDING = cues.cue(
    r"spend(?:s|ing)?|spent|burn(?:s|ing)?|run[- ]rate|capex|bought|buy(?:s|ing)?|gpu bill|sells?|"
    r"(?:gpu |compute )?budget|costs?|invest(?:s|ing)? in gpus|pay for (?:all )?(?:our |the "
    r"|these )?gpus",
    r"花|烧|支出|开支|采购|投入|买|年化|资本开支",
)
_NEEDED = cues.cue(
    r"needs?|needed|required?|justif(?:y|ies)|pay(?:s|ing)? (?:for|back|it back|off)|worth|"
    r"break even|has to|have to|required|far off|hole|gap|make sense|make (?:it|that|this"
    r"|them) pay|arithmetic|how (?:much|many)|(?:have"
    r"|has|need|must) (?:to )?(?:make|earn|bring in)",
    r"需要|要多少|得有多少|做出多少|回本|撑得起|撑得住|才够|回来|才不亏|不亏|缺口|覆盖|支撑|算法"
    r"|打平|带来|多少收入|多少营收|赚多少|挣多少|付多少|交多少|窟窿|差多少|还差",
)
_REDONE = cues.cue(
    r"(?:redo|repeat|rerun|do|run) (?:[\w-]+ )*(?:calculation|arithmetic|math|maths|numbers) "
    r"(?:with|for|at|on)",
    r"(?:重算|再算|套用)",
)
_FACTORS = {
    "data_center_factor": re.compile(
        r"data[- ]?cent(?:er|re)s?[- ](?:factor|multiple|multiplier)|数据中心(?:的)?(?:倍数|系数"
        r"|因子|乘数)"
    ),
    "margin_factor": re.compile(
        r"margin[- ](?:factor|multiple|multiplier)|毛利(?:率)?[^，,；;。]{0,6}(?:倍数|系数"
        r"|因子|乘数)"
    ),
}
_MARGIN = re.compile(r"margins?|毛利")
_CUSTOMER = r"(?:paying |付费)?(?:customers?|users?|seats?|clients?|subscribers?|客户|用户)"
_FROM_ONE = re.compile(
    rf"(?:(?:per|each|every|a) {_CUSTOMER}|\barpu|paying(?: us)?|{_CUSTOMER} (?:at|of|pays?|worth)"
    rf"|每[个位家名]?{_CUSTOMER}|客单价|人均)[^,;，。]{{0,12}}$"
)
_OF_ONE = re.compile(
    rf"^[^,;，。]{{0,16}}(?:(?:per|each|every|a|from an?|from each) {_CUSTOMER}|(?:一"
    rf"|每)[个位家名]?{_CUSTOMER})"
)
_AND = re.compile(r"\band\b|\bagainst\b|\bwith\b|和|而")
_RUN_RATE = re.compile(
    r"run[- ]?rate|spend|burn|capex|bill|budget|on gpus|of gpus|gpu|支出|开支|花|采购|投入|买"
)
_THIS = cues.cue(r"such|this|that (?:much|kind)", r"这样|这么|这笔|这些|那么多")
_CUSTOMERS = re.compile(
    r"^\s?(?:paying )?(?:customers|clients|users)\b|^\s?[个家名位]?(?:付费)?(?:客户|用户)"
)


@dataclass(frozen=True, kw_only=True)
class RevenueWords(Words):
    """Words of a revenue-needed check."""

    ask: str
    lead: str
    header: str
    center: str
    needed: str
    gap: str
    per_gpu: str
    nature: str


_WORDS = catalogue(
    RevenueWords(
        finished="revenue needed worked out",
        ask=(
            "**I need the spending on GPUs a year in US dollars; for example “$150B a year”.** I "
            "would then double it for the data center and again for a margin of 50%."
        ),
        lead="To pay for {spent} of GPUs a year takes about {needed} of revenue a year",
        header="| | US dollars a year |",
        center="GPUs and the data center around them",
        needed="Revenue needed",
        gap="Revenue that is missing",
        per_gpu="Revenue needed per GPU",
        nature="This is a check of what spending asks of revenue; it is no forecast and no cost.",
        assumptions={
            "data_center_factor": (
                "a data center costs {value} times its GPUs (energy, buildings, backup power)"
            ),
            "margin_factor": "revenue has to be {value} times that cost, for the seller's margin",
        },
        inputs={
            "gpu_run_rate_usd": "spending on GPUs",
            "data_center_factor": "the data center factor",
            "margin_factor": "the margin factor",
        },
    ),
    RevenueWords(
        finished="已估算所需收入",
        ask=(
            "**请告诉我每年在GPU上的支出（美元），例如“一年1500亿美元”。**"
            "我会先按数据中心翻一倍，再按50%的毛利翻一倍。"
        ),
        lead="每年花{spent}买GPU，大约要有{needed}的年收入才能回本",
        header="| | 每年（美元） |",
        center="GPU连同数据中心",
        needed="需要的收入",
        gap="还差的收入",
        per_gpu="折合每张GPU需要的收入",
        nature="这是用收入检验投入是否合理，不是预测，也不是成本。",
        assumptions={
            "data_center_factor": "数据中心总成本按GPU的{value}倍算（能源、建筑、备用电源）",
            "margin_factor": "收入按上述成本的{value}倍算，留出卖方的毛利",
        },
        inputs={
            "gpu_run_rate_usd": "GPU支出",
            "data_center_factor": "数据中心倍数",
            "margin_factor": "毛利倍数",
        },
    ),
)


def _wants(reading: Reading) -> bool:
    reading, text = _with_sums(reading), reading.folded
    redone = bool(_REDONE.search(text) and reading.first(Unit.MONEY))
    model = reading.first(Unit.PARAMS) or reading.first(Unit.TOKENS)
    if reading.programs or (model and not redone):  # "Sequoia's 600B" is no model
        return False
    if cues.WHY.search(text):
        return False  # what is behind a figure is told by sources
    asked = _REVENUE.search(text) and _SPENDING.search(text) and _NEEDED.search(text)
    ours = cues.OURS.search(text) or _THIS.search(text)
    if _GAP.search(text) and _CHIPS.search(text) and _YEARLY.search(text):
        return len([q for q in reading.quantities if q.unit is Unit.MONEY]) > 1
    return redone or bool(asked and (reading.first(Unit.MONEY) or ours))


def _with_sums(reading: Reading) -> Reading:
    """A 90B is a sum where no model is spoken of."""
    model = reading.first(Unit.TOKENS) or reading.models or cues.TRAIN.search(reading.folded)
    return with_sums(reading, letters=not model)


# What is bought a year beside what is earned, and the hole between.
_GAP = cues.cue(
    r"gap|hole|short(?:fall)?|how far off|missing|how big|how much more",
    r"缺口|窟窿|差距|还差|差多少|短缺",
)
_CHIPS = cues.cue(r"gpus?|chips?|cards|accelerators?|compute|capex", r"gpu|显卡|芯片|卡|算力")
# "Sequoia's 600B calculation" is what it is called, not what is spent.
_TITLED = re.compile(
    r"\s*(?:question|calculation|arithmetic|maths?|piece|essay|article)\b|[的之]?(?:问题|問題|算法|算术|算術|文章)",
    re.IGNORECASE,
)
_YEARLY = cues.cue(
    r"a year|per year|annual(?:ly)?|yearly|run[- ]rate|capex", r"[一每]年|年化|年度|全年"
)


def _missing(reading: Reading) -> str | None:
    reading = _with_sums(reading)
    told = reading.again(TOOL) or reading.first(Unit.MONEY)
    return None if told else _WORDS(reading.language).ask


def _sums(reading: Reading) -> dict[str, Any]:
    """Spending, revenue now and revenue of one customer, by the words beside each sum."""
    sums = [q for q in reading.quantities if q.unit is Unit.MONEY]
    sums = [q for q in sums if not _TITLED.match(reading.text, q.end)] or sums
    each = next((q for q in sums if _is_of_one(reading, q)), None)
    free = [q for q in sums if q is not each]
    several = len(free) > 1 or reading.again(TOOL)
    now = next((q for q in free if several and _is_revenue(reading, q)), None)
    spent = next((q for q in free if q is not now), None)
    told = {"gpu_run_rate": spent, "revenue": now, "revenue_per_customer": each}
    return {name: money_text(sum_) for name, sum_ in told.items() if sum_}


def _is_of_one(reading: Reading, sum_: Quantity) -> bool:
    """Whether a sum is what one customer pays."""
    before, behind = near(reading, sum_)
    return bool(_FROM_ONE.search(before) or _OF_ONE.search(behind))


def _is_revenue(reading: Reading, sum_: Quantity) -> bool:
    """Whether a sum is the revenue that there is: a word of revenue stands nearer than one of
    spending."""
    before, behind = (_AND.split(each) for each in near(reading, sum_))
    found = []
    for earns, cue in ((True, _REVENUE), (False, _RUN_RATE)):
        found += [(len(before[-1]) - m.end(), earns) for m in cue.finditer(before[-1])]
        found += [(m.start(), earns) for m in cue.finditer(behind[0])]
    return bool(found) and min(found)[1]


def _arguments(reading: Reading) -> dict[str, Any]:
    reading = _with_sums(reading)
    told = _sums(reading)
    if count := reading.first(Unit.GPUS):
        told["gpus"] = int(count.value)
    for each in reading.quantities:
        if each.unit is Unit.COUNT and _CUSTOMERS.search(fold(reading.text[each.end :])):
            told["customers"] = int(each.value)
    for name, cue in _FACTORS.items():
        for unit in (Unit.RATIO, Unit.COUNT):
            if factor := told_by(reading, unit, cue):
                told[name] = float(factor.value)
    margin = told_by(reading, Unit.PERCENT, _MARGIN)
    if margin and margin.value < 100 and "margin_factor" not in told:
        told["margin_factor"] = float(round(100 / (100 - margin.value), 4))
    return reading.again(TOOL) | told


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    tool, words = results_of(TOOL, done)[-1], _WORDS(say.language)
    result = tool.result
    lead = words.lead.format(
        spent=short_dollars(result["inputs"]["gpu_run_rate_usd"], say.language),
        needed=short_dollars(result["revenue_needed_usd"], say.language),
    )
    marks = f"[{tool.id}:revenue_needed_usd] [{tool.id}:inputs.gpu_run_rate_usd]"
    rows = [
        shown.figure_row(label, tool, path, say, short_dollars)
        for label, path in (
            (words.center, "data_center_usd"),
            (words.needed, "revenue_needed_usd"),
            (words.gap, "gap_usd"),
            (words.per_gpu, "per_gpu_usd"),
        )
        if result.get(path) is not None
    ]
    return Section(
        [
            f"**{lead}{say.stop}** {marks}",
            "",
            words.header,
            "|---|---:|",
            *rows,
            "",
            words.nature,
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


REVENUE = Estimator(
    tool=TOOL,
    ask=Ask.REVENUE,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
)
