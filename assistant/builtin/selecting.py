"""Which sentences of the evidence answer a question, and whether any does.

Abstention is a rule over evidence: what speaks for the best sentence (the question's words, names
and figures in it, the kind of answer, its likeness of meaning) is weighed against what the
question asks for (`needs`, `weighing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.builtin.listing import with_members
from assistant.builtin.needs import Needs
from assistant.builtin.signs import Candidate, pairs
from assistant.builtin.sufficing import Signs, suffice
from assistant.builtin.wanted import HOURLY_PRICE
from assistant.builtin.weighing import weighing
from assistant.evidence import PassageEvidence
from assistant.language import same_language
from assistant.question import Reading
from kb.texts.aliases import AliasTable
from tools.quantities import Unit

NEAR = 1.5
"""A further sentence is added whose score is at most this far (in log odds) behind the best."""
WEIGHED = 10
ALIKE = 0.45
"""Two sentences that share so much (`overlap`) say the same."""
_LEAD_ACROSS = 0.08
"""How far a passage in the other language has to stand above the others found, in likeness of
meaning, to answer a question outside the desk's field."""
_CROSSING_SCORE = 0.56
"""Search score that a passage in the other language needs (see docs/figures.md)."""
_POINTER = 3.0
"""What a sentence loses (in log odds) that only points to a page, where no page is asked for."""
_PART_OF_LIST = 1.0
"""How far below the line (in log odds) a sentence may lie where a list is asked for: it need not
hold all members."""
_COMPLETING = 0.25
"""Coverage that a sentence needs which only adds a figure that is asked for too."""


@dataclass(frozen=True)
class Selection:
    """Sentences that answer, best first; if none does, what is missing and what comes closest:
    names that no passage is about, a figure, or the kind of answer (`asked.Asked.kind`).
    `weighed` are the best in the reader's language, whether or not they answer."""

    chosen: tuple[Candidate, ...]
    closest: tuple[Candidate, ...]
    missing_names: tuple[str, ...] = ()
    missing_figure: bool = False
    missing_kind: str | None = None
    weighed: tuple[Candidate, ...] = ()


def select(
    reading: Reading,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
    most: int = 3,
) -> Selection:
    """Choose the sentences that answer `reading`, at most `most`. `weights` are the weights of
    the question's terms in the library."""
    needs = Needs(reading, passages, weights, aliases)
    found = ranked(needs.candidates())
    mine = [c for c in found if same_language(c.passage.language, reading.language)]
    weighed = tuple([c for c in mine if not c.missing][:WEIGHED])
    signs = None if needs.in_field else needs.passage_signs()
    if signs is not None:
        able = _able_elsewhere(needs, signs, reading, mine, found)
    elif needs.is_of_strangers():
        able = []
    else:
        able = _able(needs, mine)
        if not able:
            able = _able(needs, _nearer(found, mine))
    if able:
        chosen = _completed(_different(able, most), found, needs.wanted, most)
        chosen = with_members(reading.folded, chosen, able)
        return Selection(tuple(chosen), (), weighed=weighed)
    absent = needs.absent(found)
    close = [c for c in mine or found if not c.missing and c.signs.coverage > 0]
    return Selection(
        (),
        tuple(_different(close, 1)) if not absent else (),
        absent,
        missing_figure=bool(needs.wanted) and not absent and not any(c.fits for c in close),
        missing_kind=None if absent else needs.missing_kind(close),
        weighed=weighed,
    )


def ranked(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with their scores, best first."""
    scored = [
        replace(c, score=weighing().score(c.signs) - _POINTER * c.signs.pointer) for c in found
    ]
    return sorted(scored, key=lambda c: (-c.score, c.passage.id))


def signs(
    reading: Reading,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
) -> Signs | None:
    """What `select` would weigh for a question outside the desk's field."""
    return Needs(reading, passages, weights, aliases).passage_signs()


def _able(needs: Needs, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, best first, if the best of them answers."""
    fitting = [c for c in found if c.fits] if HOURLY_PRICE in needs.wanted else list(found)
    if not fitting:
        return []
    first = fitting[0]
    if first.signs.denied:  # it says that nobody knows
        return []
    margin = first.score - fitting[1].score if len(fitting) > 1 else 0.0
    question = needs.question_signs(found)
    enough = weighing().answers(first.signs, question, first.score, margin)
    return fitting if enough + _PART_OF_LIST * question.list > 0 else []


def _able_elsewhere(
    needs: Needs,
    signs: Signs,
    reading: Reading,
    mine: Sequence[Candidate],
    found: Sequence[Candidate],
) -> list[Candidate]:
    """The candidates that answer a question outside the desk's field."""
    if mine and suffice(signs, reading.language):
        return list(mine)
    if able := _able(needs, mine) if signs.stands_out else []:
        return able
    nearest = max(found, key=lambda c: c.passage.meaning or 0.0, default=None)
    if nearest is None or nearest in mine or signs.lead < _LEAD_ACROSS:
        return []
    return [c for c in found if c.passage == nearest.passage]


def _nearer(found: Sequence[Candidate], mine: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in the other language that are close by meaning, if one is closer than all
    in the reader's."""
    others = [c for c in found if c not in mine and (c.passage.score or 0.0) >= _CROSSING_SCORE]
    likest = max((c.signs.likeness for c in mine), default=0.0)
    return others if any(c.signs.likeness > likest for c in others) else []


def _different(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best, and others near it that say something else."""
    kept: list[Candidate] = []
    for candidate in candidates:
        if len(kept) == most or candidate.score < candidates[0].score - NEAR:
            break
        if all(overlap(candidate.text, other.text) < ALIKE for other in kept):
            kept.append(candidate)
    return kept


def _completed(
    chosen: list[Candidate],
    found: Sequence[Candidate],
    wanted: Sequence[frozenset[Unit]],
    most: int,
) -> list[Candidate]:
    """The chosen sentences, and for each kind of figure that they leave out one that tells it of
    the same subject."""
    for kind in range(len(wanted)):
        if len(chosen) == most or any(kind in c.told for c in chosen):
            continue
        first = chosen[0].passage
        others = (
            c
            for c in found
            if kind in c.told
            and not c.missing
            and (c.passage.program or c.passage.source) == (first.program or first.source)
            and c.signs.coverage >= _COMPLETING
        )
        if (other := next(others, None)) is not None:
            chosen.append(other)
    return chosen


def overlap(a: str, b: str) -> float:
    """Share of the shorter text's character pairs that the other has too."""
    first, second = pairs(a), pairs(b)
    return len(first & second) / (min(len(first), len(second)) or 1)
