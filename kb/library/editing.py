"""Changing the staff layer: each change is announced, made, and written into the history."""

from __future__ import annotations

from contextlib import suppress

from kb import starter
from kb.errors import (
    HomeUnusable,
    InvalidProgram,
    ReadOnlySource,
    UnknownSource,
    UnreadableSource,
)
from kb.library.archive import Files
from kb.library.journal import Action, Change, change
from kb.library.layers import Library
from kb.library.sync import record
from kb.records import Kind, Source


class Editor:
    """Puts, removes and restores sources of the staff layer; the caller is the only writer. What
    was changed by hand before goes into the history first.

    A kill at any instant leaves the source as it was or as it was to be: `recover` finishes a
    change that was announced and not written down.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._history = library.history

    def put(self, kind: Kind, source_id: str, files: Files, action: Action, why: str) -> Source:
        """Make `files` the present state of a source. Raises `HomeUnusable`, or
        `UnreadableSource` or `InvalidProgram` where they make up none."""
        shelf = self._library.shelf(kind)
        source = shelf.read(source_id, files).source
        self._keep_edit(source_id, kind)
        self._library.keep(source, files)
        entry = change(action, source_id, kind, source.version, title=source.title, why=why)
        self._make(entry, files)
        return source

    def remove(self, source_id: str, why: str) -> None:
        """Take a source out of the staff layer; a bundled one of that id shows again.

        Raises `ReadOnlySource` for what is only bundled, `UnknownSource` for what is nowhere.
        """
        kind = self._kind(source_id)
        if kind is None:
            if source_id in starter.documents():
                raise ReadOnlySource(
                    f"{source_id} belongs to the starter library, which is read-only",
                    "only what was added can be removed",
                )
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        record(self._library, self._library.look())
        self._make(change("remove", source_id, kind, None, why=why), None)

    def restore(self, source_id: str, version: str, why: str) -> Source:
        """Make a version of the history the present one. Where that is the bundled one of now,
        staff's copy goes, so that upgrades reach it again. Raises `UnknownSource`."""
        kept = self._history.source(source_id, version)
        if kept is None:
            raise UnknownSource(
                f"{source_id} has no version {version}", f"compute-desk kb history {source_id}"
            )
        files = self._history.archive.files(source_id, version)
        bundled = starter.documents().get(source_id)
        told = why or f"restored version {version}"
        if bundled is not None and bundled.source.version == version:
            kind = self._kind(source_id)
            if kind is not None:
                record(self._library, self._library.look())
                entry = change("restore", source_id, kind, None, title=kept.title, why=told)
                self._make(entry, None)
            return bundled.source
        if not files:
            raise UnknownSource(
                f"the files of {source_id} {version} were not kept; its text was",
                f"compute-desk kb show {source_id} --version {version}",
            )
        return self.put(kept.kind, source_id, files, "restore", told)

    def recover(self) -> Change | None:
        """Finish the change that a kill interrupted, if there is one."""
        intent = self._history.intended()
        if intent is None:
            return None
        entry = intent.change
        shelf = self._library.shelf(entry.kind)
        if intent.files is not None:
            shelf.replace(entry.source, self._history.archive.objects(intent.files))
        elif entry.source in shelf.ids():
            shelf.remove(entry.source)
        written = self._history.journal.all()
        self._history.settle([] if written and written[-1] == entry else [entry])
        return entry

    def _keep_edit(self, source_id: str, kind: Kind) -> None:
        """Have what was changed by hand of a source in the history before it is written over."""
        try:
            held = self._library.shelf(kind).source(source_id)
        except (UnknownSource, UnreadableSource, InvalidProgram):
            return
        if not self._history.archive.holds(source_id, held.version):
            record(self._library, self._library.look())

    def _make(self, entry: Change, files: Files | None) -> None:
        shelf = self._library.shelf(entry.kind)
        self._history.intend(entry, files)
        try:
            if files is None:
                shelf.remove(entry.source)
            else:
                shelf.replace(entry.source, files)
        except Exception:
            # The command fails, so its change must not come true at the next start.
            with suppress(HomeUnusable):
                self._history.withdraw()
            raise
        self._history.settle([entry])

    def _kind(self, source_id: str) -> Kind | None:
        for shelf in reversed(self._library.shelves):
            if source_id in shelf.ids():
                return shelf.kind
        return None
