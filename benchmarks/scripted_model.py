"""A chat model that says what it is told to, for tests and benchmarks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable


class ScriptedModel(BaseChatModel):
    """Answers with `reply` to all messages; with `chunks` it streams those instead."""

    reply: Callable[[list[BaseMessage]], AIMessage] = lambda _: AIMessage("")
    chunks: Callable[[], Iterable[AIMessageChunk]] | None = None

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Whatever tools there are: it calls those of its script."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.reply(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in [_whole(self.reply(messages))] if self.chunks is None else self.chunks():
            yield ChatGenerationChunk(message=chunk)


def says(text: str) -> ScriptedModel:
    """A model that always says `text`."""
    return ScriptedModel(reply=lambda _: AIMessage(text))


def _whole(message: AIMessage) -> AIMessageChunk:
    calls = [
        {**call, "args": json.dumps(call["args"]), "index": n, "type": "tool_call_chunk"}
        for n, call in enumerate(message.tool_calls)
    ]
    return AIMessageChunk(message.content, tool_call_chunks=calls)
