"""Figures as a reader expects them: rounded to what is known, in the reader's units."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from assistant.answer import Language

_CHINESE_UNITS = ((Decimal(10**12), "万亿"), (Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_QUOTED_DIGITS = 5
_LEAST_DIGITS = 2
# 元 alone is another currency to readers in Taiwan than to those on the mainland.
_SIGNS = {"USD": ("$", ""), "EUR": ("€", "")}
_CHINESE_SIGNS = {"USD": ("", "美元"), "EUR": ("", "欧元"), "CNY": ("人民币", "元")}
_BILLION = Decimal(10**9)
_SUFFIXES = ((Decimal(10**12), "T"), (Decimal(10**9), "B"), (Decimal(10**6), "M"))


def rounded(value: Any, digits: int = 2) -> Decimal:
    """A number to `digits` significant digits (a third one where the first is 1)."""
    number = Decimal(str(value))
    if not number:
        return number
    places = number.adjusted() - (digits if str(number).lstrip("-0.")[:1] == "1" else digits - 1)
    step = Decimal(1).scaleb(places)
    return (number / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step


def number(value: Any, language: Language) -> str:
    """A rounded number: 73,000, or 7.3万 in Chinese."""
    return plain(rounded(value), language)


def plain(value: Any, language: Language) -> str:
    """A number as it is: 20,000, or 2万 where that loses nothing."""
    amount = Decimal(str(value))
    if language != "en":
        for size, unit in _CHINESE_UNITS:
            short = amount / size
            if abs(amount) >= size and short == short.quantize(Decimal("0.01")):
                return f"{short.normalize():f}{_unit(unit, language)}"
    return f"{amount.normalize():,f}" if amount != amount.to_integral() else f"{int(amount):,}"


def dollars(value: Any, language: Language) -> str:
    """A rounded amount: $172,000, or 17.2万美元."""
    amount = rounded(value, 3)
    if language != "en":
        return f"{plain(amount, language)}美元"
    return f"{'-' if amount < 0 else ''}${plain(abs(amount), 'en')}"


def short_dollars(value: Any, language: Language) -> str:
    """A rounded amount that may run to billions: $13B, $172,000, or 130亿美元."""
    amount = rounded(value, 3)
    if language != "en" or abs(amount) < _BILLION:
        return dollars(value, language)
    return f"{'-' if amount < 0 else ''}${size(abs(amount))}"


def percent(value: Any, language: Language) -> str:
    """A share as a percentage without decimals from ten on: 83%, 7.4%."""
    share = Decimal(str(value)) * 100
    shown = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    return f"{Decimal(shown).normalize():f}%"


def price(amount: str, currency: str, language: Language) -> str:
    """A price as quoted: $2.99, or 2.99美元; a currency without a sign keeps its code. One that was
    divided (a node's by its GPUs) is rounded to four digits after the point; two are the least."""
    if len(amount.partition(".")[2]) > _QUOTED_DIGITS:
        amount = f"{round(Decimal(amount), 4).normalize():f}"
    if 0 < len(amount.partition(".")[2]) < _LEAST_DIGITS:
        amount += "0"
    signs = _SIGNS if language == "en" else _CHINESE_SIGNS
    before, after = signs.get(currency, ("", f" {currency}"))
    told = f"{before}{amount}{after}"
    return told if language == "en" else _unit(told, language)


def size(value: Any) -> str:
    """A count of parameters or tokens: 7B, 1.4T."""
    amount = Decimal(str(value))
    for unit, suffix in _SUFFIXES:
        if amount >= unit:
            return f"{rounded(amount / unit, 3).normalize():f}{suffix}"
    return plain(amount, "en")


def family(key: str) -> str:
    """The family in a GPU's key: nvidia-h100-sxm5-80gb is an H100."""
    return key.split("-")[1].upper() if key.count("-") > 1 else key


def when(iso: str | None, language: Language) -> str | None:
    """A partial ISO date as people write it: Jul 2024, 2024年7月."""
    if not iso:
        return None
    parts = [int(part) for part in iso.split("-")[:3] if part.isdigit()]
    if language == "en":
        if len(parts) == 1:
            return str(parts[0])
        month = date(2000, parts[1], 1).strftime("%b")
        return f"{month} {parts[0]}" if len(parts) == 2 else f"{parts[2]} {month} {parts[0]}"
    return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def moment(text: str | None, language: Language) -> str | None:
    """A time as people write it: 22 Nov 2026, 14:20 UTC; a date alone stays one."""
    if not text:
        return None
    day, _, hour = text.partition(" ")
    told = when(day, language)
    if not hour:
        return told
    return f"{told}, {hour}" if language == "en" else f"{told}{hour.replace(' ', '（')}）"


def delay(seconds: int, language: Language) -> str:
    """How long something came early or late: 12 minutes, 3.5 hours, in Chinese 12分钟."""
    minutes = Decimal(abs(seconds)) / 60
    long = minutes >= 90
    exact = (minutes / 60).quantize(Decimal("0.1")) if long else minutes.quantize(Decimal(1))
    amount = plain(exact, "en")
    if language == "en":
        word = "hour" if long else "minute"
        return f"{amount} {word}{'' if amount == '1' else 's'}"
    return f"{amount}{_unit('小时' if long else '分钟', language)}"


def delay_in(words: str, language: Language) -> str:
    """A delay of `delay` in English, in the reader's language."""
    amount, _, unit = words.partition(" ")
    if language == "en":
        return words
    return f"{amount}{_unit('小时' if unit.startswith('hour') else '分钟', language)}"


def _unit(unit: str, language: Language) -> str:
    from assistant.language import in_script

    return in_script(unit, language)
