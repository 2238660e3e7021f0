"""What a person names to be taken in: files, whole folders, addresses of web pages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import KbError, UnreadableSource
from kb.intake.fetching import is_url


@dataclass(frozen=True, slots=True)
class Place:
    """One file or page; `shown` is how it was named. `path` is None for an address."""

    shown: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or page that cannot be taken in, as it was named, and why."""

    place: str
    error: KbError


def places_in(named: Sequence[str | Path], *, besides: Path) -> Iterator[Place | Refused]:
    """The files and pages that were named, folders opened up: in the order given, and within a
    folder by name, each once. A folder that holds nothing to read comes with its error.

    What is hidden (its name starts with a dot) is skipped, as are links that lead back into a
    folder, and the folder `besides` (the home itself).
    """
    seen: set[str | Path] = set()
    for one in named:
        if isinstance(one, str) and is_url(one):
            found: list[Place] = [Place(one, None)]
        elif Path(one).is_dir():
            walked = _walk(Path(one), frozenset(), besides.resolve())
            found = [Place(str(path), path) for path in walked]
            if not found:
                error = UnreadableSource(f"{one} holds no file", "name another folder")
                yield Refused(str(one), error)
        else:
            found = [Place(str(one), Path(one))]
        for place in found:
            key = place.shown if place.path is None else place.path.absolute()
            if key not in seen:
                seen.add(key)
                yield place


def _walk(folder: Path, above: frozenset[Path], besides: Path) -> Iterator[Path]:
    own = folder.resolve()
    if own in above or own == besides:
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # reading it says why
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = folder / entry.name
        if entry.is_dir():
            yield from _walk(path, above | {own}, besides)
        else:
            yield path
