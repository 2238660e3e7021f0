"""The stream of a draft turned into text that may be shown, with citations assigned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer import Citation, Language, Removed
from assistant.evidence import Artifact, PassageEvidence
from assistant.grounding.ages import age_days, stated_date
from assistant.grounding.claims import opens_with_pronoun
from assistant.grounding.names import without_links
from assistant.grounding.segments import (
    Unit,
    cells,
    is_table_row,
    is_table_rule,
    lead_of,
    sentence_ends,
    sentences,
)
from assistant.grounding.stretches import Target
from assistant.grounding.support import LONGEST, EvidenceBook
from assistant.reasons import Reason
from kb.texts.aliases import AliasTable
from kb.texts.cleaning import clean

_LONGEST_REMARK = 400
"""Characters of a bracket that may still belong to the sentence before it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Text that passed, or a citation that it carries, or a part that was taken out."""

    text: str = ""
    citation: Citation | None = None
    removed: Removed | None = None


class Grounder:
    """Feed it a draft piece by piece; it yields what may be shown, sentence by sentence.

    `not_stated` replaces a table cell that has no support; `fixed` are the desk's own sentences
    and `aliases` names of the same (see `EvidenceBook`); `today` is the day up to which the age of
    a source counts; reasons are told in `language`. `text` is all that was shown so far.
    """

    def __init__(
        self,
        own_words: Sequence[str],
        not_stated: str,
        fixed: Collection[str] = (),
        aliases: AliasTable | None = None,
        today: date | None = None,
        language: Language = "en",
    ) -> None:
        self._book = EvidenceBook(own_words, fixed, aliases)
        self._not_stated, self._today, self._language = not_stated, today, language
        self._last = ""  # the sentence in front, shown or not
        self._gone = False  # whether that one was taken out
        self._pending = ""
        self._lead_shown = False
        self._markers: dict[tuple[str, int | None, str | None], Citation] = {}
        self.text = ""

    @property
    def citations(self) -> list[Citation]:
        """All citations given so far, in the order of their markers."""
        return list(self._markers.values())

    def learn(self, artifact: Artifact) -> None:
        """Add evidence."""
        self._book.learn(artifact)

    def forbid(self, orders: Iterable[str]) -> None:
        """Take sentences for orders that nobody may repeat or say that they were followed."""
        self._book.forbid(orders)

    def feed(self, delta: str) -> Iterator[Shown]:
        """Take more of the draft; yield the sentences and rows that are now complete."""
        self._pending += delta
        while "\n" in self._pending:
            line, self._pending = self._pending.split("\n", 1)
            yield from self._line(line, complete=True)
        if not self._pending.lstrip().startswith("|"):
            ends = reversed(sentence_ends(self._pending))
            end = next((end for end in ends if _is_settled(self._pending[end:])), None)
            if end is not None:
                done, self._pending = self._pending[:end], self._pending[end:]
                yield from self._line(done, complete=False)
            elif len(self._pending) > 2 * LONGEST:  # it goes out whatever its middle says
                self._pending = self._pending[: LONGEST + 1] + self._pending[-_LONGEST_REMARK:]

    def finish(self) -> Iterator[Shown]:
        """Yield what is left."""
        rest, self._pending = self._pending, ""
        if rest.strip():
            yield from self._line(rest, complete=True)
        self.text = self.text.rstrip()

    def _line(self, line: str, *, complete: bool) -> Iterator[Shown]:
        if is_table_row(line) and not self._lead_shown:
            yield from self._row(line)
            return
        lead = "" if self._lead_shown else lead_of(line)
        units = sentences(clean(without_links(line[len(lead) :])))
        for unit in units:
            for shown in self._unit(unit, lead if not self._lead_shown else " "):
                yield shown
                self._lead_shown = self._lead_shown or bool(shown.text)
        if complete:
            if self._lead_shown or (self.text and not units):
                yield self._show("\n")
            self._lead_shown = False
            self._last, self._gone = "", False

    def _unit(self, unit: Unit, before: str) -> Iterator[Shown]:
        verdict = self._book.judge(unit, self._last)
        reason = verdict.reason
        if reason is None and self._gone and opens_with_pronoun(unit.text):
            reason = Reason("pronoun")
        self._last, self._gone = unit.text, reason is not None
        if reason is not None:
            yield Shown(removed=Removed(text=unit.text, reason=reason.told(self._language)))
            return
        glue = "" if before == " " and _closed(self.text) else before
        start = len(self.text) + len(glue)
        yield self._show(glue + unit.text)
        yield from self._cite(verdict.targets, start, len(self.text))

    def _row(self, line: str) -> Iterator[Shown]:
        if is_table_rule(line):
            yield self._show(clean(line) + "\n")
            return
        yield self._show("|")
        for cell in cells(clean(line)):
            kept = self._kept(cell)
            if isinstance(kept, Removed):
                yield Shown(removed=kept)
                yield self._show(f" {self._not_stated} |")
                continue
            start = len(self.text) + 1
            yield self._show(f" {cell.text}")
            yield from self._cite(kept, start, len(self.text))
            yield self._show(" |")
        yield self._show("\n")

    def _kept(self, cell: Unit) -> tuple[Target, ...] | Removed:
        verdict = self._book.judge(cell)
        if verdict.reason is None:
            return verdict.targets
        return Removed(text=cell.text, reason=verdict.reason.told(self._language))

    def _cite(self, targets: Sequence[Target], start: int, end: int) -> Iterator[Shown]:
        markers = []
        for target in targets:
            citation = self._markers.get(target.key)
            if citation is None:
                marker = str(len(self._markers) + 1)
                citation = _citation(target, marker, (start, end), self._today)
                self._markers[target.key] = citation
                yield Shown(citation=citation)
            else:
                citation = citation.model_copy(update={"uses": [*citation.uses, (start, end)]})
                self._markers[target.key] = citation
            markers.append(f"[{citation.marker}]")
        if markers:
            yield self._show(" " + "".join(markers))

    def _show(self, text: str) -> Shown:
        self.text += text
        return Shown(text=text)


def _is_settled(rest: str) -> bool:
    """Whether what follows a sentence cannot still turn out to belong to it."""
    rest = rest.lstrip()
    closing = {"[": "]", "(": ")", "（": "）"}.get(rest[:1])
    if closing is None or len(rest) > _LONGEST_REMARK:
        return bool(rest)
    if closing not in rest:
        return False
    depth = 0  # a publisher's name can hold brackets of its own
    for at, sign in enumerate(rest):
        depth += (sign == rest[0]) - (sign == closing)
        if depth == 0:
            return at < len(rest) - 1
    return False


def _closed(text: str) -> bool:
    """Whether the next sentence needs no space before it (Chinese full stop, line start)."""
    return text.endswith(("。", "！", "？", "；", "」", "”", "\n", " ")) or not text


def _citation(target: Target, marker: str, use: tuple[int, int], today: date | None) -> Citation:
    evidence = target.evidence
    if isinstance(evidence, PassageEvidence):
        return Citation(
            marker=marker,
            kind="passage",
            source=evidence.source,
            version=evidence.version,
            title=evidence.title,
            url=evidence.url,
            published=evidence.as_of,
            quote=target.quote,
            start=target.start,
            end=target.end,
            field=evidence.field,
            grade=evidence.grade,
            publisher=evidence.publisher,
            answer_start=use[0],
            answer_end=use[1],
            uses=[use],
            age_days=age_days(evidence.as_of, today),
        )
    dated = stated_date(evidence.result, target.field or "")
    return Citation(
        marker=marker,
        kind="tool",
        source=evidence.name,
        version=evidence.id,
        title=evidence.name,
        published=dated,
        quote=target.quote,
        field=target.field,
        answer_start=use[0],
        answer_end=use[1],
        uses=[use],
        age_days=age_days(dated, today),
    )
