"""How often the evidence rule errs on NoMIRACL: a question, ten passages, half without an answer.

    .venv/bin/python benchmarks/nomiracl.py [--rows N] [--cache FILE] [--learn]

Reads ../shared/eval/abstention/nomiracl_{zh,en}.jsonl (or COMPUTE_DESK_SHARED). The ten passages
of a row become an index of their own; the desk's search finds in it and the function that the
built-in model uses, `assistant.builtin.selecting.select`, chooses. The half `tune` (even SHA-256
of the id) is what weights are learned from, `check` is the other. `--learn` prints the weights of
`assistant.builtin.sufficing` from the tune half: a logistic regression on its signs, none of which
may speak against an answer. `--cache` keeps vectors, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.builtin.selecting import select, signs
from assistant.builtin.sufficing import Signs
from assistant.evidence import PassageEvidence, Scores, passage_evidence
from assistant.reading import read
from assistant.toolbox.search_knowledge import PASSAGES
from kb import starter
from kb.records import Source
from kb.retrieval.centring import centres
from kb.retrieval.embedders import default_embedder
from kb.retrieval.index import Index
from kb.retrieval.manifest import Manifest
from kb.retrieval.placing import Placed, place
from kb.retrieval.search import search
from kb.retrieval.vectors import VectorCache
from kb.texts.aliases import AliasTable
from kb.texts.detect import detect
from kb.texts.documents import Document, article, content_version
from kb.texts.terms import question_terms

LANGUAGES = ("zh", "en")
HALVES = ("tune", "check")
_RIDGE = 2.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A question with what search found in its ten passages, and the weights of its terms."""

    id: str
    language: str
    question: str
    answerable: bool
    passages: tuple[PassageEvidence, ...]
    terms: dict[str, float]

    @property
    def half(self) -> str:
        """Tune or check, by a hash of the id."""
        return HALVES[sha256(self.id.encode()).digest()[-1] % 2]


def shared() -> Path:
    """The folder with the test set, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval" / "abstention"


class Searcher:
    """The desk's search over the passages of one row at a time."""

    def __init__(self, cache: Path) -> None:
        self.aliases = AliasTable.load(starter.ALIASES)
        self._embedder = default_embedder(lambda note: sys.stderr.write(f"{note}\n"))
        self._means = centres(self._embedder.queries, self._embedder.passages)
        self._cache = VectorCache(cache)

    def rows(self, raw: Sequence[dict[str, Any]]) -> Iterator[Row]:
        """Search for each question among its own passages. All are embedded first, in batches."""
        self._placed([document for row in raw for document in _documents(row)])
        for row in raw:
            yield self._searched(row, self._placed(_documents(row)))

    def _placed(self, documents: Sequence[Document]) -> list[Placed]:
        return place(documents, self._cache, self._embedder, self._means, lambda _done, _of: None)

    def _searched(self, row: dict[str, Any], placed: Sequence[Placed]) -> Row:
        question = str(row["question"])
        with tempfile.TemporaryDirectory(prefix="compute-desk-nomiracl-") as scratch:
            index = Index(Path(scratch))
            with index.writing():
                fresh = Manifest(0, self._embedder.fingerprint, "benchmark")
                index.write(placed, (), fresh, self.aliases)
            with index.reading() as reader:
                hits = search(reader, self._embedder, self._means, self.aliases, question, PASSAGES)
                terms = reader.keywords.weights(question_terms(question, self.aliases))
            index.close()
        scores: list[Scores] = [
            {
                "score": h.score,
                "dense": h.dense,
                "keyword": h.keyword,
                "meaning": h.meaning,
                "likeness": h.likeness or (),
            }
            for h in hits
        ]
        passages = passage_evidence(1, [hit.passage for hit in hits], scores)
        return Row(
            row["id"], row["lang"], question, bool(row["answerable"]), tuple(passages), terms
        )


