"""What a question tells of a job whose routes are compared: the arguments of the comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assistant import cues
from assistant.builtin.estimating.money import beside, months_of, near, told_by, with_sums
from assistant.builtin.values import (
    gpu_count,
    gpu_of,
    lengths_of,
    money_text,
    share_text,
)
from assistant.company import company_in
from assistant.question import Reading
from kb.texts.folding import fold
from tools.places import find_places, place_named
from tools.quantities import Quantity, Unit

TOOL = "compare_routes"
_BUDGET = cues.cue(
    r"budget|at most|spend(?:ing)?(?: up to| at most)?|afford|no more than|max(?:imum)?"
    r"|cap(?:ped)?|"
    r"limit|under|ceiling",
    r"预算|最多|不超过|上限|封顶|以内|花费控制|控制在",
)
_VALUATION = cues.cue(r"valuation|valued|worth|(?:post|pre)[- ]money", r"估值")
_CASH = cues.cue(
    r"cash|in the bank|up ?front|on hand|bank account|liquid|prepay",
    r"现金|账上|账户|手头|手里|手上|预付|银行里|流动资金|能动用",
)
_CHECKPOINT = cues.cue(
    r"checkpoint(?:s|ed|ing)?|save[sd]?|saving|snapshots?",
    r"存(?:一次|盘|档)|检查点|保存|断点"
    r"|快照",
)
_RESTART = cues.cue(
    r"restart(?:s|ed|ing)?|resum(?:e|es|ing)|recover(?:y|s|ing)?|reload\w*|come back|start again",
    r"重启|恢复|续跑|重新(?:启动|拉起|开始|加载)|拉起",
)
_LOAN = cues.cue(
    r"loans?|borrow(?:ing)?|repay\w*|lend(?:er|ing)?|financ(?:e|ed|ing)|instal\w+|credit line",
    r"贷|借|分期|还清|还款|期限",
)
_INTEREST = cues.cue(r"interest|apr|a year|per year|loans?|rate", r"利率|利息|年化|年利|贷")
_OTHER_TIMES = cues.cue(
    r"old|ago|runway|founded|raised|start(?:ing)? (?:with)?in|delivery|wait(?:ing)?|notice",
    r"成立|创立|成军|之前|以前|前融|交付|排队|等(?:待)?",
)
_EACH = re.compile(
    r"^\s?(?:each|apiece|a p(?:iece|op)|(?:per|a|/) ?(?:gpu|card|chip|unit|[a-z]{1,2}\d{2,3})"
    r"|[/一每]\s?(?:张|块|卡|片))(?![a-z])"
)
_PURCHASE = re.compile(
    r"(?:buy(?:ing)?|purchas(?:e|ing)|own(?:ing)?|hardware|sticker)[^,;.]{0,16}$"
    r"|(?:一|每|单)(?:张|块|片)?卡?(?:的)?(?:价格?|售价|买价)?[^，,;；。]{0,6}$"
    r"|单价[^，,;。]{0,4}$|购置价?[^，,;。]{0,4}$"
)
_BOUGHT = re.compile(r"^[^，,;。]{0,6}(?:买|购)")
_LEAST_A_GPU, _MOST_A_GPU = 1_000, 1_000_000
_TAKEN_AWAY = (
    r"(?:interrupt(?:ion|ed)?s?|pre-?empt(?:ion|ed)?s?|evict(?:ion|ed)?s?|reclaim\w*|kill(?:s|ed)?"
    r"|kicked (?:off|out)|outages?|中断|打断|抢占|回收|收回|被抢|踢|掉线)"
)
_A_DAY = r"(?:a|per|each|every|/)\s?day|daily|每天|一天|每日|天"
_INTERRUPTED = re.compile(rf"{_TAKEN_AWAY}", re.IGNORECASE)
_ONCE = (
    (1.0, re.compile(rf"once (?:{_A_DAY})|(?:每天|一天)[^，。,;]{{0,8}}一次")),
    (2.0, re.compile(rf"twice (?:{_A_DAY})|(?:每天|一天)[^，。,;]{{0,8}}[两二]次")),
)
_SPELLED_HOURS = (
    ("checkpoint_hours", re.compile(
        r"(?:checkpoint\w*|sav(?:e|es|ing)|snapshots?)[^,;.]{0,24}(?:every hour|hourly|(?:an"
        r"|one) hour)"
        r"|(?:每(?:个)?小时)(?:存|保存|做)"), 1.0),
    ("restart_hours", re.compile(
        r"(?:restart\w*|resum\w+|recover\w*)[^,;.]{0,24}(?:an|one) hour"
        r"|(?:重启|恢复)[^，。,;]{0,8}一(?:个)?小时"), 1.0),
)  # fmt: skip
_COMPANY = cues.cue(
    r"we['’]?re|we are|our (?:company|startup|team|firm|lab)|startup|company|team|based|"
    r"incorporated|registered|headquartered|founders?",
    r"公司|团队|初创|新创|总部|注册|我们在|我们是",
)
_HARDWARE = cues.cue(
    r"gpus?|hosted|data ?cent(?:er|re)s?|regions?|[a-z]{1,2}\d{2,3}s?|servers?|nodes?|clusters?|"
    r"machines?|located",
    r"机房|卡|显卡|数据中心|地区|区域|节点|机器|集群",
)
_CLAUSE = re.compile(r"[,，、;；。.?？!！]")


def hours_of(reading: Reading) -> float | None:
    """How long the GPUs work: the first length of time that is not another's."""
    apart = {id(each) for each, _ in _apart(reading)}
    lengths = [q for q in reading.quantities if q.unit is Unit.DURATION_DAYS and q.value > 0]
    free = [q for q in lengths if id(q) not in apart and not _is_other(reading, q)]
    if free:
        return float(round(free[0].value * 24, 2))
    spelled = [] if lengths else [each for each in lengths_of(reading) if each > 0]
    return float(round(spelled[0] * 24, 2)) if spelled else None


