"""An answer's Markdown as one `Content`: what an old answer costs is one widget."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from textual.content import Content
from textual.style import Style

from tui.markdown import parser
from tui.tables import Align, table_content
from tui.themes import MUTED

_INLINE_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_CODE_STYLE = "$text-warning"


def markdown_content(text: str, width: int) -> Content:
    """`text` rendered for a widget `width` cells wide, links and citations clickable.

    A click runs the widget's `action_link` with the link's address.
    """
    root = SyntaxTreeNode(parser().parse(text))
    return Content("\n\n").join(_block(node, max(width, 20)) for node in root.children)


def link_style(href: str) -> Style:
    """The style of a stretch of text that runs `action_link(href)` when clicked."""
    return Style.from_meta({"@click": f"link({href!r})"})


def _block(node: SyntaxTreeNode, width: int) -> Content:
    match node.type:
        case "paragraph":
            return _inline(node.children[0].children)
        case "heading":
            return _inline(node.children[0].children).stylize("bold underline")
        case "bullet_list" | "ordered_list":
            return _list(node, width)
        case "blockquote":
            return _prefixed(_blocks(node, width - 2), "▌ ", "▌ ", width)
        case "fence" | "code_block":
            code = Content.styled(node.content.rstrip("\n"), _CODE_STYLE)
            return _prefixed(code, "  ", "  ", width)
        case "table":
            return _table(node, width)
        case "hr":
            return Content.styled("─" * width, MUTED)
        case _:
            return Content(node.content if node.type != "root" else "")


def _blocks(node: SyntaxTreeNode, width: int, gap: str = "\n\n") -> Content:
    return Content(gap).join(_block(child, width) for child in node.children)


def _list(node: SyntaxTreeNode, width: int) -> Content:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}. " if node.type == "ordered_list" else "• "
        body = _blocks(item, width - len(mark), gap="\n")
        items.append(_prefixed(body, mark, " " * len(mark), width))
    return Content("\n").join(items)


def _prefixed(content: Content, first: str, rest: str, width: int) -> Content:
    lines = content.wrap(max(width - len(first), 10))
    marked = [
        Content.styled(rest if number else first, MUTED) + line for number, line in enumerate(lines)
    ]
    return Content("\n").join(marked)


def _table(node: SyntaxTreeNode, width: int) -> Content:
    rows = [row for part in node.children for row in part.children]
    cells = [[_cell(cell) for cell in row.children] for row in rows]
    aligns = [alignment(cell) for cell in rows[0].children]
    return table_content(cells[0], cells[1:], aligns, width)


def _cell(node: SyntaxTreeNode) -> Content:
    return _inline(node.children[0].children) if node.children else Content("")


def alignment(cell: SyntaxTreeNode | Token) -> Align:
    """The alignment that a table's header cell asks for."""
    name = str(cell.attrs.get("style", "")).removeprefix("text-align:").strip()
    return cast(Align, name) if name in ("right", "center") else "left"


def _inline(nodes: Iterable[SyntaxTreeNode]) -> Content:
    return Content("").join(_span(node) for node in nodes)


def _span(node: SyntaxTreeNode) -> Content:
    match node.type:
        case "softbreak":
            return Content(" ")
        case "hardbreak":
            return Content("\n")
        case "code_inline":
            return Content.styled(node.content, _CODE_STYLE)
        case "strong" | "em" | "s":
            return _inline(node.children).stylize(_INLINE_STYLES[node.type])
        case "link":
            return _inline(node.children).stylize(link_style(str(node.attrs.get("href", ""))))
        case "image":
            return Content(f"({node.content})")
        case _:
            return Content(node.content)
