"""`compute-desk kb history, restore, sync, check, backup`: the library through time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.failure import FAILED, WrongUsage
from assistant.cli.library import open_library
from assistant.cli.output import about, aside, document, harmless, one_line, progress, table, write
from assistant.cli.trying import MovedAnswers, gold_rows, show_copies, show_moved

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
SourceId = Annotated[str, typer.Argument(metavar="ID", help="Id of an article or program.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host", metavar="NAME", help="Fetch from this host although it is a private one."
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Only say what would change, also for the gold questions."),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", help="The reason, for the history.", show_default="")
]
Fund = Annotated[bool, typer.Option("--fund", help="For staff: also what only the fund may see.")]


def history(source_id: SourceId, fund: Fund = False, as_json: Json = False) -> None:
    """List the versions of a source: when, who, what and why. Also of removed ones."""
    from kb.errors import UnknownSource

    with open_library(fund=fund) as kb:
        changes = kb.history(source_id)
        try:
            present = kb.source(source_id)
        except UnknownSource:  # removed, or not public
            present = None
    now = (present.layer, present.version) if present else None
    rows = [asdict(change) for change in changes]
    last = {(c.layer, c.version): number for number, c in enumerate(changes)}
    for number, row in enumerate(rows):
        place = (row["layer"], row["version"])
        row["current"] = place == now and last[place] == number
    if as_json:
        document({"source": source_id, "history": rows})
        return
    table(
        ("When", "Who", "What", "Version", "Layer", "Current", "Title", "Why"),
        [
            (
                row["at"],
                row["who"],
                row["action"],
                row["version"] or "-",
                row["layer"],
                "yes" if row["current"] else "",
                row["title"],
                row["why"],
            )
            for row in rows
        ],
    )


def restore(
    source_id: SourceId,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="One that `history` lists.")],
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Make an older version the present one. Nothing is lost: it is a new entry of the history."""
    with open_library(fund=True) as kb:
        source = kb.restore(source_id, version, why=why)
    if as_json:
        document({"restored": source.id, "version": source.version, "title": source.title})
    else:
        write(about("restored", source.id, source.version, source.title))


def sync(dry_run: DryRun = False, as_json: Json = False) -> None:
    """Bring the index in line with the files of the library, and put edits into the history."""
    with open_library(fund=True) as kb:
        answers = MovedAnswers([gold.question for gold in kb.gold()] if dry_run else [])
        preview = kb.preview_sync(answers.look) if dry_run else None
        if preview is None:
            done = kb.sync(progress=lambda at, of: progress("Indexing", at, of))
        else:
            done = preview.synced
    changes = [asdict(step) for step in done.steps]
    if as_json:
        tried = {"copies": preview.copies, **gold_rows(preview, answers)} if preview else {}
        document({"dry_run": dry_run, "changes": changes, "notes": done.notes, **tried})
        return
    for step in done.steps:
        versions = " -> ".join(v for v in (step.previous, step.version) if v)
        write(about(f"would be {step.action}" if dry_run else step.action, step.source, versions))
    if preview is not None:
        for note in done.notes:  # a real run has said them already
            aside(note)
        show_copies(preview.copies)
        show_moved(preview)
        answers.show()
    if not done.steps:
        aside("Nothing changed.")


def check(
    months: Annotated[
        int, typer.Option(min=1, max=600, help="Name terms that are older than this.")
    ] = 18,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the web whether links lead somewhere.")
    ] = False,
    allow_host: AllowHost = None,
    as_json: Json = False,
) -> None:
    """Find what staff should look at. Exit code 1 where there are errors; warnings are 0."""
    from kb.keeping.findings import in_order
    from tools.quantities import states_all

    with open_library(fund=True) as kb:
        found, reach = kb.check(months, states_all), kb.check_reach()
        links = kb.check_links(allowed=allow_host or (), progress=_links) if online else []
    findings = in_order([*found, *reach.findings, *links])
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if as_json:
        listed = [asdict(finding) for finding in findings]
        looked = {"tried": reach.tried, "of": reach.passages}
        document({"errors": errors, "warnings": warnings, "findings": listed, "reach": looked})
    else:
        for finding in findings:
            write(about(finding.severity, finding.code, finding.source, finding.place))
            write(harmless(f"  {one_line(finding.message)}"))
            write(f"  -> {one_line(finding.todo)}")
        if reach.tried < reach.passages:
            of = f"{reach.tried} of {reach.passages} passages"
            aside(f"Looked for {of} by their own words; on another day it is others.")
        write(f"{errors} errors, {warnings} warnings")
    if errors:
        raise typer.Exit(FAILED)


def _links(done: int, of: int) -> None:
    progress("Asking for links", done, of)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new zip file.")],
    as_json: Json = False,
) -> None:
    """Write the library with its history into one file; unpacked, it is a home again."""
    if file.is_dir():
        raise WrongUsage(f"{file} is a folder", "name the file: compute-desk kb backup desk.zip")
    with open_library() as kb:
        done = kb.backup(file)
    if as_json:
        document(asdict(done))
    else:
        size = f"{done.bytes / 1e6:.1f} MB"
        write(about(done.file, f"{done.files} files", size, f"library {done.library_version}"))
        aside("To restore: unpack it into an empty folder and name that in COMPUTE_DESK_HOME.")


def register(app: typer.Typer) -> None:
    """Hang these commands below `compute-desk kb`."""
    for command in (history, restore, sync, check, backup):
        app.command()(command)
