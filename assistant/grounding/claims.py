"""A unit of a draft as it is judged: its figures, and whom each is told of."""

from __future__ import annotations

import re
from functools import cached_property

from assistant.grounding.figures import Figure, figures
from assistant.grounding.places import Places
from assistant.grounding.polarity import words
from assistant.grounding.segments import Unit
from assistant.grounding.stretches import Target
from assistant.grounding.subjects import Subjects
from kb.texts.folding import fold

_PRONOUN = re.compile(r"^(?:it|its|they|their|he|she|his|her)\b|^(?:它|他|她|该|其(?!中))", re.I)
_REMARK = re.compile(r"[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）]\W*$")


def opens_with_pronoun(text: str) -> bool:
    """Whether a sentence's subject stands in the one before it."""
    return bool(_PRONOUN.match(text.lstrip("*_ ")))


class Claim:
    """A unit of a draft as it is judged."""

    def __init__(self, unit: Unit, text: str, subjects: Subjects, before: str) -> None:
        self.unit, self.text, self._subjects = unit, text, subjects
        self._before = before if opens_with_pronoun(text) else ""
        self.found: list[Target] = []
        self.figures = figures(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words without light ones and the remark."""
        return words(fold(self.told))

    @cached_property
    def places(self) -> Places:
        """Where its figures and names stand, without the remark."""
        told = [each for each in self.figures if each.quantity.end <= len(self.told)]
        return Places(self.told, told, self._subjects)

    @cached_property
    def told(self) -> str:
        """Its text without the remark at the end that says who told it."""
        return _REMARK.sub("", self.text)

    @cached_property
    def passages(self) -> list[str]:
        """The passages that the draft names for it."""
        return [mark for mark in self.unit.marks if mark.startswith("p")]

    @cached_property
    def names_fields(self) -> bool:
        """Whether the draft names fields of a result for it."""
        return any(":" in mark for mark in self.unit.marks)

    def named(self, figure: Figure) -> tuple[str, ...]:
        """All parties of the figure's clause; of the sentence where the clause names none."""
        return self._subjects.named(figure.clause) or self._subjects.named(self.told)

    @property
    def beside(self) -> list[str]:
        """The records of the fields that were found for figures further left."""
        fields = [target for target in self.found if target.field and "." in target.field]
        return [f"{each.evidence.id}:{(each.field or '').rpartition('.')[0]}" for each in fields]

    @property
    def is_about_another(self) -> bool:
        """Whether it opens with a pronoun: whose, the sentence before tells."""
        return bool(self._before)

    def parties(self, figure: Figure) -> tuple[str, ...]:
        """Whom a figure of the claim is told of."""
        start = figure.quantity.start - figure.clause_start
        end = figure.quantity.end - figure.clause_start
        return (
            self._subjects.nearest(figure.clause, start, end)
            or self._subjects.nearest(self.told, figure.quantity.start, figure.quantity.end)
            or self._subjects.named(self._before)[-1:]
        )
