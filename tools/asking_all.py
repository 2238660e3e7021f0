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

    async def one(configured: Configured) -> None:
        answers[configured.name] = await ask(configured, need, memory, access.clock)
        if on_update:
            on_update(list(answers.values()))

    if on_update:
        on_update(list(answers.values()))
    rounds = {asyncio.create_task(one(each)): each for each in access.live}
    _, late = await asyncio.wait(rounds, timeout=access.deadline_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*rounds, return_exceptions=True)
    for task in late:
        failure = SourceFailed("deadline", f"no answer within {access.deadline_s:g} s in all")
        answers[rounds[task].name] = remembered(rounds[task], need, memory, access.clock, failure)
    for task in rounds.keys() - late:
        task.result()  # a fault of ours, not of a source: `ask` does not raise for those
    return list(answers.values())


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
