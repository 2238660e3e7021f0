"""`compute-desk config`: the settings, where each comes from, and how to change one."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import about, aside, document, table, write

app = typer.Typer(help="Show and change settings, and keep a chat model's key.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback(invoke_without_command=True)
def config(context: typer.Context, as_json: Json = False) -> None:
    """Show every setting and where it comes from; change one with `config set NAME=VALUE`."""
    if context.invoked_subcommand is not None:
        return
    from assistant.settings import default_home
    from assistant.settings_file import setting_states

    states = setting_states(default_home())
    if as_json:
        document({"settings": [state.model_dump() for state in states]})
        return
    rows = [(s.name, _shown(s.value), s.origin, s.description) for s in states]
    table(("Setting", "Value", "From", "What it is"), rows)


@app.command("set")
def change(
    changes: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE...", help="An empty value takes it out.")
    ],
) -> None:
    """Keep settings in HOME/settings.toml. A variable of the environment still goes before it."""
    from assistant.settings import default_home
    from assistant.settings_file import change_settings, setting_states

    given = {}
    for each in changes:
        name, equals, text = each.partition("=")
        if not equals:
            raise WrongUsage(f"{each[:40]!r} is no NAME=VALUE", "for example model=builtin")
        given[name.strip().lower()] = text.strip()
    home = default_home()
    change_settings(home, given)
    for state in setting_states(home):
        if state.name in given:
            write(about(state.name, _shown(state.value), state.origin))
            if state.origin == "environment":
                aside(f"{state.variable} in the environment goes before what was kept")


@app.command()
def key(
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="Such as openai.")],
    forget: Annotated[bool, typer.Option("--forget", help="Take the key out again.")] = False,
) -> None:
    """Put a provider's key into the system's keyring: typed unseen, or from standard input.

    A key is never an argument: other programs of this machine could read it there.
    """
    from assistant import keys
    from assistant.models.specs import PROVIDERS, URL

    known = [name for name, each in PROVIDERS.items() if each.keys and name != URL]
    if provider not in known:
        raise WrongUsage(f"{provider[:40]!r} needs no key here", f"one of {', '.join(known)}")
    variable = PROVIDERS[provider].keys[0]
    if forget:
        gone = keys.forget(variable)
        write(about(provider, f"forgot {variable}" if gone else "no key was kept"))
        return
    keys.keep(variable, keys.checked_secret(_secret(variable)))
    write(about(provider, f"{variable} is in the system keyring"))


def _secret(variable: str) -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(f"{variable} (not shown): ", sys.stderr)
    return sys.stdin.readline()


def _shown(value: object) -> str:
    return "not set" if value in (None, "") else str(value)