def _documents(row: dict[str, Any]) -> list[Document]:
    return [
        article(
            Source(
                str(number),
                content_version(passage["title"], passage["text"]),
                "article",
                passage["title"],
                detect(passage["text"]),
                passage["text"],
            )
        )
        for number, passage in enumerate(row["passages"])
    ]


def main() -> None:
    """Print both errors of the rule by language and half, or the weights that were learned."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=None, help="of each language; default all")
    parser.add_argument("--cache", type=Path, default=None, help="file that keeps the vectors")
    parser.add_argument("--learn", action="store_true", help="learn weights from the tune half")
    chosen = parser.parse_args()
    if not shared().is_dir():
        sys.stdout.write(f"skipped: there is no folder {shared()}\n")
        return
    with tempfile.TemporaryDirectory() as scratch:
        searcher = Searcher(chosen.cache or Path(scratch) / "vectors.db")
        for language in LANGUAGES:
            lines = (shared() / f"nomiracl_{language}.jsonl").read_text("utf-8").split("\n")
            raw = [json.loads(line) for line in lines if line][: chosen.rows]
            rows = list(searcher.rows(raw))
            if chosen.learn:
                learn([r for r in rows if r.half == "tune"], searcher.aliases, language)
            else:
                report(rows, searcher.aliases, language)


def report(rows: Sequence[Row], aliases: AliasTable, language: str) -> None:
    """Both errors in each half, their sum, and the time of the rule."""
    for half in HALVES:
        those = [row for row in rows if row.half == half]
        began = time.perf_counter()
        told = [
            bool(select(read(r.question, (), ()), r.passages, r.terms, aliases).chosen)
            for r in those
        ]
        took = (time.perf_counter() - began) / max(len(those), 1)
        refused = _share([not t for t, row in zip(told, those, strict=True) if row.answerable])
        made_up = _share([t for t, row in zip(told, those, strict=True) if not row.answerable])
        sys.stdout.write(
            f"{language} {half:<5} abstains although answerable {refused:5.1f}  answers without "
            f"evidence {made_up:5.1f}  sum {refused + made_up:5.1f}  ({len(those)} questions, "
            f"{took * 1000:.0f} ms each)\n"
        )


def learn(rows: Sequence[Row], aliases: AliasTable, language: str) -> None:
    """Print the weights of the signs and the sum from which on they are enough."""
    kept = [(row, told) for row in rows if (told := _signs(row, aliases))]
    matrix = np.array([astuple(told) for _, told in kept])
    labels = np.array([row.answerable for row, _ in kept], dtype=float)
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    used = np.ones(matrix.shape[1], dtype=bool)
    while True:
        weights = _logistic((matrix[:, used] - middle[used]) / spread[used], labels)
        if (weights[1:] >= 0).all():
            break
        used[np.flatnonzero(used)[int(weights[1:].argmin())]] = False
    raw = np.zeros(matrix.shape[1])
    raw[used] = weights[1:] / spread[used]
    found = ", ".join(f"{f.name} {w:.2f}" for f, w in zip(fields(Signs), raw, strict=True))
    sys.stdout.write(f"{language}: {found}; enough {raw @ middle - weights[0]:.2f}\n")


def _signs(row: Row, aliases: AliasTable) -> Signs | None:
    return signs(read(row.question, (), ()), row.passages, row.terms, aliases)


def _logistic(matrix: Floats, labels: Floats) -> Floats:
    """Weights of a logistic regression with a ridge, the constant first; by Newton's method."""
    inputs = np.column_stack([np.ones(len(matrix)), matrix])
    ridge = np.diag([1e-6] + [_RIDGE] * matrix.shape[1])
    weights = np.zeros(inputs.shape[1])
    for _ in range(50):
        chances = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chances - labels) + ridge @ weights
        curve = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def _share(errors: Sequence[bool]) -> float:
    return 100 * sum(errors) / len(errors) if errors else 0.0


if __name__ == "__main__":
    main()
