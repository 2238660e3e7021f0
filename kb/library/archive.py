"""Every version of every source that was ever shown, and the files that it was made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from kb.errors import UnreadableSource
from kb.home import unusable, write_atomically
from kb.records import Source
from kb.texts.documents import is_name

FORMAT = 1
_VERSION = re.compile(r"[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")

Files = Mapping[str, bytes]


class Archive:
    """`versions/ID/VERSION.json` holds a source as it was shown and names its files; `objects/`
    holds their bytes under their SHA-256. Nothing in it is ever changed or removed."""

    def __init__(self, folder: Path) -> None:
        self._versions = folder / "versions"
        self._objects = folder / "objects"

    def keep(self, source: Source, files: Files, *, durable: bool = True) -> None:
        """Keep a version with its files. `durable` off leaves flushing to the system, for what
        can be had again from the package. Raises `HomeUnusable`."""
        names = self.keep_files(files, durable=durable)
        path = self._record(source.id, source.version)
        if path.is_file():
            return
        data = {"format": FORMAT, "source": asdict(source), "files": names}
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        _write(path, text.encode(), durable)

    def keep_files(self, files: Files, *, durable: bool = True) -> dict[str, str]:
        """Keep bytes; the SHA-256 of each file by its name."""
        names = {}
        for name, data in files.items():
            names[name] = digest = sha256(data).hexdigest()
            path = self._object(digest)
            if not path.is_file() or path.stat().st_size != len(data):
                _write(path, data, durable)
        return names

    def holds(self, source_id: str, version: str) -> bool:
        """Whether this version of a source was kept."""
        return _sound(source_id, version) and self._record(source_id, version).is_file()

    def source(self, source_id: str, version: str) -> Source | None:
        """A source as it was shown, or None where this version is not known. Raises
        `UnreadableSource` where its record is damaged."""
        kept = self._load(source_id, version)
        return None if kept is None else kept[0]

    def files(self, source_id: str, version: str) -> dict[str, bytes] | None:
        """The files of a version, or None where it is not known. Raises `UnreadableSource`."""
        kept = self._load(source_id, version)
        return None if kept is None else self.objects(kept[1])

    def objects(self, names: Mapping[str, str]) -> dict[str, bytes]:
        """The bytes behind the digests that `keep_files` gave. Raises `UnreadableSource` where
        they are missing or not what they were."""
        files = {}
        for name, digest in names.items():
            if not (_DIGEST.fullmatch(digest) and is_name(name)):
                raise _damaged(f"{name!r} is no file of the history")
            try:
                files[name] = self._object(digest).read_bytes()
            except OSError as error:
                raise _damaged(f"{name} cannot be read: {error.strerror or error}") from error
            if sha256(files[name]).hexdigest() != digest:
                raise _damaged(f"{self._object(digest)} is not what it was")
        return files

    def all(self) -> Iterator[tuple[str, str]]:
        """Source id and version of everything that was kept, sorted."""
        for path in sorted(self._versions.glob("*/*.json")):
            if not path.name.startswith("."):
                yield path.parent.name, path.stem

    def _load(self, source_id: str, version: str) -> tuple[Source, dict[str, str]] | None:
        if not self.holds(source_id, version):
            return None
        path = self._record(source_id, version)
        try:
            data = json.loads(path.read_bytes())
            kept = Source(**data["source"])
            files = {str(name): str(digest) for name, digest in data["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged(f"{path} cannot be read: {error}") from error
        if (kept.id, kept.version) != (source_id, version):
            raise _damaged(f"{path} holds another version")
        return kept, files

    def _record(self, source_id: str, version: str) -> Path:
        return self._versions / source_id / f"{version}.json"

    def _object(self, digest: str) -> Path:
        return self._objects / digest[:2] / digest[2:]


def _sound(source_id: str, version: str) -> bool:
    return is_name(source_id) and _VERSION.fullmatch(version) is not None


def _damaged(message: str) -> UnreadableSource:
    return UnreadableSource(message, "take it from a backup: docs/staff.md")


def _write(path: Path, data: bytes, durable: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data, durable=durable)
    except OSError as error:
        raise unusable(path, error) from error
