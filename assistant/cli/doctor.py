"""`compute-desk doctor`: what this machine has, and what to set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import about, document, one_line, write

if TYPE_CHECKING:
    from assistant.doctor import Report


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find keys, models on this machine and the state of the desk; propose what to set.

    Only this machine is asked, and no key is shown.
    """
    from assistant.doctor import examine
    from assistant.settings import default_home

    report = examine(default_home())
    if as_json:
        document({"schema": 1, **report.model_dump(mode="json")})
        return
    for title, lines in _sections(report):
        write(title)
        for line in lines:
            write(f"  {one_line(line)}")
        write()


def _sections(report: Report) -> list[tuple[str, list[str]]]:
    home, model = report.home, report.model
    library = f"library {home.library}, {home.sources} sources" if home.library else None
    state = [
        about(home.path, "there" if home.exists else "made with the first command"),
        about(library, f"index {home.index}", home.trouble),
        f"{home.free_gb:g} GB free",
    ]
    chosen = [about(model.spec, model.trouble or "can be asked")]
    chosen += [model.hint] if model.hint else []
    held = [about(k.variable, f"in the {k.held}") for k in report.keys if k.held]
    servers = [
        about(s.name, s.url, ", ".join(s.models[:5]) or "names no model") for s in report.servers
    ]
    extras = [about(e.name, "installed" if e.installed else "not installed") for e in report.extras]
    live = [", ".join(report.live_sources)] if report.live_sources else []
    return [
        (f"compute-desk {report.version}, Python {report.python}", state),
        ("Chat model", chosen),
        ("Keys of providers", [*(held or ["none is set"]), *filter(None, [report.keyring])]),
        ("Models on this machine", [*(servers or ["no server answers"]), *report.not_asked]),
        ("Extras", extras),
        ("Live sources", [*(live or ["none is on"]), *report.live_trouble]),
        ("You could run", report.proposals or ["nothing is missing"]),
    ]
