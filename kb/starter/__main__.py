"""Embed what the bundled library holds, and write the schema of its program records:
`python -m kb.starter` before a release.

Vectors that are there already are kept, those of texts that are gone are dropped, and rows are
sorted by key: the same library gives the same file.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb import starter
from kb.library.program_files import SCHEMA
from kb.programs.program import json_schema
from kb.retrieval.centring import centres
from kb.retrieval.embedders import Embedder, Vectors, default_embedder
from kb.texts.documents import embedded_text, sentence_texts, vector_key


def build(path: Path, embedder: Embedder) -> tuple[int, int]:
    """Write the vectors of the bundled library to `path`; how many there are, how many new."""
    passages = [p for document in starter.documents().values() for p in document.passages]
    known = starter.BundledVectors(path)
    arrays: dict[str, NDArray[Any]] = {}
    total = new = 0
    for what, texts, made_by in (
        ("", map(embedded_text, passages), embedder),
        ("sentence_", chain.from_iterable(map(sentence_texts, passages)), embedder.first),
    ):
        stored, fresh = _stored({vector_key(text): text for text in texts}, made_by, known)
        arrays |= {f"{what}{name}": array for name, array in _table(stored, made_by).items()}
        total, new = total + len(stored), new + fresh
    means = centres(embedder.queries, embedder.passages)
    _write(path, arrays | {f"centre_{name}": mean for name, mean in means.items()})
    return total, new


def _stored(
    texts: dict[str, str], embedder: Embedder, known: starter.BundledVectors
) -> tuple[dict[str, Vectors], int]:
    """The vectors of texts by key, sorted, and how many of them are new."""
    stored = {key: known.get(embedder.fingerprint, key) for key in sorted(texts)}
    new = [key for key, vector in stored.items() if vector is None]
    made = embedder.passages([texts[key] for key in new]) if new else ()
    fresh = dict(zip(new, made, strict=True))
    return {key: fresh[key] if row is None else row for key, row in stored.items()}, len(new)


def _table(stored: dict[str, Vectors], embedder: Embedder) -> dict[str, NDArray[Any]]:
    keys = np.frombuffer(b"".join(map(bytes.fromhex, stored)), dtype=np.uint8)
    rows = np.array(list(stored.values()), dtype=np.float16)
    return {
        "fingerprint": np.array(embedder.fingerprint),
        "keys": keys.reshape(len(stored), 32),
        "vectors": rows.reshape(len(stored), embedder.dimension),
    }


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    # numpy.savez stamps each member with the time of writing; a fixed one keeps the file the same.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), buffer.getvalue()
            )


def write_schema(path: Path) -> None:
    """Write the JSON Schema of a program record, which staff's editors read."""
    text = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schema(SCHEMA)
    count, embedded = build(starter.VECTORS, default_embedder(sys.exit))
    sys.stderr.write(f"{count} vectors in {starter.VECTORS.name}, {embedded} of them new\n")
