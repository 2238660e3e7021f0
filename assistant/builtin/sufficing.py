"""Whether the passages found answer a question that is outside the desk's own field.

In its field the desk knows the names and the figures that a question can ask for, and
`selecting` asks for them. Elsewhere (an encyclopedia, a handbook that staff added) it weighs what
any reader would: how near in meaning the passages are, whether several are, whether the best
stands out, whether a sentence about the subject tells the kind of thing that is asked next to the
words that ask for it (`asked`), and whether the numbers of the question are there.

The weights were learned from the tune half of NoMIRACL by `benchmarks/nomiracl.py --learn`, one
set for each language: see docs/decisions/0018.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from statistics import fmean

from assistant.builtin.asked import read_asked
from assistant.builtin.coverage import covered
from assistant.evidence import PassageEvidence
from assistant.language import same_language
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold

_AGREEING = 3
"""So many of the nearest passages are looked at together."""
_UNKNOWN = 0.5
"""What a question counts whose kind of answer has no form of its own, such as a list."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Signs:
    """What speaks for an answer. `nearest`, `nearest_three` and `lead` are likenesses of meaning:
    of the nearest passage, of the three nearest, and how far the nearest is above their mean.
    `told` (0 to 1) is how near an answer of the kind asked for stands to the words that ask, times
    the coverage of the sentence; `numbers` is the share of the question's numbers there."""

    nearest: float
    nearest_three: float
    lead: float
    told: float
    numbers: float

    @property
    def stands_out(self) -> bool:
        """Whether the others found are at most two thirds as near as the nearest: in a wide library
        it then stands alone with its subject, and coverage can decide."""
        return self.lead >= self.nearest / 3 > 0


@dataclass(frozen=True)
class Weighing:
    """What each sign weighs, in the order of `Signs`, and the sum from which on it is enough."""

    weights: tuple[float, ...]
    enough: float

    def sufficiency(self, signs: Signs) -> float:
        """Above 0 where the signs are enough."""
        told: tuple[float, ...] = astuple(signs)
        pairs = zip(self.weights, told, strict=True)
        return sum(weight * sign for weight, sign in pairs) - self.enough


WEIGHINGS = {
    "en": Weighing((12.80, 1.70, 9.17, 0.00, 2.86), 10.49),
    "zh": Weighing((0.31, 10.37, 0.00, 2.82, 2.54), 8.37),
}


def suffice(signs: Signs, language: str) -> bool:
    """Whether passages with these signs answer a question in a language."""
    return WEIGHINGS["en" if language == "en" else "zh"].sufficiency(signs) > 0


def read_signs(
    question: str,
    language: str,
    passages: Sequence[PassageEvidence],
    content: Mapping[str, float],
    aliases: AliasTable,
) -> Signs | None:
    """The signs of the passages for a question; None where no passage comes from a search.
    `content` are the question's content terms (`coverage.content_terms`)."""
    likeness = sorted((p.meaning for p in passages if p.meaning is not None), reverse=True)
    if not likeness:
        return None
    asked = read_asked(question, language, content)
    wanted = set(_NUMBER.findall(fold(question)))
    told, numbers = 0.0, 0.0
    for passage in passages:
        place = f"{passage.title} {passage.header} {passage.text}"
        folded = fold(place)
        share = fmean(number in folded for number in wanted) if wanted else 1.0
        numbers = max(numbers, share)
        if not same_language(passage.language, language):
            continue
        for start, end in passage.statements():
            sentence = passage.text[start:end]
            nearness = asked.nearness(sentence)
            if nearness is None:
                told = _UNKNOWN
            elif nearness > told:
                about = covered(content, f"{sentence} {passage.title}", place, aliases)
                told = max(told, nearness * about)
    return Signs(
        nearest=likeness[0],
        nearest_three=fmean(likeness[:_AGREEING]),
        lead=likeness[0] - fmean(likeness),
        told=told,
        numbers=numbers,
    )
