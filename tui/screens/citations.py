"""The list of citations of one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.answer import Citation
from tui.contents import citation_details
from tui.sources import citation_label
from tui.strings import Strings
from tui.themes import MUTED


class CitationsScreen(ModalScreen[str | None]):
    """Enter gives back the marker of the chosen citation, Esc none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        *(Binding(str(n), f"choose('{n}')", show=False) for n in range(1, 10)),
    ]

    def __init__(self, citations: Sequence[Citation], strings: Strings) -> None:
        super().__init__()
        self._citations = citations
        self._strings = strings

    def compose(self) -> ComposeResult:
        """Title, list, one line of help."""
        with Vertical(classes="panel"):
            yield Static(Content(self._strings.citations_title), classes="panel-title")
            yield OptionList(*map(self._option, self._citations), markup=False)
            help_line = Content.styled(self._strings.citations_help, MUTED)
            yield Static(help_line, classes="panel-line")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give back the marker."""
        self.dismiss(self._citations[event.option_index].marker)

    def action_choose(self, marker: str) -> None:
        """Give back the marker of a number key, if there is such a citation."""
        if any(citation.marker == marker for citation in self._citations):
            self.dismiss(marker)

    def _option(self, citation: Citation) -> Option:
        details = " · ".join(citation_details(citation, self._strings))
        title = citation_label(citation, self._strings)
        head = Content.assemble((f"[{citation.marker}] ", "bold $accent"), title)
        return Option(Content.assemble(head, "\n    ", (details, MUTED)))
