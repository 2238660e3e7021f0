"""The desk as the app uses it: off the screen's thread, and every string cleaned."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import cast

from assistant.answer import Answer
from assistant.desk import Desk, SessionInfo, SourceView
from assistant.events import Event, Failed
from tui.background import in_thread
from tui.cleaning import cleaned, one_line


class Engine:
    """The one gate between a `Desk` and the screen. Nothing foreign comes in another way."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stream(self, question: str, session: str) -> AsyncGenerator[Event, None]:
        """The events of one answer. Closing this iterator closes the desk's."""
        events = self._desk.stream(question, session)
        try:
            async for event in events:
                yield cleaned(event)
        finally:
            close = getattr(events, "aclose", None)  # generators have it, the protocol has not
            if close is not None:
                await close()

    async def new_session(self) -> str:
        """Id of a new, empty session."""
        return await in_thread(self._desk.new_session)

    async def sessions(self) -> list[SessionInfo]:
        """Saved sessions, the latest first."""
        return cleaned(await in_thread(self._desk.sessions))

    async def turns(self, session: str) -> list[Answer]:
        """The saved answers of a session, oldest first."""
        return cleaned(await in_thread(lambda: self._desk.turns(session)))

    async def source(self, source: str, version: str | None) -> SourceView:
        """A source's text in one version."""
        return cleaned(await in_thread(lambda: self._desk.source(source, version)))

    async def status(self) -> str:
        """One line: model, library and live sources."""
        return one_line(await in_thread(self._desk.status))

    async def close(self) -> None:
        """Release the desk's files and threads."""
        await in_thread(self._desk.close)


def failure_of(error: Exception) -> Failed:
    """An exception as an event: its message and hint where it has them, never a traceback."""
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    hint = cast(str, getattr(error, "hint", "") or "")
    code = getattr(error, "code", None) or type(error).__name__
    return Failed(code=one_line(str(code)), message=one_line(str(message)), hint=one_line(hint))
