"""Which evidence supports a sentence: its figures, names, quotations, links and what it denies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from assistant.grounding.claims import Claim
from assistant.grounding.fields import Field, told, walk
from assistant.grounding.figures import Figure, bounds_more, figures, mismatch
from assistant.grounding.han_names import new_surnames, one_dot
from assistant.grounding.legible import legible
from assistant.grounding.orders import obeys, squeezed
from assistant.grounding.places import misplaced
from assistant.grounding.polarity import contradicts, words
from assistant.grounding.segments import Unit
from assistant.grounding.stretches import Stretch, Target, likeness, overlap, stretches_of
from assistant.grounding.subjects import Subjects, families
from assistant.grounding.vocabulary import Vocabulary
from assistant.reasons import Reason
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from kb.texts.orders import is_question
from tools.quantities import Unit as UnitKind
from tools.quantities import supports

_DATED = (UnitKind.YEAR, UnitKind.DATE)
# Words of a clause in which a figure of the person's own may stand.
_ASKED = re.compile(
    r"\b(?:you|we) (?:asked|said|want|mention\w*|need|plan|have raised|raised|name[ds]?|gave|told)"
    r"|\byour\b|\basked\b|\bquestion\b|您|你|贵公司|所问|问到|问的是|提到的|提问",
    re.IGNORECASE,
)
# How a clause begins that takes up what the person supposed.
_SUPPOSED = re.compile(
    r"(?:for|with|if|when|at|given|to|assuming|training|on)\b|如果|若|假设|对于?|按|以|用|训练",
    re.IGNORECASE,
)
_NOT_TOLD = re.compile(
    r"\b(?:not|n['’]t|no source|no sources|nothing|neither)\b.*\b(?:say|says|state[sd]?|mention\w*"
    r"|confirm\w*|tell|tells|give|gives|found|support\w*|answers?)\b|(?:没有?|未|无)(?:法)?.{0,6}(?:说|提|写|给出|公布|披露|证实|查到|找到|记载|答|关于)",
    re.IGNORECASE,
)
# A clause that says when something was told, and not when it was.
_TOLD_WHEN = re.compile(
    r"\b(?:report(?:ed|s|ing)?|sa(?:id|ys)|wrote|writes|articles?|story|published|according"
    r"|as (?:of|at)|told|tells|dated)\b|报道|文章|称|说|发布|刊|截至|据|写",
    re.IGNORECASE,
)
_WRONG = {"rate": "unit", "none": "figure"}
LONGEST = 1_200
"""Characters of a sentence or cell that are checked: what a sentence costs grows with the square of
its figures, and no source's sentence is half as long."""
_REPEATED = 0.65
"""Share of a sentence's words that one of a source has which it repeats."""
_WHOLE = 5
"""Words of a claim that can repeat a sentence."""
_ABOUT_AS_CLOSE = 0.1
_NEARLY = 0.3
_NEAR = 0.1
"""What agreement counts beside likeness where several sentences state one figure."""
_ALIKE = 0.6
"""Share of a sentence's words that a source's sentence has where it is cited for it unasked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Targets that support a unit, or the reason why it has to go."""

    targets: tuple[Target, ...] = ()
    reason: Reason | None = None


