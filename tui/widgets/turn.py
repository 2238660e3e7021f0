"""A question and its answer in the conversation."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownStream

from tui.contents import (
    SPINNER,
    STILL,
    activity_content,
    closing_content,
    question_content,
)
from tui.fold import Change, Phase, TurnState
from tui.strings import Strings
from tui.widgets.answer_markdown import AnswerMarkdown
from tui.widgets.linked import Linked

_TICK = 0.1


class Turn(Vertical):
    """Shows a `TurnState`. Its answer is Markdown that grows while it streams."""

    DEFAULT_CLASSES = "turn"

    class LinkFollowed(Message):
        """A citation marker or a link in this turn was clicked."""

        def __init__(self, state: TurnState, href: str) -> None:
            super().__init__()
            self.state = state
            self.href = href

    def __init__(self, state: TurnState, strings: Strings) -> None:
        super().__init__()
        self.state = state
        self._strings = strings
        self._question_text = Linked(classes="question")
        self._activity_text = Linked(classes="activity")
        self._closing_text = Linked(classes="closing")
        self._markdown: AnswerMarkdown | None = None
        self._stream: MarkdownStream | None = None
        self._written = ""
        self._tick = 0
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Question, tools, answer (once it has text), what stands under it."""
        yield self._question_text
        yield self._activity_text
        yield self._closing_text

    async def on_mount(self) -> None:
        """Show what there is; a saved turn is complete from the start."""
        self._question_text.update(question_content(self.state.question))
        await self.show(Change.ACTIVITY | Change.TEXT | Change.CLOSING)
        if self.state.phase is Phase.RUNNING and self.app.animation_level != "none":
            self._timer = self.set_interval(_TICK, self._spin)
        elif self.state.phase is not Phase.RUNNING:
            await self.finish()

    async def show(self, change: Change) -> None:
        """Bring the picture up to date with the parts of the state that changed."""
        if Change.TEXT in change:
            await self._write()
            change |= Change.ACTIVITY  # from "working" to "writing"
        if Change.ACTIVITY in change:
            self._show_activity(layout=True)
        if Change.CLOSING in change:
            self._show_closing()

    async def finish(self) -> None:
        """End the stream; the text then is the state's, whatever was streamed."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._stream is not None:
            await self._stream.stop()
            self._stream = None
        if self._markdown is not None and self._written != self.state.text:
            self._written = self.state.text
            await self._markdown.update(self.state.text)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out tool rows and sources again for the new width."""
        self._show_activity(layout=True)
        self._show_closing()

    @on(Markdown.LinkClicked)
    def _markdown_link(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.post_message(self.LinkFollowed(self.state, event.href))

    @on(Linked.Followed)
    def _text_link(self, event: Linked.Followed) -> None:
        event.stop()
        self.post_message(self.LinkFollowed(self.state, event.href))

    async def _write(self) -> None:
        text = self.state.text
        if not text:
            return
        if self._markdown is None:
            self._markdown = AnswerMarkdown()
            await self.mount(self._markdown, before=self._closing_text)
        if self._stream is None:
            self._stream = Markdown.get_stream(self._markdown)
        if text.startswith(self._written):
            fresh = text[len(self._written) :]
            self._written = text
            await self._stream.write(fresh)

    def _show_activity(self, *, layout: bool) -> None:
        still = self.app.animation_level == "none"
        spinner = STILL if still else SPINNER[self._tick % len(SPINNER)]
        content = activity_content(self.state, self._strings, spinner, self._width)
        self._activity_text.update(content, layout=layout)
        self._activity_text.display = bool(content)

    def _show_closing(self) -> None:
        content = closing_content(self.state, self._strings, self._width)
        self._closing_text.update(content)
        self._closing_text.display = bool(content)

    @property
    def _width(self) -> int:
        return self.content_size.width or self.app.size.width - 4

    def _spin(self) -> None:
        self._tick += 1
        self._show_activity(layout=False)
