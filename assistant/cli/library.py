"""Opening the library for a command: the home and the embedder come from the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from assistant.cli.output import aside

if TYPE_CHECKING:
    from assistant.knowledge import Knowledge
    from kb.knowledge_base import KnowledgeBase


@contextmanager
def open_reading(*, fund: bool = False) -> Iterator[Knowledge]:
    """What founders read: the library of this home, or what is published at `kb_url`. With `fund`
    all of the library, as staff see it."""
    from assistant.knowledge import open_knowledge
    from assistant.settings import default_home, load_settings

    if fund:
        with open_library(fund=True) as kb:
            yield kb
        return
    with closing(open_knowledge(default_home(), load_settings().embedder, aside)) as knowledge:
        yield knowledge


@contextmanager
def open_library(*, fund: bool = False) -> Iterator[KnowledgeBase]:
    """The knowledge base of this home; what it has to say goes to stderr. `fund` opens what only
    the fund may see, too: for staff's work."""
    from assistant.settings import default_home, load_settings
    from kb.knowledge_base import KnowledgeBase

    embedder = load_settings().embedder
    opened = KnowledgeBase.open(default_home(), embedder=embedder, note=aside, fund=fund)
    with closing(opened) as kb:
        yield kb
