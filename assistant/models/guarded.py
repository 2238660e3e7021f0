"""A chat model behind the desk's guard: deadlines, new attempts, limits, and only whole calls.

Whatever a provider's package does, what comes out is text, whole tool calls or `ModelFailed`.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.constants import TAG_NOSTREAM
from pydantic import ConfigDict, SkipValidation

from assistant.models.failures import AGAIN, ModelFailed, failure_of
from assistant.models.limits import Meter
from assistant.models.trimming import fit, tokens_of

_LARGEST_CALL = 20_000
"""Characters of tool calls in one message; more is a model that runs away."""
_UNTOLD = ("stalled", "stopped", "broken")
_UNSEEN: Any = {"callbacks": [], "tags": [TAG_NOSTREAM]}
"""The inner model's words reach the graph through this model alone, not a second time."""


class GuardedModel(BaseChatModel):
    """One turn's way to `inner`. `says_end`: its streams tell why they end, so that one which does
    not was broken off."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: SkipValidation[BaseChatModel]
    meter: SkipValidation[Meter]
    says_end: bool = False

    @property
    def _llm_type(self) -> str:
        return self.inner._llm_type

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Any | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[Any, AIMessage]:
        """Remember the tools as JSON schemas; they are handed on with each call."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return asyncio.run(self._agenerate(messages, stop, None, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        whole = AIMessageChunk(content="")
        async for chunk in self._astream(messages, stop, run_manager, **kwargs):
            whole += cast("AIMessageChunk", chunk.message)
        return ChatResult(generations=[ChatGeneration(message=whole)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        model, room = self._with_tools(kwargs.get("tools", ()))
        sent = fit(messages, room)
        limits = self.meter.limits
        for attempt in range(limits.retries + 1):
            begun = False
            try:
                async with aclosing(self._attempt(model, sent)) as chunks:
                    async for chunk in chunks:
                        begun = begun or bool(chunk.text.strip())
                        yield ChatGenerationChunk(message=chunk)
                return
            except Exception as error:  # every provider raises its own kind
                failure = failure_of(error)
                # What a call took that broke off was not told.
                self.meter.told = self.meter.told and failure.kind not in _UNTOLD
                wait = limits.backoff * 2**attempt * random.uniform(0.75, 1.25)  # noqa: S311
                wait = wait if failure.wait is None else failure.wait
                last = attempt == limits.retries or failure.kind not in AGAIN
                if begun or last or wait > limits.longest_wait:
                    raise failure from None
            await asyncio.sleep(wait)

    def _with_tools(self, tools: Sequence[dict[str, Any]]) -> tuple[Runnable[Any, Any], int]:
        """The model with its tools, and the tokens left for messages. A model whose context the
        tools would fill gets none: it still has what the forced search found."""
        room = self.meter.limits.context
        needed = tokens_of(json.dumps(tools, ensure_ascii=False)) if tools else 0
        if not tools or needed > room // 2:
            return self.inner, room
        try:
            return self.inner.bind_tools(tools), room - needed
        except NotImplementedError:
            return self.inner, room

    async def _attempt(
        self, model: Runnable[Any, Any], messages: Sequence[BaseMessage]
    ) -> AsyncGenerator[AIMessageChunk]:
        """One call. Text comes as it is written, tool calls once they are whole."""
        self.meter.begin()
        held: AIMessageChunk | None = None
        usage: Any = None
        written = 0
        end: str | None = None
        async with aclosing(self._in_time(model, messages)) as chunks:
            async for chunk in chunks:
                usage = chunk.usage_metadata or usage
                end = chunk.response_metadata.get("finish_reason") or end
                written += len(chunk.text)
                if chunk.tool_call_chunks or held is not None:
                    held = chunk if held is None else held + chunk
                    if len(str(held.tool_call_chunks)) > _LARGEST_CALL:
                        raise ModelFailed("broken")
                    continue
                yield chunk
                if written > self.meter.limits.answer:
                    self.meter.notes.append("cut")
                    break
            else:
                if self.says_end and end is None:
                    raise ModelFailed("stopped")
                if end == "length":
                    self.meter.notes.append("cut")
        if end is None and usage is None and not written and held is None:
            raise ModelFailed("empty")
        self.meter.add(usage)
        if held is not None:
            _check_calls(held)
            yield held

    async def _in_time(
        self, model: Runnable[Any, Any], messages: Sequence[BaseMessage]
    ) -> AsyncGenerator[AIMessageChunk]:
        """The model's chunks, each before its deadline."""
        limits = self.meter.limits
        wait, kind = limits.first_token, "slow"
        stream = cast("Any", model.astream(list(messages), _UNSEEN))
        async with aclosing(stream):
            while True:
                try:
                    async with asyncio.timeout(wait):
                        chunk = await anext(stream, None)
                except TimeoutError:
                    raise ModelFailed(kind) from None
                if chunk is None:
                    return
                if not isinstance(chunk, AIMessageChunk):  # a model that does not stream
                    chunk = _as_chunk(chunk)
                yield chunk
                wait, kind = limits.between_tokens, "stalled"


def _as_chunk(message: AIMessage) -> AIMessageChunk:
    """A whole answer as one chunk; calls that are no JSON stay what they are."""
    told: list[tuple[str | None, str, str | None]]
    told = [(c["name"], json.dumps(c["args"]), c["id"]) for c in message.tool_calls]
    told += [(c["name"], c["args"] or "{", c["id"]) for c in message.invalid_tool_calls]
    calls: Any = [
        {"name": name, "args": args, "id": call, "index": n}
        for n, (name, args, call) in enumerate(told)
    ]
    return AIMessageChunk(
        content=message.content,
        tool_call_chunks=calls,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
    )


def _check_calls(message: AIMessageChunk) -> None:
    """Raises `ModelFailed` where a call is not whole. LangChain mends half-written JSON; a call
    with half of its arguments is not what the model meant."""
    for call in message.tool_call_chunks:
        try:
            whole = isinstance(json.loads(call["args"] or "{}"), dict)
        except ValueError:
            whole = False
        if not whole or not call["name"]:
            raise ModelFailed("broken")
