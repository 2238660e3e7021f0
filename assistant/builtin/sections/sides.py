"""What is compared, side by side: what the sources say of each side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant import cues
from assistant.builtin.coverage import content_terms
from assistant.builtin.naming import Naming
from assistant.builtin.sections import Section
from assistant.builtin.sections.facts import basis_of, sentence
from assistant.builtin.selecting import ALIKE, NEAR, Selection, overlap, select
from assistant.builtin.signs import Candidate, plain
from assistant.builtin.told_figures import told_figures
from assistant.builtin.wanted import wanted_figures
from assistant.evidence import Artifact, PassageEvidence
from assistant.language import in_script
from assistant.phrases import Phrases
from assistant.question import Reading, Side
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold

_ENOUGH = 0.45
"""Coverage that a sentence about one side needs which does not answer its question by itself."""
_ENOUGH_OF_FIGURE = 0.4
"""The same where it tells the figure asked for."""
_BESIDE = 0.75
"""Share of the best sentence's coverage that one needs which tells of one side alone."""
_MOST = 2
"""So many sentences are told of one side."""
# What somebody says is told of them in other words than those that ask for it.
_VIEW = cues.cue(
    r"views?|opinions?|stances?|thinks?|thought|says?|said|believes?|argu\w+|positions?|takes?|sees?",
    r"看法|观点|认为|态度|立场|怎么看|怎么说|说法|想法|意见|分歧",
)
_SAYS = cues.cue(
    r"says?|said|holds?|argu\w+|warns?|believes?|thinks?|calls?|doubts?|predict\w*|points? out|"
    r"describes?|compares?",
    r"说|认为|称|表示|警告|指出|相信|预测|形容|比喻",
)
# A clause that tells the price of one piece, which is no sum to set beside another's.
_PIECE = re.compile(
    r"[^,;，；。]*(?:\b(?:per|each|apiece|a (?:chip|card|gpu|share))\b|每)[^,;，；。]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Told:
    """What was found for one side, best first; and where a sentence tells of others too, the
    `part` of it that tells of this one alone."""

    side: Side
    sentences: tuple[Candidate, ...] = ()
    part: str = ""

    @property
    def sentence(self) -> Candidate | None:
        """The best one."""
        return self.sentences[0] if self.sentences else None


@dataclass(frozen=True)
class Comparison:
    """What was found for each side, and the sentences that tell of all of them at once."""

    told: tuple[Told, ...]
    together: tuple[Candidate, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the sources tell of any side."""
        return any(each.sentences for each in self.told)


def sides_told(
    reading: Reading, searches: Sequence[Artifact], first: Artifact, aliases: AliasTable
) -> Comparison:
    """What the sources tell of each side, found by its own search (`searches`, in the order of the
    sides) and the one for the whole message."""
    sides = reading.sides
    naming = Naming([side.name for side in sides], aliases)
    told = []
    for n, (side, searched) in enumerate(zip(sides, searches, strict=True)):
        passages = [*searched.passages, *first.passages]
        selection = select(side.reading, passages, searched.terms, aliases)
        content = content_terms(side.reading.text, searched.terms, aliases)
        wanted = naming.beside(n, (term for term in content if len(term) > 1))
        said = _VIEW.search(side.reading.folded) is not None
        chosen = [c for c in selection.chosen if naming.tells_any(c.text, wanted)]
        selection = replace(
            selection,
            chosen=tuple(chosen or [c for c in selection.chosen if naming.names(c.text) == {n}]),
            weighed=tuple(
                c
                for c in selection.weighed
                if naming.tells_any(c.text, wanted) or (said and _SAYS.search(fold(c.text)))
            ),
        )
        told.append(Told(side, _of_one(n, side.reading, selection, naming)))
    whole = select(reading, first.passages, first.terms, aliases).chosen
    texts = [each.sentence.text for each in told if each.sentence is not None]
    both = [each.sentence for each in told if each.sentence and texts.count(each.sentence.text) > 1]
    of_all = [c for c in whole if len(naming.names(c.text)) == len(sides)]
    together = tuple({c.text: c for c in [*both, *of_all]}.values())[:_MOST]
    return Comparison(tuple(_parted(told, together[:1], naming)), together)


def _of_one(
    place: int, reading: Reading, selection: Selection, naming: Naming
) -> tuple[Candidate, ...]:
    """The sentences about one side: first those that name no other."""
    chosen = [c for c in selection.chosen if naming.is_about(place, c)]
    own = [c for c in selection.weighed if naming.names(c.text) == {place}]
    if not chosen:
        figures = bool(wanted_figures(reading.folded))
        with_others = [c for c in selection.weighed if place in naming.names(c.text)]
        said = _VIEW.search(reading.folded) is not None
        views = [c for c in own if said and _SAYS.search(fold(c.text))]
        return tuple([*(c for c in [*own, *with_others] if _is_enough(c, figures)), *views][:1])
    least = _BESIDE * max(c.signs.coverage for c in chosen)
    mine = [c for c in chosen if naming.names(c.text) == {place}]
    beside = [c for c in own if c not in chosen and c.fits and c.signs.coverage >= least]
    silent = [c for c in chosen if not naming.names(c.text)]
    found = [*mine, *beside, *silent] or chosen[:1]
    further = [
        c
        for c in found[1:]
        if overlap(c.text, found[0].text) < ALIKE and c.score > found[0].score - 2 * NEAR
    ]
    return (found[0], *further[: _MOST - 1])


def _is_enough(candidate: Candidate, figures: bool) -> bool:
    """Whether a sentence tells of a side what is asked, if not in the words that ask."""
    if figures:
        return (
            bool(candidate.told)
            and candidate.fits
            and (candidate.signs.coverage >= _ENOUGH_OF_FIGURE)
        )
    return candidate.signs.coverage >= _ENOUGH or candidate.passage.field == "offer"


def _parted(told: Sequence[Told], together: Sequence[Candidate], naming: Naming) -> list[Told]:
    """Of a sentence that tells of several sides, for each the part that tells of it alone, where
    all of them have one."""
    texts = [candidate.text for candidate in together]
    parts = naming.parts(texts[0]) if texts else {}
    return [
        replace(each, part=parts[n])
        if n in parts and each.sentence is not None and each.sentence.text in texts
        else each
        for n, each in enumerate(told)
    ]


def sides_section(reading: Reading, found: Comparison, say: Phrases) -> Section:
    """A row for each side; a side of which no source tells says so and is a gap. A sentence that
    tells of several sides at once comes first, and whole."""
    told = found.told
    section = Section([_lead(reading, found, say)])
    section.lines += [f"- {sentence(each, say)}" for each in found.together[1:]]
    section.lines += ["", f"| {say.sides_field} | {say.sides_said} |", "|---|---|"]
    for each in told:
        row = _row(each, found.together, say) or say.sides_above
        section.lines.append(f"| {_cell(each.side.name)} | {row} |")
    further = [c for each in told for c in each.sentences[1:]]
    if further:
        section.lines += ["", *(f"- {sentence(each, say)}" for each in further)]
    if not found.together:
        section.gaps += [each.side.reading.text for each in told if each.sentence is None]
    return section


def nothing_told(reading: Reading, say: Phrases) -> Section:
    """No source tells of any of the sides."""
    section = Section([f"{say.nothing_found} {say.recorded}"], answered=False)
    section.gaps.append(reading.text)
    return section


def _row(told: Told, together: Sequence[Candidate], say: Phrases) -> str | None:
    """What a side's cell says; None where the sentence in front of the table says it."""
    if told.sentence is None:
        return None if together else say.not_stated
    if told.part:
        said = in_script(plain(told.part), say.language)
        return _cell(f"{said}{basis_of(told.sentence.passage, say)} [{told.sentence.passage.id}]")
    if told.sentence.text in [candidate.text for candidate in together]:
        return None
    return _cell(sentence(told.sentence, say))


def _lead(reading: Reading, found: Comparison, say: Phrases) -> str:
    if found.together:
        return sentence(found.together[0], say, bold=True)
    told = found.told
    known = [each for each in told if each.sentence is not None]
    figures = _figures(reading, known, say) if len(known) == len(told) else []
    if figures:
        values = [
            say.side_value.format(name=each.side.name, value=value)
            for each, value in zip(known, figures, strict=True)
        ]
        marks = "".join(f" [{each.sentence.passage.id}]" for each in known if each.sentence)
        return f"**{say.side_between.join(values)}{say.stop}**{marks}"
    names = say.comma.join(each.side.name for each in told)
    return say.sides_lead.format(names=names)


def _figures(reading: Reading, told: Sequence[Told], say: Phrases) -> list[str]:
    """The one figure asked for that the sources tell of each side; empty where not of every one."""
    wanted = wanted_figures(reading.folded)
    found = [
        told_figures(_PIECE.sub(" ", each.part or each.sentence.text), wanted, say.language)
        for each in told
        if each.sentence is not None
    ]
    return [figures[0] for figures in found] if all(len(f) == 1 for f in found) else []


def with_sentences(table: Section, compared: Artifact, found: Comparison, say: Phrases) -> Section:
    """The table of programs with a row of what sources say of each beside its terms, where any
    says more than the table holds."""
    shown = {(p.source, p.start) for p in _shown(compared)}
    cells = []
    for record in compared.tool.result["programs"]:
        mine = next((each for each in found.told if record["id"] in each.side.programs), None)
        more = mine.sentence if mine else None
        new = more is not None and (more.passage.source, more.passage.start) not in shown
        cells.append(_cell(sentence(more, say)) if new and more else "")
    if any(cells):
        rows = [n for n, line in enumerate(table.lines) if line.startswith("|")]
        row = " | ".join(cell or say.not_stated for cell in cells)
        table.lines.insert(rows[-1] + 1, f"| {say.sides_said} | {row} |")
    return table


def _shown(compared: Artifact) -> list[PassageEvidence]:
    """The passages that the cells of a program table cite."""
    grid: Sequence[Mapping[str, Any]] = compared.tool.result["grid"]
    values = [value for row in grid for cell in row["cells"] for value in cell]
    cited = {each for value in values for each in (value["passage"], *value["also"])}
    return [passage for passage in compared.passages if passage.id in cited]


def _cell(text: str) -> str:
    return text.replace("|", "/")
