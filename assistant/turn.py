"""One turn: what the graph reports, folded into events and, at the end, the answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant.answer import Answer, Elapsed, Language, Proposal, Removed, ToolCall
from assistant.builtin.estimating.registry import BY_TOOL, fixed_words
from assistant.events import Cited, Event, GapFound, TakenOut, Text, ToolFinished, ToolStarted
from assistant.evidence import Artifact
from assistant.grounding.grounder import Grounder, Shown
from assistant.grounding.segments import sentences
from assistant.phrases import fixed_sentences, phrases
from assistant.reasons import Reason
from assistant.record import Record, Recorder
from kb.texts.aliases import AliasTable


class Turn:
    """State of a running turn. `fold` takes each part of the graph's stream (version 2)."""

    def __init__(
        self, answer_id: str, session: str, question: str, language: Language,
        own_words: Sequence[str], as_of: date | None = None,
        aliases: AliasTable | None = None, today: date | None = None,
        orders: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._id, self._session = answer_id, session
        self._question, self._language = question, language
        self._say = phrases(language)
        self._as_of = as_of
        self._recorder = Recorder()
        # What the answer opens with, once it has words, and how long that is.
        self._opening = "" if as_of is None else self._say.as_of_the(as_of)
        self._opened = 0
        opening = [unit.text for unit in sentences(self._opening)]
        fixed = [*fixed_sentences(self._say), *fixed_words(language), *opening]
        self._grounder = Grounder(own_words, self._say.not_stated, fixed, aliases, today, language)
        self._grounder.forbid(orders)
        self._begun = time.perf_counter()
        self._first_text: float | None = None
        self._calls: dict[str, tuple[dict[str, Any], float]] = {}
        self._done: dict[str, ToolCall] = {}
        self._removed: list[Removed] = []
        self._usage: dict[str, int] = {}
        self._outcome: dict[str, Any] = {}

    def fold(self, part: dict[str, Any]) -> Iterator[Event]:
        """Events for one part of the stream."""
        self._recorder.take(part)
        if part["type"] == "messages":
            chunk, about = part["data"]
            if isinstance(chunk, AIMessage) and about.get("langgraph_node") == "model":
                yield from self._say_day(before=chunk.text)
                yield from self._shown(self._grounder.feed(chunk.text))
        elif part["type"] == "updates":
            for update in part["data"].values():
                for message in (update or {}).get("messages", ()):
                    yield from self._message(message)

    def _message(self, message: BaseMessage) -> Iterator[Event]:
        if isinstance(message, ToolMessage) and "refused" in message.additional_kwargs:
            yield from self._refused(message)
        elif isinstance(message, ToolMessage):
            yield self._tool_finished(message)
        elif isinstance(message, AIMessage):
            for name, count in (message.usage_metadata or {}).items():
                if isinstance(count, int):
                    self._usage[name] = self._usage.get(name, 0) + count
            self._outcome = message.response_metadata.get("outcome", {})
            for call in message.tool_calls:
                self._calls[str(call["id"])] = (call["args"], time.perf_counter())
                yield ToolStarted(str(call["id"]), call["name"], call["args"])

    def _refused(self, message: ToolMessage) -> Iterator[Event]:
        """A call that the person's words do not call for: it never ran."""
        name = message.name or ""
        args, begun = self._calls.pop(message.tool_call_id, ({}, time.perf_counter()))
        told = f"{name} {json.dumps(args, ensure_ascii=False)}"
        reason = Reason(*message.additional_kwargs["refused"])
        removed = Removed(text=told, reason=reason.told(self._language))
        self._removed.append(removed)
        elapsed = round((time.perf_counter() - begun) * 1000)
        yield ToolFinished(message.tool_call_id, name, False, self._say.call_refused, elapsed)
        yield TakenOut(removed)

    def _tool_finished(self, message: ToolMessage) -> ToolFinished:
        args, begun = self._calls.get(message.tool_call_id, ({}, time.perf_counter()))
        name = message.name or ""
        if message.artifact:
            artifact = Artifact.model_validate(message.artifact)
            self._grounder.learn(artifact)
            tool = artifact.tool
            call = ToolCall(
                id=tool.id, name=name, args=tool.args, ok=tool.ok, result=tool.result,
                error=tool.error,
            )  # fmt: skip
            if not tool.result and tool.ok:
                call.result = {"passages": [_pointer(p) for p in artifact.passages]}
            summary = tool.error or self._summary(name, artifact)
        else:  # the graph refused the call: unknown tool or arguments that do not fit
            call = ToolCall(name=name, args=args, ok=False, error=message.text)
            summary = self._say.call_refused
        self._done[message.tool_call_id] = call
        elapsed = round((time.perf_counter() - begun) * 1000)
        return ToolFinished(message.tool_call_id, name, call.ok, summary, elapsed)

    def _summary(self, name: str, artifact: Artifact) -> str:
        """One line about a finished call."""
        if name in BY_TOOL:
            return BY_TOOL[name].words(self._language).finished
        return self._say.tool_summary(name, artifact.tool.result, len(artifact.passages))

    def _shown(self, pieces: Iterator[Shown]) -> Iterator[Event]:
        for piece in pieces:
            if piece.citation is not None:
                yield Cited(piece.citation)
            elif piece.removed is not None:
                self._removed.append(piece.removed)
                yield TakenOut(piece.removed)
            elif piece.text:
                if self._first_text is None and piece.text.strip():
                    self._first_text = time.perf_counter()
                yield Text(piece.text)

    def _say_day(self, before: str) -> Iterator[Event]:
        """The day that the answer is as of, before its first words."""
        if self._opening and before.strip():
            opening, self._opening = self._opening, ""
            yield from self._shown(self._grounder.feed(f"{opening}\n\n"))
            self._opened = len(self._grounder.text)

    @property
    def text(self) -> str:
        """What was shown so far."""
        return self._grounder.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing of a draft was shown so far."""
        return not self._grounder.text[self._opened :].strip()

    @property
    def rests_on_evidence(self) -> bool:
        """Whether what was shown cites something, or asks the person back."""
        asks = self._grounder.text.rstrip(" *_\n").endswith(("?", "？"))
        return bool(self._grounder.citations) or (asks and not self.is_empty)

    @property
    def removed(self) -> list[Removed]:
        """What was taken out so far."""
        return self._removed

    def flush(self) -> Iterator[Event]:
        """Events for the rest of the draft."""
        yield from self._shown(self._grounder.finish())

    def finish(self) -> Iterator[Event]:
        """Events for the rest of the draft, the gaps, and an abstention if nothing is left."""
        yield from self.flush()
        if self.is_empty:
            self._outcome = {"abstained": True, "gaps": [self._question]}
            yield from self._say_day(before=self._say.nothing_found)
            yield from self._shown(self._grounder.feed(self._say.nothing_found + "\n"))
            yield from self._shown(self._grounder.finish())
        for gap in self._outcome.get("gaps", ()):
            yield GapFound(gap)

    def record(self, earlier: int) -> Record:
        """What the turn was made of; its session had `earlier` turns."""
        return self._recorder.record(self._as_of, earlier)

    def answer(self, model: str, library_version: str) -> Answer:
        """The finished answer."""
        citations = self._grounder.citations
        calls = [self._done[name] for name in self._calls if name in self._done]
        plain = not citations and not any(call.ok and call.result for call in calls[1:])
        asked_back = bool(self._outcome.get("asked_back"))
        now = time.perf_counter()
        return Answer(
            id=self._id,
            question=self._question,
            answer=self._grounder.text,
            language=self._language,
            abstained=bool(self._outcome.get("abstained", plain and not asked_back)),
            asked_back=asked_back,
            gaps=list(self._outcome.get("gaps", ())),
            citations=citations,
            tool_calls=calls,  # as asked: a citation of t2 is about the second
            removed=self._removed,
            proposals=[
                Proposal(tool=call.name, args=call.result["proposed"])
                for call in calls
                if call.ok and "proposed" in call.result
            ],
            model=model,
            usage=self._usage,
            library_version=library_version,
            session=self._session,
            elapsed_ms=Elapsed(
                first_text=round(((self._first_text or now) - self._begun) * 1000),
                total=round((now - self._begun) * 1000),
            ),
        )


def _pointer(passage: Any) -> dict[str, Any]:
    """Where a passage stands; its text is in the library."""
    return {name: getattr(passage, name) for name in ("source", "version", "start", "end")}
