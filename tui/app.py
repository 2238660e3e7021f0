"""The app: looks, keys, and the engine that loads after the first paint."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from assistant.desk import Desk, SessionInfo
from tui import themes, wrapping
from tui.background import in_thread
from tui.engine import Engine, failure_of
from tui.screens.citations import CitationsScreen
from tui.screens.conversation import ConversationScreen
from tui.screens.sessions import SessionsScreen
from tui.strings import strings_for


class ComputeDeskApp(App[None]):
    """Hosts one conversation screen and the panels over it.

    Args:
        open_desk: Gives the engine; called in a thread, since it may take seconds.
        session: The saved conversation to resume.
        language: The interface language; None takes it from the environment.
    """

    TITLE = "Compute Desk"
    # Named here and not by the screens: the default screen would load its own too late.
    CSS_PATH = ["screens/conversation.tcss", "screens/panel.tcss"]  # noqa: RUF012
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  (an instance attribute in App)
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", id="quit", priority=True, show=False),
        Binding("ctrl+n", "new_conversation", id="new", show=False),
        Binding("ctrl+r", "sessions", id="sessions", show=False),
        Binding("f2", "citations", id="citations", show=False),
        Binding("ctrl+t", "toggle_theme", id="theme", show=False),
        Binding("ctrl+p", "command_palette", id="palette", show=False),
        Binding("escape", "leave", id="leave", show=False),
        *(Binding(f"alt+{n}", f"citation('{n}')", show=False) for n in range(1, 10)),
    ]

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        *,
        session: str | None = None,
        language: str | None = None,
    ) -> None:
        super().__init__()
        wrapping.use_everywhere()
        self._open_desk = open_desk
        self._resume = session
        self._engine: Engine | None = None
        self._opening = False
        self.strings = strings_for(language)
        self.conversation = ConversationScreen(self.strings)
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.DARK.name

    def get_default_screen(self) -> Screen[None]:
        """The conversation is the only full screen."""
        return self.conversation

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of ours that another theme may not have."""
        return {name: themes.DARK.variables[name] for name in themes.OURS}

    def on_mount(self) -> None:
        """Paint first, then load the engine."""
        self.call_after_refresh(self.open_engine)

    @on(ConversationScreen.EngineWanted)
    def open_engine(self) -> None:
        """Open the desk in the background, unless that is under way or done."""
        if self._engine is None and not self._opening:
            self._opening = True
            self.conversation.engine_opening()
            self._open()

    @work(exit_on_error=False)
    async def _open(self) -> None:
        try:
            desk = await in_thread(self._open_desk, unwanted=lambda late: late.close())
        except Exception as error:  # shown, whatever it is: the app stays alive
            self.log.error(repr(error))
            self.conversation.engine_failed(failure_of(error))
            return
        finally:
            self._opening = False
        self._engine = Engine(desk)
        await self.conversation.engine_ready(self._engine, self._resume)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What nobody expected is said in one line; the app stays alive."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self.log.error(repr(error))
            self.notify(failure_of(error).message, severity="error", markup=False)

    async def on_unmount(self) -> None:
        """Release the engine's files."""
        if self._engine is not None:
            await self._engine.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what the keys do, in the interface language."""
        actions = {
            "new": self.action_new_conversation,
            "sessions": self.action_sessions,
            "citations": self.action_citations,
            "theme": self.action_toggle_theme,
            "quit": self.action_quit,
        }
        for name, action in actions.items():
            yield SystemCommand(self.strings.keys[name], self.strings.commands[name], action)

    def action_command_palette(self) -> None:
        """Show the palette with a prompt in the interface language."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=self.strings.palette_placeholder))

    def action_toggle_theme(self) -> None:
        """Switch between dark and light."""
        dark = self.theme == themes.DARK.name
        self.theme = themes.LIGHT.name if dark else themes.DARK.name

    def action_leave(self) -> None:
        """Close the evidence, or stop the answer, or take back a waiting question."""
        self.conversation.back()

    def action_new_conversation(self) -> None:
        """Start an empty conversation."""
        self.conversation.start_new()

    def action_sessions(self) -> None:
        """Choose a saved conversation."""
        if self._engine is None or self.conversation.refuse_while_busy():
            return

        def chosen(session: SessionInfo | None) -> None:
            if session is not None:
                self.conversation.resume(session.id, session.title)

        self.push_screen(SessionsScreen(self._engine, self.strings), chosen)

    def action_citations(self) -> None:
        """List the citations of the answer in view."""
        state = self.conversation.log_view.turn_in_view()
        if state is None or not state.citations:
            return

        def chosen(marker: str | None) -> None:
            if marker is not None:
                self.conversation.open_citation(state, marker)

        self.push_screen(CitationsScreen(list(state.citations.values()), self.strings), chosen)

    def action_citation(self, marker: str) -> None:
        """Open a citation of the answer in view, from wherever the focus is."""
        self.conversation.open_citation_in_view(marker)
