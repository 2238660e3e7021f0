"""The bundled library: program records, briefings, aliases and their vectors. Read-only."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from kb.errors import UnreadableSource
from kb.extraction import front_matter
from kb.library.program_files import parse_program
from kb.programs.program import Program
from kb.programs.rendering import render
from kb.records import Language, Source
from kb.retrieval.embedders import Vectors
from kb.texts.cleaning import clean
from kb.texts.documents import Document, article, content_version

FOLDER = Path(__file__).parent
ALIASES = FOLDER / "aliases.yaml"
GOLD = FOLDER / "gold.yaml"
VECTORS = FOLDER / "vectors.npz"

_LANGUAGES: dict[str, Language] = {"en": "en", "zh-Hans": "zh-Hans", "zh-Hant": "zh-Hant"}


@cache
def programs() -> tuple[Program, ...]:
    """The public program records, sorted by id. Raises `InvalidProgram`."""
    paths = sorted((FOLDER / "programs").glob("*.yaml"))
    found = [parse_program(path.read_bytes(), path.name) for path in paths]
    return tuple(sorted((p for p in found if p.visibility == "public"), key=lambda p: p.id))


@cache
def documents() -> dict[str, Document]:
    """The bundled programs and articles by id, with their passages."""
    found = [render(program) for program in programs()]
    found += [read_article(path) for path in sorted((FOLDER / "articles").glob("*.md"))]
    return {document.source.id: document for document in sorted(found, key=_id)}


def _id(document: Document) -> str:
    return document.source.id


def files(source_id: str) -> dict[str, bytes]:
    """The files of a bundled source, under the names that staff's copy of it has."""
    path = _paths().get(source_id)
    if path is None:
        return {}
    return {path.name if path.suffix == ".yaml" else "text.md": path.read_bytes()}


@cache
def _paths() -> dict[str, Path]:
    articles = sorted((FOLDER / "articles").glob("*.md"))
    found = {read_article(path).source.id: path for path in articles}
    return found | {path.stem: path for path in sorted((FOLDER / "programs").glob("*.yaml"))}


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
    """The vectors in vectors.npz, by the embedder that made them and the hash of the embedded text:
    those of passages, and by the first part of that embedder those of sentences. And the means
    (`centring`) under the embedder of `fingerprint`, which made those of passages."""

    def __init__(self, path: Path = VECTORS) -> None:
        self.fingerprint = ""
        self._known: dict[str, dict[str, Vectors]] = {}
        self.centres: dict[str, Vectors] = {}
        if path.is_file():
            with np.load(path, allow_pickle=False) as data:
                self.fingerprint = str(data["fingerprint"].item())
                tables = [name for name in data.files if name.endswith("keys")]
                for what in (name.removesuffix("keys") for name in tables):
                    keys = [bytes(key).hex() for key in data[f"{what}keys"]]
                    rows = data[f"{what}vectors"].astype(np.float32)
                    known = self._known.setdefault(str(data[f"{what}fingerprint"].item()), {})
                    known.update(zip(keys, rows, strict=True))
                self.centres = {
                    name.removeprefix("centre_"): data[name]
                    for name in data.files
                    if name.startswith("centre_")
                }

    def get(self, fingerprint: str, key: str) -> Vectors | None:
        """The vector that an embedder made, or None where it is not bundled."""
        return self._known.get(fingerprint, {}).get(key)

    def keys(self, fingerprint: str) -> set[str]:
        """The hashes of the texts whose vectors by an embedder are bundled."""
        return set(self._known.get(fingerprint, ()))
