"""The bundled library: program records, briefings, aliases and their vectors. Read-only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pydantic import ValidationError

from kb.cleaning import clean
from kb.documents import Document, article, content_version
from kb.embedders import Vectors
from kb.errors import InvalidProgram, UnreadableSource
from kb.extraction import front_matter
from kb.programs import Names, Program
from kb.records import Language, Source
from kb.rendering import render

FOLDER = Path(__file__).parent
ALIASES = FOLDER / "aliases.yaml"
VECTORS = FOLDER / "vectors.npz"

_LANGUAGES: dict[str, Language] = {"en": "en", "zh-Hans": "zh-Hans", "zh-Hant": "zh-Hant"}


@cache
def programs() -> tuple[Program, ...]:
    """The public program records, sorted by id. Raises `InvalidProgram`."""
    found = [read_program(path) for path in sorted((FOLDER / "programs").glob("*.yaml"))]
    return tuple(sorted((p for p in found if p.visibility == "public"), key=lambda p: p.id))


@cache
def documents() -> dict[str, Document]:
    """The bundled programs and articles by id, with their passages."""
    found = [render(program) for program in programs()]
    found += [read_article(path) for path in sorted((FOLDER / "articles").glob("*.md"))]
    return {document.source.id: document for document in sorted(found, key=_id)}


def _id(document: Document) -> str:
    return document.source.id


def read_program(path: Path) -> Program:
    """The program record in a YAML file. Raises `InvalidProgram` with file and reason."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # safe loader
        program = Program.model_validate(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidProgram(f"{path.name} cannot be read: {error}", "correct the file") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidProgram(
            f"{path.name}: {place}: {first['msg']}", "correct the record"
        ) from error
    return _cleaned(program)


def _cleaned(program: Program) -> Program:
    """A record comes from a file: its text is cleaned like any other, and kept on one line."""
    terms = [
        term.model_copy(update={"en": _line(term.en), "zh_hans": _line(term.zh_hans)})
        for term in program.terms
    ]
    return program.model_copy(
        update={
            "name": Names.model_construct(
                en=_line(program.name.en), zh_hans=_line(program.name.zh_hans)
            ),
            "sponsor": Names.model_construct(
                en=_line(program.sponsor.en), zh_hans=_line(program.sponsor.zh_hans)
            ),
            "terms": terms,
        }
    )


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def read_article(path: Path) -> Document:
    """A bundled article: Markdown whose front matter names id, title and language.

    Raises `UnreadableSource` where one of these is missing.
    """
    front, body = front_matter(path.read_text(encoding="utf-8"))
    missing = [key for key in ("id", "title", "language") if not front.get(key)]
    if missing or front["language"] not in _LANGUAGES:
        raise UnreadableSource(
            f"{path.name} lacks {', '.join(missing) or 'a known language'} in its front matter",
            "complete the lines between ---",
        )
    text = clean(body)
    shown = (front["title"], front["language"], front.get("publisher"), front.get("published"))
    return article(
        Source(
            id=front["id"],
            version=content_version(text, *shown, front.get("url")),
            kind="article",
            title=front["title"],
            language=_LANGUAGES[front["language"]],
            text=text,
            layer="starter",
            publisher=front.get("publisher"),
            published=front.get("published"),
            url=front.get("url"),
        )
    )


class BundledVectors:
    """The vectors in vectors.npz, by the hash of the embedded text, and the question centres
    (`kb.centring`) of the embedder that made them."""

    def __init__(self, path: Path = VECTORS) -> None:
        self.fingerprint = ""
        self._rows: dict[str, int] = {}
        self._vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        self.centres: dict[str, Vectors] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as data:
                self.fingerprint = str(data["fingerprint"].item())
                self._rows = {bytes(key).hex(): row for row, key in enumerate(data["keys"])}
                self._vectors = data["vectors"].astype(np.float32)
                self.centres = {side: data[f"centre_{side}"] for side in ("en", "zh")}

    def get(self, key: str) -> Vectors | None:
        """The vector, or None where it is not bundled."""
        row = self._rows.get(key)
        return None if row is None else self._vectors[row]

    def keys(self) -> Iterator[str]:
        """The hashes of the embedded texts."""
        return iter(self._rows)
