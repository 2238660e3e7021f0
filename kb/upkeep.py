"""Keeping the index in line with the library, and searching in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from threading import RLock

from kb import starter
from kb.aliases import AliasTable
from kb.centring import centres
from kb.documents import Document, embedded_text
from kb.editing import Editor
from kb.embedders import Embedder, Vectors, load_embedder
from kb.errors import EmbedderMismatch, IndexDamaged
from kb.home import Home
from kb.index import Index
from kb.library import Library
from kb.manifest import Manifest
from kb.records import Hit
from kb.search import search
from kb.sync import Step, notes, plan, record
from kb.terms import question_terms
from kb.vectors import VectorCache

# Raise when passages are cut, folded or turned into terms in another way.
RECIPE = 1

Progress = Callable[[int, int], None]


class Upkeep:
    """The index of a home, which follows its library. Loads index and embedder when needed.

    `follow` and what stands on it need the writer lock of `index`; `guard` is for the threads of
    this process. Safe to share between threads.
    """

    def __init__(
        self,
        home: Home,
        library: Library,
        embedder: str | Embedder | None,
        note: Callable[[str], None],
    ) -> None:
        self._home = home
        self._library = library
        self._chosen = embedder
        self._note = note
        self._said: set[str] = set()
        self._up_to_date = False
        self.index = Index(home.index)
        self.guard = RLock()

    def follow(self, progress: Progress | None = None) -> list[Step]:
        """Settle the library and bring the index in line; what it did. The caller is the only
        writer."""
        self.settle()
        base = self._sound_manifest()
        steps = plan(self._library.sources(), base)
        if steps or not base.generation:
            changed = [self._library.document(s.source) for s in steps if s.version is not None]
            removed = [step.source for step in steps if step.version is None]
            vectors = self._embed(changed, progress)
            self.index.write(list(zip(changed, vectors, strict=True)), removed, base, self.aliases)
        self._up_to_date = True
        return steps

    def settle(self) -> None:
        """Finish what a kill interrupted, and put edits by hand into the history. The caller is
        the only writer."""
        done = Editor(self._library).recover()
        if done is not None:
            self._note(f"Finished an interrupted change: {done.action} {done.source}.")
        for shelf in self._library.shelves:
            shelf.sweep()
        self._library.programs.lay_schema()
        staff = self._library.look()
        for line in notes(staff):
            if line not in self._said:
                self._said.add(line)
                self._note(line)
        record(self._library, staff)

    def trial(self) -> list[Step]:
        """What `follow` would do; nothing is written."""
        try:
            base = self.index.manifest()
        except IndexDamaged:
            base = None
        return plan(self._library.sources(), base if base and self._same_recipe(base) else None)

    def search(self, query: str, k: int, kind: str | None, language: str | None) -> list[Hit]:
        """The `k` best passages; a damaged index is repaired on the way."""
        self.bring_up_to_date()
        try:
            return self._search(query, k, kind, language)
        except IndexDamaged:
            # Damage that counting does not see shows when a query reads the files; or another
            # process is just rebuilding, and all is well once it has let the writer lock go.
            with self.guard, self.index.writing():
                self.index.close()
                try:
                    return self._search(query, k, kind, language)
                except IndexDamaged as damage:
                    self._discard(damage)
                    self.follow()
            return self._search(query, k, kind, language)

    def weights(self, question: str) -> dict[str, float]:
        """The terms of a question, each with how rare it is in the library."""
        self.bring_up_to_date()
        with self.index.reading() as reader:
            return dict(reader.keywords.weights(question_terms(question, self.aliases)))

    def copy_vectors(self, target: Path) -> bool:
        """Copy the kept vectors into a new file; False where there are none."""
        return self._cache.copy(target)

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

    @cached_property
    def aliases(self) -> AliasTable:
        """The bundled alias table with the home's own words."""
        own = [self._home.aliases] if self._home.aliases.is_file() else []
        return AliasTable.load(starter.ALIASES, *own)

    @cached_property
    def _embedder(self) -> Embedder:
        if self._chosen is None or isinstance(self._chosen, str):
            return load_embedder(self._chosen, self._note)
        return self._chosen

    @cached_property
    def _bundle(self) -> starter.BundledVectors:
        return starter.BundledVectors()

    @cached_property
    def _cache(self) -> VectorCache:
        return VectorCache(self._home.vectors, self._bundle, self._note)

    @cached_property
    def _centres(self) -> Mapping[str, Vectors]:
        if self._bundle.fingerprint == self._embedder.fingerprint and self._bundle.centres:
            return self._bundle.centres
        return centres(self._embedder)

    @property
    def _recipe(self) -> str:
        return f"{RECIPE}:{self.aliases.digest}"

    def _same_recipe(self, found: Manifest) -> bool:
        return found.recipe == self._recipe

    def _search(self, query: str, k: int, kind: str | None, language: str | None) -> list[Hit]:
        embedder, means, aliases = self._embedder, self._centres, self.aliases
        with self.index.reading() as reader:
            self._check_embedder(reader.manifest)
            return search(reader, embedder, means, aliases, query, k, kind=kind, language=language)

    def _usable_as_it_is(self) -> bool:
        try:
            found = self.index.manifest()
        except IndexDamaged:
            return False
        return found is not None and self._same_recipe(found)

    def _check_embedder(self, found: Manifest) -> None:
        made = found.embedder
        if made != self._embedder.fingerprint:
            raise EmbedderMismatch(
                f"the index was built with {made}, the embedder now is "
                f"{self._embedder.fingerprint}",
                "compute-desk kb rebuild",
            )

    def _sound_manifest(self) -> Manifest:
        """The manifest to go on from: an empty one where the index is missing or was discarded."""
        try:
            found = self.index.manifest()
            if found is not None:
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
        return Manifest(0, self._embedder.fingerprint, self._recipe)

    def _discard(self, damage: IndexDamaged) -> None:
        self._note(f"The index was damaged ({damage.message}); rebuilding it from the library.")
        self.index.set_aside()

    def _embed(self, documents: list[Document], progress: Progress | None) -> Iterator[Vectors]:
        texts = [embedded_text(passage) for document in documents for passage in document.passages]
        vectors = self._cache.embed(texts, self._embedder, progress)
        start = 0
        for document in documents:
            yield vectors[start : start + len(document.passages)]
            start += len(document.passages)
