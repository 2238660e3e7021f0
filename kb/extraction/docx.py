"""DOCX: paragraphs, headings, lists, tables and notes of a Word document.

A DOCX file is a ZIP archive of XML (ECMA-376). The standard library reads both; names are
compared without their namespace, since the strict and the usual form of the format differ in it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from posixpath import normpath
from xml.etree import ElementTree

from kb.errors import UnreadableSource
from kb.extraction.record import Extracted, found
from kb.extraction.titles import first_line
from kb.texts.cleaning import clean

_PART_LIMIT = 60_000_000  # bytes of one part, unpacked; a thousand pages have ten million
_HINT = "save it as DOCX, PDF, text or HTML, and add that"
_OTHERS = (
    ("xl/workbook.xml", "an Excel workbook"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("content.xml", "an OpenDocument file"),
)
_NOTES = ("footnotes", "endnotes")
# Changed-away text, instructions of fields, and the second rendering of a text box.
_LEFT_OUT = frozenset(
    {"del", "moveFrom", "Fallback", "pPr", "rPr", "instrText", "delText", "annotationRef"}
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "p": "\n", "tc": " "}
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-6])", re.I)
_DEFAULT_TITLES = frozenset({"word document", "document", "untitled"})


def read_docx(data: bytes, name: str) -> Extracted:
    """The text of a Word document, with title, author and date of making where it tells them.

    Hidden and deleted text is left out, inserted text is in. Raises `UnreadableSource` for other
    ZIP archives, for damaged and protected ones, and where no text is found. A hostile file may
    unpack to 60 MB: `extract` runs this in a process of its own.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            main = _main_part(archive, name)
            body = _part(archive, main, name)
            if body is None:
                raise UnreadableSource(f"{name} is a damaged DOCX file: it has no text part", _HINT)
            folder = main.rpartition("/")[0]
            styles = _styles(_part(archive, f"{folder}/styles.xml", name))
            notes = [_part(archive, f"{folder}/{part}.xml", name) for part in _NOTES]
            facts = _properties(_part(archive, "docProps/core.xml", name))
        blocks = [block for child in body for block in _blocks(child, styles)]
        blocks += [text for part in notes if part is not None for text in _notes(part)]
    except zipfile.BadZipFile as error:
        raise UnreadableSource(f"{name} is a damaged ZIP archive or DOCX file", _HINT) from error
    except (zlib.error, EOFError, ElementTree.ParseError, RecursionError, ValueError) as error:
        raise UnreadableSource(f"{name} is a damaged DOCX file", _HINT) from error
    except (RuntimeError, NotImplementedError) as error:
        raise UnreadableSource(
            f"{name} is protected or packed in an unknown way", "save a plain copy of it"
        ) from error
    title = facts.get("title", "")
    prose = next((block for block in blocks if not block.startswith("| ")), "")
    return found(
        "docx",
        clean("\n\n".join(blocks)),
        name,
        title=(title if title.casefold() not in _DEFAULT_TITLES else "")
        or first_line(prose.lstrip("# "))
        or name,
        author=facts.get("creator"),
        published=facts.get("created") or facts.get("modified"),
    )


def _main_part(archive: zipfile.ZipFile, name: str) -> str:
    """Where the text is; the package's relations tell, usually word/document.xml."""
    names = set(archive.namelist())
    for part, what in _OTHERS:
        if part in names:
            raise UnreadableSource(f"{name} is {what}, not text", _HINT)
    relations = _part(archive, "_rels/.rels", name)
    for relation in relations if relations is not None else ():
        if relation.get("Type", "").endswith("/officeDocument"):
            return normpath(relation.get("Target", "").lstrip("/"))
    if "word/document.xml" not in names:
        raise UnreadableSource(f"{name} is a ZIP archive, not text", "unpack it, add its files")
    return "word/document.xml"


