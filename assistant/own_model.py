"""What the desk's own chat models share: they have a whole message before they say a word of it."""

from __future__ import annotations

import asyncio
import json
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import run_in_executor

_PIECE = re.compile(r"\S+\s*|\s+")


class OwnModel(BaseChatModel):
    """Gives the message of `_respond`, whole or word by word."""

    @abstractmethod
    def _respond(self, messages: Sequence[BaseMessage], tools: Sequence[str]) -> AIMessage:
        """What it says to the messages; `tools` are those that `bind_tools` kept."""

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
        for chunk in _chunks(message):
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
        for chunk in _chunks(message):
            if run_manager is not None and chunk.message.text:
                await run_manager.on_llm_new_token(chunk.message.text, chunk=chunk)
            yield chunk
            await asyncio.sleep(0)  # whoever listens hears each word


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
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
