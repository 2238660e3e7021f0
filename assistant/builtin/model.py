"""The built-in model as a LangChain chat model: plans tool calls, then writes the answer."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, run_in_executor
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, PrivateAttr, SkipValidation

from assistant.builtin.estimating.estimator import Call
from assistant.builtin.planning import made_in, plan
from assistant.builtin.writing import write
from assistant.context import pasts_in
from assistant.knowledge import Knowledge
from assistant.reading import Reader

_PIECE = re.compile(r"\S+\s*|\s+")


class BuiltinModel(BaseChatModel):
    """Deterministic and offline: the same question, library and tools give the same words."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kb: SkipValidation[Knowledge]
    _reader: Reader = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Nothing is loaded before the first question."""
        self._reader = Reader(self.kb)

    @property
    def _llm_type(self) -> str:
        return "compute-desk-builtin"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Any | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[Any, AIMessage]:
        """Remember which tools there are; only those are called."""
        names = [tool.name for tool in tools if isinstance(tool, BaseTool)]
        return self.bind(tools=names, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._respond(messages, kwargs.get("tools", ()))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._respond(messages, kwargs.get("tools", ()))
        for chunk in chunks(message):
            if run_manager is not None and chunk.message.text:
                run_manager.on_llm_new_token(chunk.message.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        # One trip to another thread for all the words; inherited, each word would make its own.
        message = await run_in_executor(None, self._respond, messages, kwargs.get("tools", ()))
        for chunk in chunks(message):
            if run_manager is not None and chunk.message.text:
                await run_manager.on_llm_new_token(chunk.message.text, chunk=chunk)
            yield chunk
            await asyncio.sleep(0)  # whoever listens hears each word

    def _respond(self, messages: Sequence[BaseMessage], tools: Sequence[str]) -> AIMessage:
        start = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
        past = pasts_in(messages[:start])
        readings = self._reader.parts(messages[start].text, past)
        parts = plan(readings, made_in(messages[start:]))
        wanted = [call for part in parts for call in part.calls if call[0] in tools]
        if wanted:
            return _asking([call for n, call in enumerate(wanted) if call not in wanted[:n]])
        draft = write(parts, self.kb)
        outcome = {
            "abstained": draft.abstained, "asked_back": draft.asked_back, "gaps": draft.gaps,
        }  # fmt: skip
        return AIMessage(draft.text, id=_new_id(), response_metadata={"outcome": outcome})


def _asking(calls: Sequence[Call]) -> AIMessage:
    return AIMessage(
        "",
        id=_new_id(),
        tool_calls=[
            {"name": name, "args": args, "id": _new_id(), "type": "tool_call"}
            for name, args in calls
        ],
    )


def chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The message word by word, tool calls as they come from a provider."""
    for index, call in enumerate(message.tool_calls):
        yield _chunk(
            message,
            tool_call_chunks=[
                {
                    "name": call["name"],
                    "args": json.dumps(call["args"], ensure_ascii=False),
                    "id": call["id"],
                    "index": index,
                    "type": "tool_call_chunk",
                }
            ],
        )
    for piece in _PIECE.findall(message.text):
        yield _chunk(message, content=piece)
    yield _chunk(message, response_metadata=message.response_metadata, chunk_position="last")


def _chunk(message: AIMessage, content: str = "", **fields: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=content, id=message.id, **fields))


def _new_id() -> str:
    return f"builtin-{uuid.uuid4().hex[:12]}"
