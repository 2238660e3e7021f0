"""The search copy of a text: one width, one script, one region's words, one case.

The folded text has another length than the stored text; it is for matching and embedding only,
never for quotes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    # First to Traditional: Taiwan's words in Simplified characters (辉达, 软体) are then found
    # by the regional table, which is keyed by Traditional characters.
    to_traditional, to_mainland = OpenCC("s2t"), OpenCC("tw2sp")

    def convert(text: str) -> str:
        return str(to_mainland.convert(to_traditional.convert(text)))

    return convert


@lru_cache(maxsize=8192)
def fold_script(text: str) -> str:
    """`text` in NFKC, Simplified characters and mainland words (輝達, 辉达 -> 英伟达)."""
    text = unicodedata.normalize("NFKC", text)
    return text if text.isascii() else _converter()(text)


def fold(text: str) -> str:
    """`fold_script` without case: what keyword search and names are compared by."""
    return fold_script(text).casefold()
