"""An old question and its answer as one text: the cheapest widget there is."""

from __future__ import annotations

from textual import events
from textual.content import Content

from tui.contents import STILL, activity_content, closing_content, question_content
from tui.fold import TurnState
from tui.frozen import markdown_content
from tui.strings import Strings
from tui.widgets.linked import Linked
from tui.widgets.turn import Turn


class FrozenTurn(Linked):
    """Shows what a live turn showed, with the same links.

    The cost of drawing a conversation grows with the number of its widgets, not of its words:
    a live answer has dozens, this is one.
    """

    DEFAULT_CLASSES = "turn -frozen"

    def __init__(self, state: TurnState, strings: Strings) -> None:
        super().__init__()
        self.state = state
        self._strings = strings
        self._laid_out_for = 0

    def lay_out(self, width: int) -> None:
        """Show the turn for a content `width` cells wide."""
        if not width or width == self._laid_out_for:
            return
        self._laid_out_for = width
        state, strings = self.state, self._strings
        parts = [
            question_content(state.question),
            activity_content(state, strings, STILL, width),
            markdown_content(state.text, width),
            closing_content(state, strings, width),
        ]
        self.update(Content("\n\n").join(part for part in parts if part))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again: tables and tool rows depend on the width."""
        self.lay_out(self.content_size.width)

    def action_link(self, href: str) -> None:
        """Run by a click on a marker or a link."""
        self.post_message(Turn.LinkFollowed(self.state, href))
