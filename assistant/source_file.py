"""Changes to HOME/sources.toml: the comments and the order of what stands there are kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import InvalidSource
from assistant.sources import FILE, NAME, OWN, Table, read_table, unknown
from assistant.toml_file import changed
from tools.sources.all import source_named
from tools.sources.source import Source

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def turn_on(
    home: Path, names: Sequence[str], kind: str | None, settings: Mapping[str, str]
) -> list[Table]:
    """Turn sources on, with settings as text (an empty one is dropped, a list is written as in
    TOML). All are valid and are written together, or none is. Raises `InvalidSource`."""

    def change(document: TOMLDocument) -> list[Table]:
        return [_turned_on(document, name, kind, settings) for name in names]

    return changed(home / FILE, change)


def turn_off(home: Path, names: Sequence[str]) -> list[str]:
    """Turn sources off and keep their settings; the names that were on. Raises `InvalidSource`
    for a name that neither the file nor the desk knows."""

    def change(document: TOMLDocument) -> list[str]:
        were = []
        for name in names:
            if name not in document:
                if source_named(name) is None:
                    raise unknown(name)
                continue
            table = _table(document, name)
            if table.get("on", True):
                were.append(name)
            table["on"] = False
        return were

    return changed(home / FILE, change)


def mark_keyring(home: Path, name: str, *, stored: bool) -> None:
    """Write down whether a source's key is in the system keyring; a source without a table gets
    one that is off."""

    def change(document: TOMLDocument) -> None:
        from tomlkit import table

        if name not in document:
            if not stored:
                return
            document[name] = table()
            _table(document, name)["on"] = False
        if stored:
            _table(document, name)["keyring"] = True
        else:
            _table(document, name).pop("keyring", None)

    changed(home / FILE, change)


def _turned_on(
    document: TOMLDocument, name: str, kind: str | None, settings: Mapping[str, str]
) -> Table:
    import tomlkit

    if not NAME.fullmatch(name):
        raise InvalidSource(f"{name[:40]!r} is no name", "small letters, digits and -")
    if name not in document:
        document[name] = tomlkit.table()
    table = _table(document, name)
    of = kind or table.get("kind") or name
    source = source_named(of)
    if source is None:
        raise unknown(of)
    if of != name:
        table["kind"] = of
    for key, text in settings.items():
        if key not in source.config.model_fields:
            known = ", ".join(source.config.model_fields)
            raise InvalidSource(
                f"{name} has no setting {key[:40]!r}",
                f"it has {known}; a key is set with: compute-desk sources key {name}",
            )
        if text:
            table[key] = _value(text)
        else:
            table.pop(key, None)
    table.pop("on", None)
    # A url that is given is read itself: one in the environment must not be written in its place.
    read = read_table(name, table.unwrap(), {} if "url" in settings else None)
    if read.config is None:
        raise InvalidSource(read.trouble or f"{name} cannot be used", _wanted(name, source))
    for key in settings.keys() & table.keys():  # as its schema reads it: 8 and not "8"
        table[key] = read.config.model_dump(mode="json")[key]
    return read_table(name, table.unwrap())


def _wanted(name: str, source: Source[Any]) -> str:
    required = [key for key, each in source.config.model_fields.items() if each.is_required()]
    told = " ".join(f"--set {key}=..." for key in required)
    return f"compute-desk sources on {name} {told}" if told else "nothing was changed"


def _value(text: str) -> Any:
    """A list or table as TOML; anything else stays text, which the source's schema reads."""
    if text[0] not in "[{":
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise InvalidSource(f"{text[:60]!r} is no list", 'write ["one", "two"]') from error


def _table(document: TOMLDocument, name: str) -> Any:
    table = document[name]
    if not hasattr(table, "unwrap") or not isinstance(table.unwrap(), dict):
        raise InvalidSource(f"{FILE}: {name!r} is no table", f"write [{name}]")
    for key in OWN:
        if key in table and not isinstance(table[key], str if key == "kind" else bool):
            raise InvalidSource(f"{FILE} [{name}] {key}: not understood", f"mend {FILE}")
    return table
