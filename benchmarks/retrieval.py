"""How well search finds, on public test sets: the bundled embedder and both legs, as in a library.

    .venv/bin/python benchmarks/retrieval.py [--queries 300] [SET ...]

Reads ../shared/eval/retrieval (or COMPUTE_DESK_SHARED) in BEIR layout: xquad_zh, xquad_en2zh and
drcd_hans2hant. Every document of a set is indexed; the questions are a sample, the same in every
run. Documents embed at a few paragraphs a second: minutes a set.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from kb.embedders import default_embedder
from kb.evaluation import evaluate

SETS = ("xquad_zh", "xquad_en2zh", "drcd_hans2hant")
SHOWN = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def shared() -> Path:
    """The folder with the test sets, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval" / "retrieval"


def sampled(source: Path, target: Path, queries: int) -> None:
    """A copy of a set with `queries` of its questions, chosen by a hash of their ids."""
    for name in ("corpus.jsonl", "qrels.tsv"):
        (target / name).symlink_to(source / name)
    lines = (source / "queries.jsonl").read_text(encoding="utf-8").strip().split("\n")
    lines.sort(key=lambda line: sha256(_id(line).encode()).hexdigest())
    (target / "queries.jsonl").write_text("\n".join(lines[:queries]) + "\n", encoding="utf-8")


def _id(line: str) -> str:
    row = json.loads(line)
    return str(row["_id"] if "_id" in row else row["id"])


def warn(note: str) -> None:
    """What the embedder has to say, beside the figures."""
    sys.stderr.write(f"{note}\n")


def main() -> None:
    """Print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="*", default=SETS, metavar="SET")
    parser.add_argument("--queries", type=int, default=300, help="questions of each set")
    given = parser.parse_args()
    out = sys.stdout.write
    embedder = default_embedder(warn)
    out(f"{embedder.name}; at most {given.queries} questions a set\n")
    for name in given.sets:
        folder = shared() / name
        if not folder.is_dir():
            out(f"{name:<16}skipped: there is no folder {folder}\n")
            continue
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as scratch:
            sampled(folder.resolve(), Path(scratch), given.queries)
            found = evaluate(Path(scratch), embedder)
        figures = "  ".join(f"{measure} {found[measure]:.3f}" for measure in SHOWN)
        size = f"{found['documents']:.0f} documents, {found['queries']:.0f} questions"
        out(f"{name:<16}{figures}  ({size}, {time.perf_counter() - begun:.0f} s)\n")


if __name__ == "__main__":
    main()
