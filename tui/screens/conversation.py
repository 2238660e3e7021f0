"""The conversation: asking, queueing, cancelling, resuming, opening evidence."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker

from assistant.events import Failed
from tui.cleaning import one_line
from tui.contents import clipped, failure_content
from tui.engine import Engine, failure_of
from tui.fold import Phase, TurnState, cancel, fold, turn_of
from tui.markdown import is_web_link, marker_of
from tui.strings import Strings
from tui.widgets.bars import KeyBar, TitleBar
from tui.widgets.evidence_pane import EvidencePane
from tui.widgets.linked import Linked
from tui.widgets.log import ConversationLog, ReadingSpot
from tui.widgets.question_box import QuestionBox
from tui.widgets.turn import Turn
from tui.widgets.waiting_list import WaitingList
from tui.widgets.welcome import Welcome


class ConversationScreen(Screen[None]):
    """Holds one conversation at a time. One answer is written at a time; others wait."""

    AUTO_FOCUS = "#question-box"

    class EngineWanted(Message):
        """A question was sent and there is no engine yet."""

    def __init__(self, strings: Strings) -> None:
        super().__init__()
        self.strings = strings
        self.waiting: list[str] = []
        self.session: str | None = None
        self._engine: Engine | None = None
        self._answering: Worker[None] | None = None
        self._evidence_of: tuple[TurnState, str] | None = None
        self._spot: ReadingSpot | None = None
        self._focused_before: Widget | None = None
        self.title_bar = TitleBar()
        self.log_view = ConversationLog(strings)
        self.welcome = Welcome(strings)
        self.evidence = EvidencePane(strings)
        self.box = QuestionBox(strings.ask_here, list(strings.examples))
        self._trouble = Static(markup=False, id="trouble")
        self._queue = WaitingList(strings)

    def compose(self) -> ComposeResult:
        """Title, conversation with evidence beside it, question box, keys."""
        yield self.title_bar
        with Container(id="body"):
            with Vertical(id="main"):
                yield self.welcome
                yield self.log_view
            yield self.evidence
        yield self._trouble
        yield self._queue
        with Container(id="box-frame"):
            yield self.box
        yield KeyBar(self.strings)

    def on_mount(self) -> None:
        """An empty conversation, waiting for its engine."""
        self.title_bar.title = self.strings.new_conversation
        self._show_welcome(True)

    # The engine

    def engine_opening(self) -> None:
        """Say that the engine is loading; questions can be sent ahead."""
        self.title_bar.status = self.strings.opening_desk
        self._show_trouble(None)

    async def engine_ready(self, engine: Engine, session: str | None) -> None:
        """Begin to answer: resume `session` if there is one, then take the waiting questions."""
        self._engine = engine
        self._show_trouble(None)
        if session is not None:
            await self._show_session(session, None)
        await self._show_status()
        self._answer_next()

    def engine_failed(self, failure: Failed) -> None:
        """Say why there is no engine. Waiting questions stay; Enter tries again."""
        self.title_bar.status = ""
        message = self.strings.desk_failed.format(message=failure.message)
        self._show_trouble(Failed(failure.code, message, failure.hint or self._retry_hint()))

    def _retry_hint(self) -> str:
        return self.strings.retry_hint if self.waiting else ""

    async def _show_status(self) -> None:
        assert self._engine is not None
        try:
            self.title_bar.status = await self._engine.status()
        except Exception as error:  # shown, whatever it is
            self.title_bar.status = failure_of(error).message

    # Asking

    @on(QuestionBox.Sent)
    def _sent(self, event: QuestionBox.Sent) -> None:
        if event.question:
            self.waiting.append(event.question)
            self._queue.show(self.waiting)
            if not self.busy:
                self.log_view.show_next()
        if self._engine is None:
            self.post_message(self.EngineWanted())
        self._answer_next()

    @on(Welcome.ExampleChosen)
    def _example(self, event: Welcome.ExampleChosen) -> None:
        self.box.write(event.question)

    @property
    def busy(self) -> bool:
        """Whether an answer is being written."""
        return self._answering is not None

    def _answer_next(self) -> None:
        if self._engine is not None and not self.busy and self.waiting:
            question = self.waiting.pop(0)
            self._queue.show(self.waiting)
            self._answering = self._answer(self._engine, question)

    @work(group="answer", exit_on_error=False)
    async def _answer(self, engine: Engine, question: str) -> None:
        state = TurnState(question)
        self._show_welcome(False)
        turn = await self.log_view.add(state)
        try:
            if self.session is None:
                self.session = await engine.new_session()
                self.title_bar.title = one_line(question)
            async with aclosing(engine.stream(question, self.session)) as events:
                async for event in events:
                    await turn.show(fold(state, event))
            if state.phase is Phase.RUNNING:
                await turn.show(fold(state, Failed("ended", self.strings.ended_early)))
        except asyncio.CancelledError:
            await turn.show(cancel(state))
            raise
        except Exception as error:  # shown, whatever it is: the app stays alive
            self.log.error(repr(error))
            await turn.show(fold(state, failure_of(error)))
        finally:
            await turn.finish()

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """When an answer has ended, in whatever way, the next question has its turn."""
        if event.worker is self._answering and event.worker.is_finished:
            self._answering = None
            self._answer_next()
            await self._show_status()

    def back(self) -> None:
        """Close the evidence; else stop the answer; else take back the last waiting question."""
        if self._evidence_of is not None:
            self._close_evidence()
        elif self._answering is not None:
            self._answering.cancel()
        elif self.waiting and not self.box.text:
            self.box.write(self.waiting.pop())
            self._queue.show(self.waiting)

    def refuse_while_busy(self) -> bool:
        """Say that the running answer must be stopped first, if there is one."""
        if self.busy or self.waiting:
            self.notify(self.strings.busy, markup=False, timeout=4)
            return True
        return False

    # Sessions

    def start_new(self) -> None:
        """An empty conversation; the one on the screen is saved already."""
        if not self.refuse_while_busy():
            self._clear()

    def resume(self, session: str, title: str) -> None:
        """Show a saved conversation."""
        self.run_worker(self._show_session(session, title), group="resume", exclusive=True)

    @work(group="resume", exclusive=True)
    async def _clear(self) -> None:
        self._close_evidence()
        self.session = None
        self.title_bar.title = self.strings.new_conversation
        await self.log_view.replace([])
        self._show_welcome(True)
        self.box.focus()

    async def _show_session(self, session: str, title: str | None) -> None:
        assert self._engine is not None
        try:
            answers = await self._engine.turns(session)
        except Exception as error:  # shown, whatever it is
            failure = failure_of(error)
            message = self.strings.session_failed.format(message=failure.message)
            self._show_trouble(Failed(failure.code, message, failure.hint))
            return
        self._close_evidence()
        self._show_trouble(None)
        self.session = session
        first = answers[0].question if answers else self.strings.new_conversation
        self.title_bar.title = one_line(title or first)
        for answer in answers:
            self.box.recall_later(answer.question)
        self._show_welcome(not answers)
        await self.log_view.replace([turn_of(answer) for answer in answers])

    # Evidence

    @on(Turn.LinkFollowed)
    def _followed(self, event: Turn.LinkFollowed) -> None:
        marker = marker_of(event.href)
        if marker is None:
            self._open_url(event.href)
        else:
            self.open_citation(event.state, marker)

    @on(Linked.Followed)
    def _source_link(self, event: Linked.Followed) -> None:
        self._open_url(event.href)

    def _open_url(self, url: str) -> None:
        web = is_web_link(url)
        said = self.strings.link_opened if web else self.strings.link_not_opened
        self.notify(clipped(said.format(url=one_line(url)), 200).plain, markup=False)
        if web:
            self.app.open_url(url)

    @on(ConversationLog.CitationAsked)
    def _number_key(self, event: ConversationLog.CitationAsked) -> None:
        self.open_citation_in_view(event.marker)

    @on(EvidencePane.CitationAsked)
    def _pane_number_key(self, event: EvidencePane.CitationAsked) -> None:
        self.open_citation_in_view(event.marker)

    @on(EvidencePane.Stepped)
    def _stepped(self, event: EvidencePane.Stepped) -> None:
        if self._evidence_of is not None:
            state, marker = self._evidence_of
            markers = list(state.citations)
            self.open_citation(state, markers[(markers.index(marker) + event.step) % len(markers)])

    def open_citation_in_view(self, marker: str) -> None:
        """Open a citation of the answer whose evidence is open, else of the one in view."""
        state = self._evidence_of[0] if self._evidence_of else self.log_view.turn_in_view()
        if state is not None:
            self.open_citation(state, marker)

    def open_citation(self, state: TurnState, marker: str) -> None:
        """Show the evidence of a citation beside the answer."""
        citation = state.citations.get(marker)
        if citation is None or self._engine is None:
            self.notify(self.strings.no_citations.format(marker=f"[{marker}]"), markup=False)
            return
        if self._evidence_of is None:
            self._spot = self.log_view.reading_spot()
            self._focused_before = self.focused
        self._evidence_of = (state, marker)
        self.evidence.add_class("-open")
        self.evidence.take_focus()
        self.evidence.open(self._engine, state, citation)
        assert self._spot is not None
        self.log_view.return_to(self._spot)

    def _close_evidence(self) -> None:
        if self._evidence_of is None:
            return
        self._evidence_of = None
        self.evidence.remove_class("-open")
        if self._focused_before is not None and self._focused_before.is_attached:
            self._focused_before.focus(scroll_visible=False)
        if self._spot is not None:
            self.log_view.return_to(self._spot)

    # Lines around the box

    def _show_welcome(self, shown: bool) -> None:
        self.welcome.display = shown
        self.log_view.display = not shown

    def _show_trouble(self, failure: Failed | None) -> None:
        self._trouble.display = failure is not None
        if failure is not None:
            self._trouble.update(failure_content(failure.message, failure.hint))
