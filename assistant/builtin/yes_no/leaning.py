"""Which way a sentence leans on a yes/no question, by meaning: nearer to what the question says,
or nearer to the same with a "not" in it. It decides where words do not (see docs/decisions)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.builtin.yes_no.asked import YesNo
from assistant.builtin.yes_no.judging import Claim
from assistant.knowledge import Knowledge
from kb.texts.detect import CJK
from kb.texts.folding import fold

_LEAST, _LEAST_UNTOLD = 0.01, 0.02
"""Differences of likeness below this say nothing; the second where a sentence has none of the
question's words."""
# What a sentence denies, and says so.
_DENIES = re.compile(
    r"\b(?:not|never|no|nobody|nothing|none|neither|nor|cannot|hardly|without)\b|n['’]t\b"
    r"|不(?!仅|断|少|过|同|久|止|只|但|论|管|足|超)|没有?|并非|未(?!来)|无(?!论|疑|数)",
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|may)\b"
)
_NOT = re.compile(r"\b(?:not|never|no longer) |n['’]t\b")
_HAN = re.compile(rf"[{CJK}]")
_ENDING = re.compile(
    r"[，,。]?(?:对吧|是吧|对不对|没错吧|这?(?:是真的|真的假的|真的|属实|是这样|没错|对))?"
    r"[吗么嘛呢了\s？?。!！~]*$"
)
_EITHER = (
    ("有没有", "有", "没有"), ("有无", "有", "没有"), ("是不是", "是", "不是"),
    ("可不可以", "可以", "不可以"), ("是否", "是", "不是"), ("能否", "能", "不能"),
    ("可否", "可以", "不可以"), ("会否", "会", "不会"), ("差不多", "差不多", "差很多"),
)  # fmt: skip
_REPEATED = re.compile(r"([\u4e00-\u9fff])([不没])\1")
_A_OR_NOT = re.compile(
    r"有没有|可不可以|差不多|非[^，,。]{1,12}不可|没有?(?=[？?]?$)|([\u4e00-\u9fff])[不没]\1"
)
_DENIED = re.compile("没有|没|不(?!仅|断|少|同)|未")
_EVER = re.compile(
    r"(?:[遇碰听看收拿得见找买][到见说]|[交卖租借][给])过|[\u4e00-\u9fff]过(?!去|来|程)"
)
_VERB = re.compile("可以|需要|必须|(?<!所)有|是|能|会|要|包括|已经?|在|拿|给")


def statements(asked: YesNo) -> tuple[str, str]:
    """What a question says, and the same denied."""
    if _HAN.search(asked.text):
        return _in_chinese(asked.text, asked.denied)
    return _in_english(asked.text, asked.denied)


def leans(asked: YesNo, claim: Claim, sentences: Sequence[str], kb: Knowledge) -> list[float]:
    """For each sentence that answers, how much nearer it is to a yes (above 0) than to a no (below
    0); 0 where both are as near. Of one that denies what the question does not deny, any
    difference tells."""
    said, denied, *told = kb.question_vectors([*statements(asked), *sentences])
    found = [round(float(each @ said - each @ denied), 4) for each in told]
    least = [_LEAST if claim.told_by(each) else _LEAST_UNTOLD for each in sentences]
    return [
        each if abs(each) >= few or (each < 0 and only_denies(asked, sentence)) else 0.0
        for each, few, sentence in zip(found, least, sentences, strict=True)
    ]


def only_denies(asked: YesNo, sentence: str) -> bool:
    """Whether a sentence denies something, and the question does not."""
    said = _A_OR_NOT.sub("", asked.text)
    return bool(_DENIES.search(fold(sentence))) and not _DENIES.search(said)


def _in_english(text: str, denied: bool) -> tuple[str, str]:
    text = text.rstrip(" ?!.")
    positive = _NOT.sub(" ", text)  # "isn't it open?" asks whether it is
    if denied:
        return text, positive
    text = positive
    verb = _AUXILIARY.search(text)
    if verb is None:
        return text, f"it is not true that {text}"
    before, after = text[: verb.start()], text[verb.end() :]
    against = f"{before}{verb[0]} not{after}"
    return (text if before.strip() else after.strip()), against


def _in_chinese(text: str, denied: bool) -> tuple[str, str]:
    text = _ENDING.sub("", text)
    for both, so, against in _EITHER:
        if both in text:
            return text.replace(both, so), text.replace(both, against)
    if repeated := _REPEATED.search(text):
        verb, no = repeated[1], repeated[2]
        return text.replace(repeated[0], verb), text.replace(repeated[0], no + verb)
    if denied:
        return text, _DENIED.sub("", text, count=1)
    if found := _EVER.search(text):
        return text, f"{text[: found.start()]}没{text[found.start() :]}"
    if found := _VERB.search(text):
        no = "没" if found[0].startswith("有") else "不"
        return text, f"{text[: found.start()]}{no}{text[found.start() :]}"
    return text, f"并非{text}"
