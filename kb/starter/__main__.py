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
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb import starter
from kb.library.program_files import SCHEMA
from kb.programs.program import json_schema
from kb.retrieval.centring import centres
from kb.retrieval.embedders import Embedder, default_embedder
from kb.texts.documents import embedded_text, vector_key


def build(path: Path, embedder: Embedder) -> tuple[int, int]:
    """Write the vectors of the bundled library to `path`; how many there are, how many new."""
    texts = {
        vector_key(text): text
        for document in starter.documents().values()
        for text in map(embedded_text, document.passages)
    }
    known = starter.BundledVectors(path)
    usable = known if known.fingerprint == embedder.fingerprint else None
    stored = {key: usable.get(key) if usable else None for key in texts}
    new = sorted(key for key, vector in stored.items() if vector is None)
    stored |= zip(new, embedder.passages([texts[key] for key in new]) if new else (), strict=True)
    rows = [np.asarray(stored[key], dtype=np.float16) for key in sorted(texts)]
    keys = np.frombuffer(b"".join(map(bytes.fromhex, sorted(texts))), dtype=np.uint8)
    means = centres(embedder.queries, embedder.passages)
    _write(
        path,
        {
            "fingerprint": np.array(embedder.fingerprint),
            "keys": keys.reshape(len(texts), 32),
            "vectors": np.stack(rows) if rows else np.zeros((0, embedder.dimension), np.float16),
            **{f"centre_{name}": mean for name, mean in means.items()},
        },
    )
    return len(texts), len(new)


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
