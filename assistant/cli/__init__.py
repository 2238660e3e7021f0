"""The command line, `compute-desk`: one file a group of commands.

Results go to stdout, everything else to stderr. Exit codes: 0 ok (an abstention is ok), 1 failed,
2 wrong usage, 130 interrupted. With `--json`, stdout holds exactly one JSON document.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. `arguments` default to those of the process."""
    from assistant.cli.failure import guarded
    from assistant.cli.output import speak_utf8
    from assistant.cli.root import run

    given = list(sys.argv[1:] if arguments is None else arguments)
    speak_utf8()
    return guarded(lambda: run(given), as_json="--json" in _options(given))


def _options(arguments: Sequence[str]) -> list[str]:
    """What stands before `--`; after it everything is text."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return list(arguments[:end])
