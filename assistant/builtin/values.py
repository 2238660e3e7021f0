"""Values of a question as the arguments of tools take them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from assistant import cues
from assistant.grounding.names import proper_names
from assistant.question import Reading
from kb.texts.folding import fold
from tools.gpus import GpuMention
from tools.quantities import Quantity, Unit

YEAR_DAYS = Decimal("365.25")
_SPELLED = {"day": Decimal(1), "week": Decimal(7), "month": YEAR_DAYS / 12, "year": YEAR_DAYS}
_A_LENGTH = re.compile(r"(?<!half )\b(?:a|one) (day|week|month|year)\b")
_FOR_A_LENGTH = re.compile(
    r"\b(?:for|over|during|in) (?:a|one|the)(?: whole| full| entire)? (day|week|month|year)\b"
)
_ACTIVE_IN_NAME = re.compile(r"(?<=\dB)-A(\d+(?:\.\d+)?)B(?![A-Za-z0-9])", re.IGNORECASE)


def in_short(value: Decimal) -> str:
    """7000000000 as "7B": a count with the largest suffix that loses nothing."""
    for suffix, size in (("T", 10**12), ("B", 10**9), ("M", 10**6)):
        if abs(value) >= size and (value / size) == (value / size).quantize(Decimal("0.001")):
            return f"{(value / size).normalize():f}{suffix}"
    return f"{value.normalize():f}"


def size_of(reading: Reading) -> dict[str, str]:
    """`params`, and `active_params` of a mixture of experts: a published model's own, else the
    first size that is told; empty where there is none."""
    if reading.models:
        shape = reading.models[0].architecture
        told = {"params": in_short(Decimal(shape.params))}
        if shape.active_params != shape.params:
            told["active_params"] = in_short(Decimal(shape.active_params))
        return told
    params = reading.first(Unit.PARAMS)
    return {"params": in_short(params.value)} if params else {}


_LEAST_PARAMS = 100_000  # 一个总参数109B的模型: the first figure is no size
_ACTIVE_BEFORE = re.compile(
    r"(?:active|activated|activat(?:es|ing)|激活(?:的)?(?:参数)?(?:量)?)[为是约:：,，]?\s?"
    r"(?:only |of |just |about )?$|-a$"
)
_ACTIVE_AFTER = re.compile(
    r"^\s?(?:parameters |params )?(?:are |is )?activ|^(?:的)?(?:参数)?(?:被)?激活"
)
_ACTIVE = re.compile(r"activ|激活")
_AROUND = 24


def told_sizes(reading: Reading) -> dict[str, str]:
    """`params` and `active_params` as told, where active are those that the words around them say
    so of; empty where there is none."""
    told = active_in_name(reading)
    for held in reading.quantities:
        if held.unit is not Unit.PARAMS or 0 < held.value < _LEAST_PARAMS:
            continue
        before = fold(reading.text[max(0, held.start - _AROUND) : held.start])
        after = fold(reading.text[held.end : held.end + _AROUND])
        active = (
            _ACTIVE_BEFORE.search(before) or _ACTIVE_AFTER.search(after)
            or _ACTIVE.search(fold(held.text))
        )  # fmt: skip
        told.setdefault("active_params" if active else "params", in_short(held.value))
    return told if "params" in told else {}


def model_of(reading: Reading) -> dict[str, str]:
    """`model`, a published one that is named, else its sizes as told."""
    if reading.models:
        return {"model": reading.models[0].architecture.name}
    return told_sizes(reading)


def active_in_name(reading: Reading) -> dict[str, str]:
    """`active_params` of a name like 30B-A3B; empty where there is none."""
    match = _ACTIVE_IN_NAME.search(reading.text)
    return {"active_params": f"{match[1]}B"} if match else {}


def gpus_of(reading: Reading) -> list[str]:
    """Every GPU that a question names, each family once, as it is written there first."""
    return list(
        {mention.gpu.family: _as_named(mention) for mention in reading.gpus[::-1]}.values()
    )[::-1]


def _as_named(mention: GpuMention) -> str:
    raw = mention.raw
    if raw.isdigit():  # "a single 4090" would be no name in an answer
        return mention.gpu.family
    return raw.upper() if raw.islower() else raw


def gpu_of(reading: Reading) -> str | None:
    """The GPU that a question names, as it is written there; also one that no table has."""
    if reading.gpus:
        return _as_named(reading.gpus[0])
    return next((q.gpu for q in reading.quantities if q.gpu), reading.strange_gpu)


_TOO_MANY = 10**7
"""No count of GPUs."""
_SINGLE = re.compile(
    r"\b(?:single|lone|just (?:a|one)|only (?:a|one)|one)\s(?:(?:NVIDIA|rented|used)\s)?$"
    r"|(?:单|單|[一1]\s?)(?:[张張块塊片]|卡)\s?(?:的\s?)?$",
    re.IGNORECASE,
)
_SINGLE_CARD = re.compile(
    r"\b(?:a|one) single (?:gpu|card)\b|\b(?:single|one)[- ](?:gpu|card)\b|单卡(?!时|价|每)"
    r"|单张卡|一张卡"
)


def gpu_count(reading: Reading) -> int | None:
    """How many GPUs; "a single H100" is one, and in a follow-up ("and with 512?") a bare number
    is one of GPUs."""
    counted: Quantity | None = reading.first(Unit.GPUS)
    if counted is None and _names_one(reading):
        return 1
    if counted is None and (reading.gpus or "gpu" in reading.folded or "卡" in reading.folded):
        counted = next((q for q in reading.quantities if _counts_them(reading, q)), None)
    if counted is None and (reading.repeat is not None or reading.strange_gpu):
        counted = next(
            (q for q in reading.quantities if q.unit is Unit.COUNT and q.value < _TOO_MANY), None
        )
    return int(counted.value) if counted and counted.value == int(counted.value) else None


_OF_THEM = re.compile(r"\s?(?:of (?:them|these|those)\b|[张張块塊](?![\w]))", re.IGNORECASE)


def _counts_them(reading: Reading, quantity: Quantity) -> bool:
    """Whether a bare number counts the GPUs named elsewhere: "120 of them", 要8张跑一天."""
    counted = quantity.text[-1] in "张張" or _OF_THEM.match(reading.text, quantity.end)
    return quantity.unit is Unit.COUNT and bool(counted)


def _names_one(reading: Reading) -> bool:
    before = (reading.text[max(0, gpu.start - 24) : gpu.start] for gpu in reading.gpus[:1])
    return any(map(_SINGLE.search, before)) or bool(_SINGLE_CARD.search(reading.folded))


_WORD_START = r"(?:(?<![a-z0-9])|(?=[^\x00-\x7f]))"
_WORD_END = r"(?:(?![a-z0-9])|(?<=[^\x00-\x7f]))"


def chosen(folded: str, choices: Mapping[str, str]) -> str | None:
    """The first of `choices` (values by patterns) whose words stand in a folded text; English
    words may touch Chinese ones."""
    for value, words in choices.items():
        if re.search(rf"{_WORD_START}(?:{words}){_WORD_END}", folded):
            return value
    return None


def hours_of(reading: Reading) -> float | None:
    """The first length of time above zero, in hours."""
    length = reading.first(Unit.DURATION_DAYS)
    if length is None and (spelled := _FOR_A_LENGTH.search(reading.folded)):
        return float(round(_SPELLED[spelled[1]] * 24, 2))
    return float(round(length.value * 24, 2)) if length and length.value > 0 else None


def asks_plainly(reading: Reading) -> bool:
    """Whether a question names nobody and tells of nothing past: what it lacks can be asked back,
    and no source is asked for."""
    text = reading.folded
    if reading.programs or reading.sponsored or asks_in_general(text):
        return False
    known = fold(" ".join([*(m.raw for m in reading.gpus), *(m.raw for m in reading.models)]))
    names = proper_names(reading.text, initial=reading.language != "en")
    return all(fold(name) in known or _TECHNICAL.fullmatch(name) for name in names)


def asks_in_general(folded: str) -> bool:
    """Whether a question asks why, of the past, or how something is in general or called."""
    return bool(cues.WHY.search(folded) or _PAST.search(folded) or _GENERAL.search(folded.strip()))


_GENERAL = re.compile(
    r"^(?:so |and )?what(?:['’]?s| is| are) (?:an? |the )?[a-z -]{3,40}\?*$(?<!now\?)"
    r"|\b(?:difference|explain|meaning of|in general|how (?:does|do|is|are) [a-z -]{0,40}"
    r"(?:work|estimated|calculated|computed|priced|measured))\b"
    r"|区别|差别|不同|什么意思|意思是|什么是|什么叫|原理|概念|怎么算出"
)
_PAST = re.compile(
    r"\b(?:did|was|were|had|has|have been|took|used|usually|typically|normally|generally|people|"
    r"according to|articles?|sources?|anyone)\b"
    r"|花了|用了|过吗|当时|通常|一般|文章|报道|资料|有人|别人|大家"
)
_TECHNICAL = re.compile(
    r"(?:Q?Lo?RA|SFT|DPO|RLHF|GRPO|PPO|RL|MoE|LLMs?|GPUs?|AI|API|B|T)s?", re.IGNORECASE
)
_TERMS = {
    "capacity_block": r"capacity blocks?|容量块|算力块|容量预订|时段预[订定]",
    "spot": r"spot|pre-?emptible|interruptible|抢占式?|竞价|竞标",
    "reserved": r"reserved|reservations?|contracts?|包年|预留|预约|保留|长约|长租"
    r"|签[^，。]{0,4}(?:合同|合约|年)",
    "on_demand": r"on[- ]?demand|pay[- ]as[- ]you[- ]go|按需|随选|随需|按量",
}


def term_of(folded: str) -> str | None:
    """The kind of contract that a question names."""
    return chosen(folded, _TERMS)


def money_text(sum_: Quantity) -> str:
    """A sum as a tool takes it: "$150B"; another currency than US dollars keeps its code."""
    amount = in_short(sum_.value)
    dollars = sum_.currency in (None, "USD")
    if dollars and amount.startswith("-"):
        return f"-${amount[1:]}"
    return f"${amount}" if dollars else f"{sum_.value.normalize():f} {sum_.currency}"


def price_text(price: Quantity) -> str:
    """A price per GPU-hour as a tool takes it: "2.35"; another currency than US dollars keeps its
    code, so that it is refused and never taken for dollars."""
    code = "" if price.currency in (None, "USD") else f" {price.currency}"
    return f"{price.value.normalize():f}{code}"


def lengths_of(reading: Reading) -> list[Decimal]:
    """Every length of time that a question names, in days, "a year" and "a week" included."""
    stated = [q for q in reading.quantities if q.unit is Unit.DURATION_DAYS]
    written = " ".join(q.text.lower() for q in stated)  # "half a year" is no year
    spelled = [match for match in _A_LENGTH.finditer(reading.folded) if match[0] not in written]
    return [q.value for q in stated] + [_SPELLED[match[1]] for match in spelled]


def share_text(share: Quantity) -> str:
    """A percentage, or a part of one, as a tool takes it: "95%"."""
    percent = share.value if share.unit is Unit.PERCENT else share.value * 100
    return f"{round(percent, 6).normalize():f}%"
