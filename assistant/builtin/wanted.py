"""The figures that a question asks for, and how many of them a sentence tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant import cues
from tools.quantities import Quantity, Unit, find_quantities

HOURLY_PRICE = frozenset({Unit.PRICE_PER_GPU_HOUR})

_FIGURES: tuple[tuple[re.Pattern[str], frozenset[Unit]], ...] = (
    (re.compile(r"how many (?:gpus|chips|cards|h100s?|a100s?)"
                r"|多少(?:块|张|枚|颗|台)|几(?:块(?!钱|美|人民币)|张|枚)"),
     frozenset({Unit.GPUS, Unit.COUNT})),
    (re.compile(r"how (?:big|large|steep) (?:a|is the|was the) discount|discount rate"
                r"|多少折|几折|多(?:大|少)的?折扣"),
     frozenset({Unit.PERCENT})),
    (re.compile(r"(?:interest|acceptance|success|default) rate|利率|通过率|录取率"
                r"|几个?(?:%|％|点|成)|多少(?:%|％|个点)"),
     frozenset({Unit.PERCENT})),
    (re.compile(r"in (?:us )?dollars|how many dollars|(?:多少|几)[万亿]?(?:美元|美金|人民币|块钱)"),
     frozenset({Unit.MONEY})),
    (re.compile(r"what (?:percent\w*|share|fraction|proportion|stake)|how large a (?:stake|share)"
                r"|百分之|比例|占比|占股|占多少|份额|多少股|持股|股份"),
     frozenset({Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"how much|how many (?:\w+ )?credits"
                r"|多少(?:钱|美元|资金|额度)|估值(?:是|为|有)?多少"),
     frozenset({Unit.MONEY, Unit.PRICE_PER_GPU_HOUR, Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"投(?:资|了|资了)多少(?!股|比)"), frozenset({Unit.MONEY})),
    (re.compile(r"\b(?:salary|salaries|wages?)\b|薪水|薪资|月薪|年薪|工资"),
     frozenset({Unit.MONEY})),
    (re.compile(r"\b(?:cap|max|maximum|ceiling|price tag)\b|top am+ount|最高(?:给|能|可)?.{0,4}多少"
                r"|上限|(?:各|能|会|就)?给多少(?!张|块|卡|股|人)"),
     frozenset(Unit) - frozenset({Unit.YEAR, Unit.DATE, Unit.DURATION_DAYS})),
    (re.compile(r"how (?:big|large) (?:is|are|was|were|will|would|does|did|can|could)\b|how big$"
                r"|(?:有|会|能|长到|做到)多大(?!年|岁)|规模(?:有)?多"),
     frozenset(Unit) - frozenset({Unit.YEAR, Unit.DATE, Unit.DURATION_DAYS})),
    (re.compile(r"how long|how many (?:years|months|weeks|days)"
                r"|多久|多长时间|几年|几个月|几周|多少年"),
     frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"how (?:old|young)|几岁|多大年纪|年龄"), frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"\bexpires?\b|到期|有效期"), frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"\bwhen\b|(?:what|which) (?:year|date|day|month)|\bdeadline|什么时候|何时|截止"
                r"|哪一?[年天日]|几[月号]|(?:什么|哪个)(?:日子|日期|月份?)"),
     frozenset({Unit.YEAR, Unit.DATE})),
)  # fmt: skip
_HOW_MANY = re.compile(r"how many")
_ANY_FIGURE = re.compile(r"多少|(?<!哪)几")
_NO_COUNTS = frozenset({Unit.YEAR, Unit.DATE})
_NO_NUMBERS_OF = frozenset({Unit.MONEY, Unit.PRICE_PER_GPU_HOUR, Unit.PERCENT, Unit.RATIO})
# Amounts that are told in words only; those of the second pattern are sums of money.
_VAGUE = re.compile(
    r"\b(?:dozens|hundreds|thousands|millions|billions)\b"
    r"|\b(?:several|few) (?:hundred|thousand|million)\b|数[十百千万亿]|几[十百千万亿]"
)
_VAGUE_MONEY = re.compile(
    rf"{_VAGUE.pattern}|\b(?:five|six|seven|eight|nine|ten|\d+)[- ]figures?\b"
    r"|[五六七八九十百千万亿]位数"
)


def wanted_figures(folded: str) -> tuple[frozenset[Unit], ...]:
    """The kinds of figure that would answer a question, each as the units that will do; empty
    where any sentence may."""
    if cues.HOURLY.search(folded):
        return (HOURLY_PRICE,)
    found = tuple(units for cue, units in _FIGURES if cue.search(folded))
    if not found and _HOW_MANY.search(folded):
        return (frozenset(Unit) - _NO_COUNTS - _NO_NUMBERS_OF,)
    if not found and _ANY_FIGURE.search(folded):
        return (frozenset(Unit) - _NO_COUNTS,)
    return found


def figures_told(wanted: Sequence[frozenset[Unit]], text: str) -> float:
    """The share (0 to 1) of the kinds of figure asked for that a sentence tells."""
    if not wanted:
        return 0.0
    told = len(kinds_told(wanted, text)) / len(wanted)
    vague = _VAGUE_MONEY if any(Unit.MONEY in kind for kind in wanted) else _VAGUE
    return told or (0.5 if HOURLY_PRICE not in wanted and vague.search(text) else 0.0)


def kinds_told(wanted: Sequence[frozenset[Unit]], text: str) -> list[int]:
    """Which of the kinds of figure asked for a sentence tells, as their places in `wanted`."""
    units = {quantity.unit for quantity in quantities(text)} if wanted else set()
    return [n for n, kind in enumerate(wanted) if kind & units]


@lru_cache(maxsize=2048)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a sentence, read once however often it is looked at."""
    # A nine-figure sum tells no number.
    return tuple(q for q in find_quantities(text) if not _DIGITS.match(text[q.end :]))


_DIGITS = re.compile(r"[\s-]?figures?\b|位数")