class EvidenceBook:
    """All evidence of a turn, and the person's own words, ready to be matched.

    `fixed` are sentences of the desk's own catalogue, which state nothing about the world;
    `aliases` tell which names are names of the same.
    """

    def __init__(
        self,
        own_words: Sequence[str],
        fixed: Collection[str] = (),
        aliases: AliasTable | None = None,
    ) -> None:
        self._own = [legible(text) for text in own_words]
        self._fixed = frozenset(fixed)
        self._aliases = aliases or AliasTable({})
        self._subjects = Subjects(self._aliases)
        self._stretches: dict[str, list[Stretch]] = {}
        self._fields: dict[str, list[Field]] = {}
        self._tools: dict[str, ToolEvidence] = {}
        self._passages: dict[str, PassageEvidence] = {}
        self._orders: set[str] = set()
        self._questions: set[str] = set()
        self._vocabulary = Vocabulary(self._own, self._aliases)

    def learn(self, artifact: Artifact) -> None:
        """Add what a tool call returned."""
        tool = artifact.tool
        self._tools[tool.id] = tool
        self._vocabulary.learn(artifact)
        self._fields[tool.id] = list(walk(tool, "", told(tool)))
        for passage in artifact.passages:
            self._passages[passage.id] = passage
            self._stretches[passage.id] = stretches_of(passage, self._subjects)
            self.forbid(passage.orders())
            self._questions.update(filter(None, map(squeezed, passage.questions())))
            self._subjects.learn(passage.title, passage.text, program=passage.program is not None)
            if passage.program is not None:
                self._subjects.join(self._subjects.named(passage.title))

    def forbid(self, orders: Iterable[str]) -> None:
        """Take sentences for orders: what repeats or obeys one goes out."""
        self._orders.update(filter(None, map(squeezed, orders)))

    @cached_property
    def _own_figures(self) -> list[Figure]:
        found = [figure for text in self._own for figure in figures(text)]
        meant = [
            replace(each, quantity=replace(each.quantity, value=value))
            for each in found
            for value in each.quantity.readings
        ]
        return found + meant  # what somebody may have meant can be asked back

    def judge(self, unit: Unit, before: str = "") -> Verdict:
        """Find support for all that a unit claims. `before` is the sentence in front of it, which
        tells whom a pronoun stands for."""
        if unit.text in self._fixed:
            return Verdict(_distinct(self._about_marks(unit)))
        if len(unit.text) > LONGEST:
            return Verdict(reason=Reason("long"))
        text = legible(unit.text)
        if reason := self._vocabulary.foreign(unit.text, text):
            return Verdict(reason=reason)
        if obeys(text, self._orders):
            return Verdict(reason=Reason("order"))
        if is_question(text) and any(each in squeezed(text) for each in self._questions):
            return Verdict(reason=Reason("question"))
        claim = Claim(unit, text, self._subjects, before)
        targets: list[Target] = []
        for figure in claim.figures:
            found, reason = self._support(claim, figure)
            if reason:
                return Verdict(reason=reason)
            claim.found += found
        targets = list(claim.found)
        if (closest := self._closest(claim)) is not None:
            strangers = self._strangers(claim, closest)
            if strangers:
                return Verdict(reason=Reason("stranger", strangers[0]))
            if not unit.row and (wrong := self._misplaced(claim, closest)) is not None:
                return Verdict(reason=Reason("misplaced", wrong))
        if not claim.figures:
            targets = self._about_marks(unit)
        if not targets and not unit.row and len(claim.words) > 3:
            targets = self._alike(claim)
        targets = _in_order(targets, unit.marks)
        if self._is_turned(claim, targets):
            return Verdict(reason=Reason("turned", unit.text[:120]))
        return Verdict(targets=_distinct(targets))

    def _support(self, claim: Claim, figure: Figure) -> tuple[list[Target], Reason | None]:
        """What supports a figure: first the evidence that the draft names, then that of its row,
        the person's own words, and all evidence."""
        for marks in (claim.unit.marks, claim.beside, claim.unit.row):
            found, wrong = self._marked(claim, figure, marks)
            if found:  # what the row names is cited beside the cell that names it
                return [] if marks is claim.unit.row else [found], None
            if wrong:
                return [], Reason(_WRONG.get(wrong, wrong), figure.text)
        if self._is_own(claim, figure):
            return [], None
        found, wrong = self._anywhere(claim, figure)
        if found:
            return [found], None
        return [], Reason(_WRONG.get(wrong, wrong), figure.text)

    def _marked(
        self, claim: Claim, figure: Figure, marks: Sequence[str]
    ) -> tuple[Target | None, str | None]:
        """What the named evidence says of a figure: where, or in what it differs."""
        passages = []
        for mark in marks:
            evidence_id, _, path = mark.partition(":")
            if path:
                failed = evidence_id in self._tools and not self._tools[evidence_id].ok
                for field in self._fields.get(evidence_id, ()):
                    if (failed or field.path == path) and field.holds(figure):
                        return _field_target(field), None
            elif evidence_id in self._stretches:
                passages.append(evidence_id)
            elif found := self._in_result(evidence_id, figure, named=True):
                return found, None
        found, wrong, likeness = self._told(claim, figure, passages)
        return found, wrong if wrong == "direction" or likeness >= _REPEATED else None

    def _told(
        self, claim: Claim, figure: Figure, evidence_ids: Iterable[str]
    ) -> tuple[Target | None, str | None, float]:
        """Of the sentences that state the figure's value the one that is most like the claim: where
        it stands, or in what it differs from the claim; and how like it is."""
        best: tuple[float, Stretch | None, str | None] = (-1.0, None, None)
        for evidence_id in evidence_ids:
            for stretch in self._stretches.get(evidence_id, ()):
                for held in self._told_by(stretch, claim, figure):
                    if not supports(held.quantity, figure.quantity):
                        continue
                    wrong = mismatch(held, figure, stretch.text)
                    wrong = wrong or self._of_another(claim, figure, stretch, held)
                    alike = overlap(claim.words, stretch.words)
                    whole = len(claim.words) >= _WHOLE and not claim.unit.row
                    repeated = alike >= _REPEATED and whole
                    if not wrong and repeated and bounds_more(held, figure):
                        wrong = "direction"
                    alike += 0.0 if wrong else _NEAR
                    if alike > best[0]:
                        best = (alike, stretch, wrong)
        alike, chosen, wrong = best
        if chosen is None:
            return None, None, 0.0
        return (None if wrong else chosen.target), wrong, alike

    def _told_by(self, stretch: Stretch, claim: Claim, figure: Figure) -> tuple[Figure, ...]:
        """The figures of a source's sentence, and the date of the source: not where the claim
        repeats a sentence that gives a date of its own, but for what says who told it when."""
        in_remark = figure.quantity.start >= len(claim.told.rstrip())
        if figure.quantity.unit not in _DATED or in_remark or _TOLD_WHEN.search(figure.clause):
            return stretch.figures
        closest = self._closest(claim)
        repeated = [each for each in (closest, stretch) if each is not None]
        dated = any(
            each.is_dated and overlap(claim.words, each.words) >= _REPEATED for each in repeated
        )
        return figures(stretch.text) if dated else stretch.figures

    def _anywhere(self, claim: Claim, figure: Figure) -> tuple[Target | None, str]:
        """What all evidence says of a figure. A sentence that repeats one of a source takes its
        figures from there; one that names fields of a result, from fields of the figure's kind."""
        ids: list[str] = list(self._stretches)
        closest = self._closest(claim)
        if closest is not None:
            ids = [each.id for each in self._beside(closest)]
        elif claim.unit.row and any(mark.startswith("p") for mark in claim.unit.marks):
            ids = []
        elif figure.quantity.unit in _DATED and claim.passages:
            ids = [each for each in ids if self._is_near(claim, each)]
        plain = figure.quantity.unit is UnitKind.COUNT
        if not (claim.names_fields and plain):
            found, wrong, _ = self._told(claim, figure, ids)
            if found:
                return found, ""
        if closest is None and not self._is_of_other_field(claim, figure):
            for evidence_id in self._fields:
                if claim.names_fields and plain:
                    break
                if found := self._in_result(
                    evidence_id, figure, named=False, strict=claim.names_fields
                ):
                    return found, ""
        return None, wrong if not (claim.names_fields and plain) and wrong else "none"

    def _closest(self, claim: Claim) -> Stretch | None:
        """The source's sentence that a claim repeats nearly word for word."""
        if len(claim.words) < _WHOLE:
            return None
        everything = [each for stretches in self._stretches.values() for each in stretches]
        best = max(everything, key=lambda each: overlap(claim.words, each.words), default=None)
        return best if best and overlap(claim.words, best.words) >= _REPEATED else None

    def _beside(self, closest: Stretch) -> list[PassageEvidence]:
        """The passages with a sentence about as close as the closest, its own the first."""
        return [
            stretches[0].passage
            for stretches in filter(None, self._stretches.values())
            if stretches[0].passage.id == closest.passage.id
            or any(overlap(closest.words, each.words) >= _REPEATED for each in stretches)
        ]

    def _is_near(self, claim: Claim, evidence_id: str) -> bool:
        stretches = self._stretches[evidence_id]
        sources = {self._passages[each].source for each in claim.passages if each in self._passages}
        return self._passages[evidence_id].source in sources or any(
            overlap(claim.words, each.words) >= _NEARLY for each in stretches
        )

    def _in_result(
        self, evidence_id: str, figure: Figure, *, named: bool, strict: bool = False
    ) -> Target | None:
        """The value of a result that states a figure; rounded where the draft names the result or
        the name of the field tells that it measures the same."""
        for field in self._fields.get(evidence_id, ()):
            if not field.is_leaf or (strict and not field.measures(figure)):
                continue
            rounded = named or field.measures(figure) or field.may_measure(figure)
            if field.states(figure, rounded=rounded):
                return _field_target(field)
        return None

    def _of_another(
        self, claim: Claim, figure: Figure, stretch: Stretch, held: Figure
    ) -> str | None:
        """Whether a passage tells a figure of somebody else than the claim does."""
        if figure.quantity.unit in _DATED:
            publisher = fold(stretch.passage.publisher or "")
            if publisher and publisher in fold(claim.text):
                return None  # the date of what this publisher said
            mine = self._subjects.named(claim.text)
            return None if not mine or self._subjects.same(mine, stretch.about) else "subject"
        mine = claim.parties(figure)
        theirs = stretch.parties(held)
        if mine and theirs and not self._subjects.same(mine, theirs):
            return "subject"
        for name in claim.named(figure):
            if not self._subjects.same((name,), stretch.about):
                return "subject"
        ours, gpus = families(figure.clause), stretch.gpus(held)
        return "subject" if ours and gpus and not ours & gpus else None

    def _is_own(self, claim: Claim, figure: Figure) -> bool:
        """Whether a figure is the person's own, and said as such: beside a result that was worked
        out from it, or where nobody else is spoken of."""
        if not any(supports(own.quantity, figure.quantity) for own in self._own_figures):
            return False
        if any(mark.startswith("t") for mark in (*claim.unit.marks, *claim.unit.row)):
            return True
        if _ASKED.search(figure.clause) or _NOT_TOLD.search(claim.text):
            return True
        if claim.parties(figure) or claim.is_about_another:
            return False
        if claim.passages and not _SUPPOSED.match(figure.clause.lstrip(" *_-")):
            return False  # said as what a source tells, which none does
        return not self._vocabulary.names_only_asked(claim.text)

    def _is_of_other_field(self, claim: Claim, figure: Figure) -> bool:
        """Whether the draft names a field of this figure's kind, which states another figure."""
        for mark in claim.unit.marks:
            evidence_id, _, path = mark.partition(":")
            for field in self._fields.get(evidence_id, ()):
                if path and field.path == path and field.measures(figure):
                    return True
        return False

    def _strangers(self, claim: Claim, closest: Stretch) -> list[str]:
        """Parties that a repeated sentence names and its source does not."""
        passages = [each.id for each in self._beside(closest)]
        about = {name for each in passages for name in self._stretches[each][0].about}
        named = self._subjects.named(claim.told)
        strange = [name for name in named if not self._subjects.same((name,), about)]
        return [*strange, *new_surnames(one_dot(fold(claim.told)), self._vocabulary.folded)]

    def _misplaced(self, claim: Claim, closest: Stretch) -> str | None:
        """A figure or name that a claim puts where the sentence that it repeats has another one,
        unless a sentence about as close has it there."""
        near = likeness(claim.words, closest.words) - _ABOUT_AS_CLOSE
        wrong = None
        for stretches in self._stretches.values():
            for each in stretches:
                if likeness(claim.words, each.words) < near:
                    continue
                found = misplaced(claim.places, each.places, self._is_one_party)
                if found is None:
                    return None
                wrong = wrong or found
        return wrong

    def _is_one_party(self, one: str, other: str) -> bool:
        return self._subjects.same((one,), (other,))

    def _about_marks(self, unit: Unit) -> list[Target]:
        """Targets for the evidence that a draft names for a sentence without figures."""
        text = legible(unit.text)
        mine, parties = words(fold(text)), self._subjects.named(text)
        targets = []
        for mark in unit.marks:
            evidence_id, _, path = mark.partition(":")
            stretches = self._stretches.get(evidence_id)
            if stretches:
                if parties and not self._speaks_of(parties, stretches[0]):
                    continue
                best = max(stretches, key=lambda each: overlap(mine, each.words))
                targets.append(best.target)
            else:
                fields = self._fields.get(evidence_id, ())
                targets += [_field_target(field) for field in fields if path and field.path == path]
        return targets

    def _speaks_of(self, parties: Sequence[str], stretch: Stretch) -> bool:
        return self._subjects.same(parties, stretch.about) or any(
            name in stretch.surroundings for name in parties
        )

    def _alike(self, claim: Claim) -> list[Target]:
        """The source's sentence that a sentence without marks repeats."""
        everything = [each for stretches in self._stretches.values() for each in stretches]
        if not everything:
            return []
        best = max(everything, key=lambda each: overlap(claim.words, each.words))
        return [best.target] if overlap(claim.words, best.words) >= _ALIKE else []

    def _is_turned(self, claim: Claim, targets: Sequence[Target]) -> bool:
        """Whether a claim repeats its source's sentence turned round, and no other says it so."""
        cited = {target.key for target in targets}
        close = [
            stretch
            for stretches in self._stretches.values()
            for stretch in stretches
            if stretch.target.key in cited
        ]
        told = [stretch.folded for stretch in close]
        told += [fold(t.quote) for t in targets if t.field and not t.quote[:1].isdigit()]
        folded = fold(claim.text)
        return bool(told) and all(contradicts(folded, text) for text in told)


def _field_target(field: Field) -> Target:
    return Target(field.tool, field.text, field=field.path)


def _in_order(targets: Sequence[Target], marks: Sequence[str]) -> list[Target]:
    """Targets in the order in which the draft names their evidence, others behind."""
    named = [mark.partition(":")[0] for mark in marks]

    def place(target: Target) -> int:
        return named.index(target.evidence.id) if target.evidence.id in named else len(named)

    return sorted(targets, key=place)


def _distinct(targets: Sequence[Target]) -> tuple[Target, ...]:
    return tuple({target.key: target for target in targets}.values())
