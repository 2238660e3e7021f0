"""A figure of a source in the reader's language, and two sources that differ in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from assistant.answer import Language
from assistant.builtin.coverage import stem
from assistant.builtin.figures import plain, price, size, when
from assistant.builtin.signs import Candidate
from assistant.grounding.names import proper_names
from assistant.language import in_script
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.terms import terms
from tools.quantities import Quantity, Unit, find_quantities, supports

MOST = 2
"""So many different figures of the kinds asked for are told apart from their sentence."""
_ALIKE = 0.6
"""Share of the words of the shorter sentence that two about the same thing have in common."""
_MILLION = Decimal(10**6)
# How a figure is qualified in its source, and in the two languages of an answer.
_QUALIFIED = (
    (re.compile(r"(?:up to|at most|as much as|最多|最高|不超过|至多)\s*$"), "up to ", "最多"),
    (re.compile(r"(?:nearly|almost|just under|近|将近|接近)\s*$"), "nearly ", "近"),
    (re.compile(r"(?:more than|over|above|at least|exceed\w*|超过|多于|逾|至少|高达)\s*$"),
     "more than ", "超过"),
    (re.compile(r"(?:about|around|roughly|some|约|大约|大概)\s*$"), "about ", "约"),
)  # fmt: skip
_MORE_INSIDE = re.compile(r"[多余]|以上")
_CURRENCIES = {"USD": "美元", "EUR": "欧元", "CNY": "元"}
_LENGTHS = {"year": "年", "month": "个月", "week": "周", "day": "天", "hour": "小时"}


def told_figures(text: str, wanted: Iterable[frozenset[Unit]], language: Language) -> list[str]:
    """The figures of the kinds `wanted` in a sentence, as a reader of `language` writes them; empty
    where it has none, or too many to tell which is meant."""
    units = frozenset().union(*wanted)
    told: list[str] = []
    for each in find_quantities(text):
        if each.unit in units and (written := _written(each, text, language)):
            told.append(in_script(written, language) if language != "en" else written)
    told = list(dict.fromkeys(told))
    return told if len(told) <= MOST else []


def _written(each: Quantity, text: str, language: Language) -> str | None:
    amount = _amount(each, language)
    if amount is None:
        return None
    before = text[: each.start]
    english, chinese = next(
        ((en, zh) for cue, en, zh in _QUALIFIED if cue.search(before)),
        ("more than ", "超过") if _MORE_INSIDE.search(each.text) else ("", ""),
    )
    return f"{english if language == 'en' else chinese}{amount}"


def _amount(each: Quantity, language: Language) -> str | None:
    english = language == "en"
    if each.unit is Unit.MONEY:
        return _money(each, language)
    if each.unit is Unit.PRICE_PER_GPU_HOUR and each.currency:
        told = price(f"{each.value.normalize():f}", each.currency, language)
        return f"{told} per GPU-hour" if english else f"每卡时{told}"
    if each.unit is Unit.GPUS:
        return (
            f"{plain(each.value, language)} GPUs" if english else f"{plain(each.value, language)}张"
        )
    if each.unit is Unit.PERCENT:
        return f"{each.value.normalize():f}%"
    if each.unit in (Unit.DATE, Unit.YEAR):
        return when(each.iso or f"{each.value:f}", language)
    if each.unit is Unit.DURATION_DAYS:
        return _length(each, english)
    return plain(each.value, language) if each.unit is Unit.COUNT else None


def _money(each: Quantity, language: Language) -> str | None:
    currency = each.currency or "USD"
    if language == "en":
        sign = {"USD": "$", "EUR": "€"}.get(currency, "")
        value = size(each.value) if each.value >= _MILLION else plain(each.value, "en")
        return f"{sign}{value}" if sign else f"{value} {currency}"
    unit = _CURRENCIES.get(currency)
    return f"{plain(each.value, language)}{unit}" if unit else None


def _length(each: Quantity, english: bool) -> str | None:
    unit = next((u for u in _LENGTHS if u == (each.said_unit or "").rstrip("s").lower()), None)
    if unit is None:
        return None
    amount = f"{each.said_value.normalize():f}"
    return (
        f"{amount} {unit}{'' if amount == '1' else 's'}" if english else f"{amount}{_LENGTHS[unit]}"
    )


def differing(
    first: Candidate, others: Sequence[Candidate], aliases: AliasTable
) -> Candidate | None:
    """Another source's sentence that gives another value for the same thing: the same names, the
    same kind of figure, mostly the same words. None where no source differs."""
    for other in others:
        if other.passage.publisher == first.passage.publisher or other.text == first.text:
            continue
        if _same_subject(first.text, other.text, aliases) and _differ(first.text, other.text):
            return other
    return None


def _differ(a: str, b: str) -> bool:
    """Whether both have one figure of a kind, and these are not the same."""
    for unit in (Unit.MONEY, Unit.GPUS, Unit.PERCENT, Unit.PRICE_PER_GPU_HOUR, Unit.DURATION_DAYS):
        one, two = ([q for q in find_quantities(text) if q.unit is unit] for text in (a, b))
        if len(one) == len(two) == 1 and (one[0].currency or "USD") == (two[0].currency or "USD"):
            return not supports(one[0], two[0]) and not supports(two[0], one[0])
    return False


def _same_subject(a: str, b: str, aliases: AliasTable) -> bool:
    names = [
        {*aliases.groups(fold(text)), *map(fold, proper_names(text, initial=True))}
        for text in (a, b)
    ]
    if not names[0] or names[0] != names[1]:
        return False
    words = [
        {stem(t) for t in terms(text, aliases) if not t.startswith("@") and not t[0].isdigit()}
        for text in (a, b)
    ]
    return len(words[0] & words[1]) >= _ALIKE * min(len(words[0]), len(words[1]))
