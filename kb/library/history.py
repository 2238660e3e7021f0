"""The history of the library: the journal of changes and the versions that they led to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.errors import UnknownSource
from kb.home import sync_folder, unusable, write_atomically
from kb.library.archive import Archive, Files
from kb.library.journal import Change, Journal, read_change
from kb.records import Kind, Source


@dataclass(frozen=True, slots=True)
class Intent:
    """A change that is under way: the files that the source will have, None for a removal."""

    change: Change
    files: dict[str, str] | None


class History:
    """What was, in HOME/library/.history: read it as you like; who writes keeps others out.

    A change is announced (`intend`), made in the library, and then written down (`settle`). A
    kill in between leaves the announcement, from which the change is finished at the next start.
    """

    def __init__(self, folder: Path) -> None:
        self._pending = folder / "pending.json"
        self.archive = Archive(folder)
        self.journal = Journal(folder / "journal.jsonl")
        self._last: tuple[int, dict[str, tuple[Kind, str]]] = (0, {})

    def of(self, source_id: str) -> list[Change]:
        """The changes of a source, oldest first. Raises `UnknownSource` where there are none."""
        changes = [c for c in self.journal.all() if c.source == source_id]
        if not changes:
            raise UnknownSource(f"there is no source {source_id}", "compute-desk kb list")
        return changes

    def source(self, source_id: str, version: str) -> Source | None:
        """A version of a source as it was shown, or None."""
        return self.archive.source(source_id, version)

    def last_version(self, source_id: str) -> tuple[Kind, str] | None:
        """Kind and version of the last state that staff's copy of a source had, also where it was
        removed since; None where staff never had one."""
        changes = self.journal.all()
        if self._last[0] != len(changes):
            last = {
                c.source: (c.kind, c.version) for c in changes if c.layer == "staff" and c.version
            }
            self._last = (len(changes), last)
        return self._last[1].get(source_id)

    def last_files(self, source_id: str, kind: Kind) -> dict[str, bytes] | None:
        """The files of the last version that staff's copy had, or None where it has none."""
        last = self.journal.current("staff").get(source_id)
        if last is None or last.kind != kind or last.version is None:
            return None
        return self.archive.files(source_id, last.version)

    def intend(self, change: Change, files: Files | None) -> None:
        """Announce a change whose files are safe in the archive."""
        names = None if files is None else self.archive.keep_files(files)
        data = json.dumps({"change": asdict(change), "files": names}, ensure_ascii=False)
        try:
            self._pending.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._pending, data.encode())
        except OSError as error:
            raise unusable(self._pending, error) from error

    def intended(self) -> Intent | None:
        """The change that a kill interrupted, or None."""
        try:
            data = json.loads(self._pending.read_bytes())
            files = data["files"]
            names = None if files is None else {str(n): str(d) for n, d in files.items()}
            return Intent(read_change(data["change"]), names)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not ours: announcements are written whole or not at all.
            self.withdraw()
            return None
        except OSError as error:
            raise unusable(self._pending, error) from error

    def settle(self, changes: Sequence[Change]) -> None:
        """Write changes into the journal and take back the announcement."""
        self.journal.append(changes)
        self.withdraw()

    def withdraw(self) -> None:
        """Take back the announcement."""
        try:
            if self._pending.exists():
                self._pending.unlink()
                sync_folder(self._pending.parent)
        except OSError as error:
            raise unusable(self._pending, error) from error
