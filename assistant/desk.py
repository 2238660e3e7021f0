"""What the app needs of an engine: the assistant implements it, tests script it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from pydantic import BaseModel

from assistant.answer import Answer
from assistant.events import Event


class SourceView(BaseModel):
    """A source as shown to a person; `text` is what citations point into."""

    id: str
    version: str
    kind: str
    title: str
    language: str
    text: str
    publisher: str | None = None
    published: str | None = None
    url: str | None = None


class SessionInfo(BaseModel):
    """A saved conversation; `updated` is ISO 8601 in UTC, `title` its first question."""

    id: str
    title: str
    updated: str
    turns: int


class Desk(Protocol):
    """One conversation engine. Methods other than `stream` are quick and may block on disk."""

    def stream(self, text: str, session: str | None = None) -> AsyncIterator[Event]:
        """Answer `text`; the last event is `Done` or `Failed`. Closing the iterator cancels."""
        ...

    def new_session(self) -> str:
        """Id of a new, empty session; it is saved with its first turn."""
        ...

    def sessions(self) -> list[SessionInfo]:
        """Saved sessions, the latest first."""
        ...

    def turns(self, session: str) -> list[Answer]:
        """The saved answers of a session, oldest first."""
        ...

    def source(self, source: str, version: str | None = None) -> SourceView:
        """A source's text. Raises `AssistantError` where it is not in the library."""
        ...

    def status(self) -> str:
        """One line: model, library and live sources, as they are now."""
        ...

    def close(self) -> None:
        """Release files and threads."""
        ...
