"""What every agent tool shares: numbering, errors as results, text for a chat model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import CodeType
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import ArgsSchema, BaseTool, StructuredTool

from assistant.errors import DESK_ERRORS
from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from kb.texts.orders import addresses_machine

_NOT_TOLD = ("units", "sources")
"""Of an estimate: what each figure is measured in and where formulas come from, in 2.7 kB."""
_ROWS = 20
Output = tuple[str, dict[str, Any]]
"""Text for the chat model, and the artifact (JSON of `Artifact`)."""

_PROPOSES = "proposes"
_SCHEMAS: dict[CodeType, ArgsSchema | None] = {}


def as_tool(function: Callable[..., Output], *, proposes: bool = False) -> BaseTool:
    """The agent tool with the name, the arguments and the docstring of a function; `proposes`
    where its result waits for the person's approval. Its arguments are read once a process: doing
    so for each desk took half of the time that opening one takes."""
    code = function.__code__
    tool = StructuredTool.from_function(
        function, args_schema=_SCHEMAS.get(code), response_format="content_and_artifact",
        tags=[_PROPOSES] if proposes else None,
    )  # fmt: skip
    _SCHEMAS[code] = tool.args_schema
    return tool


def proposes(tool: BaseTool) -> bool:
    """Whether what a tool returns is for the person at the desk to approve."""
    return _PROPOSES in (tool.tags or ())


@dataclass
class Found:
    """What a tool found: its result as JSON, passages, and a search's weighted terms."""

    result: dict[str, Any] = field(default_factory=dict)
    passages: list[PassageEvidence] = field(default_factory=list)
    terms: dict[str, float] = field(default_factory=dict)


def call_number(runtime: ToolRuntime[Any, Any]) -> int:
    """Which call of this turn is running, from 1, in the order in which the model asked."""
    messages = runtime.state["messages"]
    start = max((n for n, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    ids = [
        call["id"]
        for message in messages[start:]
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    ]
    return ids.index(runtime.tool_call_id) + 1


def run(
    runtime: ToolRuntime[Any, Any],
    name: str,
    args: dict[str, Any],
    work: Callable[[int], Found],
) -> Output:
    """Run `work(call number)`; an error of ours becomes a result that says so."""
    number = call_number(runtime)
    given = {key: value for key, value in args.items() if value is not None}
    try:
        found = work(number)
    except DESK_ERRORS as error:
        tool = ToolEvidence(
            id=f"t{number}", name=name, args=given, ok=False, error=error.message, hint=error.hint
        )
        return f"Error: {error.message}. {error.hint}", Artifact(tool=tool).model_dump()
    tool = ToolEvidence(id=f"t{number}", name=name, args=given, result=found.result)
    artifact = Artifact(tool=tool, passages=found.passages, terms=found.terms)
    return _as_text(tool, found.passages), artifact.model_dump(exclude_none=True)


def to_the_minute(iso: str | None) -> str | None:
    """A moment in UTC to the minute, as an answer can state it; a date alone stays as it is."""
    if iso is None or len(iso) <= len("2026-11-22"):
        return iso
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_text(tool: ToolEvidence, passages: Sequence[PassageEvidence]) -> str:
    """Evidence as a chat model reads it. Angle brackets in foreign text cannot close a tag."""
    parts = [_passage_as_text(passage) for passage in passages]
    if tool.result:
        told = _shortened(_without_orders(tool.result))
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        parts.append(f'<result id="{tool.id}">{_harmless(body)}</result>')
    return "\n".join(parts) or "Nothing found."


def _passage_as_text(passage: PassageEvidence) -> str:
    about = {
        "title": passage.title,
        "publisher": passage.publisher,
        "date": passage.as_of,
        "grade": passage.grade,
    }
    attributes = "".join(f' {name}="{_harmless(value)}"' for name, value in about.items() if value)
    told = " ".join(passage.text[start:end] for start, end in passage.statements())
    return f'<passage id="{passage.id}"{attributes}>{_harmless(told)}</passage>'


def _without_orders(value: Any) -> Any:
    """A result without what a provider or a source says to an assistant."""
    if isinstance(value, dict):
        return {key: _without_orders(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_orders(inner) for inner in value]
    return "" if isinstance(value, str) and addresses_machine(value) else value


def _shortened(result: dict[str, Any]) -> dict[str, Any]:
    """A result without what a model does not need to write an answer; lists from their start, so
    that the path of each value stays. Grounding reads the whole."""
    kept: dict[str, Any] = {}
    for name, value in result.items():
        if name in _NOT_TOLD and "steps" in result:
            continue
        if isinstance(value, list) and len(value) > _ROWS:
            kept[name] = [*value[:_ROWS], f"{len(value) - _ROWS} more not shown"]
        else:
            kept[name] = value
    return kept


def _harmless(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›").replace('"', "”")
