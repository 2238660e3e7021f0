"""`compute-desk programs`: compute programs of funds and clouds, alone, side by side, and against
your company's profile."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.library import AsOf, open_reading
from assistant.cli.output import document, table
from kb.programs.program import GIVING, ProgramKind, Status

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge
    from kb.programs.program import Program

app = typer.Typer(help="Show, compare and match the compute programs of funds and clouds.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, names, sponsors or aliases.")]


@app.callback(invoke_without_command=True)
def programs(context: typer.Context, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show the compute programs of funds and clouds. Alone: list them."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        list_programs(context, as_of=as_of, as_json=as_json)
    elif as_of is not None:
        command = f"compute-desk programs {context.invoked_subcommand} --as-of {as_of}"
        raise WrongUsage("--as-of belongs behind the command", f"write {command}")


@app.command("list")
def list_programs(
    context: typer.Context,
    kind: Annotated[ProgramKind | None, typer.Option(help="Only this kind.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only with this status.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List all programs, or those of a kind or status."""
    with open_reading(as_of=as_of) as kb:
        found = sorted(kb.programs(), key=lambda program: program.id)
    found = [p for p in found if kind in (None, p.kind) and status in (None, p.status)]
    if as_json or context.obj:
        document({"programs": [_summary(program) for program in found]})
        return
    rows = [(p.id, p.name.en, p.name.zh_hans, p.sponsor.en, p.kind, p.status) for p in found]
    table(("ID", "Program", "项目", "Sponsor", "Kind", "Status"), rows)


@app.command()
def show(
    context: typer.Context,
    program: Annotated[str, typer.Argument(metavar="ID", help="Its id, name, sponsor or alias.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show every term of one program, with who said it and when."""
    with open_reading(as_of=as_of) as kb:
        [found] = _named(kb, [program])
    if as_json or context.obj:
        document(found.model_dump(mode="json", by_alias=True))
        return
    from assistant.cli.program_pages import show_program

    show_program(found)


@app.command()
def compare(context: typer.Context, ids: Ids, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show programs side by side, attribute by attribute.

    Each value has its grade, publisher and date; an empty cell says "not stated in sources".
    Sources that disagree stand side by side, the newest first.
    """
    from kb.programs.comparing import compare as grid_of
    from kb.programs.names import Parties

    with open_reading(as_of=as_of) as kb:
        called = Parties(kb.programs(), kb.aliases).called
        grid = grid_of(_named(kb, ids), called)
    if as_json or context.obj:
        document(grid.model_dump(mode="json", by_alias=True))
        return
    from assistant.cli.program_pages import show_grid

    show_grid(grid)


@app.command()
def match(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Only these programs.")
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML, JSON or TOML; default: the saved profile."),
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell which programs are open to your company, condition by condition.

    Without ids: all that give compute; deals and loans only where they are named.

    Each condition passes, fails or is unknown, with the sentence that states it. What your
    profile does not tell (compute-desk profile set) stays unknown.
    """
    from assistant.profile import load_profile, read_profile
    from assistant.settings import default_home
    from kb.library.moments import parse_moment
    from kb.programs.matching import match_all, questions
    from kb.programs.names import Parties

    today = datetime.now(UTC).date()
    moment = None if as_of is None else parse_moment(as_of)
    day = today if moment is None else moment.day
    given = load_profile(default_home())
    with open_reading(as_of=as_of) as kb:
        everything = kb.programs()
        if profile is not None:
            given = read_profile(profile, today, questions(everything))
        chosen = _named(kb, ids) if ids else [p for p in everything if p.kind in GIVING]
        found = match_all(chosen, given, day, Parties(everything, kb.aliases))
    if as_json or context.obj:
        verdicts = [one.verdict for one in found]
        document(
            {
                "as_of": day.isoformat(),
                "profile": given.model_dump(mode="json"),
                **{name: verdicts.count(name) for name in ("eligible", "unknown", "not_eligible")},
                "programs": [one.model_dump(mode="json", by_alias=True) for one in found],
            }
        )
        return
    from assistant.cli.program_pages import show_matches

    show_matches(found, given)


def _named(kb: Knowledge, names: list[str]) -> list[Program]:
    """The programs of these names, each once. Raises `UnknownSource`."""
    from kb.errors import UnknownSource

    found: dict[str, Program] = {}
    for name in names:
        program = kb.find_program(name)
        if program is None:
            raise UnknownSource(f"no program {name!r}", "list them: compute-desk programs")
        found[program.id] = program
    return list(found.values())


def _summary(program: Program) -> dict[str, object]:
    fields = {"id", "name", "sponsor", "kind", "status", "aliases"}
    return program.model_dump(mode="json", by_alias=True, include=fields)
