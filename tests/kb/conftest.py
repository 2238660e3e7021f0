"""A knowledge base over a small library, with an embedder that needs no model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from kb import starter
from kb.knowledge_base import KnowledgeBase
from kb.publication.address import Address
from kb.publication.published import PublishedKnowledge
from kb.publication.server import ChromaServer
from kb.retrieval.embedders import Part, Vectors
from kb.texts.aliases import AliasTable
from kb.texts.terms import question_terms
from tests.chroma_server import ChromaProcess

Open = Callable[..., KnowledgeBase]
Founder = Callable[..., PublishedKnowledge]


class WordEmbedder:
    """Vectors from hashed terms: enough for texts that share words to be near."""

    name = "words"
    dimension = 1024
    parts = (Part(dimension, 1.0),)
    second = None

    @property
    def first(self) -> WordEmbedder:
        return self

    def __init__(self, fingerprint: str = "words:1") -> None:
        self.fingerprint = fingerprint
        self.embedded = 0
        self.refused: str | None = None  # a text that must not be embedded again
        self._aliases = AliasTable({})

    def queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        assert self.refused not in texts
        self.embedded += len(texts)
        return self.queries(texts)

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self.dimension, 0.001, dtype=np.float32)
        for term in question_terms(text, self._aliases):
            vector[int.from_bytes(sha256(term.encode()).digest()[:2]) % self.dimension] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def small_library(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bundled layer cut down to two programs and an article."""
    chosen = {
        source: document
        for source, document in starter.documents().items()
        if source in ("a16z-oxygen", "generate", "ai-revenue-question-en")
    }
    monkeypatch.setattr(starter, "documents", lambda: chosen)
    return sorted(chosen)


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def open_kb(
    tmp_path: Path, embedder: WordEmbedder, small_library: list[str], notes: list[str]
) -> Iterator[Callable[..., KnowledgeBase]]:
    """Opens the knowledge base in tmp_path/home; what was opened is closed at the end."""
    opened: list[KnowledgeBase] = []

    def open_one(**options: object) -> KnowledgeBase:
        settings = {"embedder": embedder, "note": notes.append} | options
        opened.append(KnowledgeBase.open(tmp_path / "home", **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "Zephyr memo.md"
    path.write_text(
        "# Zephyr cluster\n\nThe Zephyr fund lends 512 accelerators to its companies. "
        "It charges 2.10 dollars an hour. [on_record · Forbes · 2025-03]\n\n"
        "A second paragraph says nothing about price.\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the source articles, which does not come with the repository."""
    default = Path(__file__).parents[2] / ".." / "shared"
    folder = Path(os.environ.get("COMPUTE_DESK_SHARED", default))
    if not (folder / "seeds").is_dir():
        pytest.skip(f"the source articles are not at {folder}")
    return folder


@pytest.fixture
def url(chroma: ChromaProcess) -> str:
    """The address of a database of its own at a real Chroma server."""
    return chroma.database()


@pytest.fixture
def founder(
    tmp_path: Path, url: str, embedder: WordEmbedder, notes: list[str]
) -> Iterator[Founder]:
    """Opens a founder's desk in tmp_path/founder; what was opened is closed at the end."""
    opened: list[PublishedKnowledge] = []

    def open_one(folder: str = "founder", **options: object) -> PublishedKnowledge:
        settings = {"embedder": embedder, "note": notes.append} | options
        one = PublishedKnowledge.open(tmp_path / folder, url, **settings)  # type: ignore[arg-type]
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        one.close()


def server_of(url: str) -> ChromaServer:
    """A client of the server at an address, without a key."""
    return ChromaServer(Address.parse(url), None)


def rows_at(url: str) -> dict[str, set[str]]:
    """The ids that lie at an address, by collection."""
    server = server_of(url)
    found = {}
    for name in server.names():
        place = server.collection(name)
        assert place is not None
        found[name] = server.ids(place)
    server.close()
    return found


def text_of(article: Path, price: str) -> str:
    """An article with another price."""
    return article.read_text().replace("2.10", price)


def told(kb: KnowledgeBase, source: str) -> list[tuple[str, str | None, str, str]]:
    """The history of a source: action, version, who and why."""
    return [(c.action, c.version, c.who, c.why) for c in kb.history(source)]


def yaml_of(program: str) -> str:
    """The text of a bundled program record."""
    return (starter.FOLDER / "programs" / f"{program}.yaml").read_text(encoding="utf-8")
