"""What a published library looks like on a server, and how whoever reads it makes sure of it.

Everything is a row under the hash of its content, as in git: a passage with its vector, or a
piece of a JSON text. The head names the hash of a manifest; the manifest names, for each source,
the hash of a bundle; the bundle names its passages. So a generation is all there or is seen not
to be, what did not change is not sent again, and nothing that is there is ever altered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kb.errors import PublishedUnusable
from kb.programs.program import Program
from kb.publication.server import Row
from kb.records import Passage, Source
from kb.retrieval.chroma import Stored, metadata_of, stored_from
from kb.retrieval.embedders import Vectors
from kb.texts.cleaning import is_clean
from kb.texts.documents import is_name, key_source

FORMAT = 1
NAME = "compute-desk"
HEAD, OBJECTS, GAPS = f"{NAME}_head", f"{NAME}_objects", f"{NAME}_gaps"
LEASE = f"{NAME}_lease"

# Chroma Cloud's limits: 16,384 bytes a document, 256 bytes a value of a collection's metadata.
_PIECE = 12_000  # bytes of a JSON text in one row
_PIECES = 2_000  # of one text: 24 MB
_WORDS = 50_000  # of the alias table, which becomes one pattern

Ref = Annotated[str, Field(pattern=r"^[0-9a-f]{40}:[1-9][0-9]{0,3}$")]
"""A JSON text by its hash and the number of its pieces."""
RowId = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Line = Annotated[str, Field(max_length=2_000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Head(_Record):
    """What stands now; readers believe nothing else."""

    format: int
    generation: int = Field(ge=1, le=10**12)
    manifest: Ref


class SourceEntry(_Record):
    """A source in a generation: its version, its bundle and how many rows it has."""

    version: Line
    bundle: Ref
    rows: int = Field(ge=0, le=300_000)


class PublishedManifest(_Record):
    """A generation. `publisher` tells homes apart, `passages` names the collection of the rows,
    `versions` holds the older texts of sources that founders may still read, `copies` the groups
    of articles that tell one story."""

    format: int
    generation: int
    published_at: Line
    publisher: Line
    library_version: Line
    embedder: Line
    recipe: Line
    passages: Annotated[str, Field(pattern=rf"^{NAME}_passages_[0-9a-f]{{8}}$")]
    aliases: Ref
    copies: Ref
    sources: Annotated[dict[str, SourceEntry], Field(max_length=50_000)]
    versions: Annotated[dict[str, dict[str, Ref]], Field(max_length=50_000)]

    def content(self) -> dict[str, Any]:
        """What makes two generations the same library."""
        return self.model_dump(exclude={"generation", "published_at", "publisher"})


class Bundle(_Record):
    """A source as it is shown, its program record, and its rows as pairs of key and id."""

    source: dict[str, Any]
    program: dict[str, Any] | None = None
    rows: Annotated[list[tuple[Line, RowId]], Field(max_length=300_000)] = []


class _Copies(_Record):
    """What `kb.retrieval.copies` keeps."""

    recipe: int
    versions: dict[Line, Line]
    pairs: list[tuple[Line, Line]]
    groups: list[tuple[Line, Line, dict[Line, tuple[Line, dict[Line, int]]]]]


def passages_name(fingerprint: str) -> str:
    """The collection for vectors of one embedder: a collection takes one dimension only."""
    return f"{NAME}_passages_{sha256(fingerprint.encode()).hexdigest()[:8]}"


def to_json(data: object) -> str:
    """The one JSON text of `data`, so that the same content has the same hash."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def pieces(text: str) -> tuple[str, list[Row]]:
    """A JSON text as rows, and the reference to it."""
    data = text.encode()
    digest = sha256(data).hexdigest()[:40]
    parts = []
    while data:
        cut = len(data) if len(data) <= _PIECE else _PIECE
        while cut < len(data) and data[cut] & 0xC0 == 0x80:  # not within a character
            cut -= 1
        parts.append(data[:cut].decode())
        data = data[cut:]
    rows = [Row(f"{digest}.{n}", part, {}, _nowhere(digest, n)) for n, part in enumerate(parts)]
    return f"{digest}:{len(rows)}", rows


def piece_ids(ref: str) -> list[str]:
    """The ids of the rows that hold a JSON text."""
    digest, _, count = ref.partition(":")
    if int(count) > _PIECES:
        raise unusable("holds a text of more than 24 MB")
    return [f"{digest}.{n}" for n in range(int(count))]


def joined(ref: str, parts: Mapping[str, str]) -> str:
    """The JSON text of a reference from its pieces by id. Raises `PublishedUnusable`."""
    try:
        text = "".join(parts[one] for one in piece_ids(ref))
    except KeyError as error:
        raise unusable("is not all there") from error
    if sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40] != ref.partition(":")[0]:
        raise unusable("is not as it was published")
    return text


def to_row(stored: Stored) -> Row:
    """A row of the index as it is published."""
    metadata = {**metadata_of(stored), "key": stored.key}
    vector = stored.vector.astype(np.float16)
    return Row(
        _row_id(stored.passage.text, metadata, vector.tobytes()),
        stored.passage.text,
        metadata,
        vector.astype(np.float32),
    )


