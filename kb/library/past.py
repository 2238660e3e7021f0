"""What the library held on a day of the past, and which of its terms were true then.

Two clocks: the journal tells when this library learned something, `valid_from` and `valid_to` of
a term when it was true. See docs/decisions/0010-two-clocks.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from kb import starter
from kb.library.fixed import FixedView
from kb.library.journal import Change
from kb.library.layers import Held, Library, bundled
from kb.library.moments import Moment
from kb.library.visibility import as_files
from kb.programs.partial_dates import bounds
from kb.programs.program import Term
from kb.programs.rendering import render
from kb.records import Layer


class PastDay(FixedView):
    """The library as it was at a moment: for founders without what is fund-only now or was then.

    Program records are cut down to the terms that counted; such a record is a version of its own,
    which is put into the archive so that its citations open.
    """

    def __init__(self, library: Library, moment: Moment, *, fund: bool = False) -> None:
        super().__init__(library, fund=fund)
        self._moment = moment

    def _find(self) -> dict[str, Held]:
        found = {}
        for source_id, held in sorted(self._learned().items()):
            seen = held if self.fund else self._library.public(held)
            if seen is None or not (self.fund or self._present.is_open(seen)):
                continue
            counted = self._true_then(seen)
            if counted is not None:
                found[source_id] = counted
                self._keep(counted)
        return found

    def _keep(self, held: Held) -> None:
        """Put a record that was cut down into the archive, so that its citations open."""
        archive, source = self._library.history.archive, held.source
        if held.program is not None and not archive.holds(source.id, source.version):
            archive.keep(source, as_files(held.program), durable=False)

    def _learned(self) -> dict[str, Held]:
        """What the library held, staff's copy before the bundled source."""
        journal = self._library.history.journal.all()
        known = journal[: known_by(journal, self._moment.at)]
        found = self._bundled(journal, known)
        for change in _standing(known, "staff"):
            held = self._version(change)
            if held is None:
                found.pop(change.source, None)  # damaged: what was bundled was not shown then
            else:
                found[change.source] = held
        return found

    def _bundled(self, journal: Sequence[Change], known: Sequence[Change]) -> dict[str, Held]:
        """The bundled layer: by the journal from the day on which its first release came; before
        that the first release, as far as its own dates reach back."""
        releases = _standing(known, "starter")
        if releases:
            versions = [self._version(change) for change in releases]
            return {held.source.id: held for held in versions if held is not None}
        first = [change for change in journal if change.layer == "starter"]
        if first:
            named = {c.source: c for c in reversed(first) if c.version and c.who == first[0].who}
            versions = [self._version(change) for change in named.values()]
        else:
            versions = [bundled(source_id) for source_id in starter.documents()]
        dated = (self._dated(held) for held in versions if held is not None)
        return {held.source.id: held for held in dated if held is not None}

    def _version(self, change: Change) -> Held | None:
        assert change.version is not None, "what was removed does not stand"
        return self._library.version(change.source, change.kind, change.version)

    def _dated(self, held: Held) -> Held | None:
        """A bundled source as far as it carries a date that had come."""
        if held.program is None:
            return held if self._over(held.source.published) else None
        terms = [term for term in held.program.terms if self._over(term.as_of)]
        return self._cut(held, terms, dated=True)

    def _over(self, partial: str | None) -> bool:
        try:
            return partial is not None and bounds(partial)[1] <= self._moment.day
        except ValueError:
            return False

    def _true_then(self, held: Held) -> Held | None:
        """A program with the terms that were valid on the day; others as they are."""
        if held.program is None:
            return held
        return self._cut(held, [term for term in held.program.terms if self._valid(term)])

    def _valid(self, term: Term) -> bool:
        begun = term.valid_from is None or bounds(term.valid_from)[0] <= self._moment.day
        return begun and (term.valid_to is None or bounds(term.valid_to)[1] >= self._moment.day)

    def _cut(self, held: Held, terms: list[Term], *, dated: bool = False) -> Held | None:
        program = held.program
        assert program is not None, "only programs have terms"
        if not terms:
            return None
        if len(terms) == len(program.terms):
            return held
        changes: dict[str, object] = {"terms": terms}
        if dated and all(term.field != "status" for term in terms):
            changes["status"] = "unknown"  # nothing said it yet
        cut = program.model_copy(update=changes)
        document = render(cut, held.source.layer)
        return Held(document.source, lambda: document, cut)


def known_by(journal: Sequence[Change], moment: datetime) -> int:
    """How many changes of a journal had been made at a moment.

    Clocks jump; the order of the journal does not. So the times that most of the journal agrees
    with are believed (its longest run that never goes back), and a change with another time counts
    from that of the one before it.
    """
    times = [_time(change.at) for change in journal]
    believed = _longest_run(times)
    count, latest = 0, None
    for number, at in enumerate(times):
        latest = at if number in believed else latest
        if latest is not None and latest > moment:
            break
        count = number + 1
    return count


def _longest_run(times: Sequence[datetime]) -> set[int]:
    """The positions of the longest subsequence that never decreases (patience sorting)."""
    tails: list[datetime] = []
    ends: list[int] = []
    before: list[int | None] = []
    for number, at in enumerate(times):
        place = bisect_right(tails, at)
        before.append(ends[place - 1] if place else None)
        tails[place : place + 1] = [at]
        ends[place : place + 1] = [number]
    chosen: set[int] = set()
    at_end = ends[-1] if ends else None
    while at_end is not None:
        chosen.add(at_end)
        at_end = before[at_end]
    return chosen


def _time(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _standing(changes: Iterable[Change], layer: Layer) -> list[Change]:
    """The last change of each source in a layer that was not removed since."""
    last = {change.source: change for change in changes if change.layer == layer}
    return [change for change in last.values() if change.version is not None]
