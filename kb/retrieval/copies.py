"""Copies of one story counted once: which passages say what another article said already.

Articles that are near-duplicates form a group, in which one stands for all: the one of the highest
grade, of these the earliest published. A passage of another one is a copy where each of its
sentences is found in the standing article with all of its figures; what is new in it keeps its own
place. Worked out when the index follows the library, for the articles that changed; kept beside
the index, and made anew where it is missing.
"""

from __future__ import annotations

import io
import json
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kb.home import Mark, file_mark, write_atomically
from kb.records import Hit, Passage
from kb.retrieval.duplicates import (
    LIKENESS,
    Hashes,
    Sketch,
    candidates,
    fingerprint,
    similarity,
    sketch,
)
from kb.texts.documents import Document
from kb.texts.splitting import sentences

FILE = "copies.json"
# Raise when groups are made in another way.
_RECIPE = 2
_LEAST_HITS = 30
_SENTENCE = 0.2  # of a sentence's runs: reworded sentences keep more, others have less
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GRADES = ("official", "on_record", "reported", "rumor")

Place = tuple[str, str, int]  # source, version, start
Versions = dict[str, str]
Documents = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class _Group:
    """An article that stands for copies: for each copy, where its passages are in it."""

    source: str
    version: str
    copies: dict[str, tuple[str, dict[int, int]]] = field(default_factory=dict)


