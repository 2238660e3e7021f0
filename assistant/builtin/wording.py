"""What a person means to ask, whatever the wording: asides left out, misspellings mended."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher, get_close_matches

from kb.texts.folding import fold

_CLAUSE = re.compile(r"[^.,;!?，。；！？]*(?:[.,](?=\S)[^.,;!?，。；！？]*)*[.,;!?，。；！？…]*\s*")
_ASKS = re.compile(
    r"[?？]|\b(?:who|whom|whose|what|when|where|which|why|how|whether|tell|give|list|name"
    r"|explain)\b"
    r"|什么|甚么|哪|多少|几|怎么|怎样|如何|为何|为啥|谁|吗|呢|多久|多大|是否|有没有|能不能",
    re.IGNORECASE,
)
# What opens a clause about the asker, or about how the question came up.
_ASIDE = re.compile(
    r"\s*(?:(?:hey|hi|hello|so|well|ok(?:ay)?|um|and|but|quick question|question|just)\b[\s,]*)*"
    r"(?:(?:i|we)(?:[’']?(?:m|re|ve|d))?\b|my\b|our\b|a (?:friend|colleague)\b|someone\b|somebody\b"
    r"|heard\b|read(?:ing)?\b|thanks\b|thank you\b|just curious\b|curious\b|asking\b|sorry\b)"
    r"|\s*(?:hey|hi|hello|ok(?:ay)?|thanks|please)(?: there| all| folks)?\b[\s,.!]*$"
    r"|\s*(?:你好|您好|请教|请问|想问|问一下|问下|麻烦|打扰|谢谢|听说|听人说|有人说|朋友|同事|老板"
    r"|我们|咱们|咱|我|刚|最近在?看|看到|好奇)",
    re.IGNORECASE,
)
_LEAST_LETTERS = 4
_ALIKE = 0.82


def without_asides(text: str) -> str:
    """The text without clauses that only tell of the asker or greet; the whole text where nothing
    else is left."""
    clauses = [clause for clause in _CLAUSE.findall(text) if clause.strip()]
    kept = [c for c in clauses if not (_ASIDE.match(fold(c)) and not _ASKS.search(fold(c)))]
    return "".join(kept).strip() or text


def is_misspelled(word: str, text: str) -> bool:
    """Whether a Latin word that a folded text lacks stands there in almost the same letters."""
    word = fold(word)
    if not _is_word(word):
        return False
    return any(
        other[0] == word[0] and SequenceMatcher(None, word, other).ratio() >= _ALIKE
        for other in set(re.findall(r"[a-z]{4,}", text))
        if abs(len(other) - len(word)) <= 2
    )


def mended(wanted: Mapping[str, float], known: Collection[str]) -> dict[str, float]:
    """The terms of a question with each Latin word that is none of the `known` ones replaced by
    the known one it is a misspelling of, if any."""
    made: dict[str, float] = {}
    for term, weight in wanted.items():
        near: list[str] = []
        if term not in known and _is_word(term):
            same = [word for word in known if word[:1] == term[:1] and _is_word(word)]
            near = get_close_matches(term, same, 1, _ALIKE)
        made[near[0] if near else term] = weight
    return made


def _is_word(term: str) -> bool:
    return len(term) >= _LEAST_LETTERS and term.isascii() and term.isalpha()
