"""All live sources asked at once, under one deadline: who does not answer in time is named."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tools.errors import SourceFailed
from tools.needs import Need
from tools.offers import SourceStatus
from tools.sources.asking import Configured, SourceAnswer, ask, remembered
from tools.sources.memory import Memory

if TYPE_CHECKING:
    from tools.market import Access

T = TypeVar("T")
_SLOW_S = 0.1


def ask_all(
    need: Need,
    access: Access,
    memory: Memory,
    on_update: Callable[[Sequence[SourceAnswer]], None] | None = None,
) -> list[SourceAnswer]:
    """The answer of each live source, in their order, within `access.deadline_s`. `on_update` gets
    all answers so far; a source that has not answered stands there as "waiting"."""
    return _run(_ask_all(need, access, memory, on_update))


async def _ask_all(
    need: Need,
    access: Access,
    memory: Memory,
    on_update: Callable[[Sequence[SourceAnswer]], None] | None,
) -> list[SourceAnswer]:
    answers = {each.name: _waiting(each) for each in access.live}

    telling = _Telling(lambda: on_update(list(answers.values()))) if on_update else None

    async def one(configured: Configured) -> None:
        answers[configured.name] = await ask(configured, need, memory, access.clock)
        if telling:
            telling.tell()

    if telling:
        telling.tell()
    rounds = {asyncio.create_task(one(each)): each for each in access.live}
    _, late = await asyncio.wait(rounds, timeout=access.deadline_s)
    if telling:
        telling.end()
    for task in late:
        task.cancel()
    await asyncio.gather(*rounds, return_exceptions=True)
    for task in late:
        failure = SourceFailed("deadline", f"no answer within {access.deadline_s:g} s in all")
        answers[rounds[task].name] = remembered(rounds[task], need, memory, access.clock, failure)
    for task in rounds.keys() - late:
        task.result()  # a fault of ours, not of a source: `ask` does not raise for those
    return list(answers.values())


class _Telling:
    """Calls `update` when something changed; where that is slow (thousands of offers) at most a
    fifth of the time goes to it, for the sources' deadlines run on meanwhile."""

    def __init__(self, update: Callable[[], None]) -> None:
        self._update = update
        self._next = 0.0
        self._later: asyncio.TimerHandle | None = None

    def tell(self) -> None:
        if self._later is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._next:
            self._now()
        else:
            self._later = loop.call_at(self._next, self._now)

    def end(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def _now(self) -> None:
        loop = asyncio.get_running_loop()
        began, self._later = loop.time(), None
        self._update()
        took = loop.time() - began
        self._next = loop.time() + (4 * took if took > _SLOW_S else 0.0)


def _waiting(configured: Configured) -> SourceAnswer:
    return SourceAnswer([], SourceStatus(name=configured.name, status="waiting"))


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, also where this thread has a loop of its own running."""
    results: list[T] = []
    errors: list[BaseException] = []

    async def kept() -> None:
        # Not the task's own result: asyncio writes that out in full when it gives signals back.
        results.append(await work)

    def work_apart() -> None:
        try:
            asyncio.run(kept())
        except BaseException as error:
            errors.append(error)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(kept())
        return results[0]
    thread = threading.Thread(target=work_apart)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
