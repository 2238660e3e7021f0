"""Web pages: the main text and what the page tells about itself."""

from __future__ import annotations

import re

from kb.cleaning import clean
from kb.extraction.record import Extracted, found
from kb.extraction.titles import first_line, shortened
from kb.extraction.visible import visible_text

# No pattern here lets a page choose how long it takes: each reads every character once.
_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|table|tr|td|ul|ol|li|article|section|h[1-6]|body)\b[^<>]*>", re.I
)
_LANGUAGE = re.compile(r"""<html\b[^<>]*?\slang\s*=\s*["']?([A-Za-z-]{2,20})""", re.I)
_HEAD = 100_000  # characters looked at to see what a file is


def is_html(raw: str) -> bool:
    """Whether a text is a page or a fragment of one."""
    if _ROOT.match(raw, _past_preamble(raw)):
        return True
    blocks = _BLOCK_TAG.findall(raw[:_HEAD])
    closing = sum(tag.startswith("</") for tag in blocks)
    return len(blocks) >= 3 and closing >= 1 and not raw.lstrip().startswith("#")


def read_html(raw: str, name: str) -> Extracted:
    """The main text of a page, or every visible word where no main text stands out.

    Raises `UnreadableSource` where there is none.
    """
    import trafilatura

    page = trafilatura.bare_extraction(
        raw,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    body = (page.text if page else None) or visible_text(raw)
    text = clean(re.sub(r"\n+", "\n\n", body))
    language = _LANGUAGE.search(raw[:_HEAD])
    return found(
        "html",
        text,
        name,
        title=_title(raw, page.title if page else None, text),
        author=page.author if page else None,
        publisher=page.sitename if page else None,
        published=page.date if page else None,
        url=page.url if page else None,
        declared=language[1] if language else None,
    )


def _past_preamble(raw: str) -> int:
    """Where the white space, comments and XML declarations at the start end."""
    at = 0
    while True:
        at += len(raw[at : at + _HEAD]) - len(raw[at : at + _HEAD].lstrip())
        for opening, closing in (("<!--", "-->"), ("<?", ">")):
            if raw.startswith(opening, at):
                end = raw.find(closing, at + len(opening))
                if end < 0 or end > _HEAD:
                    return at
                at = end + len(closing)
                break
        else:
            return at


def _title(raw: str, declared: str | None, text: str) -> str:
    if declared and declared.strip():
        return declared
    # A fragment cut out of a page often starts with its bare title.
    before = clean(raw[: raw.find("<")]) if "<" in raw else ""
    if before and "\n" not in before:
        return shortened(before)
    return first_line(text)
