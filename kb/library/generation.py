"""The library of named versions of its sources: what an answer of an earlier time was made from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from kb.errors import UnknownSource
from kb.library.journal import Change
from kb.library.layers import Held, Library, bundled
from kb.library.views import Present
from kb.programs.program import Program
from kb.records import Source
from kb.texts.documents import Document, version_of_all


class Generation:
    """Exactly these versions, for founders. What the history no longer has, or founders may no
    longer see, is left out."""

    fund = False

    def __init__(self, library: Library, versions: Mapping[str, str]) -> None:
        self._library = library
        self._present = Present(library)
        self._versions = dict(sorted(versions.items()))

    def sources(self) -> dict[str, Source]:
        """Its sources, sorted by id."""
        return {source_id: held.source for source_id, held in self._held.items()}

    def document(self, source_id: str) -> Document:
        """A source with its passages. Raises `UnknownSource`."""
        held = self._held.get(source_id)
        if held is None:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        return held.document()

    def records(self) -> list[Program]:
        """Its program records, sorted by id."""
        return [held.program for held in self._held.values() if held.program is not None]

    def shows(self, source_id: str) -> bool:
        """Whether it has a source of this id."""
        return source_id in self._held

    def version(self, source_id: str, version: str) -> Source | None:
        """A source as it once was, for founders."""
        return self._present.version(source_id, version)

    def changes(self, source_id: str) -> list[Change]:
        """The changes of a source that founders can see. Raises `UnknownSource`."""
        return self._present.changes(source_id)

    @property
    def fingerprint(self) -> str:
        """Names its content: 12 hexadecimal digits of a hash over ids and versions."""
        return version_of_all(self.sources().values())

    @cached_property
    def _held(self) -> dict[str, Held]:
        found = {source_id: self._find(source_id, v) for source_id, v in self._versions.items()}
        return {source_id: held for source_id, held in found.items() if held is not None}

    def _find(self, source_id: str, version: str) -> Held | None:
        held = bundled(source_id)
        if held is None or held.source.version != version:
            kept = self._library.history.source(source_id, version)
            held = None if kept is None else self._library.version(source_id, kept.kind, version)
        return held if held is not None and self._present.is_open(held) else None
