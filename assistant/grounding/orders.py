"""Orders that stand in sources: a draft neither repeats them nor says that it obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from kb.texts.folding import fold

_REPEATED = 0.6
"""A sentence that holds so much of an order of a source repeats it (share of its letter pairs), as
does one of which so much stands in an order."""
_LEAST_ALIKE = 8
_LEAST_PIECE = 6
"""Letters of a Chinese text that stands in an order as a whole."""


def squeezed(text: str) -> str:
    """The letters of a text, folded."""
    return re.sub(r"\W", "", fold(text))


def obeys(text: str, orders: Iterable[str]) -> bool:
    """Whether a text repeats one of the `squeezed` orders, or says that it was carried out."""
    mine = squeezed(text)
    pairs = _pairs(mine)
    piece = len(mine) >= _LEAST_PIECE and not mine.isascii()
    return any(
        (piece and mine in order)
        or len(pairs & _pairs(order)) >= _REPEATED * len(_pairs(order))
        or _longest_alike(mine, order) >= max(_LEAST_ALIKE, _REPEATED * len(mine))
        for order in orders
    )


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def _longest_alike(one: str, other: str) -> int:
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
