"""What the assistant asks of a knowledge base: a library of this home, or one that is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import InvalidSetting
from assistant.settings import kb_key, load_settings
from kb.keeping.reports import Report
from kb.programs.program import Program
from kb.records import Hit, Passage, Source
from kb.texts.aliases import AliasTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Knowledge(Protocol):
    """Reading only: `kb.knowledge_base.KnowledgeBase` says what each method gives."""

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        kind: str | None = None,
        language: str | None = None,
        published_from: str | None = None,
        published_to: str | None = None,
    ) -> list[Hit]: ...

    def question_weights(self, question: str) -> dict[str, float]: ...

    def sources(self) -> list[Source]: ...

    def source(self, source_id: str, version: str | None = None) -> Source: ...

    def programs(self) -> list[Program]: ...

    def find_program(self, name: str) -> Program | None: ...

    def program_passages(self, program_id: str, language: str) -> list[Passage]: ...

    @property
    def embedder_fingerprint(self) -> str: ...

    def question_vector(self, question: str) -> NDArray[np.float32]: ...

    def question_vectors(self, questions: Sequence[str]) -> NDArray[np.float32]: ...

    @property
    def aliases(self) -> AliasTable: ...

    @property
    def library_version(self) -> str: ...

    def record_gap(self, question: str, language: str, missing: list[str]) -> None: ...

    def record_report(self, question: str, language: str, report: Report) -> bool: ...

    def state(self) -> str: ...

    def close(self) -> None: ...


def open_knowledge(
    home: Path,
    embedder: str | None,
    note: Callable[[str], None],
    as_of: str | None = None,
    versions: Mapping[str, str] | None = None,
) -> Knowledge:
    """What founders read: the library in `home`, also as of a day of the past or in these
    versions of its sources, or, with the setting `kb_url`, what is published there. Raises
    `InvalidSetting` for a past of the latter, which keeps its present versions only."""
    settings = load_settings()
    if settings.kb_url is None:
        from kb.knowledge_base import KnowledgeBase

        return KnowledgeBase.open(
            home,
            embedder=embedder,
            note=note,
            as_of=as_of,
            versions=versions,
            reranker=settings.reranker,
        )
    if as_of is not None:
        raise InvalidSetting(
            "what is published holds the present only, and this desk reads what is published",
            "leave --as-of out, or ask the fund",
        )
    from kb.publication.published import PublishedKnowledge

    return PublishedKnowledge.open(
        home,
        settings.kb_url,
        key=kb_key(),
        embedder=embedder,
        note=note,
        send_gaps=settings.send_gaps,
        reranker=settings.reranker,
    )
