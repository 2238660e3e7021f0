"""What an answer is: the stable record behind the app, the command line and Python."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Language = Literal["en", "zh-Hans", "zh-Hant"]
Grade = Literal["official", "on_record", "reported", "rumor"]


class Citation(BaseModel):
    """From a span of the answer to a span of a source or to a field of a tool result.

    For `kind="passage"`, the source's text between `start` and `end` equals `quote`.
    For `kind="tool"`, `source` is the tool call's name, `field` a dotted path into its result
    and `quote` that field's value as text; `published` is the date that the result states of it.
    `answer_start` and `answer_end` mark the stretch of
    the first stretch of the answer that is supported, `uses` all of them, [start, end] each.
    `age_days` is how old `published` was on the day of the answer, from the first day of a partial
    date; None where it is undated. Offsets count code points.
    """

    marker: str
    kind: Literal["passage", "tool"]
    source: str
    version: str
    title: str
    url: str | None = None
    published: str | None = None
    quote: str
    start: int | None = None
    end: int | None = None
    field: str | None = None
    grade: Grade | None = None
    publisher: str | None = None
    answer_start: int
    answer_end: int
    uses: list[tuple[int, int]] = Field(default_factory=list)
    age_days: int | None = None


class ToolCall(BaseModel):
    """One call of a tool: its arguments, and its result or its error. `id` is what citations of
    its fields name as their version."""

    id: str = ""
    name: str
    args: dict[str, Any] = Field(default_factory=dict)
    ok: bool = True
    result: dict[str, Any] = Field(default_factory=dict)
    error: str | None = None


class Proposal(BaseModel):
    """Something that the answer would like to save. Nothing is saved before the person approves
    exactly these values (`Assistant.approve`)."""

    tool: str
    args: dict[str, Any]


class Removed(BaseModel):
    """A part of a draft that was taken out before anyone saw it, and why."""

    text: str
    reason: str


class Elapsed(BaseModel):
    """Milliseconds from the question to the first text and to the end."""

    first_text: int = 0
    total: int = 0


class Answer(BaseModel):
    """A finished answer. `abstained`: the main question has no supported answer; `asked_back`:
    the answer is a question to the person; `gaps`: what the evidence did not tell."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: str
    question: str
    answer: str
    language: Language
    abstained: bool = False
    asked_back: bool = False
    gaps: list[str] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    tool_calls: list[ToolCall] = Field(default_factory=list)
    removed: list[Removed] = Field(default_factory=list)
    proposals: list[Proposal] = Field(default_factory=list)
    model: str = "builtin"
    usage: dict[str, Any] = Field(default_factory=dict)
    library_version: str = ""
    session: str = ""
    elapsed_ms: Elapsed = Field(default_factory=Elapsed)

    model_config = {"populate_by_name": True, "serialize_by_alias": True}
