"""What is wrong with an answer to a gold question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from assistant.answer import Answer
from assistant.evaluation.arguments import holds_arguments
from assistant.evaluation.figures import alike, figures, without_marks
from assistant.evaluation.questions import Question, Wanted
from tools.quantities import Quantity, equivalent, find_quantities

_OPENING = r"^[\s*_#>]*"
_YES = re.compile(
    _OPENING
    + r"(?:yes\b|(?:是|有|会|能|可以|可|对|需要|要|必须|应该|允许|支持|包括|算|属于|已经?|曾|确实)"
    r"(?:的|了|过)?[\s*_]*[，,：:。、；;！!（(])"
)
_NO = re.compile(_OPENING + r"(?:no\b|不|没|否|未|并非|并不|并没|无|尚未|从未)")
_RULE = re.compile(r"^\s*\|[\s:|-]*-[\s:|-]*\|\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Judged:
    """A question of the set, its answer, how long it took, and what is wrong with it."""

    question: Question
    answer: Answer
    seconds: float
    faults: tuple[str, ...]
    figures: int
    unsupported: tuple[str, ...]

    @property
    def withheld(self) -> bool:
        """The sources know, but the answer says that it does not."""
        return self.question.answerable and (self.answer.abstained or self.answer.asked_back)

    @property
    def without_evidence(self) -> bool:
        """The sources do not know, but something is answered."""
        return self.question.kind == "no_answer" and not (
            self.answer.abstained or self.answer.asked_back
        )


def judge(question: Question, answer: Answer, seconds: float = 0.0) -> Judged:
    """Hold an answer against what the question's right answer must have."""
    found = list(figures(answer, question.after))
    loose = tuple(number for number, held in found if not held)
    return Judged(question, answer, seconds, tuple(_faults(question, answer)), len(found), loose)


def _faults(question: Question, answer: Answer) -> Iterator[str]:
    if question.group not in (answer.language, "mixed"):
        yield f"language {answer.language}"
    yield from _stance(question, answer)
    text = without_marks(answer.answer)
    lead = next((line for line in text.splitlines() if line.strip()), "")
    yield from (f"the first line lacks {w}" for w in question.lead if not holds(lead, w))
    yield from (f"the answer lacks {w}" for w in question.say if not holds(text, w))
    yield from (f"the answer has {w}" for w in question.lacks if holds(text, w))
    if question.yes is not None and polarity(lead) is not question.yes:
        yield f"the first line does not begin with {'yes' if question.yes else 'no'}"
    if question.table and not _RULE.search(answer.answer):
        yield "no table"
    for name, args in question.calls.items():
        made = [call.args for call in answer.tool_calls if call.name == name and call.ok]
        if not any(holds_arguments(args, given) for given in made):
            called = ", ".join(f"{call.name}{call.args}" for call in answer.tool_calls[1:])
            yield f"no call {name}{args}, but {called or 'the search only'}"


def _stance(question: Question, answer: Answer) -> Iterator[str]:
    """Whether the desk answered, abstained or asked back as it should."""
    if question.kind == "ask_back":
        if not answer.asked_back:
            yield "did not ask back"
    elif question.kind == "no_answer":
        if not answer.abstained:
            yield "asked back" if answer.asked_back else "answered without evidence"
    elif answer.abstained or answer.asked_back:
        yield "abstained" if answer.abstained else "asked back"


def polarity(lead: str) -> bool | None:
    """Whether a first line begins with a yes or a no, in any of the languages; else None."""
    folded = alike(lead)
    if _NO.match(folded):
        return False
    return True if _YES.match(folded) else None


def holds(text: str, wanted: Wanted) -> bool:
    """Whether `text` has the words, or one of several; a number in any scale and unit of writing
    (20000 is 20k, 20,000 and 2万)."""
    return any(_holds(text, one) for one in ([wanted] if isinstance(wanted, str) else wanted))


def _holds(text: str, wanted: str) -> bool:
    needle = alike(wanted)
    before = r"(?<![\d.])" if needle[:1].isdigit() else ""
    after = r"(?!\d|\.\d)" if needle[-1:].isdigit() else ""
    if re.search(before + re.escape(needle) + after, alike(text)):
        return True
    figure = _only_figure(wanted)
    return figure is not None and any(_same(figure, stated) for stated in _quantities(text))


def _only_figure(wanted: str) -> Quantity | None:
    """The one quantity that `wanted` is, if it is nothing else."""
    found = _quantities(wanted)
    if len(found) != 1:
        return None
    rest = wanted[: found[0].start] + wanted[found[0].end :]
    return None if rest.strip(" $¥€£") else found[0]


def _same(one: Quantity, other: Quantity) -> bool:
    return equivalent(_exact(one), _exact(other))


def _exact(quantity: Quantity) -> Quantity:
    return replace(quantity, step=Decimal(0), approximate=False)


@lru_cache(maxsize=512)
def _quantities(text: str) -> tuple[Quantity, ...]:
    return tuple(find_quantities(text))
