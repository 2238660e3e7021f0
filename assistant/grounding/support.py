"""Which evidence supports a sentence: its figures, names, quotations and links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant.evidence import Artifact, PassageEvidence, ToolEvidence
from assistant.grounding.names import proper_names, quotations, urls
from assistant.grounding.segments import Unit
from kb.folding import fold
from kb.splitting import sentences
from tools.quantities import Quantity, equivalent, find_quantities


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
        return fold(" ".join(filter(None, (p.title, p.header, p.text, p.publisher))))


@dataclass(frozen=True)
class _Field:
    """A value in a tool's result, with its dotted path."""

    tool: ToolEvidence
    path: str
    value: Any

    @cached_property
    def text(self) -> str:
        if isinstance(self.value, (dict, list)):
            return json.dumps(self.value, ensure_ascii=False)
        return str(self.value)

    @cached_property
    def quantities(self) -> list[Quantity]:
        return find_quantities(self.text)

    @property
    def target(self) -> Target:
        return Target(self.tool, self.text, field=self.path)


class EvidenceBook:
    """All evidence of a turn, and the person's own words, ready to be matched."""

    def __init__(self, own_words: Sequence[str]) -> None:
        self._own = list(own_words)
        self._stretches: dict[str, list[_Stretch]] = {}
        self._fields: dict[str, list[_Field]] = {}
        self._tools: dict[str, ToolEvidence] = {}

    def learn(self, artifact: Artifact) -> None:
        """Add what a tool call returned."""
        self._tools[artifact.tool.id] = artifact.tool
        self._fields[artifact.tool.id] = list(_fields(artifact.tool))
        for passage in artifact.passages:
            spans = sentences(passage.text) or [(0, len(passage.text))]
            self._stretches[passage.id] = [_Stretch(passage, *span) for span in spans]
        self.__dict__.pop("_haystack", None)

    @cached_property
    def _haystack(self) -> str:
        """Everything that may be named, folded."""
        parts = [stretch[0].surroundings for stretch in self._stretches.values() if stretch]
        parts += [fold(json.dumps(t.result, ensure_ascii=False)) for t in self._tools.values()]
        return " ".join([*parts, *map(fold, self._own)])

    @cached_property
    def _own_quantities(self) -> list[Quantity]:
        return [quantity for text in self._own for quantity in find_quantities(text)]

    def judge(self, unit: Unit) -> Verdict:
        """Find support for all that a unit claims. Figures outside the named evidence are looked
        for in all of it; a passage counts only if it is about a name of the unit."""
        if reason := self._foreign(unit):
            return Verdict(reason=reason)
        names = [fold(name) for name in proper_names(unit.text)]
        targets, open_figures = self._named_evidence(unit, names)
        for figure in list(open_figures):
            found = self._search(figure, unit, names)
            if found is not None:
                targets.append(found)
            elif not any(equivalent(figure, own) for own in self._own_quantities):
                return Verdict(reason=f"figure without support: {figure.text}")
        return Verdict(targets=_distinct(targets))

    def _foreign(self, unit: Unit) -> str | None:
        """A link, name or quotation that is in no evidence."""
        for url in urls(unit.text):
            return f"link that is not evidence: {url}"
        for name in proper_names(unit.text):
            if fold(name) not in self._haystack:
                return f"name without support: {name}"
        for quotation in quotations(unit.text):
            if _squeezed(quotation) not in _squeezed(self._haystack):
                return f"not a quotation of the evidence: {quotation}"
        return None

    def _named_evidence(
        self, unit: Unit, names: Sequence[str]
    ) -> tuple[list[Target], list[Quantity]]:
        """Targets for the ids that the draft names, and the figures they leave open."""
        open_figures = find_quantities(unit.text)
        targets: list[Target] = []
        for mark in unit.marks:
            evidence_id, _, path = mark.partition(":")
            stretches = self._stretches.get(evidence_id)
            if stretches:
                if not _about(stretches[0], names):
                    continue
                best = max(stretches, key=lambda s: _closeness(s, unit, open_figures))
                targets.append(best.target)
                open_figures = _still_open(open_figures, best.quantities)
            elif path:
                for field in self._fields.get(evidence_id, ()):
                    if field.path == path:
                        targets.append(field.target)
                        open_figures = _still_open(open_figures, field.quantities)
        return targets, open_figures

    def _search(self, figure: Quantity, unit: Unit, names: Sequence[str]) -> Target | None:
        named = [mark.partition(":")[0] for mark in unit.marks]
        order = [*named, *(i for i in [*self._stretches, *self._fields] if i not in named)]
        for evidence_id in order:
            for stretch in self._stretches.get(evidence_id, ()):
                if _about(stretch, names) and _holds(stretch.quantities, figure):
                    return stretch.target
            for field in self._fields.get(evidence_id, ()):
                leaf = not isinstance(field.value, (dict, list))
                if leaf and _holds(field.quantities, figure):
                    return field.target
        return None


def _fields(tool: ToolEvidence) -> Iterator[_Field]:
    def walk(path: str, value: Any) -> Iterator[_Field]:
        if path:
            yield _Field(tool, path, value)
        items: Iterable[tuple[Any, Any]] = ()
        if isinstance(value, dict):
            items = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        for key, inner in items:
            yield from walk(f"{path}.{key}" if path else str(key), inner)

    yield from walk("", tool.result)


def _holds(quantities: Sequence[Quantity], figure: Quantity) -> bool:
    return any(equivalent(figure, quantity) for quantity in quantities)


def _still_open(figures: list[Quantity], held: Sequence[Quantity]) -> list[Quantity]:
    return [figure for figure in figures if not _holds(held, figure)]


def _about(stretch: _Stretch, names: Sequence[str]) -> bool:
    return not names or any(name in stretch.surroundings for name in names)


def _closeness(stretch: _Stretch, unit: Unit, figures: Sequence[Quantity]) -> tuple[int, float]:
    held = sum(_holds(stretch.quantities, figure) for figure in figures)
    mine, theirs = _pairs(fold(unit.text)), _pairs(stretch.folded)
    return held, len(mine & theirs) / (len(theirs) or 1)


def _pairs(text: str) -> set[str]:
    letters = re.sub(r"\W", "", text)
    return {letters[n : n + 2] for n in range(len(letters) - 1)}


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", fold(text))


def _distinct(targets: Sequence[Target]) -> tuple[Target, ...]:
    return tuple({target.key: target for target in targets}.values())

