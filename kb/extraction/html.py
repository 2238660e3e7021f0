"""Web pages: the main text and what the page tells about itself."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING

from kb.extraction.completion import completed
from kb.extraction.record import Extracted, found
from kb.extraction.titles import first_line, shortened
from kb.extraction.visible import visible_text
from kb.texts.cleaning import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

# No pattern here lets a page choose how long it takes: each reads every character once.
_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|table|tr|td|ul|ol|li|article|section|h[1-6]|body)\b[^<>]*>", re.I
)
_HEAD = 100_000  # characters looked at to see what a file is
_XML_CLAIM = re.compile(r"\A\s*<\?xml[^>]*>")
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?:[a-z%]+|\.0*)?\s*(?:;|!|$)",
    re.I,
)
_SHOWN_SHARE = 0.3  # of the page's text: hidden text is less
_BLOCKS_INSIDE = (
    ".//*[self::p or self::div or self::section or self::table or self::ul or self::ol]"
)
_TOGGLE_BEFORE = (
    "preceding-sibling::*[1]/descendant-or-self::*[self::button or self::summary or @aria-expanded]"
)
_STRICT_SHARE = 0.5  # of the lenient text: where the strict one is shorter, it lost its way
_CUT_SHARE = 0.5  # of the visible text: a tree that holds less was cut off by the parser


def is_html(raw: str) -> bool:
    """Whether a text is a page or a fragment of one."""
    if _ROOT.match(raw, _past_preamble(raw)):
        return True
    blocks = _BLOCK_TAG.findall(raw[:_HEAD])
    closing = sum(tag.startswith("</") for tag in blocks)
    return len(blocks) >= 3 and closing >= 1 and not raw.lstrip().startswith("#")


def read_html(raw: str, name: str) -> Extracted:
    """The main text of a page, or every visible word where no main text stands out; text that a
    browser would not show is left out.

    Raises `UnreadableSource` where there is none.
    """
    tree = _tree(raw)
    page = _page(tree) if tree is not None else None
    body = _main_text(raw, tree, page)
    text = clean(_spaced(body))
    return found(
        "html",
        text,
        name,
        title=_title(raw, page.title if page else None, text),
        author=(page.author if page else None) or _author(tree),
        publisher=page.sitename if page else None,
        published=page.date if page else None,
        url=page.url if page else None,
        declared=tree.get("lang") if tree is not None else None,
    )


def _tree(raw: str) -> HtmlElement | None:
    """The page without what is hidden, or None where nothing can be parsed."""
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True)
    try:
        # A declared encoding is an error in a text that is decoded already.
        tree = html.document_fromstring(_XML_CLAIM.sub("", raw, count=1), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    _without_hidden(tree)
    for section in tree.iter("section"):
        if len(section.xpath(_BLOCKS_INSIDE)) == 0:
            section.tag = "p"  # WeChat's editor sets each paragraph so
    return tree


def _without_hidden(tree: HtmlElement) -> None:
    size = len(tree.text_content())
    controlled = {name for list_ in tree.xpath("//@aria-controls") for name in list_.split()}
    for element in tree.xpath("//body//*[@hidden or @style]"):
        if element.get("hidden") is None and not _UNSEEN.search(element.get("style") or ""):
            continue
        opened = element.get("id") in controlled or bool(element.xpath(_TOGGLE_BEFORE))
        if not opened and len(element.text_content()) < _SHOWN_SHARE * size:
            element.drop_tree()
        else:  # readers come to see it: answers under questions, an article that a script shows
            for mark in ("hidden", "style"):
                element.attrib.pop(mark, None)


def _page(tree: HtmlElement, **how: bool) -> Document | None:
    import trafilatura

    return trafilatura.bare_extraction(
        deepcopy(tree),
        include_comments=False,
        include_tables=True,
        with_metadata=not how,
        date_extraction_params={"extensive_search": False, "original_date": True},
        **(how or {"favor_precision": True}),
    )


def _main_text(raw: str, tree: HtmlElement | None, strict: Document | None) -> str:
    everything = visible_text(raw)
    if tree is None or len(tree.text_content()) < _CUT_SHARE * len(everything):
        return everything  # what is nested deeper than the parser goes is not in the tree
    text = strict.text or "" if strict else ""
    lenient = _page(tree, favor_recall=True)
    if lenient and len(text) < _STRICT_SHARE * len(lenient.text or ""):
        text = lenient.text
    return completed(text, tree) if text else _rest(tree) or everything


def _rest(tree: HtmlElement) -> str:
    """Every word of a page without its menus and its foot."""
    from lxml import html

    rest = deepcopy(tree)
    for element in rest.xpath("//body//nav | //body/footer"):
        element.drop_tree()
    return visible_text(html.tostring(rest, encoding="unicode"))


def _spaced(body: str) -> str:
    """A blank line between blocks; items of a list and rows of a table stay together."""
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    spaced = lines[:1]
    for before, line in pairwise(lines):
        together = any(before.startswith(mark) and line.startswith(mark) for mark in ("- ", "|"))
        spaced.append(f"\n{line}" if together else f"\n\n{line}")
    return "".join(spaced)


def _past_preamble(raw: str) -> int:
    """Where the white space, comments and XML declarations at the start end."""
    at = 0
    while True:
        at += len(raw[at : at + _HEAD]) - len(raw[at : at + _HEAD].lstrip())
        for opening, closing in (("<!--", "-->"), ("<?", ">")):
            if raw.startswith(opening, at):
                end = raw.find(closing, at + len(opening), _HEAD)
                if end < 0:
                    return at
                at = end + len(closing)
                break
        else:
            return at


def _author(tree: HtmlElement | None) -> str | None:
    """The author in the page's head: trafilatura drops a name without a space, such as 王小明."""
    if tree is None:
        return None
    names = tree.xpath("//meta[@name='author' or @property='article:author']/@content")
    return next((name for name in names if "/" not in name), None)  # addresses of profiles


def _title(raw: str, declared: str | None, text: str) -> str:
    if declared and declared.strip():
        return declared
    # A fragment cut out of a page often starts with its bare title.
    before = clean(raw[: raw.find("<")]) if "<" in raw else ""
    if before and "\n" not in before:
        return shortened(before)
    return first_line(text)
