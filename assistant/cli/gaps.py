"""`compute-desk kb gaps`: what founders asked and the library did not answer, and seeing to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    """Close a gap, by the source that answers it or with a reason. It opens again when somebody
    asks again and gets no answer. With a source, its questions are asked again at once.
    """
    with open_library(fund=True) as kb:
        closed = kb.close_gap(gap, by, why)
        tried = again(kb, closed, by)
    if as_json:
        document({"closed": row(closed), "asked_again": tried})
    else:
        tell(closed, tried)


def again(kb: KnowledgeBase, group: GapGroup, source: str | None) -> list[dict[str, Any]]:
    """What becomes of a group's questions when they are asked again: at which place search finds
    the source, and whether the built-in or chosen model now answers. Nothing is recorded."""
    if source is None:
        return []
    from assistant.assistant import Assistant

    tried: list[dict[str, Any]] = []
    wordings = group.wordings[:_ASKED_AGAIN]
    with Assistant.open() as desk:
        for number, question in enumerate(wordings):
            progress("Asking again", number, len(wordings))
            answer = desk.ask(question, kept=False)
            cited = {citation.source for citation in answer.citations}
            tried.append(
                {
                    "question": question,
                    "rank": kb.found_at(question, source),
                    "answered": not (answer.abstained or answer.gaps),
                    "cites_it": source in cited,
                    "missing": answer.gaps,
                }
            )
        progress("Asking again", len(wordings), len(wordings))
    return tried


def tell(closed: GapGroup, tried: list[dict[str, Any]]) -> None:
    """Say that a gap is closed, and how its questions fare now."""
    write(about("closed", closed.id, closed.wordings[0]))
    for one in tried:
        place = f"found at no. {one['rank']}" if one["rank"] else "not among the first ten found"
        cites = "from this source" if one["cites_it"] else "from other sources"
        now = f"now answered {cites}" if one["answered"] else "still not answered"
        write(f"  {one_line(one['question'])}")
        write(f"    {about(place, now)}")


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
        missing = [part for part in group.missing if part not in group.wordings]
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
