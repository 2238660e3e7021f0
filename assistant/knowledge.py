"""What the assistant asks of a knowledge base: a library of this home, or one that is published."""

from __future__ import annotations

from typing import Protocol

from kb.aliases import AliasTable
from kb.programs import Program
from kb.records import Hit, Passage, Source


class Knowledge(Protocol):
    """Reading only: `kb.knowledge_base.KnowledgeBase` says what each method gives."""

    def search(self, query: str, k: int = 10) -> list[Hit]: ...

    def question_weights(self, question: str) -> dict[str, float]: ...

    def sources(self) -> list[Source]: ...

    def source(self, source_id: str, version: str | None = None) -> Source: ...

    def programs(self) -> list[Program]: ...

    def find_program(self, name: str) -> Program | None: ...

    def program_passages(self, program_id: str, language: str) -> list[Passage]: ...

    @property
    def aliases(self) -> AliasTable: ...

    @property
    def library_version(self) -> str: ...

    def record_gap(self, question: str, language: str, missing: list[str]) -> None: ...

    def close(self) -> None: ...
