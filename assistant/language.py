"""The reader's language and script."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from assistant.answer import Language

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@lru_cache(maxsize=4)
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def detect(text: str, fallback: Language = "en") -> Language:
    """Language of a question: Chinese where it has Chinese words, else English.

    The script is the one whose own characters occur; text that is the same in both takes
    `fallback` if that is a Chinese script, else Simplified. Text without letters takes `fallback`.
    """
    chinese = _CJK.findall(text)
    if not chinese:
        return "en" if re.search(r"[A-Za-z]{2}", text) else fallback
    only = "".join(chinese)
    traditional = sum(a != b for a, b in zip(only, _converter("t2s").convert(only), strict=False))
    simplified = sum(a != b for a, b in zip(only, _converter("s2t").convert(only), strict=False))
    if traditional > simplified:
        return "zh-Hant"
    if simplified > traditional or fallback == "en":
        return "zh-Hans"
    return fallback


def in_script(text: str, language: Language) -> str:
    """Chinese text in the reader's script and regional words; other text is left alone."""
    if language == "en" or not _CJK.search(text):
        return text
    name = "s2twp" if language == "zh-Hant" else "tw2sp"
    return str(_converter(name).convert(text))


def same_language(a: str, b: str) -> bool:
    """Whether a reader of `a` reads `b` (both Chinese scripts count as one language)."""
    return a[:2] == b[:2]