def _is_other(reading: Reading, length: Quantity) -> bool:
    before, behind = beside(reading, length)
    return bool(_OTHER_TIMES.search(before[-12:]) or _OTHER_TIMES.search(behind[:12]))


def _apart(reading: Reading) -> Iterator[tuple[Quantity, str]]:
    """Lengths of time that are not the job's, with the argument that each is."""
    taken: list[Quantity] = []
    for name, cue in (
        ("checkpoint_hours", _CHECKPOINT),
        ("restart_hours", _RESTART),
        ("loan_months", _LOAN),
    ):
        if figure := told_by(reading, Unit.DURATION_DAYS, cue, taken):
            taken.append(figure)
            yield figure, name


def of_the_question(reading: Reading) -> dict[str, Any]:
    """All that is told but for the hours of the job."""
    told: dict[str, Any] = {"language": reading.language}
    reading = with_sums(reading)
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    if (count := gpu_count(reading)) is not None:
        told["gpus"] = count
    told |= _sums(reading) | _interrupted(reading) | _loan(reading)
    day = reading.first(Unit.DATE)
    if day and day.iso and len(day.iso) == len("2026-11-22") and not day.iso.startswith("-"):
        told["start_by"] = day.iso
    if reading.programs:
        told["programs"] = list(reading.programs)
    return told | _places(reading)


def _sums(reading: Reading) -> dict[str, str]:
    told: dict[str, str] = {}
    taken: list[Quantity] = []
    if one := _price_of_one(reading):
        taken.append(one)
        told["purchase_price"] = money_text(one)
    for name, cue in (("valuation", _VALUATION), ("cash", _CASH), ("budget", _BUDGET)):
        if (sum_ := _sum_called(cue, reading, taken)) is not None:
            taken.append(sum_)
            told[name] = money_text(sum_)
    if "budget" not in told and (left := _left(reading, taken)):
        told["budget"] = money_text(left)
    return told


