"""Typed values in words, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import get_args

from kb.programs.conditions import (
    AgeRule,
    Figure,
    Money,
    OtherRule,
    PortfolioRule,
    PriceBasis,
    RaisedRule,
    RegionRule,
    Rule,
    Stage,
    StageRule,
    Strings,
    Words,
)
from kb.programs.regions import region_name

STAGES: dict[Stage, tuple[str, str]] = {
    "pre_seed": ("pre-seed", "种子前轮"),
    "seed": ("seed", "种子轮"),
    "series_a": ("Series A", "A轮"),
    "series_b": ("Series B", "B轮"),
    "series_c": ("Series C", "C轮"),
    "growth": ("growth", "成长期"),
    "public": ("public", "已上市"),
}
PRICE_BASES: dict[PriceBasis, tuple[str, str]] = {
    "free": ("free", "免费"),
    "at_cost": ("at cost", "成本价"),
    "below_market": ("below market", "低于市场价"),
    "list": ("list price", "牌价"),
}
_CURRENCIES = {
    "USD": ("$", "美元"),
    "EUR": ("€", "欧元"),
    "GBP": ("£", "英镑"),
    "CNY": ("CNY ", "元人民币"),
    "HKD": ("HKD ", "港元"),
    "TWD": ("TWD ", "元新台币"),
    "SGD": ("SGD ", "新加坡元"),
    "JPY": ("JPY ", "日元"),
    "KRW": ("KRW ", "韩元"),
    "INR": ("INR ", "卢比"),
}
_SHORT = ((Decimal(10**9), "B"), (Decimal(10**6), "M"))
_CHINESE = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))
Called = Callable[[str], tuple[str, str]]
"""Gives the names, in English and Chinese, of a fund or program that a record names."""
_DAYS_A_MONTH = Decimal("30.4375")


def both(english: str, chinese: str) -> Words:
    """Words in both languages."""
    return Words.model_construct(en=english, zh_hans=chinese)


def joined(parts: Sequence[Words]) -> Words:
    """Several words as a list."""
    return both(", ".join(p.en for p in parts), "、".join(p.zh_hans for p in parts))


def number(value: Decimal) -> Words:
    """A plain number: 20,000; 2万."""
    return both(_digits(value), _chinese_digits(value))


def sum_of(amount: Decimal, currency: str) -> Words:
    """A sum of money: $350,000, $2M; 35万美元, 200万美元. Never converted."""
    sign, unit = _CURRENCIES.get(currency, (f"{currency} ", f" {currency}"))
    told = _digits(amount)
    for size, suffix in _SHORT:
        short = amount / size
        if amount >= size and short == short.quantize(Decimal("0.01")):
            told = f"{_digits(short)}{suffix}"
            break
    return both(f"{sign}{told}", f"{_chinese_digits(amount)}{unit}")


def figure(stated: Figure, told: Callable[[Decimal], Words] = number) -> Words:
    """A stated figure with its bound or doubt: "up to $100,000"; “最高10万美元”."""
    if stated.exactly is not None:
        return told(stated.exactly)
    if stated.about is not None:
        about = told(stated.about)
        return both(f"about {about.en}", f"约{about.zh_hans}")
    if stated.at_least is not None and stated.up_to is not None:
        return _range(told(stated.at_least), told(stated.up_to))
    if stated.at_least is not None:
        low = told(stated.at_least)
        return both(f"at least {low.en}", f"至少{low.zh_hans}")
    high = told(stated.up_to or Decimal(0))
    return both(f"up to {high.en}", f"最多{high.zh_hans}")


def money(stated: Money) -> Words:
    """A stated sum."""
    return figure(stated, lambda amount: sum_of(amount, stated.currency))


def raised(limit: Money) -> Words:
    """A limit on what a company has raised."""
    nothing = limit.exactly == 0 or (limit.up_to == 0 and not limit.at_least)
    return both("nothing raised yet", "尚未融资") if nothing else money(limit)


def percent(stated: Figure) -> Words:
    """A stated share."""

    def told(value: Decimal) -> Words:
        return both(f"{_digits(value)}%", f"{_digits(value)}%")

    return figure(stated, told)


def months(stated: Figure, sentence: str = "") -> Words:
    """A stated length of time in months, in whole years where the sentence does not say months."""
    years = "month" not in sentence or "year" in sentence
    return figure(stated, lambda value: _length(value, years=years))


def weeks(stated: Figure) -> Words:
    """A stated length of time in weeks."""
    return figure(stated, lambda value: _counted(value, "week", "周"))


def day(partial: str) -> Words:
    """An ISO date that may be partial: 2024-07, 2024年7月."""
    parts = [str(int(part)) for part in partial.split("-")]
    return both(partial, "".join(map("".join, zip(parts, "年月日", strict=False))))


def stages(any_of: Sequence[Stage]) -> Words:
    """Stages; three or more in a row as a range."""
    order = list(get_args(Stage))
    places = sorted(order.index(stage) for stage in set(any_of))
    names = [both(*STAGES[order[place]]) for place in places]
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        first, last = names[0], names[-1]
        return both(f"{first.en} to {last.en}", f"{first.zh_hans}至{last.zh_hans}")
    return joined(names)


def regions(any_of: Sequence[str]) -> Words:
    """Countries and unions."""
    return joined([both(*region_name(code)) for code in any_of])


def as_written(name: str) -> tuple[str, str]:
    """A name as it stands in the record, in both languages."""
    return name, name


def parties(names: Sequence[str], called: Called = as_written) -> Words:
    """Funds and programs of which one is asked for."""
    told = [both(*called(name)) for name in names]
    return both(" or ".join(t.en for t in told), "或".join(t.zh_hans for t in told))


def age(condition: AgeRule) -> Words:
    """The age below which a company has to be."""
    limit = _length(condition.under_years * 12)
    return both(f"younger than {limit.en}", f"成立不满{limit.zh_hans}")


def rule(condition: Rule, called: Called = as_written) -> Words:
    """A condition in a few words, as a cell of a table has it."""
    match condition:
        case StageRule():
            told = stages(condition.any_of)
        case RaisedRule():
            told = raised(condition.raised)
        case PortfolioRule():
            told = parties(condition.any_of, called)
        case RegionRule():
            told = regions(condition.any_of)
        case AgeRule():
            told = age(condition)
        case OtherRule():
            told = condition.ask
    return both(f"usually {told.en}", f"通常{told.zh_hans}") if condition.usual else told


def strings(stated: Strings) -> Words:
    """What is asked in return, in a few words, with the tier that it is asked of."""
    return for_whom(_asked(stated), stated.for_whom)


def _asked(stated: Strings) -> Words:
    if not stated.asked:
        return both("none", "无")
    parts = []
    if stated.percent is not None:
        parts.append(percent(stated.percent))
    if stated.amount is not None:
        parts.append(money(stated.amount))
    if stated.months is not None:
        length = months(stated.months)
        parts.append(both(f"for {length.en}", f"为期{length.zh_hans}"))
    return joined(parts) if parts else both("yes", "有")


def for_whom(told: Words, whom: Words | None) -> Words:
    """A value with the tier that it is for."""
    if whom is None:
        return told
    return both(f"{whom.en}: {told.en}", f"{whom.zh_hans}：{told.zh_hans}")


def _range(low: Words, high: Words) -> Words:
    """From one figure to another; a unit that both have is said once (1 to 2 years, 1至2年)."""
    number_, _, unit = low.en.partition(" ")
    shared = unit.removesuffix("s") == high.en.partition(" ")[2].removesuffix("s")
    first = number_ if unit and shared else low.en
    chinese = low.zh_hans.rstrip("年个月周天") if shared and unit else low.zh_hans
    return both(f"{first} to {high.en}", f"{chinese}至{high.zh_hans}")


def _length(value: Decimal, *, years: bool = True) -> Words:
    if years and value and value % 12 == 0:
        return _counted(value / 12, "year", "年")
    if value == value.to_integral():
        return _counted(value, "month", "个月")
    if value > 2:
        return _counted(value.quantize(Decimal("0.1")).normalize(), "month", "个月")
    days = (value * _DAYS_A_MONTH).quantize(Decimal(1))
    weeks = (days / 7).quantize(Decimal(1))
    return (
        _counted(weeks, "week", "周") if abs(weeks * 7 - days) <= 1 else _counted(days, "day", "天")
    )


def _counted(value: Decimal, unit: str, chinese: str) -> Words:
    many = "" if value == 1 else "s"
    return both(f"{_digits(value)} {unit}{many}", f"{_digits(value)}{chinese}")


def _digits(value: Decimal) -> str:
    return f"{int(value):,}" if value == value.to_integral() else f"{value.normalize():,f}"


def _chinese_digits(value: Decimal) -> str:
    for size, unit in _CHINESE:
        short = value / size
        if value >= size and short == short.quantize(Decimal("0.01")):
            return f"{_digits(short).replace(',', '')}{unit}"
    return _digits(value)
