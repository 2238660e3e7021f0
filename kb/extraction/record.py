"""What was found in a file, cleaned in one place whatever the format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kb.errors import UnreadableSource
from kb.extraction.titles import first_line
from kb.records import Language
from kb.texts.cleaning import clean
from kb.texts.detect import CJK, detect

Form = Literal["html", "markdown", "text", "pdf", "docx"]

_FIELD_LIMIT = 300  # characters of a title, an author, a publisher
_TITLE_LIMIT = 1000
_URL_LIMIT = 2000
_DATE = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?(?!\d)")
_NO_AUTHOR = frozenset({"anonymous", "author", "admin", "administrator", "user", "root", "unknown"})
_HEAD = 400  # characters at the start of a text in which a byline stands
_BYLINES = (
    re.compile(rf"(?:作者|撰文|記者|记者)\s*[|｜丨:：/]\s*(?P<name>[{CJK}A-Za-z·. ]{{2,30}})"),
    re.compile(r"^[Bb]y (?P<name>[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,3})$", re.MULTILINE),
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was found in a file.

    `published` is an ISO date that may be partial ("2024-07"); `language` is what the text is
    written in, or what the front matter says. `front` is the front matter of a Markdown file.
    """

    title: str
    text: str
    form: Form
    language: Language
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None
    front: Mapping[str, str] = field(default_factory=dict)


def found(
    form: Form,
    text: str,
    name: str,
    *,
    title: str | None = None,
    author: str | None = None,
    publisher: str | None = None,
    published: str | None = None,
    url: str | None = None,
    declared: str | None = None,
    front: Mapping[str, str] | None = None,
) -> Extracted:
    """The record of a file whose text is already clean; the other fields need not be.

    `name` is the title where there is no other. `declared` is the language that the file claims
    (a tag such as zh-TW); it counts only where the text does not tell. Raises `UnreadableSource`
    where `text` has no letter or digit.
    """
    if not any(c.isalnum() for c in text):
        raise UnreadableSource(f"no text was found in {name}", "add a file with text in it")
    return Extracted(
        title=_line(title, _TITLE_LIMIT) or first_line(text) or name,
        text=text,
        form=form,
        language=_language(text, declared, front or {}),
        author=_author(author) or _byline(text),
        publisher=_line(publisher),
        published=iso_date(published or ""),
        url=_line(url, _URL_LIMIT),
        front=front or {},
    )


def iso_date(value: str) -> str | None:
    """The date at the start of `value` where it exists in the calendar, else None."""
    match = _DATE.match(value.strip())
    if match is None:
        return None
    try:
        date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return None
    return match.group()


def _language(text: str, declared: str | None, front: Mapping[str, str]) -> Language:
    match front.get("language"):
        case "en" | "zh-Hans" | "zh-Hant" as said:
            return said
        case _:
            return detect(text, declared)


def _line(value: str | None, limit: int = _FIELD_LIMIT) -> str | None:
    """One clean line, or None where nothing is left or it is too long to be what it claims."""
    text = " ".join(clean(value[: 4 * limit]).split()) if value else ""
    return text if 0 < len(text) <= limit else None


def _author(value: str | None) -> str | None:
    """A name, unless it is what programs put where nobody gave theirs."""
    name = _line(value)
    return None if name is None or len(name) < 2 or name.casefold() in _NO_AUTHOR else name


def _byline(text: str) -> str | None:
    for pattern in _BYLINES:
        if match := pattern.search(text[:_HEAD]):
            return match["name"].strip() or None
    return None
