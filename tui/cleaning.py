"""Foreign text made safe for a terminal, without changing its length.

Articles, tool results and model output may hold escape sequences (OSC 52 writes the clipboard,
CSI clears the screen) or bidirectional overrides that show a figure backwards. Each such
character becomes one visible character, so offsets of citations stay true and a sequence that
is split over two stream events is as harmless as a whole one.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, TypeVar, cast

from pydantic import BaseModel

T = TypeVar("T")

_REPLACEMENT = "\ufffd"
_HOSTILE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f"  # C0 but newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, overrides, isolates
    "\u2028\u2029\ud800-\udfff]"  # separators that split lines, lone surrogates
)
_SHOWN_AS = {"\t": " ", "\r": " ", "\x0b": " ", "\x0c": " ", "\x85": " ", "\x7f": "\u2421"}
_SHOWN_AS |= {"\u2028": " ", "\u2029": " "}


def _shown(match: re.Match[str]) -> str:
    character = match.group()
    if character in _SHOWN_AS:
        return _SHOWN_AS[character]
    if character < " ":
        return chr(0x2400 + ord(character))  # Unicode's control pictures
    return _REPLACEMENT


def clean(text: str) -> str:
    """`text` of the same length with each control character replaced by a visible one."""
    return _HOSTILE.sub(_shown, text)


def one_line(text: str) -> str:
    """Cleaned text on one line, runs of white space joined."""
    return " ".join(clean(text).split())


def cleaned(value: T) -> T:
    """A copy of a record, event, list, tuple or dict in which every string is clean."""
    return cast(T, _cleaned(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return value.model_copy(update={name: _cleaned(getattr(value, name)) for name in fields})
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = {f.name: _cleaned(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **shown)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_cleaned(item) for item in value)
    return value
