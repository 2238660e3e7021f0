"""Broken, odd and hostile files through the reader: nothing may crash, hang or fail in silence.

    .venv/bin/python benchmarks/malformed.py [--each N]

Reads ../shared/eval/malformed (or COMPUTE_DESK_SHARED): the cases of html5lib's tests, sample DOCX
and PDF files, and the Big List of Naughty Strings; and makes from each DOCX and PDF file copies
that are cut off or have bytes changed. A case counts as read, or refused with one line; anything
else is listed and makes the exit code 1. `--each N` takes only every N-th case.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kb.errors import UnreadableSource
from kb.extraction import extract

DEADLINE = 20.0  # seconds for one case
LINE = 300  # characters of a message that is still one line
CHANGED = 3  # damaged copies of each DOCX and PDF file


class Case(NamedTuple):
    """A file to read; `group` is what the counts are listed by."""

    group: str
    name: str
    data: bytes


class Outcome(NamedTuple):
    """What came of a case: `problem` is None where it was read or refused as it should be."""

    read: bool
    seconds: float
    message: str
    problem: str | None


def folder() -> Path:
    """The folder with the cases, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval" / "malformed"


def cases(root: Path) -> Iterator[Case]:
    """Every case under `root`."""
    for path in sorted((root / "html5lib").rglob("*")):
        if path.is_file():
            group = f"html5lib {path.relative_to(root / 'html5lib').parts[0]}"
            yield Case(group, path.name, path.read_bytes())
            for at, data in enumerate(_pieces(path)):
                yield Case(group, f"{path.name}:{at}", data)
    for group, pattern in (("docx", "python-docx/*.docx"), ("pdf", "sample-files/*.pdf")):
        for path in sorted(root.glob(pattern)):
            data = path.read_bytes()
            yield Case(group, path.name, data)
            for at, damaged in enumerate(_damaged(data)):
                yield Case(f"{group}, damaged", f"{path.name}:{at}", damaged)
    strings = json.loads((root / "blns" / "blns.json").read_text(encoding="utf-8"))
    for at, text in enumerate(strings):
        data = text.encode("utf-8", "surrogatepass")
        yield Case("blns", f"blns:{at}", data)
        page = b"<html><body><p>Naughty:</p><p>" + data + b"</p><p>end</p></body></html>"
        yield Case("blns in a page", f"blns:{at}.html", page)


def outcome(case: Case) -> Outcome:
    """Read one case."""
    started = time.monotonic()
    problem, message, read = None, "", False
    try:
        found = extract(case.data, case.name, deadline=DEADLINE)
        read = True
        if not found.text.strip() or not found.title.strip() or "\n" in found.title:
            problem = "read, but without a text or a title of one line"
        found.text.encode()  # what cannot be encoded cannot be stored
    except UnreadableSource as error:
        message = error.message
        if not message or "\n" in message or len(message) > LINE or not error.hint:
            problem = f"refused, but not in one clear line with a hint: {message!r}"
    except Exception as error:  # the point of this file is that none gets here
        problem = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    if seconds > DEADLINE + 5:
        problem = f"took {seconds:.0f} s"
    return Outcome(read, seconds, message, problem)


def _pieces(path: Path) -> Iterator[bytes]:
    """The single cases in one of html5lib's files."""
    data = path.read_bytes()
    if path.suffix == ".test":
        tests = json.loads(data)
        for test in tests.get("tests", tests.get("xmlViolationTests", [])):
            yield test["input"].encode("utf-8", "surrogatepass")
    elif path.suffix == ".dat":
        for part in data.split(b"#data\n")[1:]:
            yield part.split(b"\n#errors")[0].split(b"\n#encoding")[0]


def _damaged(data: bytes) -> Iterator[bytes]:
    """A copy cut in half, and copies with bytes changed at random places, the same in every run."""
    yield data[: len(data) // 2]
    for seed in range(CHANGED):
        chance = random.Random(seed)  # noqa: S311  # damage needs no secrecy
        changed = bytearray(data)
        for _ in range(max(3, len(data) // 5000)):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        yield bytes(changed)


def main() -> None:
    """Print the counts of each group, then each case that is a problem."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=1, help="take every N-th case")
    given = parser.parse_args()
    out = sys.stdout.write
    results = [(case, outcome(case)) for case in list(cases(folder()))[:: given.each]]
    for group in dict.fromkeys(case.group for case, _ in results):
        of_group = [result for case, result in results if case.group == group]
        read = sum(result.read for result in of_group)
        slowest = max(result.seconds for result in of_group)
        out(
            f"{group:26} {len(of_group):5} cases  {read:5} read  {len(of_group) - read:5} refused"
            f"  slowest {slowest:.1f} s\n"
        )
    problems = [(case, result) for case, result in results if result.problem]
    for case, result in problems:
        out(f"PROBLEM {case.group} {case.name}: {result.problem}\n")
    out(f"{len(results)} cases, {len(problems)} problems\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
