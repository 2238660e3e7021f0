"""Markdown with citation markers: `[1]` is a link to `cite:1`, code is left alone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_MARKER = re.compile(r"\[(\d{1,3})\](?!\(|\[(?!\d{1,3}\]))")
CITE = "cite:"


def parser() -> MarkdownIt:
    """A parser for answers. HTML stays text: hidden markup could hide words."""
    markdown = MarkdownIt("gfm-like", {"html": False})
    markdown.inline.ruler.before("link", "citation", _citation)
    return markdown


def marker_of(href: str) -> str | None:
    """The marker of a citation link, or None for another link."""
    return href.removeprefix(CITE) if href.startswith(CITE) else None


def is_web_link(href: str) -> bool:
    """Whether a link may be opened in a browser when a person clicks it."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _citation(state: StateInline, silent: bool) -> bool:
    match = _MARKER.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel > 0:
        return False
    if not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": CITE + match[1]}
        state.push("text", "", 0).content = match[0]
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True
