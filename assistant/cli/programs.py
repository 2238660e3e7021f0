"""`compute-desk programs`: compute programs of funds and clouds, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.library import open_library
from assistant.cli.output import about, document, one_line, table, write

if TYPE_CHECKING:
    from kb.programs import Program

app = typer.Typer(help="Show the compute programs of funds and clouds.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback(invoke_without_command=True)
def programs(context: typer.Context, as_json: Json = False) -> None:
    """Show the compute programs of funds and clouds. Alone: list them."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        list_programs(context, as_json)


@app.command("list")
def list_programs(context: typer.Context, as_json: Json = False) -> None:
    """List all programs."""
    with open_library() as kb:
        found = sorted(kb.programs(), key=lambda program: program.id)
    if as_json or context.obj:
        document({"programs": [_summary(program) for program in found]})
        return
    rows = [(p.id, p.name.en, p.name.zh_hans, p.sponsor.en, p.kind, p.status) for p in found]
    table(("ID", "Program", "项目", "Sponsor", "Kind", "Status"), rows)


@app.command()
def show(
    context: typer.Context,
    program: Annotated[str, typer.Argument(metavar="ID", help="Its id, name, sponsor or alias.")],
    as_json: Json = False,
) -> None:
    """Show every term of one program, with who said it and when."""
    from kb.errors import UnknownSource

    with open_library() as kb:
        found = kb.find_program(program)
    if found is None:
        raise UnknownSource(f"no program {program!r}", "list them: compute-desk programs")
    if as_json or context.obj:
        document(found.model_dump(mode="json", by_alias=True))
    else:
        _show(found)


def _summary(program: Program) -> dict[str, object]:
    fields = {"id", "name", "sponsor", "kind", "status", "aliases"}
    return program.model_dump(mode="json", by_alias=True, include=fields)


def _show(program: Program) -> None:
    write(about(program.name.en, program.name.zh_hans))
    write(about(program.id, program.sponsor.en, program.kind, program.status))
    for term in program.terms:
        said_by = about(term.grade.replace("_", " "), term.publisher, term.as_of or "undated")
        write(f"\n{term.field}  [{said_by}]")
        write(f"  {one_line(term.en)}")
        write(f"  {one_line(term.zh_hans)}")
    if program.not_stated:
        write(f"\nNot stated by any source: {', '.join(program.not_stated)}")
