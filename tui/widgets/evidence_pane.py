"""The pane beside the answer that shows what a citation points to."""

from __future__ import annotations

from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from assistant.answer import Citation
from tui.engine import Engine, failure_of
from tui.evidence import Evidence, lit_line, passage_evidence, tool_evidence
from tui.fold import TurnState
from tui.frozen import link_style
from tui.markdown import is_web_link
from tui.strings import Strings
from tui.themes import MUTED
from tui.widgets.linked import Linked

_LINES_ABOVE_QUOTE = 2
_REFRESHES = 2


class EvidencePane(Vertical):
    """Title, details, and the source's text scrolled to the lit quote."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        *(Binding(str(n), f"citation('{n}')", show=False) for n in range(1, 10)),
    ]

    class Stepped(Message):
        """The reader wants the citation before or after this one."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class CitationAsked(Message):
        """A number key asked for another citation of the same answer."""

        def __init__(self, marker: str) -> None:
            super().__init__()
            self.marker = marker

    def __init__(self, strings: Strings) -> None:
        super().__init__(id="evidence")
        self._strings = strings
        self._head = Linked(classes="evidence-head")
        self._text = Linked(classes="evidence-text")
        self._scroll = VerticalScroll(self._text, id="evidence-scroll")
        self.body = Content("")
        """The source's text, the quote lit."""

    def compose(self) -> ComposeResult:
        """Head, scrolling text, keys."""
        yield self._head
        yield self._scroll
        keys = Linked(classes="evidence-keys")
        keys.update(Content.styled(self._strings.evidence_close, MUTED))
        yield keys

    def take_focus(self) -> None:
        """Let the arrow and page keys scroll the text."""
        self._scroll.focus(scroll_visible=False)

    @work(group="evidence", exclusive=True, exit_on_error=False)
    async def open(self, engine: Engine, state: TurnState, citation: Citation) -> None:
        """Show what `citation` points to; a source is read off the screen's thread."""
        marker, strings = citation.marker, self._strings
        if citation.kind == "tool":
            self.show_evidence(marker, tool_evidence(citation, state.tool_calls, strings))
            return
        self.show_message(marker, strings.evidence_opening)
        try:
            source = await engine.source(citation.source, citation.version or None)
        except Exception as error:  # shown, whatever it is
            message = strings.evidence_missing.format(message=failure_of(error).message)
            self.show_message(marker, message)
            return
        self.show_evidence(marker, passage_evidence(source, citation, strings))

    def show_message(self, marker: str, message: str) -> None:
        """Show one plain line: the source is on its way, or cannot be shown."""
        self._head.update(Content.styled(f"[{marker}]", "bold $accent"))
        self._set_body(Content.styled(message, MUTED))

    def show_evidence(self, marker: str, evidence: Evidence) -> None:
        """Show a source and scroll to its quote."""
        details = [
            Content(detail).stylize(link_style(detail) if is_web_link(detail) else MUTED)
            for detail in evidence.details
        ]
        head = Content.assemble((f"[{marker}] ", "bold $accent"), (evidence.title, "bold"))
        self._head.update(Content.assemble(head, "\n", Content.styled(" · ", MUTED).join(details)))
        self._set_body(evidence.body)

    def on_resize(self, event: events.Resize) -> None:
        """Find the quote again in the new width."""
        self.call_after_refresh(self._scroll_to_quote, _REFRESHES)

    def action_step(self, step: int) -> None:
        """Go to a neighbouring citation."""
        self.post_message(self.Stepped(step))

    def action_citation(self, marker: str) -> None:
        """Go to a citation by its number."""
        self.post_message(self.CitationAsked(marker))

    def _set_body(self, body: Content) -> None:
        self.body = body
        self._text.update(body)
        self.call_after_refresh(self._scroll_to_quote, _REFRESHES)

    def _scroll_to_quote(self, refreshes: int) -> None:
        """The pane has its width, and the text its height, one or two refreshes later."""
        line = lit_line(self.body, self._text.content_size.width) or 0
        top = max(0, line - _LINES_ABOVE_QUOTE)
        self._scroll.scroll_to(y=top, animate=False, force=True)
        if refreshes:
            self.call_after_refresh(self._scroll_to_quote, refreshes - 1)
