"""Evidence of one turn: the passages and tool results that an answer may rest on.

Evidence travels in the artifacts of tool messages as plain JSON, so that every chat model, the
checkpointer and the grounding read the same thing. Ids follow the order of the calls: `p2.3` is
the third passage of the second call, `t2` the result of the second call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from kb.records import Grade, Passage
from kb.texts.orders import is_order, is_question, statements
from kb.texts.splitting import sentences

_REPORTED = re.compile(r"[:：\"]|[?？][”」]|[“「][^”」]*$|\b(?:ask|wonder|question)\w*\b|问|問")


class PassageEvidence(BaseModel):
    """A passage that a tool returned; `text` is the source's text from `start` to `end`.
    `dense`, `keyword` and `meaning` are the search scores (see `kb.records.Hit`), None outside
    search; `likeness` is that of each sentence, in the order of `kb.texts.splitting`, empty where
    it is not known."""

    id: str
    source: str
    version: str
    start: int
    end: int
    text: str
    language: str
    title: str
    header: str = ""
    kind: str = "article"
    grade: Grade = "reported"
    publisher: str | None = None
    as_of: str | None = None
    url: str | None = None
    program: str | None = None
    field: str | None = None
    score: float | None = None
    dense: float | None = None
    keyword: float | None = None
    meaning: float | None = None
    likeness: tuple[float, ...] = ()

    def statements(self) -> list[tuple[int, int]]:
        """Start and end in `text` of the sentences that may be told: no orders, no questions."""
        return statements(self.text, record=self.kind == "program")

    def orders(self) -> list[str]:
        """The sentences that tell nothing, but for questions that order nothing."""
        return [each for each in self._untold() if is_order(each) or not is_question(each)]

    def questions(self) -> list[str]:
        """The questions that it puts to its reader; what somebody is told to have asked is none."""
        asked = [sentence for sentence in self._untold() if is_question(sentence)]
        return [sentence for sentence in asked if not _REPORTED.search(sentence)]

    def _untold(self) -> list[str]:
        told = self.statements()
        spans = [span for span in sentences(self.text) if span not in told]
        return [self.text[start:end] for start, end in spans]


class ToolEvidence(BaseModel):
    """One finished call. `result` is its JSON; `error` is set instead where it failed."""

    id: str
    name: str
    args: dict[str, Any] = Field(default_factory=dict)
    ok: bool = True
    result: dict[str, Any] = Field(default_factory=dict)
    error: str | None = None
    hint: str | None = None


class Artifact(BaseModel):
    """What one tool call adds to the evidence. `terms` are a search's words with their weight:
    they help to choose sentences and are no evidence."""

    tool: ToolEvidence
    passages: list[PassageEvidence] = Field(default_factory=list)
    terms: dict[str, float] = Field(default_factory=dict)


Scores = dict[str, float | tuple[float, ...] | None]
"""The fields of a `PassageEvidence` that a search fills."""


def passage_evidence(
    call: int, passages: Sequence[Passage], scores: Sequence[Scores] = ()
) -> list[PassageEvidence]:
    """Passages of the `call`-th call as evidence, in order."""
    made = []
    for n, passage in enumerate(passages, 1):
        fields: dict[str, Any] = {name: getattr(passage, name) for name in _PASSAGE_FIELDS}
        fields |= scores[n - 1] if scores else {}
        made.append(PassageEvidence(id=f"p{call}.{n}", **fields))
    return made


_PASSAGE_FIELDS = (
    "source", "version", "start", "end", "text", "language", "title", "header", "kind", "grade",
    "publisher", "as_of", "url", "program", "field",
)  # fmt: skip
