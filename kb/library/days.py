"""The throw-away indexes of past days, beside the index that follows the present."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import IndexDamaged
from kb.locks import locked
from kb.retrieval.index import DAYS, Index
from kb.retrieval.manifest import Manifest, load

KEPT = 3


class DayIndex(Index):
    """The index of the content that a fingerprint names, in `beside`/days. Making it takes the
    oldest of the others beyond `KEPT` away that nobody reads."""

    def __init__(self, beside: Path, fingerprint: str) -> None:
        super().__init__(beside / DAYS / fingerprint, beside / DAYS / "writer.lock")

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[bool]:
        """Keep other writers of past days out; yields False where one is at work and `wait` is
        off."""
        with super().writing(wait=wait) as taken:
            if taken:
                self._prune()
            yield taken

    def _prune(self) -> None:
        others = [p for p in self.folder.parent.iterdir() if p.is_dir() and p != self.folder]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT - 1 :]:
            with locked(path / "lock", wait=False) as unread:
                if unread:
                    shutil.rmtree(path, ignore_errors=True)


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
