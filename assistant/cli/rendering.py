"""An answer on paper: Markdown as it comes, drawn for a terminal, or plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from assistant.cli.output import aside, harmless, on_terminal, one_line
from assistant.phrases import phrases

if TYPE_CHECKING:
    from assistant.answer import Answer, Citation, Language

_SOURCES = {"en": "Sources", "zh-Hans": "来源", "zh-Hant": "來源"}
_MISSING = {"en": "Not in the library", "zh-Hans": "资料库中没有", "zh-Hant": "資料庫中沒有"}

_LONGEST_VALUE = 200


class Page:
    """Writes the pieces of an answer to `out` at once, then its sources and gaps."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._text = ""

    def add(self, delta: str) -> None:
        """Take the next piece of checked Markdown."""
        self._emit(harmless(delta))

    def begin_anew(self) -> None:
        """What was written so far is no part of the answer: a rule stands under it."""
        self.add("\n\n" if not self._text.endswith("\n") else "\n")
        self.add("---\n\n")

    def finish(self, answer: Answer) -> None:
        """End the text; list where its figures come from and what is missing."""
        self._end()
        language = answer.language
        if answer.citations:
            self._emit(f"{_SOURCES[language]}:\n")
            for citation in _unique(answer.citations):
                self._emit(f"{source_line(citation, language)}\n")
        for gap in answer.gaps:
            self._emit(f"\n{_MISSING[language]}: {one_line(gap)}\n")
        if answer.removed:
            aside(f"{len(answer.removed)} part(s) of the draft without support were left out")

    def _end(self) -> None:
        self._emit("\n" if self._text.endswith("\n") else "\n\n")

    def _emit(self, text: str) -> None:
        self._text = (self._text + text)[-2:]
        self._out.write(text)
        self._out.flush()


class BlockPage(Page):
    """Writes whole blocks (paragraphs, tables, code), each through `draw`, as they end."""

    def __init__(self, out: TextIO, draw: Callable[[str], str]) -> None:
        super().__init__(out)
        self._draw = draw
        self._pending = ""

    def add(self, delta: str) -> None:
        """Take the next piece; what is complete is written."""
        self._pending += harmless(delta)
        *blocks, self._pending = _blocks(self._pending)
        for block in blocks:
            self._emit_block(block)

    def _end(self) -> None:
        self._emit_block(self._pending)
        self._pending = ""

    def _emit_block(self, block: str) -> None:
        if block.strip():
            self._emit(self._draw(block.strip("\n")).rstrip() + "\n\n")


def page_for(out: TextIO, *, plain: bool) -> Page:
    """The page that suits `out`: drawn on a terminal, Markdown into a file or pipe."""
    if plain:
        return BlockPage(out, without_markdown)
    if on_terminal(out):
        return BlockPage(out, _drawn)
    return Page(out)


def source_line(citation: Citation, language: Language) -> str:
    """`[1] title, publisher, date (grade): “quote”`; a tool's title is followed by the field."""
    field = citation.field if citation.kind == "tool" else None
    where = (citation.title, field, citation.publisher, citation.published)
    known = [one_line(part) for part in where if part]
    grade = f" ({phrases(language).grades[citation.grade]})" if citation.grade else ""
    quote = citation.quote if citation.kind == "passage" else _value(citation.quote)
    marks = "「」" if language == "zh-Hant" else "“”"
    return f"[{citation.marker}] {', '.join(known)}{grade}: {marks[0]}{one_line(quote)}{marks[1]}"


def without_markdown(block: str) -> str:
    """A Markdown block as plain text; each row of a table becomes a short list."""
    lines = block.split("\n")
    if _is_fence(lines[0]):
        return "\n".join(line for line in lines if not _is_fence(line))
    if len(lines) > 1 and lines[0].lstrip().startswith("|") and set(lines[1]) <= set("|:- "):
        headers, *rows = ([_bare(cell) for cell in _cells(line)] for line in (lines[0], *lines[2:]))
        return "\n\n".join(_row(headers, row) for row in rows)
    return "\n".join(_bare(line) for line in lines)


def _row(headers: list[str], cells: list[str]) -> str:
    named = zip(headers[1:], cells[1:], strict=False)
    return "\n".join([cells[0], *(f"  {header}: {cell}" for header, cell in named)])


def _cells(line: str) -> list[str]:
    return [c.replace("\\|", "|").strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _bare(line: str) -> str:
    line = re.sub(r"^\s{0,3}(#{1,6}|>)\s+", "", line)
    line = re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r"\1 (\2)", line)
    line = re.sub(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1", r"\2", line)
    line = re.sub(r"(?<![\w*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\w*])", r"\1", line)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|>~$-])", r"\1", line)


def _blocks(text: str) -> list[str]:
    """Split at blank lines outside code fences; the last part is not complete yet."""
    parts, current, fenced = [], "", False
    for line in text.splitlines(keepends=True):
        current += line
        if _is_fence(line):
            fenced = not fenced
        elif not fenced and not line.strip() and line.endswith("\n"):
            parts.append(current)
            current = ""
    return [*parts, current]


def _is_fence(line: str) -> bool:
    return line.lstrip().startswith(("```", "~~~"))


def _drawn(block: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as capture:
        console.print(Markdown(block, hyperlinks=False))
    return capture.get().strip("\n")


def _value(quote: str) -> str:
    """A field of a tool result for people: what is known of a record, shortened.

    The exact value is in `ask --json`.
    """
    try:
        value = json.loads(quote)
    except ValueError:
        return quote
    if not isinstance(value, dict | list):
        return quote
    text = _known(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1].rstrip()}…"


def _known(value: object) -> str:
    """The parts of a JSON value that say something; numbers are named, true is its name."""
    if isinstance(value, dict):
        return ", ".join(_named(name, part) for name, part in value.items() if part)
    if isinstance(value, list):
        return "; ".join(_known(part) for part in value)
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _named(name: str, part: object) -> str:
    if part is True:
        return name
    return _known(part) if isinstance(part, str | dict) else f"{name} {_known(part)}"


def _unique(citations: list[Citation]) -> list[Citation]:
    """Each marker once, in the order of the text."""
    return list({citation.marker: citation for citation in reversed(citations)}.values())[::-1]
