"""The index of a home: Chroma and the keyword index side by side, under one manifest.

Always rebuildable from the library. A writer changes both, then the manifest, then clears away
what the manifest no longer names; a kill in between leaves counts that disagree, which the next
opening sees. Readers hold a shared lock while they open and query, so they never meet half a
write, and open anew when the manifest file has changed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from zlib import crc32

from kb.errors import IndexDamaged
from kb.home import write_atomically
from kb.locks import locked, passed
from kb.retrieval import manifest
from kb.retrieval.chroma import ChromaStore, PassageStore, Stored, wipe_unused
from kb.retrieval.filters import Filter
from kb.retrieval.keywords import Entry, KeywordIndex
from kb.retrieval.manifest import Manifest
from kb.retrieval.placing import Placed
from kb.texts.aliases import AliasTable
from kb.texts.documents import passage_key
from kb.texts.terms import terms

DAYS = "days"  # where the indexes of past days lie, beside the stores of the present
_GROUP = 2000  # passages written between two states that readers can see


@dataclass(frozen=True, slots=True)
class Reader:
    """An open index, as of its manifest."""

    manifest: Manifest
    store: PassageStore
    keywords: KeywordIndex
    _admitted: dict[Filter, frozenset[str]] = field(default_factory=dict)

    def admitted(self, only: Filter) -> frozenset[str]:
        """The keys of all passages that a filter admits; worked out once for each filter."""
        if only not in self._admitted:
            self._admitted[only] = self.keywords.admitted(only)
        return self._admitted[only]


class Index:
    """The index in a folder. `writing` is for one process at a time, `reading` for any number.

    `writer` is the lock file of the writers; indexes of one library share it.
    """

    def __init__(self, folder: Path, writer: Path | None = None) -> None:
        self.folder = folder
        self._writer = writer or folder / "writer.lock"
        self._manifest = folder / "manifest.json"
        self._checks = folder / "checksums.json"
        self._reader: Reader | None = None
        self._seen: tuple[int, int, int] | None = None
        self._guard = RLock()

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[bool]:
        """Keep other writers out; yields False where one is at work and `wait` is off."""
        with locked(self._writer, wait=wait) as taken:
            yield taken

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The index as of now. Raises `IndexDamaged` where there is none or it cannot be opened."""
        # Whoever waits for readers to finish holds the turnstile, so that readers who come and go
        # cannot keep a writer waiting for ever.
        turnstile = self.folder / "turnstile"
        with self._guard, passed(turnstile), locked(self.folder / "lock", shared=True):
            if self._reader is None or self._signature() != self._seen:
                self.close()
                self._seen = self._signature()
                self._reader = self._open()
            yield self._reader

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No reader is in the stores, in this process or another."""
        with locked(self.folder / "turnstile"), locked(self.folder / "lock"):
            yield

    def manifest(self) -> Manifest | None:
        """What the index holds, or None before the first write. Raises `IndexDamaged`."""
        return manifest.load(self._manifest)

    def check(self) -> None:
        """Raise `IndexDamaged` where the stores do not hold what the manifest says, by count."""
        with self.reading() as reader:
            expected = reader.manifest.passages
            counts = (reader.store.count(), reader.keywords.count())
        if counts != (expected, expected):
            raise IndexDamaged(
                f"the index should hold {expected} passages and holds {counts[0]} vectors and "
                f"{counts[1]} keyword entries",
                "compute-desk kb rebuild",
            )

    def write(
        self,
        documents: Sequence[Placed],
        removed: Sequence[str],
        base: Manifest,
        aliases: AliasTable,
    ) -> Manifest:
        """Insert or replace documents and remove sources; the caller holds `writing`.

        `base` is the manifest to start from.
        """
        current = base
        groups = list(_groups(documents)) or [[]]
        for number, group in enumerate(groups):
            gone = removed if number == 0 else ()
            with self._guard, self._alone():
                self.close()
                current = self._write_group(group, gone, current, aliases)
        return current

    def _write_group(
        self,
        group: Sequence[Placed],
        removed: Sequence[str],
        base: Manifest,
        aliases: AliasTable,
    ) -> Manifest:
        rows = [row for one in group for row in _rows(one)]
        touched = [*removed, *(one.document.source.id for one in group)]
        stale = {key for source in touched for key in base.keys(source)} - {row.key for row in rows}
        fresh = {
            one.document.source.id: manifest.Entry(
                one.document.source.version, len(one.document.passages)
            )
            for one in group
        }
        after = base.with_changes(fresh, removed)
        with ChromaStore(self.folder / "chroma") as store:
            store.put(rows)
            keywords = KeywordIndex(self.folder / "keywords")
            keywords.replace(touched, [entry(row, aliases) for row in rows])
            after.save(self._manifest)
            store.delete(sorted(stale))
            # A query makes Chroma fold the last writes into its files, so that readers, which do
            # the same on opening, find nothing to change in them.
            store.settle()
        wipe_unused(self.folder / "chroma")
        write_atomically(self._checks, json.dumps(self._checksums()).encode())
        return after

    def set_aside(self, name: str = "broken") -> None:
        """Move the stores and the manifest into a folder beside them, in place of an older one."""
        with self._guard, self._alone():
            self.close()
            target = self.folder / name
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            # The manifest first: without it what is left counts as no index at all.
            for part in ("manifest.json", "checksums.json", "chroma", "keywords"):
                if (self.folder / part).exists():
                    (self.folder / part).rename(target / part)

    def clear(self) -> None:
        """Remove the stores and the manifest, what was set aside before, and past days."""
        self.set_aside("old")
        for name in ("old", "broken", DAYS):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def close(self) -> None:
        """Close what `reading` holds open."""
        with self._guard:
            if self._reader is not None:
                self._reader.store.close()
                self._reader = None

    def _open(self) -> Reader:
        found = self.manifest()
        if found is None:
            raise IndexDamaged(f"there is no index in {self.folder}", "compute-desk kb rebuild")
        for part in ("chroma", "keywords"):
            if not (self.folder / part).is_dir():
                raise IndexDamaged(f"{self.folder / part} is missing", "compute-desk kb rebuild")
        self._compare_checksums()
        keywords = KeywordIndex(self.folder / "keywords")
        store = ChromaStore(self.folder / "chroma")
        store.count()  # has Chroma write what it writes on opening
        wipe_unused(self.folder / "chroma")
        return Reader(found, store, keywords)

    def _checksums(self) -> dict[str, int]:
        """CRC-32 of the files of Chroma's graph, which can crash the process when damaged.

        Chroma saves the graph from a thousand vectors on, and then writes the pickle beside it;
        before that the files hold nothing that is read back, and change with every opening.
        """
        folder = self.folder / "chroma"
        saved = sorted(path.parent for path in folder.rglob("index_metadata.pickle"))
        files = sorted(path for graph in saved for path in graph.iterdir() if path.is_file())
        return {path.relative_to(folder).as_posix(): crc32(path.read_bytes()) for path in files}

    def _compare_checksums(self) -> None:
        try:
            expected = json.loads(self._checks.read_bytes())
            found = self._checksums()
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"{self._checks} cannot be compared: {error}", "compute-desk kb rebuild"
            ) from error
        if expected != found:
            raise IndexDamaged(
                "the files of the vector store are not as they were written",
                "compute-desk kb rebuild",
            )

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            state = self._manifest.stat()
        except FileNotFoundError:
            return None
        return state.st_ino, state.st_mtime_ns, state.st_size


def _groups(
    documents: Sequence[Placed],
) -> Iterator[list[Placed]]:
    group: list[Placed] = []
    size = 0
    for one in documents:
        group.append(one)
        size += len(one.document.passages)
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _rows(placed: Placed) -> list[Stored]:
    document, source = placed.document, placed.document.source
    columns = zip(document.passages, placed.vectors, placed.sentences, strict=True)
    return [
        Stored(passage_key(source.id, source.version, number), passage, document.also, *codes)
        for number, (passage, *codes) in enumerate(columns)
    ]


def entry(row: Stored, aliases: AliasTable) -> Entry:
    """A stored passage as the keyword index takes it."""
    passage = row.passage
    return Entry(
        row.key,
        passage.source,
        passage.kind,
        passage.language,
        passage.as_of,
        terms(searched_text(row), aliases),
    )


def searched_text(row: Stored) -> str:
    """What the keyword leg finds a stored passage by: its place, its text and its other names."""
    return f"{row.passage.header}\n{row.passage.text}\n{row.also}"