def from_row(row: Row, source: Source) -> Stored:
    """A row of the index from what was read. Raises `PublishedUnusable` where it is not exactly
    what its id says, or quotes something that its source does not say."""
    vector = row.vector.astype(np.float16)
    if row.id != _row_id(row.document, row.metadata, vector.tobytes()):
        raise unusable("is not as it was published")
    try:
        data = {name: value for name, value in row.metadata.items() if name != "key"}
        key = str(row.metadata["key"])
        stored = stored_from(key, row.document, data, vector.astype(np.float32))
        passage = _PASSAGE.validate_python(asdict(stored.passage))
    except (KeyError, TypeError, ValueError) as error:
        raise unusable("holds a passage that makes no sense") from error
    said = source.text[passage.start : passage.end]
    parent = (0, passage.parent_start, passage.parent_end, len(source.text))
    named = (passage.source, passage.version, *key_source(stored.key))
    inside = passage.start >= 0 and list(parent) == sorted(parent)
    if named != (source.id, source.version) * 2 or said != passage.text or not inside:
        raise unusable("holds a passage that its source does not have")
    _require_clean([stored.key, stored.also, *_texts(asdict(passage))])
    if not bool(np.isfinite(stored.vector).all()):
        raise unusable("holds a vector that is none")
    return stored


def source_of(bundle: Bundle) -> Source:
    """The source of a bundle. Raises `PublishedUnusable`."""
    try:
        source = _SOURCE.validate_python(bundle.source)
    except ValidationError as error:
        raise unusable(f"holds a source that makes no sense: {_first(error)}") from error
    if not is_name(source.id) or len(source.id) > 200:
        raise unusable("holds a source whose id is no name")
    _require_clean(_texts(bundle.source))
    return source


def program_of(bundle: Bundle) -> Program | None:
    """The program record of a bundle, None for an article. Raises `PublishedUnusable`."""
    if bundle.program is None:
        return None
    try:
        program = Program.model_validate(bundle.program)
    except ValidationError as error:
        raise unusable(f"holds a program that makes no sense: {_first(error)}") from error
    _require_clean(_texts(bundle.program))
    if program.visibility != "public" or program.id != bundle.source.get("id"):
        raise unusable("holds a program that does not belong there")
    return program


def groups_of(text: str) -> dict[str, list[str]]:
    """The alias groups of a JSON text. Raises `PublishedUnusable`."""
    try:
        groups = _GROUPS.validate_json(text)
    except ValidationError as error:
        raise unusable("holds an alias table that makes no sense") from error
    if sum(map(len, groups.values())) > _WORDS:
        raise unusable(f"holds an alias table of more than {_WORDS:,} words")
    _require_clean(_texts(groups))
    return groups


def copies_of(text: str) -> str:
    """The groups of copies from a JSON text, fit for `kb.retrieval.copies` to read. Raises
    `PublishedUnusable`."""
    try:
        groups: str = TypeAdapter(str).validate_json(text)
        _Copies.model_validate_json(groups)
    except ValidationError as error:
        raise unusable("holds groups of copies that make no sense") from error
    return groups


def read_head(text: object) -> Head:
    """The head from a collection's metadata. Raises `PublishedUnusable`."""
    try:
        data = json.loads(str(text))
        found = int(data["format"])
        if found > FORMAT:
            raise unusable(f"has format {found}, this desk knows {FORMAT}", "upgrade compute-desk")
        return Head.model_validate(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise unusable("has a head that makes no sense") from error


def read_manifest(text: str, head: Head) -> PublishedManifest:
    """The manifest that a head names. Raises `PublishedUnusable`."""
    try:
        manifest = PublishedManifest.model_validate_json(text)
    except ValidationError as error:
        raise unusable(f"has a manifest that makes no sense: {_first(error)}") from error
    if manifest.generation != head.generation:
        raise unusable("has a manifest of another generation")
    if sum(entry.rows for entry in manifest.sources.values()) > 300_000:
        raise unusable("holds more than 300,000 passages")
    ids = [*manifest.sources, *manifest.versions]
    _require_clean(_texts(manifest.model_dump()))
    if not all(is_name(one) and len(one) <= 200 for one in ids):
        raise unusable("holds a source whose id is no name")
    return manifest


def read_bundle(text: str) -> Bundle:
    """A bundle from its JSON text. Raises `PublishedUnusable`."""
    try:
        return Bundle.model_validate_json(text)
    except ValidationError as error:
        raise unusable(f"holds a source that makes no sense: {_first(error)}") from error


def unusable(what: str, hint: str = "ask who publishes it to publish again") -> PublishedUnusable:
    """The error for what was read and cannot be used."""
    return PublishedUnusable(f"the published library {what}", hint)


def _row_id(document: str, metadata: Mapping[str, object], vector: bytes) -> str:
    listing = to_json([document, dict(metadata), vector.hex()])
    return sha256(listing.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _nowhere(digest: str, number: int) -> Vectors:
    """A vector for a row that nobody looks for by meaning; no two alike, which a graph of
    neighbours would not bear well."""
    seed = sha256(f"{digest}.{number}".encode()).digest()
    angle = int.from_bytes(seed[:4]) / 2**32 * 2 * np.pi
    return np.asarray([np.cos(angle), np.sin(angle)], dtype=np.float32)


def _texts(data: object) -> Iterable[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield from _texts(name)
            yield from _texts(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from _texts(value)


def _require_clean(texts: Iterable[str]) -> None:
    if not all(map(is_clean, texts)):
        raise unusable("holds characters that steer a terminal or hide text")


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))[:80]}: {first['msg']}"


_SOURCE = TypeAdapter(Source)
_PASSAGE = TypeAdapter(Passage)
_GROUPS = TypeAdapter(dict[Line, list[Annotated[str, Field(max_length=200)]]])
