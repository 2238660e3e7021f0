"""What happens while a question is answered. App, command line and scripts fold these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.answer import Answer, Citation, Removed


@dataclass(frozen=True, slots=True)
class Started:
    """The question was accepted; `model` is the model that will answer it."""

    answer_id: str
    session: str
    question: str
    language: str
    model: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """A tool begins to run."""

    call_id: str
    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has run. `summary` is one line for people, in the reader's language."""

    call_id: str
    name: str
    ok: bool
    summary: str
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Text:
    """Checked Markdown to append to the answer; citations appear in it as [1], [2] ..."""

    delta: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation whose marker is now in the text."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A part of the draft had no support and was not shown."""

    removed: Removed


@dataclass(frozen=True, slots=True)
class GapFound:
    """A question that the evidence did not answer; recorded for staff."""

    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to say beside the answer (first run, fallback, repaired index). One line."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The model failed after part of an answer was shown. That text is withdrawn, with its
    citations and gaps; the answer begins anew with the next `Text`, by the built-in model."""

    withdrawn: str


@dataclass(frozen=True, slots=True)
class Done:
    """The finished answer. Last event of a turn that worked."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn failed. Last event of a turn that did not work."""

    code: str
    message: str
    hint: str = ""


Event = (
    Started
    | ToolStarted
    | ToolFinished
    | Text
    | Cited
    | TakenOut
    | GapFound
    | Noted
    | Restarted
    | Done
    | Failed
)
