"""The public part of a library at one moment, as it is published."""

from __future__ import annotations

from collections.abc import Iterator

from kb.errors import KbError
from kb.library.layers import Library
from kb.library.views import Present
from kb.publication.publishing import Part, Snapshot
from kb.records import Source
from kb.retrieval.upkeep import Upkeep
from kb.texts.aliases import AliasTable
from kb.texts.documents import version_of_all


def take_snapshot(library: Library, upkeep: Upkeep, aliases: AliasTable) -> Snapshot:
    """What founders may read of `library`, with the rows of their index; `upkeep` is that of
    founders, has followed, and the caller is the only writer. Raises `KbError` rather than let out
    what only the fund may see."""
    view = Present(library)
    sources = view.sources()
    programs = {program.id: program for program in view.records()}
    with upkeep.index.reading() as reader:
        parts = []
        for source in sources.values():
            keys = reader.manifest.keys(source.id)
            rows = {row.key: row for row in reader.store.get(keys)}
            parts.append(Part(source, programs.get(source.id), [rows[key] for key in keys]))
        manifest = reader.manifest
    older = list(_older(library, view))
    for source in (*sources.values(), *older):
        _require_public(source.id, source.visibility == "public")
    for program in programs.values():
        _require_public(program.id, program.is_public)
    return Snapshot(
        library_version=version_of_all(sources.values()),
        embedder=manifest.embedder,
        recipe=manifest.recipe,
        aliases=aliases.listing(),
        copies=upkeep.copies.json(),
        parts=parts,
        older=older,
    )


def _older(library: Library, view: Present) -> Iterator[Source]:
    """The versions before the present ones that founders may still read."""
    present = {(source.id, source.version) for source in view.sources().values()}
    changes = library.history.journal.all()
    known = dict.fromkeys((c.source, c.version) for c in changes if c.version is not None)
    for source_id, version in known:
        if (source_id, version) not in present:
            kept = view.version(source_id, version or "")
            if kept is not None:
                yield kept


def _require_public(source_id: str, is_public: bool) -> None:
    if not is_public:
        raise KbError(
            f"{source_id} is fund-only and was about to be published; nothing was",
            "please report this",
        )
