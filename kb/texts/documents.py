"""What the index takes in: a source with its passages and the names it also goes by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from kb.records import Passage, Source
from kb.texts.folding import fold_script
from kb.texts.parents import with_parents
from kb.texts.splitting import sentences, split

_PATH = re.compile(r"[/\\\x00]")


@dataclass(frozen=True, slots=True)
class Document:
    """A source and its passages. `also` holds names that are indexed with every passage for the
    keyword leg and never shown."""

    source: Source
    passages: tuple[Passage, ...]
    also: str = ""


def article(source: Source) -> Document:
    """The document of an article."""
    return Document(source, tuple(with_parents(split(source), source.text)))


def is_name(source_id: str) -> bool:
    """Whether an id is one plain name, so that no path such as ../.. passes for one."""
    return source_id not in ("", ".", "..") and source_id[0] != "." and not _PATH.search(source_id)


def content_version(*parts: str | None) -> str:
    """The version of what is shown: 12 hexadecimal digits of a hash over `parts`."""
    return sha256("\x00".join(part or "" for part in parts).encode()).hexdigest()[:12]


def version_of_all(sources: Iterable[Source]) -> str:
    """The version of a library: 12 hexadecimal digits of a hash over ids and versions."""
    lines = [f"{source.id} {source.version}" for source in sources]
    return sha256("\n".join(lines).encode()).hexdigest()[:12]


def passage_key(source: str, version: str, number: int) -> str:
    """The id of a passage in the index."""
    return f"{source}@{version}#{number}"


def key_source(key: str) -> tuple[str, str]:
    """Source and version of a passage key."""
    source, _, rest = key.rpartition("@")
    return source, rest.partition("#")[0]


def embedded_text(passage: Passage) -> str:
    """The exact text that is embedded for a passage: place and text, folded to one script."""
    return fold_script(f"{passage.header}\n{passage.text}" if passage.header else passage.text)


def sentence_texts(passage: Passage) -> list[str]:
    """The exact texts that are embedded for the sentences of a passage: bare, folded."""
    return [fold_script(passage.text[start:end]) for start, end in sentences(passage.text)]


def vector_key(text: str) -> str:
    """The key of an embedded text in a store of vectors."""
    return sha256(text.encode()).hexdigest()
