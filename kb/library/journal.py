"""The journal of the library: who changed what, when and why, one JSON line for each change."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from kb.home import sync_folder, unusable
from kb.records import Kind, Layer
from kb.texts.cleaning import clean

Action = Literal["add", "replace", "edit", "remove", "restore"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a source. `version` is the one that it led to, None for a removal; `at` is
    UTC. Changes of the layer "starter" came with a release."""

    at: str
    who: str
    action: Action
    source: str
    kind: Kind
    layer: Layer
    version: str | None
    title: str
    why: str


def change(
    action: Action,
    source: str,
    kind: Kind,
    version: str | None,
    *,
    title: str = "",
    why: str = "",
    layer: Layer = "staff",
    who: str | None = None,
) -> Change:
    """A change of now, by the person at work unless `who` names another."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    by = _line(who or person())
    return Change(now, by, action, source, kind, layer, version, _line(title), _line(why))


def person() -> str:
    """Who is at work: COMPUTE_DESK_WHO, or the name that the system knows."""
    named = os.environ.get("COMPUTE_DESK_WHO", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account, as in some containers
        return "unknown"


def _line(text: str) -> str:
    return " ".join(clean(text).split())


class Journal:
    """An append-only file of changes. The caller of `append` keeps other writers out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changes: list[Change] = []
        self._read_to = 0
        self._file: int | None = None
        self.damaged = 0

    def append(self, changes: Sequence[Change]) -> None:
        """Add changes, on disk when this returns. Raises `HomeUnusable`."""
        if not changes:
            return
        lines = "".join(json.dumps(asdict(c), ensure_ascii=False) + "\n" for c in changes)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                end = os.lseek(handle, 0, os.SEEK_END)
                os.lseek(handle, max(end - 1, 0), os.SEEK_SET)
                # A line that a full disk cut short must not swallow the next one.
                torn = end > 0 and os.read(handle, 1) != b"\n"
                _write_all(handle, ("\n" if torn else "").encode() + lines.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_folder(self._path.parent)
        except OSError as error:
            raise unusable(self._path, error) from error

    def all(self) -> list[Change]:
        """All changes, oldest first; lines that make no sense are left out and counted."""
        try:
            with self._path.open("rb") as file:
                state = os.fstat(file.fileno())
                if state.st_ino != self._file or state.st_size < self._read_to:
                    self._changes, self._read_to, self.damaged = [], 0, 0
                    self._file = state.st_ino
                file.seek(self._read_to)
                fresh = file.read()
        except FileNotFoundError:
            self._changes, self._read_to, self._file = [], 0, None
            return []
        except OSError as error:
            raise unusable(self._path, error) from error
        whole = fresh.rfind(b"\n") + 1  # another process may be in the middle of a line
        for line in fresh[:whole].splitlines():
            parsed = _parse(line)
            if parsed is not None:
                self._changes.append(parsed)
            elif line.strip():
                self.damaged += 1
        self._read_to += whole
        return list(self._changes)

    def current(self, layer: Layer) -> dict[str, Change]:
        """The last change of each source in a layer that was not removed since."""
        last = {c.source: c for c in self.all() if c.layer == layer}
        return {source: c for source, c in last.items() if c.version is not None}


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _parse(line: bytes) -> Change | None:
    try:
        data = json.loads(line)
        return Change(**data)
    except (ValueError, TypeError):
        return None


def read_change(data: object) -> Change:
    """A change from its JSON form. Raises `ValueError`."""
    if not isinstance(data, dict):
        raise ValueError("a change is a JSON object")
    try:
        return Change(**data)
    except TypeError as error:
        raise ValueError(str(error)) from error
