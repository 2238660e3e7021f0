"""The library as files: the staff layer, and the last good version of what broke in it.

What holds for founders and for staff is told by the views over it (`kb.library.views`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kb import starter
from kb.errors import InvalidProgram, KbError, UnknownSource, UnreadableSource
from kb.home import Home
from kb.library.archive import Files
from kb.library.articles import Articles
from kb.library.history import History
from kb.library.program_files import ProgramFiles
from kb.library.visibility import as_files, public_form
from kb.programs.program import Program
from kb.programs.rendering import render
from kb.records import Kind, Source
from kb.texts.documents import Document, article

Shelf = Articles | ProgramFiles


@dataclass(frozen=True, slots=True)
class Broken:
    """A file of the staff layer that cannot be read, and what is used in its place: staff's last
    good version, the bundled source or nothing."""

    source: str
    kind: Kind
    error: KbError
    instead: Document | None


@dataclass(frozen=True, slots=True)
class StaffLayer:
    """The staff layer at one moment: what can be read, by id, and what cannot."""

    good: dict[str, Source]
    broken: list[Broken]


@dataclass(frozen=True, slots=True)
class Held:
    """One source as it is held: its text, its passages when they are asked for, and its record
    where it is a program."""

    source: Source
    document: Callable[[], Document]
    program: Program | None = None


class Library:
    """The staff layer and its history. Reading never writes; a file that somebody is just
    editing, or that was left broken, is answered for by the last good version of it."""

    def __init__(self, home: Home) -> None:
        self.articles = Articles(home.articles)
        self.programs = ProgramFiles(home.programs)
        self.history = History(home.history)
        self._instead: dict[str, tuple[dict[str, bytes], Held]] = {}
        self._public: dict[str, tuple[str, Held | None]] = {}

    @property
    def shelves(self) -> tuple[Shelf, Shelf]:
        """Where the files lie. A program goes before an article of the same id."""
        return self.articles, self.programs

    def shelf(self, kind: Kind) -> Shelf:
        """Where the files of a kind lie."""
        return self.programs if kind == "program" else self.articles

    def look(self) -> StaffLayer:
        """What stands in the staff layer now, fund-only sources too."""
        good: dict[str, Source] = {}
        broken: list[Broken] = []
        for shelf in self.shelves:
            for source_id in shelf.ids():
                try:
                    good[source_id] = shelf.source(source_id)
                except UnknownSource:
                    continue  # somebody removed it since it was listed
                except (UnreadableSource, InvalidProgram) as error:
                    last = self._last_good(shelf, source_id)
                    instead = None if last is None else last.document()
                    broken.append(Broken(source_id, shelf.kind, error, instead))
        return StaffLayer(good, broken)

    def held(self, shelf: Shelf, source_id: str) -> Held:
        """What staff's files of a source say, or their last good version, or the bundled source.

        Raises `UnknownSource` where the shelf has no such files, and `UnreadableSource` or
        `InvalidProgram` where they are broken and nothing stands in for them.
        """
        try:
            source = shelf.source(source_id)
            program = shelf.program(source_id) if isinstance(shelf, ProgramFiles) else None
            return Held(source, lambda: shelf.document(source_id), program)
        except (UnreadableSource, InvalidProgram):
            instead = self._last_good(shelf, source_id)
            if instead is None:
                raise
            return instead

    def public(self, held: Held) -> Held | None:
        """The same source as founders see it, or None where they see nothing of it."""
        if held.source.visibility == "public":
            return held
        if held.program is None:
            return None
        version, known = self._public.get(held.source.id, ("", None))
        if version != held.source.version:
            form = public_form(held.program, held.source.layer)
            known = None if form is None else _held(form[1], form[0])
            self._public[held.source.id] = (held.source.version, known)
        return known

    def was_staffs(self, source_id: str) -> bool:
        """Whether staff ever had a copy of a source."""
        known = any(shelf.has(source_id) for shelf in self.shelves)
        return known or self.history.last_version(source_id) is not None

    def last_held(self, source_id: str) -> Held | None:
        """What staff's copy of a source said last: what stands now or, where it was removed, the
        version before that. None where staff had no copy, or no longer a readable one."""
        for shelf in reversed(self.shelves):
            try:
                held = self.held(shelf, source_id)
            except UnknownSource:
                continue
            except (UnreadableSource, InvalidProgram):
                return None
            return held
        last = self.history.last_version(source_id)
        return None if last is None else self.version(source_id, *last)

    def version(self, source_id: str, kind: Kind, version: str) -> Held | None:
        """A version of the history: an article as it was shown, a program made from its record.
        None where that cannot be."""
        try:
            kept = self.history.source(source_id, version)
            if kept is None or kind == "article":
                return None if kept is None else Held(kept, lambda: article(kept))
            record = self.programs.record(
                source_id, self.history.archive.files(source_id, version) or {}
            )
        except (UnreadableSource, InvalidProgram):
            return None
        return _held(render(record, kept.layer), record)

    def keep(self, source: Source, files: Files) -> None:
        """Put a version with its files into the archive: as staff see it and, where founders see
        less, also as they do, for their citations. Raises `HomeUnusable`."""
        self.history.archive.keep(source, files)
        if source.visibility == "fund" and source.kind == "program":
            self.keep_public(self.made(self.programs, source.id, files))

    def keep_public(self, held: Held) -> None:
        """Keep the public form of a source in the archive where it has one of its own."""
        public = self.public(held)
        if public is None or public is held or public.program is None:
            return
        if not self.history.archive.holds(public.source.id, public.source.version):
            self.history.archive.keep(public.source, as_files(public.program))

    def made(self, shelf: Shelf, source_id: str, files: Files) -> Held:
        """The source that these files make up. Raises `UnreadableSource` or `InvalidProgram`."""
        program = shelf.record(source_id, files) if isinstance(shelf, ProgramFiles) else None
        return _held(shelf.read(source_id, files), program)

    def _last_good(self, shelf: Shelf, source_id: str) -> Held | None:
        files = self._last_files(shelf, source_id)
        if files is None:
            return bundled(source_id)
        known = self._instead.get(source_id)
        if known is None or known[0] != files:
            known = self._instead[source_id] = (files, self.made(shelf, source_id, files))
        return known[1]

    def _last_files(self, shelf: Shelf, source_id: str) -> dict[str, bytes] | None:
        """The files of staff's last good version; None where there is none that can be read."""
        try:
            files = self.history.last_files(source_id, shelf.kind)
            if files is not None:
                shelf.read(source_id, files)
        except (UnreadableSource, InvalidProgram):
            return None
        return files


def bundled(source_id: str) -> Held | None:
    """A source of the starter layer, or None."""
    document = starter.documents().get(source_id)
    if document is None:
        return None
    programs = {program.id: program for program in starter.programs()}
    return _held(document, programs.get(source_id))


def _held(document: Document, program: Program | None) -> Held:
    return Held(document.source, lambda: document, program)
