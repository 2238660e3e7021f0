"""Questions that a sentence is known to answer, and how like a new question is to them.

People ask for one fact in words that share little with the sentence that states it; two questions
for the same fact are far more alike. The bundled library keeps questions beside its sentences
(`kb/starter/questions.yaml`); they find and weigh sentences, and are never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    shape (questions, size), and the sentences that each answers."""

    def __init__(self, path: Path) -> None:
        self.fingerprint = ""
        if path.is_file():
            with np.load(path, allow_pickle=False) as held:
                self.fingerprint = str(held["fingerprint"].item())
                self._vectors = held["vectors"].astype(np.float32) / 127
                self._questions = held["questions"]
                self._sentences = [bytes(key) for key in held["sentences"]]

    def alike(self, question: Vectors, embedder: Embedder) -> Alike | None:
        """How like a placed question is to those known; None under another embedder."""
        if embedder.fingerprint != self.fingerprint:
            return None
        part = embedder.parts[0]
        likeness = self._vectors @ (question[: part.size] / part.weight**0.5)
        nearest: dict[bytes, float] = {}
        for sentence, each in zip(self._sentences, likeness[self._questions].tolist(), strict=True):
            nearest[sentence] = max(each, nearest.get(sentence, 0.0))
        return Alike(nearest)


@dataclass(frozen=True)
class Alike:
    """How like one question is to the nearest that a sentence is known to answer, by sentence."""

    nearest: Mapping[bytes, float]

    def of(self, passage: Passage) -> tuple[float, ...]:
        """That of each sentence of a passage (0 to 1; 0 where none is known)."""
        told = (passage.text[start:end] for start, end in sentences(passage.text))
        return tuple(round(self.nearest.get(digest(each), 0.0), 4) for each in told)


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
