"""Whether a question asks for a yes or a no, and with which words it is answered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant import cues
from assistant.question import Reading

_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may|might)"
)
_SUBJECT = r"(?! (?:you|u|ya)\b(?! (?:get|need|have to|pay|keep|lose|qualify|owe)\b))(?=[ '’]\S)"
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
    r"[,.;:!?– -]+(?:(?:is|was) (?:that|this|it) (?:really |actually |even )?"
    r"(?:right|true|correct|so|real|a fact|the case|accurate)"
    r"|right|correct|true|yes|no|(?:do|does|did|are|is|was|were|has|have|had|ca|could|wo|would|"
    r"should)n['’]?t (?:it|he|she|they|there|we|i|you|that))\s*[?!.]*$"
)
# "they do not charge, do they?" asks whether they do.
_TAG_OF_DENIED = re.compile(rf"[,;] {_AUXILIARY} (?:it|he|she|they|there|we|i|you|that)\s*[?!.]*$")
# "rented, not bought": what is set against the thing asked about is not asked.
_SET_AGAINST = re.compile(
    r"(?<=\w), (?:and )?not (?!only\b|just\b|yet\b|so\b)[^,;.?]{2,30}(?=[,;.?]|$)"
    r"|(?<=[\w\u3400-\u9fff]{3})[，,]\s?(?:而|并)?(?:不是|并非)[^，,。；？?吗吧]{1,12}(?=[，,。；？?]|$)"
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
# A question of its own behind a whole one: "Is that so, or did it start later?", 有吗？还是没有？
_OTHERWISE = re.compile(
    rf",? or (?={_AUXILIARY} (?:it|he|she|they|that|this|there)\b)[^.;?]*|[,，？?] ?还是[^。；]*"
)
# What is asked about is told as not so: "is it true that they do not ...", 完全没有……吗.
_THAT_NOT = re.compile(r"\b(?:that|so|whether|if)\b[^,;?]*(?:\b(?:not|never|no longer)\b|n['’]t\b)")
_NOT = re.compile(r"\b(?:not|never|no longer)\b|n['’]t\b")
# "Does it take no equity?", "Can agencies not apply?"
_NOTHING = re.compile(
    r"\b(?:takes?|asks?(?: for)?|wants?|charges?|needs?|has|have|gives?|offers?|requires?|pays?|"
    r"gets?)"
    r" (?:no (?!more|less|longer|fewer)|nothing\b)"
    r"|^\w+ (?:(?!it |that |which |who |they )[\w'’.-]+ ){1,3}not (?!only|just|true|so\b)"
)
_NOT_CHINESE = re.compile(
    r"(?:完全|根本|并|从来?|一点也?|都|其实|真的?|就)(?:没有?|不)(?!是[^，,]*[吗么嘛])|无法|从未"
    r"|(?<!差)(?:没有?|不)(?![到超足同仅只少大小可])[^，,？?能会可]{0,8}[吗么嘛]"
    r"|(?<!有)(?<!是)(?<!差)(?:没有?|不)(?![到超足同仅只少大小])[^，,？?]{1,10}[，,]?"
    r"(?:对吧|对不对|是吧|没错吧|对吗|是吗)"
)
_REPEATED = re.compile(r"([\u4e00-\u9fff])[不没]\1[\u4e00-\u9fff]?")
_CHINESE = re.compile(
    r"[吗么嘛麻][？?。！!，,~～\s]*$|吧[？?]+\s*$|[吗嘛][？?，,]|是否|能否|可否|会否|有无|有没有|是不是|算不算|对不对|对吧|是吧|没错吧"
    r"|没有?[？?]|了没(?:有)?\s*$|[^不没]不[？?\s]*$"
    r"|([\u4e00-\u9fff])不\1|([\u4e00-\u9fff])没\2"
)
_WHOLLY_ASKED = re.compile(r"[吗么嘛][？?\s]*$")
_REALLY = re.compile(r"真的?(?=[^，,？?]{2,}[？?]\s*$)")
_OTHER = re.compile(
    r"什么|多少|哪|谁|为何|为啥|怎么|怎样|如何|几[张块家年个月倍岁种页]|多久|多大|多长|好么[？?]?$|怎么了"
)
_OF_ANY_KIND = re.compile(r"有什么[^？?]{0,12}[吗么]|[会能可要][^，,]{0,20}什么[^，,]{0,8}[吗么]")
_JOINED = re.compile(r"^[,;:.!?–—\- ]*(?:(?:and|so|but|ok|okay|hey|hi|also) )*")
_POLITE = re.compile(
    "不好意思|请教(?:一下)?|请问(?:一下)?|想问(?:一下|问)?|问一下|问下|麻烦|打扰(?:一下|了)?|你好|您好|说一下|确认一下"
)


# Whose word it is that is asked about, not what: "my cofounder says ...", 听说…….
_HEARSAY = re.compile(
    r"\b(?:(?:my|our|a|some) [\w-]+|someone|somebody|people|they|everyone|i) "
    r"(?:just |once |always |keeps? )?(?:says?|said|saying|told (?:me|us)|claims?|claimed|swears?|"
    r"insists?|heard|hear|hearing|read|believes?|thinks?)(?: that\b)?"
    r"|(?:我|我们)?(?:听(?:人|朋友|同事)?说|有人说|(?:朋友|同事|老板|合伙人)(?:跟我)?说)(?!过)(?:，|,)?"
)


@dataclass(frozen=True)
class YesNo:
    """A question that is answered by yes or no. `yes` and `no` are the words of that answer;
    `text` is the asking clause, folded, with what follows it; `denied` where it says that
    something is not so."""

    yes: str
    no: str
    text: str
    denied: bool = False


def yes_no(reading: Reading) -> YesNo | None:
    """How the question asks for a yes or a no; None where it asks for something else, or which of
    two it is."""
    text = _SET_AGAINST.sub("", _OTHERWISE.sub("?", reading.folded.strip()))
    if _CHOICE.search(text) and not _EITHER.search(text):
        *others, last = re.split("[，,]", text)
        if not others or _CHOICE.search(last) or not _WHOLLY_ASKED.search(last):
            return None
    asked = _in_english(text)
    if asked:
        asked = _HEARSAY.sub(" ", asked).strip() or asked
    if reading.language == "en":
        return YesNo("Yes", "No", asked, _is_denied(asked)) if asked else None
    if (_CHINESE.search(text) or _REALLY.search(text)) and not (
        _OTHER.search(text) and not _OF_ANY_KIND.search(text)
    ):
        denied = bool(_NOT_CHINESE.search(_REPEATED.sub(" ", text)))
        words = ("是的", "不是") if denied else _words(text)
        return YesNo(*words, _HEARSAY.sub(" ", _POLITE.sub(" ", text)).strip(), denied)
    return YesNo("是", "不是", asked) if asked and not cues.WHICH.search(text) else None


def _is_denied(asked: str) -> bool:
    """Whether an English question says that something is not so; one that only opens with a "not"
    ("isn't it open?") says that it is."""
    if _OPENS.match(asked):
        return bool(_THAT_NOT.search(asked) or _NOTHING.search(asked))
    return bool(_NOT.search(asked))


def _in_english(text: str) -> str | None:
    """The asking clause of an English question; None where it asks for no yes or no."""
    if _OPEN_QUESTION.search(text):
        return None
    if _TAG.search(text):
        return _TAG.sub("", text)
    if _TAG_OF_DENIED.search(text) and _NOT.search(text):
        return _NOT.sub(" ", _TAG_OF_DENIED.sub("", text))
    if _WHETHER.search(text):
        return text
    opened = _OPENS.search(text)
    if opened is None or _ASKS_INSIDE.search(text[: opened.start()]):
        return None
    return _JOINED.sub("", text[opened.start() :])


_PAIRS = (
    (re.compile(r"[到见说给买卖付成看做拿用有]过[^，,]*[吗么嘛]"), ("有", "没有")),
    (re.compile(r"会不会|会否|会[^，,]*[吗么嘛]"), ("会", "不会")),
    (re.compile(r"可不可以|可否|可以[^，,]*[吗么嘛]"), ("可以", "不可以")),
    (re.compile(r"能不能|能否|能[^，,]*[吗么嘛]|得(?:了|到)[^，,]*[吗么嘛]"), ("能", "不能")),
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
