"""An answer made again from what was kept of its turn: the same library, results and words.

The graph, the built-in model and the grounding run as they did; tools do not, their recorded
results are handed out. Another chat model is not asked again: its recorded words are.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Command
from pydantic import BaseModel, Field

from assistant.agent import MODEL_CALLS, build_agent
from assistant.answer import Answer
from assistant.builtin.model import BuiltinModel
from assistant.conversation import carry_out, conversation, said_in
from assistant.evidence import Artifact
from assistant.grounding.ages import day_of
from assistant.knowledge import Knowledge, open_knowledge
from assistant.own_model import OwnModel
from assistant.record import Record, Returned, Said, program_version
from assistant.sessions import Saved
from assistant.toolbox import agent_tools
from assistant.turn import Turn
from kb.errors import UnknownSource

_COMPARED = (
    "answer", "language", "abstained", "asked_back", "gaps", "citations", "tool_calls", "removed",
)  # fmt: skip


class Difference(BaseModel):
    """What came out otherwise: a part of the answer, or evidence that is no longer to be had."""

    part: str
    then: str
    now: str


class Replay(BaseModel):
    """A saved answer, and what came of making it again (None where nothing was kept of its turn).

    `library`: that of then is the present one, was put together from the history, or has moved;
    `missing` names its sources that are not to be had in their version of then.
    """

    answer: Answer
    again: Answer | None = None
    library: Literal["present", "history", "moved"] = "moved"
    missing: list[str] = Field(default_factory=list)
    program_then: str = ""
    program_now: str = Field(default_factory=program_version)
    differences: list[Difference] = Field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether the answer came out the same to the byte, from evidence that still stands."""
        return self.again is not None and not self.differences


async def replay(saved: Saved, kb: Knowledge, home: Path, embedder: str | None) -> Replay:
    """Make a saved answer again. `kb` is the library as it is."""
    if saved.record is None:
        return Replay(answer=saved.answer, library=_whether_present(saved, kb))
    with _library_of(saved, kb, home, embedder) as then:
        handed = Handed(saved.record.returned)
        again = await _again(saved, saved.record, then, home, handed)
        held = {source.id: source.version for source in then.sources()}
        wanted = saved.library or {}
        library: Literal["present", "history", "moved"] = "moved"
        if then.library_version == saved.answer.library_version:
            library = "present" if then is kb else "history"
        return Replay(
            answer=saved.answer,
            again=again,
            library=library,
            missing=sorted(one for one, version in wanted.items() if held.get(one) != version),
            program_then=saved.record.program,
            differences=[
                *_lost(saved.record, then),
                *(Difference(part="tool call", then="", now=call) for call in handed.unknown),
                *_differences(saved.answer, again),
            ],
        )


def _whether_present(saved: Saved, kb: Knowledge) -> Literal["present", "moved"]:
    return "present" if kb.library_version == saved.answer.library_version else "moved"


@contextmanager
def _library_of(
    saved: Saved, kb: Knowledge, home: Path, embedder: str | None
) -> Iterator[Knowledge]:
    """The library that an answer was made from, as far as it is to be had."""
    if saved.library is None or _whether_present(saved, kb) == "present":
        yield kb
        return
    opened = open_knowledge(home, embedder, lambda _note: None, versions=saved.library)
    with closing(opened) as then:
        yield then


async def _again(
    saved: Saved, record: Record, then: Knowledge, home: Path, handed: Handed
) -> Answer:
    old = saved.answer
    chat = BuiltinModel(kb=then) if old.model == "builtin" else Playback(said=record.said)
    today = record.as_of or datetime.now(UTC).date()  # for their schemas only: no tool runs
    tools = agent_tools(then, home=home, today=today)
    calls = max(MODEL_CALLS, len(record.said)) + 1
    graph = build_agent(chat, tools, then, calls=calls, innermost=[handed])
    said = said_in(old.question, saved.earlier)
    turn = Turn(
        old.id, old.session, old.question, old.language, said.words, record.as_of, then.aliases,
        day_of(old.citations), said.orders,
    )  # fmt: skip
    messages = conversation(old.question, saved.earlier, then)
    await carry_out(graph, turn, messages)
    return turn.answer(old.model, then.library_version)


