"""Which sentence answers, and whether one does: figures over questions of outsiders, and learning.

    .venv/bin/python -m benchmarks.answering             figures of the weights that are shipped
    .venv/bin/python -m benchmarks.answering --learn     learn them anew and write them

The questions (benchmarks/practice) were written from the sources and the programs table by people
who had not read the code or the library. A sentence answers one where it holds all that the right
answer must hold; of a question without an answer in the sources no sentence does. Figures of
learned weights are by five-fold cross-validation: no question is judged by weights that saw it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.builtin import writing
from assistant.builtin.needs import Needs
from assistant.builtin.signs import Candidate, QuestionSigns, SentenceSigns, plain
from assistant.builtin.weighing import ANSWERING, WEIGHTS
from assistant.evaluation.judging import holds
from assistant.evaluation.questions import Question, read_questions
from assistant.language import same_language

PRACTICE = Path(__file__).parent / "practice"
_FOLDS = 5
_SAME = 1e-3  # a sign that never differs weighs nothing
_WORSE = 1.25  # an answer without evidence is the worse error
_LEVEL = 0.02  # sums of both errors that differ less are alike
_RANK_RIDGE, _ANSWER_RIDGE = 2.0, 4.0
_AGAINST = frozenset(
    "lacked coverage_behind untold missing distant no_name no_person denied caution pointer"
    " likeness_behind passage_behind other_period no_period no_reason no_model no_attribute"
    " no_qualifier asked_absent".split()
)
_FREE = frozenset("length".split()) | {
    f"asked_{name}" for name in QuestionSigns._fields if name not in ("best", "lead", "absent")
}
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A question with the signs of its sentences (rows) and of itself; `right` marks the rows
    that answer it."""

    question: Question
    rows: Array
    asked: Array
    right: NDArray[np.bool_]


def cases(desk: Assistant, questions: Sequence[Question]) -> list[Case]:
    """The questions of one part that the desk answers with sentences of its sources."""
    found = []
    for n, question in enumerate(questions):
        seen: list[Case] = []

        def keep(reading, passages, weights, aliases, *rest, _q=question, _seen=seen):  # type: ignore[no-untyped-def]
            needs = Needs(reading, passages, weights, aliases)
            those = [
                c for c in needs.candidates() if same_language(c.passage.language, reading.language)
            ]
            if those:
                _seen.append(_case(_q, those, needs.question_signs(those)))
            return _SELECT(reading, passages, weights, aliases, *rest)

        turns: list[Answer] = []
        for before in question.after:
            turns.append(desk.ask(before, kept=False, earlier=turns))
        with patch.object(writing, "select", keep):
            desk.ask(question.ask, kept=False, earlier=turns)
        if len(seen) == 1:
            found.append(seen[0])
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{n + 1} of {len(questions)}")
    return found


_SELECT = writing.select


def _case(question: Question, those: Sequence[Candidate], asked: QuestionSigns) -> Case:
    wanted = [*question.lead, *question.say]
    told = question.kind != "no_answer" and bool(wanted)
    enough = len(wanted) / 2 if question.kind == "list" else len(wanted)  # others name the rest
    right = [told and sum(holds(plain(c.text), one) for one in wanted) >= enough for c in those]
    return Case(question, np.array([c.signs for c in those]), np.array(asked), np.array(right))


@dataclass(frozen=True)
class Line:
    """A linear sum over standardized signs."""

    mean: Array
    deviation: Array
    weights: Array
    constant: float = 0.0

    def of(self, rows: Array) -> Array:
        """The sum for each row."""
        made: Array = ((rows - self.mean) / self.deviation) @ self.weights + self.constant
        return made

    def named(self, names: Sequence[str]) -> dict[str, object]:
        """As it is shipped."""
        told: dict[str, object] = {"constant": round(self.constant, 4)}
        for name, *three in zip(names, self.mean, self.deviation, self.weights, strict=True):
            if three[1] > _SAME and three[2]:
                told[name] = [round(float(value), 4) for value in three]
        return told


def learn_ranking(cases: Sequence[Case]) -> Line:
    """Weights under which the sentences that answer come first: softmax over the sentences of
    each question, with a ridge."""
    mean, deviation = _scale(np.concatenate([case.rows for case in cases]))
    known = [((c.rows - mean) / deviation, c.right) for c in cases if c.right.any()]

    def slope(weights: Array) -> Array:
        total = _RANK_RIDGE * weights
        for rows, right in known:
            share = _softmax(rows @ weights)
            aim = share * right
            total = total + rows.T @ (share - aim / aim.sum())
        made: Array = total / len(known)
        return made

    return Line(mean, deviation, _descended(slope, _bounds(SentenceSigns._fields), 250, 0.1))


def learn_answering(cases: Sequence[Case], scores: Sequence[Array]) -> Line:
    """Weights under which the best sentence of a question is told from one that does not answer:
    logistic regression with a ridge. The constant is where both errors together are least."""
    rows = np.array([_best(case, score) for case, score in zip(cases, scores, strict=True)])
    right = np.array([float(c.right[s.argmax()]) for c, s in zip(cases, scores, strict=True)])
    mean, deviation = _scale(rows)
    each = np.c_[(rows - mean) / deviation, np.ones(len(rows))]

    def slope(weights: Array) -> Array:
        told = 1 / (1 + np.exp(-each @ weights))
        ridge = _ANSWER_RIDGE * np.r_[weights[:-1], 0.0]
        made: Array = (each.T @ (told - right) + ridge) / len(right)
        return made

    low, high = _bounds(ANSWERING)
    bounds = np.r_[low, -np.inf], np.r_[high, np.inf]  # of the constant
    weights = _descended(slope, bounds, 400, 0.05)
    return Line(mean, deviation, weights[:-1], float(weights[-1]))


