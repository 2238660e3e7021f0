"""Which language a text is in: English, Simplified or Traditional Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from kb.records import Language

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
HAN = re.compile(f"[{CJK}]")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_TRADITIONAL_TAG = re.compile(r"zh[-_](?:(?:hant|tw|hk|mo)\b.*)", re.I)
_SAMPLE = 20_000  # characters looked at


@cache
def _converters() -> tuple[Callable[[str], str], Callable[[str], str]]:
    from opencc import OpenCC

    return OpenCC("t2s").convert, OpenCC("s2t").convert


def _differing(before: str, after: str) -> int:
    return sum(a != b for a, b in zip(before, after, strict=False)) + abs(len(before) - len(after))


def detect(text: str, declared: str | None = None) -> Language:
    """The language of `text`.

    Chinese when one character in three words is Chinese (Chinese prose about technology is full
    of Latin names); its script is the one with more characters that the other does not use.
    Where a text tells neither, as 中文, `declared` decides, a language tag such as zh-TW;
    without one it counts as Simplified.
    """
    sample = text[:_SAMPLE]
    han = "".join(HAN.findall(sample))
    if len(han) * 3 <= len(_WORD.findall(sample)):
        return "en"
    to_simplified, to_traditional = _converters()
    traditional = _differing(han, to_simplified(han))
    simplified = _differing(han, to_traditional(han))
    if traditional == simplified:
        return "zh-Hant" if _TRADITIONAL_TAG.fullmatch(declared or "") else "zh-Hans"
    return "zh-Hant" if traditional > simplified else "zh-Hans"
