"""The line at the top (what this is) and the line at the bottom (what the keys do)."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.contents import clipped
from tui.strings import Strings
from tui.themes import MUTED


class TitleBar(Widget):
    """Title, title of the conversation, and the desk's status line."""

    title: reactive[str] = reactive("")
    status: reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__(id="title-bar")

    def render(self) -> Content:
        """Both ends of one line; where it is too short the status gives way first."""
        width = self.content_size.width
        name = Content.styled("Compute Desk", "bold $primary")
        room = width - name.cell_length - 2
        title = clipped(self.title, max(room * 3 // 5, room - len(self.status) - 2))
        status = clipped(self.status, max(0, room - title.cell_length - 2))
        space = " " * max(1, room - title.cell_length - status.cell_length)
        return Content.assemble(name, "  ", title, space, status.stylize(MUTED))


class KeyBar(Widget):
    """The keys that work here, in the interface language; a click does what the key does."""

    def __init__(self, strings: Strings) -> None:
        super().__init__(id="key-bar")
        self._labels = strings.keys

    def render(self) -> Content:
        """Keys as they are bound now, as many as fit."""
        bound = {
            active.binding.id: active.binding for active in self.screen.active_bindings.values()
        }
        shown = Content("")
        for name, label in self._labels.items():
            if (binding := bound.get(name)) is None:
                continue
            click = Style.from_meta({"@click": f"app.{binding.action.removeprefix('app.')}"})
            key = self.app.get_key_display(binding)
            key = key.upper() if key.startswith("f") else key
            entry = Content.assemble((key, "bold $accent"), " ", label).stylize(click)
            if shown.cell_length + entry.cell_length + 2 > self.content_size.width:
                break
            shown = Content.assemble(shown, "  ", entry) if shown else entry
        return shown
