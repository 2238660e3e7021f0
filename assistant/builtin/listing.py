"""The members of a list that the best sentence leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant import cues
from assistant.builtin.asked import members
from assistant.builtin.signs import Candidate
from assistant.builtin.wanted import quantities
from assistant.grounding.names import proper_names
from kb.texts.folding import fold

BEHIND = 2.6
"""A sentence with further members is at most this far (in log odds) behind the best."""
MOST = 4
"""So many sentences tell a list."""
_NAMED, _SEVERAL = 3, 2
"""So many things named side by side are members where a sentence gives no further figure; and so
many make it the first, if the best sentence names none."""
_SAME = 0.6
"""Two sentences that share so many of the shorter one's words say the same."""


def with_members(
    folded: str, chosen: Sequence[Candidate], found: Sequence[Candidate]
) -> list[Candidate]:
    """The chosen sentences and, where a question asks for several things, others about the same
    that name or number more of them; first one that names several. `found` are all candidates,
    best first."""
    kept = list(chosen)
    if not kept or not cues.SEVERAL.search(folded):
        return kept
    best = max(candidate.score for candidate in kept)
    for candidate in found:
        if len(kept) >= MOST or candidate.score < best - BEHIND:
            break
        signs = candidate.signs
        about = not (signs.missing or signs.distant or signs.pointer or signs.denied)
        if candidate in kept or not about or any(_same(candidate, each) for each in kept):
            continue
        if members(candidate.text) >= _NAMED or _figures(candidate) - _union(kept):
            kept.append(candidate)
    first = next((c for c in kept if members(c.text) >= _SEVERAL), kept[0])
    return [first, *(c for c in kept if c is not first)]


def _union(kept: Sequence[Candidate]) -> set[tuple[object, object]]:
    return {figure for each in kept for figure in _figures(each)}


def _figures(candidate: Candidate) -> set[tuple[object, object]]:
    return {(each.unit, each.value) for each in quantities(candidate.text)}


def _same(one: Candidate, other: Candidate) -> bool:
    first, second = _words(one.text), _words(other.text)
    return len(first & second) >= _SAME * (min(len(first), len(second)) or 1)


def _words(text: str) -> set[str]:
    """Latin words but for names, which sentences about one thing share, and pairs of Chinese
    characters."""
    names = {fold(name) for name in proper_names(text, initial=True)}
    folded = fold(text)
    latin = {word.strip(".,;:()'’\"") for word in folded.split() if word.isascii()}
    pairs = {a + b for a, b in pairwise(folded) if not (a + b).isascii()}
    return {word for word in latin if len(word) > 3 and word not in names} | pairs
