"""The whole library with its history in one file, which unpacks into a home."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kb.errors import BackupFailed
from kb.home import FORMAT, Home, sync_folder

BACKUP_FORMAT = 1
_MANIFEST = "backup.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written: where, how large, and of what."""

    file: str
    bytes: int
    files: int
    library_version: str
    created: str


def write_backup(
    home: Home, target: Path, library_version: str, copy_vectors: Callable[[Path], bool]
) -> Backup:
    """Write the library of a home into a new zip file; the caller keeps writers out.

    The file holds `format`, `library/` with its history, `backup.json` and, so that the same
    questions give the same scores, the vectors that `copy_vectors` puts into a file: unpacked
    into an empty folder it is a home, whose index is built at the first start. It appears whole
    or not at all. Raises `BackupFailed` where it exists or cannot be written.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already", "give the name of a new file")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    paths = _paths(home)
    about = {
        "format": BACKUP_FORMAT,
        "home_format": FORMAT,
        "library_version": library_version,
        "created": created,
        "files": len(paths),
    }
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                _pack(file, home, paths, about, copy_vectors)
                file.flush()
                os.fsync(file.fileno())
            with zipfile.ZipFile(name) as archive:
                damaged = archive.testzip()
            if damaged is not None:
                raise BackupFailed(f"{damaged} could not be read back", "try again, elsewhere")
            # A link, unlike a rename, never replaces what somebody else just put there.
            _put(Path(name), target)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
        sync_folder(target.parent)
        size = target.stat().st_size
    except (OSError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(
            f"cannot write {target}: {reason}", "choose a folder that you can write"
        ) from error
    return Backup(str(target), size, len(paths), library_version, created)


def _paths(home: Home) -> list[Path]:
    """The files of the library but what an unfinished change left."""
    found = []
    for path in sorted(home.library.rglob("*")):
        inside = path.relative_to(home.library).parts
        unfinished = any(part.startswith(".") and part != home.history.name for part in inside)
        if path.is_file() and not path.is_symlink() and not unfinished:
            found.append(path)
    return found


def _pack(
    file: IO[bytes],
    home: Home,
    paths: list[Path],
    about: dict[str, object],
    copy_vectors: Callable[[Path], bool],
) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        archive.writestr(_MANIFEST, json.dumps(about, indent=1) + "\n")
        archive.writestr("format", f"{FORMAT}\n")
        for path in paths:
            archive.write(path, path.relative_to(home.folder).as_posix())
        with tempfile.TemporaryDirectory() as folder:
            vectors = Path(folder) / home.vectors.name
            if copy_vectors(vectors):
                archive.write(vectors, home.vectors.relative_to(home.folder).as_posix())


def _put(fresh: Path, target: Path) -> None:
    try:
        target.hardlink_to(fresh)
    except FileExistsError as error:
        raise BackupFailed(f"{target} exists already", "give the name of a new file") from error
    except OSError:  # a file system without links
        fresh.replace(target)
