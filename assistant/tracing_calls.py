"""Spans of model and tool calls, from what LangChain tells of them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage, ToolMessage
from langchain_core.outputs import LLMResult
from opentelemetry.trace import set_span_in_context

from assistant.models.failures import ModelFailed
from assistant.tracing import failed

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_LONGEST = 8_000  # characters of an attribute


class CallSpans(BaseCallbackHandler):
    """A span under `turn` for each call. Exceptions are told by their kind, never by their text."""

    run_inline = True  # in the order of the calls, on the thread that makes them

    def __init__(self, tracer: Tracer, turn: Span, model: str, *, text: bool) -> None:
        self._tracer, self._model, self._text = tracer, model, text
        self._context = set_span_in_context(turn)
        self._open: dict[UUID, Span] = {}
        self.first_word: int | None = None

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        **about: Any,
    ) -> None:
        builtin = (serialized or {}).get("name") == "BuiltinModel"
        model = "builtin" if builtin else self._model
        self._begin(
            run_id,
            f"chat {model}",
            {"gen_ai.operation.name": "chat", "gen_ai.request.model": model},
        )

    def on_llm_new_token(self, token: str | list[Any], *, run_id: UUID, **_about: Any) -> None:
        if token and self.first_word is None:
            self.first_word = time.time_ns()

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_about: Any) -> None:
        usage: dict[str, Any] = {}
        for generation in (one for row in response.generations for one in row):
            message = getattr(generation, "message", None)
            usage = getattr(message, "usage_metadata", None) or usage
        counted = {
            "gen_ai.usage.input_tokens": usage.get("input_tokens"),
            "gen_ai.usage.output_tokens": usage.get("output_tokens"),
        }
        self._end(run_id, {name: n for name, n in counted.items() if n is not None})

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_about: Any) -> None:
        self._fail(run_id, error)

    def on_tool_start(
        self, serialized: dict[str, Any], input_str: str, *, run_id: UUID, **about: Any
    ) -> None:
        name = str((serialized or {}).get("name") or about.get("name") or "tool")
        attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
        if self._text:
            told = {k: v for k, v in (about.get("inputs") or {}).items() if k != "runtime"}
            arguments = json.dumps(told, ensure_ascii=False, default=str)
            attributes["gen_ai.tool.call.arguments"] = arguments[:_LONGEST]
        self._begin(run_id, f"execute_tool {name}", attributes)

    def on_tool_end(self, output: Any, *, run_id: UUID, **_about: Any) -> None:
        artifact = output.artifact if isinstance(output, ToolMessage) else None
        found = artifact if isinstance(artifact, dict) else {}
        if not found.get("tool", {}).get("ok", True):
            failed(self._open[run_id], "refused")
        self._end(run_id, {"compute_desk.passages": len(found.get("passages", ()))})

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **_about: Any) -> None:
        self._fail(run_id, error)

    def close(self) -> None:
        """End what was cut off."""
        for run_id in list(self._open):
            self._end(run_id, {"compute_desk.cancelled": True})

    def _begin(self, run_id: UUID, name: str, attributes: dict[str, Any]) -> None:
        self._open[run_id] = self._tracer.start_span(
            name, context=self._context, attributes=attributes
        )

    def _end(self, run_id: UUID, attributes: dict[str, Any]) -> None:
        span = self._open.pop(run_id, None)
        if span is not None:
            span.set_attributes(attributes)
            span.end()

    def _fail(self, run_id: UUID, error: BaseException) -> None:
        if run_id in self._open:
            kind = error.kind if isinstance(error, ModelFailed) else type(error).__name__
            failed(self._open[run_id], kind)
        self._end(run_id, {})
