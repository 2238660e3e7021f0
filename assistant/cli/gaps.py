"""`compute-desk kb gaps`: what founders asked and the library did not answer, and seeing to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.failure import FAILED, failure_line
from assistant.cli.keeping import Json, Why
from assistant.cli.library import open_library
from assistant.cli.output import (
    about,
    aside,
    document,
    harmless,
    one_line,
    progress,
    table,
    write,
)

if TYPE_CHECKING:
    from kb.keeping.gap_groups import GapGroup
    from kb.knowledge_base import KnowledgeBase

app = typer.Typer(help="List the questions that the library could not answer, and close them.")

_SHOWN = 240  # characters of an answer
_ASKED_AGAIN = 3  # wordings of a group; an answer takes a second or more


@app.callback(invoke_without_command=True)
def gaps(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    collect: Annotated[
        str | None,
        typer.Option("--from", metavar="URL", help="First take in what founders sent there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the questions that the library could not answer, and those whose answer was reported:
    what asks for one thing together, the most asked first.
    """
    if context.invoked_subcommand is not None:
        return
    from assistant.settings import kb_key

    with open_library(fund=True) as kb:
        if collect is not None:
            new = kb.collect_gaps(collect, kb_key())
            aside(f"{new} new from {collect}.")
        groups = [g for g in kb.gap_groups() if everything or g.closed is None]
    if as_json:
        document({"gaps": [row(group) for group in groups]})
    elif groups:
        headers = ("ID", "Asked", "Reported", "First", "Last", "Languages", "Question", "Missing")
        table((*headers, "Closed") if everything else headers, _cells(groups, everything))
    else:
        aside("No gaps are open." if not everything else "No gaps are recorded.")


@app.command()
def show(
    gap: Annotated[str, typer.Argument(metavar="ID", help="One that `kb gaps` lists.")],
    as_json: Json = False,
) -> None:
    """Show a gap: its wordings, what was missing, and the answers that people reported."""
    with open_library(fund=True) as kb:
        group = kb.gap_group(gap)
    if as_json:
        document({"gap": row(group)})
        return
    for wording in group.wordings:
        write(one_line(wording))
    for part in group.missing:
        write(f"  missing: {one_line(part)}")
    for report in group.reports:
        write()
        write(about("reported", report.model, f"library {report.library_version}"))
        if report.note:
            write(f"  note: {one_line(report.note)}")
        for line in report.answer.split("\n"):
            write(f"  | {harmless(line)}")
        for cited in report.evidence:
            where = about(f"[{cited.marker}] {cited.source}", cited.version, cited.field)
            write(f"  {where}: “{one_line(cited.quote)}”")


