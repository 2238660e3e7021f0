"""The conversation: its turns, and where the reader is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message

from tui.fold import TurnState
from tui.strings import Strings
from tui.widgets.frozen_turn import FrozenTurn
from tui.widgets.turn import Turn

LIVE_TURNS = 8
_REFRESHES = 3


@dataclass(frozen=True, slots=True)
class ReadingSpot:
    """The turn at the top of the window, its height, and how many of its lines are above."""

    state: TurnState | None
    height: int
    lines_above: int
    at_end: bool


class ConversationLog(VerticalScroll):
    """Follows the answer as it grows, until the reader scrolls up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"citation('{n}')", show=False) for n in range(1, 10)),
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    class CitationAsked(Message):
        """A number key asked for a citation of the answer in view."""

        def __init__(self, marker: str) -> None:
            super().__init__()
            self.marker = marker

    def __init__(self, strings: Strings) -> None:
        super().__init__(id="log")
        self._strings = strings
        self._column = Vertical(id="turns")

    def compose(self) -> ComposeResult:
        """A column as high as the window at least: short conversations stay at the top."""
        yield self._column

    def on_mount(self) -> None:
        """Stay at the end while nobody reads further up."""
        self.anchor()

    @property
    def turns(self) -> list[Turn | FrozenTurn]:
        """The turns, oldest first."""
        return [turn for turn in self._column.children if isinstance(turn, Turn | FrozenTurn)]

    async def add(self, state: TurnState) -> Turn:
        """Show a new turn at the end, without moving a reader who is further up."""
        turn = Turn(state, self._strings)
        await self._column.mount(turn)
        await self._freeze()
        return turn

    async def replace(self, states: Sequence[TurnState]) -> None:
        """Show another conversation, from its end."""
        await self._column.remove_children()
        live_from = len(states) - LIVE_TURNS
        await self._column.mount_all(
            (FrozenTurn if number < live_from else Turn)(state, self._strings)
            for number, state in enumerate(states)
        )
        self.anchor()

    def turn_in_view(self) -> TurnState | None:
        """The last turn with citations of which a line is in the window."""
        top, bottom = self.scroll_y, self.scroll_y + self.size.height
        seen = [
            turn
            for turn in self.turns
            if turn.virtual_region.y < bottom and turn.virtual_region.bottom > top
        ]
        cited = [turn for turn in seen if turn.state.citations]
        shown = cited or seen
        return shown[-1].state if shown else None

    def reading_spot(self) -> ReadingSpot:
        """Where the reader is, however the width changes."""
        at_end = self.scroll_y >= self.max_scroll_y
        for turn in self.turns:
            if turn.virtual_region.bottom > self.scroll_y:
                region = turn.virtual_region
                return ReadingSpot(
                    turn.state, region.height, round(self.scroll_y) - region.y, at_end
                )
        return ReadingSpot(None, 0, 0, at_end)

    def return_to(self, spot: ReadingSpot) -> None:
        """Scroll to a spot once the layout has changed: the same line, or as near as it gets."""
        self.call_after_refresh(self._settle, spot, _REFRESHES)

    def _settle(self, spot: ReadingSpot, refreshes: int) -> None:
        """A changed class or a new child moves things one or two refreshes later, not at once."""
        self._scroll_to_spot(spot)
        if refreshes:
            self.call_after_refresh(self._settle, spot, refreshes - 1)

    def _scroll_to_spot(self, spot: ReadingSpot) -> None:
        if spot.at_end:
            self.anchor()
            return
        for turn in self.turns:
            if turn.state is spot.state and spot.height:
                region = turn.virtual_region
                lines_above = round(spot.lines_above * region.height / spot.height)
                self.scroll_to(y=region.y + lines_above, animate=False, force=True)

    def action_citation(self, marker: str) -> None:
        """Ask for a citation of the answer in view."""
        self.post_message(self.CitationAsked(marker))

    async def _freeze(self) -> None:
        """Freeze older turns; what is read stays where it is, though heights change."""
        live = [turn for turn in self.turns[:-LIVE_TURNS] if isinstance(turn, Turn)]
        if not live:
            return
        spot = self.reading_spot()
        with self.app.batch_update():
            for turn in live:
                frozen = FrozenTurn(turn.state, self._strings)
                frozen.lay_out(turn.content_size.width)
                await self._column.mount(frozen, after=turn)
                await turn.remove()
        if not spot.at_end:
            self.return_to(spot)
