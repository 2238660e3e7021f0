"""The knowledge base: the one way in for the assistant and the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from kb.errors import UnknownGap
from kb.home import Home
from kb.intake.arrivals import Wish
from kb.intake.places import Place
from kb.intake.taking_in import Added, Intake, Outcome, Stages
from kb.keeping.checks import MONTHS, check
from kb.keeping.findings import Finding, in_order
from kb.keeping.gap_groups import GapGroup, grouped
from kb.keeping.gaps import Gap, GapLog
from kb.keeping.gold import Asked, Gold, ask, gold_findings, gold_questions
from kb.keeping.links import addresses, dead_links
from kb.keeping.preview import Preview, Side, Sides, moved
from kb.keeping.reach import Reach, reach
from kb.keeping.reports import Report
from kb.library.backup import Backup, write_backup
from kb.library.days import DayIndex
from kb.library.editing import Editor
from kb.library.fixed import FixedView
from kb.library.generation import Generation
from kb.library.journal import Change
from kb.library.layers import Held, Library
from kb.library.moments import Moment, parse_moment
from kb.library.past import PastDay
from kb.library.sync import Synced, by_hand, notes, with_edits
from kb.library.views import Present, View
from kb.library_reader import LibraryReader
from kb.locks import locked
from kb.programs.value_checks import States
from kb.publication.address import Address
from kb.publication.gap_exchange import clear, collect
from kb.publication.publishing import Publication, Snapshot, publish
from kb.publication.server import ChromaServer
from kb.publication.snapshot import take_snapshot
from kb.records import Source
from kb.retrieval.embedders import Embedder
from kb.retrieval.equipment import Equipment
from kb.retrieval.filters import ALL
from kb.retrieval.index import Index
from kb.retrieval.placing import Progress
from kb.retrieval.upkeep import Upkeep


def _silent(_text: str) -> None:
    """Where nobody listens to notes."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The library before and after a change that is tried out, to be read only while it is. See
    `kb.keeping.preview.Sides`."""

    before: KnowledgeBase
    after: KnowledgeBase
    moved: Mapping[str, int]
    records: bool


class KnowledgeBase(LibraryReader):
    """Articles and programs of a home: the bundled layer and, over it, what staff added.

    Opening is cheap; the index and the embedder load with the first search or write, and the
    index is then brought in line with the library. `note` hears, in one line each, what a person
    should know (first indexing, a repair, a fallback). Each change takes a `why` for the history.
    Safe to share between threads and processes.

    What only the fund may see is opened with `fund` and is otherwise in no list, search, count or
    error. The methods that change the library or copy it are staff's: they work on all of it.
    """

    def __init__(
        self,
        home: Home,
        embedder: str | Embedder | None,
        note: Callable[[str], None],
        fund: bool,
        moment: Moment | None,
        versions: Mapping[str, str] | None,
        reranker: str | None,
    ) -> None:
        self._home = home
        self._note = note
        self._library = library = Library(home)
        self._equipment = equipment = Equipment(home, embedder, note, reranker)
        self._founders = Upkeep(
            library,
            Present(library),
            Index(home.index, home.writer),
            equipment,
            note,
            to_staff=fund,
        )
        self._staff = Present(library, fund=True)
        self._view: View = self._staff if fund else Present(library)
        self._upkeep = self._founders
        past: FixedView | None = None
        if versions is not None:
            past = Generation(library, versions)
        elif moment is not None:
            past = PastDay(library, moment, fund=fund)
        if past is not None:
            index: Index = DayIndex(home.fund_index if fund else home.index, past.fingerprint)
            self._view = past
            self._upkeep = Upkeep(None, past, index, equipment, note, to_staff=fund)
        elif fund:
            index = Index(home.fund_index, home.writer)
            self._upkeep = Upkeep(library, self._view, index, equipment, note, to_staff=True)
        self._editor = Editor(self._library)
        self._intake = Intake(self._library, self._founders, self._editor, home.folder)
        self._gaps = GapLog(home.gaps)

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        embedder: str | Embedder | None = None,
        note: Callable[[str], None] = _silent,
        fund: bool = False,
        as_of: str | None = None,
        versions: Mapping[str, str] | None = None,
        reranker: str | None = None,
    ) -> Self:
        """The knowledge base in `home`, which is created where it does not exist.

        `embedder` is the name or folder of a sentence-transformers model, an `Embedder`, or None
        for the bundled one. `fund` shows what only the fund may see, too: for staff, never for
        a founder's desk. `as_of` opens it as it was at the end of a day ("2026-03-15"), month
        or year, or at an ISO time, in UTC. `versions` (by source id) opens for founders
        what holds exactly these, as far as the history has them. `reranker` names a cross-encoder
        that reads the best hits once more (`kb.retrieval.reranking`). Raises `HomeUnusable` or
        `InvalidDate`.
        """
        moment = None if as_of is None else parse_moment(as_of)
        place = Home(home)
        place.prepare()
        return cls(place, embedder, note, fund, moment, versions, reranker)

    def add(
        self,
        path: Path,
        progress: Progress | None = None,
        *,
        replace: str | None = None,
        why: str = "",
        fund: bool = False,
    ) -> Added:
        """Take in a file: a program record (YAML), which its id names, or else an article.

        The same bytes again change nothing. `replace` names the article of which this is a new
        version. `fund` makes it fund-only; a new version of what is fund-only stays so. `progress`
        hears of passages embedded and passages in all. Raises `UnreadableSource`,
        `InvalidProgram`, or `UnknownSource` for what `replace` names.
        """
        wish = Wish(replace=replace, why=why, fund=fund)
        return self._intake.add_one(Place(str(path), path), wish, progress)

    def add_url(
        self,
        url: str,
        progress: Progress | None = None,
        *,
        allowed: Collection[str] = (),
        replace: str | None = None,
        why: str = "",
        fund: bool = False,
    ) -> Added:
        """Fetch a web page (see `fetching.fetch`) and take it in as an article: as a new version
        where one came from the same address."""
        return self._intake.add_one(Place(url, None), Wish(allowed, replace, why, fund), progress)

    def add_all(
        self,
        named: Sequence[str | Path],
        progress: Stages | None = None,
        *,
        allowed: Collection[str] = (),
        replace: str | None = None,
        why: str = "",
        fund: bool = False,
    ) -> list[Outcome]:
        """Take in files, whole folders and addresses (a text that begins with http): what came of
        each file and page, in order. What cannot be read does not keep the others out.

        Several are read at a time, and stored in batches; stopped at any moment, the same call
        goes on where it was. `progress` hears of files read and of passages indexed.
        """
        return self._intake.add(named, Wish(allowed, replace, why, fund), progress)

    def preview_add(
        self,
        named: Sequence[str | Path],
        progress: Stages | None = None,
        *,
        allowed: Collection[str] = (),
        replace: str | None = None,
        fund: bool = False,
        look: Callable[[Trial], None] | None = None,
    ) -> Preview:
        """What `add_all` would do, and which gold questions would then find other passages.
        Nothing is written. `progress` hears of files read; `look` is called while the library can
        be asked as it is and as it would be, if anything would change."""
        wish = Wish(allowed, replace, fund=fund)
        outcomes, instead = self._intake.preview(named, wish, progress)
        changed = {
            one.added.source.id
            for one in outcomes
            if one.added is not None and one.added.outcome != "unchanged"
        }
        return self._preview(changed, instead, look, outcomes=outcomes)

    def preview_sync(self, look: Callable[[Trial], None] | None = None) -> Preview:
        """What `sync` would do, and which gold questions would then find other passages. Nothing
        is written. `look` as in `preview_add`."""
        synced = self.sync(trial=True)
        return self._preview({step.source for step in synced.steps}, {}, look, synced=synced)

    def _preview(
        self,
        changed: Collection[str],
        instead: Mapping[str, Held],
        look: Callable[[Trial], None] | None,
        **told: Any,
    ) -> Preview:
        if not changed:
            return Preview(**told)
        golds = self.gold()

        def show(sides: Sides) -> None:
            if look is not None:
                before, after = self._as_seen(sides.before), self._as_seen(sides.after)
                look(Trial(before, after, sides.moved, sides.records))

        moves, groups = moved(self._library, self._founders, self._equipment, instead, golds, show)
        copies = {
            source: [other for other in group if other != source]
            for group in groups
            for source in group
            if source in changed
        }
        return Preview(asked=len(golds), moved=moves, copies=copies, **told)

    def _as_seen(self, side: Side) -> KnowledgeBase:
        """One side of a trial, to be read as a knowledge base."""
        seen = copy(self)
        seen._view, seen._upkeep = side.view, side.upkeep
        return seen

    def gold(self) -> list[Gold]:
        """The gold questions, bundled and of the home. Raises `UnreadableSource`."""
        return gold_questions(self._home.gold)

    def ask_gold(self, progress: Progress | None = None) -> list[Asked]:
        """What founders' search finds for each gold question; `progress` hears of questions."""
        golds, asked = self.gold(), []
        for gold in golds:
            asked.append(ask(gold, lambda query, k: self._founders.search(query, k, ALL)))
            if progress is not None:
                progress(len(asked), len(golds))
        return asked

    def remove(self, source_id: str, *, why: str = "") -> None:
        """Remove a source that staff added; its history stays, and a bundled source that it
        replaced shows again. Raises `ReadOnlySource` or `UnknownSource`."""
        with self._founders.guard, self._founders.index.writing():
            self._founders.follow()
            self._editor.remove(source_id, why)
            self._founders.follow()

    def history(self, source_id: str) -> list[Change]:
        """All changes of a source, oldest first; to founders those that they can see, with the
        versions that they see. Raises `UnknownSource`."""
        if not self._library.history.journal.all() or self._unrecorded(source_id):
            self.sync()
        return self._view.changes(source_id)

    def _unrecorded(self, source_id: str) -> bool:
        found = self._staff.sources().get(source_id)
        archive = self._library.history.archive
        return found is not None and not archive.holds(source_id, found.version)

    def restore(self, source_id: str, version: str, *, why: str = "") -> Source:
        """Make an older version of a source the present one, as a new entry of its history.
        Raises `UnknownSource` where it has no such version."""
        with self._founders.guard, self._founders.index.writing():
            self._founders.follow()
            source = self._editor.restore(source_id, version, why)
            self._founders.follow()
        return source

    def sync(self, *, trial: bool = False, progress: Progress | None = None) -> Synced:
        """Bring history and index in line with the files; on trial, only say what would change."""
        if trial:
            edits = by_hand(self._library, self._library.look())
            steps = self._founders.trial()
        else:
            with self._founders.guard, self._founders.index.writing():
                edits = self._founders.settle()
                steps = self._founders.follow(progress)
        if self._view.fund:
            steps = with_edits(steps, edits, Present(self._library))
        told = notes(self._library.look(), fund=self._view.fund)
        return Synced(steps, told, trial=trial)

    def check(self, months: int = MONTHS, states: States | None = None) -> list[Finding]:
        """What staff should look at in the files, errors first; see `kb.keeping.checks`."""
        pending = self._founders.trial()
        found = check(self._library, self._view, self.aliases, pending, months, states)
        return in_order([*found, *gold_findings(self._home.gold, Present(self._library))])

    def check_reach(self) -> Reach:
        """Which passages that staff added founders will not find; see `kb.keeping.reach`."""
        view, own = Present(self._library), self._equipment
        behind = {step.source for step in self._founders.trial()}
        documents = [view.document(s) for s in view.sources() if s not in behind]
        return reach(
            documents,
            self._founders.copies.groups(),
            own.questions,
            own.passages,
            self._founders.standing_search(),
            datetime.now(UTC).date(),
        )

    def check_links(
        self, *, allowed: Collection[str] = (), progress: Progress | None = None
    ) -> list[Finding]:
        """Ask the web which links of the library lead nowhere; see `kb.keeping.links`."""
        links = addresses(self._view.records(), self.sources())
        return in_order(dead_links(links, allowed=allowed, progress=progress))

    def backup(self, target: Path) -> Backup:
        """Write the library and its history into one new file. Raises `BackupFailed`."""
        with self._founders.guard, self._founders.index.writing():
            self._founders.settle()
            version = self.library_version
            return write_backup(self._home, target, version, self._founders.copy_vectors)

    def publish(
        self,
        url: str,
        key: str | None,
        *,
        trial: bool = False,
        progress: Progress | None = None,
    ) -> Publication:
        """Make the public part of the library what founders read at a Chroma server; on trial,
        only say what that would change. What only the fund may see does not leave, however this
        was opened. See `kb.publication.publishing.publish`."""
        server = ChromaServer(Address.parse(url), key)
        if self._founders.trial():
            self.sync()  # before anybody waits: embedding may take minutes

        def snapshot() -> Snapshot:
            with self._founders.guard, self._founders.index.writing():
                self._founders.follow()
                return take_snapshot(self._library, self._founders, self.aliases)

        with closing(server), locked(self._home.published / "publishing.lock"):
            return publish(
                server, snapshot, holder=self._home.name_for_others(), trial=trial,
                progress=progress, note=self._note,
            )  # fmt: skip

    def rebuild(self) -> None:
        """Build the index anew from the library, with the embedder chosen now."""
        with self._founders.guard, self._founders.index.writing():
            self._founders.index.clear()
            shutil.rmtree(self._home.fund_index, ignore_errors=True)
            self._founders.follow()

    def record_gap(self, question: str, language: str, missing: list[str]) -> None:
        """Keep a question that was not answered, for staff."""
        self._gaps.record(question, language, missing)

    def record_report(self, question: str, language: str, report: Report) -> bool:
        """Keep an answer that a person reported, for staff; whether it is on staff's list."""
        self._gaps.record(question, language, [], report)
        return True

    def collect_gaps(self, url: str, key: str | None) -> int:
        """Take the questions that founders sent to a server into this home, each once, and off the
        server; how many were new."""
        with closing(ChromaServer(Address.parse(url), key)) as server:
            sent = collect(server)
            with locked(self._home.gaps.with_suffix(".lock")):
                new = self._gaps.take({one.id: one.gap() for one in sent})
            clear(server, sent)
        return new

    def gaps(self) -> list[Gap]:
        """The questions that were not answered, oldest first."""
        return self._gaps.all()

    def gap_groups(self) -> list[GapGroup]:
        """The gaps by what they ask for, closed ones too; the most asked first."""
        return grouped(
            self._gaps.all(), self._gaps.closings(), self._equipment.questions, self.aliases
        )

    def gap_group(self, gap: str) -> GapGroup:
        """The group with this id, or with a wording of this id. Raises `UnknownGap`."""
        for group in self.gap_groups():
            if gap in group.members:
                return group
        raise UnknownGap(f"there is no gap {gap}", "compute-desk kb gaps --all")

    def close_gap(self, gap: str, source: str | None, why: str) -> GapGroup:
        """Record that a gap is seen to, by a source or for a reason; it opens again when somebody
        asks again and gets no answer. Raises `UnknownGap` or `UnknownSource`."""
        group = self.gap_group(gap)
        if source is not None:
            self.source(source)
        self._gaps.close(group.members, source, why)
        return self.gap_group(gap)

    def found_at(self, question: str, source: str) -> int | None:
        """At which place (from 1) founders find a source when they ask this; None where it is not
        among the first ten."""
        gold = Gold(question, (source,), None, "", "staff")
        return ask(gold, lambda query, k: self._founders.search(query, k, ALL)).rank

    def close(self) -> None:
        """Release files and threads."""
        for upkeep in (self._founders, self._upkeep):
            upkeep.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
