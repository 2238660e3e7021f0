"""The throw-away indexes of past days, beside the index that follows the present."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from kb.errors import IndexDamaged
from kb.home import unusable
from kb.index import DAYS, Index
from kb.locks import locked
from kb.manifest import Manifest, load

KEPT = 3


def day_index(beside: Path, fingerprint: str) -> Index:
    """The index of the content that a fingerprint names, in `beside`/days. It is empty before its
    first use; the oldest beyond `KEPT` that nobody reads go. Raises `HomeUnusable`."""
    folder = beside / DAYS
    own = folder / fingerprint
    writer = folder / "writer.lock"
    try:
        own.mkdir(parents=True, exist_ok=True)
        os.utime(own)
        with locked(writer, wait=False) as free:
            if free:
                _prune(folder)
    except OSError as error:
        raise unusable(own, error) from error
    return Index(own, writer)


def forget_old(beside: Path, is_withdrawn: Callable[[Manifest], bool]) -> None:
    """Remove the indexes of past days that hold what is withdrawn, and an index that was set aside
    as damaged, of which nobody knows what it holds."""
    shutil.rmtree(beside / "broken", ignore_errors=True)
    for path in (beside / DAYS).glob("*/manifest.json"):
        try:
            held = load(path)
        except IndexDamaged:
            held = None
        if held is None or is_withdrawn(held):
            shutil.rmtree(path.parent, ignore_errors=True)


def _prune(folder: Path) -> None:
    days = [path for path in folder.iterdir() if path.is_dir()]
    for path in sorted(days, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        with locked(path / "lock", wait=False) as unread:
            if unread:
                shutil.rmtree(path, ignore_errors=True)
