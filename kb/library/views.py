"""Views of the library: what founders see of it, what staff see, now or as of a day.

Whatever is listed, searched, shown, compared or counted goes through one of them. A founder's view
yields only sources and versions whose `visibility` is "public", and says of the others what it
says of those that do not exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from kb import starter
from kb.errors import InvalidProgram, UnknownSource, UnreadableSource
from kb.library.journal import Change
from kb.library.layers import Held, Library, bundled
from kb.library.visibility import withdrawn
from kb.programs.program import Program
from kb.records import Layer, Source
from kb.texts.documents import Document


class View(Protocol):
    """Some sources of the library, each in one version. `fund` tells whether what only the fund
    may see is among them."""

    @property
    def fund(self) -> bool: ...

    def sources(self) -> dict[str, Source]:
        """Its sources, sorted by id."""
        ...

    def document(self, source_id: str) -> Document:
        """A source with its passages. Raises `UnknownSource`."""
        ...

    def records(self) -> list[Program]:
        """Its program records, sorted by id."""
        ...

    def shows(self, source_id: str) -> bool:
        """Whether it has a source of this id."""
        ...

    def version(self, source_id: str, version: str) -> Source | None:
        """A source as it once was, or None where it has no such version for these readers."""
        ...

    def changes(self, source_id: str) -> list[Change]:
        """The changes of a source that these readers can see, oldest first. Raises
        `UnknownSource`."""
        ...


class Present:
    """What holds now: the staff layer over the starter layer, and in it what was left broken in
    its last good version."""

    def __init__(self, library: Library, *, fund: bool = False) -> None:
        self._library = library
        self.fund = fund

    def sources(self) -> dict[str, Source]:
        """Its sources, sorted by id."""
        found = {source_id: document.source for source_id, document in starter.documents().items()}
        for source_id, held in self._staff().items():
            if held is None:
                found.pop(source_id, None)
            else:
                found[source_id] = held.source
        return dict(sorted(found.items()))

    def records(self) -> list[Program]:
        """Its program records, sorted by id."""
        found = {program.id: program for program in starter.programs()}
        for source_id, held in self._staff().items():
            found.pop(source_id, None)
            if held is not None and held.program is not None:
                found[source_id] = held.program
        return [found[source_id] for source_id in sorted(found)]

    def document(self, source_id: str) -> Document:
        """A source with its passages. Raises `UnknownSource`; to staff, `UnreadableSource` or
        `InvalidProgram` where its files are broken and nothing stands in for them."""
        held = self._find(source_id)
        if held is None:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        return held.document()

    def shows(self, source_id: str) -> bool:
        """Whether it has a source of this id that can be read."""
        try:
            return self._find(source_id) is not None
        except (UnreadableSource, InvalidProgram):
            return False

    def version(self, source_id: str, version: str) -> Source | None:
        """A source as it once was. Founders see no version that was fund-only, none of a source
        that is fund-only now or was when it was removed, and none with a term that has become
        fund-only since (`kb.library.visibility.withdrawn`)."""
        kept = self._library.history.source(source_id, version)
        if kept is None or self.fund:
            return kept
        held = self._library.version(source_id, kept.kind, version)
        return kept if held is not None and self.is_open(held) else None

    def changes(self, source_id: str) -> list[Change]:
        """The changes of a source, oldest first. Founders see those of what is shown to them, each
        with the version that they see; what was made fund-only went away. Raises
        `UnknownSource`."""
        changes = self._library.history.of(source_id)
        if self.fund:
            return changes
        seen: list[Change] = []
        last: dict[Layer, Change] = {}
        for change in changes:
            version = self._seen_version(change)
            before = last.get(change.layer)
            if version is None and before is not None:
                hidden = replace(before, at=change.at, who=change.who, why="")
                gone = replace(hidden, action="remove", version=None)
                seen.append(change if change.version is None else gone)
                del last[change.layer]
            elif version is not None and (before is None or before.version != version):
                last[change.layer] = replace(change, version=version)
                seen.append(last[change.layer])
        if not any(change.version for change in seen):
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        return seen

    def _seen_version(self, change: Change) -> str | None:
        """The version that a change led to as founders see it, or None where they see none."""
        if change.version is None:
            return None
        version = change.version
        if change.kind == "program":
            held = self._library.version(change.source, change.kind, version)
            public = None if held is None else self._library.public(held)
            version = "" if public is None else public.source.version
        return version if self.version(change.source, version) is not None else None

    def is_open(self, held: Held) -> bool:
        """Whether founders may see a version of a source, given what became of it since."""
        source = held.source
        if source.visibility == "fund":
            return False
        if not self._library.was_staffs(source.id):
            return True
        last = self._library.last_held(source.id)
        if last is None:  # nobody can tell any more
            return False
        if self._library.public(last) is None:
            # Fund-only when staff removed it; what was bundled under this id shows again.
            return source.layer == "starter" and self.shows(source.id)
        if held.program is None or last.program is None:
            return True
        return not withdrawn(held.program, last.program)

    def _staff(self) -> dict[str, Held | None]:
        """What these readers see of staff's sources, by id; None where it is nothing."""
        found: dict[str, Held | None] = {}
        for shelf in self._library.shelves:
            for source_id in shelf.ids():
                try:
                    found[source_id] = self._seen(self._library.held(shelf, source_id))
                except (UnknownSource, UnreadableSource, InvalidProgram):
                    continue  # removed since it was listed, or broken: `kb check` names it
        return found

    def _find(self, source_id: str) -> Held | None:
        error: Exception | None = None
        for shelf in reversed(self._library.shelves):
            try:
                return self._seen(self._library.held(shelf, source_id))
            except UnknownSource:
                continue
            except (UnreadableSource, InvalidProgram) as broken:
                error = broken
        if error is not None and self.fund:
            raise error
        return None if error is not None else bundled(source_id)

    def _seen(self, held: Held) -> Held | None:
        return held if self.fund else self._library.public(held)
