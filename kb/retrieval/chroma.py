"""The vector store: one embedded Chroma collection that holds every passage."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, Self, cast

import numpy as np

from kb.home import store_failure
from kb.records import Passage
from kb.retrieval.embedders import Vectors

COLLECTION = "public"
_BATCH = 250
_OPTIONAL = ("publisher", "as_of", "url", "program", "field")


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as it lies in the store, with its vector, the names it also goes by and the vectors
    of its sentences (`space.sentence_codes`), which rows of older releases lack."""

    key: str
    passage: Passage
    also: str
    vector: Vectors
    sentences: bytes = b""


class PassageStore(Protocol):
    """What search needs of a store of passages."""

    def count(self) -> int: ...
    def nearest(self, vector: Vectors, count: int) -> list[str]: ...
    def get(self, keys: Sequence[str]) -> list[Stored]: ...
    def close(self) -> None: ...


class ChromaStore:
    """An open collection. Open it, use it, close it: a client that stays open misses what other
    processes write, so readers reopen when the manifest moves. Embeddings are always passed:
    Chroma's own default would fetch a model. Every failure is `IndexDamaged` or `HomeUnusable`.
    """

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        # Not given back where opening fails: Chroma keeps the half-started system under it.
        self._spelling = _Spellings.take(folder)
        with _failures(folder):
            # Its published type lacks close().
            self._client: Any = chromadb.PersistentClient(
                path=self._spelling, settings=Settings(anonymized_telemetry=False)
            )
            self._collection = self._client.get_or_create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release files and threads."""
        self._client.close()
        _Spellings.free(self._spelling)

    def count(self) -> int:
        """How many passages there are."""
        with _failures(self._folder):
            return self._collection.count()

    def put(self, rows: Sequence[Stored]) -> None:
        """Insert or replace passages."""
        with _failures(self._folder):
            for start in range(0, len(rows), _BATCH):
                batch = rows[start : start + _BATCH]
                self._collection.upsert(
                    ids=[row.key for row in batch],
                    embeddings=np.stack([row.vector for row in batch]),
                    documents=[row.passage.text for row in batch],
                    metadatas=[metadata_of(row) for row in batch],
                )

    def delete(self, keys: Sequence[str]) -> None:
        """Remove passages; unknown keys are ignored."""
        with _failures(self._folder):
            for start in range(0, len(keys), _BATCH):
                self._collection.delete(ids=list(keys[start : start + _BATCH]))

    def settle(self) -> None:
        """Have the last writes folded into the graph, as any query does."""
        with _failures(self._folder):
            some = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
        if some is not None and len(some):
            self.nearest(np.asarray(some[0], dtype=np.float32), 1)

    def nearest(self, vector: Vectors, count: int) -> list[str]:
        """The keys of the passages whose vectors are nearest to `vector` by cosine, nearest
        first."""
        with _failures(self._folder):
            found = self._collection.query(
                query_embeddings=vector.reshape(1, -1), n_results=count, include=[]
            )
        return [str(key) for key in found["ids"][0]]

    def get(self, keys: Sequence[str]) -> list[Stored]:
        """The passages with these keys, in no particular order; unknown keys are left out."""
        if not keys:
            return []
        with _failures(self._folder):
            found = self._collection.get(
                ids=list(keys), include=["documents", "metadatas", "embeddings"]
            )
        columns = [
            cast(Any, found[name]) for name in ("ids", "documents", "metadatas", "embeddings")
        ]
        return _rows(*columns)


def wipe_unused(folder: Path) -> None:
    """Overwrite what Chroma saves of a graph that it has not filled yet: memory that its process
    used before for something else, such as a text that not everybody may read. Nothing reads it
    back. The caller keeps writers out.

    Chroma writes these files when an open collection is first counted or queried.
    """
    for header in folder.glob("*/header.bin"):
        if (header.parent / "index_metadata.pickle").exists():
            continue  # filled: it holds vectors and nothing else
        for name in ("data_level0.bin", "length.bin"):
            path = header.parent / name
            with suppress(OSError), path.open("r+b") as file:
                file.write(bytes(path.stat().st_size))


def _rows(ids: Any, documents: Any, metadatas: Any, embeddings: Any) -> list[Stored]:
    return [
        stored_from(key, text, data, np.asarray(vector, dtype=np.float32))
        for key, text, data, vector in zip(ids, documents, metadatas, embeddings, strict=True)
        if text is not None and data  # rows deleted since the client was opened come back empty
    ]


def metadata_of(row: Stored) -> dict[str, str | int]:
    """What a row says beside its text and vector, as Chroma keeps it."""
    passage = row.passage
    values: dict[str, str | int] = {
        "source": passage.source,
        "version": passage.version,
        "start": passage.start,
        "end": passage.end,
        "parent_start": passage.parent_start,
        "parent_end": passage.parent_end,
        "language": passage.language,
        "title": passage.title,
        "header": passage.header,
        "kind": passage.kind,
        "grade": passage.grade,
        "also": row.also,
    }
    optional = {name: getattr(passage, name) for name in _OPTIONAL}
    if row.sentences:
        optional["sentences"] = b64encode(row.sentences).decode()
    return values | {name: value for name, value in optional.items() if value is not None}


def stored_from(key: str, text: str, data: Mapping[str, Any], vector: Vectors) -> Stored:
    """A row from its parts. Raises `KeyError` where one is missing, `ValueError` or `TypeError`
    where one makes no sense."""
    passage = Passage(
        source=data["source"],
        version=data["version"],
        start=int(data["start"]),
        end=int(data["end"]),
        parent_start=int(data["parent_start"]),
        parent_end=int(data["parent_end"]),
        text=text,
        language=data["language"],
        title=data["title"],
        header=data["header"],
        kind=data["kind"],
        grade=data["grade"],
        **{name: data.get(name) for name in _OPTIONAL},
    )
    codes = b64decode(data.get("sentences", ""), validate=True)
    return Stored(key, passage, data["also"], vector, codes)


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # Chroma's core panics on some damaged files; that is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise store_failure("the vector store", folder, error) from error


class _Spellings:
    """Chroma shares one system between clients whose paths are spelt alike, stale cache and all.

    Each client gets its own spelling of the path, so that closing and opening gives a fresh one.
    """

    _used: set[str] = set()  # noqa: RUF012  # one for the process, as is Chroma's cache
    _guard = Lock()

    @classmethod
    def take(cls, folder: Path) -> str:
        with cls._guard:
            spelling = str(folder)
            while spelling in cls._used:
                spelling += "/."
            cls._used.add(spelling)
            return spelling

    @classmethod
    def free(cls, spelling: str) -> None:
        with cls._guard:
            cls._used.discard(spelling)
