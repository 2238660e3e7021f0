"""The library: the staff layer over the starter layer, and the last good version of what broke."""

from __future__ import annotations

from dataclasses import dataclass

from kb import starter
from kb.articles import Articles
from kb.documents import Document
from kb.errors import InvalidProgram, KbError, UnknownSource, UnreadableSource
from kb.history import History
from kb.home import Home
from kb.program_files import ProgramFiles
from kb.programs import Program
from kb.records import Kind, Source

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


class Library:
    """What holds now. Reading never writes; a file that somebody is just editing, or that was
    left broken, is answered for by the last good version of it."""

    def __init__(self, home: Home) -> None:
        self.articles = Articles(home.articles)
        self.programs = ProgramFiles(home.programs)
        self.history = History(home.history)
        self._instead: dict[str, tuple[dict[str, bytes], Document]] = {}

    @property
    def shelves(self) -> tuple[Shelf, Shelf]:
        """Where the files lie. A program goes before an article of the same id."""
        return self.articles, self.programs

    def shelf(self, kind: Kind) -> Shelf:
        """Where the files of a kind lie."""
        return self.programs if kind == "program" else self.articles

    def look(self) -> StaffLayer:
        """What stands in the staff layer now, fund-only records too."""
        good: dict[str, Source] = {}
        broken: list[Broken] = []
        for shelf in self.shelves:
            for source_id in shelf.ids():
                try:
                    good[source_id] = shelf.source(source_id)
                except UnknownSource:
                    continue  # somebody removed it since it was listed
                except (UnreadableSource, InvalidProgram) as error:
                    instead = self._last_good(shelf, source_id)
                    broken.append(Broken(source_id, shelf.kind, error, instead))
        return StaffLayer(good, broken)

    def sources(self) -> dict[str, Source]:
        """What is public, both layers, sorted by id."""
        both = {source: document.source for source, document in starter.documents().items()}
        staff = self.look()
        both |= staff.good
        both |= {one.source: one.instead.source for one in staff.broken if one.instead is not None}
        hidden = self._fund_only()
        return {source: both[source] for source in sorted(both) if source not in hidden}

    def document(self, source_id: str) -> Document:
        """A public source with its passages. Raises `UnknownSource`."""
        if source_id in self._fund_only():
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        for shelf in reversed(self.shelves):
            try:
                return shelf.document(source_id)
            except UnknownSource:
                continue
            except (UnreadableSource, InvalidProgram):
                instead = self._last_good(shelf, source_id)
                if instead is None:
                    raise
                return instead
        bundled = starter.documents().get(source_id)
        if bundled is None:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        return bundled

    def records(self) -> list[Program]:
        """The public program records of both layers, sorted by id."""
        found = {program.id: program for program in starter.programs()}
        for source_id in self.programs.ids():
            try:
                found[source_id] = self.programs.program(source_id)
            except UnknownSource:
                continue
            except InvalidProgram:
                files = self._last_files(self.programs, source_id)
                if files is not None:
                    found[source_id] = self.programs.record(source_id, files)
        return [found[name] for name in sorted(found) if found[name].visibility == "public"]

    def _fund_only(self) -> set[str]:
        hidden = set()
        for source_id in self.programs.ids():
            try:
                if self.programs.program(source_id).visibility == "fund":
                    hidden.add(source_id)
            except UnknownSource:
                continue
            except InvalidProgram:
                # What was fund-only before it broke stays so; what never was good is not shown.
                files = self._last_files(self.programs, source_id)
                if files and self.programs.record(source_id, files).visibility == "fund":
                    hidden.add(source_id)
        return hidden

    def _last_good(self, shelf: Shelf, source_id: str) -> Document | None:
        files = self._last_files(shelf, source_id)
        if files is None:
            return starter.documents().get(source_id)
        known = self._instead.get(source_id)
        if known is None or known[0] != files:
            known = self._instead[source_id] = (files, shelf.read(source_id, files))
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