def _scale(rows: Array) -> tuple[Array, Array]:
    return rows.mean(axis=0), rows.std(axis=0) + 1e-6


def _softmax(values: Array) -> Array:
    raised = np.exp(values - values.max())
    made: Array = raised / raised.sum()
    return made


def _bounds(names: Sequence[str]) -> tuple[Array, Array]:
    """The least and greatest weight of each sign: what speaks for an answer may not come to speak
    against one, nor the other way, through a few questions where it happened to."""
    low = [-np.inf if name in _AGAINST | _FREE else 0.0 for name in names]
    high = [0.0 if name in _AGAINST else np.inf for name in names]
    return np.array(low), np.array(high)


def _descended(slope, bounds: tuple[Array, Array], steps: int, rate: float) -> Array:  # type: ignore[no-untyped-def]
    """Adam from zero within bounds: the same weights from the same questions."""
    size = bounds[0].size
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        down = slope(weights)
        first = 0.9 * first + 0.1 * down
        second = 0.999 * second + 0.001 * down * down
        moved = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = np.clip(weights - rate * moved, *bounds)
    return weights


def _best(case: Case, score: Array) -> Array:
    order = np.sort(score)[::-1]
    margin = order[0] - order[1] if order.size > 1 else 0.0
    return np.r_[case.rows[score.argmax()], case.asked, order[0], margin]


def _unseen_scores(cases: Sequence[Case], folds: Array) -> list[Array]:
    """The scores of each question's sentences by a ranking that did not see it."""
    lines = {f: learn_ranking(_others(cases, folds, f)) for f in sorted(set(folds))}
    return [lines[f].of(case.rows) for case, f in zip(cases, folds, strict=True)]


def _others(cases: Sequence[Case], folds: Array, fold: float) -> list[Case]:
    return [case for case, f in zip(cases, folds, strict=True) if f != fold]


def _folds(count: int, seed: int) -> Array:
    made: Array = np.random.RandomState(seed).randint(0, _FOLDS, count).astype(np.float64)
    return made


def learn(cases: Sequence[Case]) -> tuple[Line, Line]:
    """Both sums from some questions; the second from scores of questions the first did not see."""
    scores = _unseen_scores(cases, _folds(len(cases), 1))
    return learn_ranking(cases), learn_answering(cases, scores)


def validated(cases: Sequence[Case]) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each question, by weights that did not see it: the sum that decides, whether the best
    sentence answers it, and whether one of the best three does."""
    folds = _folds(len(cases), 2)
    sums, first, three = (
        np.zeros(len(cases)),
        np.zeros(len(cases), bool),
        np.zeros(len(cases), bool),
    )
    for fold in sorted(set(folds)):
        ranking, answering = learn(_others(cases, folds, fold))
        for n, (case, f) in enumerate(zip(cases, folds, strict=True)):
            if f == fold:
                score = ranking.of(case.rows)
                order = np.argsort(-score)
                sums[n] = answering.of(_best(case, score)[None])[0]
                first[n], three[n] = case.right[order[0]], case.right[order[:3]].any()
    return sums, first, three


def least_errors(sums: Array, absent: NDArray[np.bool_]) -> float:
    """Where to draw the line: wrongly declined plus `_WORSE` times wrongly answered is least. The
    least of a flat curve is chance, so it is the middle of the lines within `_LEVEL` of it."""
    lines = np.sort(sums)
    answered = np.array([(sums[absent] > x).mean() for x in lines])
    declined = np.array([(sums[~absent] <= x).mean() for x in lines])
    errors = _WORSE * answered + declined
    return float(np.median(lines[errors <= errors.min() + _LEVEL]))


def _is_told(question: Question) -> bool:
    """Whether a question is answered with sentences of the sources: no table, no tool."""
    kinds = ("fact", "no_answer", "follow_up", "list", "yes_no")
    return question.kind in kinds and not question.table and not question.calls


def main() -> None:
    """Print the figures; with --learn write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learn", action="store_true", help="learn the weights and write them")
    parser.add_argument("files", nargs="*", type=Path, help="gold files instead of practice's")
    given = parser.parse_args()
    files = given.files or sorted(PRACTICE.glob("*.yaml"))
    questions = [q for f in files for q in read_questions(f) if _is_told(q)]
    with tempfile.TemporaryDirectory() as home, Assistant.open(home=home) as desk:
        known = cases(desk, questions)
    absent = np.array([case.question.kind == "no_answer" for case in known])
    found = np.array([case.right.any() for case in known])
    sums, first, three = validated(known)
    line = least_errors(sums, absent)
    told = ~absent
    rows = [
        ("questions with an answer in the sources", int(told.sum())),
        ("an answering sentence is among those found", float(found[told].mean())),
        ("the best sentence answers", float(first[told].mean())),
        ("one of the best three answers", float(three[told].mean())),
        ("questions without an answer", int(absent.sum())),
        ("wrongly declined", float((sums[told] <= line).mean())),
        ("wrongly answered", float((sums[absent] > line).mean())),
        ("answered, and by a sentence that answers", float(((sums > line) & first)[told].mean())),
    ]
    for name, value in rows:
        sys.stdout.write(f"{name}: {value if isinstance(value, int) else f'{value:.1%}'}\n")
    if given.learn:
        ranking, answering = learn(known)
        moved = Line(
            answering.mean, answering.deviation, answering.weights, answering.constant - line
        )
        held = {
            "ranking": ranking.named(SentenceSigns._fields),
            "answering": moved.named(ANSWERING),
        }
        WEIGHTS.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
        sys.stdout.write(f"{WEIGHTS}: {len(known)} questions\n")


if __name__ == "__main__":
    main()
