"""Which gold answers a change of the library would move: asked before and after, and compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.agent import build_agent
from assistant.answer import Answer
from assistant.builtin.model import BuiltinModel
from assistant.conversation import carry_out, conversation
from assistant.evaluation.figures import numbers_in
from assistant.knowledge import Knowledge
from assistant.language import detect
from assistant.toolbox import agent_tools
from assistant.toolbox.search_knowledge import NAME as SEARCH
from assistant.toolbox.search_knowledge import PASSAGES
from assistant.turn import Turn
from kb.knowledge_base import Trial

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class MovedAnswer:
    """A gold question whose answer would change. `figures_gone` and `figures_new`: numbers that
    would no longer stand in it, or for the first time."""

    question: str
    before: Answer
    after: Answer

    @property
    def figures_gone(self) -> list[str]:
        """In the order of the answer."""
        return _without(self.before, self.after)

    @property
    def figures_new(self) -> list[str]:
        """In the order of the answer."""
        return _without(self.after, self.before)


async def moved_answers(
    trial: Trial, questions: Sequence[str], home: Path, today: date, progress: Progress
) -> tuple[list[MovedAnswer], int]:
    """The answers that would change, and how many questions were asked: those for which the agent
    would be given other passages, and where a program's record changes those that read records."""
    before, after = (_Asking(side, home, today) for side in (trial.before, trial.after))
    moved, asked = [], 0
    for number, question in enumerate(questions, 1):
        progress(number - 1, len(questions))
        passages = trial.moved.get(question, PASSAGES + 1) <= PASSAGES
        if not (passages or trial.records):
            continue
        asked += 1
        old = await before.answer(question)
        if not passages and all(call.name == SEARCH for call in old.tool_calls):
            continue
        new = await after.answer(question)
        if (old.answer, old.abstained) != (new.answer, new.abstained):
            moved.append(MovedAnswer(question, old, new))
    progress(len(questions), len(questions))
    return moved, asked


class _Asking:
    """The built-in model over one side of a trial. Nothing is recorded."""

    def __init__(self, kb: Knowledge, home: Path, today: date) -> None:
        self._kb = kb
        self._graph = build_agent(BuiltinModel(kb=kb), agent_tools(kb, home=home, today=today), kb)

    async def answer(self, question: str) -> Answer:
        turn = Turn("", "", question, detect(question), [question])
        await carry_out(self._graph, turn, conversation(question, [], self._kb))
        return turn.answer("builtin", self._kb.library_version)


def _without(one: Answer, other: Answer) -> list[str]:
    theirs = set(numbers_in(other.answer))
    return [number for number in numbers_in(one.answer) if number not in theirs]
