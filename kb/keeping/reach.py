"""Passages that nobody will find: too short, the same in many articles, or lost among others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kb.keeping.findings import Finding
from kb.keeping.gold import Search
from kb.records import Passage
from kb.retrieval.embedders import Vectors
from kb.texts.detect import HAN
from kb.texts.documents import Document, embedded_text
from kb.texts.folding import fold
from kb.texts.splitting import sentences

LOOKED_AT = 300  # passages of one check; on another day others
_DEPTH = 10
_SHORTEST = 12  # letters and digits; a Chinese character counts for two
_MANY = 3  # articles that tell different stories
_ASKED = 300  # characters of a first sentence
_QUOTE = 100
_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found, and how many of how many passages were looked for by their own words."""

    findings: list[Finding]
    tried: int
    passages: int


def reach(
    documents: Sequence[Document],
    groups: Sequence[Sequence[str]],
    questions: Embed,
    passages: Embed,
    search: Search | None,
    today: date,
) -> Reach:
    """Look at the passages that staff added, among all `documents`. `groups` are ids of copies of
    one story, `questions` and `passages` give vectors; without `search` nothing is looked for."""
    own = [p for d in documents if d.source.layer == "staff" for p in d.passages]
    found = [*_short(own), *_repeated(documents, groups)]
    chosen = _chosen(own, today) if search is not None else []
    if search is not None and chosen:
        found += _lost(chosen, documents, questions, passages, search)
    return Reach(found, len(chosen), len(own))


def _short(own: Sequence[Passage]) -> Iterator[Finding]:
    for passage in own:
        if _size(passage.text) < _SHORTEST:
            yield _finding(
                passage, "short_passage", "says too little to be found",
                "join it to the paragraph that it belongs to, or take it out",
            )  # fmt: skip


def _repeated(documents: Sequence[Document], groups: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """Paragraphs of staff's articles that stand in others, too, and not in copies of one story."""
    story = {source: group[0] for group in groups for source in group}
    articles = [d.source for d in documents if d.source.kind == "article"]
    holders: dict[str, set[str]] = defaultdict(set)
    for source in articles:
        for start, end in _paragraphs(source.text):
            holders[_letters(source.text[start:end])].add(story.get(source.id, source.id))
    for source in articles:
        for start, end in _paragraphs(source.text) if source.layer == "staff" else ():
            count = len(holders[_letters(source.text[start:end])])
            if count >= _MANY:
                yield Finding(
                    "warning", "boilerplate", source.id, f"{start}-{end}",
                    f"{source.text[start : min(end, start + _QUOTE)]!r} stands in {count} articles "
                    "that tell different stories",
                    "take it out of each: it is no part of the story",
                )  # fmt: skip


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    for match in _PARAGRAPH.finditer(text):
        if _size(match.group()) >= _SHORTEST:
            yield match.span()


def _chosen(own: Sequence[Passage], today: date) -> list[Passage]:
    if len(own) <= LOOKED_AT:
        return list(own)
    start = today.toordinal() * LOOKED_AT % len(own)
    return [own[(start + at) % len(own)] for at in range(LOOKED_AT)]


def _lost(
    chosen: Sequence[Passage],
    documents: Sequence[Document],
    questions: Embed,
    passages: Embed,
    search: Search,
) -> Iterator[Finding]:
    """Those that their own first sentence does not find: by vector in one step for all, and by the
    whole search for the few that this leaves."""
    every = [passage for document in documents for passage in document.passages]
    at = {_place(passage): number for number, passage in enumerate(every)}
    asked = [_first_sentence(passage) for passage in chosen]
    likeness = questions(asked) @ passages([embedded_text(passage) for passage in every]).T
    places = np.array([at[_place(passage)] for passage in chosen])
    own = likeness[np.arange(len(chosen)), places]
    ranks = (likeness > own[:, None]).sum(axis=1)
    for number in np.flatnonzero(ranks >= _DEPTH).tolist():
        passage = chosen[number]
        hits = search(asked[number], _DEPTH)
        near = {_place(hit.passage) for hit in hits}
        if _place(passage) not in near and all(passage.source not in hit.also for hit in hits):
            yield _finding(
                passage, "unreachable", "is not in the first ten that its own first sentence finds",
                "say in it what it is about, or take it out",
            )  # fmt: skip


def _first_sentence(passage: Passage) -> str:
    found = sentences(passage.text)
    text = passage.text[slice(*found[0])] if found else passage.text
    return text[:_ASKED]


def _place(passage: Passage) -> tuple[str, int]:
    return passage.source, passage.start


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _size(text: str) -> int:
    return sum(2 if HAN.match(c) else 1 for c in text if c.isalnum())


def _finding(passage: Passage, code: str, what: str, todo: str) -> Finding:
    quoted = passage.text[:_QUOTE]
    place = f"{passage.start}-{passage.end}"
    return Finding("warning", code, passage.source, place, f"{quoted!r} {what}", todo)
