"""The manifest of an index: which version of which source it holds, made by which embedder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from kb.errors import IndexDamaged
from kb.home import write_atomically
from kb.texts.documents import passage_key

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A source in the index: its version and how many passages it has there."""

    version: str
    passages: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index holds. `generation` grows with every write; `recipe` names the way in which
    passages were cut and terms were made; only what stands in `documents` is ever found. `gone`
    names the versions that were there before: stores keep the bytes of what is deleted."""

    generation: int
    embedder: str
    recipe: str
    documents: dict[str, Entry] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)

    @property
    def passages(self) -> int:
        """How many passages the index must hold."""
        return sum(entry.passages for entry in self.documents.values())

    def keys(self, source: str) -> list[str]:
        """The keys of a source's passages; none where the index does not hold it."""
        entry = self.documents.get(source)
        if entry is None:
            return []
        return [passage_key(source, entry.version, n) for n in range(entry.passages)]

    def holds(self, source: str, version: str) -> bool:
        """Whether the index holds this version of a source."""
        entry = self.documents.get(source)
        return entry is not None and entry.version == version

    def ever_held(self, source: str) -> set[str]:
        """The versions of a source that the stores may hold bytes of."""
        entry = self.documents.get(source)
        return {*self.gone.get(source, ()), *([entry.version] if entry is not None else ())}

    def with_changes(self, fresh: dict[str, Entry], removed: Iterable[str]) -> Manifest:
        """The manifest after a write that brings `fresh` and takes `removed` out."""
        held = {source: e for source, e in self.documents.items() if source not in removed} | fresh
        gone = {
            source: sorted(self.ever_held(source))
            for source in {*fresh, *removed}
            if source in self.documents
        }
        return replace(
            self,
            generation=self.generation + 1,
            documents=dict(sorted(held.items())),
            gone=dict(sorted((self.gone | gone).items())),
        )

    def save(self, path: Path) -> None:
        """Write the manifest, all or nothing."""
        data = {"format": FORMAT, **asdict(self)}
        write_atomically(path, json.dumps(data, ensure_ascii=False, indent=1).encode())


def load(path: Path) -> Manifest | None:
    """The manifest, or None where there is none. Raises `IndexDamaged` where it makes no sense."""
    try:
        data = json.loads(path.read_bytes())
        if data.pop("format") != FORMAT:
            raise ValueError("another format")
        documents = {
            source: Entry(str(entry["version"]), int(entry["passages"]))
            for source, entry in data["documents"].items()
        }
        gone = {str(name): list(map(str, seen)) for name, seen in data.get("gone", {}).items()}
        return Manifest(
            int(data["generation"]), str(data["embedder"]), str(data["recipe"]), documents, gone
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{path} cannot be read: {error}", "compute-desk kb rebuild") from error
