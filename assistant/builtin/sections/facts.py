"""An answer in the sources' own sentences."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.builtin.figures import when
from assistant.builtin.sections import Section
from assistant.builtin.selecting import Candidate, Selection, plain
from assistant.evidence import PassageEvidence
from assistant.language import in_script, same_language
from assistant.phrases import Phrases


def fact_section(question: str, selection: Selection, say: Phrases) -> Section:
    """The chosen sentences, the first in bold; or what is missing and what comes closest."""
    if not selection.chosen:
        return _abstention(question, selection, say)
    first, *others = selection.chosen
    section = Section([sentence(first, say, bold=True)])
    section.lines += [f"- {sentence(other, say)}" for other in others]
    return section


def sentence(candidate: Candidate, say: Phrases, *, bold: bool = False) -> str:
    """A source's sentence in the reader's script, with its mark and where it stands."""
    passage, said = candidate.passage, plain(candidate.text)
    mark, basis = f"[{passage.id}]", basis_of(passage, say)
    if not same_language(passage.language, say.language):
        return f"{say.other_language} “{said}”{basis} {mark}"
    text = in_script(said, say.language)
    return f"**{text}**{basis} {mark}" if bold else f"{text}{basis} {mark}"


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
    section = Section([" ".join([say.nothing_found, *reasons, say.recorded])], answered=False)
    section.lines += _closest(selection.closest, say)
    section.gaps.append(question)
    return section


def _closest(closest: Sequence[Candidate], say: Phrases) -> list[str]:
    if not closest:
        return []
    return ["", say.closest, *(f"- {sentence(candidate, say)}" for candidate in closest)]
