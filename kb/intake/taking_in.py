"""Taking in files, folders and web pages: read at leisure, stored in batches.

A batch is stored in one go: one writer lock, one step of the index. Whoever stops in between loses
nothing that was stored, and the next run knows the same bytes by their hash and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from kb.errors import InvalidProgram, KbError, UnknownSource, UnreadableSource
from kb.extraction import Extracted
from kb.intake.arrivals import Arrival, Wish, find, read_all, read_one
from kb.intake.places import Place, Refused, places_in
from kb.library.articles import Catalog, Taken, for_the_fund, take_in
from kb.library.editing import Editor
from kb.library.layers import Held, Library
from kb.library.program_files import SUFFIX, with_schema
from kb.library.program_files import for_the_fund as program_for_the_fund
from kb.library.views import Present
from kb.programs.program import Program
from kb.records import Kind, Source
from kb.retrieval.placing import Progress
from kb.retrieval.upkeep import Upkeep

_BATCH = 64  # files that bring something new
_BATCH_BYTES = 30_000_000

Became = Literal["added", "updated", "unchanged"]
Stages = Callable[[Literal["reading", "indexing"], int, int], None]


@dataclass(frozen=True, slots=True)
class Added:
    """What was taken in: the source, what became of it, and how many passages it has. "updated"
    is a new version of a source that was there."""

    source: Source
    outcome: Became
    passages: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file or page: either `added` or `error`."""

    place: str
    added: Added | None = None
    error: KbError | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about an arrival; `files` is None where nothing is."""

    place: str
    kind: Kind
    id: str
    outcome: Became
    files: dict[str, bytes] | None = None


class Intake:
    """Takes in what staff give. Reading never waits for other writers; storing does."""

    def __init__(self, library: Library, upkeep: Upkeep, editor: Editor, home: Path) -> None:
        self._library = library
        self._upkeep = upkeep
        self._editor = editor
        self._home = home

    def add(
        self, named: Sequence[str | Path], wish: Wish, progress: Stages | None = None
    ) -> list[Outcome]:
        """Take in files, folders and addresses: what came of each file and page, in order.

        What cannot be read is in its outcome; raised is what stops everything, such as a home
        that cannot be written.
        """
        return self._add(list(places_in(named, besides=self._home)), wish, progress)

    def preview(
        self, named: Sequence[str | Path], wish: Wish, progress: Stages | None = None
    ) -> tuple[list[Outcome], dict[str, Held]]:
        """What `add` would do, and what founders would then see, by id. Nothing is written."""
        places = list(places_in(named, besides=self._home))
        arrivals = read_all(places, wish, self._library.articles)
        outcomes: list[Outcome] = []
        seen: dict[str, Held] = {}
        entered: dict[str, Added] = {}
        for done, one in enumerate(decide_all(arrivals, wish, self._library), 1):
            outcomes.append(self._would_be(one, seen, entered))
            if progress is not None:
                progress("reading", done, len(places))
        return outcomes, seen

    def _would_be(
        self,
        one: Decision | Refused,
        seen: dict[str, Held],
        entered: dict[str, Added],
    ) -> Outcome:
        if isinstance(one, Refused):
            return self._outcome(one)
        if one.files is None:
            before = entered.get(one.id)  # the same bytes twice in one batch
            if before is None:
                return self._outcome(one)
            return Outcome(one.place, replace(before, outcome="unchanged"))
        shelf = self._library.shelf(one.kind)
        try:
            held = self._library.made(shelf, one.id, one.files)
        except KbError as error:
            return Outcome(one.place, error=error)
        public = self._library.public(held)
        if public is not None:
            seen[one.id] = public
        added = Added(held.source, one.outcome, len(held.document().passages))
        entered[one.id] = added
        return Outcome(one.place, added)

    def add_one(self, place: Place, wish: Wish, progress: Progress | None = None) -> Added:
        """Take in one file or page. Raises what its outcome would hold."""

        def heard(stage: str, done: int, of: int) -> None:
            if progress is not None and stage == "indexing":
                progress(done, of)

        [outcome] = self._add([place], wish, heard)
        if outcome.error is not None:
            raise outcome.error
        assert outcome.added is not None, "an outcome holds one of the two"
        return outcome.added

    def _add(
        self, places: Sequence[Place | Refused], wish: Wish, progress: Stages | None
    ) -> list[Outcome]:
        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.follow()  # first: an index that cannot be written takes nothing in
        outcomes: list[Outcome] = []
        batch: list[Arrival | Refused] = []
        for done, arrival in enumerate(read_all(places, wish, self._library.articles), 1):
            batch.append(arrival)
            if progress is not None:
                progress("reading", done, len(places))
            if done == len(places) or _is_full(batch):
                outcomes += self._store(batch, wish, progress)
                batch = []
        return outcomes

    def _store(
        self, batch: Sequence[Arrival | Refused], wish: Wish, progress: Stages | None
    ) -> list[Outcome]:
        def heard(done: int, of: int) -> None:
            if progress is not None:
                progress("indexing", done, of)

        with self._upkeep.guard, self._upkeep.index.writing():
            self._upkeep.settle()
            decided = list(decide_all(batch, wish, self._library))
            for one in decided:
                if isinstance(one, Decision) and one.files is not None:
                    action: Literal["add", "replace"]
                    action = "add" if one.outcome == "added" else "replace"
                    self._editor.put(one.kind, one.id, one.files, action, wish.why)
            self._upkeep.follow(heard)
            return [self._outcome(one) for one in decided]

    def _outcome(self, one: Decision | Refused) -> Outcome:
        if isinstance(one, Refused):
            return Outcome(one.place, error=one.error)
        document = self._library.shelf(one.kind).document(one.id)
        added = Added(document.source, one.outcome, len(document.passages))
        return Outcome(one.place, added)


class _Standing:
    """What stands in the library while a batch is decided, with what the batch adds to it."""

    def __init__(self, library: Library) -> None:
        self.catalog: Catalog = library.articles.catalog()
        self._held = Present(library, fund=True).sources()
        self.kinds: dict[str, Kind] = {s.id: s.kind for s in self._held.values()}
        self.kinds |= dict.fromkeys(library.articles.ids(), "article")
        self.kinds |= dict.fromkeys(library.programs.ids(), "program")
        self.programs: dict[str, dict[str, bytes]] = {}
        self.articles: dict[str, Arrival] = {}

    def enter(self, taken: Taken, arrival: Arrival) -> None:
        self.kinds[taken.id] = "article"
        self.articles[taken.id] = arrival
        self.catalog.enter(taken.id, taken.front)

    def is_fund_only(self, source_id: str, wish: Wish) -> bool:
        """Whether founders do not see an article, which a new version of it must not change."""
        if source_id in self.articles:
            return wish.fund
        held = self._held.get(source_id)
        return held is not None and held.visibility == "fund"

    def check_replaced(self, source_id: str, kind: Kind) -> None:
        held = self.kinds.get(source_id)
        if held is None:
            raise UnknownSource(f"there is no {kind} {source_id}", "compute-desk kb list")
        if held != kind:
            raise UnreadableSource(
                f"{source_id} is the id of {_a(held)}, not of {_a(kind)}",
                "take another id" if kind == "program" else "give its YAML file",
            )


def decide_all(
    batch: Iterable[Arrival | Refused], wish: Wish, library: Library
) -> Iterator[Decision | Refused]:
    """What is to be done about each arrival, in order; nothing is written."""
    standing = _Standing(library)
    for arrival in batch:
        if isinstance(arrival, Refused):
            yield arrival
            continue
        try:
            if isinstance(arrival.content, Program):
                yield _decide_program(arrival, arrival.content, wish, library, standing)
            else:
                yield _decide_article(arrival, arrival.content, wish, library, standing)
        except KbError as error:
            yield Refused(arrival.place.shown, error)


def _decide_article(
    arrival: Arrival,
    content: Extracted | None,
    wish: Wish,
    library: Library,
    standing: _Standing,
) -> Decision:
    if wish.replace is not None:
        standing.check_replaced(wish.replace, "article")
    known = wish.replace or _find(arrival, library, standing)
    shown = arrival.place.shown
    kept_back = known is not None and standing.is_fund_only(known, wish)
    if known is not None and _is_same(arrival, known, library, standing):
        if kept_back or not wish.fund:
            return Decision(shown, "article", known, "unchanged")
        files = for_the_fund(library.articles.files(known))
        return Decision(shown, "article", known, "updated", files)
    if content is None:  # somebody changed the article since its bytes were compared
        arrival = read_one(arrival.place, wish, library.articles, standing.catalog)
        assert isinstance(arrival.content, Extracted), "it was an article before"
        content = arrival.content
    fund = wish.fund or kept_back
    taken = take_in(known, arrival.data, content, arrival.name, arrival.url, fund=fund)
    if known is None and taken.id in standing.kinds:
        longer = f"{taken.id.rpartition('-')[0]}-{arrival.digest[:12]}"
        taken = take_in(longer, arrival.data, content, arrival.name, arrival.url, fund=fund)
    standing.enter(taken, arrival)
    return Decision(shown, "article", taken.id, "updated" if known else "added", taken.files)


def _find(arrival: Arrival, library: Library, standing: _Standing) -> str | None:
    same = standing.catalog.by_digest(arrival.digest)
    if same in standing.articles and standing.articles[same].digest == arrival.digest:
        return same
    return find(arrival.digest, arrival.url, library.articles, standing.catalog)


def _is_same(arrival: Arrival, known: str, library: Library, standing: _Standing) -> bool:
    """Whether an arrival says what the article's own original says: pages often differ in bytes
    that nobody sees. Text that staff corrected by hand counts as unchanged then."""
    entered = standing.articles.get(known)
    if entered is not None:
        return entered.digest == arrival.digest or entered.content == arrival.content
    original = library.articles.original(known) if known in library.articles.ids() else None
    if original is None:
        return False
    made_from = sha256(original).hexdigest()
    return made_from == arrival.digest or arrival.before == (made_from, arrival.content)


def _decide_program(
    arrival: Arrival, record: Program, wish: Wish, library: Library, standing: _Standing
) -> Decision:
    if wish.replace not in (None, record.id):
        raise InvalidProgram(
            f"{arrival.name}: id: is {record.id}, not {wish.replace}", "correct the id"
        )
    known = record.id in standing.kinds
    if known:
        standing.check_replaced(record.id, "program")
    data = program_for_the_fund(arrival.data, arrival.name) if wish.fund else arrival.data
    files = {f"{record.id}{SUFFIX}": with_schema(data)}
    shown = arrival.place.shown
    held = standing.programs.get(record.id)
    if held is None and record.id in library.programs.ids():
        held = library.programs.files(record.id)
    if held == files:
        return Decision(shown, "program", record.id, "unchanged")
    standing.kinds[record.id] = "program"
    standing.programs[record.id] = files
    return Decision(shown, "program", record.id, "updated" if known else "added", files)


def _is_full(batch: Sequence[Arrival | Refused]) -> bool:
    fresh = [len(one.data) for one in batch if isinstance(one, Arrival) and one.content is not None]
    return len(fresh) >= _BATCH or sum(fresh) >= _BATCH_BYTES


def _a(kind: Kind) -> str:
    return "an article" if kind == "article" else "a program"
