"""Keeping the index in line with the library, and searching in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import RLock

from kb.errors import EmbedderMismatch, IndexDamaged
from kb.library.days import forget_old
from kb.library.editing import Editor
from kb.library.journal import Change
from kb.library.layers import Library
from kb.library.sync import Step, notes, plan, record
from kb.library.views import View
from kb.records import Hit
from kb.retrieval.copies import Copies
from kb.retrieval.equipment import Equipment
from kb.retrieval.filters import ALL, Filter
from kb.retrieval.index import Index
from kb.retrieval.manifest import Manifest
from kb.retrieval.placing import Progress, place
from kb.retrieval.search import search
from kb.texts.terms import question_terms

# Raise when passages are cut, folded, placed (`space`) or turned into terms in another way.
RECIPE = 3
READABLE = ("2", "3")
"""Recipes whose rows search can compare: 2 has no vectors of sentences, else it is the same."""


class Upkeep:
    """An index of a home, which follows a view of its library. Loads what it needs when needed.
    Without `library` the view is one of the past, of which nothing needs to be settled.

    `follow` and what stands on it need the writer lock of `index`; `guard` is for the threads of
    this process. Notes name what founders do not see only where they go `to_staff`. Safe to share
    between threads.
    """

    def __init__(
        self,
        library: Library | None,
        view: View,
        index: Index,
        equipment: Equipment,
        note: Callable[[str], None],
        *,
        to_staff: bool,
    ) -> None:
        self._library = library
        self._view = view
        self._equipment = equipment
        self._note = note
        self._to_staff = to_staff
        self._said: set[str] = set()
        self._up_to_date = False
        self._kept_back: set[str] = set()  # of which founders see nothing, or less than staff
        self.index = index
        self.copies = Copies(index.folder)
        self.guard = RLock()

    def follow(self, progress: Progress | None = None) -> list[Step]:
        """Settle the library and bring the index in line; what it did. The caller is the only
        writer."""
        self.settle()
        base = self._sound_manifest()
        steps = plan(self._view.sources(), base)
        if self._holds_withdrawn(base):
            # Stores keep the bytes of what is deleted from them; a new one never had them.
            self.index.clear()
            base = self._empty()
        try:
            self._fill(base, progress)
        except IndexDamaged as damage:
            # A kill inside a commit can leave files that only the next commit stumbles over.
            self._discard(damage)
            self._fill(self._empty(), progress)
        if self._kept_back:
            forget_old(self.index.folder, self._holds_withdrawn)
        return steps

    def build(self) -> None:
        """Fill an index that is not there yet; the library is only read."""
        with self.index.writing():
            self._fill(self._empty(), None)

    def _fill(self, base: Manifest, progress: Progress | None) -> None:
        sources = self._view.sources()
        articles = {s.id: s.version for s in sources.values() if s.kind == "article"}
        self.copies.follow(articles, self._view.document)
        self._write(plan(sources, base), base, progress)
        self._up_to_date = True

    def _write(self, steps: list[Step], base: Manifest, progress: Progress | None) -> None:
        if not steps and base.generation:
            return
        changed = [self._view.document(s.source) for s in steps if s.version is not None]
        removed = [step.source for step in steps if step.version is None]
        own = self._equipment
        placed = place(changed, own.cache, own.embedder, own.centres, progress)
        self.index.write(placed, removed, base, own.aliases)

    def _holds_withdrawn(self, held: Manifest) -> bool:
        """Whether an index may hold bytes of what its readers may no longer see."""
        return any(
            self._view.version(source, version) is None
            for source in self._kept_back
            for version in held.ever_held(source)
        )

    def settle(self) -> list[Change]:
        """Finish what a kill interrupted, and put edits by hand into the history: these are
        returned. The caller is the only writer."""
        if self._library is None:
            return []
        done = Editor(self._library).recover()
        if done is not None:
            what = f": {done.action} {done.source}" if self._to_staff else ""
            self._note(f"Finished an interrupted change{what}.")
        for shelf in self._library.shelves:
            shelf.sweep()
        self._library.programs.lay_schema()
        staff = self._library.look()
        if not self._view.fund:
            self._kept_back = {s.id for s in staff.good.values() if s.visibility == "fund"}
        for line in notes(staff, fund=self._to_staff):
            if line not in self._said:
                self._said.add(line)
                self._note(line)
        return record(self._library, staff)

    def trial(self) -> list[Step]:
        """What `follow` would do; nothing is written."""
        try:
            base = self.index.manifest()
        except IndexDamaged:
            base = None
        return plan(self._view.sources(), base if base and self._same_recipe(base) else None)

    def search(self, query: str, k: int, only: Filter) -> list[Hit]:
        """The `k` best passages; a damaged index is repaired on the way."""
        self.bring_up_to_date()
        try:
            return self._search(query, k, only)
        except IndexDamaged:
            # Damage that counting does not see shows when a query reads the files; or another
            # process is just rebuilding, and all is well once it has let the writer lock go.
            with self.guard, self.index.writing():
                self.index.close()
                try:
                    return self._search(query, k, only)
                except IndexDamaged as damage:
                    self._discard(damage)
                    self.follow()
            return self._search(query, k, only)

    def standing_search(self) -> Callable[[str, int], list[Hit]] | None:
        """Search in the index as it stands, edits that it has not followed left out; None where
        there is none that can be searched."""
        try:
            if not self._usable_as_it_is():
                return None
            self._search("", 1, ALL)
        except (IndexDamaged, EmbedderMismatch):
            return None
        return lambda question, k: self._search(question, k, ALL)

    def weights(self, question: str) -> dict[str, float]:
        """The terms of a question, each with how rare it is in the library."""
        self.bring_up_to_date()
        with self.index.reading() as reader:
            return dict(reader.keywords.weights(question_terms(question, self._equipment.aliases)))

    def copy_vectors(self, target: Path) -> bool:
        """Copy the kept vectors into a new file; False where there are none."""
        return self._equipment.cache.copy(target)

    def bring_up_to_date(self) -> None:
        """Follow the library once in the life of this object, and whenever the index is not fit
        for use; where another process writes, what stands is used."""
        if self._up_to_date:
            return
        with self.guard:
            if self._up_to_date:
                return
            if self._usable_as_it_is():
                # Somebody else writes, perhaps for minutes: answer from what stands.
                with self.index.writing(wait=False) as free:
                    if free:
                        self.follow()
            else:
                with self.index.writing():
                    self.follow()

    @property
    def _recipe(self) -> str:
        return f"{RECIPE}:{self._equipment.aliases.digest}"

    def _same_recipe(self, found: Manifest) -> bool:
        return found.recipe == self._recipe

    def _search(self, query: str, k: int, only: Filter) -> list[Hit]:
        own = self._equipment
        embedder, centres, aliases = own.embedder, own.centres, own.aliases
        with self.index.reading() as reader:
            self._check_embedder(reader.manifest)
            wanted = max(self.copies.room(k), own.depth)
            hits = search(reader, embedder, centres, aliases, query, wanted, only)
        once = self.copies.once(hits)
        return [*own.reranked(query, once[: own.depth]), *once[own.depth :]][:k]

    def _usable_as_it_is(self) -> bool:
        try:
            found = self.index.manifest()
        except IndexDamaged:
            return False
        return found is not None and self._same_recipe(found)

    def _check_embedder(self, found: Manifest) -> None:
        made = found.embedder
        if made != self._equipment.embedder.fingerprint:
            raise EmbedderMismatch(
                f"the index was built with {made}, the embedder now is "
                f"{self._equipment.embedder.fingerprint}",
                "compute-desk kb rebuild",
            )

    def _sound_manifest(self) -> Manifest:
        """The manifest to go on from: an empty one where the index is missing or was discarded."""
        try:
            found = self.index.manifest()
            if found is not None:
                if self._equipment.outgrew(found.embedder):
                    self._note("This release searches with a newer bundled embedder.")
                else:
                    self._check_embedder(found)
                    if self._same_recipe(found):
                        self.index.check()
                        return found
                self._note("The index was built in another way; building it anew.")
                self.index.clear()
            else:
                self.index.clear()  # stores without a manifest are the rest of a first write
        except IndexDamaged as damage:
            self._discard(damage)
        return self._empty()

    def _empty(self) -> Manifest:
        return Manifest(0, self._equipment.embedder.fingerprint, self._recipe)

    def _discard(self, damage: IndexDamaged) -> None:
        self._note(f"The index was damaged ({damage.message}); rebuilding it from the library.")
        self.index.set_aside()
