"""The home folder: where everything lies, its format, and writing that survives a kill."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from platform import node
from uuid import uuid4

from kb.errors import HomeUnusable, IndexDamaged, KbError

FORMAT = "1"

Mark = tuple[int, int, int]


def file_mark(path: Path) -> Mark:
    """What tells one state of a file from another without reading it. Raises `OSError`."""
    state = path.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


class Home:
    """The paths in a home folder. `prepare` makes the folder usable or says why it is not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "library"
        self.articles = self.library / "articles"
        self.programs = self.library / "programs"
        self.history = self.library / ".history"
        self.aliases = self.library / "aliases.yaml"
        self.gold = self.library / "gold.yaml"
        self.index = folder / "index"
        self.fund_index = self.index / "fund"
        self.writer = self.index / "writer.lock"
        self.vectors = self.index / "vectors.db"
        self.gaps = folder / "gaps.jsonl"
        self.published = folder / "published"

    def name_for_others(self) -> str:
        """What tells this home from every other one, here and on other machines, and says nothing
        about it. Raises `HomeUnusable`."""
        mark = self.published / "name"
        try:
            if not mark.exists():
                self.published.mkdir(exist_ok=True)
                write_atomically(mark, uuid4().hex.encode())
            place = f"{node()}:{self.folder.resolve()}:{mark.read_text(encoding='utf-8')}"
        except (OSError, UnicodeDecodeError) as error:
            raise unusable(mark, error) from error
        return sha256(place.encode()).hexdigest()[:16]

    def prepare(self) -> None:
        """Create the folder and its format file. Raises `HomeUnusable`."""
        mark = self.folder / "format"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = mark.read_text(encoding="utf-8").strip() if mark.exists() else None
            if found is None:
                write_atomically(mark, f"{FORMAT}\n".encode())
            self.articles.mkdir(parents=True, exist_ok=True)
            self.programs.mkdir(exist_ok=True)
            self.index.mkdir(exist_ok=True)
        except (OSError, UnicodeDecodeError) as error:
            raise unusable(self.folder, error) from error
        if found not in (None, FORMAT):
            raise HomeUnusable(
                f"{self.folder} has format {found!r}; this version knows format {FORMAT}",
                "use the version that wrote it, or set COMPUTE_DESK_HOME to another folder",
            )
        if not os.access(self.folder, os.W_OK) or not os.access(self.index, os.W_OK):
            raise unusable(self.folder, PermissionError("permission denied"))


def unusable(path: Path, error: Exception) -> HomeUnusable:
    """The error for a home that cannot be written."""
    reason = getattr(error, "strerror", None) or str(error)
    return HomeUnusable(
        f"cannot write {path}: {reason}", "set COMPUTE_DESK_HOME to a folder that you can write"
    )


# What a store says when the disk or another program, not the store's files, is at fault.
_OUTSIDE = ("readonly", "read-only", "permission denied", "disk is full", "no space", "is locked")


def store_failure(what: str, folder: Path, error: BaseException) -> KbError:
    """The error for a store that failed: `HomeUnusable` where its files are not to blame, for
    then rebuilding would not help, and `IndexDamaged` otherwise."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if any(word in reason.lower() for word in _OUTSIDE):
        return HomeUnusable(
            f"cannot use {what} in {folder}: {reason}",
            "check free space and permissions, and that no other program holds it",
        )
    return IndexDamaged(f"{what} in {folder} cannot be used: {reason}", "compute-desk kb rebuild")


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace `path` by `data`: whoever reads sees the old bytes or the new, also after a kill.

    `durable` off leaves it to the system when the bytes reach the disk.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder last: a rename is on disk only when its folder is."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
