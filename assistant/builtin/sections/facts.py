"""An answer in the sources' own sentences."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.builtin.figures import when
from assistant.builtin.sections import Section
from assistant.builtin.selecting import Selection
from assistant.builtin.signs import Candidate, plain
from assistant.builtin.told_figures import differing, told_figures
from assistant.builtin.wanted import wanted_figures
from assistant.evidence import PassageEvidence
from assistant.language import in_script, same_language
from assistant.phrases import Phrases
from assistant.question import Reading
from kb.texts.aliases import AliasTable


def fact_section(
    reading: Reading, selection: Selection, aliases: AliasTable, say: Phrases
) -> Section:
    """The chosen sentences, the first in bold; or what is missing and what comes closest. Where
    another source gives another value, both are told, the newer first."""
    if not selection.chosen:
        return _abstention(reading.text, selection, say)
    first, *others = selection.chosen
    rival = differing(first, [*others, *selection.weighed], aliases)
    if rival is None:
        return Section([_lead(first, reading, say), *(f"- {sentence(o, say)}" for o in others)])
    newer, older = sorted((first, rival), key=lambda c: c.passage.as_of or "", reverse=True)
    section = Section([_lead(newer, reading, say)])
    section.lines.append(f"- {say.other_value} {sentence(older, say)}")
    section.lines += [f"- {sentence(o, say)}" for o in others if o not in (newer, older)]
    return section


def _lead(first: Candidate, reading: Reading, say: Phrases) -> str:
    """The first sentence; of a source in the other language, before it the figure asked for."""
    told = sentence(first, say, bold=True)
    if same_language(first.passage.language, say.language):
        return told
    figures = told_figures(first.text, wanted_figures(reading.folded), say.language)
    if not figures:
        return told
    return f"**{say.comma.join(figures)}{say.stop}** [{first.passage.id}] {told}"


def sentence(candidate: Candidate, say: Phrases, *, bold: bool = False) -> str:
    """A source's sentence in the reader's script, with its mark and where it stands."""
    passage, said = candidate.passage, plain(candidate.text)
    mark, basis = f"[{passage.id}]", basis_of(passage, say)
    if not same_language(passage.language, say.language):
        return f"{say.other_language} “{said}”{basis} {mark}"
    text = in_script(said, say.language)
    told = f"**{text}**{basis} {mark}" if bold else f"{text}{basis} {mark}"
    if candidate.before:  # says whom the sentence is about; each sentence has its own mark
        before = in_script(plain(candidate.before), say.language)
        told = f"**{before}** {mark} {told}" if bold else f"{before} {mark} {told}"
    return told


def basis_of(passage: PassageEvidence, say: Phrases) -> str:
    """Grade, publisher and date of a claim, in brackets."""
    return in_script(
        say.basis.format(
            grade=say.grades[passage.grade],
            publisher=passage.publisher or passage.title,
            date=when(passage.as_of, say.language) or say.undated,
        ),
        say.language,
    )


def _abstention(question: str, selection: Selection, say: Phrases) -> Section:
    reasons: list[str] = [
        say.missing_name.format(name=name) for name in selection.missing_names[:2]
    ]
    if selection.missing_figure:
        reasons.append(say.missing_figure)
    elif selection.missing_kind and selection.missing_kind in say.missing_kinds:
        reasons.append(say.missing_kinds[selection.missing_kind])
    section = Section([" ".join([say.nothing_found, *reasons, say.recorded])], answered=False)
    section.lines += _closest(selection.closest, say)
    section.gaps.append(question)
    return section


def _closest(closest: Sequence[Candidate], say: Phrases) -> list[str]:
    if not closest:
        return []
    return ["", say.closest, *(f"- {sentence(candidate, say)}" for candidate in closest)]
