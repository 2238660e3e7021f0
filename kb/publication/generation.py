"""A published generation as it lies on a founder's machine: texts, records, passages with their
vectors and a keyword index, in a folder of its own that is never changed once it is there."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from kb.home import store_failure
from kb.programs.program import Program
from kb.publication.published_format import (
    Head,
    from_row,
    groups_of,
    joined,
    piece_ids,
    program_of,
    read_bundle,
    read_manifest,
    source_of,
    unusable,
)
from kb.publication.server import Collection, Row
from kb.records import Source
from kb.retrieval import manifest as index_manifest
from kb.retrieval.chroma import Stored
from kb.retrieval.copies import Copies
from kb.retrieval.embedders import Vectors
from kb.retrieval.keywords import KeywordIndex
from kb.texts.aliases import AliasTable

CONTENT, KEYWORDS = "content.db", "keywords"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pieces (id TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows
(id TEXT PRIMARY KEY, key TEXT UNIQUE, source TEXT, text TEXT, data TEXT, vector BLOB)
WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rows_of_source ON rows (source);
"""


class Content:
    """The pieces of text and the rows of a generation, in one SQLite file. Safe to share between
    threads. Damage raises `IndexDamaged`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CONTENT
        self._lock = Lock()
        with self._failures():
            self._db = sqlite3.connect(self._path, timeout=30, check_same_thread=False)

    @classmethod
    def create(cls, folder: Path) -> Content:
        """The file in a folder that is being filled; an empty one where there is none."""
        content = cls(folder)
        with content._failures(), content._db:
            content._db.executescript(_SCHEMA)
            content._db.execute("PRAGMA secure_delete = ON")  # what was taken back is gone
        return content

    def keep_only(self, pieces: Iterable[str], rows: Iterable[str]) -> None:
        """Remove everything else."""
        with self._failures(), self._db:
            for table, ids in (("pieces", pieces), ("rows", rows)):
                self._db.execute("CREATE TEMP TABLE wanted (id TEXT PRIMARY KEY)")
                self._db.executemany("INSERT INTO wanted VALUES (?)", ((one,) for one in ids))
                self._db.execute(
                    f"DELETE FROM {table} WHERE id NOT IN (SELECT id FROM wanted)"  # noqa: S608
                )
                self._db.execute("DROP TABLE wanted")

    def keep_pieces(self, parts: Mapping[str, str]) -> None:
        """Take in pieces of text."""
        with self._failures(), self._db:
            self._db.executemany("INSERT OR IGNORE INTO pieces VALUES (?, ?)", parts.items())

    def keep_rows(self, rows: Iterable[Row]) -> None:
        """Take in rows that were made sure of."""
        values = (
            (
                row.id,
                row.metadata["key"],
                row.metadata["source"],
                row.document,
                json.dumps(dict(row.metadata), ensure_ascii=False),
                row.vector.astype(np.float16).tobytes(),
            )
            for row in rows
        )
        with self._failures(), self._db:
            self._db.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)", values)

    def pieces(self, ids: Sequence[str]) -> dict[str, str]:
        """The pieces of text that are here."""
        return dict(self._select("SELECT id, text FROM pieces WHERE id", ids))

    def text(self, ref: str) -> str:
        """The JSON text of a reference. Raises `PublishedUnusable` where it is not all here."""
        return joined(ref, self.pieces(piece_ids(ref)))

    def row_ids(self) -> set[str]:
        """The ids of all rows."""
        with self._failures(), self._lock:
            return {one for (one,) in self._db.execute("SELECT id FROM rows").fetchall()}

    def rows(self, ids: Sequence[str]) -> list[Row]:
        """The rows of these ids that are here."""
        return self._rows("id", ids)

    def rows_of_keys(self, keys: Sequence[str]) -> list[Row]:
        """The rows under these keys of the index."""
        return self._rows("key", keys)

    def rows_of_sources(self, sources: Sequence[str]) -> list[Row]:
        """All rows of these sources."""
        return self._rows("source", sources)

    def vectors(self) -> tuple[list[str], Vectors]:
        """All keys, and their vectors in the same order."""
        with self._failures(), self._lock:
            found = self._db.execute("SELECT key, vector FROM rows ORDER BY key").fetchall()
        rows = [np.frombuffer(vector, dtype=np.float16) for _key, vector in found]
        if not rows:
            return [], np.zeros((0, 0), dtype=np.float32)
        return [key for key, _vector in found], np.stack(rows).astype(np.float32)

    def keys(self, ids: Sequence[str]) -> dict[str, str]:
        """The keys of rows by their ids on the server; what is not of this generation is left
        out."""
        return dict(self._select("SELECT id, key FROM rows WHERE id", ids))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, column: str, values: Sequence[str]) -> list[Row]:
        query = f"SELECT id, text, data, vector FROM rows WHERE {column}"  # noqa: S608
        return [
            Row(identity, text, json.loads(data), np.frombuffer(vector, dtype=np.float16))
            for identity, text, data, vector in self._select(query, values)
        ]

    def _select(self, query: str, values: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(values), 500):
            some = values[start : start + 500]
            marks = ", ".join("?" * len(some))
            with self._failures(), self._lock:
                found = self._db.execute(f"{query} IN ({marks})", some).fetchall()
            yield from found

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise store_failure("the copy of the published library", self._path, error) from error


class Generation:
    """An open generation. Raises `PublishedUnusable` or `IndexDamaged` where it is not as it was
    published."""

    def __init__(self, folder: Path, head: Head) -> None:
        self.folder = folder
        self.place: Collection | None = None  # of its rows at the server, once that was asked
        self.content = Content(folder)
        # Not closed while a search of another thread still reads it: only when nobody does.
        weakref.finalize(self, self.content.close)
        self.manifest = read_manifest(self.content.text(head.manifest), head)
        self.aliases = AliasTable(groups_of(self.content.text(self.manifest.aliases)), folded=True)
        self.sources: dict[str, Source] = {}
        self.programs: dict[str, Program] = {}
        entries = {}
        self._keys: dict[str, list[str]] = {}
        for source_id, entry in sorted(self.manifest.sources.items()):
            bundle = read_bundle(self.content.text(entry.bundle))
            source = source_of(bundle)
            if (source.id, source.version) != (source_id, entry.version):
                raise unusable("holds a source under another name")
            program = program_of(bundle)
            if program is not None:
                self.programs[source_id] = program
            self.sources[source_id] = source
            self._keys[source_id] = [key for key, _row in bundle.rows]
            entries[source_id] = index_manifest.Entry(source.version, len(bundle.rows))
        self.index = index_manifest.Manifest(
            self.manifest.generation, self.manifest.embedder, self.manifest.recipe, entries
        )
        self.copies = Copies(folder)
        self.keywords = KeywordIndex(folder / KEYWORDS)
        if self.keywords.count() != self.index.passages:
            raise unusable("has a keyword index that does not fit it")

    @cached_property
    def vectors(self) -> tuple[list[str], Vectors]:
        """All keys, and their vectors in the same order."""
        return self.content.vectors()

    def stored(self, source_id: str) -> list[Stored]:
        """The rows of a source, in order."""
        found = {str(row.metadata["key"]): row for row in self.content.rows_of_sources([source_id])}
        source = self.sources.get(source_id)
        if source is None:
            return []
        if not found.keys() >= set(self._keys[source_id]):
            raise unusable("is not all there")
        return [from_row(found[key], source) for key in self._keys[source_id]]

    def get(self, keys: Sequence[str]) -> list[Stored]:
        """The rows under these keys, in no particular order; unknown keys are left out."""
        found = []
        for row in self.content.rows_of_keys(keys):
            source = self.sources.get(str(row.metadata.get("source")))
            if source is not None:
                found.append(from_row(row, source))
        return found
