"""What claims something without being a figure: quarters, ordinals, times of day, guesses.

Each is told in one spelling for both languages, so that 第三季度 is `Q3` as `third quarter` is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.grounding.figures import Figure

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_HAN = "零一二三四五六七八九十"
_QUARTER = re.compile(
    r"\bq([1-4])\b|\b(first|second|third|fourth|last|previous|next|this) quarters?\b"
    r"|第?([一二三四1-4])季度?|(上|下|本|首)个?季度?"
)
_HALF_YEAR = re.compile(r"\b(first|second) half of (?:the year|\d{4})|\bh([12])\b|([上下])半年")
_ORDINAL = re.compile(
    r"\b(third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?![- ]?part)s?\b(?! quarter)"
    r"|(?<![\d.,])(\d{1,3})(?:st|nd|rd|th)\b|第([二三四五六七八九十]|[2-9]\d?)(?!季)"
)
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2}):(\d{2})(?!\d)|\b(\d{1,2}) ?([ap])\.?m\b|([上下])午(\d{1,2})[点时]"
)
_RELATIVE = re.compile(
    r"\b(yesterday|tomorrow)\b|\b(last|next|this) (week|month|year)\b"
    r"|(昨天|明天)|(上周|下周|本周|上个?月|下个?月|本月|这个月|去年|明年|今年)"
)
_RELATIVE_ZH = {
    "昨天": "yesterday", "明天": "tomorrow", "上周": "last week", "下周": "next week",
    "本周": "this week", "上月": "last month", "上个月": "last month", "下月": "next month",
    "下个月": "next month", "本月": "this month", "这个月": "this month", "去年": "last year",
    "明年": "next year", "今年": "this year",
}  # fmt: skip
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(rf"\b({'|'.join(_DAYS)})s?\b|(?:星期|礼拜|周)([一二三四五六日天])(?![年期])")
_VAGUE = re.compile(
    r"\b(?P<en>(?:tens|hundreds|dozens|scores|thousands|millions|billions|trillions)"
    r"(?: of (?:thousands|millions|billions|hundreds of millions))?)\b"
    r"|\b(?P<figures>six|seven|eight|nine|ten|eleven)[- ]figures?\b"
    r"|(?P<zh>[数几上](?:十[万亿]?|百[万亿]?|千[万亿]?|万亿?|亿))(?!字|分之)|(?P<digits>[六七八九十]位数)"
)
# 三四个月, 七八成: a guess between two numbers.
_GUESS = re.compile(
    r"(?<![零〇一二两三四五六七八九第])(一二|一两|两三|二三|三四|三五|四五|五六|六七|七八|八九)"
    r"(?=[十百千万亿成个家块张名倍天周年月次位种])"
)
_POWER = {
    "tens": 1, "dozens": 1, "scores": 1, "hundreds": 2, "thousands": 3, "millions": 6,
    "billions": 9, "trillions": 12, "hundreds of millions": 8,
}  # fmt: skip
_HAN_POWER = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_FIGURES = {
    "six": 5, "seven": 6, "eight": 7, "nine": 8, "ten": 9, "eleven": 10,
    "六": 5, "七": 6, "八": 7, "九": 8, "十": 9,
}  # fmt: skip
_TOKEN = re.compile(
    r"[A-Za-z0-9]*[0-9][A-Za-z0-9]*(?:(?<=[0-9])(?:[.:/](?=[0-9])|,(?=[0-9]{3}(?![0-9])))[A-Za-z0-9]+)*"
)


@lru_cache(maxsize=8192)
def asides(folded: str) -> frozenset[str]:
    """The claims of a folded text in their one spelling."""
    found = {f"Q{_nth(match)}" for match in _QUARTER.finditer(folded)}
    for match in _HALF_YEAR.finditer(folded):
        second = match[1] == "second" or match[2] == "2" or match[3] == "下"
        found.add("H2" if second else "H1")
    found |= {f"#{_nth(match)}" for match in _ORDINAL.finditer(folded)}
    for match in _CLOCK.finditer(folded):
        found.add(_clock(match))
    for match in _RELATIVE.finditer(folded):
        word = match[1] or (match[2] and f"{match[2]} {match[3]}")
        found.add(word or _RELATIVE_ZH[match[4] or match[5]])
    for match in _WEEKDAY.finditer(folded):
        found.add(match[1] or _DAYS["一二三四五六日".index(match[2].replace("天", "日"))])
    for match in _VAGUE.finditer(folded):
        found.add(f"10^{_power(match)}")
    found |= {match[1] for match in _GUESS.finditer(folded)}
    return frozenset(found)


def _nth(match: re.Match[str]) -> str:
    word = next(group for group in match.groups() if group)
    if word in _ORDINALS:
        return str(_ORDINALS.index(word) + 1)
    if word in _HAN:
        return str(_HAN.index(word))
    named = {"上": "last", "下": "next", "本": "this", "首": "1", "previous": "last"}
    return named.get(word, word)


def _clock(match: re.Match[str]) -> str:
    if match[1]:
        return f"{int(match[1])}:{match[2]}"
    hour, late = (match[3], match[4] == "p") if match[3] else (match[6], match[5] == "下")
    return f"{int(hour) % 12 + 12 * late}:00"


def _power(match: re.Match[str]) -> int:
    if match["figures"] or match["digits"]:
        return _FIGURES[match["figures"] or match["digits"][0]]
    if match["zh"]:
        return sum(_HAN_POWER[char] for char in match["zh"][1:])
    first, _, rest = match["en"].partition(" of ")
    return _POWER[first] + (_POWER[rest] if rest else 0)


def tokens(text: str) -> set[str]:
    """The words of a text that have digits in them, folded; a plural s is left out."""
    return {match.group().casefold().removesuffix("s") for match in _TOKEN.finditer(text)}


def stray_tokens(text: str, figures: Sequence[Figure]) -> list[str]:
    """Words with digits in them that no figure of the text covers."""
    covered = bytearray(len(text))
    for figure in figures:
        start, end = figure.quantity.start, figure.quantity.end
        covered[start:end] = b"\1" * (end - start)
    return [
        match.group()
        for match in _TOKEN.finditer(text)
        if any(
            char.isdigit() and not covered[match.start() + n]
            for n, char in enumerate(match.group())
        )
    ]
