"""A loan with GPUs as collateral: what it costs a month and an hour, and loan to value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant import cues
from assistant.builtin.estimating import shown
from assistant.builtin.estimating.estimator import Estimator, Words, catalogue, results_of
from assistant.builtin.estimating.money import (
    beside,
    exact_percent,
    hourly,
    months_of,
    price_of_one,
    share_of,
    told_by,
    with_sums,
)
from assistant.builtin.figures import dollars, percent, plain
from assistant.builtin.sections import Section
from assistant.builtin.values import asks_plainly, gpu_count, price_text, share_text
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import Phrases
from assistant.question import ASKED, Ask, Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit

TOOL = "gpu_loan"
_LOAN = re.compile(
    r"\b(?:loans?|monthly payments?|laon"
    r"|borrow(?:ing)?|financ(?:e|ed|ing)|debt|apr|interest|lend\w*|collateral"
    r"|pledg\w+|on credit|owe)\b"
    r"|贷款|借款|借钱|抵押|质押|担保|融资租赁|利率|年化|分期|按揭|贷"
    r"|分\s?[0-9一二三四五六七八九十两]+\s?(?:年|个月|期)"
)
_PAID = re.compile(
    r"\b(?:a month|per month|monthly|every month|per (?:gpu[- ]?)?hour|an hour|payments?|repay\w*"
    r"|instal\w*|owe)\b"
    r"|每个?月|月[供付缴还]|还款|还多少|每卡时|每小时"
)
_HOW_MUCH_PAID = re.compile(
    r"\bmonthly (?:payments?|instal\w+|rate)\b"
    r"|\b(?:pay|owe|repay)\b[^.?;]{0,12}\b(?:a|per|every|each) month\b"
    r"|[每一]?个?月[^，。,;]{0,4}(?:还|付|缴|供)[^，。,;]{0,4}(?:多少|几)|月(?:供"
    r"|付)[^，。,;]{0,4}(?:多少|几)"
)
_TOLD_OF = re.compile(r"\b(?:did|was|were|has|had|borrowed|raised|took)\b|借了|贷了|拿到了|获得了")
_DOWN = re.compile(
    r"\bdown\b|deposit|up ?front|own money|首付|自付|头期|头款|订金|定金|预付|自备|自有资金"
)
_BALLOON = re.compile(r"balloon|at the end|final payment|last payment|尾款|气球|期末|最后一期")
_FEE = re.compile(r"\bfees?\b|origination|arrangement|手续费|费用|服务费|开办费")
_RATE = re.compile(r"\b(?:interest|apr|rate|coupon)\b|利率|利息|年化|年利|年息")
_INSTALMENTS = re.compile(r"\s?(?:monthly )?(?:payments|instal\w+)\b|\s?期")
_USED = re.compile(r"utili[sz]|\buse[ds]?\b|\bbusy\b|利用率|使用率")
_USE = re.compile(r"\b(?:life|useful|use[ds]?|last|depreciat\w+)\b|寿命|使用|用|折旧")


@dataclass(frozen=True, kw_only=True)
class LoanWords(Words):
    """Words of a loan."""

    ask_all: str
    ask_price: str
    ask_months: str
    lead_one: str
    lead_several: str
    month: str
    month_gpu: str
    full: str
    used: str
    interest: str
    value: str
    paths: dict[str, str]
    never_above: str
    above: str
    no_value: str
    chip_only: str


_WORDS = catalogue(
    LoanWords(
        finished="loan computed",
        ask_price="**I need the price of one GPU; for example “$32,000 each”.**",
        ask_all=(
            "**I need the price of one GPU, the months and, if you know it, the rate; for example "
            "“1,000 GPUs at $32,000 each over 42 months at 12%”.**"
        ),
        ask_months="**I need the months in which it is repaid; for example “42 months”.**",
        lead_one="{month} a month for {gpus} GPUs at {rate}: {hour} per used GPU-hour",
        lead_several=(
            "{low} to {high} a month for {gpus} GPUs, for rates of {least} to {most}: no rate was "
            "stated, so three are shown"
        ),
        month="A month",
        month_gpu="A month and GPU",
        full="Per GPU-hour, every hour used",
        used="Per used GPU-hour ({share} of the hours)",
        interest="Interest in all",
        value="What is owed against what the GPUs are worth:",
        paths={
            "straight": "if they lose value evenly over {years} years",
            "progress": "if they lose 32% a year, as hardware gets better",
            "stress": "under stress, if they lose half of their value each year",
        },
        never_above="{path}: never more than they are worth (at most {most})",
        above="{path}: more than they are worth from month {month} (at most {most})",
        no_value="{path}: more than they are worth from month {month}, and then nothing is left",
        chip_only="Power, building, network and staff come on top.",
        inputs={"interest": "interest", "utilisation": "utilisation"},
    ),
    LoanWords(
        finished="已计算贷款",
        ask_price="**请告诉我每张GPU的价格，例如“每张3.2万美元”。**",
        ask_all=(
            "**请告诉我每张GPU的价格、贷款月数，如果知道也请给出利率；例如“1000张GPU，"
            "每张3.2万美元，42个月，年利率12%”。**"
        ),
        ask_months="**请告诉我分多少个月还清，例如“42个月”。**",
        lead_one="{gpus}张GPU按年利率{rate}每月还{month}，折合每个实际使用的卡时{hour}",
        lead_several=(
            "{gpus}张GPU每月还{low}至{high}（年利率{least}至{most}）：没有给出利率，所以列三档"
        ),
        month="每月还款",
        month_gpu="每月每张GPU",
        full="每卡时（全部用满）",
        used="每个实际使用的卡时（利用率{share}）",
        interest="利息合计",
        value="贷款余额与GPU价值之比（质押率）：",
        paths={
            "straight": "按{years}年直线折旧",
            "progress": "按硬件进步每年贬值32%",
            "stress": "压力情形：每年价值减半",
        },
        never_above="{path}：始终不超过抵押物价值（最高{most}）",
        above="{path}：从第{month}个月起欠款超过抵押物价值（最高{most}）",
        no_value="{path}：从第{month}个月起欠款超过抵押物价值，之后残值归零",
        chip_only="电费、机房、网络和人力另计。",
        assumptions={
            "price": "每张GPU的价格按所给的{value}",
            "chip_only": "只算贷款本身，不含电费、机房、网络和人力",
            "interest": "没有给出利率，列出{value}三档，都不代表市场利率",
            "utilisation": "利用率按{value}（规划值，没有来源）",
            "years_of_use": "使用年限按{value}年计，这是放贷方偏长的口径，越短越严",
        },
        inputs={"interest": "利率", "utilisation": "利用率"},
    ),
)


def _wants(reading: Reading) -> bool:
    reading, text = with_sums(reading), reading.folded
    if not _LOAN.search(text) or _TOLD_OF.search(text):
        return False
    if reading.programs or reading.sponsored:  # a loan on record, unless the terms are one's own
        own = [reading.first(unit) for unit in (Unit.PERCENT, Unit.DURATION_DAYS)]
        own.append(price_of_one(reading) or reading.first(Unit.GPUS))
        return bool(all(own) and _PAID.search(text))
    hardware = reading.gpus or "gpu" in text or "卡" in text or reading.first(Unit.GPUS)
    if not hardware:
        return False
    if _HOW_MUCH_PAID.search(text):
        return True
    numbers = [reading.first(unit) for unit in (Unit.MONEY, Unit.DURATION_DAYS, Unit.PERCENT)]
    asked = cues.COST.search(text) or _PAID.search(text)
    if asked and _PAID.search(text) and asks_plainly(reading):
        return True
    return bool(asked and (sum(each is not None for each in numbers) > 1 or _ours(reading)))


def _ours(reading: Reading) -> bool:
    return bool(cues.OURS.search(reading.folded) and _PAID.search(reading.folded))


def _missing(reading: Reading) -> str | None:
    told = _arguments(reading)
    words = _WORDS(reading.language)
    if "price_per_gpu" not in told:
        return words.ask_price if "months" in told else words.ask_all
    return None if "months" in told else words.ask_months


def _arguments(reading: Reading) -> dict[str, Any]:
    reading = with_sums(reading)
    told: dict[str, Any] = {}
    if money := price_of_one(reading):
        told |= {"price_per_gpu": price_text(money), "price_source": ASKED}
    lengths = [q for q in reading.quantities if q.unit is Unit.DURATION_DAYS and q.value > 0]
    parts = _instalments(reading)
    several = len(lengths) > 1 or parts is not None
    use = told_by(reading, Unit.DURATION_DAYS, _USE) if several else None
    length = next((each for each in lengths if each is not use), None)
    if parts is not None:
        told["months"] = parts
    elif length:
        told["months"] = months_of(length)
    if use:
        told["years_of_use"] = int((use.value / 365).to_integral_value())
    told |= _shares(reading)
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    return reading.again(TOOL) | told


def _instalments(reading: Reading) -> int | None:
    """The number of monthly payments: "36 payments", 36期."""
    for quantity in (q for q in reading.quantities if q.unit is Unit.COUNT):
        behind = fold(reading.text[quantity.end :])
        if quantity.text.endswith("期") or _INSTALMENTS.match(behind):
            return int(quantity.value)
    return None


def _shares(reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    taken: list[Quantity] = []
    told = told_by(reading, Unit.PERCENT, _RATE)
    rates = [told] if told and not _DOWN.search(" ".join(beside(reading, told))) else []
    for name, cue in (
        ("down_payment", _DOWN),
        ("balloon", _BALLOON),
        ("fee", _FEE),
        ("utilisation", _USED),
    ):
        if figure := share_of(reading, cue, [*taken, *rates]):
            taken.append(figure)
            found[name] = share_text(figure)
    rate = next(iter(rates), None) or next(
        (q for q in reading.quantities if q.unit is Unit.PERCENT and q not in taken), None
    )
    return found | ({"interest": share_text(rate)} if rate else {})


def _section(reading: Reading, done: Sequence[Artifact], say: Phrases) -> Section:
    words, tool = _WORDS(say.language), results_of(TOOL, done)[-1]
    return Section(
        [
            _lead(tool, words, say),
            "",
            *_table(tool, words, say),
            "",
            words.chip_only,
            "",
            words.value,
            *_collateral(tool, words, say),
            *shown.assumed(tool, words, say),
            *shown.changes_most(tool, words, say),
        ]
    )


def _lead(tool: ToolEvidence, words: LoanWords, say: Phrases) -> str:
    result, language = tool.result, say.language
    cases, gpus = result["cases"], plain(result["inputs"]["gpus"], language)
    if len(cases) == 1:
        text = words.lead_one.format(
            month=dollars(cases[0]["monthly_payment_usd"], language),
            gpus=gpus,
            rate=exact_percent(cases[0]["interest"], language),
            hour=hourly(cases[0]["per_used_gpu_hour"], language),
        )
        return f"**{text}{say.stop}** [{tool.id}:cases.0]"
    text = words.lead_several.format(
        low=dollars(cases[0]["monthly_payment_usd"], language),
        high=dollars(cases[-1]["monthly_payment_usd"], language),
        gpus=gpus,
        least=exact_percent(cases[0]["interest"], language),
        most=exact_percent(cases[-1]["interest"], language),
    )
    return f"**{text}{say.stop}** [{tool.id}:cases]"


def _table(tool: ToolEvidence, words: LoanWords, say: Phrases) -> list[str]:
    cases: list[dict[str, Any]] = tool.result["cases"]
    share = percent(tool.result["inputs"]["utilisation"], say.language)
    used = f"{words.used.format(share=share)} [{tool.id}:inputs.utilisation]"
    rows = (
        (words.month, "monthly_payment_usd", dollars),
        (words.month_gpu, "monthly_per_gpu", hourly),
        (words.full, "per_gpu_hour_full_use", hourly),
        (used, "per_used_gpu_hour", hourly),
        (words.interest, "total_interest_usd", dollars),
    )

    def row(label: str, name: str, told: Any) -> str:
        cells = [
            f"{told(case[name], say.language)} [{tool.id}:cases.{n}.{name}]"
            for n, case in enumerate(cases)
        ]
        return f"| {' | '.join([label, *cells])} |"

    return [
        row("", "interest", exact_percent),
        f"|---|{'---:|' * len(cases)}",
        *(row(*each) for each in rows),
    ]


def _collateral(tool: ToolEvidence, words: LoanWords, say: Phrases) -> list[str]:
    years = plain(tool.result["inputs"]["years_of_use"], say.language)
    lines = []
    for n, along in enumerate(tool.result["collateral"]):
        path = words.paths[along["path"]].format(years=years)
        above = along["above_value_month"]
        highest = along["highest_loan_to_value"]
        if above is None:
            sentence = words.never_above.format(path=path, most=percent(highest, say.language))
        elif highest is None:
            sentence = words.no_value.format(path=path, month=above)
        else:
            most = percent(highest, say.language)
            sentence = words.above.format(path=path, month=above, most=most)
        lines.append(f"- {sentence} [{tool.id}:collateral.{n}] [{tool.id}:inputs.years_of_use]")
    return lines


LOAN = Estimator(
    tool=TOOL,
    ask=Ask.LOAN,
    words=_WORDS,
    wants=_wants,
    arguments=_arguments,
    missing=_missing,
    section=_section,
)
