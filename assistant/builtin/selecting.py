"""Which sentences of the evidence answer a question, and whether any does.

Abstention is a rule over coverage: a sentence answers only if it is about every name in the
question, holds the kind of figure that is asked for, and covers enough of the question's weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant import cues
from assistant.builtin.coverage import content_terms, covered, crossing
from assistant.builtin.yes_no.asked import yes_no
from assistant.evidence import PassageEvidence
from assistant.grounding.names import proper_names, without_urls
from assistant.grounding.segments import without_marks
from assistant.language import same_language
from assistant.question import Ask, Reading
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.quantities import Unit, find_quantities

ENOUGH = 0.5
"""Share of the question's weight that a sentence in the reader's language has to cover, in a
passage of the search score `_USUAL`; a passage that is closer in meaning needs less of it."""
_USUAL = 0.42
_PER_SCORE = 0.8
_DISTANT = 0.3
"""What a name costs that stands in the paragraph only, not in the sentence."""
_LEAST, _MOST = 0.25, 0.6
NEAR = 0.8
"""A further sentence is added when it scores at least this share of the best."""
WEIGHED = 10
_BEHIND = 0.85
"""What a passage loses for each point of search score that it lies behind the best."""
_CROSSING_SCORE = 0.56
"""Search score that a passage in the other language needs (see docs/figures.md)."""

_FIGURES: tuple[tuple[re.Pattern[str], frozenset[Unit]], ...] = (
    (re.compile(r"how many (?:gpus|chips|cards|h100s?|a100s?)"
                r"|多少(?:块|张|枚|颗|台)|几(?:块|张|枚)"),
     frozenset({Unit.GPUS, Unit.COUNT})),
    (re.compile(r"what (?:percent\w*|share|fraction|proportion|stake)|how large a (?:stake|share)"
                r"|百分之|比例|占比|占股|占多少|份额|多少股|持股|股份"),
     frozenset({Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"how much|多少(?:钱|美元|资金|额度)|估值(?:是|为|有)?多少"),
     frozenset({Unit.MONEY, Unit.PRICE_PER_GPU_HOUR, Unit.PERCENT, Unit.RATIO})),
    (re.compile(r"投(?:资|了|资了)多少(?!股|比)"), frozenset({Unit.MONEY})),
    (re.compile(r"how long|how many (?:years|months|weeks|days)"
                r"|多久|多长时间|几年|几个月|几周|多少年"),
     frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"how old|几岁|多大年纪|年龄"), frozenset()),
    (re.compile(r"\bexpires?\b|到期|有效期"), frozenset({Unit.DURATION_DAYS})),
    (re.compile(r"\bwhen\b|what year|which year|什么时候|何时|哪一年|哪年"),
     frozenset({Unit.YEAR, Unit.DATE})),
)  # fmt: skip
_ANY_FIGURE = re.compile(r"how many|多少|几")
_NO_COUNTS = frozenset({Unit.YEAR, Unit.DATE})
# Amounts that are told in words only.
_VAGUE = re.compile(
    r"\b(?:dozens|hundreds|thousands|millions|billions)\b"
    r"|\b(?:several|few) (?:hundred|thousand|million)\b"
    r"|figure|数[十百千万亿]|[十百千万亿]位数|几[十百千万亿]"
)


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
    """Sentences that answer, best first; if none does, what is missing and what comes closest.
    `weighed` are the best in the reader's language, whether or not they cover enough."""

    chosen: tuple[Candidate, ...]
    closest: tuple[Candidate, ...]
    missing_names: tuple[str, ...] = ()
    missing_figure: bool = False
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
    question = _Question(reading, weights, aliases)
    best = max((passage.score or 0.0 for passage in passages), default=0.0)
    found = [
        candidate
        for passage in _each_once(passages)
        for candidate in question.candidates(passage, 1 - _BEHIND * (best - (passage.score or 0.0)))
    ]
    found.sort(key=lambda c: (-c.score, c.passage.id))
    mine = [c for c in found if same_language(c.passage.language, reading.language)]
    able = [c for c in mine if _answers(c)]
    weighed = tuple([c for c in mine if not c.missing][:WEIGHED])
    if not able:
        able = [c for c in found if c not in mine and _answers(c) and _is_near(c)]
    if able:
        return Selection(tuple(_different(able, most)), (), weighed=weighed)
    absent = [name for name in question.names if all(name in c.missing for c in found)]
    close = [c for c in mine or found if not c.missing and c.coverage > 0]
    return Selection(
        (),
        tuple(_different(close, 1)) if not absent else (),
        tuple(absent),
        missing_figure=bool(question.wanted) and not absent,
        weighed=weighed,
    )


