"""How well the main text of a web page is found, on the article-extraction-benchmark.

    .venv/bin/python benchmarks/extraction.py [--pages] [--plain]

Reads ../shared/eval/extraction/aeb (or COMPUTE_DESK_SHARED). Scored as that benchmark defines it:
runs of four words are counted in the true and in the found text; the shared, surplus and missing
ones are divided by their sum, so that a long page weighs no more than a short one; precision and
recall are averaged over the pages that have any, and F1 is taken of these two averages.

The pages whose id has an even SHA-256 were looked at while tuning, the others only measured.
`--plain` measures trafilatura with its default settings instead; `--pages` lists each page.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from kb.errors import UnreadableSource
from kb.extraction import extract

RUN = 4  # words
_WORD = re.compile(r"\w+")


class Overlap(NamedTuple):
    """Shares of the runs of words of one page; they add up to 1 unless both texts are empty."""

    shared: float
    surplus: float
    missing: float

    @property
    def precision(self) -> float:
        """Share of the found runs that are true."""
        return _ratio(self.shared, self.surplus, self.missing)

    @property
    def recall(self) -> float:
        """Share of the true runs that were found."""
        return _ratio(self.shared, self.missing, self.surplus)


class Score(NamedTuple):
    """Averages over pages, and the harmonic mean of the two."""

    f1: float
    precision: float
    recall: float
    pages: int


def overlap(true: str, found: str) -> Overlap:
    """How far two texts share their runs of four words."""
    expected, got = _runs(true), _runs(found)
    counts = (expected & got).total(), (got - expected).total(), (expected - got).total()
    whole = sum(counts) or 1
    return Overlap(*(count / whole for count in counts))


def score(overlaps: Sequence[Overlap]) -> Score:
    """Precision over pages where something was found, recall over pages with a true text."""
    precision = mean(o.precision for o in overlaps if o.shared + o.surplus > 0)
    recall = mean(o.recall for o in overlaps if o.shared + o.missing > 0)
    both = precision + recall
    return Score(2 * precision * recall / both if both else 0.0, precision, recall, len(overlaps))


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    # A text of fewer words is one run of them all; an empty one has none.
    starts = range(max(1, len(words) - RUN + 1)) if words else range(0)
    return Counter(tuple(words[at : at + RUN]) for at in starts)


def _ratio(hit: float, wrong: float, other: float) -> float:
    if wrong == other == 0:
        return 1.0
    return hit / (hit + wrong) if hit + wrong else 0.0


def folder() -> Path:
    """The folder with the pages, beside the repository unless named."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("COMPUTE_DESK_SHARED", beside)) / "eval" / "extraction" / "aeb"


def ours(page: bytes, name: str) -> str:
    """The text as `kb add` stores it."""
    try:
        return extract(page, name).text
    except UnreadableSource:
        return ""


def plain(page: bytes, name: str) -> str:
    """The text as trafilatura finds it with its default settings."""
    import trafilatura

    return trafilatura.extract(page, include_comments=False) or ""


def measure(read: Callable[[bytes, str], str]) -> dict[str, Overlap]:
    """The overlap of each page, by the page's id."""
    truth = json.loads((folder() / "ground-truth.json").read_text(encoding="utf-8"))
    found = {}
    for page, entry in truth.items():
        data = gzip.decompress((folder() / "html" / f"{page}.html.gz").read_bytes())
        found[page] = overlap(entry.get("articleBody", ""), read(data, page))
    return found


def tuned(page: str) -> bool:
    """Whether a page belongs to the half that was looked at while tuning."""
    return int(sha256(page.encode()).hexdigest(), 16) % 2 == 0


def main() -> None:
    """Print one line a half and one for all pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", action="store_true", help="list each page, the worst first")
    parser.add_argument("--plain", action="store_true", help="trafilatura with default settings")
    given = parser.parse_args()
    started = time.monotonic()
    found = measure(plain if given.plain else ours)
    elapsed = time.monotonic() - started
    out = sys.stdout.write
    if given.pages:
        for page, o in sorted(found.items(), key=lambda item: item[1].shared):
            half = "tuned" if tuned(page) else "held "
            out(f"{page[:12]} {half} precision {o.precision:.3f} recall {o.recall:.3f}\n")
    for name, kept in (
        ("tuned", [o for page, o in found.items() if tuned(page)]),
        ("held out", [o for page, o in found.items() if not tuned(page)]),
        ("all", list(found.values())),
    ):
        s = score(kept)
        out(
            f"{name:9} F1 {s.f1:.4f}  precision {s.precision:.4f}  recall {s.recall:.4f}"
            f"  pages {s.pages}\n"
        )
    out(f"{elapsed / len(found) * 1000:.0f} ms a page\n")


if __name__ == "__main__":
    main()
