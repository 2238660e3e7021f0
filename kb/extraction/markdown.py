"""Markdown, with or without front matter."""

from __future__ import annotations

import re
from typing import Any

import yaml

from kb.errors import UnreadableSource
from kb.extraction.record import Extracted, found
from kb.texts.cleaning import clean

_FRONT_LIMIT = 20_000  # characters; YAML is read at 100 kB a second
_FRONT = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>\S.*)$", re.MULTILINE)


def is_markdown(raw: str) -> bool:
    """Whether a text has front matter or a heading."""
    return has_front_matter(raw) or _HEADING.search(raw) is not None


def has_front_matter(raw: str) -> bool:
    """Whether a text begins with lines between two rules."""
    return _FRONT.match(raw, 0, _FRONT_LIMIT) is not None


def read_markdown(raw: str, name: str) -> Extracted:
    """The text below the front matter, with what the front matter says about it.

    Raises `UnreadableSource` where the front matter is not a YAML mapping or no text is found.
    """
    front, body = front_matter(raw)
    text = clean(body)
    heading = _HEADING.search(text)
    title = heading["title"].rstrip().rstrip("#").rstrip() if heading else None
    return found(
        "markdown",
        text,
        name,
        title=front.get("title") or title,
        author=front.get("author") or front.get("authors"),
        publisher=front.get("publisher"),
        published=front.get("published") or front.get("date"),
        url=front.get("url"),
        front=front,
    )


def front_matter(raw: str) -> tuple[dict[str, str], str]:
    """The front matter of a Markdown text as strings, and the text below it.

    Raises `UnreadableSource` where the front matter is not a YAML mapping.
    """
    match = _FRONT.match(raw, 0, _FRONT_LIMIT)
    if match is None:
        return {}, raw
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # 30 times as fast
    try:
        data = yaml.load(match["yaml"], Loader=loader)  # noqa: S506  # safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableSource(
            f"the front matter is not YAML: {str(error).splitlines()[0]}",
            "correct the lines between ---",
        ) from error
    if not isinstance(data, dict):
        raise UnreadableSource(
            "the front matter is not `key: value` lines", "correct the lines between ---"
        )
    values = {
        str(key): clean(str(value)).replace("\n", " ")
        for key, value in data.items()
        if value is not None and not isinstance(value, (dict, list))
    }
    return values, raw[match.end() :]
