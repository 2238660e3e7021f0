"""Blocking calls off the screen's thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], *, unwanted: Callable[[T], None] | None = None) -> T:
    """The result of `call`, run in a thread of its own.

    The thread is a daemon: quitting does not wait for an engine that is still loading, as an
    executor's threads would. When nobody waits any more, `unwanted` gets the late result.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(result: T) -> None:
        if future.done():
            if unwanted is not None:
                unwanted(result)
        else:
            future.set_result(result)

    def refuse(error: BaseException) -> None:
        if not future.done():
            future.set_exception(error)

    def work() -> None:
        try:
            result = call()
        except BaseException as error:
            _tell(loop, lambda problem=error: refuse(problem))  # type: ignore[misc]
            return
        if not _tell(loop, lambda: deliver(result)) and unwanted is not None:
            unwanted(result)

    threading.Thread(target=work, name="compute-desk-background", daemon=True).start()
    return await future


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> bool:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # the loop has closed: the app is gone
        return False
    return True
