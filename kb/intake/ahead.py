"""Doing slow things ahead of time, several at once, with the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 4


def ahead(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int = WORKERS
) -> Iterator[Result]:
    """`work(item)` for each item, in order, at most twice as many ahead as there are workers.

    The threads are daemons: who stops early, or is interrupted, does not wait for a page that
    does not answer. What `work` raises is raised here.
    """
    queue: SimpleQueue[tuple[Item, Future[Result]] | None] = SimpleQueue()

    def labour() -> None:
        while (task := queue.get()) is not None:
            item, future = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work(item))
            except BaseException as error:
                future.set_exception(error)

    def begun(some: Iterable[Item]) -> Iterator[Future[Result]]:
        for item in some:
            future: Future[Result] = Future()
            queue.put((item, future))
            yield future

    for _ in range(workers):
        Thread(target=labour, daemon=True).start()
    rest = iter(items)
    waiting = deque(begun(islice(rest, 2 * workers)))
    try:
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(begun(islice(rest, 1)))
    finally:
        for future in waiting:
            future.cancel()
        for _ in range(workers):
            queue.put(None)
