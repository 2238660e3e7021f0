"""What mirrors and spun copies do to search, with and without counting them once.

    .venv/bin/python benchmarks/copies.py [--copies 5]

Of each bundled article so many copies are made by script (the lines of a mirror around it, one word
in eight exchanged, the other script, sentences shuffled, all of these) and added to a home, each
with a later date. Then the gold questions that an article answers are asked: how many of the first
five hits are by different articles, how often the right article (or a copy of it) comes first, and
how often what stands first is a copy.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from duplicates import changes, shared, stories, vocabulary

from kb import starter
from kb.keeping.gold import gold_questions
from kb.knowledge_base import KnowledgeBase
from kb.records import Hit

KINDS = ("mirror", "1 word in 8", "other script", "shuffled", "all, light")


def spoil(kb: KnowledgeBase, folder: Path, count: int) -> dict[str, str]:
    """Add the copies; the bundled article of each by its id."""
    texts = stories(shared())
    steps = changes(vocabulary(texts))
    names: list[str] = []
    for document in starter.documents().values():
        source = document.source
        for kind in KINDS[:count] if source.kind == "article" else ():
            chance = random.Random(f"{kind}{source.id}")  # noqa: S311  # the same in every run
            text = source.text
            for step in steps[kind]:
                text = step(text, chance)
            name = f"{source.id}--{KINDS.index(kind)}"
            head = f"---\ntitle: {json.dumps(source.title)}\npublished: 2026-11-23\n---\n\n"
            (folder / f"{name}.md").write_text(head + text, encoding="utf-8")
            names.append(name)
    outcomes = kb.add_all([folder / f"{name}.md" for name in names])
    return {
        one.added.source.id: name.split("--")[0]
        for one, name in zip(outcomes, names, strict=True)
        if one.added is not None
    }


def main() -> None:
    """Print the figures with and without."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--copies", type=int, default=len(KINDS), help="copies of each article")
    count = parser.parse_args().copies
    golds = [g for g in gold_questions(Path("none")) if any(s.endswith(("-en", "-zh")) for s in
             g.sources)]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        home, folder = Path(scratch) / "home", Path(scratch) / "in"
        folder.mkdir()
        with KnowledgeBase.open(home) as kb:
            begun = time.monotonic()
            origin = spoil(kb, folder, count)
            groups = kb.copies()
            _say(f"{len(origin)} copies added in {time.monotonic() - begun:.0f} s")
            right = sum(origin.get(s) == g[0] for g in groups for s in g[1:])
            _say(f"{right} in the group of their article, which stands for it")
            upkeep = kb._founders
            once = upkeep.copies.once
            for name, way in (("each by itself", list), ("counted once", once)):
                upkeep.copies.once = way  # type: ignore[method-assign,assignment]
                asked = [kb.search(gold.question, 5) for gold in golds]
                _figures(name, [gold.sources for gold in golds], asked, origin)


def _figures(
    name: str,
    wanted: Sequence[tuple[str, ...]],
    asked: Sequence[Sequence[Hit]],
    origin: dict[str, str],
) -> None:
    told = [
        len({(origin.get(h.passage.source, h.passage.source), h.passage.field) for h in hits})
        for hits in asked
    ]
    copies = [sum(h.passage.source in origin for h in hits) for hits in asked]
    first = [origin.get(hits[0].passage.source, hits[0].passage.source) for hits in asked]
    found = sum(one in sources for one, sources in zip(first, wanted, strict=True))
    leading = sum(hits[0].passage.source in origin for hits in asked)
    _say(
        f"{name}: of five hits {statistics.mean(told):.2f} by different stories, "
        f"{statistics.mean(copies):.2f} copies; the right story first {found} of {len(asked)}, "
        f"a copy first {leading}"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
