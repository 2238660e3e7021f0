"""PDF: the text of its pages in paragraphs, and what its properties tell."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kb.errors import UnreadableSource
from kb.extraction.paragraphs import joined
from kb.extraction.record import Extracted, found
from kb.texts.cleaning import clean
from kb.texts.detect import CJK

if TYPE_CHECKING:
    from pypdf import PdfReader

_HINT = "save it as text, HTML or DOCX, and add that"
# Glyphs that stand for letters: fi and its like, and the radicals that Chinese fonts map 一 to.
_STAND_INS = re.compile("[\ufb00-\ufb06\u2e80-\u2fdf]")
_LOST = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")  # private use, replacement
_LOST_SHARE = 0.2
_SPACED = re.compile(f"(?<=[{CJK}]) (?=[{CJK}])")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_PROGRAM = re.compile(r"^(?:Microsoft (?:Word|PowerPoint|Excel)|PowerPoint Presentation)\s*-?\s*")
_FILE_NAME = re.compile(r".*\.(?:pdf|docx?|pptx?|xlsx?|indd|tex|dvi|html?|rtf|odt|qxd|txt)", re.I)
_NO_TITLE = frozenset({"untitled", "title", "document", "无标题", "無標題", "未命名"})


def is_pdf(data: bytes) -> bool:
    """Whether a file begins as a PDF does; readers allow white space and a mark before it."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"%PDF-")


def read_pdf(data: bytes, name: str) -> Extracted:
    """The text of all pages, with title, author and date of making where the properties tell.

    Raises `UnreadableSource` for a PDF that is damaged, protected by a password, made of
    pictures, or set in fonts that do not tell their letters. A hostile file may take any time
    and memory: `extract` runs this in a process that can be stopped.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableSource(
                f"{name} is protected by a password", "save a copy without the password"
            )
        pages = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise UnreadableSource(f"{name} is a damaged PDF", _HINT) from error
    text = _text(pages)
    if not any(c.isalnum() for c in text):
        raise UnreadableSource(
            f"{name} has {_counted(len(pages))} without text: it seems to be scanned",
            "run text recognition (OCR) on it first",
        )
    if len(_LOST.findall(text)) > _LOST_SHARE * len(text):
        raise UnreadableSource(f"the fonts of {name} do not tell which letters they show", _HINT)
    facts = _properties(reader)
    return found(
        "pdf",
        text,
        name,
        title=_title(facts.get("/Title", "")),
        author=facts.get("/Author"),
        published=_published(facts.get("/CreationDate", "")),
    )


def _text(pages: list[str]) -> str:
    text = clean(joined([_letters(page) for page in pages]))
    spaced = len(_SPACED.findall(text))
    return _SPACED.sub("", text) if spaced > len(text) / 5 else text


def _letters(page: str) -> str:
    page = page.replace("\r\n", "\n").replace("\r", "\n")
    return _STAND_INS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), page)


def _properties(reader: PdfReader) -> Mapping[str, str]:
    """The properties that are text; a broken table of them is no reason to refuse the pages."""
    try:
        table: Mapping[str, object] = reader.metadata or {}
        return {str(key): value for key, value in table.items() if isinstance(value, str)}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _title(value: str) -> str | None:
    title = _PROGRAM.sub("", clean(value))
    if title.casefold() in _NO_TITLE or _FILE_NAME.fullmatch(title):
        return None
    return title or None


def _published(value: str) -> str | None:
    match = _DATE.match(value.strip())
    return "-".join(part for part in match.groups() if part) if match else None


def _counted(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"
