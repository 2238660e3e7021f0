"""Opening the library for a command: the home and the embedder come from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output import aside

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge
    from kb.knowledge_base import KnowledgeBase

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="As of the end of a past day, month or year (2026-03-31), or an ISO time; UTC.",
    ),
]


@contextmanager
def open_reading(*, fund: bool = False, as_of: str | None = None) -> Iterator[Knowledge]:
    """What founders read: the library of this home, now or as of a day, or what is published at
    `kb_url`. With `fund` all of the library, as staff see it."""
    from assistant.knowledge import open_knowledge
    from assistant.settings import default_home, load_settings

    if fund:
        with open_library(fund=True, as_of=as_of) as kb:
            yield kb
        return
    embedder = load_settings().embedder
    with closing(open_knowledge(default_home(), embedder, aside, as_of)) as knowledge:
        yield knowledge


@contextmanager
def open_library(*, fund: bool = False, as_of: str | None = None) -> Iterator[KnowledgeBase]:
    """The knowledge base of this home; what it has to say goes to stderr. `fund` opens what only
    the fund may see, too: for staff's work."""
    from assistant.settings import default_home, load_settings
    from kb.knowledge_base import KnowledgeBase

    settings = load_settings()
    opened = KnowledgeBase.open(
        default_home(),
        embedder=settings.embedder,
        note=aside,
        fund=fund,
        as_of=as_of,
        reranker=settings.reranker,
    )
    with closing(opened) as kb:
        yield kb
