"""The knowledge base: the one way in for the assistant and the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Literal, Self

from kb import starter
from kb.aliases import AliasTable
from kb.centring import centres
from kb.documents import Document, article, embedded_text
from kb.embedders import Embedder, Vectors, load_embedder
from kb.errors import EmbedderMismatch, IndexDamaged, ReadOnlySource, UnknownSource
from kb.extraction import read_file
from kb.gaps import Gap, GapLog
from kb.home import Home
from kb.index import Index
from kb.library import Library
from kb.manifest import Manifest
from kb.names import find_program
from kb.programs import Program
from kb.records import Hit, Passage, Source
from kb.search import search
from kb.terms import question_terms
from kb.vectors import VectorCache

# Raise when passages are cut, folded or turned into terms in another way.
RECIPE = 1


@dataclass(frozen=True, slots=True)
class Added:
    """What `add` did: the source, whether it is new, and how many passages it has."""

    source: Source
    outcome: Literal["added", "unchanged"]
    passages: int


def _silent(_text: str) -> None:
    """Where nobody listens to notes."""


class KnowledgeBase:
    """Articles and programs of a home: the bundled layer and, over it, what staff added.

    Opening is cheap; the index and the embedder load with the first search or write, and the
    index is then brought in line with the library. `note` hears, in one line each, what a person
    should know (first indexing, a repair, a fallback). Safe to share between threads.
    """

    def __init__(
        self, home: Home, embedder: str | Embedder | None, note: Callable[[str], None]
    ) -> None:
        self._home = home
        self._note = note
        self._chosen = embedder
        self._library = Library(home.articles)
        self._gaps = GapLog(home.gaps)
        self._index = Index(home.index)
        self._articles: dict[str, Document] = {}
        self._synced = False
        self._guard = RLock()

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        embedder: str | Embedder | None = None,
        note: Callable[[str], None] = _silent,
    ) -> Self:
        """The knowledge base in `home`, which is created where it does not exist.

        `embedder` is the name or folder of a sentence-transformers model, an `Embedder`, or None
        for the bundled one. Raises `HomeUnusable`.
        """
        place = Home(home)
        place.prepare()
        return cls(place, embedder, note)

    def add(self, path: Path, progress: Callable[[int, int], None] | None = None) -> Added:
        """Take in a file as an article. The same bytes again change nothing.

        `progress` hears of passages embedded and passages in all. Raises `UnreadableSource`.
        """
        return self._take_in(path.name, read_file(path), None, progress)

    def add_url(
        self,
        url: str,
        progress: Callable[[int, int], None] | None = None,
        *,
        allowed: Collection[str] = (),
    ) -> Added:
        """Fetch a web page and take it in as an article; see `kb.fetching.fetch`."""
        from kb.fetching import fetch

        page = fetch(url, allowed=allowed)
        return self._take_in(page.name, page.data, page.url, progress)

    def _take_in(
        self,
        name: str,
        data: bytes,
        url: str | None,
        progress: Callable[[int, int], None] | None,
    ) -> Added:
        with self._guard, self._index.writing():
            self._sync()  # first, so that an index that cannot be written takes nothing in
            known = self._library.find(data)
            if known is None:
                taken = frozenset(starter.documents())
                source = self._library.add(name, data, taken, url)
            else:
                source = self._library.source(known)
            self._sync(progress)
            passages = len(self._document(source.id).passages)
        return Added(source, "added" if known is None else "unchanged", passages)

    def remove(self, source_id: str) -> None:
        """Remove an article that staff added. Raises `ReadOnlySource` or `UnknownSource`."""
        if source_id in starter.documents():
            raise ReadOnlySource(
                f"{source_id} belongs to the starter library, which is read-only",
                "only articles that were added can be removed",
            )
        with self._guard, self._index.writing():
            document = self._document(source_id)
            self._library.remove(source_id)
            self._sync()
            self._cache.forget([embedded_text(passage) for passage in document.passages])

    def sources(self) -> list[Source]:
        """All articles and programs, sorted by id."""
        return list(self._sources().values())

    def source(self, source_id: str, version: str | None = None) -> Source:
        """An article or program. Raises `UnknownSource`, also where it has another version now."""
        source = self._document(source_id).source
        if version is not None and version != source.version:
            raise UnknownSource(
                f"{source_id} has no version {version}; it is now {source.version}",
                f"compute-desk kb show {source_id}",
            )
        return source

    def passages(self, source_id: str) -> list[Passage]:
        """The passages of a source, in order. Raises `UnknownSource`."""
        return list(self._document(source_id).passages)

    def programs(self) -> list[Program]:
        """All public program records, sorted by id."""
        return list(starter.programs())

    def find_program(self, name: str) -> Program | None:
        """The program with this id, name, alias or sponsor, in any script; None where it is
        unknown. An id goes before a name, a name before an alias, an alias before a sponsor."""
        return find_program(name, starter.programs(), self.aliases)

    def program_passages(self, program_id: str, language: str) -> list[Passage]:
        """The terms of a program in a language, in order, each with its `field`.

        Terms are kept in English and Simplified Chinese; "zh-Hant" gives the latter. Raises
        `UnknownSource`.
        """
        if all(program.id != program_id for program in starter.programs()):
            raise UnknownSource(f"there is no program {program_id}", "compute-desk programs list")
        wanted = "en" if language == "en" else "zh-Hans"
        return [p for p in self._document(program_id).passages if p.language == wanted]

    def search(
        self, query: str, k: int = 10, *, kind: str | None = None, language: str | None = None
    ) -> list[Hit]:
        """The `k` passages that answer `query` best, whatever language either is in.

        `kind` ("article", "program") and `language` restrict them. Raises `EmbedderMismatch`
        where the index was built with another embedder, `ValueError` where `k` is below 1.
        """
        if k < 1:
            raise ValueError("k must be at least 1")
        self._bring_up_to_date()
        try:
            return self._search(query, k, kind, language)
        except IndexDamaged:
            # Damage that counting does not see shows when a query reads the files; or another
            # process is just rebuilding, and all is well once it has let the writer lock go.
            with self._guard, self._index.writing():
                self._index.close()
                try:
                    return self._search(query, k, kind, language)
                except IndexDamaged as damage:
                    self._discard(damage)
                    self._sync()
            return self._search(query, k, kind, language)

    def question_weights(self, question: str) -> dict[str, float]:
        """The terms of a question (see `kb.terms`), each with how rare it is in the library."""
        self._bring_up_to_date()
        with self._index.reading() as reader:
            return dict(reader.keywords.weights(question_terms(question, self.aliases)))

    def rebuild(self) -> None:
        """Build the index anew from the library, with the embedder chosen now."""
        with self._guard, self._index.writing():
            self._index.clear()
            self._sync()

    @property
    def library_version(self) -> str:
        """A hash over ids and versions of all sources: 12 hexadecimal digits."""
        lines = [f"{source.id} {source.version}" for source in self.sources()]
        return sha256("\n".join(lines).encode()).hexdigest()[:12]

    def record_gap(self, question: str, language: str, missing: list[str]) -> None:
        """Keep a question that was not answered, for staff."""
        self._gaps.record(question, language, missing)

    def gaps(self) -> list[Gap]:
        """The questions that were not answered, oldest first."""
        return self._gaps.all()

    def close(self) -> None:
        """Release files and threads."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

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
        return VectorCache(self._home.index / "vectors.db", self._bundle, self._note)

    @cached_property
    def _centres(self) -> Mapping[str, Vectors]:
        if self._bundle.fingerprint == self._embedder.fingerprint and self._bundle.centres:
            return self._bundle.centres
        return centres(self._embedder)

    @property
    def _recipe(self) -> str:
        return f"{RECIPE}:{self.aliases.digest}"

    def _sources(self) -> dict[str, Source]:
        """Both layers by id, sorted."""
        both = {source: document.source for source, document in starter.documents().items()}
        both |= {source: self._library.source(source) for source in self._library.ids()}
        return dict(sorted(both.items()))

    def _document(self, source_id: str) -> Document:
        bundled = starter.documents().get(source_id)
        if bundled is not None:
            return bundled
        source = self._library.source(source_id)
        known = self._articles.get(source_id)
        if known is None or known.source.version != source.version:
            known = self._articles[source_id] = article(source)
        return known

    def _search(self, query: str, k: int, kind: str | None, language: str | None) -> list[Hit]:
        embedder, means, aliases = self._embedder, self._centres, self.aliases
        with self._index.reading() as reader:
            self._check_embedder(reader.manifest)
            return search(reader, embedder, means, aliases, query, k, kind=kind, language=language)

    def _bring_up_to_date(self) -> None:
        if self._synced:
            return
        with self._guard:
            if self._synced:
                return
            if self._usable_as_it_is():
                # Somebody else writes, perhaps for minutes: answer from what stands.
                with self._index.writing(wait=False) as free:
                    if free:
                        self._sync()
            else:
                with self._index.writing():
                    self._sync()

    def _usable_as_it_is(self) -> bool:
        try:
            found = self._index.manifest()
        except IndexDamaged:
            return False
        return found is not None and found.recipe == self._recipe

    def _check_embedder(self, found: Manifest) -> None:
        if found.embedder != self._embedder.fingerprint:
            raise EmbedderMismatch(
                f"the index was built with {found.embedder}, the embedder now is "
                f"{self._embedder.fingerprint}",
                "compute-desk kb rebuild",
            )

    def _sync(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Bring the index in line with the library; the caller holds the writer lock."""
        self._library.sweep()
        sources = self._sources()
        base = self._sound_manifest()
        changed = [
            self._document(source.id)
            for source in sources.values()
            if not base.holds(source.id, source.version)
        ]
        removed = [source for source in base.documents if source not in sources]
        if changed or removed or not base.generation:
            vectors = self._embed(changed, progress)
            self._index.write(list(zip(changed, vectors, strict=True)), removed, base, self.aliases)
        self._synced = True

    def _sound_manifest(self) -> Manifest:
        """The manifest to go on from: an empty one where the index is missing or was discarded."""
        try:
            found = self._index.manifest()
            if found is not None:
                self._check_embedder(found)
                if found.recipe == self._recipe:
                    self._index.check()
                    return found
                self._note("The index was built in another way; building it anew.")
                self._index.clear()
            else:
                self._index.clear()  # stores without a manifest are the rest of a first write
        except IndexDamaged as damage:
            self._discard(damage)
        return Manifest(0, self._embedder.fingerprint, self._recipe)

    def _discard(self, damage: IndexDamaged) -> None:
        self._note(f"The index was damaged ({damage.message}); rebuilding it from the library.")
        self._index.set_aside()

    def _embed(
        self, documents: list[Document], progress: Callable[[int, int], None] | None
    ) -> Iterator[Vectors]:
        texts = [embedded_text(passage) for document in documents for passage in document.passages]
        vectors = self._cache.embed(texts, self._embedder, progress)
        start = 0
        for document in documents:
            yield vectors[start : start + len(document.passages)]
            start += len(document.passages)
