"""Which evidence supports a sentence: its figures, names, quotations and links."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from assistant.grounding.names import addresses, proper_names, quotations, urls
from assistant.grounding.segments import Unit
from kb.texts.folding import fold
from tools.quantities import Quantity, find_quantities, supports
from tools.quantities import Unit as UnitKind

_REPEATED = 0.6
"""A sentence that holds so much of an order of a source repeats it (share of its letter pairs), as
does one of which so much stands in an order."""
_LEAST_ALIKE = 8


_DOTTED = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}")
"""A version, an address or nonsense (1.1.1.1): no quantity, yet nothing to be made up."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a citation will point to: a stretch of a source, or a field of a result."""

    evidence: PassageEvidence | ToolEvidence
    quote: str
    start: int | None = None
    end: int | None = None
    field: str | None = None

    @property
    def key(self) -> tuple[str, int | None, str | None]:
        """The same place has the same key, whichever call found it."""
        if isinstance(self.evidence, PassageEvidence):
            return self.evidence.source, self.start, None
        return self.evidence.id, None, self.field


@dataclass(frozen=True, slots=True)
class Verdict:
    """Targets that support a unit, or the reason why it has to go."""

    targets: tuple[Target, ...] = ()
    reason: str | None = None


class _Stretch:
    """A sentence of a passage with what can be matched in it."""

    def __init__(self, passage: PassageEvidence, start: int, end: int) -> None:
        self.passage = passage
        self.text = passage.text[start:end]
        self.target = Target(
            passage, self.text, start=passage.start + start, end=passage.start + end
        )

    @cached_property
    def quantities(self) -> list[Quantity]:
        about = " ".join(filter(None, (self.passage.as_of, self.passage.title)))
        return [*find_quantities(self.text), *find_quantities(about)]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def surroundings(self) -> str:
        p = self.passage
        told = " ".join(p.text[start:end] for start, end in p.statements())
        return fold(" ".join(filter(None, (p.title, p.header, told, p.publisher))))


@dataclass(frozen=True)
class _Field:
    """A value in a tool's result, with its dotted path."""

    tool: ToolEvidence
    path: str
    value: Any

    @cached_property
    def is_leaf(self) -> bool:
        return not isinstance(self.value, (dict, list))

    @cached_property
    def text(self) -> str:
        if not self.is_leaf:
            return json.dumps(self.value, ensure_ascii=False)
        if isinstance(self.value, float):
            return f"{Decimal(str(self.value)):f}"
        return str(self.value)

    @cached_property
    def quantities(self) -> list[Quantity]:
        if self.is_leaf:
            return find_quantities(self.text)
        return [
            q
            for leaf in _walk(self.tool, self.path, self.value)
            if leaf.is_leaf
            for q in leaf.quantities
        ]

    @cached_property
    def numbers(self) -> list[Decimal]:
        """The numbers at or below this field."""
        leaves = [self] if self.is_leaf else _walk(self.tool, self.path, self.value)
        return [Decimal(leaf.text) for leaf in leaves if leaf.is_leaf and _is_number(leaf.text)]

    def holds(self, figure: Quantity) -> bool:
        """Whether the field states the figure, or a number that rounds to it; a share of 0.154
        is 15.4%."""
        percent = figure.unit is UnitKind.PERCENT
        return _holds(self.quantities, figure) or any(
            _rounds_to(number, figure.value) or (percent and _rounds_to(number * 100, figure.value))
            for number in self.numbers
        )

    @property
    def target(self) -> Target:
        return Target(self.tool, self.text, field=self.path)


