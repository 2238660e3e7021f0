"""How well search finds: recall, reciprocal rank and nDCG on a test set in BEIR layout."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kb import starter
from kb.errors import UnreadableSource
from kb.records import Source
from kb.retrieval.centring import centres
from kb.retrieval.embedders import Embedder
from kb.retrieval.index import Index
from kb.retrieval.manifest import Manifest
from kb.retrieval.placing import place
from kb.retrieval.search import search
from kb.retrieval.space import Centres
from kb.retrieval.vectors import VectorCache
from kb.texts.aliases import AliasTable
from kb.texts.detect import detect
from kb.texts.documents import Document, article, content_version

_PASSAGES = 60  # looked at for each query, from which the documents are ranked
_DEPTH = 10

Qrels = dict[str, dict[str, float]]


def evaluate(
    folder: Path, embedder: Embedder, progress: Callable[[int, int], None] | None = None
) -> dict[str, float]:
    """Recall@1, @5 and @10, MRR@10 and nDCG@10 over the queries that have a relevant document.

    `folder` holds corpus.jsonl, queries.jsonl (ids under `_id` or `id`) and qrels.tsv. Documents
    are split, embedded and searched as in a library, in an index that is thrown away; a document
    ranks by its best passage. `progress` hears of passages embedded and queries asked. Raises
    `UnreadableSource` for a file that is missing or malformed.
    """
    corpus = {_id(row): row for row in _rows(folder / "corpus.jsonl")}
    qrels = _qrels(folder / "qrels.tsv")
    queries = {_id(row): str(row.get("text", "")) for row in _rows(folder / "queries.jsonl")}
    asked = {query: text for query, text in queries.items() if qrels.get(query)}
    if not corpus or not asked:
        raise UnreadableSource(
            f"{folder} holds no query with a relevant document", "check corpus, queries and qrels"
        )
    # Ids of any shape become keys; the index must not stumble over a "@" or a "#".
    numbers = {str(number): document for number, document in enumerate(corpus)}
    documents = [_document(number, corpus[document]) for number, document in numbers.items()]
    aliases = AliasTable.load(starter.ALIASES)
    with tempfile.TemporaryDirectory(prefix="compute-desk-eval-") as scratch:
        means = centres(embedder.queries, embedder.passages)
        index = _build(Path(scratch), documents, embedder, means, aliases, progress)
        ranked = {}
        with index.reading() as reader:
            for done, (query, text) in enumerate(asked.items(), 1):
                hits = search(reader, embedder, means, aliases, text, _PASSAGES)
                best = dict.fromkeys(numbers[hit.passage.source] for hit in hits)
                ranked[query] = list(best)[:_DEPTH]
                if progress is not None:
                    progress(done, len(asked))
        index.close()
    return _scores(ranked, qrels) | {"documents": len(corpus), "queries": len(asked)}


def _build(
    folder: Path,
    documents: Sequence[Document],
    embedder: Embedder,
    means: Centres,
    aliases: AliasTable,
    progress: Callable[[int, int], None] | None,
) -> Index:
    placed = place(documents, VectorCache(folder / "vectors.db"), embedder, means, progress)
    index = Index(folder)
    with index.writing():
        index.write(placed, (), Manifest(0, embedder.fingerprint, "evaluation"), aliases)
    return index


def _document(number: str, row: Mapping[str, Any]) -> Document:
    title, text = str(row.get("title") or ""), str(row.get("text") or "")
    version = content_version(title, text)
    return article(Source(number, version, "article", title, detect(text), text))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise _malformed(path, number) from error
            if not isinstance(row, dict) or not ("_id" in row or "id" in row):
                raise _malformed(path, number)
            yield row


def _qrels(path: Path) -> Qrels:
    found: Qrels = {}
    for number, line in enumerate(_lines(path), 1):
        fields = line.split("\t")
        if number == 1 and fields[-1].strip().lower() == "score":
            continue
        if not line.strip():
            continue
        try:
            query, document, score = fields[0], fields[-2], float(fields[-1])
        except (ValueError, IndexError) as error:
            raise _malformed(path, number) from error
        if score > 0:
            found.setdefault(query, {})[document] = score
    return found


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines: a text may hold a line separator of Unicode's.
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(
            f"cannot read {path}: {error}",
            "the folder needs corpus.jsonl, queries.jsonl, qrels.tsv",
        ) from error


def _malformed(path: Path, number: int) -> UnreadableSource:
    return UnreadableSource(f"{path.name}, line {number} is malformed", "see the BEIR layout")


def _id(row: Mapping[str, Any]) -> str:
    return str(row["_id"] if "_id" in row else row["id"])


def _scores(ranked: Mapping[str, Sequence[str]], qrels: Qrels) -> dict[str, float]:
    sums = dict.fromkeys(("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10"), 0.0)
    for query, found in ranked.items():
        relevant = qrels[query]
        for depth in (1, 5, 10):
            sums[f"recall@{depth}"] += len(relevant.keys() & set(found[:depth])) / len(relevant)
        first = next((n for n, document in enumerate(found, 1) if document in relevant), None)
        sums["mrr@10"] += 1 / first if first else 0.0
        ideal = _gain(sorted(relevant.values(), reverse=True)[:_DEPTH])
        sums["ndcg@10"] += _gain([relevant.get(document, 0.0) for document in found]) / ideal
    return {name: round(total / len(ranked), 4) for name, total in sums.items()}


def _gain(scores: Sequence[float]) -> float:
    return math.fsum(score / math.log2(rank + 1) for rank, score in enumerate(scores, 1))
