"""A TOML file of the home, changed with its comments kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import InvalidSetting, reason
from kb.home import write_atomically
from kb.locks import locked

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

T = TypeVar("T")


def changed(path: Path, change: Callable[[TOMLDocument], T]) -> T:
    """Read, change and replace the file as one step, also against other processes; what `change`
    gives. A file that is not there is empty. Raises `InvalidSetting`."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.with_name(f".{path.name}.lock")):
        try:
            text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
            document = tomlkit.parse(text)
        except (TOMLKitError, UnicodeDecodeError, OSError) as error:
            told = f"{path.name} cannot be read: {reason(error)}"
            raise InvalidSetting(told, f"mend {path}") from error
        result = change(document)
        write_atomically(path, tomlkit.dumps(document).encode())
    return result