class EvidenceBook:
    """All evidence of a turn, and the person's own words, ready to be matched.

    `fixed` are sentences of the desk's own catalogue, which state nothing about the world.
    """

    def __init__(self, own_words: Sequence[str], fixed: Collection[str] = ()) -> None:
        self._own = list(own_words)
        self._fixed = frozenset(fixed)
        self._stretches: dict[str, list[_Stretch]] = {}
        self._fields: dict[str, list[_Field]] = {}
        self._tools: dict[str, ToolEvidence] = {}
        self._orders: set[str] = set()

    def learn(self, artifact: Artifact) -> None:
        """Add what a tool call returned."""
        self._tools[artifact.tool.id] = artifact.tool
        self._fields[artifact.tool.id] = list(_walk(artifact.tool, "", _told(artifact.tool)))
        for passage in artifact.passages:
            told = [_Stretch(passage, *span) for span in passage.statements()]
            self._stretches[passage.id] = told
            self._orders.update(filter(None, map(_squeezed, passage.orders())))
        self.__dict__.pop("_haystack", None)
        self.__dict__.pop("_addresses", None)
        self.__dict__.pop("_known", None)

    @cached_property
    def _known(self) -> set[str]:
        """Names that the evidence uses, folded: a sentence about one needs evidence about it."""
        found = set()
        for stretches in self._stretches.values():
            for stretch in stretches:
                found.update(proper_names(stretch.text))
                found.update(proper_names(stretch.passage.title, initial=True))
        return {fold(name) for name in found}

    @cached_property
    def _haystack(self) -> str:
        """Everything that may be named, folded."""
        parts = [stretch[0].surroundings for stretch in self._stretches.values() if stretch]
        parts += [fold(json.dumps(_told(t), ensure_ascii=False)) for t in self._tools.values()]
        return " ".join([*parts, *map(fold, self._own)])

    @cached_property
    def _addresses(self) -> str:
        """Where an address may come from: records, results, names of sources, the person. What an
        article says to open is not shown; its citation leads there."""
        parts = [fold(json.dumps(_told(t), ensure_ascii=False)) for t in self._tools.values()]
        for stretches in self._stretches.values():
            for stretch in stretches[:1]:
                p = stretch.passage
                parts.append(fold(" ".join(filter(None, (p.title, p.publisher, p.url)))))
            parts += [each.folded for each in stretches if each.passage.kind == "program"]
        return " ".join([*parts, *map(fold, self._own)])

    @cached_property
    def _own_quantities(self) -> list[Quantity]:
        found = [quantity for text in self._own for quantity in find_quantities(text)]
        # What somebody may have meant can be asked back.
        return found + [replace(each, value=value) for each in found for value in each.readings]

    def judge(self, unit: Unit) -> Verdict:
        """Find support for all that a unit claims. Figures outside the named evidence are looked
        for in all of it; a passage counts only if it is about a name of the unit."""
        if unit.text in self._fixed:
            return Verdict(_distinct(self._named_evidence(unit.marks, unit, ())[0]))
        if reason := self._foreign(unit):
            return Verdict(reason=reason)
        if self._obeys(unit):
            return Verdict(reason="it follows an order that stands in a source")
        names = [
            name for name in map(fold, proper_names(unit.text, initial=True)) if name in self._known
        ]
        targets, open_figures = self._named_evidence(unit.marks, unit, names)
        if open_figures and unit.row:
            _, still = self._named_evidence(unit.row, unit, names)
            open_figures = [figure for figure in open_figures if figure in still]
        for figure in open_figures:
            if _holds(self._own_quantities, figure):
                continue
            found = self._search(figure, unit, names)
            if found is None:
                return Verdict(reason=f"figure without support: {figure.text}")
            targets.append(found)
        return Verdict(targets=_distinct(targets))

    def _obeys(self, unit: Unit) -> bool:
        """Whether a unit repeats an order of a source, or says that it was carried out."""
        mine = _squeezed(unit.text)
        pairs = _pairs(mine)
        return any(
            len(pairs & _pairs(order)) >= _REPEATED * len(_pairs(order))
            or _longest_alike(mine, order) >= max(_LEAST_ALIKE, _REPEATED * len(mine))
            for order in self._orders
        )

    def _foreign(self, unit: Unit) -> str | None:
        """A link, name or quotation that is in no evidence."""
        for url in urls(unit.text):
            return f"link that is not evidence: {url}"
        for address in addresses(unit.text):
            if fold(address) not in self._addresses:
                return f"address that no record or result gives: {address}"
        for name in proper_names(unit.text):
            if fold(name) not in self._haystack:
                return f"name without support: {name}"
        for dotted in _DOTTED.findall(unit.text):
            if fold(dotted) not in self._haystack:
                return f"figure without support: {dotted[:40]}"
        for quotation in quotations(unit.text):
            if _squeezed(quotation) not in _squeezed(self._haystack):
                return f"not a quotation of the evidence: {quotation}"
        return None

    def _named_evidence(
        self, marks: Sequence[str], unit: Unit, names: Sequence[str]
    ) -> tuple[list[Target], list[Quantity]]:
        """Targets for the ids that the draft names, and the figures they leave open."""
        open_figures = find_quantities(unit.text)
        targets: list[Target] = []
        for mark in marks:
            evidence_id, _, path = mark.partition(":")
            stretches = self._stretches.get(evidence_id)
            if stretches:
                if not _about(stretches[0], names):
                    continue
                chosen, open_figures = _closest(stretches, unit, open_figures)
                targets += chosen
            elif path:
                for field in self._fields.get(evidence_id, ()):
                    if field.path == path:
                        targets.append(field.target)
                        open_figures = [f for f in open_figures if not field.holds(f)]
        return targets, open_figures

    def _search(self, figure: Quantity, unit: Unit, names: Sequence[str]) -> Target | None:
        named = [mark.partition(":")[0] for mark in unit.marks]
        order = [*named, *(i for i in [*self._stretches, *self._fields] if i not in named)]
        for evidence_id in order:
            for stretch in self._stretches.get(evidence_id, ()):
                if _about(stretch, names) and _holds(stretch.quantities, figure):
                    return stretch.target
            for field in self._fields.get(evidence_id, ()):
                rounded = evidence_id in named and field.holds(figure)
                if field.is_leaf and (rounded or _holds(field.quantities, figure)):
                    return field.target
        return None


