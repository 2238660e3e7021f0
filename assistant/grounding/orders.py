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
"""So many letters of Chinese or of code say as much as `_LEAST_ALIKE` of English."""
_CODE = re.compile(r"\w\([\w.'\"]*\)|[<>{};=]")


def squeezed(text: str) -> str:
    """The letters of a text, folded."""
    return re.sub(r"\W", "", fold(text))


def obeys(text: str, orders: Iterable[str]) -> bool:
    """Whether a text repeats one of the `squeezed` orders, or says that it was carried out."""
    mine = squeezed(text)
    pairs = _pairs(mine)
    dense = not mine.isascii() or bool(_CODE.search(text))
    least = _LEAST_PIECE if dense else _LEAST_ALIKE
    return any(
        len(pairs & _pairs(order)) >= _REPEATED * len(_pairs(order))
        or _longest_alike(mine, order) >= max(least, _REPEATED * len(mine))
        for order in orders
    )


def _pairs(letters: str) -> frozenset[str]:
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def _longest_alike(one: str, other: str) -> int:
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
