"""The knowledge base of a founder's desk: what a fund has published, and no library of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Self, TypeVar

from kb.errors import (
    EmbedderMismatch,
    IndexDamaged,
    PublishedUnusable,
    ServerUnreachable,
    UnknownSource,
)
from kb.home import Home
from kb.keeping.gaps import Gap, GapLog
from kb.keeping.reports import Report
from kb.programs.names import find_program
from kb.programs.program import Program
from kb.publication.address import Address
from kb.publication.following import Follower
from kb.publication.gap_exchange import Outbox
from kb.publication.generation import Generation
from kb.publication.published_format import OBJECTS, joined, piece_ids, read_bundle, source_of
from kb.publication.server import BATCH, ChromaServer
from kb.records import Hit, Passage, Source
from kb.retrieval.chroma import Stored
from kb.retrieval.embedders import Embedder, Vectors
from kb.retrieval.equipment import Equipment, Equipped
from kb.retrieval.filters import Filter
from kb.retrieval.index import Reader
from kb.retrieval.search import search
from kb.retrieval.upkeep import READABLE, RECIPE
from kb.texts.aliases import AliasTable
from kb.texts.terms import question_terms

_Result = TypeVar("_Result")
_HINT = (
    "This question stays on your machine. To let the fund know what its library lacks (question, "
    "language, what was missing and when; not who asked), set send_gaps = true in settings.toml; "
    "with false you are not asked again."
)
_AGE = 1.0  # seconds for which a list may be old; a search never is


class PublishedKnowledge(Equipped):
    """What is published at an address, read as `kb.knowledge_base.KnowledgeBase` is.

    Opening asks nobody. The first use fetches the present generation into the home; from then on
    each search makes sure that it is still the present one, and asks the server for the passages
    that are near in meaning. Where the server does not answer, the generation that is here answers
    and `note` says so. Safe to share between threads and processes.
    """

    def __init__(
        self,
        home: Home,
        address: Address,
        key: str | None,
        embedder: str | Embedder | None,
        note: Callable[[str], None],
        send_gaps: bool | None,
        reranker: str | None,
    ) -> None:
        self._address = address
        self._equipment = Equipment(home, embedder, note, reranker)
        self._note = note
        folder = home.published / sha256(address.shown.encode()).hexdigest()[:16]
        self._server = ChromaServer(address, key)
        self._follower = Follower(folder, self._server, note)
        self._gaps = GapLog(home.gaps)
        self._outbox = Outbox(folder, self._server, bool(send_gaps))
        self._hint = folder / "told-of-gaps" if send_gaps is None else None
        self._older: dict[tuple[str, str], Source] = {}

    @classmethod
    def open(
        cls,
        home: Path,
        url: str,
        *,
        key: str | None = None,
        embedder: str | Embedder | None = None,
        note: Callable[[str], None] = lambda _line: None,
        send_gaps: bool | None = None,
        reranker: str | None = None,
    ) -> Self:
        """What is published at `url` (see `address.Address`), with its copy in `home`.

        Unless `send_gaps` is true no question leaves this machine; where it is None, `note` is told
        once that it could. Raises `HomeUnusable`, or `ServerRefused` for an address that is none.
        """
        address = Address.parse(url)
        place = Home(home)
        place.prepare()
        return cls(place, address, key, embedder, note, send_gaps, reranker)

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        kind: str | None = None,
        language: str | None = None,
        published_from: str | None = None,
        published_to: str | None = None,
    ) -> list[Hit]:
        """The `k` passages that answer `query` best, as `KnowledgeBase.search` finds them.

        Raises `EmbedderMismatch` where the library was published with another embedder.
        """
        if k < 1:
            raise ValueError("k must be at least 1")
        self._outbox.resume()
        only = Filter(kind, language, published_from, published_to)
        return self._read(lambda generation: self._find(generation, query, k, only), 0.0)

    def _find(self, generation: Generation, query: str, k: int, only: Filter) -> list[Hit]:
        self._check_embedder(generation)
        store = PublishedStore(generation, self._server, self._follower)
        reader = Reader(generation.index, store, generation.keywords)
        own, copies = self._equipment, generation.copies
        wanted = max(copies.room(k), own.depth)
        hits = search(
            reader, own.embedder, own.centres, generation.aliases, query, wanted, only, own.asked
        )
        once = copies.once(hits)
        best = [*own.reranked(query, once[: own.depth]), *once[own.depth :]][:k]
        known = generation.sources
        return [
            replace(hit, also=tuple(source for source in hit.also if source in known))
            for hit in best
        ]

    def question_weights(self, question: str) -> dict[str, float]:
        """The terms of a question (see `terms`), each with how rare it is in the library."""

        def weigh(generation: Generation) -> dict[str, float]:
            terms = question_terms(question, generation.aliases)
            return dict(generation.keywords.weights(terms))

        return self._read(weigh, _AGE)

    def sources(self) -> list[Source]:
        """All articles and programs, sorted by id."""
        return list(self._present.sources.values())

    def source(self, source_id: str, version: str | None = None) -> Source:
        """An article or program as it is or, with a version, as it was. Raises `UnknownSource`."""
        generation = self._present
        present = generation.sources.get(source_id)
        if present is not None and version in (None, present.version):
            return present
        if version is None:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        ref = generation.manifest.versions.get(source_id, {}).get(version)
        if ref is None:
            raise UnknownSource(f"{source_id} has no version {version}", "compute-desk kb list")
        known = self._older.get((source_id, version))
        if known is None:
            known = self._older[source_id, version] = source_of(read_bundle(self._text(ref)))
        return known

    def passages(self, source_id: str) -> list[Passage]:
        """The passages of a source, in order. Raises `UnknownSource`."""
        if source_id not in self._present.sources:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        rows = self._read(lambda generation: generation.stored(source_id), _AGE)
        return list(dict.fromkeys(row.passage for row in rows))

    def programs(self) -> list[Program]:
        """All program records, sorted by id."""
        return list(self._present.programs.values())

    def find_program(self, name: str) -> Program | None:
        """The program that `name` means (see `names.find_program`); None where it is unknown."""
        generation = self._present
        return find_program(name, list(generation.programs.values()), generation.aliases)

    def program_passages(self, program_id: str, language: str) -> list[Passage]:
        """The terms of a program in a language ("zh-Hant" gives Simplified), in order. Raises
        `UnknownSource`."""
        if program_id not in self._present.programs:
            raise UnknownSource(f"there is no program {program_id}", "compute-desk programs list")
        wanted = "en" if language == "en" else "zh-Hans"
        return [p for p in self.passages(program_id) if p.language == wanted]

    @property
    def aliases(self) -> AliasTable:
        """The alias table that was published."""
        return self._present.aliases

    @property
    def library_version(self) -> str:
        """The version of the library that was published: 12 hexadecimal digits."""
        return self._present.manifest.library_version

    def state(self) -> str:
        """What is read, in a few words, and whether the server answers."""
        manifest = self._present.manifest
        line = f"library {manifest.library_version}, published {manifest.published_at[:10]}"
        return f"{line}, server not reachable" if self._follower.trouble else line

    def record_gap(self, question: str, language: str, missing: list[str]) -> None:
        """Keep a question that was not answered and, where the founder agreed, send it."""
        self._outbox.send(self._gaps.record(question, language, missing))
        if self._hint is not None and not self._hint.exists():
            with suppress(OSError):
                self._hint.parent.mkdir(parents=True, exist_ok=True)
                self._hint.touch()
            self._note(_HINT)

    def record_report(self, question: str, language: str, report: Report) -> bool:
        """Keep an answer that a person reported and, where the founder agreed, send it; whether
        it goes to staff's list."""
        self._outbox.send(self._gaps.record(question, language, [], report))
        return self._outbox.agreed

    def gaps(self) -> list[Gap]:
        """The questions of this desk that were not answered, oldest first."""
        return self._gaps.all()

    def close(self) -> None:
        """Release files and connections; a gap that is being sent has two seconds left."""
        self._outbox.close()
        self._follower.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _read(self, work: Callable[[Generation], _Result], age: float) -> _Result:
        """What `work` makes of the generation; a copy that is damaged is fetched once more."""
        try:
            return work(self._follower.current(age))
        except (IndexDamaged, PublishedUnusable):
            self._follower.discard()
            return work(self._follower.current())

    @property
    def _present(self) -> Generation:
        return self._follower.current(_AGE)

    def _check_embedder(self, generation: Generation) -> None:
        made = generation.manifest.embedder
        if made != self._equipment.embedder.fingerprint:
            raise EmbedderMismatch(
                f"the library was published with {made}, the embedder here is "
                f"{self._equipment.embedder.fingerprint}",
                "set COMPUTE_DESK_EMBEDDER to the model that the fund uses, or use its release",
            )
        recipe = generation.manifest.recipe.partition(":")[0]
        if recipe not in READABLE:
            raise EmbedderMismatch(
                f"the library was published with recipe {recipe}, this desk compares passages by "
                f"recipe {RECIPE}",
                "use the release of compute-desk that the fund uses",
            )

    def _text(self, ref: str) -> str:
        place = self._server.collection(OBJECTS)
        ids = piece_ids(ref)
        parts: dict[str, str] = {}
        for start in range(0, len(ids) if place is not None else 0, BATCH):
            assert place is not None
            rows = self._server.get(place, ids[start : start + BATCH])
            parts |= {row.id: row.document for row in rows}
        return joined(ref, parts)