def _told(tool: ToolEvidence) -> dict[str, Any]:
    """What a call told: its result, or its error and what to do about it."""
    return tool.result if tool.ok else {"error": tool.error, "hint": tool.hint}


def _walk(tool: ToolEvidence, path: str, value: Any) -> Iterator[_Field]:
    """The fields of a result below `path`, itself included, parents first."""
    if path:
        yield _Field(tool, path, value)
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from _walk(tool, f"{path}.{key}" if path else str(key), inner)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(?:\.\d+)?", text))


def _rounds_to(number: Decimal, figure: Decimal) -> bool:
    """Whether `number` rounded to the digits that `figure` has (at least two) is `figure`.

    A computed result is shown rounded; a source's figure never is.
    """
    if not number or not figure or number.adjusted() - figure.adjusted() not in (-1, 0):
        return number == figure
    digits = max(len(figure.normalize().as_tuple().digits), 2 if abs(figure) >= 10 else 1)
    step = Decimal(1).scaleb(figure.adjusted() - digits + 1)
    return (number / step).quantize(Decimal(1)) * step == figure


def _holds(quantities: Sequence[Quantity], figure: Quantity) -> bool:
    return any(supports(quantity, figure) for quantity in quantities)


def _still_open(figures: list[Quantity], held: Sequence[Quantity]) -> list[Quantity]:
    return [figure for figure in figures if not _holds(held, figure)]


def _about(stretch: _Stretch, names: Sequence[str]) -> bool:
    return not names or any(name in stretch.surroundings for name in names)


def _closest(
    stretches: Sequence[_Stretch], unit: Unit, figures: list[Quantity]
) -> tuple[list[Target], list[Quantity]]:
    """The sentence of a passage that is closest to a unit, and further ones that state figures
    which the first leaves open; with the figures that no sentence states."""
    targets: list[Target] = []
    left = list(stretches)
    while left and (figures or not targets):
        best = max(left, key=lambda stretch: _closeness(stretch, unit, figures))
        if targets and not _closeness(best, unit, figures)[0]:
            break
        left.remove(best)
        targets.append(best.target)
        figures = _still_open(figures, best.quantities)
    return targets, figures


def _closeness(stretch: _Stretch, unit: Unit, figures: Sequence[Quantity]) -> tuple[int, float]:
    held = sum(_holds(stretch.quantities, figure) for figure in figures)
    mine, theirs = _pairs(fold(unit.text)), _pairs(stretch.folded)
    return held, len(mine & theirs) / (len(theirs) or 1)


def _pairs(text: str) -> frozenset[str]:
    letters = re.sub(r"\W", "", text)
    return frozenset(letters[n : n + 2] for n in range(len(letters) - 1))


def _longest_alike(one: str, other: str) -> int:
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", fold(text))


def _distinct(targets: Sequence[Target]) -> tuple[Target, ...]:
    return tuple({target.key: target for target in targets}.values())
