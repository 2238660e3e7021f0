"""The space in which questions and passages are compared by their vectors.

E5-like models put all texts of one language, and all questions, into corners of the space: the
nearest passages are then those of the question's own language, whatever they say. So the mean
passage of its language is taken out of each passage's vector, and part of the mean question out of
a question's (`centring` has both means). A passage also leans towards those that it stands
among: half of their mean is added to it. All is done for each part of a vector (`embedders`),
and the parts are weighted so that a product of two vectors is a weighted mean of their cosines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb.records import Passage
from kb.retrieval.embedders import Embedder, Part, Vectors, normalised
from kb.texts.documents import Document, embedded_text
from kb.texts.splitting import sentences

QUESTION_SHARE = 0.6  # of the mean question that is taken out
CONTEXT_SHARE = 0.5  # of the mean of the passages around that is added
SENTENCE_SHARE = 0.7  # of the second encoder's likeness that the nearest sentence makes

_CODE = 127  # what stands for 1 in 8 bits
_MOST_CODES = 3072  # bytes of a row's sentences: 4,096 in base64, Chroma Cloud's limit of a value

Side = Literal["en", "zh"]
Centres = Mapping[str, Vectors]
Groups = NDArray[np.int64]


def side(language: str) -> Side:
    """English, or Chinese in either script: vectors are made of one script only."""
    return "en" if language == "en" else "zh"


def question_vector(vector: Vectors, asked: Side, embedder: Embedder, centres: Centres) -> Vectors:
    """Where a question stands, from its embedding; shape (dimension,), length 1."""
    moved = vector - QUESTION_SHARE * centres[f"question_{asked}"]
    placed = _weighted([_unit(part) for part in _split(moved[None], embedder.parts)], embedder)
    return placed.reshape(-1)


def passage_vectors(
    document: Document, vectors: Vectors, embedder: Embedder, centres: Centres
) -> Vectors:
    """Where the passages of a document stand, from their embeddings; shape (passages, dimension),
    each of length 1 but for rounding."""
    passages = document.passages
    if not passages:
        return np.zeros((0, embedder.dimension), dtype=np.float32)
    means = np.stack([centres[f"passage_{side(passage.language)}"] for passage in passages])
    groups = _groups(passages)
    placed = _weighted(
        [
            _unit(own + CONTEXT_SHARE * _group_means(own, groups))
            for own in map(_unit, _split(vectors - means, embedder.parts))
        ],
        embedder,
    )
    # Rounded as they are published, so that a score is the same on every desk.
    return placed.astype(np.float16).astype(np.float32)


def meaning(vector: Vectors, question: Vectors, embedder: Embedder) -> float:
    """The likeness of a placed passage to a placed question by the first encoder alone."""
    part = embedder.parts[0]
    return float(vector[: part.size] @ question[: part.size]) / part.weight


def sentence_codes(
    passage: Passage, vectors: Vectors, embedder: Embedder, centres: Centres
) -> bytes:
    """Where the sentences of a passage stand for the first encoder, from its embeddings of shape
    (sentences, size): unit vectors in 8 bits a number, one after the other. None are kept of a
    passage of more sentences than a row has room for."""
    size = embedder.parts[0].size
    if len(vectors) * size > _MOST_CODES:
        return b""
    mean = centres[f"passage_{side(passage.language)}"][:size]
    return np.rint(_unit(vectors - mean) * _CODE).astype(np.int8).tobytes()


def sentence_likeness(
    passage: Passage, codes: bytes, question: Vectors, embedder: Embedder
) -> tuple[float, ...] | None:
    """The likeness of each sentence of a passage, in order, to a placed question by the first
    encoder; None where the row holds none, or others than the passage has."""
    part = embedder.parts[0]
    count = len(sentences(passage.text))
    if not codes or len(codes) != count * part.size:
        return None
    rows = np.frombuffer(codes, dtype=np.int8).reshape(count, part.size).astype(np.float32)
    found = rows @ question[: part.size] / (_CODE * part.weight**0.5)
    return tuple(round(float(one), 4) for one in found)


def sentence_gain(
    passage: Passage, vector: Vectors, question: Vectors, embedder: Embedder, centres: Centres
) -> float:
    """What the likeness of a passage to a question changes by where, for the second encoder, its
    nearest sentence counts more than the passage as a whole. `vector` and `question` are placed."""
    second, part = embedder.second, embedder.parts[-1]
    if second is None:
        return 0.0
    texts = [
        embedded_text(replace(passage, text=passage.text[start:end]))
        for start, end in sentences(passage.text)
    ]
    if not texts:
        return 0.0
    mean = centres[f"passage_{side(passage.language)}"][-part.size :]
    likeness = _unit(second.passages(texts) - mean) @ question[-part.size :]
    whole = vector[-part.size :] @ question[-part.size :]
    # The question's stretch has the root of the weight in it, as has the passage's.
    return SENTENCE_SHARE * float(part.weight**0.5 * likeness.max() - whole)


def _groups(passages: Sequence[Passage]) -> Groups:
    """Which passages stand together; each term of a program stands alone."""
    seen: dict[object, int] = {}
    keys = [
        n if p.kind == "program" else (p.parent_start, p.parent_end, side(p.language))
        for n, p in enumerate(passages)
    ]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def _group_means(rows: Vectors, groups: Groups) -> Vectors:
    sums = np.zeros((int(groups.max()) + 1, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, groups, rows)
    return np.asarray((sums / np.bincount(groups)[:, None])[groups], dtype=np.float32)


def _split(vectors: Vectors, parts: Sequence[Part]) -> list[Vectors]:
    ends = np.cumsum([part.size for part in parts])
    return np.split(vectors, ends[:-1], axis=1)


def _weighted(columns: Sequence[Vectors], embedder: Embedder) -> Vectors:
    weights = [np.float32(part.weight**0.5) for part in embedder.parts]
    return np.hstack([weight * rows for weight, rows in zip(weights, columns, strict=True)])


def _unit(rows: Vectors) -> Vectors:
    return normalised(rows, rows.shape[1])
