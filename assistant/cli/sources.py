"""`compute-desk sources`: which live sources the desk asks, their keys, the fund's own prices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.failure import WrongUsage
from assistant.cli.output import about, aside, document, one_line, table, write

if TYPE_CHECKING:
    from assistant.source_states import KeyState, SourceState
    from assistant.sources import Table

app = typer.Typer(
    no_args_is_help=True, help="Turn live sources of offers on and off, and set their keys."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="As `sources list` has them.")]


@app.callback()
def sources() -> None:
    """Turn live sources of offers on and off, and set their keys.

    None is asked until you turn it on: a source that is asked learns which GPUs you look for.
    """


@app.command("list")
def list_sources(as_json: Json = False) -> None:
    """List every source: on or off, its key, when it last answered, what went wrong."""
    from datetime import UTC, datetime

    from assistant.settings import default_home
    from assistant.source_states import source_states

    home = default_home()
    states = source_states(home, datetime.now(UTC))
    if as_json:
        files = [path.name for path in _price_files(home)]
        document({"sources": [s.model_dump(mode="json") for s in states], "price_lists": files})
        return
    headers = ("Source", "What", "On", "Key", "Last answer", "Trouble")
    table(headers, [_row(state) for state in states])
    for path in _price_files(home):
        write(one_line(f"price list: {path.name}"))
    if not any(state.on for state in states):
        free = [
            s.name for s in states if s.group == "market" and not any(k.required for k in s.keys)
        ]
        aside(f"No source is on. Without a key: compute-desk sources on {' '.join(free)}")


def _row(state: SourceState) -> tuple[object, ...]:
    # Which of its optional keys a cluster needs depends on how it is set up.
    told = [k for k in state.keys if k.required or k.held or state.group == "cluster"]
    keys = ", ".join(map(_key, told)) or "none needed"
    trouble = about(
        state.trouble,
        state.last_error if state.failures else None,
        f"failed {state.failures} times" if state.failures > 1 else None,
        f"left alone until {state.held_until}" if state.held_until else None,
    )
    what = {"market": "market", "cluster": "cluster", None: ""}[state.group]
    on = "on" if state.on else "off"
    return state.name, about(state.title, what), on, keys, state.last_ok or "never", trouble


def _key(key: KeyState) -> str:
    missing = "not set" if key.required else "not set, if needed"
    return f"{key.variable}: {f'from the {key.held}' if key.held else missing}"


@app.command()
def on(
    names: Names,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="For a name of your own: the kind of source it is."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting, such as url=https://..."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Turn sources on: from now on questions about offers are sent to them."""
    from assistant.settings import default_home
    from assistant.source_file import turn_on

    given: dict[str, str] = {}
    for each in settings or []:
        key, equals, text = each.partition("=")
        if not equals:
            raise WrongUsage(f"{key[:40]!r} is no KEY=VALUE", "for example --set url=https://...")
        given[key.strip()] = text.strip()
    if len(names) > 1 and (kind or given):
        raise WrongUsage("--kind and --set are for one source", "turn them on one by one")
    home = default_home()
    turned = turn_on(home, names, kind, given)
    if given:
        _forget(home, names)
    if as_json:
        _list_again(names)
        return
    for made in turned:
        _say_on(made)


def _say_on(each: Table) -> None:
    from assistant.source_states import key_states
    from tools.sources.source import HttpConfig

    where = f"asks {each.config.url}" if isinstance(each.config, HttpConfig) else None
    write(about(each.name, "on", where))
    missing = [key.variable for key in key_states(each) if key.required and not key.held]
    if missing:
        how = f"export it, or: compute-desk sources key {each.name}"
        write(one_line(f"  needs {', '.join(missing)}, which is not set: {how}"))


@app.command()
def off(names: Names, as_json: Json = False) -> None:
    """Turn sources off; their settings and keys stay."""
    from assistant.settings import default_home
    from assistant.source_file import turn_off

    were = turn_off(default_home(), names)
    if as_json:
        _list_again(names)
        return
    for name in names:
        write(about(name, "off" if name in were else "was off"))


def _list_again(names: list[str]) -> None:
    from datetime import UTC, datetime

    from assistant.settings import default_home
    from assistant.source_states import source_states

    states = source_states(default_home(), datetime.now(UTC))
    document({"sources": [s.model_dump(mode="json") for s in states if s.name in names]})


