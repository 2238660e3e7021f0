"""Kill a process that changes the library at random instants, and see what is left.

    python benchmarks/kills.py [--kills 400] [--seed 1]

A worker adds one file or several, replaces, edits with a sync, makes fund-only, removes, restores
and rebuilds; it says on its output what it is about to do and when that was done. It is killed
(SIGKILL) after a random time. Then the home is opened: what was acknowledged must be there with
all its text (else `lost`); a change that was under way must be there whole or not at all, in the
library, in the history and in search (else `mixed`); no byte of the founders' index may hold what
is fund-only (else `leaked`); and the home must open and answer (else `unopenable`).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[1]
NAMES = ("Quillon", "Brantford", "Ostrava", "Malachi")

# The text marker of each name's article, " fund" behind it where that is fund-only; None where
# there is no article.
State = dict[str, str | None]


@dataclass
class Outcome:
    """What the kills left."""

    kills: int = 0
    lost: int = 0
    mixed: int = 0
    leaked: int = 0
    unopenable: int = 0
    during: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def marker(name: str, number: int) -> str:
    """A word that stands in every paragraph of one version of an article, and nowhere else."""
    return f"{name.lower()}v{number}x"


def text(name: str, number: int) -> str:
    """A version of an article: three paragraphs that belong together."""
    word = marker(name, number)
    return f"# {name} memo\n\n" + "\n\n".join(
        f"Paragraph {part} of {word}: the {name} fund lends {number} accelerators."
        for part in range(3)
    )


def work(home: Path, seed: int) -> None:
    """Change the library until killed; one JSON line before and after each change."""
    chance = random.Random(seed)  # noqa: S311  # for a test
    folder = Path(tempfile.mkdtemp())
    with KnowledgeBase.open(home, fund=True) as kb:
        ids = {s.title.split()[0]: s.id for s in kb.sources() if s.layer == "staff"}
        kb.sync()
        for number in range(seed * 1000, seed * 1000 + 999):
            name = chance.choice(NAMES)
            absent = [other for other in NAMES if other not in ids]
            if name in absent:
                many = len(absent) > 1 and chance.random() < 0.5
                _add(kb, folder, ids, absent if many else [name], number)
            else:
                action = chance.choice(["replace", "edit", "hide", "remove", "rebuild", "restore"])
                _change(kb, folder, ids, action, name, number, chance)


def _add(
    kb: KnowledgeBase, folder: Path, ids: dict[str, str], names: list[str], number: int
) -> None:
    paths = [folder / f"{name}.md" for name in names]
    for name, path in zip(names, paths, strict=True):
        path.write_text(text(name, number), encoding="utf-8")
    action = "add" if len(names) == 1 else "batch"
    wanted: State = {name: marker(name, number) for name in names}
    _say("begin", action, wanted)
    if len(names) == 1:
        ids[names[0]] = kb.add(paths[0]).source.id
    else:
        for name, outcome in zip(names, kb.add_all(paths), strict=True):
            assert outcome.added is not None, outcome
            ids[name] = outcome.added.source.id
    _say("done", action, wanted)


def _change(
    kb: KnowledgeBase,
    folder: Path,
    ids: dict[str, str],
    action: str,
    name: str,
    number: int,
    chance: random.Random,
) -> None:
    held = kb.source(ids[name])
    version = ""
    if action == "restore":
        version = chance.choice([c.version for c in kb.history(ids[name]) if c.version])
        held = kb.source(ids[name], version)
    if action in ("hide", "rebuild", "restore"):
        number = int(_marker_of(held.text).rpartition("v")[2].rstrip("x"))
    is_fund = action == "hide" or held.visibility == "fund"
    wanted: State = {name: marker(name, number) + (" fund" if is_fund else "")}
    path = folder / f"{name}.md"
    path.write_text(text(name, number), encoding="utf-8")
    if action == "remove":
        wanted[name] = None
    _say("begin", action, wanted)
    if action == "replace":
        kb.add(path, replace=ids[name])
    elif action == "hide":
        kb.add(path, replace=ids[name], fund=True)
    elif action == "edit":
        stored = kb._home.articles / ids[name] / "text.md"
        front = stored.read_text(encoding="utf-8").split("---\n")[1]
        fresh = stored.with_name("new text")
        fresh.write_text(f"---\n{front}---\n\n{text(name, number)}\n", encoding="utf-8")
        fresh.replace(stored)
        kb.sync()
    elif action == "remove":
        kb.remove(ids.pop(name))
    elif action == "restore":
        kb.restore(ids[name], version)
    else:
        kb.rebuild()
    _say("done", action, wanted)


def _marker_of(content: str) -> str:
    return next(word.strip(":") for word in content.split() if word.endswith("x:"))


def _say(stage: str, action: str, wanted: State) -> None:
    sys.stdout.write(json.dumps([stage, action, wanted]) + "\n")
    sys.stdout.flush()


def kill_often(home: Path, kills: int, seed: int) -> Outcome:
    """Start workers and kill them; what was left, after each kill."""
    chance = random.Random(seed)  # noqa: S311  # for a test
    outcome = Outcome()
    state: State = dict.fromkeys(NAMES)
    for round_ in range(kills):
        said = _killed(home, seed * 10_000 + round_, chance)
        pending: State = {}
        under_way = "between"
        for stage, action, wanted in said:
            pending = wanted if stage == "begin" else {}
            under_way = action if stage == "begin" else "between"
            if stage == "done":
                state |= wanted
        outcome.kills += 1
        outcome.during[under_way] += 1
        _look(home, state, pending, outcome)
    return outcome


def _killed(home: Path, seed: int, chance: random.Random) -> list[tuple[str, str, State]]:
    """What a worker said until it was killed."""
    command = [sys.executable, str(Path(__file__).resolve()), "--work", str(home), str(seed)]
    with subprocess.Popen(  # noqa: S603  # this very file
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        first = worker.stdout.readline()  # the first change begins; start-up is not the matter
        time.sleep(chance.random() ** 2 * 1.5)
        worker.kill()
        rest = worker.stdout.read()
    lines = (first + rest).splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _look(home: Path, state: State, pending: State, outcome: Outcome) -> None:
    try:
        with KnowledgeBase.open(home) as kb, KnowledgeBase.open(home, fund=True) as staff:
            found = _found(kb, staff, outcome)
            for name in NAMES:
                allowed = {state[name], pending.get(name, state[name])}
                if found[name] not in allowed:
                    outcome.lost += 1
                    outcome.problems.append(f"{name}: {found[name]} is not in {allowed}")
                state[name] = found[name]
            checked = staff.check(600)
            problems = [f for f in checked if f.severity == "error" or f.code == "not_synced"]
            if problems:
                outcome.mixed += 1
                outcome.problems += [f"{p.code} {p.source}: {p.message}" for p in problems]
        _look_for_leaks(home / "index", found, outcome)
    except (KbError, OSError) as error:
        outcome.unopenable += 1
        outcome.problems.append(f"{type(error).__name__}: {error}")


def _found(kb: KnowledgeBase, staff: KnowledgeBase, outcome: Outcome) -> State:
    """The state of the library, after comparing it with search, history and itself."""
    kb.search("fund", 1)  # brings the index in line, as any first question does
    found: State = dict.fromkeys(NAMES)
    own = [source for source in staff.sources() if source.layer == "staff"]
    for source in own:
        name = source.title.split()[0]
        words = {w.strip(":") for w in source.text.split() if w.endswith("x:")}
        last = staff.history(source.id)[-1]
        hits = [h.passage for h in kb.search(f"{name} memo paragraph {' '.join(words)}", 60)]
        versions = {h.version for h in hits if h.source == source.id}
        seen = {h.text for h in hits if h.source == source.id}
        whole = len(words) == 1 and source.text.count("x:") == 3 and last.version == source.version
        if source.visibility == "fund":
            in_line = not versions
        else:
            in_line = versions == {source.version} and len(seen) == len(kb.passages(source.id))
        if not (whole and in_line):
            outcome.mixed += 1
            outcome.problems.append(f"{source.id}: {sorted(words)}, {versions}, {last}")
        found[name] = next(iter(words)) + (" fund" if source.visibility == "fund" else "")
    gone = {h.passage.source for h in kb.search(" ".join(NAMES), 60)} - {s.id for s in kb.sources()}
    if gone or len(own) != len({source.title for source in own}):
        outcome.mixed += 1
        outcome.problems.append(f"ghosts {gone} or twins among {[s.id for s in own]}")
    return found


def _look_for_leaks(index: Path, found: State, outcome: Outcome) -> None:
    hidden = [word.split()[0].encode() for word in found.values() if word and " fund" in word]
    for path in index.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        leaked = [word.decode() for word in hidden if word in data]
        if leaked:
            outcome.leaked += 1
            outcome.problems.append(f"{path} holds {', '.join(leaked)}")


def main() -> None:
    """Run and print figures; exit code 1 where anything was lost, mixed or unopenable."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", nargs=2, metavar=("HOME", "SEED"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(Path(given.work[0]), int(given.work[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_often(Path(folder) / "home", given.kills, given.seed)
    during = ", ".join(f"{count} {name}" for name, count in sorted(outcome.during.items()))
    sys.stdout.write(
        f"{outcome.kills} kills ({during}): {outcome.lost} lost, {outcome.mixed} mixed, "
        f"{outcome.leaked} leaked, {outcome.unopenable} unopenable\n"
    )
    for problem in outcome.problems:
        sys.stdout.write(f"  {problem}\n")
    if outcome.problems:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
