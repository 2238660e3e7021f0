"""A cache of vectors by the text they stand for, so that a rebuild embeds nothing twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np

from kb.errors import HomeUnusable
from kb.retrieval.embedders import Embedder, Vectors
from kb.texts.documents import vector_key

_BATCH = 64  # texts between two reports of progress
_WORTH_A_NOTE = 50  # texts: some two seconds
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors
(fingerprint TEXT, key TEXT, vector BLOB, PRIMARY KEY (fingerprint, key)) WITHOUT ROWID
"""


class Bundle(Protocol):
    """Vectors that came with the package."""

    def get(self, fingerprint: str, key: str) -> Vectors | None: ...


class VectorCache:
    """Vectors in a SQLite file, beside the bundled ones. A file that is damaged is replaced."""

    def __init__(
        self, path: Path, bundle: Bundle | None = None, note: Callable[[str], object] = str
    ) -> None:
        self._path = path
        self._bundle = bundle
        self._note = note

    def embed(
        self,
        texts: Sequence[str],
        embedder: Embedder,
        progress: Callable[[int, int], None] | None = None,
    ) -> Vectors:
        """The vectors of `texts` as passages, shape (texts, dimension).

        What is neither bundled nor cached is embedded now and cached; `progress` hears of texts
        done and texts in all.
        """
        keys = [vector_key(text) for text in texts]
        known = self._known(keys, embedder)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        done = len(texts) - len(missing)
        if len(missing) >= _WORTH_A_NOTE and progress is None:
            self._note(f"Embedding {len(missing)} passages; this happens once.")
        if progress is not None:
            progress(done, len(texts))
        wanted = list(missing.items())
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            rows = embedder.passages([text for _key, text in batch])
            # Rounded as they are stored: a later rebuild must give the same scores.
            fresh = {key: _rounded(row) for (key, _text), row in zip(batch, rows, strict=True)}
            self._store(fresh, embedder.fingerprint)
            known.update(fresh)
            if progress is not None:
                progress(min(done + start + len(batch), len(texts)), len(texts))
        if not keys:
            return np.zeros((0, embedder.dimension), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def copy(self, target: Path) -> bool:
        """Copy the cache into a new file, as it stands; False where it cannot be read."""
        if not self._path.is_file():
            return False
        try:
            with closing(self._connect()) as db, closing(sqlite3.connect(target)) as copied:
                db.backup(copied)
        except sqlite3.DatabaseError:
            target.unlink(missing_ok=True)  # only a cache: vectors can be made again
            return False
        return True

    def _known(self, keys: Sequence[str], embedder: Embedder) -> dict[str, Vectors]:
        known: dict[str, Vectors] = {}
        if self._bundle is not None:
            for key in keys:
                vector = self._bundle.get(embedder.fingerprint, key)
                if vector is not None:
                    known[key] = vector
        absent = [key for key in dict.fromkeys(keys) if key not in known]
        if absent:
            query = "SELECT vector FROM vectors WHERE fingerprint = ? AND key = ?"
            with closing(self._open()) as db:
                for key in absent:
                    row = db.execute(query, (embedder.fingerprint, key)).fetchone()
                    if row is not None and len(row[0]) == 2 * embedder.dimension:
                        known[key] = np.frombuffer(row[0], dtype=np.float16).astype(np.float32)
        return known

    def _store(self, vectors: Mapping[str, Vectors], fingerprint: str) -> None:
        rows = [(fingerprint, key, v.astype(np.float16).tobytes()) for key, v in vectors.items()]
        try:
            with closing(self._open()) as db, db:
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
        except sqlite3.OperationalError as error:
            raise HomeUnusable(
                f"cannot write {self._path}: {error}", "free space or permissions"
            ) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            raise HomeUnusable(
                f"cannot open {self._path}: {error}", "free space or permissions"
            ) from error
        except sqlite3.DatabaseError:
            # Only a cache: a damaged one is worth no more than a missing one.
            self._path.unlink()
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=30)
        try:
            db.execute(_SCHEMA)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db


def _rounded(vector: Vectors) -> Vectors:
    return vector.astype(np.float16).astype(np.float32)
