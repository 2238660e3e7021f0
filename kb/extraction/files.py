"""The bytes of a file, within a size limit."""

from __future__ import annotations

from pathlib import Path

from kb.errors import UnreadableSource

SIZE_LIMIT = 50_000_000  # bytes; a book is two


def read_file(path: Path) -> bytes:
    """The bytes of a file that may become an article.

    Raises `UnreadableSource` where it is missing, no file, unreadable, empty or over 50 MB; its
    size is asked before anything is read.
    """
    try:
        if path.is_dir():
            raise UnreadableSource(
                f"{path} is a folder", "name a file, or add the folder: compute-desk kb add"
            )
        if not path.is_file():
            raise UnreadableSource(f"there is no file {path}", "check the path")
        size = path.stat().st_size
        if size > SIZE_LIMIT:
            raise UnreadableSource(
                f"{path.name} has {size / 1e6:.0f} MB; the limit is {SIZE_LIMIT / 1e6:.0f} MB",
                "split it, or add only the part that matters",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableSource(
            f"cannot read {path}: {reason}", "check the path and its permissions"
        ) from error
    if not data.strip():
        raise UnreadableSource(f"{path.name} is empty", "add a file with text in it")
    return data
