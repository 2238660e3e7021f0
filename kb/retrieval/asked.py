"""Questions that a sentence is known to answer, and how like a new question is to them.

People ask for one fact in words that share little with the sentence that states it; two questions
for the same fact are far more alike. The bundled library keeps questions beside its sentences
(`kb/starter/questions.yaml`); they find and weigh sentences, and are never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.records import Passage
from kb.retrieval.embedders import Embedder, Vectors
from kb.texts.splitting import sentences

_DIGEST = 8  # bytes


class AskedQuestions:
    """The known questions of the embedder `fingerprint`: their placed vectors by its first part,
    shape (questions, size), and for each of the sentences which questions it answers."""

    def __init__(self, path: Path) -> None:
        self.fingerprint = ""
        self._vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._of: dict[bytes, list[int]] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as held:
                self.fingerprint = str(held["fingerprint"].item())
                self._vectors = held["vectors"].astype(np.float32) / 127
                for key, question in zip(held["sentences"], held["questions"], strict=True):
                    self._of.setdefault(bytes(key), []).append(int(question))

    def likeness(
        self, question: Vectors, passage: Passage, embedder: Embedder
    ) -> tuple[float, ...] | None:
        """For each sentence of a passage, how like a placed question is to the nearest one that the
        sentence answers (-1 to 1; 0 where none is known); None under another embedder."""
        if embedder.fingerprint != self.fingerprint:
            return None
        part = embedder.parts[0]
        likeness = self._vectors @ (question[: part.size] / part.weight**0.5)
        told = (passage.text[start:end] for start, end in sentences(passage.text))
        return tuple(self._nearest(likeness, sentence) for sentence in told)

    def _nearest(self, likeness: Vectors, sentence: str) -> float:
        rows = self._of.get(digest(sentence))
        return round(float(likeness[rows].max()), 4) if rows else 0.0


def digest(sentence: str) -> bytes:
    """What a sentence is known by, whatever the spaces in it."""
    return blake2b(" ".join(sentence.split()).encode(), digest_size=_DIGEST).digest()


def table(known: Sequence[tuple[int, str]], vectors: Vectors) -> dict[str, NDArray[np.generic]]:
    """What is stored: pairs of a question (its row) and a sentence that answers it, and the
    questions' placed vectors of length 1, cut to 8 bits a number."""
    keys = b"".join(digest(sentence) for _, sentence in known)
    return {
        "vectors": np.round(vectors * 127).astype(np.int8),
        "questions": np.array([question for question, _ in known], dtype=np.int32),
        "sentences": np.frombuffer(keys, dtype=np.uint8).reshape(len(known), _DIGEST),
    }
