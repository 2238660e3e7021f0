"""A lock between processes, on a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.home import unusable

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int, shared: bool, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False

    def _release(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int, shared: bool, wait: bool) -> bool:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold the lock on `path`; yields False where `wait` is off and somebody else holds it.

    The lock goes with the process: a kill frees it. Not reentrant, also not between threads.
    Raises `HomeUnusable` where the file cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unusable(path, error) from error
    try:
        taken = _take(handle, shared, wait)
        try:
            yield taken
        finally:
            if taken:
                _release(handle)
    finally:
        os.close(handle)


@contextmanager
def passed(path: Path) -> Iterator[None]:
    """Wait until nobody holds the lock on `path` alone, and go on without it."""
    with locked(path, shared=True):
        pass
    yield
