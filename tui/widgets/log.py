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
    """The turn at the top of the window, its height, and how many of its lines are above.

    `following`: the reader went to the end and stays there, whatever is written. `scrolled`:
    the reader went to this spot, it was not chosen for them.
    """

    state: TurnState | None
    height: int = 1
    lines_above: int = 0
    following: bool = False
    scrolled: bool = False


class ConversationLog(VerticalScroll):
    """Puts each question at the top of the window and lets its answer grow downward.

    So the first sentence is what is read first. The end is followed only when the reader has
    gone there; a reader who scrolled elsewhere is not moved.
    """

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
        self._releases = 0
        self._put_at = 0.0

    def compose(self) -> ComposeResult:
        """A column as high as the window at least: short conversations stay at the top."""
        yield self._column

    def on_mount(self) -> None:
        """Follow the end once the reader goes there, and not before."""
        self.anchor()
        self.release_anchor()

    def release_anchor(self) -> None:
        """Stop following. Textual calls this when a reader leaves the end, by key or mouse."""
        super().release_anchor()
        self._releases += 1

    def on_resize(self) -> None:
        """Keep room for the last question at the top of the window."""
        self._make_room()

    @property
    def following(self) -> bool:
        """Whether the reader has gone to the end, and is kept there."""
        return self.is_anchored and not self._anchor_released

    @property
    def reader_scrolled(self) -> bool:
        """Whether the reader has gone to a place of their own since a question was shown."""
        return not self.following and round(self.scroll_y) != round(self._put_at)

    @property
    def turns(self) -> list[Turn | FrozenTurn]:
        """The turns, oldest first."""
        return [turn for turn in self._column.children if isinstance(turn, Turn | FrozenTurn)]

    def show_next(self) -> None:
        """Show the next turn when it comes, even to a reader who has scrolled: they asked."""
        self._put_at = self.scroll_y

    async def add(self, state: TurnState) -> Turn:
        """Show a new turn, its question at the top; a reader who scrolled is left alone."""
        stay = self.reader_scrolled
        turn = Turn(state, self._strings)
        await self._column.mount(turn)
        await self._freeze()
        self._make_room()
        if not stay:
            self._show_question(state)
        return turn

    async def replace(self, states: Sequence[TurnState]) -> None:
        """Show another conversation, its last question at the top of the window."""
        await self._column.remove_children()
        live_from = len(states) - LIVE_TURNS
        await self._column.mount_all(
            (FrozenTurn if number < live_from else Turn)(state, self._strings)
            for number, state in enumerate(states)
        )
        self._make_room()
        if states:
            self._show_question(states[-1])

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
        held = {"following": self.following, "scrolled": self.reader_scrolled}
        for turn in self.turns:
            region = turn.virtual_region
            if region.bottom > self.scroll_y:
                above = round(self.scroll_y) - region.y
                return ReadingSpot(turn.state, region.height, above, **held)
        return ReadingSpot(None, **held)

    def return_to(self, spot: ReadingSpot) -> None:
        """Scroll to a spot once the layout has changed: the same line, or as near as it gets."""
        self.call_after_refresh(self._settle, spot, self._releases, _REFRESHES)

    def _settle(self, spot: ReadingSpot, releases: int, refreshes: int) -> None:
        """A changed class or a new child moves things one or two refreshes later, not at once."""
        if releases != self._releases:
            return  # the reader has gone elsewhere in the meantime
        self._scroll_to_spot(spot)
        if refreshes:
            self.call_after_refresh(self._settle, spot, releases, refreshes - 1)

    def _scroll_to_spot(self, spot: ReadingSpot) -> None:
        if spot.following:
            self.anchor()
            return
        for turn in self.turns:
            if turn.state is spot.state and spot.height:
                region = turn.virtual_region
                self._go_to(region.y + round(spot.lines_above * region.height / spot.height))
                if not spot.scrolled:
                    self._put_at = self.scroll_y

    def _go_to(self, y: int) -> None:
        """Scroll on the desk's behalf: this is no sign that the reader wants to follow."""
        releases = self._releases
        self.scroll_to(y=y, animate=False, force=True, immediate=True)
        super().release_anchor()  # scrolling to the end has taken it up again
        self._releases = releases

    def _show_question(self, state: TurnState) -> None:
        super().release_anchor()
        self.return_to(ReadingSpot(state))

    def _make_room(self) -> None:
        """The last turn is as high as the window at least: its question fits at the top."""
        turns = self.turns
        for turn in turns:
            turn.styles.min_height = self.size.height if turn is turns[-1] else 0

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
        if not spot.following:
            self.return_to(spot)
