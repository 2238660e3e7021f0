"""Whether a question asks for a yes or a no, and with which words it is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant import cues
from assistant.question import Reading

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)"
)
_SUBJECT = r"(?! (?:you|u|ya)\b)(?=[ '’]\S)"
_OPENS = re.compile(
    rf"(?:^|[,;:.!?–—-] ?|\b(?:and|so|but|ok|okay|hey|hi|whether|if|true that|right that|also) )"
    rf"(?:{_AUXILIARY}(?:n['’]?t| not)?|isn|aren){_SUBJECT}"
)
_WHETHER = re.compile(
    r"\b(?:know|wonder(?:ing)?|tell me|sure|check|confirm|say|said|see|ask(?:ing)?|out) "
    r"(?:whether|if)\b"
    r"|\bis it (?:true|right|correct|the case) that\b|\bor not\b"
)
_TAG = re.compile(
    r"[, ](?:right|correct|true|yes|no|is that (?:right|true|correct|so)|isn['’]?t (?:it|he|she)"
    r"|don['’]?t they|doesn['’]?t it|aren['’]?t they)\s*\?*\s*$"
)
_OPEN_QUESTION = re.compile(
    r"^(?:(?:and|so|but|ok|okay|hey|hi|well|then|also|btw)[, ]+)*"
    r"(?:(?:to|in|at|for|from|by|on|with) )?"
    r"(?:who|whom|whose|what|whats|which|when|where|why|how)\b"
)
_ASKS_INSIDE = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how) ")
_CHOICE = re.compile(
    r" or (?!not\b|no\b|more\b|less\b|so\b|any|another|other|later|above|over|higher|else)"
    r"|还是(?!会|要|能)"
)
_EITHER = re.compile(r"\beither\b|\bany of\b")
_CHINESE = re.compile(
    r"[吗么嘛][？?。！!，,~～\s]*$|[吗嘛][？?，,]|是否|能否|可否|会否|有无|有没有|是不是|算不算|对不对|对吧|是吧|没错吧"
    r"|了没(?:有)?[？?\s]*$|没有[？?]\s*$|[^不没]不[？?\s]*$"
    r"|([\u4e00-\u9fff])不\1|([\u4e00-\u9fff])没\2"
)
_OTHER = re.compile(
    r"什么|多少|哪|谁|为何|为啥|怎么|怎样|如何|几[张块家年个月倍岁种页]|多久|多大|多长|好么[？?]?$|怎么了"
)
_OF_ANY_KIND = re.compile(r"有什么[^？?]{0,12}[吗么]|[会能可要][^，,]{0,20}什么[^，,]{0,8}[吗么]")
_JOINED = re.compile(r"^[,;:.!?–—\- ]*(?:(?:and|so|but|ok|okay|hey|hi|also) )*")
_POLITE = re.compile(
    "不好意思|请教(?:一下)?|请问(?:一下)?|想问(?:一下|问)?|问一下|问下|麻烦|打扰(?:一下|了)?|你好|您好|说一下|确认一下"
)


@dataclass(frozen=True)
class YesNo:
    """A question that is answered by yes or no. `yes` and `no` are the words of that answer;
    `text` is the asking clause, folded, with what follows it."""

    yes: str
    no: str
    text: str


def yes_no(reading: Reading) -> YesNo | None:
    """How the question asks for a yes or a no; None where it asks for something else, or which of
    two it is."""
    text = reading.folded.strip()
    if _CHOICE.search(text) and not _EITHER.search(text):
        return None
    asked = _in_english(text)
    if reading.language == "en":
        return YesNo("Yes", "No", asked) if asked else None
    if _CHINESE.search(text) and not (_OTHER.search(text) and not _OF_ANY_KIND.search(text)):
        return YesNo(*_words(text), _POLITE.sub(" ", text))
    return YesNo("是", "不是", asked) if asked and not cues.WHICH.search(text) else None


def _in_english(text: str) -> str | None:
    """The asking clause of an English question; None where it asks for no yes or no."""
    if _OPEN_QUESTION.search(text):
        return None
    if _WHETHER.search(text) or _TAG.search(text):
        return text
    opened = _OPENS.search(text)
    if opened is None or _ASKS_INSIDE.search(text[: opened.start()]):
        return None
    return _JOINED.sub("", text[opened.start() :])


_PAIRS = (
    (re.compile(r"会不会|会否|会[^，,]*[吗么嘛]"), ("会", "不会")),
    (re.compile(r"可不可以|可否|可以[^，,]*[吗么嘛]"), ("可以", "不可以")),
    (re.compile(r"能不能|能否|能[^，,]*[吗么嘛]"), ("能", "不能")),
    (re.compile(r"需不需要|需要[^，,]*[吗么嘛]"), ("需要", "不需要")),
    (
        re.compile(
            r"有没有|有无|(?<!所)有(?!效|用|意|关|利|名)[^，,]*[吗么嘛]|[了过][吗么嘛]|了没|没有[？?]"
            r"|[拿投买租借给付签减削涨跌降领建发][了过][^，,]*[吗么嘛]"
        ),
        ("有", "没有"),
    ),
    (re.compile(r"是不是|是否是|算不算|是[^，,]*[吗么嘛]"), ("是", "不是")),
    (re.compile(r"要不要|(?<![需重主])要[^，,]*[吗么嘛]"), ("要", "不要")),
    (re.compile(r"包不包括|包不包含|包括[^，,]*[吗么嘛]|包含[^，,]*[吗么嘛]"), ("包括", "不包括")),
    (re.compile(r"对不对|对吧|没错吧"), ("对", "不对")),
)


def _words(text: str) -> tuple[str, str]:
    """The verb asked with as yes, and its negation as no."""
    for pattern, words in _PAIRS:
        if pattern.search(text):
            return words
    repeated = re.search(r"([\u4e00-\u9fff])不(\1)", text)
    if repeated:
        return "是的", f"不{repeated[1]}"
    return "是的", "不是"
