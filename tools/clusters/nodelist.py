"""Slurm's short form of many node names: "node[01-03,7],login"."""

from __future__ import annotations

import re
from itertools import product

_LARGEST = 100_000
_NAMES = re.compile(r"(?:[\w.-]|\[[\d,-]+\])+", re.ASCII)
_BETWEEN = re.compile(r",(?![^\[]*\])")  # commas that are not within brackets


class UnreadableNodes(ValueError):
    """A list of nodes that is not of the known form, or too long."""


def node_names(text: str) -> tuple[str, ...]:
    """The names in the short form, in its order; "(null)" and nothing are no names.

    Raises `UnreadableNodes`.
    """
    if text in ("", "(null)", "None", "N/A"):
        return ()
    names: list[str] = []
    for part in _BETWEEN.split(text):
        if not _NAMES.fullmatch(part):
            raise UnreadableNodes(part[:60])
        pieces = [_piece(one) for one in re.findall(r"\[[^\]]*\]|[^\[]+", part)]
        size = 1
        for piece in pieces:
            size *= len(piece)
        if len(names) + size > _LARGEST:
            raise UnreadableNodes(f"more than {_LARGEST} nodes")
        names.extend("".join(one) for one in product(*pieces))
    return tuple(names)


def _piece(text: str) -> list[str]:
    if not text.startswith("["):
        return [text]
    numbers: list[str] = []
    for part in text[1:-1].split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if match is None:
            raise UnreadableNodes(text[:60])
        first, last = match[1], match[2] or match[1]
        if int(last) - int(first) > _LARGEST:
            raise UnreadableNodes(f"more than {_LARGEST} nodes")
        numbers.extend(str(n).zfill(len(first)) for n in range(int(first), int(last) + 1))
    return numbers
