"""The test sets of `benchmarks/retrieval.py`: those that are given, and those made from them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from opencc import OpenCC

GIVEN = ("xquad_zh", "xquad_en2zh", "drcd_hans2hant")
MADE = (
    "xquad_en2hant",  # English questions on Traditional text
    "scripts",  # XQuAD half in each script, and DRCD: Chinese questions in one index
    "both_en2en",  # XQuAD with each paragraph in one language only, English or Chinese, by the
    "both_en2zh",  # languages of question and text
    "both_zh2en",
    "both_zh2zh",
)


@dataclass
class Set:
    """Documents and questions by id, and the document that answers each question."""

    corpus: dict[str, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path, keep: Callable[[str], bool]) -> None:
        """Write it in BEIR layout, with the questions whose id `keep` accepts."""
        asked = {query: text for query, text in self.queries.items() if keep(query)}
        _write(folder / "corpus.jsonl", self.corpus)
        _write(folder / "queries.jsonl", asked)
        lines = [f"{query}\t{self.answers[query]}\t1" for query in asked]
        (folder / "qrels.tsv").write_text(
            "\n".join(["query-id\tcorpus-id\tscore", *lines, ""]), encoding="utf-8"
        )


def evaluation_folder() -> Path:
    """The folder with the test sets, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval"


def odd(identity: str) -> bool:
    """Whether an id belongs to the second half of a set: the parity of its SHA-256."""
    return sha256(identity.encode()).digest()[-1] % 2 == 1


def load(name: str) -> Set:
    """A set by its name. Raises `OSError` where its files are not there."""
    if name in GIVEN:
        return _given(name)
    if name == "xquad_en2hant":
        made = _given("xquad_en2zh")
        made.corpus = {key: _traditional(text) for key, text in made.corpus.items()}
        return made
    if name == "scripts":
        return _scripts()
    question, text = name.removeprefix("both_").split("2")
    return _both(question, text)


def _scripts() -> Set:
    made, other = _given("xquad_zh"), _given("drcd_hans2hant")
    made.corpus = {
        key: _traditional(text) if odd(key) else text for key, text in made.corpus.items()
    }
    for mine, theirs in (
        (made.corpus, other.corpus),
        (made.queries, other.queries),
        (made.answers, other.answers),
    ):
        mine.update(theirs)
    return made


def _both(question: str, text: str) -> Set:
    made = _given("xquad_zh" if question == "zh" else "xquad_en2zh")
    folder = evaluation_folder() / "abstention" / "xquad_holdout"
    english = {_id(row): str(row["text"]) for row in _rows(folder / "corpus_en.jsonl")}
    chosen = {key: body for key, body in english.items() if odd(f"m{key}")}
    made.corpus |= chosen
    made.queries = {
        query: words
        for query, words in made.queries.items()
        if (made.answers[query] in chosen) == (text == "en")
    }
    return made


def _given(name: str) -> Set:
    folder = evaluation_folder() / "retrieval" / name
    found = Set(
        {
            _id(row): " ".join(filter(None, (str(row.get("title") or ""), str(row["text"]))))
            for row in _rows(folder / "corpus.jsonl")
        },
        {_id(row): str(row["text"]) for row in _rows(folder / "queries.jsonl")},
    )
    lines = (folder / "qrels.tsv").read_text(encoding="utf-8").strip().split("\n")[1:]
    found.answers = {line.split("\t")[0]: line.split("\t")[-2] for line in lines}
    return found


def _traditional(text: str) -> str:
    return str(OpenCC("s2twp").convert(text))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def _write(path: Path, texts: dict[str, str]) -> None:
    rows = ({"_id": key, "text": text} for key, text in texts.items())
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def _id(row: dict[str, Any]) -> str:
    return str(row["_id"] if "_id" in row else row["id"])
