"""Every visible word of a page, in one pass: for pages in which no main text stands out.

`html.parser` would do, but takes time with the square of the length on tags that never end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

_TAG = re.compile(r"""</?(?P<name>[A-Za-z][\w:-]*+)(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_TAG_LIMIT = 5000  # characters; no page may make each of its tags look to its end
_CLOSING = {
    name: re.compile(f"</{name}", re.I)
    for name in ("script", "style", "noscript", "template", "title", "textarea", "svg", "iframe")
}
_INLINE = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span "
    "strike strong sub sup tt u var wbr".split()
)


def visible_text(raw: str) -> str:
    """The words of a page outside tags, comments and scripts, a line a block."""
    lines = "".join(unescape(piece) for piece in _pieces(raw)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _pieces(raw: str) -> Iterator[str]:
    at = 0
    while (opening := raw.find("<", at)) >= 0:
        yield raw[at:opening].replace("\n", " ")
        if raw.startswith("<!--", opening):
            at = raw.find("-->", opening)
            if at < 0:
                return
            at += 3
        elif tag := _TAG.match(raw, opening, opening + _TAG_LIMIT):
            name = tag["name"].lower()
            at = tag.end()
            if name not in _INLINE:
                yield "\n"
            if name in _CLOSING and raw[opening + 1] != "/":
                closing = _CLOSING[name].search(raw, at)
                if closing is None:
                    return
                at = closing.start()
        elif raw[opening + 1 : opening + 2] in ("!", "?", "/"):
            at = raw.find(">", opening) + 1
            if at == 0:
                return
        else:
            at = opening + 1
            # What looks like a tag and never ends is none that a browser would show.
            yield "<" if not raw[at : at + 1].isalpha() else " "
    yield raw[at:].replace("\n", " ")
