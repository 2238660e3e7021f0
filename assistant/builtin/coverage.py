"""How much of what a question is about a sentence covers.

A question is reduced to its content: names and terms of the alias table, and the other words that
carry weight. Words that only make it a question are left out, since no answer can hold them. Of a
pair of Chinese characters that the library does not know, the characters count: the pair may
straddle two words, and an answer may say the same with another word (真名, 化名).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kb.texts.aliases import AliasTable
from kb.texts.detect import CJK
from kb.texts.folding import fold
from kb.texts.terms import question_terms, terms

_EMPTY = frozenset(
    "doe take taken took come came make made really actually exactly please each every one thing "
    "way long mean want need know kind sort there here now today currently name list explain "
    "describe summarize detail plan long over against per thi ha wa up still itself like think us "
    "far end put fast too also just even ever out down off program programme plan whats please u "
    "happen happened happening".split()
)
_EMPTY_CHINESE = re.compile(
    "麻烦(?=[你您帮给列说讲查问看介告])|列(?:一下|举|出)|总共|一共|合计|大概|大约|目前|现在|具体|到底|究竟|分别|意思|介绍|一下|情况|事情|东西|方面|这种|这个|那个|这些|那些|"
    "这样|那样|需要|想要|知道|认为|觉得|看待|看法|怎么看|说明|说了|会议上|其中|已经|还有|以及|或者|如果"
)
# Single characters that join words: a pair with one of them may straddle two words.
_JOINTS = frozenset(
    "过向上下说有要会能到从为与及个之其来去做用看想让使给对把被以于所当中后前时就都也还很再又年月"
    "不第次一二三四五六七八九十几大小多少出入最更跟同谁何"
)
_IRREGULAR = {
    "chose": "choose", "chosen": "choose", "paid": "pay", "bought": "buy", "built": "build",
    "lent": "lend", "gave": "give", "given": "give", "sold": "sell", "spent": "spend",
    "led": "lead", "held": "hold", "grew": "grow", "fell": "fall", "rose": "rise", "won": "win",
    "said": "say", "founder": "found", "borrowed": "borrow", "thought": "think",
}  # fmt: skip
_ENDING = re.compile(r"(?:ations?|ions?|ments?|ings?|ers?|ors?|ed|es|ly|e|s|y)$")
_HEADER_SHARE = 0.5
_HAN_RUN = re.compile(rf"[{CJK}]+")
_HAN = re.compile(rf"[{CJK}]")


def content_terms(
    question: str, weights: Mapping[str, float], aliases: AliasTable
) -> dict[str, float]:
    """The terms that an answer should hold, with their weights; alias groups as "@id"."""
    folded = _EMPTY_CHINESE.sub(" ", fold(question))
    groups = {f"@{group}" for group in aliases.groups(folded)}
    rest = aliases.without(folded)
    plain = {term for term in question_terms(rest, aliases) if not term.startswith("@")} - _EMPTY
    unseen, characters = _unseen(rest, plain, weights)
    kept = (plain - unseen) | groups
    found = {term: weights[term] for term in sorted(kept) if weights.get(term)}
    return found | dict.fromkeys(sorted(characters), max(weights.values(), default=0.0) / 2)


def covered(wanted: Mapping[str, float], text: str, around: str, aliases: AliasTable) -> float:
    """Share (0 to 1) of the weight of `wanted` in `text`; what only stands `around` it counts
    for less, and for nothing where the text has none of it."""
    own, near = stems(text, aliases), stems(around, aliases)
    total = sum(wanted.values())
    if not any(stem(term) in own for term in wanted):
        return 0.0
    held = sum(
        weight * (1.0 if stem(term) in own else _HEADER_SHARE if stem(term) in near else 0.0)
        for term, weight in wanted.items()
    )
    return held / total if total else 0.0


def crossing(wanted: Mapping[str, float]) -> dict[str, float]:
    """The terms that can be found in a text of the other language: names, numbers, aliases."""
    return {
        term: weight
        for term, weight in wanted.items()
        if term.startswith("@") or any(char.isdigit() for char in term)
    }


def stem(term: str) -> str:
    """A word without its ending, so that warned, warns and warning meet."""
    term = _IRREGULAR.get(term, term)
    if len(term) < 5 or not term.isascii() or not term.isalpha():
        return term
    return _ENDING.sub("", term)


def stems(text: str, aliases: AliasTable) -> set[str]:
    """The stems of the words of a text, its alias groups and its Chinese characters."""
    return {stem(term) for term in terms(text, aliases)} | set(_HAN.findall(fold(text)))


def _unseen(
    folded: str, plain: set[str], weights: Mapping[str, float]
) -> tuple[set[str], set[str]]:
    """The pairs of characters that no text of the library holds, and those of their characters
    that belong to no known pair and do not only join words."""
    most = max(weights.values(), default=0.0)
    unseen: set[str] = set()
    characters: set[str] = set()
    for run in _HAN_RUN.findall(folded):
        pairs = [run[n : n + 2] for n in range(len(run) - 1)]
        known = [pair in plain and 0 < weights.get(pair, most) < most for pair in pairs]
        for n, pair in enumerate(pairs):
            if pair not in plain or known[n]:
                continue
            unseen.add(pair)
            if not any(known[n - 1 : n]):
                characters.add(pair[0])
            if not any(known[n + 1 : n + 2]):
                characters.add(pair[1])
    return unseen, characters - _JOINTS
