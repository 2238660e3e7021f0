"""A cross-encoder reads question and passage together: slower and surer; off unless chosen."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from kb.errors import KbError
from kb.records import Hit

DEPTH = 30
"""How many of the best hits are read."""


class Reranker:
    """Any sentence-transformers cross-encoder: a folder, or a hub name already on this machine.

    The hub is not asked unless HF_HUB_OFFLINE is set to 0. Raises `KbError` where the model
    cannot be loaded.
    """

    def __init__(self, spec: str) -> None:
        offline = os.environ.setdefault("HF_HUB_OFFLINE", "1").lower() not in ("0", "false", "no")
        try:
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(spec, local_files_only=offline)
        except ImportError as error:
            raise KbError(
                f"the reranker {spec} needs sentence-transformers: {error}",
                "pip install sentence-transformers",
            ) from error
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise KbError(
                f"the reranker {spec} cannot be loaded: {str(error).splitlines()[0]}",
                "give the folder of a cross-encoder, or fetch it once with HF_HUB_OFFLINE=0",
            ) from error
        self._lock = Lock()

    def ordered(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Hits in the order of the cross-encoder. The scores stay those of the search, whose scale
        others know: the highest goes to the first."""
        if not hits:
            return []
        pairs = [(question, f"{hit.passage.header}\n{hit.passage.text}") for hit in hits]
        with self._lock:
            read = self._model.predict(pairs, show_progress_bar=False)
        order = sorted(range(len(hits)), key=lambda n: -float(read[n]))
        scores = sorted((hit.score for hit in hits), reverse=True)
        return [replace(hits[n], score=score) for n, score in zip(order, scores, strict=True)]
