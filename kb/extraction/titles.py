"""A title for a text that names none: its first line or sentence."""

from __future__ import annotations

import re

from kb.texts.splitting import sentences

_WIDTH = 90  # columns: two for a Chinese character
_LOOKED_AT = 2000  # characters; a title is in the first sentence or nowhere
_PAUSE = re.compile(r"[，,：:；;。.!?！？]")


def first_line(text: str) -> str:
    """The first line of `text`, or the beginning of its first sentence where it is long."""
    line = text[:_LOOKED_AT].split("\n", 1)[0]
    if _width(line) <= _WIDTH:
        return line
    spans = sentences(line)
    return shortened(line[slice(*spans[0])] if spans else line)


def shortened(sentence: str) -> str:
    """`sentence` within 90 columns, cut at a pause or a space and ended by an ellipsis."""
    if _width(sentence) <= _WIDTH:
        return sentence
    kept = ""
    for character in sentence:
        if _width(kept) >= _WIDTH - 2:
            break
        kept += character
    pauses = [m.start() for m in _PAUSE.finditer(kept)]
    if pauses and pauses[-1] >= len(kept) // 3:
        return kept[: pauses[-1]] + "…"
    words = kept.rsplit(" ", 1)
    return (words[0] if len(words[0]) >= len(kept) // 2 else kept).rstrip() + "…"


def _width(text: str) -> int:
    return sum(2 if "\u2e80" <= c <= "\uffef" else 1 for c in text)
