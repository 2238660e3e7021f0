"""Several writers and readers in one home: is anything lost, stale or broken?

    python benchmarks/concurrency.py [--writers 3] [--readers 2] [--seconds 60] [--seed 1]

Each writer is a process that adds, replaces, edits by hand with a sync, makes fund-only and removes
articles of its own. It notes what it is about to do and what it was told is done. Each reader is
one long-lived process with one open knowledge base, as the app is: it looks for an article, and
where no writer touched that one meanwhile, it must find exactly what was done last (else `stale`).
What it finds must open in the version that was found. At the end every write that returned must be
in the library, in search and once in the history (else `lost`). Each process that ends with an
error is an `exception`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from kb.errors import UnknownSource
from kb.home import write_atomically
from kb.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[1]
NAMES = ("Quillon", "Brantford", "Ostrava", "Malachi", "Verdigris", "Hollin")

Note = dict[str, Any]  # writes: how many were done; under_way; id and marker of the article


def read_note(notes: Path, name: str) -> Note:
    """What the writer of an article noted last."""
    path = notes / f"{name}.json"
    fresh: Note = {"writes": 0, "under_way": False, "id": None, "marker": None}
    return json.loads(path.read_bytes()) if path.is_file() else fresh


def text(name: str, number: int) -> str:
    """A version of an article: two paragraphs that belong together."""
    word = marker(name, number)
    return f"# {name} memo\n\n" + "\n\n".join(
        f"Part {part} of {word}: the {name} fund lends {number} accelerators." for part in range(2)
    )


def marker(name: str, number: int) -> str:
    """A word that stands in every paragraph of one version of an article, and nowhere else."""
    return f"{name.lower()}v{number}x"


def write(home: Path, names: list[str], seconds: float, seed: int) -> None:
    """Change the articles of these names until the time is over."""
    chance = random.Random(seed)  # noqa: S311  # for a test
    notes, folder = home.parent / "notes", Path(tempfile.mkdtemp())
    end = time.monotonic() + seconds
    number = 0
    with KnowledgeBase.open(home) as kb:
        while time.monotonic() < end:
            number += 1
            name = chance.choice(names)
            note = read_note(notes, name)
            write_atomically(
                notes / f"{name}.json", json.dumps(note | {"under_way": True}).encode()
            )
            done = _change(kb, folder, note, name, number, chance)
            done["writes"] = note["writes"] + 1
            write_atomically(notes / f"{name}.json", json.dumps(done).encode())


def _change(
    kb: KnowledgeBase, folder: Path, note: Note, name: str, number: int, chance: random.Random
) -> Note:
    path = folder / f"{name}.md"
    path.write_text(text(name, number), encoding="utf-8")
    now: Note = {"under_way": False, "id": note["id"], "marker": marker(name, number)}
    if note["id"] is None:
        return now | {"id": kb.add(path).source.id}
    action = chance.choice(["replace", "replace", "edit", "hide", "remove"])
    if action == "remove":
        kb.remove(note["id"])
        return now | {"id": None, "marker": None}
    if action == "edit":
        stored = kb._home.articles / note["id"] / "text.md"
        front = stored.read_text(encoding="utf-8").split("---\n")[1]
        content = f"---\n{front}---\n\n{text(name, number)}\n"
        write_atomically(stored, content.encode())
        kb.sync()
    else:
        kb.add(path, replace=note["id"], fund=action == "hide")
    hidden = action == "hide" or note["marker"] is None
    return now | {"marker": None if hidden else marker(name, number)}


def read(home: Path, seconds: float, seed: int) -> None:
    """Look for articles until the time is over; one JSON line with what was seen."""
    chance = random.Random(seed)  # noqa: S311  # for a test
    notes, manifest = home.parent / "notes", home / "index" / "manifest.json"
    counts: Counter[str] = Counter()
    spent: dict[str, list[float]] = {"same": [], "changed": []}
    problems: list[str] = []
    end = time.monotonic() + seconds
    seen = 0
    with KnowledgeBase.open(home) as kb:
        kb.search("warm up")
        while time.monotonic() < end:
            name = chance.choice(NAMES)
            before = read_note(notes, name)
            begun, state = time.perf_counter(), manifest.stat().st_mtime_ns
            hits = kb.search(f"{name} memo part fund accelerators", 40)
            spent["same" if state == seen else "changed"].append(time.perf_counter() - begun)
            seen = state
            counts["searches"] += 1
            problems += _unopenable(kb, hits)
            if before["under_way"] or read_note(notes, name) != before:
                continue
            counts["judged"] += 1
            own = [hit.passage.text for hit in hits if f"the {name} fund" in hit.passage.text]
            wanted = before["marker"]
            if (len(own) != 2 if wanted else bool(own)) or not all(str(wanted) in t for t in own):
                counts["stale"] += 1
                problems.append(f"{name}: {own} where {wanted} was done")
    milliseconds = {k: round(1000 * statistics.median(v), 1) for k, v in spent.items() if v}
    out = {"counts": counts, "milliseconds": milliseconds, "problems": problems}
    sys.stdout.write(json.dumps(out) + "\n")


def _unopenable(kb: KnowledgeBase, hits: list[Any]) -> list[str]:
    problems = []
    for passage in {hit.passage for hit in hits}:
        try:
            source = kb.source(passage.source, passage.version)
        except UnknownSource:
            continue  # made fund-only since it was found
        if source.text[passage.start : passage.end] != passage.text:
            problems.append(f"{passage.source} {passage.version} is not what was found")
    return problems


def compare(home: Path) -> list[str]:
    """What of the writes that returned is not in the library, in search or in the history."""
    lost = []
    notes = home.parent / "notes"
    with KnowledgeBase.open(home) as kb, KnowledgeBase.open(home, fund=True) as staff:
        journal = [c for c in staff._library.history.journal.all() if c.layer == "staff"]
        for name in NAMES:
            note = read_note(notes, name)
            hits = [hit.passage.text for hit in kb.search(f"{name} memo part fund", 40)]
            own = [text for text in hits if f"the {name} fund" in text]
            if len(own) != (2 if note["marker"] else 0):
                lost.append(f"{name}: {own} where {note} was done")
            if note["id"] and note["id"] not in {source.id for source in staff.sources()}:
                lost.append(f"{name}: {note['id']} is gone")
            made = sum(change.source.startswith(name.lower()) for change in journal)
            if made != note["writes"]:
                lost.append(f"{name}: {made} changes in the history, {note['writes']} writes")
        lost += [
            f"{f.code} {f.source}: {f.message}" for f in staff.check() if f.severity == "error"
        ]
        lost += [f"{step.source} was not in line" for step in kb.sync(trial=True).steps]
    return lost


def run(writers: int, readers: int, seconds: float, seed: int) -> int:
    """Run everything in a fresh home and print figures; how many problems there were."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (Path(folder) / "notes").mkdir()
        roles = [("write", ",".join(NAMES[n::writers])) for n in range(writers)]
        roles += [("read", "-")] * readers
        command = [sys.executable, str(Path(__file__).resolve()), "--role"]
        started = [
            subprocess.Popen(  # noqa: S603  # this very file
                [*command, role, str(home), names, str(seconds), str(seed * 100 + n)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for n, (role, names) in enumerate(roles)
        ]  # fmt: skip
        ended = [process.communicate() for process in started]
        failed = [err.strip().splitlines()[-1] for _, err in ended if err.strip()]
        failed += [f"exit code {p.returncode}" for p in started if p.returncode]
        told = [json.loads(out) for out, _ in ended if out.strip()]
        lost = compare(home)
        writes = sum(read_note(Path(folder) / "notes", name)["writes"] for name in NAMES)
    counts: Counter[str] = Counter()
    problems = [*failed, *lost]
    for one in told:
        counts.update(one["counts"])
        problems += one["problems"]
    speeds = "; ".join(", ".join(f"{k} {v} ms" for k, v in t["milliseconds"].items()) for t in told)
    sys.stdout.write(
        f"{writers} writers and {readers} readers, {seconds:g} s: {writes} writes, "
        f"{counts['searches']} searches, {counts['judged']} of them judged: {len(lost)} lost, "
        f"{counts['stale']} stale, {len(failed)} exceptions\n"
        f"median search of each reader, index the same or changed since its last one: {speeds}\n"
    )
    for problem in problems[:50]:
        sys.stdout.write(f"  {problem}\n")
    return len(problems)


def main() -> None:
    """Run; exit code 1 where anything was lost, stale or broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        role, home, names, seconds, seed = given.role
        if role == "write":
            write(Path(home), names.split(","), float(seconds), int(seed))
        else:
            read(Path(home), float(seconds), int(seed))
        return
    if run(given.writers, given.readers, given.seconds, given.seed):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
