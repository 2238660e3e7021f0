"""What a citation points to, ready to be shown: the text with the quote lit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from assistant.answer import Citation, ToolCall
from assistant.desk import SourceView
from tui.cleaning import one_line
from tui.contents import citation_details
from tui.sources import source_label
from tui.strings import Strings
from tui.themes import MUTED

LIT = "bold $quote-foreground on $quote-background"
"""The style of the quote."""
_LONGEST_TEXT = 60_000
_AROUND = 20_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """A title, its details (publisher, date, grade ...) and the text with the quote lit."""

    title: str
    details: list[str]
    body: Content


def passage_evidence(source: SourceView, citation: Citation, strings: Strings) -> Evidence:
    """An article or program, the quoted stretch lit. A very long text is cut around it."""
    grade = strings.grades[citation.grade] if citation.grade else None
    details = [
        citation.publisher or source.publisher,
        citation.published or source.published or strings.undated,
        grade,
        citation.url or source.url,
    ]
    span = _quote_span(source.text, citation)
    body = _cut(source.text, span, strings)
    if span is None:
        quote = Content.assemble(
            (strings.quote_not_found, "$text-warning"), "\n", (citation.quote, LIT), "\n\n"
        )
        body = quote + body
    shown = [one_line(detail) for detail in details if detail]
    return Evidence(one_line(citation.title) or one_line(source.title), shown, body)


def tool_evidence(citation: Citation, calls: Sequence[ToolCall], strings: Strings) -> Evidence:
    """A tool call: its arguments, and its result with the quoted field lit."""
    title = strings.from_tool.format(tool=source_label(citation, strings))
    parts = [
        Content.styled(f"{citation.field or citation.source}: ", MUTED),
        Content.styled(citation.quote, LIT),
        Content("\n\n"),
    ]
    call = _call_of(citation, calls)
    if call is None:
        parts.append(Content.styled(strings.result_later, MUTED))
    else:
        parts.append(Content.styled(strings.arguments + "\n", MUTED))
        parts.append(_arguments(call, strings))
        parts.append(_result(call.result, citation.field or ""))
    return Evidence(title, citation_details(citation, strings), Content("").join(parts))


def lit_line(body: Content, width: int) -> int | None:
    """The line at which the lit quote begins once the text is wrapped."""
    for number, line in enumerate(body.wrap(max(width, 1))):
        if any(span.style == LIT and span.end > span.start for span in line.spans):
            return number
    return None


def field_value(result: Any, path: str) -> Any:
    """The value at a dotted path ("routes.0.cost"), or None where there is none."""
    for name in path.split("."):
        if isinstance(result, dict) and name in result:
            result = result[name]
        elif isinstance(result, list) and name.isdigit() and int(name) < len(result):
            result = result[int(name)]
        else:
            return None
    return result


def _quote_span(text: str, citation: Citation) -> tuple[int, int] | None:
    start, end = citation.start, citation.end
    if start is not None and end is not None and text[start:end] == citation.quote:
        return start, end
    found = text.find(citation.quote) if citation.quote else -1
    return None if found < 0 else (found, found + len(citation.quote))


def _cut(text: str, span: tuple[int, int] | None, strings: Strings) -> Content:
    start, end = span or (0, 0)
    first, last = 0, len(text)
    if len(text) > _LONGEST_TEXT:
        first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    content = Content(text[first:last])
    if span is not None:
        content = content.stylize(LIT, start - first, end - first)
    mark = Content.styled(strings.text_cut, MUTED)
    return Content("\n").join(
        [*([mark] if first else []), content, *([mark] if last < len(text) else [])]
    )


def _call_of(citation: Citation, calls: Sequence[ToolCall]) -> ToolCall | None:
    """The call that the citation names; of several, the one that holds the quoted value."""
    named = [call for call in calls if call.name == citation.source]
    for call in named:
        if citation.field and str(field_value(call.result, citation.field)) == citation.quote:
            return call
    return named[0] if named else None


def _arguments(call: ToolCall, strings: Strings) -> Content:
    if not call.args:
        return Content(f"  {strings.no_arguments}\n\n")
    lines = [f"  {name}: {_plain(value)}" for name, value in call.args.items()]
    return Content("\n".join(lines) + "\n\n")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _result(result: dict[str, Any], path: str) -> Content:
    """The result as indented JSON, the value at `path` lit."""
    return Content("").join(_json_parts(result, path.split(".") if path else None, "\n"))


def _json_parts(value: Any, path: list[str] | None, newline: str) -> list[Content]:
    lit = LIT if path == [] else ""
    if not isinstance(value, dict | list) or not value or lit:
        shown = json.dumps(value, ensure_ascii=False, indent=2 if lit else None, default=str)
        return [Content.styled(shown.replace("\n", newline), lit)]
    named = isinstance(value, dict)
    items = value.items() if isinstance(value, dict) else enumerate(value)
    parts = [Content("{" if named else "[")]
    for number, (name, item) in enumerate(items):
        inner = newline + "  "
        below = path[1:] if path and path[0] == str(name) else None
        label = f"{json.dumps(name, ensure_ascii=False)}: " if named else ""
        parts.append(Content((", " if number else "").rstrip() + inner + label))
        parts += _json_parts(item, below, inner)
    parts.append(Content(newline + ("}" if named else "]")))
    return parts
