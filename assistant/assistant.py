"""The desk: asks, answers, remembers. The same for the app, the command line and scripts."""

from __future__ import annotations

import asyncio
import os
import threading
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from assistant.answer import Answer, Proposal
from assistant.desk import SessionInfo, SourceView
from assistant.errors import DESK_ERRORS, AssistantError, InvalidQuestion, NotProposed
from assistant.events import Done, Event, Failed, Noted, Started
from assistant.keys import without_secret
from assistant.knowledge import Knowledge, open_knowledge
from assistant.language import detect
from assistant.sessions import SessionStore
from assistant.settings import default_home, load_settings
from assistant.tracing import TurnSpans, begin_turn
from assistant.waiting import each, run
from kb.library.moments import parse_moment

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool
    from langgraph.graph.state import CompiledStateGraph

    from assistant.models.limits import Limits
    from assistant.replaying import Replay
    from assistant.turn import Turn
    from kb.programs.profile import Profile

BUILTIN = "builtin"
LONGEST_QUESTION = 8_000
"""Characters; more is an article, not a question."""


class Assistant:
    """One open desk over one home. Safe to use from several threads."""

    def __init__(
        self,
        home: Path,
        model: str | BaseChatModel,
        embedder: str | None,
        today: date | None,
        as_of: str | None,
        limits: Limits | None = None,
    ) -> None:
        moment = None if as_of is None else parse_moment(as_of)
        now = today or datetime.now(UTC).date()
        self._past = moment is not None
        self._as_of = None if as_of is None else (moment.day if moment else now)
        self._home, self._model, self._today = home, model, self._as_of or today
        self._limits = limits
        self._embedder = embedder
        self._notes: list[str] = []
        self.kb: Knowledge = open_knowledge(home, embedder, self._notes.append, as_of)
        self._store = SessionStore(home / "sessions.sqlite")
        self._graph: CompiledStateGraph[Any, Any, Any, Any] | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls,
        home: str | Path | None = None,
        model: str | BaseChatModel | None = None,
        *,
        embedder: str | None = None,
        today: date | None = None,
        as_of: str | None = None,
        limits: Limits | None = None,
    ) -> Self:
        """Open the desk of `home` (default: COMPUTE_DESK_HOME or the user data folder).

        `model` is 'builtin', a spec such as 'openai:gpt-5-mini' or 'http://HOST:PORT/v1#NAME', or
        a LangChain chat model. Where it fails, the built-in model answers and a `Noted` says so.
        `limits` go before those of the settings. `today` pins the day for tests and replays.
        `as_of` answers from what the library held at the end of a day of the past ("2026-03-31"; a
        month, a year or an ISO time, in UTC); what it could not answer then is no gap. Cheap:
        libraries and the index load with the first question. Raises `kb.errors.InvalidDate`.
        """
        settings = load_settings()
        return cls(
            Path(home) if home is not None else default_home(),
            model or settings.model,
            embedder or settings.embedder,
            today,
            as_of,
            limits,
        )

    @property
    def model_name(self) -> str:
        """The model as it was chosen, or the kind of a model that was passed in."""
        return without_secret(
            self._model if isinstance(self._model, str) else self._model._llm_type
        )

    def warm(self) -> None:
        """Load everything that the first question needs. May take seconds. Raises
        `ModelUnavailable` or `NotAgreed` where the model cannot be asked."""
        if isinstance(self._model, str) and self._model != BUILTIN:
            from assistant.foreign import checked_spec

            checked_spec(self._model)
        self._agent()
        self.kb.search("GPU", 1)

    def ask(
        self,
        text: str,
        session: str | None = None,
        *,
        kept: bool = True,
        earlier: Sequence[Answer] | None = None,
    ) -> Answer:
        """Answer a question. `kept` off tries it out: no session and no gap is recorded; then
        `earlier` may give the turns before it. Raises one of `assistant.errors.DESK_ERRORS` where
        that fails."""
        return run(lambda: self.aask(text, session, kept=kept, earlier=earlier))

    async def aask(
        self,
        text: str,
        session: str | None = None,
        *,
        kept: bool = True,
        earlier: Sequence[Answer] | None = None,
    ) -> Answer:
        """`ask` for asynchronous code."""
        async for event in self.stream(text, session, kept=kept, earlier=earlier):
            if isinstance(event, Done):
                return event.answer
            if isinstance(event, Failed):
                error = AssistantError(event.message, event.hint)
                error.code = event.code
                raise error
        raise AssertionError("a stream ends with Done or Failed")

    def events(
        self, text: str, session: str | None = None, *, kept: bool = True
    ) -> Iterator[Event]:
        """`stream` for plain code: the events as they come. Closing the iterator cancels the
        turn."""
        return each(lambda: self.stream(text, session, kept=kept))

    async def stream(
        self,
        text: str,
        session: str | None = None,
        *,
        kept: bool = True,
        earlier: Sequence[Answer] | None = None,
    ) -> AsyncIterator[Event]:
        """Answer a question as typed events; the last is `Done` or `Failed`. See `ask`."""
        spans = begin_turn(self.model_name, self._notes.append)
        try:
            question, place = _checked(text), session or self.new_session()
            spans.asked(question)
            turns = self._store.turns(place) if earlier is None else earlier
            kept = kept and earlier is None
            async for event in self._events(question, place, turns, kept, spans):
                spans.hear(event)
                yield event
        except DESK_ERRORS as error:
            failed = Failed(error.code, error.message, error.hint)
            spans.hear(failed)
            yield failed
        finally:
            spans.end()

    async def _events(
        self, question: str, session: str, turns: Sequence[Answer], kept: bool, spans: TurnSpans
    ) -> AsyncIterator[Event]:
        from assistant.reading import message_of

        own = message_of(question).own or question
        language = detect(own, fallback=turns[-1].language if turns else "en")
        answer_id = uuid.uuid4().hex[:12]
        yield Started(answer_id, session, question, language, self.model_name)
        graph = await asyncio.to_thread(self._agent)

        from assistant.conversation import conversation, said_in
        from assistant.turn import Turn

        said, messages = said_in(question, turns), conversation(question, turns, self.kb)

        def begin() -> Turn:
            return Turn(
                answer_id, session, question, language, said.words, self._as_of, self.kb.aliases,
                self._today or datetime.now(UTC).date(), said.orders,
            )  # fmt: skip

        foreign = None
        if self._model != BUILTIN:
            from assistant.agent import build_agent
            from assistant.foreign import ForeignTurn

            turn = begin()
            foreign = ForeignTurn(self._model, turn, language, self._limits)
            # One more than its limit: the guard says why it ends, the graph would not.
            calls = foreign.limits.calls + 1

            def run(chat: BaseChatModel) -> AsyncGenerator[dict[str, Any]]:
                asked = build_agent(chat, self.tools(), self.kb, calls=calls)
                return _parts(asked, messages, spans)

            async for event in foreign.events(run):
                yield event
        if foreign is None or foreign.failure:
            turn = begin()
            try:
                async for part in _parts(graph, messages, spans):
                    for event in turn.fold(part):
                        yield event
            except DESK_ERRORS:
                raise
            except Exception as error:  # a fault of ours; its text may hold anything
                message = f"the built-in model failed ({type(error).__name__})"
                yield Failed("model_failed", message, "try again, and please report it")
                return
            for event in turn.finish():
                yield event
        answered = self.model_name if foreign and not foreign.failure else BUILTIN
        answer = turn.answer(answered, self.kb.library_version)
        if foreign is not None:
            answer = foreign.complete(answer)
        if answer.gaps and kept and not self._past:
            self.kb.record_gap(own, language, answer.gaps)
        for note in self._taken_notes():
            yield Noted(note)
        if kept:
            library = {source.id: source.version for source in self.kb.sources()}
            self._store.save(answer, turn.record(len(turns)), library)
        yield Done(answer)

    def _agent(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        """The graph with the built-in model; made once."""
        with self._lock:
            if self._graph is None:
                # LangSmith would send questions away; checkpoints hold plain JSON only.
                os.environ.setdefault("LANGSMITH_TRACING", "false")
                os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
                from assistant.agent import build_agent
                from assistant.builtin.model import BuiltinModel

                self._graph = build_agent(BuiltinModel(kb=self.kb), self.tools(), self.kb)
            return self._graph

    def tools(self) -> list[BaseTool]:
        """The agent's tools over this desk's home, library and day. Loads LangChain."""
        from assistant.toolbox import agent_tools

        today = self._today or datetime.now(UTC).date()
        return agent_tools(self.kb, home=self._home, today=today, past=self._past)

    def new_session(self) -> str:
        """Id of a new, empty session; it is saved with its first turn."""
        return uuid.uuid4().hex[:8]

    def sessions(self) -> list[SessionInfo]:
        """Saved sessions, the latest first."""
        return self._store.sessions()

    def turns(self, session: str) -> list[Answer]:
        """The answers of a session, oldest first. Raises `UnknownSession`."""
        return self._store.require(session)

    def saved(self, answer_id: str) -> Answer:
        """A saved answer by its id. Raises `UnknownAnswer`."""
        return self._store.saved(answer_id).answer

    def replay(self, answer_id: str) -> Replay:
        """Make a saved answer again, from its library and its recorded results, and compare.
        Raises `UnknownAnswer`."""
        from assistant.replaying import replay

        saved = self._store.saved(answer_id)
        return run(lambda: replay(saved, self.kb, self._home, self._embedder))

    def report(self, answer_id: str, note: str = "") -> bool:
        """Put a saved answer on staff's list, with its evidence and a note on what is wrong;
        whether it is on that list (a desk that reads a published library sends it only where
        `send_gaps` says so). See `assistant.reporting`. Raises `UnknownAnswer`."""
        from assistant.profile import load_profile
        from assistant.reporting import report_of

        answer = self.saved(answer_id)
        report = report_of(answer, note, load_profile(self._home))
        return self.kb.record_report(answer.question, answer.language, report)

    def approve(self, answer_id: str, proposal: Proposal) -> Profile:
        """Save what a saved answer proposed, and nothing else: `proposal` has to be one of its
        `proposals` to the letter. The profile as it is then. Raises `UnknownAnswer`,
        `NotProposed`."""
        from assistant.profile import load_profile, save_profile, with_values

        if proposal not in self.saved(answer_id).proposals:
            raise NotProposed(
                "this is not what the answer proposed", "ask again, and approve what it then shows"
            )
        today = self._today or datetime.now(UTC).date()
        profile = with_values(load_profile(self._home), proposal.args, today)
        save_profile(self._home, profile)
        return profile

    def source(self, source: str, version: str | None = None) -> SourceView:
        """A source's text. Raises `kb.errors.UnknownSource`."""
        found = self.kb.source(source, version)
        return SourceView(
            id=found.id, version=found.version, kind=found.kind, title=found.title,
            language=found.language, text=found.text, publisher=found.publisher,
            published=found.published, url=found.url,
        )  # fmt: skip

    def status(self) -> str:
        """One line: model, size of the library, live sources."""
        count = len(self.kb.sources())
        return f"{self.model_name} · {count} sources · {self.kb.state()}"

    def _taken_notes(self) -> list[str]:
        """What the desk has to say, each once; another thread's turn does not say it again."""
        with self._lock:
            notes, self._notes[:] = list(dict.fromkeys(self._notes)), []
        return notes

    def close(self) -> None:
        """Release files."""
        self.kb.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.close)


def _checked(text: str) -> str:
    from kb.texts.cleaning import clean

    question = clean(text).strip()
    if not question:
        raise InvalidQuestion(
            "the question is empty", "ask something, for example about H100 prices"
        )
    if len(question) > LONGEST_QUESTION:
        raise InvalidQuestion(
            f"the question has {len(question):,} characters; {LONGEST_QUESTION:,} is the most",
            "put long text into a file and add it: compute-desk kb add FILE",
        )
    return question


async def _parts(
    graph: CompiledStateGraph[Any, Any, Any, Any], messages: list[Any], spans: TurnSpans
) -> AsyncGenerator[dict[str, Any]]:
    """The graph's stream of one turn, without a checkpointer: turns are kept in our own table."""
    async for part in graph.astream(
        {"messages": messages},
        {"callbacks": list(spans.callbacks)},
        stream_mode=["messages", "updates"],
        version="v2",
    ):
        yield dict(part)