class Copies:
    """The groups of a home. One writer at a time; readers see the old groups or the new."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._sketches = folder / "sketches.npz"
        self._mark: Mark | None = None
        self._known = _State()

    def follow(self, versions: Versions, document: Documents) -> None:
        """Bring the groups in line with the articles (their versions by id); `document` gives one
        of them. The caller is the only writer."""
        held = self._state()
        if held.versions == versions:
            return
        sketches = self._load_sketches()
        fresh = {s for s, v in versions.items() if held.versions.get(s) != v or s not in sketches}
        kept = {pair for pair in held.pairs if not fresh & {*pair} and {*pair} <= versions.keys()}
        prints = _Prints(document)
        sketches = {s: sketch(prints[s]) if s in fresh else sketches[s] for s in sorted(versions)}
        ids = list(sketches)
        for first, second in candidates(list(sketches.values())):
            pair = ids[first], ids[second]
            if fresh & {*pair} and similarity(prints[pair[0]], prints[pair[1]]) >= LIKENESS:
                kept.add(pair)
        groups = list(_groups(kept, versions, document, prints, held.groups))
        self._save_sketches(sketches)
        write_atomically(self._path, _State(versions, sorted(kept), groups).json())

    def once(self, hits: Sequence[Hit]) -> list[Hit]:
        """`hits`, best first, with the copies of a passage counted once: in the place of the best
        stands the passage of the article that stands for them, the others are in its `also`."""
        standing, others = self._state().passages
        if not standing:
            return list(hits)
        found: dict[Place, Hit] = {}
        for hit in hits:
            own = _place(hit.passage)
            shown = standing.get(own, own)
            first = found.get(shown)
            if first is None:
                found[shown] = hit
            elif own == shown:
                found[shown] = replace(hit, score=first.score)
        return [
            replace(hit, also=tuple(s for s in others.get(shown, ()) if s != hit.passage.source))
            for shown, hit in found.items()
        ]

    def groups(self) -> list[list[str]]:
        """The ids of articles that tell one story, the one that stands for them first."""
        return [[group.source, *group.copies] for group in self._state().groups]

    def room(self, k: int) -> int:
        """How many hits to look for so that `k` are left once copies are left out."""
        return max(_LEAST_HITS, 2 * k) if self._state().groups else k

    def json(self) -> str:
        """The groups as they are kept, for another machine that has the same articles."""
        return self._state().json().decode()

    def _state(self) -> _State:
        try:
            mark = file_mark(self._path)
            if mark != self._mark:
                self._known = _State.read(self._path.read_bytes())
                self._mark = mark
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._known, self._mark = _State(), None  # made anew by the next writer
        return self._known

    def _load_sketches(self) -> dict[str, Sketch]:
        try:
            with np.load(self._sketches, allow_pickle=False) as data:
                ids, sizes, bounds = json.loads(str(data["ids"])), data["sizes"], data["bounds"]
                hashes = data["hashes"]
            parts = np.split(hashes, bounds[:-1])
            return {s: Sketch(p, int(n)) for s, p, n in zip(ids, parts, sizes, strict=True)}
        except (OSError, ValueError, KeyError, IndexError):
            return {}

    def _save_sketches(self, sketches: Mapping[str, Sketch]) -> None:
        samples = [one.sample for one in sketches.values()]
        out = io.BytesIO()
        np.savez(
            out,
            ids=np.array(json.dumps(list(sketches))),
            sizes=np.array([one.size for one in sketches.values()], dtype=np.int64),
            bounds=np.cumsum([len(sample) for sample in samples], dtype=np.int64),
            hashes=np.concatenate([np.zeros(0, dtype=np.uint64), *samples]),
        )
        write_atomically(self._sketches, out.getvalue())


@dataclass(frozen=True)
class _State:
    """What is kept: the versions that were looked at, pairs of copies, and the groups."""

    versions: Versions = field(default_factory=dict)
    pairs: Sequence[tuple[str, str]] = ()
    groups: Sequence[_Group] = ()

    @cached_property
    def passages(self) -> tuple[dict[Place, Place], dict[Place, list[str]]]:
        """Where the passage stands that a passage copies, and who says a standing one."""
        standing: dict[Place, Place] = {}
        others: dict[Place, list[str]] = defaultdict(list)
        for group in self.groups:
            for source, (version, starts) in group.copies.items():
                for start, at in starts.items():
                    shown = (group.source, group.version, at)
                    standing[source, version, start] = shown
                    if not others[shown]:
                        others[shown].append(group.source)
                    if source not in others[shown]:
                        others[shown].append(source)
        return standing, others

    def json(self) -> bytes:
        data = {
            "recipe": _RECIPE,
            "versions": self.versions,
            "pairs": self.pairs,
            "groups": [[g.source, g.version, g.copies] for g in self.groups],
        }
        return json.dumps(data, ensure_ascii=False).encode()

    @classmethod
    def read(cls, raw: bytes) -> _State:
        data: dict[str, Any] = json.loads(raw)
        if data["recipe"] != _RECIPE:
            return cls()
        groups = []
        for source, version, copies in data["groups"]:
            known = {
                copy: (str(made), {int(start): int(at) for start, at in starts.items()})
                for copy, (made, starts) in copies.items()
            }
            groups.append(_Group(source, version, known))
        return cls(data["versions"], [(a, b) for a, b in data["pairs"]], groups)


class _Prints(dict[str, Hashes]):
    """Fingerprints of articles, made when they are asked for."""

    def __init__(self, document: Documents) -> None:
        super().__init__()
        self._document = document

    def __missing__(self, source: str) -> Hashes:
        self[source] = made = fingerprint(self._document(source).source.text)
        return made


def _groups(
    pairs: set[tuple[str, str]],
    versions: Versions,
    document: Documents,
    prints: _Prints,
    before: Sequence[_Group],
) -> Iterator[_Group]:
    """The groups, each with one that stands for all that are like it, directly or through others
    where they are many (not all pairs are looked at then)."""
    known = {(g.source, g.version, s, v): at for g in before for s, (v, at) in g.copies.items()}
    linked: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        linked[one].add(other)
        linked[other].add(one)
    rest = sorted(linked, key=lambda source: _standing(document(source)))
    while rest:
        leader, *rest = rest
        near = {
            source
            for source in _reached(leader, linked, set(rest))
            if source in linked[leader] or similarity(prints[leader], prints[source]) >= LIKENESS
        }
        if not near:
            continue
        rest = [source for source in rest if source not in near]
        group = _Group(leader, versions[leader])
        for source in sorted(near):
            key = (leader, group.version, source, versions[source])
            at = known[key] if key in known else copied(document(source), document(leader))
            group.copies[source] = (versions[source], at)
        yield group


def _reached(start: str, linked: Mapping[str, set[str]], among: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = (linked[waiting.pop()] & among) - found
        found |= fresh
        waiting += fresh
    return found


def _standing(document: Document) -> tuple[int, str, str]:
    """Sorts the one that stands for its copies first."""
    best = min((_GRADES.index(p.grade) for p in document.passages), default=len(_GRADES))
    return best, document.source.published or "9999", document.source.id


def copied(copy: Document, original: Document) -> dict[int, int]:
    """Of the passages of `copy` that say nothing new, where each starts and where the passage
    starts in `original` that it has most in common with."""
    said = _Said(original)
    found = {}
    for passage in copy.passages:
        places = [said.place(passage.text[a:b]) for a, b in sentences(passage.text)]
        at = [place for place in places if place is not None]
        if at and len(at) == len(places):
            found[passage.start] = max(sorted(at), key=at.count)
    return found


class _Said:
    """What an article says, sentence by sentence."""

    def __init__(self, document: Document) -> None:
        self._figures: list[set[str]] = []
        self._starts: list[int] = []
        self._holders: dict[int, list[int]] = defaultdict(list)
        text, passages = document.source.text, document.passages
        begins = [passage.start for passage in passages]
        # All of the text, not of the passages alone: a copy may show what these leave out.
        for a, b in sentences(text) if passages else ():
            for run in fingerprint(text[a:b]).tolist():
                self._holders[run].append(len(self._starts))
            self._figures.append(_figures(text[a:b]))
            self._starts.append(begins[max(0, bisect_right(begins, a) - 1)])

    def place(self, sentence: str) -> int | None:
        """The start of the passage that says what `sentence` says, or None where none does."""
        runs = fingerprint(sentence).tolist()
        shared: dict[int, int] = defaultdict(int)
        held = 0
        for run in runs:
            held += run in self._holders
            for holder in self._holders.get(run, ()):
                shared[holder] += 1
        if not shared or held < _SENTENCE * len(runs):
            return None
        told: set[str] = set().union(*(self._figures[holder] for holder in shared))
        if not _figures(sentence) <= told:
            return None
        return self._starts[max(shared, key=lambda holder: (shared[holder], -holder))]


def _figures(text: str) -> set[str]:
    return set(_NUMBER.findall(unicodedata.normalize("NFKC", text)))


def _place(passage: Passage) -> Place:
    return passage.source, passage.version, passage.start
