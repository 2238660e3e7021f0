"""How often the desk answers without evidence, and abstains although there is some.

    .venv/bin/python benchmarks/abstention.py [--questions 100]

Reads ../shared/eval/abstention/xquad_holdout (or COMPUTE_DESK_SHARED): paragraphs of which a
quarter of the articles was removed, and questions on all of them. The paragraphs are added to a
fresh library beside the starter library; then the built-in model answers `--questions` questions
with and as many without an answer in it. "right place" is the share of answers to answerable
questions that cite the paragraph the question was written for. "best score" is how search rates
its best passage (10, 50 and 90 % quantile), for questions with and without an answer: how far a
threshold could tell them apart.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from typing import Any

from assistant import Assistant

Rows = list[dict[str, Any]]
ASKED = {"zh": ("zh", "en"), "en": ("en",)}  # by the language of the text, those of the questions
CROSSING = 0.56  # the score that assistant.builtin.selecting asks of a passage in another language


def shared() -> Path:
    """The folder with the test set, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    found = Path(os.environ.get("COMPUTE_DESK_SHARED", beside))
    return found / "eval" / "abstention" / "xquad_holdout"


def rows(path: Path) -> Rows:
    """The rows of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def sample(queries: Rows, language: str, answerable: bool, size: int) -> Rows:
    """`size` questions of a kind, chosen by a hash of their ids."""
    kind = [q for q in queries if q["lang"] == language and q["answerable"] is answerable]
    return sorted(kind, key=lambda q: sha256(q["id"].encode()).hexdigest())[:size]


def fill(desk: Assistant, corpus: Rows, scratch: Path) -> dict[str, str]:
    """Add every paragraph as an article; the paragraph's id by the article's."""
    added = {}
    for row in corpus:
        name = str(row.get("_id") or row.get("id"))
        file = scratch / f"{name}.txt"
        file.write_text(row["text"], encoding="utf-8")
        added[desk.kb.add(file).source.id] = name
    return added


def main() -> None:
    """Print one line for each pair of languages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--questions", type=int, default=100, help="of each kind")
    size: int = parser.parse_args().questions
    out = sys.stdout.write
    if not shared().is_dir():
        out(f"skipped: there is no folder {shared()}\n")
        return
    queries = rows(shared() / "queries.jsonl")
    for text, languages in ASKED.items():
        with tempfile.TemporaryDirectory() as scratch:
            place = Path(scratch)
            with Assistant.open(place / "home", "builtin") as desk:
                names = fill(desk, rows(shared() / f"corpus_{text}.jsonl"), place)
                for asked in languages:
                    with_answer = sample(queries, asked, True, size)
                    without = sample(queries, asked, False, size)
                    report(desk, with_answer, without, names, f"{asked} -> {text}")


def report(
    desk: Assistant, with_answer: Rows, without: Rows, names: dict[str, str], label: str
) -> None:
    """Ask all and print the shares."""
    refused = right = 0
    for query in with_answer:
        answer = desk.ask(query["text"])
        refused += answer.abstained
        cited = {names.get(citation.source) for citation in answer.citations}
        right += not answer.abstained and query["gold"] in cited
    made_up = sum(not desk.ask(query["text"]).abstained for query in without)
    told = len(with_answer) - refused
    scores = [[best(desk, q["text"]) for q in kind] for kind in (with_answer, without)]
    sys.stdout.write(
        f"{label:<10}abstains although answerable {_share(refused, with_answer)}"
        f"  answers without evidence {_share(made_up, without)}"
        f"  right place {right / told if told else 0:.0%} of {told}\n"
        f"{'':<10}best score {' '.join(map(_spread, scores))}\n"
    )


def best(desk: Assistant, question: str) -> float:
    """The search score of the best passage."""
    return max((hit.score for hit in desk.kb.search(question, 1)), default=0.0)


def _spread(scores: Sequence[float]) -> str:
    tenths = quantiles(scores, n=10)
    low, middle, high = tenths[0], tenths[4], tenths[8]
    reached = sum(score >= CROSSING for score in scores) / len(scores)
    return f"[{low:.2f} {middle:.2f} {high:.2f}, {reached:.0%} reach {CROSSING}]"


def _share(count: int, of: Sequence[object]) -> str:
    return f"{count / len(of):.0%} of {len(of)}" if of else "none asked"


if __name__ == "__main__":
    main()
