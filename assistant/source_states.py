"""How every source that the desk knows stands: on or off, its keys, how it has done."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from assistant.keys import KeyringUnavailable, environment, from_environment, from_keyring
from assistant.sources import MEMORY, Table, read_tables, variables_of
from tools.sources.all import all_sources
from tools.sources.memory import Health, Memory
from tools.sources.source import HttpConfig


class KeyState(BaseModel):
    """A key by its variable; `held` says where it was found, null where it is not set."""

    variable: str
    required: bool
    held: Literal["environment", "keyring"] | None


class SourceState(BaseModel):
    """One source. `kind` is the source that a table is of, `group` "market" (anybody's) or
    "cluster" (the fund's own). `last_ok`, `last_error`, `failures` (in a row) and `held_until`
    (left alone until then) are of the last times it was asked; `trouble` says why it cannot be."""

    name: str
    kind: str
    title: str
    group: Literal["market", "cluster"] | None
    on: bool
    keys: list[KeyState] = []
    url: str | None = None
    last_ok: str | None = None
    last_error: str | None = None
    failures: int = 0
    held_until: str | None = None
    trouble: str | None = None


def source_states(home: Path, now: datetime) -> list[SourceState]:
    """The tables of the file, then the other sources. Raises `InvalidSetting`."""
    tables = read_tables(home)
    named = {table.name for table in tables}
    tables += [
        Table(each.name, each, on=False, config=_default(each.config))
        for each in all_sources()
        if each.name not in named
    ]
    memory = Memory(home / MEMORY) if (home / MEMORY).exists() else None
    try:
        return [_state(table, memory.health(table.name, now) if memory else Health())
                for table in tables]  # fmt: skip
    finally:
        if memory:
            memory.close()


def key_states(table: Table) -> list[KeyState]:
    """The keys of a table's source, and where each is held."""
    if table.source is None:
        return []
    variables = variables_of(table.name, table.source)
    in_environment = from_environment(list(variables.values()), environment())
    left = [name for name in variables.values() if name not in in_environment]
    in_keyring = set[str]()
    if table.keyring and left:
        try:
            in_keyring = set(from_keyring(left))
        except KeyringUnavailable:
            in_keyring = set()
    states = []
    for key in table.source.keys:
        name = variables[key.env]
        held: Literal["environment", "keyring"] | None = None
        if name in in_environment:
            held = "environment"
        elif name in in_keyring:
            held = "keyring"
        states.append(KeyState(variable=name, required=key.required, held=held))
    return states


def _default(config: type) -> HttpConfig | None:
    try:
        made = config()
    except ValueError:  # a cluster has no address of its own
        return None
    return made if isinstance(made, HttpConfig) else None


def _state(table: Table, health: Health) -> SourceState:
    source, config = table.source, table.config
    return SourceState(
        name=table.name,
        kind=source.name if source else table.name,
        title=source.title if source else "",
        group=source.kind if source else None,
        on=table.on,
        keys=key_states(table),
        url=config.url if isinstance(config, HttpConfig) else None,
        last_ok=_iso(health.last_ok),
        last_error=health.last_error,
        failures=health.failures,
        held_until=_iso(health.held_until),
        trouble=table.trouble,
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
