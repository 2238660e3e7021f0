"""Staff publish to a Chroma server while founders search there, and the server is killed.

    python benchmarks/server.py [--seconds 60] [--writers 3] [--readers 2] [--kills 2]

Writers are processes that share one home: each replaces an article of its own (every seventh time
it removes it), publishes, and says when `kb publish` had returned. Readers are founders' desks,
long-lived processes with a home each and no library. A search that began after a publication had
returned must find that version or a later one (else `stale`), unless the desk said with the answer
that the server did not answer. The server is killed (SIGKILL) and started again in between. At the
end the last publication of each writer must be found by a desk that has seen nothing before, and
by those that ran (else `lost`); a version without all its paragraphs is `mixed`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from kb.errors import PublishBusy, ServerUnreachable
from kb.knowledge_base import KnowledgeBase
from kb.publication.published import PublishedKnowledge

ROOT = Path(__file__).parents[1]
NAMES = ("Quillon", "Brantford", "Ostrava", "Malachi", "Vantongeren")
PARTS = 3
LEAST = 2
_VERSION = re.compile(r"version (\d+) of the (\w+) memo")


def text(name: str, number: int) -> str:
    """A version of an article: paragraphs that belong together."""
    rng = random.Random(name)  # noqa: S311  # no two memos alike, or they would count as copies
    lines = [
        f"Part {part} in version {number} of the {name} memo: {name} lends {number} GPUs to "
        + " ".join("".join(rng.choices("aeioudlmnrst", k=7)) for _ in range(20))
        for part in range(PARTS)
    ]
    return f"# The {name} memo\n\n" + "\n\n".join(lines) + "\n"


def tell(**event: Any) -> None:
    """A line of what happened, with the time on the clock that all processes share."""
    sys.stdout.write(json.dumps({"at": time.monotonic(), **event}) + "\n")
    sys.stdout.flush()


def write(home: Path, url: str, name: str, end: float) -> None:
    """Replace, remove and publish until the time is up, and `LEAST` times."""
    path = home.parent / f"{name}.md"
    source = None
    number = 0
    with KnowledgeBase.open(home) as kb:
        while time.monotonic() < end or number < LEAST:
            number += 1
            if source is not None and number % 7 == 0:
                kb.remove(source, why="benchmark")
                source = None
            else:
                path.write_text(text(name, number), encoding="utf-8")
                source = kb.add(path, replace=source).source.id
            begun = time.monotonic()
            while True:
                try:
                    kb.publish(url, None)
                    break
                except (ServerUnreachable, PublishBusy) as error:
                    tell(name=name, failed=error.code)
                    if time.monotonic() > end + 60:
                        raise
                    time.sleep(0.1)
            shown = number if source is not None else None
            tell(name=name, number=number, shown=shown, took=time.monotonic() - begun)


def read(home: Path, url: str, names: list[str], end: float) -> None:
    """Search for each writer's article in turn until the time is up, and `LEAST` times."""
    said: list[str] = []
    with PublishedKnowledge.open(home, url, note=said.append) as desk:
        turn = 0
        while time.monotonic() < end or turn < LEAST:
            name = names[turn % len(names)]
            turn += 1
            said.clear()
            begun = time.monotonic()
            found = seen(desk, name)
            offline = any("this is from generation" in line for line in said)
            took = time.monotonic() - begun
            tell(reader=home.name, name=name, begun=begun, found=found, offline=offline, took=took)


def seen(desk: PublishedKnowledge, name: str) -> dict[int, int]:
    """The versions of a writer's article that a search finds, with how many paragraphs of each."""
    counts: dict[int, int] = defaultdict(int)
    for hit in desk.search(f"How many GPUs does {name} lend? The {name} memo", 10):
        told = _VERSION.search(hit.passage.text)
        if told and told[2] == name:
            counts[int(told[1])] += 1
    return dict(counts)


