"""Documents made ready for an index: their passages and each bare sentence, embedded and placed.

A sentence is compared with a question by the first encoder alone: that puts a sentence that answers
among the nearest more often than any likeness of the passage does (docs/decisions/0025). It lies
beside the vector of its passage in 8 bits a number, and is no row of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kb.records import Passage
from kb.retrieval.embedders import Embedder, Vectors
from kb.retrieval.space import Centres, passage_vectors, sentence_codes
from kb.retrieval.vectors import VectorCache
from kb.texts.documents import Document, embedded_text, sentence_texts

_TOGETHER = 2000  # sentences whose vectors are in memory before they are cut to 8 bits

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A document with the vectors of its passages, shape (passages, dimension), and for each
    passage those of its sentences (`space.sentence_codes`)."""

    document: Document
    vectors: Vectors
    sentences: Sequence[bytes]


def place(
    documents: Sequence[Document],
    cache: VectorCache,
    embedder: Embedder,
    centres: Centres,
    progress: Progress | None = None,
) -> list[Placed]:
    """Embed and place documents; `progress` hears of passages and sentences done and in all."""
    passages = [passage for document in documents for passage in document.passages]
    texts = [embedded_text(passage) for passage in passages]
    bare = [sentence_texts(passage) for passage in passages]
    total = len(texts) + sum(map(len, bare))

    def told(before: int) -> Progress | None:
        return None if progress is None else lambda done, _of: progress(before + done, total)

    vectors = cache.embed(texts, embedder, told(0))
    codes: list[bytes] = []
    done = len(texts)
    for start, end in _groups(bare):
        group = [text for one in bare[start:end] for text in one]
        # Where nobody hears of progress, the note of the passages is enough.
        heard = told(done) or (lambda _done, _of: None)
        rows = cache.embed(group, embedder.first, heard)
        codes += _codes(passages[start:end], bare[start:end], rows, embedder, centres)
        done += len(group)
    return list(_placed(documents, vectors, codes, embedder, centres))


def _groups(bare: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Start and end of runs of passages with some `_TOGETHER` sentences each."""
    start, held = 0, 0
    for n, one in enumerate(bare):
        held += len(one)
        if held >= _TOGETHER:
            yield start, n + 1
            start, held = n + 1, 0
    if start < len(bare):
        yield start, len(bare)


def _codes(
    passages: Sequence[Passage],
    bare: Sequence[Sequence[str]],
    rows: Vectors,
    embedder: Embedder,
    centres: Centres,
) -> Iterator[bytes]:
    start = 0
    for passage, one in zip(passages, bare, strict=True):
        end = start + len(one)
        yield sentence_codes(passage, rows[start:end], embedder, centres)
        start = end


def _placed(
    documents: Sequence[Document],
    vectors: Vectors,
    codes: Sequence[bytes],
    embedder: Embedder,
    centres: Centres,
) -> Iterator[Placed]:
    start = 0
    for document in documents:
        end = start + len(document.passages)
        rows = passage_vectors(document, vectors[start:end], embedder, centres)
        yield Placed(document, rows, codes[start:end])
        start = end
