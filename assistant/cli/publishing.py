"""`compute-desk kb publish`: the public part of the library, for desks on other machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.keeping import Json
from assistant.cli.library import open_library
from assistant.cli.output import about, aside, document, one_line, progress, write


def publish(
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL",
            help="A Chroma server, as https://HOST[:PORT][/PATH][?tenant=T&database=D]; "
            "default: the setting kb_url.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Publish the public part of this library: texts, program records and vectors, nothing that is
    fund-only. Desks with kb_url = URL read it from then on. Only what changed is sent, and readers
    see all of it or nothing. The key, where the server wants one, stands in COMPUTE_DESK_KB_KEY.
    """
    from assistant.settings import kb_key, load_settings

    place = url or load_settings().kb_url
    if place is None:
        raise WrongUsage("where to is not said", "write: compute-desk kb publish URL")
    with open_library() as kb:
        done = kb.publish(
            place, kb_key(), trial=dry_run, progress=lambda at, of: progress("Publishing", at, of)
        )
    if as_json:
        document(asdict(done))
        return
    for change in done.changes:
        write(about(f"would {change.action}" if dry_run else change.action, change.source))
    sizes = (f"{done.sources} sources", f"{done.passages} passages")
    write(about(done.outcome, f"generation {done.generation}", *sizes, done.url))
    rows = (f"{done.rows_sent} rows sent", f"{done.rows_removed} removed")
    if not dry_run:
        aside(about(*rows, f"library {one_line(done.library_version)}"))
