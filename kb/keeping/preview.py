"""What a change would do to what founders find, tried out beside the home."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from kb.intake.taking_in import Outcome
from kb.keeping.gold import Gold, ask
from kb.library.generation import Generation
from kb.library.layers import Held, Library
from kb.library.sync import Synced
from kb.library.views import Present, View
from kb.programs.program import Program
from kb.records import Hit, Source
from kb.retrieval.equipment import Equipment
from kb.retrieval.filters import ALL
from kb.retrieval.index import Index
from kb.retrieval.upkeep import Upkeep
from kb.texts.documents import Document


@dataclass(frozen=True, slots=True)
class Found:
    """What a gold question finds: the first passage, and at which place (from 1) a source that
    was looked for; None where there is none."""

    source: str | None
    text: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A gold question that would find another passage first, or its own source at another place."""

    question: str
    before: Found
    after: Found


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of each file or what a sync would do, and which of the gold questions (how
    many were `asked`) would find other passages. `copies` names, for an article that would change,
    those that tell the same story."""

    outcomes: list[Outcome] = field(default_factory=list)
    synced: Synced = field(default_factory=Synced)
    asked: int = 0
    moved: list[Moved] = field(default_factory=list)
    copies: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """A library as founders would read it, and its index."""

    view: View
    upkeep: Upkeep


@dataclass(frozen=True, slots=True)
class Sides:
    """The library before and after a change, while both can be asked. `moved`: at which place
    (from 1) a gold question would first find another passage, by question; `records`: whether a
    program record would differ."""

    before: Side
    after: Side
    moved: Mapping[str, int]
    records: bool


Look = Callable[[Sides], None]


class _WouldBe(Present):
    """What founders would see with other sources in the place of some."""

    def __init__(self, library: Library, instead: Mapping[str, Held]) -> None:
        super().__init__(library)
        self._instead = instead

    def sources(self) -> dict[str, Source]:
        changed = {source_id: held.source for source_id, held in self._instead.items()}
        return dict(sorted((super().sources() | changed).items()))

    def document(self, source_id: str) -> Document:
        held = self._instead.get(source_id)
        return super().document(source_id) if held is None else held.document()

    def records(self) -> list[Program]:
        kept = {one.id: one for one in super().records() if one.id not in self._instead}
        kept |= {i: held.program for i, held in self._instead.items() if held.program is not None}
        return [kept[source_id] for source_id in sorted(kept)]

    def shows(self, source_id: str) -> bool:
        return source_id in self._instead or super().shows(source_id)


def moved(
    library: Library,
    founders: Upkeep,
    equipment: Equipment,
    instead: Mapping[str, Held],
    golds: Sequence[Gold],
    look: Look | None = None,
) -> tuple[list[Moved], list[list[str]]]:
    """The gold questions that would find other passages if the index followed the library, with
    what is `instead` of its sources; and the groups of copies that there would be. `founders` is
    the index as it stands. `look` is called while both sides can be asked."""
    with ExitStack() as stack:
        before = _standing(library, founders, equipment)
        if before is None:  # no index yet: what it would be made of
            before = _tried(stack, library, equipment, _WouldBe(library, {}))
        after = _tried(stack, library, equipment, _WouldBe(library, instead))
        changes, places = [], {}
        for gold in golds:
            old, new = _found(gold, before), _found(gold, after)
            if old.found != new.found:
                changes.append(Moved(gold.question, old.found, new.found))
            place = _first_other(old.passages, new.passages)
            if place is not None:
                places[gold.question] = place
        if look is not None:
            differ = before.view.records() != after.view.records()
            look(Sides(before, after, places, differ))
        return changes, after.upkeep.copies.groups()


class _Standing(Upkeep):
    """An index as it stands: nothing is followed, and nothing written."""

    def bring_up_to_date(self) -> None:
        """It is taken as it is."""


def _standing(library: Library, founders: Upkeep, equipment: Equipment) -> Side | None:
    """Founders' index as it stands, with the versions of the library that it holds."""
    if founders.standing_search() is None:
        return None
    manifest = founders.index.manifest()
    assert manifest is not None, "what can be searched has a manifest"
    versions = {source: entry.version for source, entry in manifest.documents.items()}
    view = Generation(library, versions)
    upkeep = _Standing(None, view, founders.index, equipment, lambda _: None, to_staff=False)
    upkeep.copies = founders.copies
    return Side(view, upkeep)


def _tried(stack: ExitStack, library: Library, equipment: Equipment, view: View) -> Side:
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="compute-desk-trial-"))
    index = stack.enter_context(closing(Index(Path(scratch))))
    own = equipment.apart(Path(scratch))
    tried = Upkeep(library, view, index, own, lambda _: None, to_staff=False)
    tried.build()
    return Side(view, tried)


@dataclass(frozen=True, slots=True)
class _Hits:
    found: Found
    passages: list[tuple[str, str]]


def _found(gold: Gold, side: Side) -> _Hits:
    hits: list[Hit] = []

    def once(question: str, count: int) -> Sequence[Hit]:
        hits[:] = side.upkeep.search(question, count, ALL)
        return hits

    rank = ask(gold, once).rank
    passages = [(hit.passage.source, hit.passage.text) for hit in hits]
    source, text = passages[0] if passages else (None, "")
    return _Hits(Found(source, text, rank), passages)


def _first_other(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> int | None:
    for place, (one, other) in enumerate(zip_longest(old, new), 1):
        if one != other:
            return place
    return None
