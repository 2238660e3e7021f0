"""Which tool a question is for by its meaning, and whether it is about the asker's own case.

The examples and wordings beside each tool are embedded with the embedder of the library. A ridge
regression over their vectors gives each tool a score near 1 for its own questions and near 0 for
others; that told more questions apart than the nearest example did (docs/decisions). For the
bundled embedder the regression comes with the package; under another one it is made once from the
vectors of the examples, which the home keeps.

    .venv/bin/python -m assistant.reading.meaning    writes meaning.npz anew
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.reading.own_case import OWN, TOLD

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge

SHIPPED = Path(__file__).with_name("meaning.npz")
_RIDGE = 1.0


@dataclass(frozen=True)
class Scored:
    """Tools by how much a question sounds like those asked of them, the likeliest first."""

    tools: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        """The likeliest tool."""
        return self.tools[0][0]

    @property
    def score(self) -> float:
        """Near 1 for a question as those of its examples, near 0 for one like none."""
        return self.tools[0][1]

    @property
    def lead(self) -> float:
        """How far the likeliest is before the next."""
        return self.tools[0][1] - self.tools[1][1]


class Meaning:
    """The tools of the desk by the meaning of a question. Deterministic; made with the first
    question."""

    def __init__(self, kb: Knowledge) -> None:
        self._kb = kb
        self._lines: _Lines | None = None

    def scored(self, question: str) -> Scored:
        """The scores of all tools for a question."""
        scores = self._scores(question)
        tools = [name for name in scores if name not in _SUBJECTS]
        order = sorted(tools, key=lambda name: (-scores[name], name))
        return Scored(tuple((name, scores[name]) for name in order))

    def own_case(self, question: str) -> float:
        """Above 0 for a question about the asker's own case, below for one that sources answer."""
        scores = self._scores(question)
        return round(scores[_OWN] - scores[_TOLD], 4)

    def _scores(self, question: str) -> dict[str, float]:
        if self._lines is None:
            self._lines = _shipped(self._kb) or _drawn(self._kb)
        names, slopes, heights = self._lines
        scores = self._kb.question_vector(question) @ slopes + heights
        return {name: round(float(score), 4) for name, score in zip(names, scores, strict=True)}


_OWN, _TOLD = "own case", "told by sources"
_SUBJECTS = (_OWN, _TOLD)
_Lines = tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.float32]]
"""Names, and for each the slopes and the height of its line."""


def examples() -> list[tuple[str, str]]:
    """Each tool with a question that is for it, in a fixed order."""
    from assistant.toolbox import EXAMPLES, WORDINGS

    return [
        (tool, said)
        for tool in sorted(EXAMPLES)
        for said in (*EXAMPLES[tool], *WORDINGS.get(tool, ()))
    ]


def subjects(said: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Questions about the asker's own case, and those that sources answer; the examples of the
    tools that look something up are among the latter."""
    looked_up = [text for tool, text in said if tool in _LOOKS_UP]
    return [*((_OWN, text) for text in OWN), *((_TOLD, text) for text in (*TOLD, *looked_up))]


_LOOKS_UP = ("compare_programs", "get_program", "search_knowledge")


def digest(said: Sequence[tuple[str, str]]) -> str:
    """What changes with any of the examples."""
    return sha256("\n".join(f"{tool}\t{text}" for tool, text in said).encode()).hexdigest()


def _shipped(kb: Knowledge) -> _Lines | None:
    """What came with the package, where it is of this embedder and of these examples."""
    if not SHIPPED.is_file():
        return None
    said = examples()
    with np.load(SHIPPED, allow_pickle=False) as held:
        made_of = (str(held["fingerprint"]), str(held["examples"]))
        if made_of != (kb.embedder_fingerprint, digest([*said, *subjects(said)])):
            return None
        return tuple(map(str, held["names"])), held["slopes"], held["heights"]


def _drawn(kb: Knowledge) -> _Lines:
    """The regressions over the examples under the embedder of a library."""
    said = examples()
    tools, slopes, heights = _fitted(kb, said)
    names, others, levels = _fitted(kb, subjects(said))
    return (*tools, *names), np.hstack([slopes, others]), np.hstack([heights, levels])


def _fitted(kb: Knowledge, said: Sequence[tuple[str, str]]) -> _Lines:
    names = tuple(sorted({name for name, _ in said}))
    vectors = kb.question_vectors([text for _, text in said]).astype(np.float64)
    wanted = np.array([[float(name == each) for each in names] for name, _ in said])
    heights = wanted.mean(axis=0)
    inner = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1])
    slopes = np.linalg.solve(inner, vectors.T @ (wanted - heights))
    return names, slopes.astype(np.float32), heights.astype(np.float32)


def main() -> None:
    """Write what is shipped, for the bundled embedder."""
    from kb.knowledge_base import KnowledgeBase

    with tempfile.TemporaryDirectory() as scratch:
        kb = KnowledgeBase.open(Path(scratch))
        said = examples()
        names, slopes, heights = _drawn(kb)
        np.savez_compressed(
            SHIPPED,
            fingerprint=kb.embedder_fingerprint,
            examples=digest([*said, *subjects(said)]),
            names=np.array(names),
            slopes=slopes,
            heights=heights,
        )
        kb.close()
    sys.stdout.write(f"{SHIPPED}: {len(names)} lines, {slopes.shape[0]} dimensions\n")


if __name__ == "__main__":
    main()
