"""Which of several things that are compared a sentence speaks of, and which part of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.builtin.coverage import stem, stems
from assistant.builtin.signs import Candidate
from assistant.grounding.names import proper_names
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.quantities import find_quantities

_BREAK = re.compile(
    r"(?:, |; |: |[，；：])(?!(?:(?:in|of|for|to|with|from) )?(?:which|who|whose|whom|where)\b)"
    r"(?:(?:and|while|but|whereas) |[而但](?![是且]))?| (?:while|whereas) "
)
_OF_ALL = re.compile(r"\b(?:both|each|together|respectively|all)\b|都|均|各|分别|一共|合计")
_MEASURED = re.compile(r"\bthan\b|比")
"""A clause that measures one against the other tells of both."""
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[a-z][a-z\d-]{3,}")


@dataclass(frozen=True)
class _Marks:
    """What tells one thing from the others: names of it, words, and quantities."""

    groups: tuple[str, ...]
    words: frozenset[str]
    amounts: frozenset[tuple[object, object]]

    @property
    def tell(self) -> bool:
        return bool(self.groups or self.words or self.amounts)


class Naming:
    """Things by what a question calls them; each is known by the place of its name."""

    def __init__(self, names: Sequence[str], aliases: AliasTable) -> None:
        self._aliases = aliases
        found = [self._marks(name) for name in names]
        self._own = [_without(mark, found[:n] + found[n + 1 :]) for n, mark in enumerate(found)]

    def names(self, text: str) -> set[int]:
        """Those that a text names."""
        folded = fold(text)
        groups, amounts = set(self._aliases.groups(folded)), _amounts(text)
        return {
            n
            for n, mark in enumerate(self._own)
            if groups.intersection(mark.groups)
            or mark.amounts & amounts
            or any(_holds(folded, word) for word in mark.words)
        }

    def is_about(self, place: int, candidate: Candidate) -> bool:
        """Whether a sentence, its paragraph or its heading names one; where nothing tells it from
        the others, any does."""
        passage = candidate.passage
        around = f"{passage.title} {passage.header} {passage.publisher or ''} {passage.text}"
        return not self._own[place].tell or place in self.names(around)

    def beside(self, place: int, terms: Iterable[str]) -> set[str]:
        """The stems of the terms of a question that are more than the name of one."""
        own = self._own[place]
        said = stems(" ".join(own.words), self._aliases) | {f"@{group}" for group in own.groups}
        return {stem(term) for term in terms} - said

    def tells_any(self, text: str, wanted: Collection[str]) -> bool:
        """Whether a text has one of these stems; true where there are none."""
        return not wanted or bool(stems(text, self._aliases) & set(wanted))

    def parts(self, text: str) -> dict[int, str]:
        """For a sentence that names several, what it says of each alone; empty where that cannot
        be told: each has to be named in one clause only, and no clause may name two."""
        cuts = [0, *(m.end() for m in _BREAK.finditer(text))]
        ends = [*(m.start() for m in _BREAK.finditer(text)), len(text.rstrip(" .。"))]
        clauses = list(zip(cuts, ends, strict=True))
        named = [(clause, self.names(text[slice(*clause)])) for clause in clauses]
        telling = [(clause, found) for clause, found in named if found]
        who = [n for _, found in telling for n in found]
        if len(who) < 2 or len(set(who)) < len(who) or any(len(f) > 1 for _, f in telling):
            return {}
        if any(_MEASURED.search(fold(text[slice(*clause)])) for clause, _ in telling):
            return {}
        made = {}
        for place, (clause, found) in enumerate(telling):
            last = place == len(telling) - 1
            end = clause[1] if last else _before(telling[place + 1][0][0], ends)
            behind = text[clause[1] :] if last else text[clause[1] : end]
            if _OF_ALL.search(fold(behind)):
                return {}
            if last:
                end = len(text.rstrip(" .。"))
            made[next(iter(found))] = text[clause[0] : end]
        return made

    def _marks(self, name: str) -> _Marks:
        folded = fold(name)
        proper = [fold(word) for word in proper_names(name, initial=True)]
        # What a Chinese name begins with is who it is; an alias further on is what they do.
        places = sorted(self._aliases.places(folded))
        named = [group for at, group in places if at <= 1 or _WORD.match(folded)]
        words = set(proper or _WORD.findall(folded)) | set(_HAN.findall(folded))
        return _Marks(tuple(dict.fromkeys(named)), frozenset(words), frozenset(_amounts(name)))


def _before(start: int, ends: Sequence[int]) -> int:
    return max(end for end in ends if end <= start)


def _without(mark: _Marks, others: Sequence[_Marks]) -> _Marks:
    """What a thing has of its own; of Chinese words without the end or beginning that others
    share."""
    words = {
        own
        for word in mark.words
        if (own := _own_part(word, [w for other in others for w in other.words]))
    }
    groups = [group for group in mark.groups if not any(group in o.groups for o in others)]
    if groups:  # an alias of each kind of word: what is named first is whose the rest is
        words = {word for word in words if word.isascii()}
    amounts = mark.amounts - frozenset().union(*(o.amounts for o in others))
    return _Marks(tuple(groups[:1]), frozenset(words), amounts)


def _own_part(word: str, others: Sequence[str]) -> str:
    if word in others:
        return ""
    if word.isascii():
        return word
    for other in others:
        while len(word) > 2 and not other.isascii() and word[-2:] == other[-2:]:
            shared = 2
            while word[-shared - 1 :] == other[-shared - 1 :] and shared < len(word) - 1:
                shared += 1
            word = word[:-shared]
    return word if len(word) > 1 else ""


def _amounts(text: str) -> set[tuple[object, object]]:
    return {(each.unit, each.value) for each in find_quantities(text)}


def _holds(folded: str, word: str) -> bool:
    if not word.isascii():
        return word in folded
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", folded) is not None