def measure(seconds: float, writers: int, readers: int, kills: int) -> dict[str, Any]:
    """Run it; the figures."""
    sys.path.insert(0, str(ROOT))
    from tests.chroma_server import ChromaProcess

    with tempfile.TemporaryDirectory(prefix="compute-desk-server-") as scratch:
        folder = Path(scratch)
        server = ChromaProcess(folder / "chroma")
        server.start()
        names = list(NAMES[:writers])
        try:
            with KnowledgeBase.open(folder / "staff") as kb:
                kb.publish(server.root, None)
            for number in range(readers):  # a desk's first fetch is no part of the minute
                with PublishedKnowledge.open(folder / f"founder{number}", server.root) as desk:
                    desk.search("GPU", 1)
            end = time.monotonic() + seconds
            jobs = [["write", str(folder / "staff"), server.root, name] for name in names]
            jobs += [
                ["read", str(folder / f"founder{n}"), server.root, *names] for n in range(readers)
            ]
            running = [_start(job, end, folder / f"job{n}") for n, job in enumerate(jobs)]
            for number in range(kills):
                due = end - seconds * (kills - number) / (kills + 1)
                time.sleep(max(0.0, due - time.monotonic()))
                server.kill()
                time.sleep(1.0)
                server.start()
            codes = [job.wait(timeout=seconds + 180) for job in running]
            events = [
                json.loads(line)
                for n in range(len(jobs))
                for line in (folder / f"job{n}").read_text(encoding="utf-8").splitlines()
            ]
            figures = judge(events, names)
            figures["exceptions"] = sum(code != 0 for code in codes)
            last = {e["name"]: e for e in events if "number" in e}
            for place in ("fresh", *(f"founder{n}" for n in range(readers))):
                with PublishedKnowledge.open(folder / place, server.root) as desk:
                    for name in names:
                        wanted = {} if last[name]["shown"] is None else {last[name]["shown"]: PARTS}
                        figures["lost"] += seen(desk, name) != wanted
            return figures
        finally:
            server.kill()


def _start(job: list[str], end: float, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--job", json.dumps(job), "--end", str(end)]
    with output.open("wb") as file:
        return subprocess.Popen(command, stdout=file, cwd=ROOT)  # noqa: S603  # this very file


def judge(events: list[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """Count what went wrong, from what the processes told."""
    published = {
        name: [(e["at"], e["number"]) for e in events if e.get("name") == name and "number" in e]
        for name in names
    }
    searches = [e for e in events if "reader" in e]
    stale = mixed = offline = 0
    for search in searches:
        done = [number for at, number in published[search["name"]] if at < search["begun"]]
        versions = {int(number): count for number, count in search["found"].items()}
        mixed += len(versions) > 1 or any(count != PARTS for count in versions.values())
        if search["offline"]:
            offline += 1
        elif done and any(number < max(done) for number in versions):
            stale += 1
        elif done and not versions and not {max(done) % 7, (max(done) + 1) % 7} & {0}:
            stale += 1  # neither removed nor, by a publication under way, about to be
    publications = [e for e in events if "number" in e]
    return {
        "publications": len(publications),
        "failed_and_repeated": sum("failed" in e for e in events),
        "publication_s": _middle([e["took"] for e in publications]),
        "searches": len(searches),
        "search_ms": _middle([1000 * e["took"] for e in searches]),
        "answered_offline_and_said": offline,
        "stale": stale,
        "mixed": mixed,
        "lost": 0,
    }


def _middle(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(ordered[len(ordered) // 2], 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
    }


def main() -> None:
    """Read the options, run, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=3, choices=range(1, len(NAMES) + 1))
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("--end", type=float, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.job is None:
        figures = measure(chosen.seconds, chosen.writers, chosen.readers, chosen.kills)
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        bad = ("stale", "mixed", "lost", "exceptions")
        sys.exit(1 if any(figures[name] for name in bad) else 0)
    kind, home, url, *names = json.loads(chosen.job)
    if kind == "write":
        write(Path(home), url, names[0], chosen.end)
    else:
        read(Path(home), url, names, chosen.end)


if __name__ == "__main__":
    main()
