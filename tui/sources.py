"""The line of sources under an answer: one entry a source, its markers clickable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from assistant.answer import Citation
from tui.cleaning import one_line
from tui.frozen import link_style
from tui.markdown import CITE
from tui.strings import Strings
from tui.themes import MUTED

_LONGEST_LABEL = 44
_MOST_SOURCES = 10
_GAP = "  "
_SHORTEST_RANGE = 3
_SPONSOR = " · "
CITATIONS_KEY = "F2"


def sources_content(citations: Iterable[Citation], strings: Strings, width: int) -> Content:
    """All sources in lines of at most `width` cells; an entry is never broken over two."""
    groups: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault((citation.kind, citation.source), []).append(citation)
    entries = [_entry(group, strings) for group in list(groups.values())[:_MOST_SOURCES]]
    if more := len(groups) - _MOST_SOURCES:
        said = strings.more_sources.format(count=more, key=CITATIONS_KEY)
        entries += [Content.styled(said, MUTED)] if more > 0 else []
    return _flowed(Content.styled(strings.sources, MUTED), entries, width)


def citation_label(citation: Citation, strings: Strings) -> str:
    """What is cited in a few words: "a16z Oxygen: price", an article's title, a tool's name."""
    label, term = source_label(citation, strings), _term(citation, strings)
    return label if term is None else strings.term_of.format(program=label, term=term)


def source_label(citation: Citation, strings: Strings) -> str:
    """The source on one line: an article's title, a program's name, a tool's plain name."""
    if citation.kind == "tool":
        return strings.tools.get(citation.source, one_line(citation.title) or citation.source)
    title = one_line(citation.title)
    return title if _term(citation, strings) is None else title.split(_SPONSOR)[0]


def _term(citation: Citation, strings: Strings) -> str | None:
    """The term of a program that a passage states; None for articles and tools."""
    return None if citation.kind == "tool" else strings.fields.get(citation.field or "")


def _entry(group: Sequence[Citation], strings: Strings) -> Content:
    label = citation_label if len(group) == 1 else source_label
    shown = Content(label(group[0], strings)).truncate(_LONGEST_LABEL, ellipsis=True)
    markers = _markers([citation.marker for citation in group])
    return Content.assemble(markers, " ", shown.stylize(MUTED))


def _markers(markers: Sequence[str]) -> Content:
    """ "[2]-[6] [9]": neighbours are joined, both ends can be clicked."""
    runs: list[list[str]] = []
    for marker in markers:
        if runs and _follows(runs[-1][-1], marker):
            runs[-1].append(marker)
        else:
            runs.append([marker])
    return Content(" ").join(_run(run) for run in runs)


def _run(markers: Sequence[str]) -> Content:
    if len(markers) < _SHORTEST_RANGE:
        return Content(" ").join(map(_marker, markers))
    return Content.assemble(_marker(markers[0]), "-", _marker(markers[-1]))


def _follows(marker: str, other: str) -> bool:
    return marker.isdecimal() and other.isdecimal() and int(other) == int(marker) + 1


def _marker(marker: str) -> Content:
    return Content(f"[{marker}]").stylize(link_style(CITE + marker))


def _flowed(head: Content, entries: Iterable[Content], width: int) -> Content:
    indent = " " * (head.cell_length + len(_GAP))
    lines, line = [], head
    for entry in entries:
        longer = Content.assemble(line, _GAP, entry)
        if longer.cell_length > width and line is not head:
            lines.append(line)
            line = Content.assemble(indent, entry)
        else:
            line = longer
    return Content("\n").join([*lines, line])
