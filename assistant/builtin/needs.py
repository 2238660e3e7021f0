"""What a question needs of a sentence, and what speaks for each sentence that was found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from assistant.builtin.asked import WHO_IS_NAMED, read_asked
from assistant.builtin.attributes import read_attributes
from assistant.builtin.coverage import content_terms, covered, crossing, stem, stems
from assistant.builtin.hints import (
    ADDRESS,
    ASKS_NAME,
    DENIAL,
    FIELD,
    HINTS,
    NAMED,
    NOTE,
    NOTHING_KNOWN,
    PAGE,
    PRONOUN,
    currency_told,
    is_field,
)
from assistant.builtin.pinned import read_pinned
from assistant.builtin.signs import (
    Candidate,
    Floor,
    QuestionSigns,
    SentenceSigns,
    floor_of,
    likeness_of,
    pairs,
    plain,
)
from assistant.builtin.sufficing import Signs, read_signs
from assistant.builtin.wanted import HOURLY_PRICE, figures_told, kinds_told, wanted_figures
from assistant.builtin.wording import is_misspelled, mended, without_asides
from assistant.builtin.yes_no.asked import yes_no
from assistant.evidence import PassageEvidence
from assistant.grounding.names import proper_names
from assistant.grounding.subjects import COMMON
from assistant.language import same_language
from assistant.question import Ask, Reading
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.terms import terms
from tools.quantities import Unit

_NO_NAMES = frozenset("gpu gpus h100 h200 a100 b200 series token tokens".split())
_DATED = frozenset({Unit.YEAR, Unit.DATE})
_NEAREST = 10
"""So many of the likest sentences are looked at together."""
_RELIEF = 0.2
_LISTED = 0.3


class Needs:
    """What a question needs of a sentence; `weights` are those of its terms in the library."""

    def __init__(
        self,
        reading: Reading,
        passages: Sequence[PassageEvidence],
        weights: Mapping[str, float],
        aliases: AliasTable,
    ) -> None:
        self._reading, self._aliases, self._passages = reading, aliases, passages
        self._text, self._language = reading.text, reading.language
        self.in_field = bool(
            aliases.groups(reading.folded)
            or FIELD.search(reading.folded)
            or reading.programs
            or reading.provider
            or is_field(passages)
        )
        core = without_asides(reading.text)
        self._content = _content(core, reading.text, passages, weights, aliases)
        self._crossing = crossing(self._content)
        chinese = reading.language != "en"
        names = proper_names(core, initial=chinese)  # no capital opens a Chinese sentence
        self.names = tuple(name for name in names if fold(name) not in _NO_NAMES)
        priced = Ask.OFFERS in reading.asks
        self._sums = currency_told(reading.folded)
        self._decides = yes_no(reading) is not None
        self.wanted = (HOURLY_PRICE,) if priced else wanted_figures(reading.folded)
        if self._decides:  # whether there is a figure is no question for one
            self.wanted = ()
        self._asked = read_asked(core, reading.language, self._content)
        self._pinned = read_pinned(core, self._asked.kind == "reason" and not self._decides)
        self._attributes = read_attributes(reading.text)
        self._asks_name = bool(
            ASKS_NAME.search(reading.folded) and not WHO_IS_NAMED.search(reading.text)
        )
        self._hints = [told for asked, told in HINTS if asked.search(reading.folded)]

    def passage_signs(self) -> Signs | None:
        """What in the passages speaks for an answer to a question outside the desk's field."""
        return read_signs(self._text, self._language, self._passages, self._content, self._aliases)

    def candidates(self) -> list[Candidate]:
        """The sentences of the passages, each once."""
        passages = _each_once(self._passages)
        best = max((p.score or 0.0 for p in passages), default=0.0)
        found = [c for p in passages for c in self._candidates(p, best, floor_of(passages))]
        likest = max((c.signs.likeness for c in found), default=0.0)
        fullest = max((c.signs.coverage for c in found), default=0.0)
        order = sorted({c.signs.likeness for c in found}, reverse=True)
        rank = {likeness: 1 / (1 + n) for n, likeness in enumerate(order)}
        return [
            replace(
                c,
                signs=c.signs._replace(
                    likeness_behind=likest - c.signs.likeness,
                    likeness_rank=rank[c.signs.likeness],
                    coverage_behind=fullest - c.signs.coverage,
                ),
            )
            for c in found
        ]

    def question_signs(self, found: Sequence[Candidate]) -> QuestionSigns:
        """What of the question bears on how much evidence it needs."""
        nearest = sorted((c.signs.likeness for c in found), reverse=True)[:_NEAREST] or [0.0]
        kind = self._asked.kind
        return QuestionSigns(
            chinese=float(self._language != "en"),
            words=len(self._content) / 10,
            names=float(len(self.names)),
            absent=float(len(self.absent(found))),
            best=nearest[0],
            lead=nearest[0] - fmean(nearest),
            decides=float(self._decides),
            figures=float(bool(self.wanted)),
            name=float(self._asks_name),
            number=float(kind in ("number", "size", "duration")),
            date=float(kind == "date"),
            person=float(kind == "person"),
            place=float(kind == "place"),
            reason=float(kind == "reason"),
            list=float(kind == "list"),
        )

    def absent(self, found: Sequence[Candidate]) -> tuple[str, ...]:
        """The names in the question that no paragraph found is about."""
        return tuple(name for name in self.names if all(name in c.missing for c in found))

    def is_of_strangers(self) -> bool:
        """Whether a question of fact names a known party that no passage found speaks of."""
        if self._decides:
            return False
        asked = {*self._aliases.groups(self._reading.folded)} - COMMON
        told = " ".join(f"{p.title} {p.header} {p.text}" for p in self._passages)
        return not asked <= {*self._aliases.groups(fold(told))}

    def missing_kind(self, close: Sequence[Candidate]) -> str | None:
        """The kind of answer that none of the sentences closest to the question tells."""
        told = (self._asked.nearness(candidate.text) for candidate in close)
        return None if self._decides or any(told) else self._asked.kind

    def _candidates(self, passage: PassageEvidence, best: float, floor: Floor) -> list[Candidate]:
        about = " ".join(filter(None, (passage.title, passage.header, passage.publisher)))
        around = f"{about} {passage.text}"
        heading = passage.header if passage.program else passage.header.rpartition(" — ")[2]
        missing = self._missing(around)
        behind = best - (floor.score if passage.score is None else passage.score)
        made: list[Candidate] = []
        before = ""
        for start, end in passage.statements():
            text = passage.text[start:end]
            if not plain(text):
                continue
            told_before = before if PRONOUN.match(text) else ""
            near = self._missing(f"{heading} {told_before} {text}")
            signs = self._signs(passage, (start, end), told_before, around, floor)._replace(
                missing=float(len(missing)),
                distant=float(len(near) - len(missing)),
                passage_behind=behind,
            )
            made.append(
                Candidate(
                    passage,
                    text,
                    signs,
                    missing,
                    fits=(not self.wanted or (signs.told > 0 and len(near) == len(missing)))
                    and not signs.denied,
                    told=frozenset(kinds_told(self.wanted, text)),
                    before=told_before,
                )
            )
            before = text
        return made

    def _signs(
        self,
        passage: PassageEvidence,
        span: tuple[int, int],
        before: str,
        around: str,
        floor: Floor,
    ) -> SentenceSigns:
        text = passage.text[span[0] : span[1]]
        mine = same_language(passage.language, self._language)
        content = self._content if mine else self._crossing
        held = stems(f"{around} {text}", self._aliases)
        lacked = [weight for term, weight in content.items() if stem(term) not in held]
        told = figures_told(self.wanted, text)
        if self._sums and told and not self._sums.search(fold(text)):
            told = 0.0  # an amount in another currency
        relief, pinned = self._relief(text, mine), self._pinned
        asked, said = pairs(self._text), pairs(text)
        return SentenceSigns(
            coverage=covered(content, text, around, self._aliases),
            own=covered(content, text, text, self._aliases),
            lacked=max(lacked, default=0.0) / (sum(content.values()) or 1.0),
            coverage_behind=0.0,
            told=told,
            untold=float(bool(self.wanted) and not told),
            missing=0.0,
            distant=0.0,
            relief=max(relief, 0.0),
            unrelieved=min(relief, 0.0),
            tells=float(mine and self._tells(text, held, told)),
            no_name=float(self._asks_name and not self._names_another(text)),
            no_person=float(self._asked.kind == "person" and not self._asked.tells_name(text)),
            hints=float(sum(bool(hint.search(text)) for hint in self._hints)),
            denied=float(self._denied(text)),
            field=float(passage.field in self._reading.fields),
            program=float(passage.program in (*self._reading.programs, *self._reading.sponsored)),
            caution=float(passage.field == "caution"),
            pointer=float(passage.field == "apply" and self._only_points(text)),
            likeness=likeness_of(passage, span, floor),
            likeness_behind=0.0,
            likeness_rank=0.0,
            dense=floor.dense if passage.dense is None else passage.dense,
            keyword=passage.keyword or 0.0,
            passage_behind=0.0,
            shared=len(asked & said) / (len(said) or 1),
            asked_share=len(asked & said) / (len(asked) or 1),
            length=math.log(len(text.encode()) / 100),
            other_period=pinned.other_period(text),
            no_period=pinned.no_period(f"{around} {text}", passage.as_of),
            counts=pinned.counts(text),
            no_reason=pinned.no_reason(text),
            no_model=pinned.no_model(text),
            no_attribute=self._attributes.untold(f"{before} {text}"),
            no_qualifier=self._attributes.unqualified(f"{before} {text}"),
        )

    def _tells(self, text: str, held: set[str], told: float) -> bool:
        """Whether a sentence tells the figure or person asked for and stands, with what is around
        it, for every name and known term of the question."""
        if self._decides or any(_DATED & kinds for kinds in self.wanted):
            return False  # any sentence may hold a date of something else
        if not all(term in held for term in self._content if term.startswith("@")):
            return False
        if self.wanted:
            return told == 1 and not self._denied(text)
        return self._asked.kind == "person" and self._asked.tells_name(text)

    def _relief(self, text: str, mine: bool) -> float:
        """How near an answer of the kind asked for stands to the words that ask; below 0 where
        there is none of a kind that has a form of its own."""
        nearness = self._asked.nearness(text) if mine and not self._decides else None
        if nearness == 0 and self._asked.kind in ("person", "place"):
            return -_RELIEF / 2
        least = _LISTED if self._asked.kind == "list" else _RELIEF
        return least * (nearness or 0.0)

    def _names_another(self, text: str) -> bool:
        """Whether a sentence names somebody or something that the question does not."""
        asked = self._reading.folded
        known = set(self._aliases.groups(asked))
        if any(group not in known for group in self._aliases.groups(fold(text))):
            return True
        words = [m.group() for m in NAMED.finditer(text) if m.start() or not text[0].isascii()]
        return any(fold(word).strip(".'’") not in asked for word in words)

    def _only_points(self, text: str) -> bool:
        """Whether a statement gives an address and the question asks for none."""
        return bool(ADDRESS.search(fold(text))) and not PAGE.search(self._text)

    def _denied(self, text: str) -> bool:
        """Whether a sentence only says that what is asked for is not known, or speaks of a source
        where a figure or date of the world is asked for."""
        if not self._decides and NOTHING_KNOWN.search(fold(text)):
            return True
        if not self.wanted and self._asked.kind != "date":
            return False
        if NOTE.search(text):
            return True
        denial = DENIAL.search(fold(text))
        if denial is None:
            return False
        denied = stems(denial.group(), self._aliases)
        return any(stem(term) in denied for term in self._content if not term.startswith("@"))

    def _missing(self, text: str) -> tuple[str, ...]:
        """The names in the question that a text is not about."""
        folded = fold(text)
        groups = set(self._aliases.groups(folded))
        return tuple(
            name
            for name in self.names
            if fold(name) not in folded
            and self._aliases.group(name) not in groups
            and not is_misspelled(name, folded)
        )


def _content(
    core: str,
    text: str,
    passages: Sequence[PassageEvidence],
    weights: Mapping[str, float],
    aliases: AliasTable,
) -> dict[str, float]:
    """The content terms of a question without its asides, of which only known names count."""
    whole = content_terms(text, weights, aliases)
    kept = content_terms(core, weights, aliases)
    kept |= {term: weight for term, weight in whole.items() if term.startswith("@")}
    known = {term for p in passages for term in terms(f"{p.title} {p.header} {p.text}", aliases)}
    return mended(kept or whole, known)


def _each_once(passages: Sequence[PassageEvidence]) -> list[PassageEvidence]:
    return list({(p.source, p.start): p for p in reversed(passages)}.values())[::-1]
