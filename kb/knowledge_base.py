"""The knowledge base: the one way in for the assistant and the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Self

from kb.aliases import AliasTable
from kb.arrivals import Wish
from kb.backup import Backup, write_backup
from kb.checks import MONTHS, Finding, check
from kb.documents import Document
from kb.editing import Editor
from kb.embedders import Embedder
from kb.errors import UnknownSource
from kb.gaps import Gap, GapLog
from kb.home import Home
from kb.intake import Added, Intake, Outcome, Stages
from kb.journal import Change
from kb.library import Library
from kb.names import find_program
from kb.places import Place
from kb.programs import Program
from kb.records import Hit, Passage, Source
from kb.sync import Synced, notes
from kb.upkeep import Progress, Upkeep


def _silent(_text: str) -> None:
    """Where nobody listens to notes."""


class KnowledgeBase:
    """Articles and programs of a home: the bundled layer and, over it, what staff added.

    Opening is cheap; the index and the embedder load with the first search or write, and the
    index is then brought in line with the library. `note` hears, in one line each, what a person
    should know (first indexing, a repair, a fallback). Each change takes a `why` for the history.
    Safe to share between threads and processes.
    """

    def __init__(
        self, home: Home, embedder: str | Embedder | None, note: Callable[[str], None]
    ) -> None:
        self._home = home
        self._library = Library(home)
        self._upkeep = Upkeep(home, self._library, embedder, note)
        self._editor = Editor(self._library)
        self._intake = Intake(self._library, self._upkeep, self._editor, home.folder)
        self._gaps = GapLog(home.gaps)

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        embedder: str | Embedder | None = None,
        note: Callable[[str], None] = _silent,
    ) -> Self:
        """The knowledge base in `home`, which is created where it does not exist.

        `embedder` is the name or folder of a sentence-transformers model, an `Embedder`, or None
        for the bundled one. Raises `HomeUnusable`.
        """
        place = Home(home)
        place.prepare()
        return cls(place, embedder, note)

    def add(
        self,
        path: Path,
        progress: Progress | None = None,
        *,
        replace: str | None = None,
        why: str = "",
    ) -> Added:
        """Take in a file: a program record (YAML), which its id names, or else an article.

        The same bytes again change nothing. `replace` names the article of which this is a new
        version. `progress` hears of passages embedded and passages in all. Raises
        `UnreadableSource`, `InvalidProgram`, or `UnknownSource` for what `replace` names.
        """
        wish = Wish(replace=replace, why=why)
        return self._intake.add_one(Place(str(path), path), wish, progress)

    def add_url(
        self,
        url: str,
        progress: Progress | None = None,
        *,
        allowed: Collection[str] = (),
        replace: str | None = None,
        why: str = "",
    ) -> Added:
        """Fetch a web page (see `kb.fetching.fetch`) and take it in as an article: as a new version
        where one came from the same address."""
        return self._intake.add_one(Place(url, None), Wish(allowed, replace, why), progress)

    def add_all(
        self,
        named: Sequence[str | Path],
        progress: Stages | None = None,
        *,
        allowed: Collection[str] = (),
        replace: str | None = None,
        why: str = "",
    ) -> list[Outcome]:
        """Take in files, whole folders and addresses (a text that begins with http): what came of
        each file and page, in order. What cannot be read does not keep the others out.

        Several are read at a time, and stored in batches; stopped at any moment, the same call
        goes on where it was. `progress` hears of files read and of passages indexed.
        """
        return self._intake.add(named, Wish(allowed, replace, why), progress)

    def remove(self, source_id: str, *, why: str = "") -> None:
        """Remove a source that staff added; its history stays, and a bundled source that it
        replaced shows again. Raises `ReadOnlySource` or `UnknownSource`."""
        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.follow()
            self._editor.remove(source_id, why)
            self._upkeep.follow()

    def history(self, source_id: str) -> list[Change]:
        """All changes of a source, oldest first. Raises `UnknownSource`."""
        if not self._library.history.journal.all() or self._unrecorded(source_id):
            self.sync()
        return self._library.history.of(source_id)

    def _unrecorded(self, source_id: str) -> bool:
        found = self._library.sources().get(source_id)
        archive = self._library.history.archive
        return found is not None and not archive.holds(source_id, found.version)

    def restore(self, source_id: str, version: str, *, why: str = "") -> Source:
        """Make an older version of a source the present one, as a new entry of its history.
        Raises `UnknownSource` where it has no such version."""
        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.follow()
            source = self._editor.restore(source_id, version, why)
            self._upkeep.follow()
        return source

    def sync(self, *, trial: bool = False, progress: Progress | None = None) -> Synced:
        """Bring history and index in line with the files; on trial, only say what would change."""
        if trial:
            return Synced(self._upkeep.trial(), notes(self._library.look()), trial=True)
        with self._upkeep.guard, self._upkeep.index.writing():
            steps = self._upkeep.follow(progress)
        return Synced(steps, notes(self._library.look()))

    def check(self, months: int = MONTHS) -> list[Finding]:
        """What staff should look at, errors first; see `kb.checks`."""
        return check(self._library, self.aliases, self._upkeep.trial(), months)

    def backup(self, target: Path) -> Backup:
        """Write the library and its history into one new file. Raises `BackupFailed`."""
        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.settle()
            version = self.library_version
            return write_backup(self._home, target, version, self._upkeep.copy_vectors)

    def sources(self) -> list[Source]:
        """All articles and programs, sorted by id."""
        return list(self._library.sources().values())

    def source(self, source_id: str, version: str | None = None) -> Source:
        """An article or program as it is or, with a version, as it was. Raises `UnknownSource`."""
        try:
            source = self._library.document(source_id).source
            if version in (None, source.version):
                return source
        except UnknownSource:
            if version is None:
                raise
        kept = self._library.history.source(source_id, version or "")
        if kept is None:
            raise UnknownSource(
                f"{source_id} has no version {version}", f"compute-desk kb history {source_id}"
            )
        return kept

    def passages(self, source_id: str) -> list[Passage]:
        """The passages of a source, in order. Raises `UnknownSource`."""
        return list(self._document(source_id).passages)

    def programs(self) -> list[Program]:
        """All public program records, sorted by id."""
        return self._library.records()

    def find_program(self, name: str) -> Program | None:
        """The program with this id, name, alias or sponsor, in any script; None where it is
        unknown. An id goes before a name, a name before an alias, an alias before a sponsor."""
        return find_program(name, self._library.records(), self.aliases)

    def program_passages(self, program_id: str, language: str) -> list[Passage]:
        """The terms of a program in a language, in order, each with its `field`.

        Terms are kept in English and Simplified Chinese; "zh-Hant" gives the latter. Raises
        `UnknownSource`.
        """
        if all(program.id != program_id for program in self._library.records()):
            raise UnknownSource(f"there is no program {program_id}", "compute-desk programs list")
        wanted = "en" if language == "en" else "zh-Hans"
        return [p for p in self._document(program_id).passages if p.language == wanted]

    def search(
        self, query: str, k: int = 10, *, kind: str | None = None, language: str | None = None
    ) -> list[Hit]:
        """The `k` passages that answer `query` best, whatever language either is in.

        `kind` ("article", "program") and `language` restrict them. Raises `EmbedderMismatch`
        where the index was built with another embedder, `ValueError` where `k` is below 1.
        """
        if k < 1:
            raise ValueError("k must be at least 1")
        return self._upkeep.search(query, k, kind, language)

    def question_weights(self, question: str) -> dict[str, float]:
        """The terms of a question (see `kb.terms`), each with how rare it is in the library."""
        return self._upkeep.weights(question)

    def rebuild(self) -> None:
        """Build the index anew from the library, with the embedder chosen now."""
        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.index.clear()
            self._upkeep.follow()

    @property
    def aliases(self) -> AliasTable:
        """The bundled alias table with the home's own words."""
        return self._upkeep.aliases

    @property
    def library_version(self) -> str:
        """A hash over ids and versions of all sources: 12 hexadecimal digits."""
        lines = [f"{source.id} {source.version}" for source in self.sources()]
        return sha256("\n".join(lines).encode()).hexdigest()[:12]

    def record_gap(self, question: str, language: str, missing: list[str]) -> None:
        """Keep a question that was not answered, for staff."""
        self._gaps.record(question, language, missing)

    def gaps(self) -> list[Gap]:
        """The questions that were not answered, oldest first."""
        return self._gaps.all()

    def close(self) -> None:
        """Release files and threads."""
        self._upkeep.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _document(self, source_id: str) -> Document:
        return self._library.document(source_id)