class _Question:
    """What a question needs of a sentence."""

    def __init__(self, reading: Reading, weights: Mapping[str, float], aliases: AliasTable) -> None:
        self._language, self._aliases = reading.language, aliases
        self._content = content_terms(reading.text, weights, aliases)
        self._crossing = crossing(self._content)
        chinese = reading.language != "en"
        names = proper_names(reading.text, initial=chinese)  # no capital opens a Chinese sentence
        self.names = tuple(name for name in names if fold(name) not in _NO_NAMES)
        priced = Ask.OFFERS in reading.asks
        self.wanted = (_HOURLY_PRICE,) if priced else wanted_figures(reading.folded)
        if yes_no(reading) is not None:  # whether there is a figure is no question for one
            self.wanted = ()
        self._programs = {*reading.programs, *reading.sponsored}
        self._fields = reading.fields
        self._hints = [told for asked, told in _HINTS if asked.search(reading.folded)]

    def candidates(self, passage: PassageEvidence, nearness: float) -> list[Candidate]:
        """The sentences of a passage; `nearness` is 1 for the best found, less for others."""
        about = " ".join(filter(None, (passage.title, passage.header, passage.publisher)))
        around = f"{about} {passage.text}"
        heading = passage.header if passage.program else passage.header.rpartition(" — ")[2]
        missing = self._missing(around)
        mine = same_language(passage.language, self._language)
        content = self._content if mine else self._crossing
        made = []
        for start, end in passage.statements():
            text = passage.text[start:end]
            if not plain(text):
                continue
            coverage = covered(content, text, around, self._aliases)
            coverage += _FIELD_SHARE * (passage.field in self._fields)
            told = self._figures_told(text)
            fits = not self.wanted or told > 0
            distant = len(self._missing(f"{heading} {text}")) - len(missing)
            score = coverage + nearness - 0.3 * len(missing) - _DISTANT * distant + 0.15 * told
            score += 0.2 * (passage.program in self._programs)
            score += sum(0.2 for hint in self._hints if hint.search(text))
            score -= 0.2 * (passage.field == "caution")
            made.append(Candidate(passage, text, coverage, missing, fits, score))
        return made

    def _missing(self, text: str) -> tuple[str, ...]:
        """The names in the question that a text is not about."""
        folded = fold(text)
        groups = set(self._aliases.groups(folded))
        return tuple(
            name
            for name in self.names
            if fold(name) not in folded and self._aliases.group(name) not in groups
        )

    def _figures_told(self, text: str) -> float:
        """The share (0 to 1) of the kinds of figure asked for that a sentence tells."""
        if not self.wanted:
            return 0.0
        units = {quantity.unit for quantity in find_quantities(text)}
        told = sum(bool(kind & units) for kind in self.wanted) / len(self.wanted)
        vague = self.wanted != (_HOURLY_PRICE,) and _VAGUE.search(text)
        return told or (0.5 if vague else 0.0)


_HOURLY_PRICE = frozenset({Unit.PRICE_PER_GPU_HOUR})


_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def plain(text: str) -> str:
    """A source's words on one line, without addresses, tags, or what looks like our marks."""
    text = " ".join(_TAG.sub("", without_urls(without_marks(text)[0])).split())
    return f"{text[:-1]}。" if text.endswith("；") else text


def wanted_figures(folded: str) -> tuple[frozenset[Unit], ...]:
    """The kinds of figure that would answer a question, each as the units that will do; empty
    where any sentence may."""
    if cues.HOURLY.search(folded):
        return (_HOURLY_PRICE,)
    found = tuple(units for cue, units in _FIGURES if cue.search(folded))
    if not found and _ANY_FIGURE.search(folded):
        return (frozenset(Unit) - _NO_COUNTS,)
    return found


_NO_NAMES = frozenset("gpu gpus h100 h200 a100 b200 series token tokens".split())
# What a question asks for, and the words with which a sentence tells it.
_HINTS = (
    (
        re.compile(r"\bwhy\b|\breasons?\b|为什么|为何|原因|理由"),
        re.compile(
            r"\b(?:because|since|so|therefore|for its|counted|reason|needs?|value[ds]?|said)\b"
            r"|因为|由于|因此|所以|看重|原因|才|出于"
        ),
    ),
    (
        re.compile(r"\bprices?\b|\bcharges?\b|\bfees?\b|价格|什么价|收费|费用"),
        re.compile(r"at cost|free|below|less than|\$|price|成本价|免费|低于|高于|美元"),
    ),
    (
        re.compile(
            r"\bhow (?:does|do|did|is|was)\b.*\b(?:arrive|get to|calculat|deriv)|怎么.*算|算法"
        ),
        re.compile(r"doubl|times|half|50%|multipl|乘|倍|50%|一半"),
    ),
)
# The field of a program's terms that a question asks for counts as that much coverage.
_FIELD_SHARE = 0.3


def _answers(candidate: Candidate) -> bool:
    return not candidate.missing and candidate.fits and candidate.coverage >= _needed(candidate)


def _needed(candidate: Candidate) -> float:
    """The coverage that a sentence needs, by how close its passage is in meaning."""
    score = candidate.passage.score
    if score is None:
        return ENOUGH
    return min(max(ENOUGH - _PER_SCORE * (score - _USUAL), _LEAST), _MOST)


def _is_near(candidate: Candidate) -> bool:
    """Whether a passage in the other language is close enough by meaning."""
    return (candidate.passage.score or 0.0) >= _CROSSING_SCORE


def _each_once(passages: Sequence[PassageEvidence]) -> list[PassageEvidence]:
    return list({(p.source, p.start): p for p in reversed(passages)}.values())[::-1]


def _different(candidates: Sequence[Candidate], most: int, near: float = NEAR) -> list[Candidate]:
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
