"""One way in for all formats, told apart by content."""

from __future__ import annotations

from kb.extraction.docx import read_docx
from kb.extraction.html import is_html, read_html
from kb.extraction.isolation import DEADLINE, isolated
from kb.extraction.markdown import has_front_matter, is_markdown, read_markdown
from kb.extraction.pdf import is_pdf, read_pdf
from kb.extraction.record import Extracted, found
from kb.texts.cleaning import clean
from kb.texts.decoding import decode

_ZIP = b"PK\x03\x04"
# Below this size no page that we could think of keeps the parsers busy for more than seconds.
_IN_PROCESS = 300_000  # bytes


def extract(data: bytes, name: str, *, deadline: float = DEADLINE) -> Extracted:
    """The text in `data` with what the file tells about it; `name` serves messages, and as the
    title where there is no other.

    HTML (also a bare fragment), Markdown with or without front matter, plain text, PDF and DOCX
    are told apart by content. PDF, DOCX and large files are read in a process of their own, which
    is stopped after `deadline` seconds. Raises `UnreadableSource` for anything else, for damaged,
    protected and scanned files, and where no text is found or time runs out.
    """
    if len(data) > _IN_PROCESS or is_pdf(data) or data.startswith(_ZIP):
        return isolated(data, name, deadline)
    return read(data, name)


def read(data: bytes, name: str) -> Extracted:
    """As `extract`, in this process and for as long as it takes."""
    if is_pdf(data):
        return read_pdf(data, name)
    if data.startswith(_ZIP):
        return read_docx(data, name)
    raw = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    if has_front_matter(raw):
        return read_markdown(raw, name)
    if is_html(raw):
        return read_html(raw, name)
    if is_markdown(raw):
        return read_markdown(raw, name)
    return found("text", clean(raw), name)
