"""From a file to clean text: what it holds decides, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import yaml

from kb.cleaning import clean
from kb.decoding import decode
from kb.errors import UnreadableSource
from kb.splitting import sentences

SIZE_LIMIT = 50_000_000  # bytes; a book is two

_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ROOT = re.compile(
    r"\A\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|body)\b", re.I | re.S
)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|table|tr|td|ul|ol|li|article|section|h[1-6]|body)\b[^>]*>", re.I
)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_PAUSE = re.compile(r"[，,：:；;。.!?！？]")
_TITLE_WIDTH = 90  # columns: two for a Chinese character
_HIDDEN = frozenset({"script", "style", "noscript", "template", "head"})
_PARTIAL_DATE = re.compile(r"\d{4}(?:-\d{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was found in a file. `front` is the front matter of a Markdown file."""

    title: str
    text: str
    form: Literal["html", "markdown", "text"]
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    front: Mapping[str, str] = field(default_factory=dict)


def read_file(path: Path) -> bytes:
    """The bytes of a file that may become an article.

    Raises `UnreadableSource` where it is missing, no file, unreadable, empty or over 50 MB; its
    size is asked before anything is read.
    """
    try:
        if path.is_dir():
            raise UnreadableSource(
                f"{path} is a folder", f"add its files: compute-desk kb add {path}/*"
            )
        if not path.is_file():
            raise UnreadableSource(f"there is no file {path}", "check the path")
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise UnreadableSource(
                f"{path.name} has {size / 1e6:.0f} MB; the limit is {SIZE_LIMIT / 1e6:.0f} MB",
                "split it, or add only the part that matters",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableSource(
            f"cannot read {path}: {reason}", "check the path and its permissions"
        ) from error
    if not data.strip():
        raise UnreadableSource(f"{path.name} is empty", "add a file with text in it")
    return data


def extract(data: bytes, name: str) -> Extracted:
    """The text and title in `data`; `name` serves messages and a title where there is no other.

    HTML (also a bare fragment), Markdown with or without front matter, and plain text are told
    apart by content. Raises `UnreadableSource` for binary data and where no text is found.
    """
    raw = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    if _FRONT.match(raw):
        found = _markdown(raw, name)
    elif _is_html(raw):
        found = _html(raw, name)
    elif _HEADING.search(raw):
        found = _markdown(raw, name)
    else:
        text = clean(raw)
        found = Extracted(title=_first_line(text) or name, text=text, form="text")
    if not any(c.isalnum() for c in found.text):
        raise UnreadableSource(f"no text was found in {name}", "add a file with text in it")
    return found


def front_matter(raw: str) -> tuple[dict[str, str], str]:
    """The front matter of a Markdown text as strings, and the text below it.

    Raises `UnreadableSource` where the front matter is not a YAML mapping.
    """
    match = _FRONT.match(raw)
    if match is None:
        return {}, raw
    try:
        data = yaml.safe_load(match["yaml"])
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableSource(
            f"the front matter is not YAML: {str(error).splitlines()[0]}",
            "correct the lines between ---",
        ) from error
    if not isinstance(data, dict):
        raise UnreadableSource(
            "the front matter is not `key: value` lines", "correct the lines between ---"
        )
    values = {
        str(key): clean(str(value)).replace("\n", " ")
        for key, value in data.items()
        if value is not None and not isinstance(value, (dict, list))
    }
    return values, raw[match.end() :]


def _is_html(raw: str) -> bool:
    if _ROOT.match(raw):
        return True
    blocks = _BLOCK_TAG.findall(raw[:100_000])
    closing = sum(tag.startswith("</") for tag in blocks)
    return len(blocks) >= 3 and closing >= 1 and not raw.lstrip().startswith("#")


def _markdown(raw: str, name: str) -> Extracted:
    front, body = front_matter(raw)
    text = clean(body)
    heading = _HEADING.search(text)
    title = front.get("title") or (heading[1] if heading else "") or _first_line(text) or name
    published = _PARTIAL_DATE.match(front.get("published", front.get("date", "")))
    return Extracted(
        title=clean(title),
        text=text,
        form="markdown",
        publisher=front.get("publisher"),
        published=published.group() if published else None,
        url=front.get("url"),
        front=front,
    )


def _html(raw: str, name: str) -> Extracted:
    import trafilatura

    page = trafilatura.bare_extraction(
        raw,
        include_comments=False,
        include_tables=True,
        favor_recall=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    body = (page.text if page else None) or _all_text(raw)
    text = clean(re.sub(r"\n+", "\n\n", body))
    return Extracted(
        title=_html_title(raw, page.title if page else None, text) or name,
        text=text,
        form="html",
        publisher=page.sitename if page else None,
        published=page.date if page else None,
        url=page.url if page else None,
    )


def _all_text(raw: str) -> str:
    """Every visible word: for a page in which no main text stands out."""
    words = _Words()
    words.feed(raw)
    words.close()
    return "\n".join(words.found)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.found.append(" ".join(data.split()))


def _html_title(raw: str, declared: str | None, text: str) -> str:
    if declared and declared.strip():
        return clean(declared).replace("\n", " ")
    # A fragment cut out of a page often starts with its bare title.
    before = clean(raw[: raw.find("<")]) if "<" in raw else ""
    if before and "\n" not in before:
        return _shortened(before)
    return _first_line(text)


def _first_line(text: str) -> str:
    line = text.split("\n", 1)[0]
    if _width(line) <= _TITLE_WIDTH:
        return line
    spans = sentences(line)
    return _shortened(line[slice(*spans[0])] if spans else line)


def _shortened(sentence: str) -> str:
    if _width(sentence) <= _TITLE_WIDTH:
        return sentence
    kept = ""
    for character in sentence:
        if _width(kept) >= _TITLE_WIDTH - 2:
            break
        kept += character
    pauses = [m.start() for m in _PAUSE.finditer(kept)]
    if pauses and pauses[-1] >= len(kept) // 3:
        return kept[: pauses[-1]] + "…"
    words = kept.rsplit(" ", 1)
    return (words[0] if len(words[0]) >= len(kept) // 2 else kept).rstrip() + "…"


def _width(text: str) -> int:
    return sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in text)
