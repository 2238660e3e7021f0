"""The questions that wait for their turn."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui.cleaning import one_line
from tui.contents import clipped
from tui.strings import Strings
from tui.themes import MUTED


class WaitingList(Static):
    """One line a question, above the box; nothing while none waits."""

    def __init__(self, strings: Strings) -> None:
        super().__init__(markup=False, id="queue")
        self._strings = strings

    def show(self, waiting: Sequence[str]) -> None:
        """Show these questions, the next one first."""
        said = self._strings.queued
        lines = [said.format(question=one_line(question)) for question in waiting]
        width = self.app.size.width - 4
        self.display = bool(lines)
        self.update(Content("\n").join(clipped(line, width).stylize(MUTED) for line in lines))
