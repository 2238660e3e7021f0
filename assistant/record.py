"""What a turn was made of, kept with its answer so that it can be replayed."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from pydantic import BaseModel, Field


class Said(BaseModel):
    """A message of the chat model: its words, the calls that it asked for, and what the built-in
    model says of the outcome (abstained, asked back, gaps)."""

    text: str = ""
    calls: list[dict[str, Any]] = Field(default_factory=list)
    outcome: dict[str, Any] = Field(default_factory=dict)


class Returned(BaseModel):
    """What a tool returned: its artifact, or the text of its refusal."""

    name: str
    args: dict[str, Any]
    artifact: dict[str, Any] | None = None
    text: str = ""


class Record(BaseModel):
    """The parts of one turn. `earlier`: how many turns its session had before it."""

    program: str = ""
    as_of: date | None = None
    earlier: int = 0
    said: list[Said] = Field(default_factory=list)
    returned: list[Returned] = Field(default_factory=list)


class Recorder:
    """Listens to the graph's stream (version 2) and keeps what a replay needs of it."""

    def __init__(self) -> None:
        self._said: list[Said] = []
        self._returned: list[Returned] = []
        self._asked: dict[str, dict[str, Any]] = {}

    def take(self, part: dict[str, Any]) -> None:
        """One part of the stream."""
        if part["type"] != "updates":
            return
        for node, update in part["data"].items():
            for message in (update or {}).get("messages", ()):
                self._message(node, message)

    def record(self, as_of: date | None, earlier: int) -> Record:
        """What was kept so far."""
        return Record(
            program=program_version(),
            as_of=as_of,
            earlier=earlier,
            said=self._said,
            returned=self._returned,
        )

    def _message(self, node: str, message: BaseMessage) -> None:
        if isinstance(message, AIMessage):
            self._asked |= {str(call["id"]): call["args"] for call in message.tool_calls}
            if node == "model":
                self._said.append(_said(message))
        elif isinstance(message, ToolMessage) and "refused" not in message.additional_kwargs:
            self._returned.append(
                Returned(
                    name=message.name or "",
                    args=self._asked.get(message.tool_call_id, {}),
                    artifact=message.artifact or None,
                    text="" if message.artifact else message.text,
                )
            )


def _said(message: AIMessage) -> Said:
    return Said(
        text=message.text,
        calls=[{"name": call["name"], "args": call["args"]} for call in message.tool_calls],
        outcome=message.response_metadata.get("outcome", {}),
    )


@cache
def program_version() -> str:
    """The version of this program; another one may answer in other words."""
    try:
        return version("compute-desk")
    except PackageNotFoundError:  # run from a folder without being installed
        return "(not installed)"
