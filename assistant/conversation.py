"""What a turn starts from: the conversation so far, and the question with its first search."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.graph.state import CompiledStateGraph

from assistant.answer import Answer
from assistant.context import as_messages
from assistant.knowledge import Knowledge
from assistant.reading import message_of, search_words
from assistant.turn import Turn


def conversation(question: str, turns: Sequence[Answer], kb: Knowledge) -> list[BaseMessage]:
    """The messages of a turn; the last one carries the words that are searched for first."""
    words = search_words(question, turns, kb.programs())
    asked = HumanMessage(question, additional_kwargs={"search": words})
    return [*as_messages(turns), asked]


async def carry_out(
    graph: CompiledStateGraph[Any, Any, Any, Any], turn: Turn, messages: Sequence[BaseMessage]
) -> None:
    """Take a turn through the graph to its end; nobody listens meanwhile, nothing is kept."""
    async for part in graph.astream(
        {"messages": list(messages)}, stream_mode=["messages", "updates"], version="v2"
    ):
        deque(turn.fold(dict(part)), maxlen=0)
    deque(turn.finish(), maxlen=0)


@dataclass(frozen=True, slots=True)
class Said:
    """What the person said, in this turn and before: figures of the `words` need no evidence, the
    `orders` stood in what they pasted, and nobody follows them."""

    words: tuple[str, ...]
    orders: tuple[str, ...]


def said_in(question: str, turns: Sequence[Answer]) -> Said:
    """What a conversation holds of the person's own, and of what they pasted."""
    messages = [message_of(text) for text in (question, *(turn.question for turn in turns))]
    return Said(
        tuple(words for message in messages for words in message.words),
        tuple(order for message in messages for order in message.orders),
    )
