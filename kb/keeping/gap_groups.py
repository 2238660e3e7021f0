"""Gaps grouped by need: one question in other words, in another language or script, is one group.

Two wordings belong together where their vectors are near (the mean of each language's questions
taken out) and neither names something that the other does not while the other names something else.
Limits chosen on 31 wordings of 13 needs in three scripts: within a language the nearest wordings of
different needs reach 0.73, across languages 0.47; of one need nearly all lie above 0.75 and 0.50.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from kb.keeping.gaps import Closing, Gap
from kb.keeping.reports import Report
from kb.retrieval.embedders import Vectors
from kb.texts.aliases import AliasTable
from kb.texts.detect import HAN
from kb.texts.folding import fold

_WITHIN = 0.75  # one language
_ACROSS = 0.50
_NEVER = -1e6  # no mean of margins makes up for it
_MARKS = re.compile(r"[\W_]+")
_NAME = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][\w.-]*|[A-Za-z]*\d[\w.-]*)")
_ASKING = frozenset(
    "a an and are at can do does for from how i if in is my of on our the to was we what when where"
    " which who why will with".split()
)

Embed = Callable[[Sequence[str]], Vectors]
"""The vectors of questions, shape (questions, dimension), means taken out, each of length 1."""


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions that ask for one thing. `id` stays as wordings come: it is that of the first one;
    the id of any of them names the group. `wordings` are distinct, the most frequent first;
    `count` is how often they went unanswered, `reports` are answers to them that people reported,
    the latest first; `closed` is None while somebody waits, also again after a closing."""

    id: str
    wordings: tuple[str, ...]
    count: int
    first_asked: str
    last_asked: str
    languages: tuple[str, ...]
    missing: tuple[str, ...]
    closed: Closing | None
    members: tuple[str, ...]
    reports: tuple[Report, ...] = ()


def gap_id(question: str) -> str:
    """The id of a wording, the same whatever its case, script and punctuation."""
    return f"gap-{sha256(_plain(question).encode()).hexdigest()[:8]}"


def grouped(
    gaps: Sequence[Gap], closings: Iterable[Closing], embed: Embed, aliases: AliasTable
) -> list[GapGroup]:
    """The groups of gaps that come oldest first: the most asked and reported first, of these the
    latest."""
    wordings: dict[str, list[Gap]] = {}
    for gap in gaps:
        wordings.setdefault(gap_id(gap.question), []).append(gap)
    last = {member: closing for closing in closings for member in closing.members}
    groups = [
        _group(part, wordings, last) for part in _parts(list(wordings), wordings, embed, aliases)
    ]
    return sorted(
        groups, key=lambda group: (group.count + len(group.reports), group.last_asked), reverse=True
    )


def _group(
    ids: Sequence[str], wordings: dict[str, list[Gap]], last: dict[str, Closing]
) -> GapGroup:
    gaps = sorted((gap for one in ids for gap in wordings[one]), key=lambda gap: gap.asked_at)
    shown = {one: wordings[one][-1].question for one in ids}
    frequent = sorted(ids, key=lambda one: -len(wordings[one]))
    waiting = [one for one in ids if one not in last or wordings[one][-1].asked_at > last[one].at]
    missing = Counter(part for gap in gaps for part in gap.missing)
    return GapGroup(
        id=ids[0],
        wordings=tuple(shown[one] for one in frequent),
        count=sum(gap.report is None for gap in gaps),
        first_asked=gaps[0].asked_at,
        last_asked=gaps[-1].asked_at,
        languages=tuple(dict.fromkeys(gap.language for gap in gaps)),
        missing=tuple(part for part, _ in missing.most_common()),
        closed=None if waiting else max((last[one] for one in ids), key=lambda c: c.at),
        members=tuple(ids),
        reports=tuple(gap.report for gap in reversed(gaps) if gap.report is not None),
    )


def _parts(
    ids: Sequence[str], wordings: dict[str, list[Gap]], embed: Embed, aliases: AliasTable
) -> list[list[str]]:
    """Wordings joined to groups, each in the order in which they were first asked."""
    questions = [wordings[one][0].question for one in ids]
    if len(ids) < 2:
        return [[one] for one in ids]
    vectors = embed(questions)
    chinese = np.array([HAN.search(question) is not None for question in questions])
    limits = np.where(chinese[:, None] == chinese[None, :], _WITHIN, _ACROSS)
    margins = vectors @ vectors.T - limits
    names = [_names(question, aliases) for question in questions]
    for one, other in np.argwhere(np.triu(margins > -_WITHIN / 2, 1)).tolist():
        if names[one] - names[other] and names[other] - names[one]:
            margins[one, other] = margins[other, one] = _NEVER
    parts = {number: [number] for number in range(len(ids))}
    part_of = list(range(len(ids)))
    near = np.argwhere(np.triu(margins >= 0, 1))
    for one, other in near[np.argsort(-margins[near[:, 0], near[:, 1]], kind="stable")].tolist():
        first, second = sorted((part_of[one], part_of[other]))
        if first != second and margins[np.ix_(parts[first], parts[second])].mean() >= 0:
            parts[first] += parts.pop(second)
            for member in parts[first]:
                part_of[member] = first
    return [[ids[number] for number in sorted(part)] for part in parts.values()]


def _names(question: str, aliases: AliasTable) -> set[str]:
    """What a question names: known names by their group, and words that look like names."""
    named = set(aliases.groups(fold(question)))
    for match in _NAME.finditer(question):
        word = match.group().rstrip(".-")
        folded = fold(word).strip()
        if folded not in _ASKING and aliases.group(word) is None:
            known = aliases.groups(folded)
            named |= set(known) or {folded}
    return named


def _plain(question: str) -> str:
    return _MARKS.sub("", fold(question))