@app.command()
def close(
    gap: Annotated[str, typer.Argument(metavar="ID", help="One that `kb gaps` lists.")],
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="SOURCE", help="The article or program that answers."),
    ] = None,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Close a gap, by the source that answers it or with a reason. Its questions are asked again
    first, of the built-in model over the library as it is: where none is answered and no reason is
    given, it stays open (exit code 1). It opens again when somebody asks again and gets no answer.
    """
    with open_library(fund=True) as kb:
        seen = see_to(kb, gap, by, why, why)
    if as_json:
        failed = {} if seen.closed else {"schema": 1, "error": seen.refusal()}
        document({**seen.rows(), **failed})
    else:
        seen.tell()
        if not seen.closed:
            error = seen.refusal()
            typer.echo(failure_line(error["message"], error["hint"]), err=True)
    if not seen.closed:
        raise typer.Exit(FAILED)


@dataclass(frozen=True)
class SeenTo:
    """A gap that was to be closed, what became of its questions (see `again`), and whether it is
    closed."""

    group: GapGroup
    source: str | None
    tried: list[dict[str, Any]]
    closed: bool

    def rows(self) -> dict[str, Any]:
        """As JSON; what stays open is null."""
        return {"closed": row(self.group) if self.closed else None, "asked_again": self.tried}

    def refusal(self) -> dict[str, str]:
        """Why it stays open, as an error."""
        question, gap = one_line(self.group.wordings[0]), self.group.id
        return {
            "code": "gap_still_open",
            "message": f"the library still does not answer {question!r}",
            "hint": f"add what is missing, or give a reason: kb gaps close {gap} --why TEXT",
        }

    def tell(self) -> None:
        """Say whether it is closed, and how its questions fare now."""
        write(
            about("closed" if self.closed else "still open", self.group.id, self.group.wordings[0])
        )
        for one in self.tried:
            place = (
                f"found at no. {one['rank']}" if one["rank"] else "not among the first ten found"
            )
            cites = "from this source" if one["cites_it"] else "from other sources"
            now = f"now answered {cites}" if one["answered"] else "still not answered"
            write(f"  {one_line(one['question'])}")
            write(f"    {about(place, now) if self.source else now}")
            write(f"    -> {one_line(one['answer'])[:_SHOWN]}")
        if self.closed and not any(one["answered"] for one in self.tried):
            aside("Closed for the reason given; founders still get no answer.")


def see_to(kb: KnowledgeBase, gap: str, source: str | None, reason: str, why: str) -> SeenTo:
    """Ask the questions of a gap again and close it: where it is answered now, or a `reason` is
    given. `why` goes into its record. Raises `UnknownGap` or `UnknownSource`."""
    group = kb.gap_group(gap)
    if source is not None:
        kb.source(source)
    tried = again(kb, group, source)
    if not reason and not any(one["answered"] for one in tried):
        return SeenTo(group, source, tried, closed=False)
    return SeenTo(kb.close_gap(gap, source, why), source, tried, closed=True)


def again(kb: KnowledgeBase, group: GapGroup, source: str | None) -> list[dict[str, Any]]:
    """What becomes of a group's questions when they are asked again: what the built-in model now
    answers and, of a source, at which place search finds it and whether it is cited. Nothing is
    recorded."""
    from assistant.assistant import Assistant

    tried: list[dict[str, Any]] = []
    wordings = group.wordings[:_ASKED_AGAIN]
    with Assistant.open(model="builtin") as desk:
        for number, question in enumerate(wordings):
            progress("Asking again", number, len(wordings))
            answer = desk.ask(question, kept=False)
            cited = {citation.source for citation in answer.citations}
            tried.append(
                {
                    "question": question,
                    "rank": None if source is None else kb.found_at(question, source),
                    "answered": not (answer.abstained or answer.asked_back or answer.gaps),
                    "cites_it": source in cited,
                    "missing": answer.gaps,
                    "answer": answer.answer,
                }
            )
        progress("Asking again", len(wordings), len(wordings))
    return tried


def row(group: GapGroup) -> dict[str, Any]:
    """A group as JSON."""
    return {
        "id": group.id,
        "question": group.wordings[0],
        "language": group.languages[-1],
        "missing": group.missing,
        "asked_at": group.last_asked,
        "first_asked": group.first_asked,
        "count": group.count,
        "languages": group.languages,
        "wordings": group.wordings,
        "reports": [report.model_dump(mode="json") for report in group.reports],
        "closed": asdict(group.closed) if group.closed else None,
    }


def _cells(groups: list[GapGroup], everything: bool) -> list[list[object]]:
    rows: list[list[object]] = []
    for group in groups:
        more = f" (and {len(group.wordings) - 1} more)" if len(group.wordings) > 1 else ""
        missing = [part for part in group.missing if not _is_said(part, group.wordings)]
        cells: list[object] = [
            group.id,
            group.count,
            len(group.reports) or "",
            group.first_asked[:10],
            group.last_asked[:10],
            " ".join(group.languages),
            f"{group.wordings[0]}{more}",
            "; ".join(missing),
        ]
        if everything:
            done = group.closed
            cells.append(about(done.at[:10], done.who, done.source, done.why) if done else "")
        rows.append(cells)
    return rows


def _is_said(missing: str, wordings: Sequence[str]) -> bool:
    """Whether a missing part is most of what was asked, and so stands in the line already."""
    part = _bare(missing)
    return any(part in asked and 2 * len(part) > len(asked) for asked in map(_bare, wordings))


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(" .?!。？！")
