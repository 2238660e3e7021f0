"""What every index of a home is made and searched with, loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

import numpy as np

from kb import starter
from kb.home import Home
from kb.records import Hit
from kb.retrieval.asked import AskedQuestions
from kb.retrieval.centring import centres
from kb.retrieval.embedders import BUNDLED, Embedder, Vectors, load_embedder
from kb.retrieval.reranking import DEPTH, Reranker
from kb.retrieval.space import Centres
from kb.retrieval.vectors import VectorCache
from kb.texts.aliases import AliasTable
from kb.texts.detect import HAN
from kb.texts.folding import fold_script


class Equipment:
    """The alias table, the embedder, the vectors that are known and the means.

    `chosen` is the name or folder of a model, an `Embedder`, or None for the bundled one.
    """

    def __init__(
        self,
        home: Home,
        chosen: str | Embedder | None,
        note: Callable[[str], None],
        reranker: str | None = None,
    ) -> None:
        self._reranker = reranker
        self._home = home
        self._chosen = chosen
        self._note = note

    @cached_property
    def aliases(self) -> AliasTable:
        """The bundled alias table with the home's own words."""
        own = [self._home.aliases] if self._home.aliases.is_file() else []
        return AliasTable.load(starter.ALIASES, *own)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder that was chosen."""
        if self._chosen is None or isinstance(self._chosen, str):
            return load_embedder(self._chosen, self._note)
        return self._chosen

    def outgrew(self, made: str) -> bool:
        """Whether an index made by the embedder `made` is of an older release's bundled one: an
        upgrade then builds it anew. One that staff chose is never replaced unasked, and neither
        is a bundled one by what is left of it where a package is missing."""
        if self._chosen is not None or made == self.embedder.fingerprint:
            return False
        return made.startswith(BUNDLED) and self.embedder.fingerprint == self._bundle.fingerprint

    def reranked(self, question: str, hits: list[Hit]) -> list[Hit]:
        """Hits in the order of the cross-encoder; as they are where none was chosen."""
        return hits if self._cross_encoder is None else self._cross_encoder.ordered(question, hits)

    @property
    def depth(self) -> int:
        """How many hits `reranked` wants to choose from; 0 where nothing is reranked."""
        return 0 if self._reranker is None else DEPTH

    @cached_property
    def _cross_encoder(self) -> Reranker | None:
        return None if self._reranker is None else Reranker(self._reranker)

    @cached_property
    def asked(self) -> AskedQuestions:
        """The questions that sentences of the bundled library are known to answer."""
        return AskedQuestions(starter.ASKED)

    @cached_property
    def cache(self) -> VectorCache:
        """The vectors that came with the package or were computed here."""
        return VectorCache(self._home.vectors, self._bundle, self._note)

    def apart(self, folder: Path) -> Equipment:
        """The same, but with new vectors kept in `folder`: to try something out beside the home."""
        other = copy(self)
        target = folder / "vectors.db"
        self.cache.copy(target)
        other.__dict__["embedder"] = self.embedder
        other.__dict__["cache"] = VectorCache(target, self._bundle, self._note)
        return other

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages by the first part of the embedder, to be compared with those of
        `questions`."""
        kept = self.cache.embed(texts, self.embedder, lambda _done, _of: None)
        return kept[:, : self.embedder.parts[0].size]

    def questions(self, questions: Sequence[str]) -> Vectors:
        """The vectors of questions without what all questions of their language share, each of
        length 1, by the first part of the embedder; they are kept like those of passages."""
        folded = [fold_script(question) for question in questions]
        kept = self.cache.embed(folded, _AsPassages(self.embedder), lambda _done, _of: None)
        return self._without_means(folded, kept)

    def question(self, text: str) -> Vectors:
        """The vector of one question, as `questions` gives it, but kept nowhere."""
        folded = [fold_script(text)]
        rows = self._without_means(folded, self.embedder.queries(folded))
        return np.asarray(rows[0], dtype=np.float32)

    def _without_means(self, folded: Sequence[str], vectors: Vectors) -> Vectors:
        means = np.stack(
            [self.centres[f"question_{'zh' if HAN.search(text) else 'en'}"] for text in folded]
        )
        first = self.embedder.parts[0].size
        rows = (vectors - means)[:, :first]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)

    @cached_property
    def centres(self) -> Centres:
        """The means under the embedder (`kb.retrieval.centring`)."""
        if self._bundle.fingerprint == self.embedder.fingerprint and self._bundle.centres:
            return self._bundle.centres
        return centres(self.embedder.queries, self.embedder.passages)

    @cached_property
    def _bundle(self) -> starter.BundledVectors:
        return starter.BundledVectors()


class Equipped:
    """What knows how to ask: the meaning of questions by its equipment."""

    _equipment: Equipment

    @property
    def embedder_fingerprint(self) -> str:
        """What changes whenever the vectors of questions would."""
        return self._equipment.embedder.fingerprint

    def question_vector(self, question: str) -> Vectors:
        """What a question means, float32 of length 1; the nearer two are, the more alike."""
        return self._equipment.question(question)

    def question_vectors(self, questions: Sequence[str]) -> Vectors:
        """The same for many questions that stay the same, one row each; kept in the home."""
        return self._equipment.questions(questions)


class _AsPassages:
    """An embedder whose passages are questions, so that a cache of vectors holds them, too."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.fingerprint = f"{embedder.fingerprint}:questions"
        self.dimension = embedder.dimension
        self.parts = embedder.parts
        self.first = embedder.first
        self.second = None
        self.queries = self.passages = embedder.queries
