"""What earlier turns of a session contribute to the next question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel, Field

from assistant.answer import Answer, Language

TURNS = 6
_MARKER = re.compile(r"\s?\[\d{1,3}\]")
_SOURCE = re.compile(r"\s?[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）]$")


class Past(BaseModel):
    """One earlier turn, as far as a follow-up may refer to it; `lead` is the first line of its
    answer, empty where it gave none."""

    question: str
    language: Language
    asked_back: bool = False
    sources: list[str] = Field(default_factory=list)
    calls: list[dict[str, Any]] = Field(default_factory=list)
    lead: str = ""


def past_of(answer: Answer) -> Past:
    """The parts of a saved answer that a follow-up may refer to: cited sources, calls, and what
    it says first."""
    cited = [citation.source for citation in answer.citations if citation.kind == "passage"]
    return Past(
        question=answer.question,
        language=answer.language,
        asked_back=answer.asked_back,
        sources=list(dict.fromkeys(cited)),
        calls=[{"name": c.name, "args": c.args} for c in answer.tool_calls if c.ok],
        lead="" if answer.abstained or answer.asked_back else _lead(answer.answer),
    )


def _lead(text: str) -> str:
    """The first line without markers, signs of emphasis, and the source in brackets at its end."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    plain = _MARKER.sub("", first).replace("**", "").strip()
    return _SOURCE.sub("", plain)


def as_messages(turns: Sequence[Answer]) -> list[BaseMessage]:
    """The last turns as messages for any chat model; pairs stay whole."""
    messages: list[BaseMessage] = []
    for answer in turns[-TURNS:]:
        messages.append(HumanMessage(answer.question))
        messages.append(
            AIMessage(
                _MARKER.sub("", answer.answer),
                response_metadata={"past": past_of(answer).model_dump()},
            )
        )
    return messages


def pasts_in(messages: Sequence[BaseMessage]) -> list[Past]:
    """The earlier turns that `as_messages` put into a conversation, oldest first."""
    return [
        Past.model_validate(message.response_metadata["past"])
        for message in messages
        if isinstance(message, AIMessage) and "past" in message.response_metadata
    ]
