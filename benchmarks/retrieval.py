"""How well search finds, on public test sets: the bundled embedder and both legs, as in a library.

    .venv/bin/python benchmarks/retrieval.py [--queries 300] [--half tuned|checked] [SET ...]

Reads ../shared/eval (or COMPUTE_DESK_SHARED): the given sets in BEIR layout, and sets made from
them, which mix scripts and languages in one index (see benchmarks/retrieval_sets.py). Every
document of a set is indexed; the questions are a sample, the same in every run. The constants of
`kb/retrieval/space.py` and `kb/retrieval/search.py` were chosen on the half "tuned".
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from kb.keeping.evaluation import evaluate
from kb.retrieval.embedders import default_embedder

sys.path.insert(0, str(Path(__file__).parent))
from retrieval_sets import GIVEN, MADE, Set, load, odd

SHOWN = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")


def chosen(whole: Set, queries: int, half: str | None) -> set[str]:
    """The ids of at most `queries` questions of a half, by a hash of their ids."""
    ids = [one for one in whole.queries if half is None or odd(one) == (half == "checked")]
    return set(sorted(ids, key=lambda one: sha256(one.encode()).hexdigest())[:queries])


def warn(note: str) -> None:
    """What the embedder has to say, beside the figures."""
    sys.stderr.write(f"{note}\n")


def main() -> None:
    """Print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="*", default=(*GIVEN, *MADE), metavar="SET")
    parser.add_argument("--queries", type=int, default=300, help="questions of each set")
    parser.add_argument("--half", choices=("tuned", "checked"), help="of the questions only")
    given = parser.parse_args()
    out = sys.stdout.write
    embedder = default_embedder(warn)
    out(f"{embedder.name}; at most {given.queries} questions a set\n")
    for name in given.sets:
        try:
            whole = load(name)
        except OSError as error:
            out(f"{name:<16}skipped: {error}\n")
            continue
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as scratch:
            whole.write(Path(scratch), chosen(whole, given.queries, given.half).__contains__)
            found = evaluate(Path(scratch), embedder)
        figures = "  ".join(f"{measure} {found[measure]:.3f}" for measure in SHOWN)
        size = f"{found['documents']:.0f} documents, {found['queries']:.0f} questions"
        out(f"{name:<16}{figures}  ({size}, {time.perf_counter() - begun:.0f} s)\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
