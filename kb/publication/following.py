"""Following what is published: a copy of the present generation, fetched when the head moves."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from threading import RLock

from kb.errors import (
    HomeUnusable,
    IndexDamaged,
    KbError,
    PublishedUnusable,
    ServerSlow,
    ServerUnreachable,
)
from kb.home import unusable as home_unusable
from kb.home import write_atomically
from kb.locks import locked
from kb.publication.copying import copy_generation
from kb.publication.generation import CONTENT, KEYWORDS, Generation
from kb.publication.published_format import Head, read_head
from kb.publication.publishing import read_generation
from kb.publication.server import ChromaServer

_TRIES = 5  # to fetch a generation while others follow it
_PAUSE = 30.0  # seconds in which a server that was too slow is not asked again


class Follower:
    """The generation that stands at a server, copied into `folder`, which belongs to that address.

    Each look costs one small request. Where the server does not answer, or what it has cannot be
    used or kept, the last generation that was fetched is used and `trouble` says why. Safe to share
    between threads and processes.
    """

    def __init__(self, folder: Path, server: ChromaServer, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._server = server
        self._note = note
        self._guard = RLock()
        self._generation: Generation | None = None
        self._text = ""
        self._looked = 0.0
        self._pause_ends = 0.0
        self.trouble: str | None = None

    def current(self, age: float = 0.0) -> Generation:
        """What stands now, or stood at most `age` seconds ago.

        Raises `ServerUnreachable` where the server does not answer and nothing was ever fetched,
        `ServerRefused` where it wants a key, `PublishedUnusable` where nothing fit is published.
        """
        with self._guard:
            if self._generation is not None and time.monotonic() - self._looked < age:
                return self._generation
            try:
                self._look()
                self.trouble = None
            except (ServerUnreachable, PublishedUnusable, IndexDamaged, HomeUnusable) as error:
                if isinstance(error, ServerSlow):
                    self._pause_ends = time.monotonic() + _PAUSE
                self._make_do(error)
            self._looked = time.monotonic()
            if self._generation is None:
                raise AssertionError("either a generation or an error")
            return self._generation

    def fail(self, error: ServerUnreachable) -> None:
        """To be told of a failure that came up elsewhere: what follows is answered from here."""
        with self._guard:
            if isinstance(error, ServerSlow):
                self._pause_ends = time.monotonic() + _PAUSE
            self._make_do(error)

    def discard(self) -> None:
        """Throw away a copy that turned out to be damaged; the next look fetches it again."""
        with self._guard, locked(self._folder / "lock"):
            if self._generation is not None:
                shutil.rmtree(self._generation.folder, ignore_errors=True)
                self._generation = None

    def close(self) -> None:
        """Close files and connections."""
        with self._guard:
            self._generation = None
            self._server.close()

    def _look(self) -> None:
        if time.monotonic() < self._pause_ends:
            raise ServerUnreachable(
                f"{self._server.address.shown} was too slow a moment ago", "try again in a minute"
            )
        if self._generation is None and (kept := self._kept()) is not None:
            self._adopt(*kept)
        found = read_generation(self._server)
        if found is None:
            raise PublishedUnusable(
                f"nothing is published at {self._server.address.shown}",
                "publish it first: compute-desk kb publish URL",
            )
        if self._generation is not None and found[0] == self._text:
            return
        for left in reversed(range(_TRIES)):
            text, head = found
            try:
                self._adopt(text, self._fetched(text, head))
                return
            except PublishedUnusable:
                # Fetched while it was replaced? Then the head names another one by now.
                again = read_generation(self._server)
                if again is None or again[0] == text or not left:
                    raise
                found = again

    def _make_do(self, error: KbError) -> None:
        if self._generation is None:
            kept = self._kept()
            if kept is None:
                raise error
            self._adopt(*kept)
        if self._generation is not None:
            manifest = self._generation.manifest
            self.trouble = (
                f"{error.message}; this is from generation {manifest.generation}, "
                f"published {manifest.published_at[:10]}."
            )
            self._note(self.trouble[0].upper() + self.trouble[1:])

    def _adopt(self, text: str, generation: Generation) -> None:
        self._generation, self._text = generation, text

    def _kept(self) -> tuple[str, Generation] | None:
        """The generation that was fetched last, or None where there is none that can be used."""
        try:
            text = json.loads((self._folder / "head.json").read_bytes())["head"]
            head = read_head(text)
            return text, Generation(self._place(head), head)
        except (OSError, ValueError, KeyError, TypeError, IndexDamaged, PublishedUnusable):
            return None

    def _place(self, head: Head) -> Path:
        place = self._folder / f"{head.generation}-{head.manifest[:12]}"
        if not (place / CONTENT).is_file() or not (place / KEYWORDS).is_dir():
            raise PublishedUnusable(f"there is no whole copy in {place}", "fetch it again")
        return place

    def _fetched(self, text: str, head: Head) -> Generation:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder / "lock"):
                try:  # another process may have fetched it meanwhile
                    return Generation(self._place(head), head)
                except (IndexDamaged, PublishedUnusable):
                    pass
                self._build(head)
                generation = Generation(self._place(head), head)
                write_atomically(self._folder / "head.json", json.dumps({"head": text}).encode())
                self._sweep(generation.folder)
                return generation
        except OSError as error:
            raise home_unusable(self._folder, error) from error

    def _build(self, head: Head) -> None:
        base = self._base()
        try:
            self._copy(head, base)
        except IndexDamaged:
            if base is None:
                raise
            self._copy(head, None)  # what it was built upon is damaged

    def _copy(self, head: Head, base: Generation | None) -> None:
        scratch = self._folder / f"new-{uuid.uuid4().hex[:8]}"
        scratch.mkdir()
        try:
            copy_generation(self._server, head, scratch, base, self._note)
            place = self._folder / f"{head.generation}-{head.manifest[:12]}"
            shutil.rmtree(place, ignore_errors=True)  # a damaged one
            scratch.rename(place)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise

    def _base(self) -> Generation | None:
        """What is here already and can be built upon; another process may have swept ours."""
        mine = self._generation
        if mine is not None and (mine.folder / CONTENT).is_file():
            return mine
        kept = self._kept()
        return None if kept is None else kept[1]

    def _sweep(self, present: Path) -> None:
        """Remove older generations and what a kill left; files that are open stay readable."""
        before = None if self._generation is None else self._generation.folder
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder not in (present, before):
                shutil.rmtree(folder, ignore_errors=True)
