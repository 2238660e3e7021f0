"""Gold questions: what founders ask and where the answer stands, kept by staff in a plain file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb import starter
from kb.errors import UnreadableSource
from kb.keeping.findings import Finding
from kb.library.views import View
from kb.records import Hit, Layer
from kb.texts.cleaning import clean
from kb.texts.documents import Document

DEPTH = 10  # sources in which a question's own is looked for
PASSAGES = 40  # from which these sources come
_KEYS = {"ask", "find", "field"}

Search = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Gold:
    """A question and the ids of the sources of which one must be found; with `field`, through a
    program's term of that field. `place` tells where it is written."""

    question: str
    sources: tuple[str, ...]
    field: str | None
    place: str
    layer: Layer


@dataclass(frozen=True, slots=True)
class Asked:
    """What search found for a question: source ids, the best first, and the place (from 1) of the
    first that was looked for, or None."""

    gold: Gold
    found: tuple[str, ...]
    rank: int | None


def gold_questions(own: Path) -> list[Gold]:
    """The bundled questions and those of the file `own`, which may be missing; a question that
    stands in both is staff's. Raises `UnreadableSource`, which names the question."""
    asked = {gold.question: gold for gold in _read(starter.GOLD, "starter")}
    if own.is_file():
        asked |= {gold.question: gold for gold in _read(own, "staff")}
    return list(asked.values())


def ask(gold: Gold, search: Search) -> Asked:
    """What `search` (question, number of passages) finds for a question."""
    hits = search(gold.question, PASSAGES)
    found = list(dict.fromkeys(hit.passage.source for hit in hits))[:DEPTH]
    right = (source for hit in hits for source in _right(hit, gold) if source in found)
    first = next(right, None)
    return Asked(gold, tuple(found), None if first is None else found.index(first) + 1)


def _right(hit: Hit, gold: Gold) -> Iterator[str]:
    """The source of a hit where it is one that was looked for, or says the same as one."""
    passage = hit.passage
    if not {passage.source, *hit.also} & {*gold.sources}:
        return
    if gold.field is None or passage.field is None or passage.field == gold.field:
        yield passage.source


def measured(asked: Sequence[Asked]) -> dict[str, float]:
    """Recall@1, @5 and @10 and the mean reciprocal rank; 0 where nothing was asked."""
    ranks = [one.rank for one in asked]
    count = max(1, len(ranks))
    figures = {
        f"recall@{depth}": sum(rank is not None and rank <= depth for rank in ranks) / count
        for depth in (1, 5, 10)
    }
    figures["mrr@10"] = sum(1 / rank for rank in ranks if rank) / count
    return {name: round(value, 4) for name, value in figures.items()} | {"questions": len(ranks)}


def gold_findings(own: Path, view: View) -> Iterator[Finding]:
    """What is wrong with the gold questions of the home: the file, sources that are not there,
    fields that a program does not have."""
    try:
        golds = [gold for gold in gold_questions(own) if gold.layer == "staff"]
    except UnreadableSource as error:
        yield Finding("error", "gold", None, own.name, error.message, error.hint)
        return
    for gold in golds:
        for source in gold.sources:
            if not view.shows(source):
                yield Finding(
                    "warning", "gold", source, gold.place,
                    f"{gold.question!r} looks for {source}, which founders do not have",
                    "name another source, or take the question out",
                )  # fmt: skip
            elif gold.field is not None and not _has(view.document(source), gold.field):
                yield Finding(
                    "warning", "gold", source, gold.place,
                    f"{source} has no term of the field {gold.field!r}",
                    "correct the field, or leave it out",
                )  # fmt: skip


def _has(document: Document, field: str) -> bool:
    return any(passage.field in (None, field) for passage in document.passages)


def _read(path: Path, layer: Layer) -> Iterator[Gold]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableSource(f"cannot read {path}: {reason}", "correct the file") from error
    questions = data.get("questions") if isinstance(data, dict) else None
    if questions is None and data in (None, {}, {"questions": None}):
        return  # an empty file
    if not isinstance(questions, list):
        raise UnreadableSource(f"{path} is not `questions:` with a list", "correct the file")
    for number, row in enumerate(questions, 1):
        yield _gold(row, f"{path.name}, question {number}", layer)


def _gold(row: Any, place: str, layer: Layer) -> Gold:
    if not isinstance(row, Mapping) or not {"ask", "find"} <= row.keys() <= _KEYS:
        raise UnreadableSource(f"{place} needs `ask` and `find`", "correct the file")
    question = " ".join(clean(str(row["ask"])).split())
    named = row["find"] if isinstance(row["find"], list) else [row["find"]]
    sources = tuple(str(one).strip() for one in named if one is not None)
    if not question or not sources or not all(sources):
        raise UnreadableSource(f"{place}: `ask` or `find` is empty", "correct the file")
    field = row.get("field")
    return Gold(question, sources, None if field is None else str(field), place, layer)
