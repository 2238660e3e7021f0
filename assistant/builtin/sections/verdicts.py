"""A question for a yes or a no: the word first, then the sentence that settles it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.builtin.sections import Section
from assistant.builtin.sections.facts import basis_of, fact_section, sentence
from assistant.builtin.selecting import Selection
from assistant.builtin.signs import Candidate, plain
from assistant.builtin.yes_no.asked import YesNo
from assistant.builtin.yes_no.judging import ENOUGH, Claim
from assistant.builtin.yes_no.leaning import leans, only_denies
from assistant.eligibility import asks_without
from assistant.evidence import PassageEvidence
from assistant.knowledge import Knowledge
from assistant.language import in_script, same_language
from assistant.phrases import Phrases
from assistant.question import Reading

_FURTHER = 0.65
"""What another sentence than those that answer has to tell of a question before it settles it."""
_LEAST_AGAINST = 0.3
"""What a sentence has to tell of a question before its meaning alone makes it a no."""
_SHOWN = 3


def verdict_section(
    reading: Reading,
    asked: YesNo,
    claim: Claim,
    selection: Selection,
    kb: Knowledge,
    say: Phrases,
) -> Section:
    """Yes or no with the sentence that says so; where none does, that, and what comes closest."""
    settled = (
        _barred(reading, asked, selection)
        or _settled(claim, selection)
        or _leaning(asked, claim, selection, kb)
    )
    if settled is not None:
        verdict, first = settled
        word = in_script(asked.yes if verdict else asked.no, say.language)
        others = [each for each in selection.chosen if each is not first][: _SHOWN - 1]
        section = Section([_lead(word, first, say)])
        section.lines += [f"- {sentence(other, say)}" for other in others]
        return section
    section = fact_section(reading, selection, kb.aliases, say)
    if selection.chosen:
        section.lines = [say.unsettled, "", *section.lines]
        section.gaps.append(reading.text)
        section.unsettled = True
    return section


def stated_section(
    verdict: bool | None,
    terms: Sequence[PassageEvidence],
    reading: Reading,
    asked: YesNo,
    selection: Selection,
    say: Phrases,
) -> Section:
    """Yes or no with the term whose values settle it, and what else answers; where terms are at
    odds, that, and all of them."""
    told = [in_script(plain(each.text), say.language) for each in terms]
    marks = [f"{basis_of(each, say)} [{each.id}]" for each in terms]
    if verdict is None:
        lines = [say.unsettled, "", *(f"- {t}{m}" for t, m in zip(told, marks, strict=True))]
        return Section(lines[: 2 + _SHOWN], gaps=[reading.text], unsettled=True)
    word = in_script(asked.yes if verdict else asked.no, say.language)
    section = Section([f"{_worded(word, told[0], say)}{marks[0]}"])
    others = [c for c in selection.chosen if plain(c.text) not in plain(terms[0].text)]
    section.lines += [f"- {sentence(other, say)}" for other in others[: _SHOWN - 1]]
    return section


def _barred(reading: Reading, asked: YesNo, selection: Selection) -> tuple[bool, Candidate] | None:
    """A no by the sentence that requires what the question says is lacking."""
    found = (c for c in selection.chosen if asks_without(reading, c.text))
    barred = next(found, None)
    return None if barred is None or asked.denied else (False, barred)


def _settled(claim: Claim, selection: Selection) -> tuple[bool, Candidate] | None:
    """The verdict of the sentence that tells the most of what is asked; of equals, the first:
    those that answer go before others."""
    rest = [each for each in selection.weighed if each not in selection.chosen]
    settled = []
    for candidate in (*selection.chosen, *rest):
        least = ENOUGH if candidate in selection.chosen[:1] else _FURTHER
        verdict = claim.judge(candidate.text, _around(candidate), least)
        if verdict is not None:
            settled.append((verdict, candidate))
    return max(settled, key=lambda each: claim.told_by(each[1].text), default=None)


def _leaning(
    asked: YesNo, claim: Claim, selection: Selection, kb: Knowledge
) -> tuple[bool, Candidate] | None:
    """The verdict of the sentence that leans most by its meaning, where words do not tell."""
    able = [
        each
        for each in selection.chosen
        if claim.is_about(each.text) and claim.of_its_parties(each.text, _around(each))
    ]
    if able and all(claim.contradicts(each.text) for each in able):
        return asked.denied, able[0]
    if not able:
        return None
    found = leans(asked, claim, [each.text for each in able], kb)
    most = max(range(len(able)), key=lambda n: (abs(found[n]), -n))
    text, turns = able[most].text, claim.turns(able[most].text)
    if found[most] > 0 and (not claim.is_told(text) or -1 in turns):
        return None
    doubtful = turns == {1} or claim.told_by(text) < _LEAST_AGAINST
    if found[most] < 0 and doubtful and not only_denies(asked, text):
        return None
    if not found[most]:
        return None
    return found[most] > 0, able[most]


def _around(candidate: Candidate) -> str:
    """What a sentence is about beside what it says: its program, and the sentence before."""
    passage = candidate.passage
    heading = f"{passage.title} {passage.header}" if passage.kind == "program" else ""
    return f"{heading} {candidate.before}"


def _lead(word: str, candidate: Candidate, say: Phrases) -> str:
    passage = candidate.passage
    if not same_language(passage.language, say.language):
        return f"**{word}{say.stop}** {sentence(candidate, say)}"
    said = in_script(plain(candidate.text), say.language)
    return f"{_worded(word, said, say)}{basis_of(passage, say)} [{passage.id}]"


def _worded(word: str, said: str, say: Phrases) -> str:
    colon = ": " if say.language == "en" else "："
    return f"**{word}{colon}{said}**"