def _part(archive: zipfile.ZipFile, part: str, name: str) -> ElementTree.Element | None:
    try:
        with archive.open(part) as file:
            data = file.read(_PART_LIMIT + 1)
    except KeyError:
        return None
    if len(data) > _PART_LIMIT:
        raise UnreadableSource(
            f"{name} unpacks to more than {_PART_LIMIT / 1e6:.0f} MB", "add only what matters of it"
        )
    if b"<!DOCTYPE" in data[:1000]:
        raise UnreadableSource(f"{name} is no DOCX file that Word would write", _HINT)
    return ElementTree.fromstring(data)  # noqa: S314  # no DTD, and expat bounds what entities grow to


def _blocks(node: ElementTree.Element, styles: dict[str, str]) -> Iterator[str]:
    """The paragraphs and tables in a block, tables as one text each."""
    match _name(node):
        case "p":
            text = _text(node).strip("\n")
            if text.strip():
                yield _prefix(node, styles) + text
        case "tbl":
            rows = [_row(row) for row in _nearest(node, "tr")]
            yield "\n".join(row for row in rows if row.strip("| "))
        case "sectPr" | "del" | "moveFrom" | "Fallback":
            return
        case _:
            for child in node:
                yield from _blocks(child, styles)


def _row(row: ElementTree.Element) -> str:
    cells = [" ".join(_text(cell).split()) for cell in _nearest(row, "tc")]
    return f"| {' | '.join(cells)} |"


def _nearest(node: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """The descendants of that name, without those inside them: tables may hold tables."""
    for child in node:
        if _name(child) == name:
            yield child
        elif _name(child) not in _LEFT_OUT:
            yield from _nearest(child, name)


def _text(node: ElementTree.Element) -> str:
    return "".join(_pieces(node))


def _pieces(node: ElementTree.Element) -> Iterator[str]:
    for child in node:
        name = _name(child)
        if name in _LEFT_OUT or (name == "r" and _is_hidden(child)):
            continue
        if name == "t":
            yield child.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        yield from _pieces(child)


def _is_hidden(run: ElementTree.Element) -> bool:
    """Whether a run is set not to be shown: what nobody sees is no evidence."""
    marks = [mark for child in run if _name(child) == "rPr" for mark in child]
    return any(
        _name(mark) == "vanish" and _value(mark, "true") not in ("0", "false", "off")
        for mark in marks
    )


def _prefix(paragraph: ElementTree.Element, styles: dict[str, str]) -> str:
    """What marks a heading or a list item, as in Markdown."""
    marks = [mark for child in paragraph if _name(child) == "pPr" for mark in child]
    for mark in marks:
        if _name(mark) == "pStyle":
            style = _value(mark, "")
            title = styles.get(style, style)
            if heading := _HEADING.fullmatch(title):
                return "#" * int(heading[1]) + " "
            if title.casefold() == "title":
                return "# "
    return "- " if any(_name(mark) == "numPr" for mark in marks) else ""


def _styles(part: ElementTree.Element | None) -> dict[str, str]:
    """The name of each style by its id; the ids differ between Word's languages."""
    found_styles = {}
    for style in part if part is not None else ():
        style_id = next((v for k, v in style.attrib.items() if k.endswith("styleId")), None)
        for child in style:
            if style_id and _name(child) == "name":
                found_styles[style_id] = _value(child, "")
    return found_styles


def _notes(part: ElementTree.Element) -> Iterator[str]:
    for note in part:
        text = " ".join(_text(note).split())
        if text:
            yield text


def _properties(part: ElementTree.Element | None) -> dict[str, str]:
    return {_name(node): (node.text or "").strip() for node in part} if part is not None else {}


def _value(node: ElementTree.Element, default: str) -> str:
    return next((v for k, v in node.attrib.items() if k.endswith("}val")), default)


def _name(node: ElementTree.Element) -> str:
    return str(node.tag).rpartition("}")[2]
