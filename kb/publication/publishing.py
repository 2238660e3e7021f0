"""Publishing: the public part of a library, written to a Chroma server as one generation.

Rows go first, then the head that makes them count, then what nothing names any more is removed.
Killed at any instant, it leaves the generation that stood before, or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, TypeVar

from kb.errors import KbError, PublishedUnusable
from kb.programs.program import Program
from kb.publication.lease import Lease
from kb.publication.published_format import (
    FORMAT,
    GAPS,
    HEAD,
    LEASE,
    NAME,
    OBJECTS,
    Head,
    PublishedManifest,
    SourceEntry,
    joined,
    passages_name,
    piece_ids,
    pieces,
    read_head,
    read_manifest,
    to_json,
    to_row,
)
from kb.publication.server import BATCH, ChromaServer, Collection, Row
from kb.records import Source
from kb.retrieval.chroma import Stored

Progress = Callable[[int, int], None]
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Part:
    """A source as founders see it, with its record where it is a program, and its rows."""

    source: Source
    program: Program | None
    rows: Sequence[Stored]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The public part of a library at one moment; `older` are versions still open to founders."""

    library_version: str
    embedder: str
    recipe: str
    aliases: dict[str, list[str]]
    copies: str
    parts: Sequence[Part]
    older: Sequence[Source]


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What becomes of a source on the server."""

    source: str
    action: Literal["add", "replace", "remove"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What `publish` did or, on trial, would do. `rows_sent` and `rows_removed` count passages
    and pieces of text; `collections` are the server's ids of the collections by name."""

    url: str
    outcome: Literal["published", "unchanged", "would be published"]
    generation: int
    library_version: str
    sources: int
    passages: int
    changes: Sequence[SourceChange]
    rows_sent: int
    rows_removed: int
    collections: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Content:
    """A generation as rows."""

    manifest: PublishedManifest
    objects: dict[str, Row]
    passages: dict[str, Row]

    def rows(self) -> dict[str, dict[str, Row]]:
        """The rows by collection."""
        return {OBJECTS: self.objects, self.manifest.passages: self.passages}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to send and to remove, by collection."""

    content: _Content
    before: PublishedManifest | None
    send: dict[str, list[Row]]
    remove: dict[str, list[str]]

    @property
    def is_done(self) -> bool:
        """Whether the same library is published already, and all there."""
        return self.content.manifest == self.before and not any(self.send.values())


def publish(
    server: ChromaServer,
    snapshot: Callable[[], Snapshot],
    *,
    holder: str,
    trial: bool = False,
    progress: Progress | None = None,
    note: Callable[[str], None] = lambda _line: None,
) -> Publication:
    """Make `snapshot()` what founders read at the server; on trial, only say what that changes.

    The snapshot is taken once nobody else can publish, so that an older one never follows a newer.
    `holder` names the home; the caller keeps others in it from publishing meanwhile (`lease`).
    Raises `ServerUnreachable`, `ServerRefused`, `PublishBusy`, and `PublishedUnusable` where the
    server holds a newer format.
    """
    if trial:
        plan = _plan(server, snapshot(), holder)
        return _report(server, plan, "unchanged" if plan.is_done else "would be published", {})
    lease = Lease(server, holder, note)
    try:
        plan = _plan(server, snapshot(), holder)
        places = {name: server.require(name) for name in _names(plan.content.manifest)}
        ids = {name: place.id for name, place in places.items()}
        if not plan.is_done:
            if plan.before is not None and plan.before.publisher not in ("", holder):
                note("Another home had published there; its library is replaced.")
            _send(server, places, plan, lease, progress)
            _move_head(server, places[HEAD], plan.content, lease)
        _clear(server, places, plan, lease)
        return _report(server, plan, "unchanged" if plan.is_done else "published", ids)
    finally:
        _let_go(lease)


def read_generation(server: ChromaServer) -> tuple[str, Head] | None:
    """The head of what is published as it was written, and as it is understood; None where
    nothing is. Raises `PublishedUnusable`."""
    found = server.collection(HEAD)
    text = None if found is None else found.metadata.get("head")
    return None if text is None else (str(text), read_head(text))


def _let_go(lease: Lease) -> None:
    with suppress(KbError):  # it runs out by itself
        lease.release()


def _names(manifest: PublishedManifest) -> tuple[str, ...]:
    return HEAD, OBJECTS, manifest.passages, GAPS


def _plan(server: ChromaServer, snapshot: Snapshot, holder: str) -> _Plan:
    before = _standing(server)
    content = _content(snapshot, before, holder)
    send, remove = {}, {}
    for name, rows in content.rows().items():
        place = server.collection(name)
        there = set() if place is None else server.ids(place)
        send[name] = [row for identity, row in rows.items() if identity not in there]
        remove[name] = sorted(there - rows.keys())
    return _Plan(content, before, send, remove)


def _standing(server: ChromaServer) -> PublishedManifest | None:
    """The manifest of what is published; None where nothing is, or where it is damaged."""
    found = read_generation(server)
    place = server.collection(OBJECTS)
    if found is None or place is None:
        return None
    head = found[1]
    wanted = piece_ids(head.manifest)
    parts: dict[str, str] = {}
    for batch in batches(wanted):
        parts |= {row.id: row.document for row in server.get(place, batch)}
    try:
        return read_manifest(joined(head.manifest, parts), head)
    except PublishedUnusable:
        # Its rows are sent anew; the generation goes on counting, or readers would not notice.
        return PublishedManifest(
            format=FORMAT, generation=head.generation, published_at="", publisher="",
            library_version="",
            embedder="", recipe="", passages=passages_name(""), aliases=head.manifest,
            copies=head.manifest, sources={}, versions={},
        )  # fmt: skip


def _content(snapshot: Snapshot, before: PublishedManifest | None, holder: str) -> _Content:
    """The rows of a library, under the manifest that stands where it is the same library."""
    objects: dict[str, Row] = {}
    passages: dict[str, Row] = {}

    def keep(data: object) -> str:
        ref, rows = pieces(to_json(data))
        objects.update((row.id, row) for row in rows)
        return ref

    sources: dict[str, SourceEntry] = {}
    for part in snapshot.parts:
        rows = [(stored.key, to_row(stored)) for stored in part.rows]
        passages.update((row.id, row) for _key, row in rows)
        record = part.program
        bundle = {
            "source": asdict(part.source),
            "program": None if record is None else record.model_dump(mode="json", by_alias=True),
            "rows": [[key, row.id] for key, row in rows],
        }
        sources[part.source.id] = SourceEntry(
            version=part.source.version, bundle=keep(bundle), rows=len(rows)
        )
    versions: dict[str, dict[str, str]] = {}
    for source in snapshot.older:
        versions.setdefault(source.id, {})[source.version] = keep({"source": asdict(source)})
    manifest = PublishedManifest(
        format=FORMAT,
        generation=1 if before is None else before.generation + 1,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        publisher=holder,
        library_version=snapshot.library_version,
        embedder=snapshot.embedder,
        recipe=snapshot.recipe,
        passages=passages_name(snapshot.embedder),
        aliases=keep(snapshot.aliases),
        copies=keep(snapshot.copies),
        sources=sources,
        versions=versions,
    )
    if before is not None and before.content() == manifest.content():
        manifest = before
    keep(manifest.model_dump())
    return _Content(manifest, objects, passages)


def _send(
    server: ChromaServer,
    places: dict[str, Collection],
    plan: _Plan,
    lease: Lease,
    progress: Progress | None,
) -> None:
    total = sum(map(len, plan.send.values()))
    done = 0
    for name, rows in plan.send.items():
        for batch in batches(rows):
            lease.hold()
            server.put(places[name], batch)
            done += len(batch)
            if progress is not None:
                progress(done, total)
    for name, needed in plan.content.rows().items():
        if not needed.keys() <= server.ids(places[name]):
            raise PublishedUnusable(
                f"{server.address.shown} does not have all rows that it took", "publish again"
            )


def _move_head(server: ChromaServer, place: Collection, content: _Content, lease: Lease) -> None:
    manifest = content.manifest
    ref, _rows = pieces(to_json(manifest.model_dump()))
    head = to_json({"format": FORMAT, "generation": manifest.generation, "manifest": ref})
    lease.hold()
    server.describe(place, {"head": head})


def _clear(server: ChromaServer, places: dict[str, Collection], plan: _Plan, lease: Lease) -> None:
    """Remove what the head does not name: readers hold what they need of an older generation, and
    what was taken back must not stay."""
    for name, ids in plan.remove.items():
        for batch in batches(ids):
            lease.hold()
            server.delete(places[name], batch)
    mine = {*places, LEASE}
    for name in server.names():
        if name.startswith((f"{NAME}_passages_", f"{LEASE}_")) and name not in mine:
            lease.hold()
            server.drop(name)


def _report(
    server: ChromaServer,
    plan: _Plan,
    outcome: Literal["published", "unchanged", "would be published"],
    collections: dict[str, str],
) -> Publication:
    manifest = plan.content.manifest
    return Publication(
        server.address.shown,
        outcome,
        manifest.generation,
        manifest.library_version,
        len(manifest.sources),
        len(plan.content.passages),
        list(_changes(plan.before, manifest)),
        sum(map(len, plan.send.values())),
        sum(map(len, plan.remove.values())),
        collections,
    )


def _changes(before: PublishedManifest | None, now: PublishedManifest) -> Iterator[SourceChange]:
    old = {} if before is None else before.sources
    for source in sorted(old.keys() | now.sources.keys()):
        if source not in now.sources:
            yield SourceChange(source, "remove")
        elif source not in old:
            yield SourceChange(source, "add")
        elif old[source] != now.sources[source]:
            yield SourceChange(source, "replace")


def batches(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """`rows` in groups of at most `BATCH`."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
