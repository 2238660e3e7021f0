"""The root command: opens the app; the groups hang below it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import (
    approve,
    ask,
    batch,
    config,
    doctor,
    estimates,
    evaluation,
    gpus,
    knowledge,
    mcp,
    profile,
    programs,
    replay,
    report,
    sessions,
    sources,
)
from assistant.cli.failure import WrongUsage
from assistant.cli.output import write

if TYPE_CHECKING:
    from assistant.desk import Desk

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask")(ask.ask)
app.add_typer(knowledge.app, name="kb")
app.add_typer(programs.app, name="programs")
app.add_typer(profile.app, name="profile")
app.command("gpus")(gpus.gpus)
app.add_typer(sources.app, name="sources")
app.add_typer(estimates.app, name="estimate")
app.command("eval")(evaluation.evaluate)
app.command("replay")(replay.replay)
app.command("approve")(approve.approve)
app.command("sessions")(sessions.sessions)
app.command("batch")(batch.batch)
app.command("report")(report.report)
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")


def run(arguments: list[str]) -> None:
    """Parse `arguments` and run their command. Errors of any kind are the caller's."""
    command = typer.main.get_command(app)
    with command.make_context("compute-desk", arguments) as context:
        command.invoke(context)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        write(f"compute-desk {version('compute-desk')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="Resume this saved conversation in the app.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Who would give us GPUs, on what terms, at what cost: answers with their evidence.

    Without a command, opens the app in this terminal. State lives under COMPUTE_DESK_HOME
    (default: the user data folder); COMPUTE_DESK_MODEL names another chat model.

    Exit codes: 0 ok, 1 failed, 2 wrong usage.
    """
    if context.invoked_subcommand is None:
        open_app(session)
    elif session is not None:
        raise WrongUsage(
            "--session before a command has no effect",
            f"write: compute-desk {context.invoked_subcommand} --session ID",
        )


def open_app(session: str | None) -> None:
    """Open the app in this terminal; the engine loads behind its first paint."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUsage(
            "the app needs a terminal", 'without one, ask: compute-desk ask "your question"'
        )
    import tui
    from assistant.cli.agreeing import agree
    from assistant.settings import load_settings

    agree(None)

    tui.run(_open_desk, session=session, language=load_settings().language)


def _open_desk() -> Desk:
    from assistant.assistant import Assistant

    desk = Assistant.open()
    desk.warm()
    return desk