@app.command()
def key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The source.")],
    forget: Annotated[bool, typer.Option("--forget", help="Take its key out again.")] = False,
    variable: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which one, of a source that needs several."),
    ] = None,
) -> None:
    """Put a source's key into the system's keyring: typed unseen, or from standard input.

    A key is never an argument: other programs of this machine could read it there.
    """
    from assistant import keys
    from assistant.settings import default_home
    from assistant.source_file import mark_keyring

    home = default_home()
    chosen = _variables(home, name, variable)
    if forget:
        gone = [each for each in chosen if keys.forget(each)]
        if variable is None:
            mark_keyring(home, name, stored=False)
        write(about(name, f"forgot {', '.join(gone)}" if gone else "no key was kept"))
    else:
        if not sys.stdin.isatty() and len(chosen) > 1:
            told = ", ".join(chosen)
            raise WrongUsage(f"{name} needs {told}", "give one at a time with --variable")
        for each in chosen:
            keys.keep(each, keys.checked_secret(_secret(each)))
        mark_keyring(home, name, stored=True)
        write(about(name, f"{', '.join(chosen)} is in the system keyring"))


def _variables(home: Path, name: str, only: str | None) -> list[str]:
    """The variables of a source's keys, or the one that is asked for."""
    from assistant.errors import InvalidSource
    from assistant.sources import read_tables, unknown, variables_of
    from tools.sources.all import source_named

    tables = {table.name: table.source for table in read_tables(home)}
    source = tables.get(name) or source_named(name)
    if source is None:
        raise unknown(name)
    held = variables_of(name, source)
    if not held:
        raise InvalidSource(f"{name} needs no key", f"compute-desk sources on {name}")
    if only is not None:
        if only not in held.values():
            raise InvalidSource(
                f"{name} reads no {only[:40]!r}", f"one of {', '.join(held.values())}"
            )
        return [only]
    return [held[key.env] for key in source.keys if key.required] or list(held.values())


def _secret(variable: str) -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(f"{variable} (not shown): ", sys.stderr)
    return sys.stdin.readline()


def _forget(home: Path, names: list[str]) -> None:
    """Drop what is remembered of sources: it is of their earlier settings."""
    from assistant.sources import MEMORY
    from tools.sources.memory import Memory

    if (home / MEMORY).exists():
        memory = Memory(home / MEMORY)
        for name in names:
            memory.forget(name)
        memory.close()


def _price_files(home: Path) -> list[Path]:
    from assistant.sources import price_lists

    return list(price_lists(home))


@app.command("import")
def import_prices(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A price list, CSV; see the staff page.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="What it is called here.")
    ] = None,
    forget: Annotated[
        str | None, typer.Option("--forget", metavar="NAME", help="Take this one out again.")
    ] = None,
) -> None:
    """Take in a price list of your own, or prices negotiated for your companies.

    Every row is checked before anything changes; one of the same name is replaced.
    """
    from datetime import UTC, datetime

    from assistant import own_prices
    from assistant.settings import default_home

    if (file is None) == (forget is None):
        raise WrongUsage("a file is needed, or --forget", "compute-desk sources import FILE.csv")
    if forget is not None:
        own_prices.forget_prices(default_home(), forget)
        write(about(forget, "forgotten"))
    if file is not None:
        today = datetime.now(UTC).date()
        called, offers = own_prices.import_prices(default_home(), file, name, today)
        negotiated = sum(offer.method == "operator" for offer in offers)
        unknown = sorted({offer.gpu_raw for offer in offers if offer.gpu is None})
        write(about(called, f"{len(offers)} prices", f"{negotiated} of them negotiated"))
        if unknown:
            aside(f"Not in the table of GPU names, shown as written: {', '.join(unknown)}")


@app.command("rates")
def import_rates(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: date,base,quote,rate,source.")],
) -> None:
    """Take in dated exchange rates: a bill in another currency is converted by these only."""
    from datetime import UTC, datetime

    from assistant import own_prices
    from assistant.settings import default_home

    count = own_prices.import_rates(default_home(), file, datetime.now(UTC).date())
    write(about("rates", f"{count} rates"))
