"""Which live sources this desk asks, by HOME/sources.toml: one table a source.

    [lambda]                       # empty: asked with its own settings
    keyring = true                 # its key is in the system keyring

    [oxygen-east]
    kind = "slurmrestd"            # several clusters of one kind
    url = "https://slurm.example"

A source without a table, or with `on = false`, is never asked: a question goes to others only where
somebody said so. COMPUTE_DESK_<NAME>_URL goes before a table's url.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from assistant.errors import InvalidSetting, InvalidSource, reason
from assistant.keys import KeyringUnavailable, environment, from_environment, from_keyring
from tools.offers import SourceStatus
from tools.sources.all import KNOWN, source_named
from tools.sources.source import HttpConfig, Key, Source, SourceConfig

if TYPE_CHECKING:
    from tools.sources.asking import Configured

FILE = "sources.toml"
MEMORY = "market.sqlite"
"""The file of the home in which sources' answers and health are remembered."""
PRICES = "prices"
"""The folder of price lists that staff imported."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
OWN = ("kind", "on", "keyring")
"""What stands in a table beside the settings of its source."""
_PRICES_ONLY = {"azure"}
_NO_SETTING = "no such setting"
_LARGEST = 1_000_000


class _Head(BaseModel):
    """The part of a table that is the same for every source."""

    model_config = ConfigDict(strict=True)

    kind: str | None = None
    on: bool = True
    keyring: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file. `trouble` says why it cannot be used; then `config` is None."""

    name: str
    source: Source[Any] | None = None
    on: bool = True
    keyring: bool = False
    config: SourceConfig | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class DeskSources:
    """The sources that are on, and those that are on and cannot be asked, with why."""

    live: tuple[Configured, ...] = ()
    broken: tuple[SourceStatus, ...] = ()


def load_sources(home: Path) -> DeskSources:
    """The sources of a home with their keys. Whatever is wrong with one leaves the others alone."""
    try:
        tables = [table for table in read_tables(home) if table.on]
    except InvalidSetting as error:
        return DeskSources(broken=(_failed(FILE, f"{error.message}; {error.hint}"),))
    usable = [table for table in tables if table.config is not None]
    if not usable:
        return DeskSources(broken=tuple(_failed(each.name, each.trouble) for each in tables))
    from tools.sources.asking import Configured

    keys, locked = _keys_of(usable)
    broken = [_failed(table.name, table.trouble) for table in tables if table.trouble]
    live = []
    for table in usable:
        if table.source is None or table.config is None:
            continue
        variables = variables_of(table.name, table.source)
        found = {env: keys[name] for env, name in variables.items() if name in keys}
        needed = [key.env for key in table.source.keys if key.required and key.env not in found]
        if table.keyring and locked and needed:
            broken.append(_failed(table.name, locked))
        else:
            live.append(Configured(table.name, table.source, table.config, found, variables))
    return DeskSources(tuple(live), tuple(broken))


def read_tables(home: Path) -> list[Table]:
    """Every table of the file, good or not, in its order; none where there is no file.

    Raises `InvalidSetting` where the file as a whole cannot be read.
    """
    path = home / FILE
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ValueError("it is too large")
        # An editor on Windows may put a mark before the first character.
        content = tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"{FILE} cannot be read: {reason(error)}", f"mend {path}") from error
    return [read_table(name, values) for name, values in content.items()]


def price_lists(home: Path) -> tuple[Path, ...]:
    """The price lists that staff imported, by name."""
    return tuple(sorted((home / PRICES).glob("*.csv")))


def read_table(name: str, values: object, environ: Mapping[str, str] | None = None) -> Table:
    """A table as its source understands it, with the url that `environ` (None: that of this
    process) sets in its place."""
    environ = environment() if environ is None else environ
    if not isinstance(values, dict):
        return Table(name[:40], trouble=f"{FILE}: {name[:40]!r} is no table; write [{name[:40]}]")
    if not NAME.fullmatch(name):
        told = f"{FILE}: [{name[:40]}] is no name: small letters, digits and -"
        return Table(name[:40], trouble=told)
    try:
        head = _Head.model_validate({key: values[key] for key in OWN if key in values})
    except ValidationError as error:
        return Table(name, trouble=f"{FILE} [{name}] {_first(error)}")
    source = source_named(head.kind or name)
    if source is None:
        told = f"{FILE} [{name}]: {unknown(head.kind or name).message}"
        return Table(name, None, head.on, head.keyring, trouble=told)
    settings = {key: value for key, value in values.items() if key not in OWN}
    if issubclass(source.config, HttpConfig) and (url := environ.get(url_variable(name))):
        settings["url"] = url
    try:
        config = source.config.model_validate(settings)
    except ValidationError as error:
        told = f"{FILE} [{name}] {_first(error)}"
        if told.endswith(_NO_SETTING) and source.keys:
            told = f"{told}; a key is set with: compute-desk sources key {name}"
        return Table(name, source, head.on, head.keyring, trouble=told)
    return Table(name, source, head.on, head.keyring, config)


def variables_of(name: str, source: Source[Any]) -> dict[str, str]:
    """For each key of a source the variable (in the environment or keyring) that holds it.

    One under another name than its kind has its own, so that no cluster is sent another's key:
    [oxygen-east] of kind slurmrestd reads OXYGEN_EAST_SLURM_JWT, never SLURM_JWT.
    """
    prefix = "" if name == source.name else f"{_upper(name)}_"
    return {key.env: f"{prefix}{key.env}" for key in source.keys}


def url_variable(name: str) -> str:
    """The variable that goes before the url of a table."""
    return f"COMPUTE_DESK_{_upper(name)}_URL"


def without_key() -> tuple[str, ...]:
    """The sources of anybody's market that need no key and tell of stock."""
    free = (each for each in KNOWN if each.kind == "market" and not each.needs_key)
    return tuple(each.name for each in free if each.name not in _PRICES_ONLY)


def with_key() -> tuple[str, ...]:
    """The sources of anybody's market that need a key."""
    keyed = (each for each in KNOWN if each.kind == "market" and each.needs_key)
    return tuple(each.name for each in keyed)


def needed(keys: Sequence[Key]) -> list[Key]:
    """The keys without which a source is not asked."""
    return [key for key in keys if key.required]


def unknown(name: str) -> InvalidSource:
    """The error for a name that no source has, with names that are close."""
    names = [each.name for each in KNOWN]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"one of {', '.join(names)}"
    return InvalidSource(f"there is no source called {name[:40]!r} ({hint})")


def _keys_of(tables: Sequence[Table]) -> tuple[Mapping[str, SecretStr], str | None]:
    """The secrets of all tables by variable, and why the keyring gave none."""
    wanted: list[str] = []
    stored: list[str] = []
    for table in tables:
        if table.source is not None:
            names = list(variables_of(table.name, table.source).values())
            wanted += names
            stored += names if table.keyring else []
    found = from_environment(wanted, environment())
    missing = [name for name in stored if name not in found]
    if not missing:
        return found, None
    try:
        return found | from_keyring(missing), None
    except KeyringUnavailable as error:
        return found, f"{error.message}; {error.hint}"


def _failed(name: str, told: str | None) -> SourceStatus:
    return SourceStatus(name=name, status="failed", error=told)


def _first(error: ValidationError) -> str:
    """The first thing wrong, without the value: it may hold a key."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = _NO_SETTING
    if first["type"] == "missing":
        message = "is needed"
    return f"{place}: {message}"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")
