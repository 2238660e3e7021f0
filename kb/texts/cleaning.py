"""Text as it is stored: composed characters, plain line ends, nothing that steers a terminal."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# An escape sequence is dropped whole, or its tail ("[31m") would stay behind as text.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor moves
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS and the like, up to their end
    r"|\x1b[ -/]*[0-~]?"  # the short ones
    r"|\x9b[0-?]*[ -/]*[@-~]",  # CSI as one C1 character
    re.MULTILINE,
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1 but tab and newline
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic mark, Mongolian separator
    "\u200b-\u200f\u202a-\u202e"  # zero width, bidi marks and embeddings
    "\u2060-\u206f\ufeff\ufff9-\ufffb"  # joiners, isolates, byte order mark, annotations
    "\U000e0000-\U000e007f"  # tag characters: invisible text
    "\ud800-\udfff]"  # lone surrogates cannot be stored as UTF-8
)
_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u0085")
_SPACES = re.compile(r"[^\S\n\t]")
_BLANK = re.compile(r"\n{3,}[ \t]*")


def clean(text: str) -> str:
    """`text` in NFC without control, escape, bidirectional and zero-width characters.

    Newlines and tabs stay; other white space becomes a space; runs of blank lines become one.
    NFC and not NFKC: a quote must look like its source (full-width digits, circled numbers).
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = _CONTROLS.sub("", _ESCAPES.sub("", text))
    text = _few_marks(unicodedata.normalize("NFC", _few_marks(text)))
    text = "\n".join(line.rstrip() for line in _SPACES.sub(" ", text).split("\n"))
    return _BLANK.sub("\n\n", text).strip()


def is_clean(text: str) -> bool:
    """Whether `text` holds nothing that steers a terminal or hides text."""
    return _CONTROLS.search(text) is None


def _few_marks(text: str) -> str:
    """At most 30 combining marks in a row, as Unicode's stream-safe format has it (UAX 15).

    More are no writing, and composing them takes time with the square of their number.
    """
    return text if text.isascii() else _marks().sub(r"\1", text)


@cache
def _marks() -> re.Pattern[str]:
    combining = "".join(c for c in map(chr, range(0x300, 0x1E945)) if unicodedata.combining(c))
    return re.compile(f"([{combining}]{{30}})[{combining}]+")
