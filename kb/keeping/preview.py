"""What a change would do to what founders find, tried out beside the home."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from kb.intake.taking_in import Outcome
from kb.keeping.gold import Gold, Search, ask
from kb.library.layers import Library
from kb.library.sync import Synced
from kb.library.views import Present
from kb.records import Hit, Source
from kb.retrieval.equipment import Equipment
from kb.retrieval.index import Index
from kb.retrieval.upkeep import Progress, Upkeep
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


class _WouldBe(Present):
    """What founders would see with other documents in the place of some."""

    def __init__(self, library: Library, documents: Mapping[str, Document]) -> None:
        super().__init__(library)
        self._documents = documents

    def sources(self) -> dict[str, Source]:
        changed = {source_id: document.source for source_id, document in self._documents.items()}
        return dict(sorted((super().sources() | changed).items()))

    def document(self, source_id: str) -> Document:
        return self._documents.get(source_id) or super().document(source_id)


def moved(
    library: Library,
    founders: Upkeep,
    equipment: Equipment,
    documents: Mapping[str, Document],
    golds: Sequence[Gold],
    progress: Progress | None = None,
) -> tuple[list[Moved], list[list[str]]]:
    """The gold questions that would find other passages if the index followed the library, with
    `documents` in it by id; and the groups of copies that there would be. `founders` is the index
    as it stands. `progress` hears of questions asked."""
    with ExitStack() as stack:
        before = founders.standing_search()
        if before is None:  # no index yet: what it would be made of
            before = _tried(stack, library, equipment, {}).standing_search()
        after = _tried(stack, library, equipment, documents)
        search = after.standing_search()
        assert before is not None, "what was just built can be searched"
        assert search is not None, "what was just built can be searched"
        changes = []
        for done, gold in enumerate(golds, 1):
            change = Moved(gold.question, _found(gold, before), _found(gold, search))
            if change.before != change.after:
                changes.append(change)
            if progress is not None:
                progress(done, len(golds))
        return changes, after.copies.groups()


def _tried(
    stack: ExitStack, library: Library, equipment: Equipment, documents: Mapping[str, Document]
) -> Upkeep:
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="compute-desk-trial-"))
    index = stack.enter_context(closing(Index(Path(scratch))))
    own = equipment.apart(Path(scratch))
    view = _WouldBe(library, documents)
    tried = Upkeep(library, view, index, own, lambda _: None, to_staff=False)
    tried.build()
    return tried


def _found(gold: Gold, search: Search) -> Found:
    hits: list[Hit] = []

    def once(question: str, count: int) -> Sequence[Hit]:
        hits[:] = search(question, count)
        return hits

    rank = ask(gold, once).rank
    if not hits:
        return Found(None, "", rank)
    return Found(hits[0].passage.source, hits[0].passage.text, rank)
