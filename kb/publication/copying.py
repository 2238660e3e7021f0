"""Copying a published generation into a folder: only what the copy before it lacks is fetched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kb.publication.generation import CONTENT, KEYWORDS, Content, Generation
from kb.publication.published_format import (
    OBJECTS,
    Head,
    PublishedManifest,
    copies_of,
    from_row,
    groups_of,
    piece_ids,
    read_bundle,
    read_manifest,
    source_of,
    unusable,
)
from kb.publication.server import BATCH, ChromaServer, Collection
from kb.records import Source
from kb.retrieval.chroma import Stored
from kb.retrieval.copies import FILE as COPIES
from kb.retrieval.index import entry
from kb.retrieval.keywords import KeywordIndex
from kb.texts.aliases import AliasTable

_MANY = 500  # passages: more are announced


def copy_generation(
    server: ChromaServer,
    head: Head,
    folder: Path,
    before: Generation | None,
    note: Callable[[str], None],
) -> None:
    """Fill an empty folder with the generation of `head`. Raises `PublishedUnusable` where it is
    not all there or not as it was published."""
    if before is not None:
        shutil.copy2(before.folder / CONTENT, folder / CONTENT)
    content = Content.create(folder)
    try:
        _fetch_pieces(server, content, [head.manifest])
        manifest = read_manifest(content.text(head.manifest), head)
        bundles = [entry.bundle for entry in manifest.sources.values()]
        _fetch_pieces(server, content, [manifest.aliases, manifest.copies, *bundles])
        row_ids = _fetch_rows(server, content, manifest, note)
        _index(content, manifest, folder, before)
        (folder / COPIES).write_text(copies_of(content.text(manifest.copies)), encoding="utf-8")
        refs = (head.manifest, manifest.aliases, manifest.copies, *bundles)
        content.keep_only({one for ref in refs for one in piece_ids(ref)}, row_ids)
    finally:
        content.close()


def _fetch_pieces(server: ChromaServer, content: Content, refs: Sequence[str]) -> None:
    ids = list(dict.fromkeys(one for ref in refs for one in piece_ids(ref)))
    have = content.pieces(ids)
    missing = [one for one in ids if one not in have]
    if not missing:
        return
    place = _collection(server, OBJECTS)
    for start in range(0, len(missing), BATCH):
        rows = server.get(place, missing[start : start + BATCH])
        content.keep_pieces({row.id: row.document for row in rows})


def _fetch_rows(
    server: ChromaServer,
    content: Content,
    manifest: PublishedManifest,
    note: Callable[[str], None],
) -> set[str]:
    """Have all rows of a generation; their ids."""
    wanted: dict[str, Source] = {}
    for found in manifest.sources.values():
        bundle = read_bundle(content.text(found.bundle))
        source = source_of(bundle)
        wanted |= {row: source for _key, row in bundle.rows}
    have = content.row_ids()
    missing = [row for row in wanted if row not in have]
    if len(missing) >= _MANY:
        note(f"Fetching {len(missing):,} passages of the published library; this happens once.")
    place = _collection(server, manifest.passages) if missing else None
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        assert place is not None
        rows = {row.id: row for row in server.get(place, batch, vectors=True)}
        if not rows.keys() >= set(batch):
            raise unusable("is not all there")
        for identity in batch:
            from_row(rows[identity], wanted[identity])
        content.keep_rows(rows[identity] for identity in batch)
    return set(wanted)


def _index(
    content: Content, manifest: PublishedManifest, folder: Path, before: Generation | None
) -> None:
    """The keyword index, brought on from the one before where its words are still the same."""
    aliases = AliasTable(groups_of(content.text(manifest.aliases)), folded=True)
    old = {} if before is None else before.manifest.sources
    kept = before is not None and before.manifest.aliases == manifest.aliases
    # An index keeps the words of what is deleted from it; what was taken back must not stay.
    if before is not None and kept and old.keys() <= manifest.sources.keys():
        shutil.copytree(before.folder / KEYWORDS, folder / KEYWORDS)
    else:
        old = {}
    changed = [source for source, one in manifest.sources.items() if old.get(source) != one]
    rows = (row for source in changed for row in _stored(content, manifest, source))
    KeywordIndex(folder / KEYWORDS).replace(changed, [entry(row, aliases) for row in rows])


def _stored(content: Content, manifest: PublishedManifest, source_id: str) -> Iterator[Stored]:
    bundle = read_bundle(content.text(manifest.sources[source_id].bundle))
    source = source_of(bundle)
    rows = {row.id: row for row in content.rows([row for _key, row in bundle.rows])}
    for key, identity in bundle.rows:
        row = rows.get(identity)  # two rows of one key: only one of them is here
        stored = None if row is None else from_row(row, source)
        if stored is None or stored.key != key:
            raise unusable("holds a passage under another name")
        yield stored


def _collection(server: ChromaServer, name: str) -> Collection:
    found = server.collection(name)
    if found is None:
        raise unusable("is not all there")
    return found
