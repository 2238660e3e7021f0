"""A parser in a process of its own: it can be stopped, and its crash is only a message.

The child is this Python with this package and nothing else; it gets the bytes of the file on
standard input and answers with one JSON document. It is started without a shell, without the
current folder on its path, and on Linux with a limit on memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from kb.errors import UnreadableSource
from kb.extraction.record import Extracted

DEADLINE = 60.0  # seconds for one file; the slowest honest ones take ten
_MEMORY = 2_000_000_000  # bytes
_HINT = "save it as text or HTML, and add that"
_CHILD = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from kb.extraction.isolation import child; child(sys.argv[2])"
)


def isolated(data: bytes, name: str, deadline: float = DEADLINE) -> Extracted:
    """`read(data, name)` in a child process.

    Raises `UnreadableSource` where the file cannot be read, the child ends without an answer, or
    `deadline` seconds have passed.
    """
    root = str(Path(__file__).resolve().parents[2])
    try:
        run = subprocess.run(  # noqa: S603  # this Python, with arguments that are not a shell's
            [sys.executable, "-P", "-c", _CHILD, root, name],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=deadline,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource(
            f"reading {name} took more than {deadline:g} s and was stopped", _HINT
        ) from error
    if run.returncode != 0 or not run.stdout:
        raise UnreadableSource(f"{name} is damaged or too complex: its reader gave up", _HINT)
    answer = json.loads(run.stdout)
    if "error" in answer:
        raise UnreadableSource(*answer["error"])
    return Extracted(**answer)


def child(name: str) -> None:
    """Read a file from standard input; what came of it goes to standard output as JSON."""
    from kb.extraction.reading import read

    _limit_memory()
    try:
        answer: dict[str, object] = asdict(read(sys.stdin.buffer.read(), name))
    except UnreadableSource as error:
        answer = {"error": [error.message, error.hint]}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _limit_memory() -> None:
    if sys.platform != "linux":  # elsewhere the limit is ignored or unknown
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
