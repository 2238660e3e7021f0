"""Whether a sentence says the opposite of the source's sentence that it repeats.

Told by rule only where two clauses share most of their words: one denies what the other says, or
one says above where the other says below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from assistant.grounding.figures import clauses

_DENIAL = re.compile(
    r"\b(?:not(?! (?:only|just|merely)\b)|never|no|none|neither|nor|without|cannot|nothing"
    r"|nobody)\b|n['’]t\b"
    r"|没有?|(?<![时])未(?![来])|(?<![绝毫])不(?![仅只过同少断管论久足到超低高光但妨愧错乏得止免禁至如])|无(?![论疑])|并非|(?<![除])非(?=[常]{0}[的是])|别(?=再)"
)
_OPPOSITES = tuple(
    (re.compile(a), re.compile(b))
    for a, b in (
        (r"\b(?:below|under|beneath|less|lower|cheaper|fewer)\b|低于|少于|不到|更低|便宜|以下",
         r"\b(?:above|over|more|higher|dearer|expensive)\b|高于|多于|超过|更高|更贵|以上"),
        (r"\b(?:at least|minimum|no less|or more)\b|至少|不少于|以上",
         r"\b(?:at most|up to|maximum|no more|or less)\b|至多|最多|不超过|以下"),
        (r"\b(?:increas\w*|rose|rising|grew|grow\w*|rais\w*|expand\w*|add\w*)\b|增加|增长|上涨|扩大|提高",
         r"\b(?:decreas\w*|fell|fall\w*|shr[aiu]nk\w*|cut\w*|reduc\w*|drop\w*|declin\w*)\b"
         r"|减少|下降|下跌|缩减|削减|降低"),
        (r"\b(?:before|earlier)\b|之前|以前", r"\b(?:after|later)\b|之后|以后"),
        (r"\b(?:free|nothing)\b|免费", r"\bpaid\b|收费|付费"),
        (r"\ball(?: of)?\b|全部|所有", r"\bsome(?: of)?\b|部分"),
    )
)  # fmt: skip
_HAVING = re.compile("有")  # what 没有 denies: 有交代, 没有交代
_WORD = re.compile(r"[a-z0-9]+(?:[.'-][a-z0-9]+)*|[一-鿿]")
LIGHT = frozenset(
    "the a an of to in for and or is are was were be been has have had does do did will would can"
    " not no never it its that this by on at with as".split()
)
_STEP = re.compile(rf"(?P<denial>[并尚从毫绝也都]?(?:{_DENIAL.pattern}))|(?P<word>{_WORD.pattern})")
# What a denial may be exchanged for, or goes with.
_LIGHTER = frozenset(
    "some any still always ever also yet so there here these those 有 的 了 会 也 都 已".split()
)
_ALIKE = 0.75
"""Share of the shorter clause's words that two clauses must have in common to be compared."""


@lru_cache(maxsize=4096)
def words(folded: str) -> frozenset[str]:
    """The words of a folded text without light ones, Chinese by pairs of characters."""
    found, last = set(), ""
    for match in _WORD.finditer(_HAVING.sub("", _DENIAL.sub(" ", folded))):
        word = match.group()
        if "一" <= word <= "鿿":
            if last:
                found.add(last + word)
            last = word
        else:
            last = ""
            if word not in LIGHT:
                found.add(word)
    return frozenset(found)


def contradicts(said: str, source: str) -> bool:
    """Whether a clause of folded `said` repeats a clause of folded `source` turned round."""
    if _is_denied_between(said, source):
        return True
    theirs = [clause for _, clause in clauses(source)]
    for _, clause in clauses(said):
        mine = words(clause)
        if len(mine) < 2:
            continue
        best = max(theirs, key=lambda each: _alike(mine, words(each)))
        held = words(best)
        alike = _alike(mine, held)
        enough = alike >= _ALIKE if len(mine) > 3 else alike == 1.0
        if enough and _is_denied(clause, best):
            return True
        if len(mine & held) >= 0.5 * len(mine) and _is_opposite(clause, best):
            return True
    return False


def _alike(mine: Iterable[str], theirs: frozenset[str]) -> float:
    mine = frozenset(mine)
    if len(theirs) < 3:
        return 0.0
    return len(mine & theirs) / max(len(mine), len(theirs))


def _is_denied(clause: str, source: str) -> bool:
    return len(_DENIAL.findall(clause)) % 2 != len(_DENIAL.findall(source)) % 2


def _is_denied_between(said: str, source: str) -> bool:
    """Whether a denial stands between two words in one text, and those follow on one another
    without it in the other, in all places of both."""
    mine, theirs = _denials(said), _denials(source)
    for pair in mine.keys() & theirs.keys():
        if len(mine[pair]) == len(theirs[pair]) == 1 and mine[pair] != theirs[pair]:
            return True
    return False


@lru_cache(maxsize=4096)
def _denials(folded: str) -> dict[tuple[str, str], frozenset[bool]]:
    """For each two words that follow on one another whether a denial stands between them."""
    found: dict[tuple[str, str], set[bool]] = {}
    spoken: list[str] = []
    denied: list[bool] = [False]
    for match in _STEP.finditer(folded):
        if match["denial"]:
            denied[-1] = not denied[-1]
        elif match["word"] not in LIGHT and match["word"] not in _LIGHTER:
            spoken.append(match["word"])
            denied.append(False)
    for n in range(1, len(spoken)):
        behind = spoken[n]
        if len(behind) == 1 and n + 1 < len(spoken):
            if denied[n + 1]:
                continue  # half of a Chinese word
            behind += spoken[n + 1]
        found.setdefault((spoken[n - 1], behind), set()).add(denied[n])
    return {pair: frozenset(ways) for pair, ways in found.items()}


def _is_opposite(clause: str, source: str) -> bool:
    for one, other in _OPPOSITES:
        said = bool(one.search(clause)), bool(other.search(clause))
        held = bool(one.search(source)), bool(other.search(source))
        if said[0] != said[1] and held == said[::-1]:
            return True
    return False