def _left(reading: Reading, taken: list[Quantity]) -> Quantity | None:
    """The one sum that nothing else explains is what there is to spend."""
    raised = company_in(reading.text).get("raised", "").split(" ")[0]
    left = [
        q for q in reading.quantities
        if q.unit is Unit.MONEY and q not in taken and f"{q.value.normalize():f}" != raised
    ]  # fmt: skip
    return left[0] if len(left) == 1 and left[0].value >= _LEAST_A_GPU else None


def _price_of_one(reading: Reading) -> Quantity | None:
    """What one GPU costs to buy."""
    for sum_ in (q for q in reading.quantities if q.unit is Unit.MONEY):
        if not _LEAST_A_GPU <= sum_.value <= _MOST_A_GPU:
            continue
        before, behind = near(reading, sum_)
        if _EACH.search(behind) or _PURCHASE.search(before) or _BOUGHT.search(behind):
            return sum_
    return None


def _sum_called(cue: re.Pattern[str], reading: Reading, taken: list[Quantity]) -> Quantity | None:
    """The sum of money to which a word stands nearest: "a budget of $2M", "$2M in cash"."""
    sums = [q for q in reading.quantities if q.unit is Unit.MONEY]
    ends = [0, *(q.end for q in sums)]
    starts = [*(q.start for q in sums), len(reading.text)]
    found: list[tuple[int, int, Quantity]] = []
    for n, sum_ in enumerate(sums):
        if sum_ in taken:
            continue
        before = fold(reading.text[ends[n] : sum_.start])
        behind = fold(reading.text[sum_.end : starts[n + 1]])
        found += [(len(before) - match.end(), n, sum_) for match in cue.finditer(before)]
        found += [(match.start(), n, sum_) for match in cue.finditer(behind)]
    return min(found, key=lambda each: each[:2])[2] if found else None


def _interrupted(reading: Reading) -> dict[str, float]:
    """Hours between checkpoints, hours of a restart, interruptions a day."""
    told = {
        name: float(round(figure.value * 24, 4))
        for figure, name in _apart(reading)
        if name != "loan_months"
    }
    for name, spelled, hours in _SPELLED_HOURS:
        if name not in told and spelled.search(reading.folded):
            told[name] = hours
    if (times := _interruptions(reading)) is not None:
        told["interruptions_per_day"] = times
    return told


def _interruptions(reading: Reading) -> float | None:
    for quantity in reading.quantities:
        around = " ".join(near(reading, quantity)) + quantity.text
        if not _INTERRUPTED.search(around):
            continue
        if quantity.unit is Unit.REQUESTS_PER_MINUTE:
            return float(round(quantity.value * 1440, 4))
        if quantity.unit in (Unit.COUNT, Unit.RATIO) and re.search(_A_DAY, around):
            return float(quantity.value)
    if _INTERRUPTED.search(reading.folded):
        return next((times for times, cue in _ONCE if cue.search(reading.folded)), None)
    return None


def _loan(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: months_of(figure) for figure, name in _apart(reading) if name == "loan_months"
    }
    rate = told_by(reading, Unit.PERCENT, _INTEREST)
    if rate is None and told:
        rate = reading.first(Unit.PERCENT)
    return told | ({"interest": share_text(rate)} if rate else {})


def _places(reading: Reading) -> dict[str, str]:
    """Where the GPUs shall be, and what is told of the company: a country that stands beside the
    GPUs is no country of the company, and the other way round."""
    company = dict(reading.company or company_in(reading.text))
    country = company.get("country")
    places = find_places(reading.text)
    if country and _is_of_the_gpus(reading, country):
        company.pop("country")
    elif country and (own := place_named(country)):
        places = [each for each in places if each != own.code]
    found = {"region": places[0]} if len(places) == 1 else {}
    return found | {name: value for name, value in company.items() if value}


def _is_of_the_gpus(reading: Reading, country: str) -> bool:
    text = reading.text if country in reading.text else reading.folded
    at = text.find(country)
    before = _CLAUSE.split(text[: max(at, 0)])[-1]
    behind = _CLAUSE.split(text[at + len(country) :])[0]
    clause = fold(f"{before} {behind}")
    if _HARDWARE.search(clause):
        return True
    return not _COMPANY.search(clause)
