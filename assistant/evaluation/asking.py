"""Asking a desk the questions of a gold file, and what that comes to."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.evaluation.judging import Judged, judge
from assistant.evaluation.questions import Question


def ask_all(desk: Assistant, questions: Sequence[Question]) -> Iterator[Judged]:
    """Ask each question, its earlier ones before it; nothing is recorded in the home."""
    for question in questions:
        turns: list[Answer] = []
        for before in question.after:
            turns.append(desk.ask(before, kept=False, earlier=turns))
        begun = time.perf_counter()
        answer = desk.ask(question.ask, kept=False, earlier=turns)
        yield judge(question, answer, time.perf_counter() - begun)


class Share(BaseModel):
    """How many of how many."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None of none."""
        return self.count / self.of if self.of else None


class Figures(BaseModel):
    """What an evaluation comes to. `supported`: numbers of the answers that stand in their
    evidence; `withheld`: questions with an answer in the sources that were not answered;
    `without_evidence`: questions without one that were; seconds as a person waits."""

    right: Share
    kinds: dict[str, Share]
    scripts: dict[str, Share]
    supported: Share
    withheld: Share
    without_evidence: Share
    seconds_p50: float | None
    seconds_p95: float | None


def figures_of(judged: Sequence[Judged]) -> Figures:
    """The figures over some answers."""
    numbers = sum(one.figures for one in judged)
    loose = sum(len(one.unsupported) for one in judged)
    answerable = [one for one in judged if one.question.answerable]
    unanswerable = [one for one in judged if one.question.kind == "no_answer"]
    return Figures(
        right=_right(judged),
        kinds={kind: _right(those) for kind, those in _by(judged, "kind").items()},
        scripts={group: _right(those) for group, those in _by(judged, "group").items()},
        supported=Share(count=numbers - loose, of=numbers),
        withheld=Share(count=sum(one.withheld for one in answerable), of=len(answerable)),
        without_evidence=Share(
            count=sum(one.without_evidence for one in unanswerable), of=len(unanswerable)
        ),
        seconds_p50=_quantile(judged, 0.5),
        seconds_p95=_quantile(judged, 0.95),
    )


def _right(judged: Sequence[Judged]) -> Share:
    return Share(count=sum(not one.faults for one in judged), of=len(judged))


def _by(judged: Sequence[Judged], field: str) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(getattr(one.question, field), []).append(one)
    return found


def _quantile(judged: Sequence[Judged], share: float) -> float | None:
    """The smallest time within which this share of the questions was answered."""
    times = sorted(one.seconds for one in judged)
    return round(times[math.ceil(share * len(times)) - 1], 3) if times else None
