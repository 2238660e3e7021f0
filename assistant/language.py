"""The reader's language and script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.answer import Language

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

C = TypeVar("C", bound="DataclassInstance")

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# What a Chinese reader writes in Latin letters too: "7B, 2T tokens", "64 H100", "QLoRA".
_NEUTRAL = re.compile(
    r"\b(?:tokens?|params?|gpus?|ok(?:ay)?|q?-?lora|rlhf|grpo|dpo|sft|usd|fp\d+|bf16|int\d"
    r"|[a-z]{1,3}\d{2,4}[a-z]{0,3})\b",
    re.IGNORECASE,
)

# What a Taiwan reader says where OpenCC's phrase tables keep the mainland word.
_TAIWAN = (
    ("臺", "台"),
    ("佈", "布"),
    ("瞭解", "了解"),
    ("擴充套件", "擴展"),
    ("雲廠商", "雲端業者"),
    ("晶片廠商", "晶片商"),
    ("目錄價", "牌價"),
    ("競價", "競價型"),
    ("按需", "隨需"),
    ("包年包月", "預留"),
    ("有貨", "有庫存"),
    ("無貨", "無庫存"),
    ("引數", "參數"),
    ("計劃", "計畫"),
    ("籤", "簽"),
    ("報道", "報導"),
    ("運營", "營運"),
    ("創始人", "創辦人"),
    ("聯絡國", "聯繫國"),
    ("迴流", "回流"),
    ("賬", "帳"),
    ("視訊記憶體", "顯示記憶體"),
    ("“", "「"),
    ("”", "」"),
)
# The same where what stands around a word decides.
_TAIWAN_PATTERNS = tuple(
    (re.compile(pattern), taiwan)
    for pattern, taiwan in (
        (r"初創(?!加速)", "新創"),  # Nvidia's 初創加速計畫 is a name
        (r"([A-Z]{1,4}\d{1,4}[A-Z]{0,2}|\})\s?卡時", r"\1小時"),  # } of a template: {gpu}
        (r"(?:GPU\s?)?卡時", "GPU小時"),
        (r"塊(?=晶片)", "顆"),
        (r"塊(?=\s?(?:[A-Z]|輝達|顯|新卡|以上))|(?<=每)塊(?=[約\d])|(?<=\d[萬億])塊", "張"),
        (r"(?<=[弗亨])裡|裡(?=[德克](?:[曼里斯·]|$))", "里"),  # in names: 弗里德曼
    )
)


@lru_cache(maxsize=4)
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def detect(text: str, fallback: Language = "en") -> Language:
    """Language of a question: Chinese where it has Chinese words, else English.

    The script is the one whose own characters occur; where all are the same in both, Taiwan's
    own words (晶片) tell, then `fallback` if that is a Chinese script, else it is Simplified.
    Text without words of its own (64 H100, 2T tokens) takes `fallback`.
    """
    chinese = _CJK.findall(text)
    if not chinese:
        return "en" if re.search(r"[A-Za-z]{2}", _NEUTRAL.sub(" ", text)) else fallback
    only = "".join(chinese)
    traditional = sum(a != b for a, b in zip(only, _converter("t2s").convert(only), strict=False))
    simplified = sum(a != b for a, b in zip(only, _converter("s2tw").convert(only), strict=False))
    if traditional > simplified:
        return "zh-Hant"
    if traditional == simplified and _converter("tw2sp").convert(only) != only:
        return "zh-Hant"
    if simplified > traditional or fallback == "en":
        return "zh-Hans"
    return fallback


def in_script(text: str, language: Language) -> str:
    """Chinese text in the reader's script and regional words; other text is left alone.

    So is text that is in this script already: regional conversion would take its words for those
    of the other side (核心 means kernel in Taiwan, and would become 内核).
    """
    if language == "en" or not _CJK.search(text):
        return text
    has_traditional = _converter("t2s").convert(text) != text
    if language == "zh-Hans":
        return str(_converter("tw2sp").convert(text)) if has_traditional else text
    if has_traditional and _converter("s2t").convert(text) == text:
        return text
    converted = str(_converter("s2twp").convert(text))
    for mainland, taiwan in _TAIWAN:
        converted = converted.replace(mainland, taiwan)
    for pattern, taiwan in _TAIWAN_PATTERNS:
        converted = pattern.sub(taiwan, converted)
    return converted


def catalogue_in_script(catalogue: C, language: Language) -> C:
    """A catalogue of words with each text, also within mappings, in the reader's script."""

    def told(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: told(item) for key, item in value.items()}
        return in_script(value, language) if isinstance(value, str) else value

    changed = {f.name: told(getattr(catalogue, f.name)) for f in fields(catalogue)}
    return replace(catalogue, **changed)


def same_language(a: str, b: str) -> bool:
    """Whether a reader of `a` reads `b` (both Chinese scripts count as one language)."""
    return a[:2] == b[:2]
