"""The rest of a main text of which the page shows parts in several containers.

Some sites interrupt an article by advertisements, each part in a container of its own; extraction
then takes the longest part for the whole. The other parts look alike: their paragraphs have a
parent of the same tag and class. Limits found on the tuning half of benchmarks/extraction.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAIN_SHARE = 0.5  # of the found text stands in containers of one look
_LEAST = 80  # characters of a paragraph; captions and teasers are shorter
_PARAGRAPHS = 3  # fewer that are missing are asides
_ADDED_SHARE = 0.2  # of the found text
_LINKED_SHARE = 0.4  # of a paragraph: more is navigation

Look = tuple[str, str]


class _Paragraph(NamedTuple):
    text: str
    look: Look
    linked: int  # characters inside links
    line: int | None  # of the found text


def completed(text: str, tree: HtmlElement) -> str:
    """`text` with the parts of the same article that are missing from it, in the page's order."""
    lines = text.split("\n")
    paragraphs = list(_paragraphs(tree, lines))
    taken: Counter[Look] = Counter()
    for paragraph in paragraphs:
        if paragraph.line is not None:
            taken[paragraph.look] += len(paragraph.text)
    main = {look for look, size in taken.items() if look[1] and size >= _MAIN_SHARE * len(text)}
    missing: dict[int, list[str]] = {}
    after = -1
    for paragraph in paragraphs:
        if paragraph.line is not None:
            after = paragraph.line
        elif (
            paragraph.look in main
            and len(paragraph.text) >= _LEAST
            and paragraph.linked < _LINKED_SHARE * len(paragraph.text)
        ):
            missing.setdefault(after, []).append(paragraph.text)
    added = [text for part in missing.values() for text in part]
    if len(added) < _PARAGRAPHS or sum(map(len, added)) < _ADDED_SHARE * len(text):
        return text
    whole = missing.get(-1, [])
    for at, line in enumerate(lines):
        whole += [line, *missing.get(at, [])]
    return "\n".join(whole)


def _paragraphs(tree: HtmlElement, lines: list[str]) -> Iterator[_Paragraph]:
    known = {_letters(line): at for at, line in reversed(list(enumerate(lines)))}
    for node in tree.iter("p"):
        text = " ".join(node.text_content().split())
        parent = node.getparent()
        if text and parent is not None:
            linked = sum(len(link.text_content()) for link in node.iter("a"))
            look = str(parent.tag), parent.get("class") or ""
            yield _Paragraph(text, look, linked, known.get(_letters(text)))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text)
