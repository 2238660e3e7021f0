"""The built-in model as a LangChain chat model: plans tool calls, then writes the answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, PrivateAttr, SkipValidation

from assistant.builtin.estimating.estimator import Call
from assistant.builtin.planning import made_in, plan
from assistant.builtin.writing import write
from assistant.context import pasts_in
from assistant.knowledge import Knowledge
from assistant.own_model import OwnModel
from assistant.reading import Reader


class BuiltinModel(OwnModel):
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


def _new_id() -> str:
    return f"builtin-{uuid.uuid4().hex[:12]}"
