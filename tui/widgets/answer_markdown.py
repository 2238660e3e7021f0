"""The Markdown of an answer while it streams."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Markdown

# The classes of table blocks are not exported; the pinned Textual has them here.
from textual.widgets._markdown import MarkdownBlock, MarkdownTable, MarkdownTH

from tui.frozen import alignment
from tui.markdown import parser
from tui.tables import Align, table_content
from tui.widgets.linked import Linked


class TableText(Linked):
    """A whole table as one widget; it is laid out again when the width changes."""

    def __init__(
        self, headers: list[Content], rows: list[list[Content]], aligns: list[Align]
    ) -> None:
        super().__init__()
        self._headers = headers
        self._rows = rows
        self._aligns = aligns

    def on_resize(self, event: events.Resize) -> None:
        """Share the new width among the columns."""
        self.update(table_content(self._headers, self._rows, self._aligns, event.size.width))


class AnswerTable(MarkdownTable):
    """A Markdown table of one widget; Textual's own mounts one a cell and ignores alignment."""

    def compose(self) -> ComposeResult:
        """Lay out the table as text."""
        aligns = [
            alignment(block._token) for block in _parts(self) if isinstance(block, MarkdownTH)
        ]
        self._headers, self._rows = self._get_headers_and_rows()
        yield TableText(self._headers, self._rows, aligns)

    async def _update_from_block(self, block: MarkdownBlock) -> None:
        await MarkdownBlock._update_from_block(self, block)


class AnswerMarkdown(Markdown):
    """Markdown whose `[1]` are citations and whose links never open by themselves."""

    def __init__(self) -> None:
        super().__init__(parser_factory=parser, open_links=False)

    def get_block_class(self, block_name: str) -> type[MarkdownBlock]:
        """Tables are laid out our way."""
        return AnswerTable if block_name == "table_open" else super().get_block_class(block_name)


def _parts(block: MarkdownBlock) -> Iterator[MarkdownBlock]:
    for part in block._blocks:
        yield part
        yield from _parts(part)
