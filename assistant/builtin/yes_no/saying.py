"""How a clause says a thing, denies it or says the opposite, in English and folded Chinese."""

from __future__ import annotations

import re

from assistant.builtin.coverage import stem
from assistant.builtin.wording import is_misspelled
from assistant.builtin.yes_no.senses import Sense
from kb.texts.detect import CJK
from kb.texts.folding import fold

_CLAUSE = re.compile(
    r"[;；。：:!?！？]|,(?!\d)|，| but | while | although | whereas |(?<=\.) |而(?!且|言)|但|却"
)
# "its own cluster" says no more than "its cluster".
OWN = re.compile(r"\b(?:its|their|his|her|our|my|your) own\b|\bown (?=\w+\W*$)")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not(?! only| just| until)|no(?! doubt| less| later)|never|neither|nor|without|"
    r"nobody|nothing|none|cannot|hardly|rather than|instead of|far from|unable to|"
    r"fail(?:s|ed)? to)\b|n['’]t)"
    r"(?:\W+\w[\w'’.-]*){0,6}\W*$"
)
_NOT_AFTER = re.compile(r"^[a-z]*\s+(?:of |in |for )?(?:no|nothing|none|nobody)\b")
_NOT_CHINESE = re.compile(
    r"(?:不(?!仅|断|少|过|同|久|止|只|但|论|管|足)|没|未(?!来)|无(?!论|疑|数)|并非|非(?!常)|否认|拒绝|毫无)"
    rf"[{CJK}a-z0-9 ·「」“”()（）]{{0,16}}$"
)
_NOT_AFTER_CHINESE = re.compile(r"^.{0,2}(?:不了|不到|不上|没有|除外)")


def split_clauses(sentence: str) -> list[str]:
    """The clauses of a sentence, folded."""
    return [each for each in _CLAUSE.split(OWN.sub(" ", fold(sentence))) if each.strip()]


def poles(sense: Sense, text: str) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    """Where a text says the thing, and where the opposite; "free of charge" says one only."""
    so = matches(sense.so, text)
    rest = text
    for match in so:
        rest = f"{rest[: match.start()]}{' ' * len(match[0])}{rest[match.end() :]}"
    return so, matches(sense.opposite, rest)


def matches(said: re.Pattern[str] | None, text: str) -> list[re.Match[str]]:
    """Where a text says it."""
    return list(said.finditer(text)) if said is not None else []


def misspelled(word: str, clause: str) -> list[re.Match[str]]:
    """Where the word stands that the question misspells."""
    return [m for m in re.finditer(r"[a-z]{4,}", clause) if is_misspelled(word, m[0])]


def is_denied(clause: str, start: int, end: int) -> bool:
    """Whether a clause denies what stands from `start` to `end`."""
    before, after = clause[:start], clause[end:]
    return bool(
        _NOT_BEFORE.search(before)
        or _NOT_AFTER.search(after)
        or _NOT_CHINESE.search(before)
        or _NOT_AFTER_CHINESE.search(after)
    )


def pattern(word: str) -> re.Pattern[str]:
    """A word in all its forms."""
    root = stem(word)
    return re.compile(rf"\b{re.escape(root)}\w*" if root.isascii() else re.escape(root))
