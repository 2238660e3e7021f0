"""What the views of the past share: sources that no longer change, found once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from kb.errors import UnknownSource
from kb.library.journal import Change
from kb.library.layers import Held, Library
from kb.library.views import Present
from kb.programs.program import Program
from kb.records import Source
from kb.texts.documents import Document, version_of_all


class FixedView(ABC):
    """A view (`kb.library.views.View`) of sources that stay as they are."""

    def __init__(self, library: Library, *, fund: bool = False) -> None:
        self._library = library
        self._present = Present(library, fund=fund)
        self.fund = fund

    @abstractmethod
    def _find(self) -> dict[str, Held]:
        """Its sources by id, sorted."""

    @cached_property
    def _held(self) -> dict[str, Held]:
        return self._find()

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
        """A source as it once was, for these readers."""
        return self._present.version(source_id, version)

    def changes(self, source_id: str) -> list[Change]:
        """The changes of a source that these readers can see. Raises `UnknownSource`."""
        return self._present.changes(source_id)

    @property
    def fingerprint(self) -> str:
        """Names its content: 12 hexadecimal digits of a hash over ids and versions."""
        return version_of_all(self.sources().values())