class Handed(AgentMiddleware[Any, Any]):
    """Hands out recorded results instead of running tools; `unknown` are calls without one."""

    def __init__(self, returned: Sequence[Returned]) -> None:
        super().__init__()
        self._left = list(returned)
        self.unknown: list[str] = []

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage:
        """The recorded result of the same call, each once."""
        call = request.tool_call
        for one in self._left:
            if (one.name, one.args) == (call["name"], call["args"]):
                self._left.remove(one)
                return ToolMessage(
                    one.text,
                    artifact=one.artifact,
                    name=one.name,
                    tool_call_id=str(call["id"]),
                    status="success" if one.artifact else "error",
                )
        told = f"{call['name']} {json.dumps(call['args'], ensure_ascii=False)}"
        self.unknown.append(told)
        return ToolMessage(
            "not recorded", name=call["name"], tool_call_id=str(call["id"]), status="error"
        )


class Playback(OwnModel):
    """Says again what a chat model said, message by message."""

    said: list[Said]

    @property
    def _llm_type(self) -> str:
        return "compute-desk-playback"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Its calls are recorded, whatever tools there are."""
        return self

    def _respond(self, messages: Sequence[BaseMessage], tools: Sequence[str]) -> AIMessage:
        start = max(n for n, message in enumerate(messages) if isinstance(message, HumanMessage))
        before = sum(isinstance(message, AIMessage) for message in messages[start:])
        number = before - 1  # the graph's own search comes first
        one = self.said[number] if number < len(self.said) else Said()
        return AIMessage(
            one.text,
            id=f"playback-{number}",
            tool_calls=[
                {**call, "id": f"playback-{number}-{n}", "type": "tool_call"}
                for n, call in enumerate(one.calls)
            ],
            response_metadata={"outcome": one.outcome} if one.outcome else {},
        )


def _lost(record: Record, then: Knowledge) -> Iterator[Difference]:
    """Recorded passages that their source no longer gives."""
    seen = set()
    for one in record.returned:
        for passage in Artifact.model_validate(one.artifact).passages if one.artifact else ():
            place = (passage.source, passage.version, passage.start, passage.end)
            if place in seen:
                continue
            seen.add(place)
            try:
                text = then.source(passage.source, passage.version).text
            except UnknownSource as error:
                yield Difference(part="evidence", then=passage.text, now=error.message)
                continue
            now = text[passage.start : passage.end]
            if now != passage.text:
                yield Difference(part="evidence", then=passage.text, now=now)


def _differences(then: Answer, now: Answer) -> Iterator[Difference]:
    old, new = then.model_dump(mode="json"), now.model_dump(mode="json")
    if "failed_model" in then.usage:  # what it had written was taken out before the answer's own
        old["removed"] = old["removed"][len(old["removed"]) - len(new["removed"]) :]
    for part in _COMPARED:
        if old[part] != new[part]:
            yield from _within(part, old[part], new[part])


def _within(part: str, then: Any, now: Any) -> Iterator[Difference]:
    """What differs in a part: lines of the text, entries of a list, or the whole."""
    if part == "answer":
        then, now = then.splitlines() or [then], now.splitlines() or [now]
    if not isinstance(then, list):
        yield Difference(part=part, then=_shown(then), now=_shown(now))
        return
    found = False
    for number in range(max(len(then), len(now))):
        old, new = (side[number] if number < len(side) else "" for side in (then, now))
        if old != new:
            found = True
            yield Difference(part=f"{part} {number + 1}", then=_shown(old), now=_shown(new))
    if not found:  # the ends of lines
        yield Difference(part=part, then=_shown(then), now=_shown(now))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
