"""Steps that the tests of the app share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.content import Content
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from assistant.desk import Desk
from tui.app import ComputeDeskApp
from tui.evidence import LIT
from tui.widgets.frozen_turn import FrozenTurn
from tui.widgets.turn import Turn

_MOST_TURNS = 400


class Driver:
    """The app under test and what a reader would do with it."""

    def __init__(self, app: ComputeDeskApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot
        self.screen = app.conversation

    @property
    def turns(self) -> list[Turn | FrozenTurn]:
        return self.screen.log_view.turns

    async def until(self, happened: Callable[[], object], what: str = "") -> None:
        """Let the app work until something has happened."""
        for _ in range(_MOST_TURNS):
            if happened():
                await self.pilot.pause()
                return
            await self.pilot.pause()
        raise AssertionError(f"it did not happen: {what or happened}")

    async def type(self, text: str) -> None:
        self.screen.box.insert(text)
        await self.pilot.pause()

    async def send(self, question: str) -> None:
        await self.type(question)
        await self.pilot.press("enter")

    async def ask(self, question: str) -> Turn | FrozenTurn:
        """Ask and wait for the end of the answer."""
        count = len(self.turns)
        await self.send(question)
        await self.until(lambda: len(self.turns) > count and not self.screen.busy, "the answer")
        return self.turns[-1]

    async def open_citation(self, key: str) -> None:
        await self.pilot.press(key)
        await self.until(lambda: bool(lit(evidence_text(self))), "the quote")
        await self.pilot.pause()

    def picture(self) -> str:
        """What is on the screen, as text."""
        return "\n".join(strip.text for strip in strips(self.app))

    def lines(self) -> list[str]:
        return self.picture().splitlines()


def strips(app: ComputeDeskApp) -> list[Strip]:
    """The lines of the screen as they go to the terminal."""
    return app.screen._compositor.render_strips()


def content_of(widget: Widget) -> Content:
    visual = widget.visual  # type: ignore[attr-defined]
    assert isinstance(visual, Content)
    return visual


def evidence_text(driver: Driver) -> Content:
    return content_of(driver.screen.evidence.query_one(".evidence-text"))


def lit(content: Content) -> list[str]:
    """The stretches of a text that are lit."""
    return [content.plain[span.start : span.end] for span in content.spans if span.style == LIT]


def lit_cells(driver: Driver) -> str:
    """What is lit on the screen itself: the text of all cells with the quote's background."""
    shown = driver.app.theme_variables["quote-background"].lower()
    found = []
    for strip in strips(driver.app):
        for segment in strip:
            color = segment.style and segment.style.bgcolor
            if color and color.triplet and color.triplet.hex.lower() == shown:
                found.append(segment.text)
    return "".join(found)


@asynccontextmanager
async def running(
    desk: Desk | Callable[[], Desk],
    *,
    size: tuple[int, int] = (100, 30),
    session: str | None = None,
    language: str | None = "en",
) -> AsyncIterator[Driver]:
    """The app with a desk that is open (or with a function that opens one)."""
    opener = desk if callable(desk) else lambda: desk
    app = ComputeDeskApp(opener, session=session, language=language)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        await pilot.pause()
        if not callable(desk):
            await driver.until(lambda: app._engine is not None, "the engine")
            await driver.until(lambda: app.conversation.title_bar.status == desk.status(), "status")
        yield driver
