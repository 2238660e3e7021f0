"""Reading a library: what one view of it shows, and what its index finds."""

from __future__ import annotations

from dataclasses import replace

from kb.errors import UnknownSource
from kb.library.views import View
from kb.programs.names import find_program
from kb.programs.program import Program
from kb.records import Hit, Passage, Source
from kb.retrieval.equipment import Equipped
from kb.retrieval.filters import Filter
from kb.retrieval.upkeep import Upkeep
from kb.texts.aliases import AliasTable
from kb.texts.documents import Document, version_of_all


class LibraryReader(Equipped):
    """Sources, programs and search over one view. Whoever derives from it sets the view and the
    upkeep of the index that follows it."""

    _view: View
    _upkeep: Upkeep

    def sources(self) -> list[Source]:
        """All articles and programs, sorted by id."""
        return list(self._view.sources().values())

    def source(self, source_id: str, version: str | None = None) -> Source:
        """An article or program as it is or, with a version, as it was. Raises `UnknownSource`."""
        try:
            source = self._view.document(source_id).source
            if version in (None, source.version):
                return source
        except UnknownSource:
            if version is None:
                raise
        kept = self._view.version(source_id, version or "")
        if kept is None:
            raise UnknownSource(
                f"{source_id} has no version {version}", f"compute-desk kb history {source_id}"
            )
        return kept

    def passages(self, source_id: str) -> list[Passage]:
        """The passages of a source, in order. Raises `UnknownSource`."""
        return list(self._document(source_id).passages)

    def programs(self) -> list[Program]:
        """All program records, sorted by id."""
        return self._view.records()

    def find_program(self, name: str) -> Program | None:
        """The program with this id, name, alias or sponsor, in any script; None where it is
        unknown. An id goes before a name, a name before an alias, an alias before a sponsor."""
        return find_program(name, self._view.records(), self.aliases)

    def program_passages(self, program_id: str, language: str) -> list[Passage]:
        """The terms of a program in a language, in order, each with its `field`.

        Terms are kept in English and Simplified Chinese; "zh-Hant" gives the latter. Raises
        `UnknownSource`.
        """
        if all(program.id != program_id for program in self._view.records()):
            raise UnknownSource(f"there is no program {program_id}", "compute-desk programs list")
        wanted = "en" if language == "en" else "zh-Hans"
        return [p for p in self._document(program_id).passages if p.language == wanted]

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        kind: str | None = None,
        language: str | None = None,
        published_from: str | None = None,
        published_to: str | None = None,
    ) -> list[Hit]:
        """The `k` passages that answer `query` best, whatever language either is in; what several
        articles say in copied words counts once (`Hit.also`).

        `kind` ("article", "program"), `language` and the days between two ISO dates, which may be
        partial, restrict them (`filters`). Raises `EmbedderMismatch` where the index was built
        with another embedder, `InvalidDate`, or `ValueError` where `k` is below 1.
        """
        if k < 1:
            raise ValueError("k must be at least 1")
        only = Filter(kind, language, published_from, published_to)
        hits = self._upkeep.search(query, k, only)
        # An index may be a step behind an edit by hand that keeps a source back.
        shown = [hit for hit in hits if self._view.shows(hit.passage.source)]
        return [replace(hit, also=tuple(filter(self._view.shows, hit.also))) for hit in shown]

    def copies(self) -> list[list[str]]:
        """The ids of articles that tell one story, the one that stands for them first."""
        self._upkeep.bring_up_to_date()
        return self._upkeep.copies.groups()

    def question_weights(self, question: str) -> dict[str, float]:
        """The terms of a question (see `terms`), each with how rare it is in the library."""
        return self._upkeep.weights(question)

    @property
    def aliases(self) -> AliasTable:
        """The bundled alias table with the home's own words."""
        return self._equipment.aliases

    @property
    def library_version(self) -> str:
        """A hash over ids and versions of all sources: 12 hexadecimal digits."""
        return version_of_all(self.sources())

    def state(self) -> str:
        """What is read, in a few words."""
        return f"library {self.library_version}"

    def _document(self, source_id: str) -> Document:
        return self._view.document(source_id)
