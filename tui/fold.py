"""The one fold of the assistant's events into the state of a turn."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, assert_never

from assistant.answer import Answer, Citation, Removed, ToolCall
from assistant.events import (
    Cited,
    Done,
    Event,
    Failed,
    GapFound,
    Noted,
    Restarted,
    Started,
    TakenOut,
    Text,
    ToolFinished,
    ToolStarted,
)


class Phase(enum.Enum):
    """Where a turn stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Change(enum.Flag):
    """What part of a turn's picture an event has changed."""

    ACTIVITY = enum.auto()
    TEXT = enum.auto()
    CLOSING = enum.auto()


@dataclass(slots=True)
class ToolRun:
    """A tool call as shown while it runs (`ok` is None) and after."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    ok: bool | None = None
    summary: str = ""
    elapsed_ms: int | None = None


@dataclass(slots=True)
class TurnState:
    """A question and what has become of it so far."""

    question: str
    phase: Phase = Phase.RUNNING
    text: str = ""
    tools: dict[str, ToolRun] = field(default_factory=dict)
    citations: dict[str, Citation] = field(default_factory=dict)
    tool_calls: list[ToolCall] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: Failed | None = None


def fold(state: TurnState, event: Event) -> Change:
    """Take `event` into `state` and tell which parts of its picture changed."""
    match event:
        case Started():
            return Change.ACTIVITY
        case ToolStarted(call_id=call_id, name=name, args=args):
            state.tools[call_id] = ToolRun(name, args)
            return Change.ACTIVITY
        case ToolFinished(call_id=call_id, name=name):
            run = state.tools.setdefault(call_id, ToolRun(name))
            run.ok, run.summary, run.elapsed_ms = event.ok, event.summary, event.elapsed_ms
            return Change.ACTIVITY
        case Text(delta=delta):
            state.text += delta
            return Change.TEXT
        case Cited(citation=citation):
            state.citations[citation.marker] = citation
            return Change.CLOSING
        case TakenOut(removed=removed):
            state.removed.append(removed)
            return Change.CLOSING
        case GapFound(text=text):
            state.gaps.append(text)
            return Change.CLOSING
        case Noted(text=text):
            state.notes.append(text)
            return Change.CLOSING
        case Restarted():
            state.text = ""
            for kept in (state.citations, state.removed, state.gaps):
                kept.clear()
            return Change.TEXT | Change.CLOSING
        case Done(answer=answer):
            _finish(state, answer)
            return Change.ACTIVITY | Change.TEXT | Change.CLOSING
        case Failed():
            state.failure = event
            state.phase = Phase.FAILED
            return Change.ACTIVITY | Change.CLOSING
        case _:
            assert_never(event)


def cancel(state: TurnState) -> Change:
    """Mark a turn that the reader stopped; what was written stays."""
    state.phase = Phase.CANCELLED
    return Change.ACTIVITY | Change.CLOSING


def turn_of(answer: Answer) -> TurnState:
    """A saved answer as the turn it was."""
    state = TurnState(question=answer.question)
    for number, call in enumerate(answer.tool_calls):
        state.tools[str(number)] = ToolRun(call.name, call.args, call.ok, call.error or "")
    _finish(state, answer)
    return state


def _finish(state: TurnState, answer: Answer) -> None:
    state.phase = Phase.DONE
    state.text = answer.answer
    state.citations = {citation.marker: citation for citation in answer.citations}
    state.tool_calls = answer.tool_calls
    state.removed = answer.removed
    state.gaps = answer.gaps
