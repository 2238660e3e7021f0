"""Which sentences of the evidence answer a question, and whether any does.

Abstention is a rule over coverage: a sentence answers only if it is about every name in the
question, holds the kind of figure that is asked for, and covers enough of the question's weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.evidence import PassageEvidence
from assistant.grounding.names import proper_names
from assistant.language import same_language
from assistant.reading import Reading
from kb.aliases import AliasTable
from kb.folding import fold
from kb.splitting import sentences
from kb.terms import terms
from tools.quantities import Unit, find_quantities

ENOUGH = 0.5
"""Share of the question's weight that a sentence in the reader's language has to cover."""
NEAR = 0.8
"""A further sentence is added when it scores at least this share of the best."""
_HEADER_SHARE = 0.6  # a term found only around the sentence counts for less

_FIGURES: tuple[tuple[re.Pattern[str], frozenset[Unit]], ...] = (
    (re.compile(r"how many (?:gpus|chips|cards|h100s?|a100s?)|多少(?:块|张|枚|颗|台)|几(?:块|张|枚)"),
     frozenset({Unit.GPUS, Unit.COUNT})),
    (re.compile(r"what (?:percent\w*|share|fraction|proportion|stake)|how large a (?:stake|share)"
                r"|百分之|比例|占比|占多少|份额|多少股|持股|股份"),
     frozenset({Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"how much|多少钱|多少美元|多少资金|多少额度|投了多少|投资(?:了)?多少|估值|什么价"),
     frozenset({Unit.MONEY, Unit.PRICE_PER_GPU_HOUR, Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"how long|how many (?:years|months|weeks|days)|多久|多长时间|几年|几个月|几周|多少年"),
     frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"\bwhen\b|what year|which year|什么时候|何时|哪一年|哪年"),
     frozenset({Unit.YEAR, Unit.DATE})),
    (re.compile(r"how many|多少|几"), frozenset(Unit)),
)  # fmt: skip
_HOURLY = re.compile(r"per (?:gpu[- ]?)?hour|an hour|hourly|每小时|一小时|每卡时|卡时")


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage with how well it answers. `coverage` is the share of the
    question's term weight in it (0 to 1); `missing` are names in the question that it is not
    about; `fits` tells whether it holds the kind of figure that is asked for."""

    passage: PassageEvidence
    text: str
    coverage: float
    missing: tuple[str, ...]
    fits: bool
    score: float


@dataclass(frozen=True)
class Selection:
    """Sentences that answer, best first; if none does, what is missing and what comes closest."""

    chosen: tuple[Candidate, ...]
    closest: tuple[Candidate, ...]
    missing_names: tuple[str, ...] = ()
    missing_figure: bool = False


def select(
    reading: Reading,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
    most: int = 3,
) -> Selection:
    """Choose the sentences that answer `reading`, at most `most`."""
    wanted = wanted_figures(reading.folded)
    names = _names(reading, weights, aliases)
    best = max((passage.score or 0.0 for passage in passages), default=0.0) or 1.0
    found = [
        candidate
        for passage in _each_once(passages)
        for candidate in _candidates(
            passage, (passage.score or 0.0) / best, weights, aliases, names, wanted
        )
    ]
    found.sort(key=lambda c: (-c.score, c.passage.id))
    mine = [c for c in found if same_language(c.passage.language, reading.language)]
    able = [c for c in mine if _answers(c)] or [c for c in found if _answers(c)]
    if able:
        return Selection(tuple(_different(able, most)), ())
    close = mine or found
    absent = [n for n in names if all(n in c.missing for c in found)]
    return Selection(
        (),
        tuple(_different([c for c in close if not c.missing], 1)),
        tuple(absent),
        missing_figure=bool(wanted) and not absent,
    )


def wanted_figures(folded: str) -> frozenset[Unit]:
    """The kinds of figure that would answer a question; empty where any sentence may."""
    if _HOURLY.search(folded):
        return frozenset({Unit.PRICE_PER_GPU_HOUR})
    return next((units for cue, units in _FIGURES if cue.search(folded)), frozenset())


def _names(reading: Reading, weights: Mapping[str, float], aliases: AliasTable) -> tuple[str, ...]:
    """Names in the question: proper nouns, and members of the alias table that are names."""
    found = [name for name in proper_names(reading.text) if fold(name) not in _NO_NAMES]
    return tuple(dict.fromkeys(found))


_NO_NAMES = frozenset(["gpu", "gpus", "h100", "h200", "a100", "b200", "series", "token", "tokens"])


def _candidates(
    passage: PassageEvidence,
    nearness: float,
    weights: Mapping[str, float],
    aliases: AliasTable,
    names: Sequence[str],
    wanted: frozenset[Unit],
) -> list[Candidate]:
    """The sentences of a passage; `nearness` is its search score against the best (0 to 1)."""
    about = " ".join(filter(None, (passage.title, passage.header, passage.publisher)))
    around = set(terms(f"{about} {passage.text}", aliases))
    named = fold(f"{about} {passage.text}")
    groups = set(aliases.groups(named))
    missing = tuple(
        name for name in names if fold(name) not in named and aliases.group(name) not in groups
    )
    total = sum(weights.values()) or 1.0
    candidates = []
    for start, end in sentences(passage.text) or [(0, len(passage.text))]:
        text = passage.text[start:end]
        own = set(terms(text, aliases))
        covered = sum(
            weight * (1.0 if term in own else _HEADER_SHARE if term in around else 0.0)
            for term, weight in weights.items()
        )
        fits = not wanted or any(q.unit in wanted for q in find_quantities(text))
        coverage = covered / total
        score = coverage + nearness + (0.15 if fits and wanted else 0.0)
        score -= 0.3 * len(missing)
        candidates.append(Candidate(passage, text, coverage, missing, fits, score))
    return candidates


def _answers(candidate: Candidate) -> bool:
    return not candidate.missing and candidate.fits and candidate.coverage >= ENOUGH


def _each_once(passages: Sequence[PassageEvidence]) -> list[PassageEvidence]:
    return list({(p.source, p.start): p for p in reversed(passages)}.values())[::-1]


def _different(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best, and others near it that say something else."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if len(kept) == most or candidate.score < NEAR * candidates[0].score:
            break
        if all(_overlap(candidate.text, other.text) < 0.45 for other in kept):
            kept.append(candidate)
    return kept


def _overlap(a: str, b: str) -> float:
    """Share of the shorter text's character pairs that the other has too."""
    first, second = _pairs(a), _pairs(b)
    return len(first & second) / (min(len(first), len(second)) or 1)


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"\W", "", fold(text))
    return {letters[n : n + 2] for n in range(len(letters) - 1)}