class PublishedStore:
    """The rows of a generation: looked for at the server, told from the copy that is here.

    The server answers with ids only; what they stand for was made sure of when it was fetched. It
    may hold more rows than this generation, or fewer where a newer one has just replaced it; then
    the copy finds the nearest ones itself, as it does where the server does not answer.
    """

    def __init__(self, generation: Generation, server: ChromaServer, follower: Follower) -> None:
        self._generation = generation
        self._server = server
        self._follower = follower

    def nearest(self, vector: Vectors, count: int) -> list[str]:
        """The keys of the passages whose vectors are nearest to `vector` by cosine, nearest
        first."""
        keys = None if self._follower.trouble else self._asked(vector, count)
        return keys if keys is not None else self._computed(vector, count)

    def count(self) -> int:
        """How many passages there are."""
        return self._generation.index.passages

    def close(self) -> None:
        """Nothing is open here but what the generation holds."""

    def get(self, keys: Sequence[str]) -> list[Stored]:
        """The passages with these keys, in no particular order; unknown keys are left out."""
        return self._generation.get(keys)

    def _asked(self, vector: Vectors, count: int) -> list[str] | None:
        if count > BATCH:
            return None
        try:
            place = self._generation.place or self._server.collection(
                self._generation.manifest.passages
            )
            self._generation.place = place
            found = None if place is None else self._server.nearest(place, vector, count)
        except ServerUnreachable as error:
            self._follower.fail(error)
            return None
        known = self._generation.content.keys(found or [])
        if len(known) < count:
            return None
        return [known[one] for one in dict.fromkeys(found or []) if one in known]

    def _computed(self, vector: Vectors, count: int) -> list[str]:
        keys, vectors = self._generation.vectors
        return [keys[int(n)] for n in (vectors @ vector).argsort(kind="stable")[::-1][:count]]
