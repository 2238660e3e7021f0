"""Sentences of passages with all that a claim is matched with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assistant.evidence import PassageEvidence, ToolEvidence
from assistant.grounding.asides import asides
from assistant.grounding.figures import Figure, figures
from assistant.grounding.legible import legible
from assistant.grounding.places import Places
from assistant.grounding.polarity import words
from assistant.grounding.subjects import Subjects, families
from kb.texts.folding import fold
from tools.quantities import Unit

_DATED = (Unit.YEAR, Unit.DATE)


@dataclass(frozen=True, slots=True)
class Target:
    """What a citation will point to: a stretch of a source, or a field of a result."""

    evidence: PassageEvidence | ToolEvidence
    quote: str
    start: int | None = None
    end: int | None = None
    field: str | None = None

    @property
    def key(self) -> tuple[str, int | None, str | None]:
        """The same place has the same key, whichever call found it."""
        if isinstance(self.evidence, PassageEvidence):
            return self.evidence.source, self.start, None
        return self.evidence.id, None, self.field


class Stretch:
    """A sentence of a passage, its `text` as it is judged; `before` are the sentences of the
    passage in front of it."""

    def __init__(
        self, passage: PassageEvidence, span: tuple[int, int], before: str, subjects: Subjects
    ) -> None:
        self.passage, self._before, self._subjects = passage, before, subjects
        start, end = span
        quote = passage.text[start:end]
        self.text = legible(quote)
        self.target = Target(passage, quote, start=passage.start + start, end=passage.start + end)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of the sentence, and the dates of the source."""
        return (*figures(self.text), *self.dates)

    @cached_property
    def is_dated(self) -> bool:
        """Whether the sentence gives a date of its own."""
        return any(each.quantity.unit in _DATED for each in figures(self.text))

    @cached_property
    def dates(self) -> tuple[Figure, ...]:
        """When the source says it was."""
        about = " ".join(filter(None, (self.passage.as_of, self.passage.title)))
        return tuple(each for each in figures(about) if each.quantity.unit in _DATED)

    @cached_property
    def places(self) -> Places:
        """Where the figures and names of the sentence stand."""
        return Places(self.text, figures(self.text), self._subjects)

    @cached_property
    def folded(self) -> str:
        """The sentence as names are compared."""
        return fold(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words without light ones."""
        return words(self.folded)

    @cached_property
    def surroundings(self) -> str:
        """The whole passage with its heading, folded."""
        p = self.passage
        return fold(" ".join(filter(None, (p.title, p.header, p.text, p.publisher))))

    @cached_property
    def asides(self) -> frozenset[str]:
        """Quarters, ordinals and the like in the passage."""
        return asides(self.surroundings)

    @cached_property
    def about(self) -> tuple[str, ...]:
        """The parties that the passage and its heading name."""
        p = self.passage
        return self._subjects.named(
            " ".join(filter(None, (p.header or p.title, p.text, p.publisher)))
        )

    def parties(self, figure: Figure) -> tuple[str, ...]:
        """Whom a figure of this sentence is told of: those in its clause, between the figures on
        either side; else those named before it; else those of the heading."""
        others = [each.quantity for each in figures(self.text)]
        start = max(
            (q.end for q in others if q.end <= figure.quantity.start and q.unit not in _DATED),
            default=0,
        )
        end = min(
            (q.start for q in others if q.start >= figure.quantity.end and q.unit not in _DATED),
            default=len(self.text),
        )
        inside = range(figure.clause_start, figure.clause_start + len(figure.clause))
        named = self._subjects.named
        near = self.text[max(start, inside.start) : min(end, inside.stop)]
        p = self.passage
        tries = (near, figure.clause, self.text[: inside.start], self.text, self._before)
        for text in tries:
            if found := named(text):
                return found
        return named(p.header or p.title)

    def gpus(self, figure: Figure) -> frozenset[str]:
        """The GPUs that a figure of this sentence is told of."""
        return families(figure.clause) or families(self.text)


def stretches_of(passage: PassageEvidence, subjects: Subjects) -> list[Stretch]:
    """The sentences of a passage that state something."""
    spans = passage.statements()
    return [Stretch(passage, span, passage.text[: span[0]], subjects) for span in spans]


def likeness(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of all words of both that both have."""
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0


def overlap(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """The share of `mine` that `theirs` has too."""
    return len(mine & theirs) / len(mine) if mine else 0.0
