"""The agent's tools for another program's model: the same functions, arguments and text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import BaseTool
from mcp_types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, ValidationError

from assistant.evidence import Artifact
from kb.texts.cleaning import clean

_PASSAGE = {
    "id", "source", "version", "start", "end", "text", "language", "title", "kind", "grade",
    "publisher", "as_of", "url", "program", "field",
}  # fmt: skip
"""What is told of a passage; how search scored it is ours."""


class AgentTools:
    """Lists and calls tools of the agent outside a conversation. A call may block: run it in a
    thread."""

    def __init__(self, tools: Sequence[BaseTool]) -> None:
        self._tools = {tool.name: tool for tool in tools}

    def listed(self) -> list[Tool]:
        """The tools as the protocol describes them; none changes anything."""
        return [
            Tool(
                name=tool.name,
                description=" ".join(tool.description.split()),
                input_schema=_schema(tool).model_json_schema(),
                annotations=ToolAnnotations(read_only_hint=True),
            )
            for tool in self._tools.values()
        ]

    def __contains__(self, name: str) -> bool:
        return name in self._tools

    def call(self, name: str, args: Mapping[str, Any]) -> CallToolResult:
        """Run the tool `name`. Arguments that do not fit, and errors of the desk, are results that
        say so."""
        tool = self._tools[name]
        wrong = _misfits(_schema(tool), args)
        if wrong:
            return refusal(f"arguments of {name} do not fit: {wrong}")
        message = call_alone(tool, args)
        artifact = Artifact.model_validate(message.artifact)
        if not artifact.tool.ok:
            return refusal(f"{artifact.tool.error}. {artifact.tool.hint}")
        return CallToolResult(
            content=[TextContent(text=message.text)],
            structured_content={
                "result": artifact.tool.result,
                "passages": [passage.model_dump(include=_PASSAGE) for passage in artifact.passages],
            },
        )


def call_alone(tool: BaseTool, args: Mapping[str, Any]) -> ToolMessage:
    """What a tool of the agent tells a model, called without a conversation."""
    made = {"name": tool.name, "args": dict(args), "id": uuid.uuid4().hex, "type": "tool_call"}
    runtime: ToolRuntime[Any, Any] = ToolRuntime(
        state={"messages": [AIMessage("", tool_calls=[made])]},
        context=None,
        config={},
        stream_writer=_nobody,
        tool_call_id=str(made["id"]),
        store=None,
    )
    message: ToolMessage = tool.invoke(made | {"args": {**args, "runtime": runtime}})
    return message


def refusal(message: str) -> CallToolResult:
    """A result that says in one line why there is none."""
    text = " ".join(clean(message).split())
    return CallToolResult(content=[TextContent(text=f"Error: {text}")], is_error=True)


def _schema(tool: BaseTool) -> type[BaseModel]:
    """The arguments that a model gives; what the graph adds is not among them."""
    schema = tool.tool_call_schema
    assert isinstance(schema, type), f"{tool.name} has typed arguments"
    assert issubclass(schema, BaseModel)
    return schema


def _misfits(schema: type[BaseModel], args: Mapping[str, Any]) -> str:
    """What is wrong with arguments, without their values; empty where nothing is."""
    unknown = [repr(name[:40]) for name in args if name not in schema.model_fields]
    if unknown:
        known = ", ".join(schema.model_fields)
        return f"unknown {', '.join(unknown[:5])}; it takes {known}"
    try:
        schema.model_validate(args)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in found[:5])
    return ""


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _nobody(_said: Any) -> None:
    """Where a tool may write beside its result: nobody listens."""
