"""Waiting for asynchronous work from plain code, also where an event loop is running already."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing, suppress
from queue import SimpleQueue
from typing import Any, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")


def run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine function to its end, also from a thread whose event loop is running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work()).result()


def each(stream: Callable[[], AsyncIterator[Item]]) -> Iterator[Item]:
    """What an asynchronous generator yields, as it comes; it runs in a thread of its own. Closing
    the iterator cancels it. Raises what it raises."""
    came: SimpleQueue[tuple[Item] | BaseException | None] = SimpleQueue()
    loop = asyncio.new_event_loop()

    async def pump() -> None:
        # The streams of the desk are generators; only these can be closed.
        async with aclosing(cast("Any", stream())) as items:
            async for item in items:
                came.put((item,))

    task = loop.create_task(pump())

    def work() -> None:
        try:
            loop.run_until_complete(task)
            came.put(None)
        except BaseException as error:  # handed to whoever waits
            came.put(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=work, name="compute-desk-turn", daemon=True)
    thread.start()
    try:
        while (one := came.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one[0]
    finally:
        if thread.is_alive() and not loop.is_closed():
            with suppress(RuntimeError):  # it may just have come to its end
                loop.call_soon_threadsafe(task.cancel)
        thread.join()
