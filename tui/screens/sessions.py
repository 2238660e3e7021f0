"""The list of saved conversations."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.desk import SessionInfo
from tui.cleaning import one_line
from tui.contents import failure_content
from tui.engine import Engine, failure_of
from tui.strings import Strings
from tui.themes import MUTED

_LONGEST_TITLE = 200


class SessionsScreen(ModalScreen[SessionInfo | None]):
    """Enter gives back the chosen conversation, Esc none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, engine: Engine, strings: Strings) -> None:
        super().__init__()
        self._engine = engine
        self._strings = strings
        self._sessions: dict[str, SessionInfo] = {}
        self._list = OptionList(markup=False)
        self._line = Static(Content(strings.sessions_loading), markup=False, classes="panel-line")

    def compose(self) -> ComposeResult:
        """Title, list, one line of help or trouble."""
        with Vertical(classes="panel"):
            yield Static(Content(self._strings.sessions_title), classes="panel-title")
            yield self._list
            yield self._line

    def on_mount(self) -> None:
        """Read the list without holding up the screen."""
        self._read()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give back the conversation."""
        self.dismiss(self._sessions[event.option_id or ""])

    @work(exit_on_error=False)
    async def _read(self) -> None:
        try:
            sessions = await self._engine.sessions()
        except Exception as error:  # shown, whatever it is
            failure = failure_of(error)
            self._line.update(failure_content(failure.message, failure.hint))
            return
        self._sessions = {session.id: session for session in sessions}
        self._list.add_options(Option(self._entry(session), id=session.id) for session in sessions)
        self._list.highlighted = 0 if sessions else None
        help_line = self._strings.sessions_help if sessions else self._strings.sessions_none
        self._line.update(Content.styled(help_line, MUTED))

    def _entry(self, session: SessionInfo) -> Content:
        count = session.turns
        strings = self._strings
        turns = strings.turns_one if count == 1 else strings.turns_many.format(count=count)
        title = one_line(session.title)[:_LONGEST_TITLE] or session.id
        return Content.assemble(title, "\n", (f"{local_time(session.updated)}  {turns}", MUTED))


def local_time(stamp: str) -> str:
    """An ISO 8601 stamp as local date and minute; anything else as it is."""
    try:
        return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return stamp
