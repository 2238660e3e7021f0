"""How much each sign weighs: which sentence answers best, and whether it answers at all.

Two sums, learned from questions of outsiders over the starter library by
`benchmarks/answering.py --learn` (decision 0026): one over the signs of a sentence, which ranks
the sentences found; one over those of the best sentence and of the question, which is above 0
where it answers. Each sign is measured from its mean, in its standard deviations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.builtin.signs import QuestionSigns, SentenceSigns

WEIGHTS = Path(__file__).with_name("weights.json")
ANSWERING = (
    *SentenceSigns._fields,
    *(f"asked_{name}" for name in QuestionSigns._fields),
    *("score", "margin"),
)
"""The signs of the second sum: those of the best sentence and of the question, the best score, and
how far it is above the next."""


@dataclass(frozen=True)
class Sum:
    """A weighted sum of signs by name, each as (mean, deviation, weight), and a constant."""

    signs: Mapping[str, tuple[float, float, float]]
    constant: float = 0.0

    def of(self, names: Sequence[str], values: Sequence[float]) -> float:
        """The sum over the signs that it weighs."""
        total = self.constant
        for name, value in zip(names, values, strict=True):
            if (known := self.signs.get(name)) is not None:
                mean, deviation, weight = known
                total += weight * (value - mean) / deviation
        return round(total, 6)


@dataclass(frozen=True)
class Weighing:
    """The two sums."""

    ranking: Sum
    answering: Sum

    def score(self, signs: SentenceSigns) -> float:
        """How well a sentence answers, among others; differences are log odds."""
        return self.ranking.of(signs._fields, signs)

    def answers(
        self, signs: SentenceSigns, question: QuestionSigns, score: float, margin: float
    ) -> float:
        """Above 0 where the best sentence answers the question."""
        return self.answering.of(ANSWERING, (*signs, *question, score, margin))


@cache
def weighing() -> Weighing:
    """What came with the package."""
    held = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weighing(_sum(held["ranking"]), _sum(held["answering"]))


def _sum(held: Mapping[str, object]) -> Sum:
    signs = {name: tuple(v) for name, v in held.items() if isinstance(v, list)}
    return Sum(signs, float(str(held.get("constant", 0.0))))
