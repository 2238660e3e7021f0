"""What speaks for a sentence as the answer to a question, as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.evidence import PassageEvidence
from assistant.grounding.names import without_urls
from assistant.grounding.segments import without_marks
from kb.texts.folding import fold
from kb.texts.splitting import sentences

_UNLIKE = 0.05
"""How far a sentence of unknown likeness lies behind the least like whose likeness is known."""


class SentenceSigns(NamedTuple):
    """What speaks for and against one sentence as the answer. `weighing` knows what each weighs.

    `coverage` is the share of the question's term weight in the sentence and around it, `own` in
    the sentence alone, `lacked` the heaviest share that is in neither; `told` the share of the
    figures asked for, `untold` whether there is none of them; `missing` and `distant` count names
    of the question that neither the paragraph or, of the second, the sentence is about; `relief`
    and `unrelieved` tell how near an answer of the kind asked for stands to the words that ask;
    `likeness` is the sentence's to the question by meaning, `dense` and `keyword` are its
    passage's search scores; `shared` and `asked_share` are the shares of its and of the
    question's pairs of characters that the other has; of the last seven five tell of what the
    question pins down (`pinned.Pinned`), two whether what it asks for has a word in the sentence
    (`attributes.Attributes`). What ends in `_behind` is the distance to
    the best found.
    """

    coverage: float
    own: float
    lacked: float
    coverage_behind: float
    told: float
    untold: float
    missing: float
    distant: float
    relief: float
    unrelieved: float
    tells: float
    no_name: float
    no_person: float
    hints: float
    denied: float
    field: float
    program: float
    caution: float
    pointer: float
    likeness: float
    likeness_behind: float
    likeness_rank: float
    dense: float
    keyword: float
    passage_behind: float
    shared: float
    asked_share: float
    length: float
    other_period: float
    no_period: float
    counts: float
    no_reason: float
    no_model: float
    no_attribute: float
    no_qualifier: float


class QuestionSigns(NamedTuple):
    """What of a question bears on how much evidence it needs. `absent` counts its names that no
    passage is about; `best` is the highest likeness of a sentence, `lead` how far that is above
    the mean of the likest ten. The rest says what is asked for."""

    chinese: float
    words: float
    names: float
    absent: float
    best: float
    lead: float
    decides: float
    figures: float
    name: float
    number: float
    date: float
    person: float
    place: float
    reason: float
    list: float


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage with what speaks for it, and its `score` among others. `missing` are
    names in the question that its paragraph is not about; `fits` tells whether it holds the kind of
    figure that is asked for, `told` which of several; `before` is the sentence before one that
    opens with a pronoun."""

    passage: PassageEvidence
    text: str
    signs: SentenceSigns
    missing: tuple[str, ...] = ()
    fits: bool = True
    told: frozenset[int] = frozenset()
    before: str = ""
    score: float = 0.0


class Floor(NamedTuple):
    """The least scores and likeness found: what a passage is taken for that no search found."""

    score: float
    dense: float
    likeness: float


def floor_of(passages: Sequence[PassageEvidence]) -> Floor:
    likeness = [likeness for p in passages for likeness in p.likeness]
    return Floor(
        min((p.score for p in passages if p.score is not None), default=0.0),
        min((p.dense for p in passages if p.dense is not None), default=0.0),
        min(likeness, default=0.0) - _UNLIKE,
    )


def likeness_of(passage: PassageEvidence, span: tuple[int, int], floor: Floor) -> float:
    """The likeness of a sentence to the question; of its passage where sentences have none."""
    if passage.likeness:
        spans = sentences(passage.text)
        if span in spans:
            return passage.likeness[spans.index(span)]
        return max(passage.likeness)
    return floor.likeness if passage.meaning is None else passage.meaning


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighboring letters of a text."""
    letters = re.sub(r"\W", "", fold(text))
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def plain(text: str) -> str:
    """A source's words on one line, without addresses, tags, or what looks like our marks."""
    text = " ".join(_TAG.sub("", without_urls(without_marks(text)[0])).split())
    return f"{text[:-1]}。" if text.endswith("；") else text


_NO_NAMES = frozenset("gpu gpus h100 h200 a100 b200 series token tokens".split())
