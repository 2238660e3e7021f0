"""Search: a dense and a keyword leg, joined by one score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from sys import intern

import numpy as np

from kb.records import Hit
from kb.retrieval.asked import AskedQuestions
from kb.retrieval.chroma import Stored
from kb.retrieval.embedders import Embedder, Vectors
from kb.retrieval.filters import ALL, Filter
from kb.retrieval.index import Reader, searched_text
from kb.retrieval.space import (
    Centres,
    Side,
    meaning,
    question_vector,
    sentence_gain,
    sentence_likeness,
    side,
)
from kb.texts.aliases import AliasTable
from kb.texts.detect import HAN
from kb.texts.documents import key_source
from kb.texts.folding import fold_script
from kb.texts.terms import question_terms, terms

_LEG = 60  # candidates from each leg
_READ = 6  # of the best, whose sentences the second encoder looks at while the question waits
_FEW = 500  # passages that are compared one by one where a filter admits no more
_QUESTION_LIMIT = 1000  # characters that are looked at; the models read about as much
_TERM_LIMIT = 200

# score = likeness of the vectors + KEYWORD_WEIGHT x share of the question's term weight in the
# passage. A passage in another language than the question's shares few of its words whatever it
# says, so it counts as holding CHANCE at least: what a passage beside the point holds in the same
# language. How these were chosen: docs/decisions/0006. After the `_READ` best stand those with the
# sentence nearest to the question: what one sentence answers, the score of its passage may not
# show (docs/decisions/0025).
KEYWORD_WEIGHT = 0.35
CHANCE = 0.35
_CLOSER = 0.2
"""How much more alike two questions are than a question and the sentence that answers it."""


def search(
    reader: Reader,
    embedder: Embedder,
    centres: Centres,
    aliases: AliasTable,
    question: str,
    k: int,
    only: Filter = ALL,
    asked_before: AskedQuestions | None = None,
) -> list[Hit]:
    """The `k` best passages for a question that a filter admits, best first, from both legs.

    Only versions in the reader's manifest are found.
    """
    question = question[:_QUESTION_LIMIT].strip()
    total = reader.manifest.passages
    if not question or total == 0:
        return []
    depth = min(max(_LEG, 2 * k), total)
    folded = fold_script(question)
    asked: Side = "zh" if HAN.search(folded) else "en"
    vector = question_vector(embedder.queries([folded])[0], asked, embedder, centres)
    weights = reader.keywords.weights(question_terms(question, aliases)[:_TERM_LIMIT])

    keys = {*_nearest(reader, vector, depth, only), *reader.keywords.search(weights, depth, only)}
    hits = []
    for row in reader.store.get(sorted(keys)):
        if reader.manifest.holds(*key_source(row.key)):
            dense = float(row.vector @ vector)
            share = _share(row, weights, aliases)
            counted = share
            if weights and side(row.passage.language) != asked:
                counted = max(share, CHANCE)
            hits.append((dense + KEYWORD_WEIGHT * counted, row, dense, share))
    hits.sort(key=_best_first)
    for n, (score, row, dense, share) in enumerate(hits[:_READ]):
        gain = sentence_gain(row.passage, row.vector, vector, embedder, centres)
        hits[n] = (score + gain, row, dense + gain, share)
    hits.sort(key=_best_first)
    alike = None if asked_before is None else asked_before.alike(vector, embedder)
    found = [
        Hit(
            row.passage,
            score,
            dense,
            share,
            meaning=meaning(row.vector, vector, embedder),
            likeness=_likeness(
                sentence_likeness(row.passage, row.sentences, vector, embedder),
                None if alike is None else alike.of(row.passage),
            ),
        )
        for score, row, dense, share in hits
    ]
    return [*found[:_READ], *sorted(found[_READ:], key=_nearest_sentence)][:k]


def _likeness(
    own: tuple[float, ...] | None, asked: tuple[float, ...] | None
) -> tuple[float, ...] | None:
    """The likeness of sentences: by their own words, or by a question that they answer."""
    if own is None or asked is None:
        return own
    return tuple(
        max(each, round(known - _CLOSER, 4)) for each, known in zip(own, asked, strict=True)
    )


def _nearest_sentence(hit: Hit) -> float:
    """Sorts the nearest first; where no sentence is known, as they were, after all others."""
    return -max(hit.likeness or (-1.0,))


def _best_first(hit: tuple[float, Stored, float, float]) -> tuple[float, str]:
    return -hit[0], hit[1].key


def _nearest(reader: Reader, vector: Vectors, depth: int, only: Filter) -> list[str]:
    """The keys of the `depth` passages nearest to `vector` among those that a filter admits.

    Chroma's own filters cost thirty times a query, so ever more passages are asked for until
    enough of them are admitted; where few are, these are compared themselves.
    """
    total = reader.manifest.passages
    if only == ALL:
        return reader.store.nearest(vector, depth)
    admitted = reader.admitted(only)
    if len(admitted) <= _FEW:
        rows = reader.store.get(sorted(admitted))
        order = np.argsort([-float(row.vector @ vector) for row in rows], kind="stable")
        return [rows[n].key for n in order[:depth]]
    reach = min(total, 2 * depth * total // len(admitted))
    while True:
        found = [key for key in reader.store.nearest(vector, reach) if key in admitted]
        if len(found) >= min(depth, len(admitted)) or reach >= total:
            return found[:depth]
        reach = min(total, 2 * reach)


def _share(row: Stored, weights: Mapping[str, float], aliases: AliasTable) -> float:
    total = sum(weights.values())
    if total <= 0:
        return 0.0
    present = _terms_of(searched_text(row), aliases)
    return min(1.0, sum(weight for term, weight in weights.items() if term in present) / total)


@lru_cache(maxsize=2048)  # many questions lead to the same passages; 16 MB at most
def _terms_of(text: str, aliases: AliasTable) -> frozenset[str]:
    return frozenset(map(intern, terms(text, aliases)))
