"""The parts of a turn that are not the answer's Markdown, as `Content`."""

from __future__ import annotations

from textual.content import Content

from assistant.answer import Citation
from tui.cleaning import one_line
from tui.fold import Phase, ToolRun, TurnState
from tui.sources import sources_content
from tui.strings import Strings
from tui.themes import MUTED

_LONGEST_QUESTION = 2000
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
STILL = "…"


def clipped(text: str, cells: int) -> Content:
    """`text` in at most so many cells, with an ellipsis where it was cut."""
    return Content(text).truncate(cells, ellipsis=True)


def question_content(question: str) -> Content:
    """The question as the reader asked it; a huge one is cut."""
    shown = question if len(question) <= _LONGEST_QUESTION else question[:_LONGEST_QUESTION] + "…"
    return Content.assemble(("❯ ", "bold $accent"), (shown, "bold"))


def activity_content(state: TurnState, strings: Strings, spinner: str, width: int) -> Content:
    """One row a tool (spinner, ✓ or ✗), and what goes on now while the turn runs."""
    rows = [_tool_row(run, strings, spinner, width) for run in state.tools.values()]
    if state.phase is Phase.RUNNING:
        doing = strings.writing if state.text else strings.working
        rows.append(Content.assemble((f"{spinner} ", "$accent"), (doing, MUTED)))
    return Content("\n").join(rows)


def _tool_row(run: ToolRun, strings: Strings, spinner: str, width: int) -> Content:
    mark = {None: (spinner, "$accent"), True: ("✓", "$success"), False: ("✗", "$error")}[run.ok]
    name = strings.tools.get(run.name, run.name)
    took = "" if run.elapsed_ms is None else f"  {run.elapsed_ms:,} ms"
    about = one_line(run.summary) or one_line("  ".join(str(value) for value in run.args.values()))
    head = Content.assemble(mark, " ", name, "  ")
    room = width - head.cell_length - len(took)
    if room < 8:
        return head
    return Content.assemble(head, clipped(about, room).stylize(MUTED), (took, MUTED))


def closing_content(state: TurnState, strings: Strings, width: int) -> Content:
    """What stands under the answer: sources, gaps, what was left out, how it ended."""
    lines: list[Content] = []
    if state.citations:
        lines.append(sources_content(state.citations.values(), strings, width))
    lines += [Content.styled(f"ℹ {one_line(note)}", MUTED) for note in state.notes]
    if count := len(state.removed):
        said = strings.removed_one if count == 1 else strings.removed_many.format(count=count)
        lines.append(Content.styled(f"– {said}", MUTED))
    for gap in state.gaps:
        lines.append(Content.styled(f"– {strings.not_in_library.format(gap=one_line(gap))}", MUTED))
    if state.phase is Phase.CANCELLED:
        lines.append(Content.styled(f"■ {strings.stopped}", "$text-warning"))
    if state.failure is not None:
        lines.append(failure_content(state.failure.message, state.failure.hint))
    return Content("\n").join(lines)


def failure_content(message: str, hint: str) -> Content:
    """What went wrong in one line, and what to do on the next."""
    line = Content.styled(f"✗ {one_line(message)}", "$text-error")
    return Content.assemble(line, (f"\n  {one_line(hint)}", MUTED)) if hint else line


def citation_details(citation: Citation, strings: Strings) -> list[str]:
    """Publisher, date and grade, as far as they are known."""
    if citation.kind == "tool":
        return [citation.source, *([citation.field] if citation.field else [])]
    published = citation.published or strings.undated
    grade = strings.grades[citation.grade] if citation.grade else None
    return [one_line(part) for part in (citation.publisher, published, grade) if part]
