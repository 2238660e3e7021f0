"""The terminal app. It sees only the assistant's events and records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.desk import Desk

__all__ = ["run"]


def run(
    open_desk: Callable[[], Desk], *, session: str | None = None, language: str | None = None
) -> None:
    """Run the app in this terminal until it is closed.

    `open_desk` may be slow: it runs in a thread after the first paint. `session` is the saved
    conversation to resume. `language` is "en", "zh-Hans" or "zh-Hant" (region tags such as
    "zh-TW" are understood); None takes it from the environment.
    """
    from tui.app import ComputeDeskApp

    ComputeDeskApp(open_desk, session=session, language=language).run()
