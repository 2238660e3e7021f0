"""Sentences and passages, with exact offsets into the text they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.records import Grade, Language, Passage, Source
from kb.texts.detect import CJK, detect

_LATIN_LIMIT = 320  # characters of a passage
_HAN_LIMIT = 140
_MOST_SENTENCES = 3
_WRAP_WIDTH = 60  # a line this wide without a full stop may go on in the next one

_CLOSERS = "\"'”’」』）)]】》〉*_"
_END = re.compile(
    rf"[。！？；…]+[{re.escape(_CLOSERS)}]*"
    # Possessive, and only from the first of a run: a line of a million dots would take hours.
    rf"|(?<![!?])[!?]++[{re.escape(_CLOSERS)}]*+(?=\s|$|[{CJK}])"
    rf"|(?<!\.)\.++[{re.escape(_CLOSERS)}]*+(?=\s|$|[{CJK}])"
    r"|\n+"
)
_SHORT_FORMS = """
    inc ltd corp co llc plc bros mr mrs ms dr prof st jr sr vs etc approx est no nos fig eq al cf
    e.g i.e a.m p.m jan feb mar apr jun jul aug sep sept oct nov dec dept gov rep sen gen
"""
_ABBREVIATIONS = frozenset(_SHORT_FORMS.split())
_SHORT = 24  # characters: what is longer is no abbreviation
_LAST_WORD = re.compile(r"[^\s(（“\"'「]+$")
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")

_HEADING = re.compile(r"#{1,6}\s+(?=\S)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)、])\s+|\s*[|>]")
_TAG = re.compile(
    r"\[(?P<grade>official|on_record|reported|rumor)\s*·\s*(?P<publisher>[^\]\n]+?)"
    r"\s*·\s*(?P<as_of>undated|\d{4}(?:-\d{2}){0,2})\]\s*$"
)
_TAG_LIMIT = 300  # characters
_COMMA = re.compile(r"[，,、：:；;]\s*|\s+")


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of `text`, without the white space around it.

    A sentence ends at 。！？；… , at .?! before white space or a Chinese character, and at a line
    end unless the line was only wrapped. "U.S.", "3.5", "Inc." and "J. Smith" end none.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _is_end(text, start, match):
            _keep(text, start, match.end(), found)
            start = match.end()
    _keep(text, start, len(text), found)
    return found


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match.group()
    if mark[0] == "\n":
        return len(mark) > 1 or not _is_wrapped(text, match.start(), match.end())
    # A small letter goes on with the sentence: "approx. of", "Really?" asked Smith.
    if mark[0] in ".!?" and _goes_on(text, match.end()):
        return False
    if mark[0] != ".":
        return True
    word = _LAST_WORD.search(text, max(start, match.start() - _SHORT), match.start())
    if word is None or match.end() == len(text):
        return True
    return not (word.group().lower() in _ABBREVIATIONS or _INITIALS.fullmatch(word.group()))


def _goes_on(text: str, position: int) -> bool:
    following = re.match(r" {0,3}([a-z]\w*)", text[position : position + 24])
    return following is not None and following.group(1).islower() and following.group(1).isalpha()


def _is_wrapped(text: str, line_end: int, next_line: int) -> bool:
    line = text[text.rfind("\n", 0, line_end) + 1 : line_end].rstrip()
    following = text[next_line : next_line + 12]
    if not line or line[-1] in "。！？；….!?:：" or _ITEM.match(following) or following[:1] == "#":
        return False
    return _width(line) >= _WRAP_WIDTH


def _width(line: str) -> int:
    return sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in line)


def _keep(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(c.isalnum() for c in text[start:end]):
        found.append((start, end))
    elif found and start < end and "\n" not in text[found[-1][1] : start]:
        found[-1] = (found[-1][0], end)  # stray marks belong to the sentence before them


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    section: str
    grade: Grade | None = None
    publisher: str | None = None
    as_of: str | None = None


def split(source: Source) -> list[Passage]:
    """The passages of an article: one to three sentences each, never across a paragraph.

    A passage stays under about 320 characters (140 in Chinese); a longer sentence is cut at
    commas. A paragraph that ends in a tag such as "[reported · Forbes · 2024-07]" gives its
    grade, publisher and date to its passages, and the tag is left out of them. Headings are not
    passages: they go into the header of those below.
    """
    passages: list[Passage] = []
    for paragraph in _paragraphs(source.text):
        language = _language(source, paragraph)
        header = " — ".join(part for part in (source.title, paragraph.section) if part)
        for start, end in _windows(source.text, paragraph, language):
            passages.append(
                Passage(
                    source=source.id,
                    version=source.version,
                    start=start,
                    end=end,
                    text=source.text[start:end],
                    language=language,
                    title=source.title,
                    header=header,
                    kind=source.kind,
                    grade=paragraph.grade or "reported",
                    publisher=paragraph.publisher or source.publisher,
                    as_of=paragraph.as_of if paragraph.grade else source.published,
                    url=source.url,
                )
            )
    return passages


def _language(source: Source, paragraph: _Paragraph) -> Language:
    found = detect(source.text[paragraph.start : paragraph.end])
    if found == "en" or source.language == "en":
        return found
    return source.language  # a short Chinese paragraph may not show its script


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    section = ""
    for start, end in _blocks(text):
        heading = _HEADING.match(text, start, end)
        if heading:
            title = text[heading.end() : end].strip()
            section = title.rstrip("#").rstrip() or title
            continue
        opened = text.rfind("[", max(start, end - _TAG_LIMIT), end)
        tag = _TAG.match(text, opened, end) if opened >= 0 else None
        said = start + len(text[start:opened].rstrip()) if tag else end
        if tag is None:
            yield _Paragraph(start, end, section)
        elif said > start:
            as_of = None if tag["as_of"] == "undated" else tag["as_of"]
            grade: Grade = tag["grade"]  # type: ignore[assignment]  # the pattern admits only grades
            yield _Paragraph(start, said, section, grade, tag["publisher"].strip(), as_of)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines without a blank one; a heading, list item or table row is its own."""
    start: int | None = None
    position = 0
    for line in text.splitlines(keepends=True):
        blank = not line.strip()
        alone = _HEADING.match(line) is not None
        if start is not None and (blank or alone or _ITEM.match(line)):
            yield start, position
            start = None
        if alone:
            yield position, position + len(line.rstrip())
        elif not blank and start is None:
            start = position
        position += len(line)
    if start is not None:
        yield start, position


def _windows(text: str, paragraph: _Paragraph, language: Language) -> Iterator[tuple[int, int]]:
    limit = _LATIN_LIMIT if language == "en" else _HAN_LIMIT
    begin: int | None = None
    end, count = 0, 0
    for start, stop in _pieces(text, paragraph, limit):
        if begin is not None and (count == _MOST_SENTENCES or stop - begin > limit):
            yield begin, end
            begin = None
        if begin is None:
            begin, count = start, 0
        end, count = stop, count + 1
    if begin is not None:
        yield begin, end


def _pieces(text: str, paragraph: _Paragraph, limit: int) -> Iterator[tuple[int, int]]:
    body = text[paragraph.start : paragraph.end]
    for start, end in sentences(body):
        yield from (
            (paragraph.start + a, paragraph.start + b) for a, b in _cut(body, start, end, limit)
        )


def _cut(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    while end - start > 2 * limit:
        breaks = [m.end() for m in _COMMA.finditer(text, start + limit // 2, start + limit)]
        middle = breaks[-1] if breaks else start + limit
        yield start, start + len(text[start:middle].rstrip())
        start = middle
    if text[start:end].strip():
        yield start, end
