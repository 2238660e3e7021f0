"""Middleware of the graph that holds for every chat model: the first search, and cleared calls."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, hook_config
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.runtime import Runtime
from langgraph.types import Command
from pydantic import BaseModel

from assistant.builtin.planning import made_in, plan
from assistant.clearance import Told, refusal
from assistant.context import pasts_in
from assistant.knowledge import Knowledge
from assistant.reading import Reader, message_of
from assistant.reasons import Reason
from assistant.toolbox import EXAMPLES
from kb.texts.terms import question_terms

ToolResult = ToolMessage | Command[Any]


class FirstRetrieval(AgentMiddleware[Any, Any]):
    """Every turn starts with a search for the person's own words, whatever the model is."""

    @hook_config(can_jump_to=["tools"])
    def before_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> dict[str, Any]:
        """Add the call that a model would have to make, and go to the tools."""
        question = next(m for m in reversed(state["messages"]) if isinstance(m, HumanMessage))
        query = question.additional_kwargs.get("search") or question.text
        call = {
            "name": "search_knowledge",
            "args": {"query": query},
            "id": f"first-{uuid.uuid4().hex[:8]}",
            "type": "tool_call",
        }
        return {"messages": [AIMessage(content="", tool_calls=[call])], "jump_to": "tools"}


class ClearedCalls(AgentMiddleware[Any, Any]):
    """A tool runs only where the person's words call for it (see `assistant.clearance`)."""

    def __init__(self, kb: Knowledge) -> None:
        super().__init__()
        self._kb = kb
        self._reader = Reader(kb)
        # The words of our own example questions, which a search may use beside the person's.
        said = "\n".join(example for examples in EXAMPLES.values() for example in examples)
        self._vocabulary = frozenset(question_terms(said, kb.aliases))

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolResult]
    ) -> ToolResult:
        """Run the call, or answer it with why it may not run."""
        return self._refused(request) or handler(request)

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolResult]],
    ) -> ToolResult:
        """The same, asynchronously."""
        return self._refused(request) or await handler(request)

    def _refused(self, request: ToolCallRequest) -> ToolMessage | None:
        messages: list[BaseMessage] = request.state["messages"]
        start = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
        call = request.tool_call
        if str(call["id"]) == _first_call(messages[start:]):
            return None
        past = pasts_in(messages[:start])
        made = made_in(messages[start:])
        parts = plan(self._reader.parts(messages[start].text, past), made)
        told = Told(
            messages=tuple(
                words
                for message in messages
                if isinstance(message, HumanMessage)
                for words in message_of(message.text).words
            ),
            results=tuple(each.artifact for each in made if each.artifact is not None),
            aliases=self._kb.aliases,
            vocabulary=self._vocabulary,
            answers=tuple(m.text for m in messages[:start] if isinstance(m, AIMessage)),
        )
        expected = [wanted for part in parts for wanted in part.wanted]
        reason = (
            Reason("no_tool")
            if request.tool is None
            else refusal((call["name"], call["args"]), expected, _defaults(request.tool), told)
        )
        if reason is None:
            return None
        return ToolMessage(
            f"Refused: {reason.told('en')}. Use what the person said, or answer from the evidence.",
            name=call["name"],
            tool_call_id=str(call["id"]),
            status="error",
            additional_kwargs={"refused": [reason.kind, reason.detail]},
        )


def _first_call(messages: list[BaseMessage]) -> str | None:
    """The id of the search that the graph itself asked for."""
    first = next((m for m in messages if isinstance(m, AIMessage)), None)
    return str(first.tool_calls[0]["id"]) if first is not None and first.tool_calls else None


def _defaults(tool: BaseTool) -> dict[str, Any]:
    """The arguments of a tool that may be left out, with what they are then."""
    schema = tool.tool_call_schema
    if isinstance(schema, dict) or not issubclass(schema, BaseModel):
        return {}
    fields = schema.model_fields.items()
    return {name: field.default for name, field in fields if not field.is_required()}
