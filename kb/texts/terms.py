"""The terms that the keyword leg indexes: words, numbers, Chinese bigrams, alias groups."""

from __future__ import annotations

import re

from kb.texts.aliases import AliasTable
from kb.texts.detect import CJK
from kb.texts.folding import fold

_TOKEN = re.compile(rf"(?P<han>[{CJK}]+)|\d+(?:[.,]\d+)*[a-z]*|[^\W\d_{CJK}][^\W_{CJK}]*")
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?!\d)")

# Words that carry a question rather than what it is about. They are left out of questions only.
_ENGLISH_WORDS = """
    a an and are as at be been being by can could did do does for from had has have how i if in
    into is it its may me more most much many my no not of on or our shall should so some such
    than that the their them then there these they this those to was we were what when where
    which while who whom whose why will with would you your any about get give tell say
"""
_CHINESE = re.compile(
    "请问|什么|甚么|哪些|哪个|哪里|哪家|哪一|哪年|哪种|哪|多少|多大|多久|多长|怎么样|怎样|怎么|如何|为什么|为何|"
    "是否|有没有|能否|能不能|可以|谁|几个|几年|几|吗|呢|吧|的|了|是|在|被|把|和|与|以及|对于|关于|我们|我|你|它|他|她"
)


def terms(text: str, aliases: AliasTable) -> list[str]:
    """The terms of a text, repeated as often as they occur.

    Folded first (`folding`). A run of Chinese characters gives its bigrams, or the character
    where it stands alone; Latin words lose a plural s; "20,000" is one number; each alias gives
    the id of its group behind an "@", so that all its names meet.
    """
    folded = fold(text)
    return [*_words(folded), *(f"@{group}" for group in aliases.groups(folded))]


def question_terms(question: str, aliases: AliasTable) -> list[str]:
    """The different terms of a question, without the words that only make it a question."""
    folded = fold(question)
    kept = [
        word
        for word in _words(_CHINESE.sub(" ", folded))
        if word not in _ENGLISH and not (len(word) == 1 and not word.isdigit())
    ]
    kept += [f"@{group}" for group in aliases.groups(folded)]
    return list(dict.fromkeys(kept))


def _words(folded: str) -> list[str]:
    words: list[str] = []
    for match in _TOKEN.finditer(_NUMBER.sub(lambda m: m.group().replace(",", ""), folded)):
        token = match.group()
        if match["han"] is None:
            words.append(_singular(token))
        elif len(token) == 1:
            words.append(token)
        else:
            words.extend(token[i : i + 2] for i in range(len(token) - 1))
    return words


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if len(word) > 4 and word.endswith(("us", "is")):  # status, analysis; but GPUs
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]


_ENGLISH = frozenset(map(_singular, _ENGLISH_WORDS.split()))
