"""Text in which links and citation markers can be clicked."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Static


class Linked(Static):
    """A `Static` for `Content` only: no markup is read, and links become messages."""

    class Followed(Message):
        """A link or a citation marker was clicked."""

        def __init__(self, href: str) -> None:
            super().__init__()
            self.href = href

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__("", markup=False, classes=classes)

    def action_link(self, href: str) -> None:
        """Run by a click on a link in the content."""
        self.post_message(self.Followed(href))
