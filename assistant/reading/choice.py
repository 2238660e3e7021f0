"""The part of an answer that a question asks for, where its words do not tell it.

Cues decide where they are clear: they are exact where they speak. Where they find nothing but a
question of fact, or only the price of a GPU, the meaning of the question decides, if the question
also holds what that tool cannot do without.
"""

from __future__ import annotations

from dataclasses import replace

from assistant import cues
from assistant.builtin.estimating.registry import BY_TOOL
from assistant.builtin.values import asks_in_general, term_of
from assistant.question import Ask, Reading
from assistant.reading.meaning import Meaning, Scored
from assistant.reading.names import names_another, names_anything
from tools.quantities import Unit

_OPEN = frozenset({Ask.FACT, Ask.CLARIFY, Ask.PROGRAM, Ask.OFFERS, Ask.LIST})
_SAYS_NOTHING = frozenset({Ask.FACT, Ask.CLARIFY})
# Least scores, and least leads before the next tool; how they were found: docs/decisions.
_COMPLETE, _COMPLETE_LEAD = 0.25, 0.04
_MISSING, _MISSING_LEAD = 0.2, 0.08
_LOOKUP, _LOOKUP_LEAD = 0.35, 0.1
_SURE, _SURE_LEAD = 0.45, 0.2
_OWN_FIGURES = 3
"""So many figures are those of a sum to be done, whoever is named beside them."""
_WORK_OUT = cues.cue(r"for (?:me|us)|let (?:me|us) know", r"[帮幫]我(?:们)?(?:算|估|看|评|想|判)")
# Least scores of a question about the asker's own case: with a word for the asker, and without.
_OF_US, _OF_NOBODY = 0.03, 0.3


def by_meaning(reading: Reading, meaning: Meaning, *, first: bool = True) -> Reading:
    """The question with the part that its meaning asks for, where its words left it open. One that
    is not the `first` may be about those before it, though it names nothing."""
    asks = set(reading.asks)
    if reading.repeat or not asks <= _OPEN or cues.GREETING.fullmatch(reading.folded.strip()):
        return reading
    scored = meaning.scored(reading.text)
    ask = _estimate(reading, scored) if scored.best in BY_TOOL else _lookup(reading, scored)
    if ask is None and asks <= _SAYS_NOTHING and _is_own_case(reading, meaning, first):
        ask = _lacking(reading, scored)
    return reading if ask is None else replace(reading, asks=(ask,))


def _estimate(reading: Reading, scored: Scored) -> Ask | None:
    """The estimate that is asked for: with all that it needs, or else a question to ask back."""
    if cues.WHY.search(reading.folded):
        return None
    estimator = BY_TOOL[scored.best]
    figures = [each for each in reading.quantities if each.unit not in (Unit.DATE, Unit.YEAR)]
    if names_anything(reading) and len(figures) < _OWN_FIGURES:
        return None  # what somebody did is told by sources
    if set(reading.asks) == {Ask.OFFERS} and term_of(reading.folded):
        return None  # "on demand": which of the routes it is has been said
    if estimator.missing(reading) is not None or not estimator.arguments(reading):
        return None
    silent = set(reading.asks) <= _SAYS_NOTHING
    enough = scored.score >= _COMPLETE and (silent or scored.lead >= _COMPLETE_LEAD)
    return estimator.ask if enough else None


def _is_own_case(reading: Reading, meaning: Meaning, first: bool) -> bool:
    """Whether a number or advice is wanted for the asker, of whose case nothing is known."""
    text = reading.folded
    ours = bool(cues.OURS.search(text) or _WORK_OUT.search(text))
    if names_anything(reading) or not (first or ours) or (not ours and asks_in_general(text)):
        return False
    least = _OF_US if ours else _OF_NOBODY
    return meaning.own_case(reading.text) >= least


def _lacking(reading: Reading, scored: Scored) -> Ask:
    """The estimate that asks back for what it needs, or where that is open too, what is meant."""
    able = [(tool, score) for tool, score in scored.tools if tool in BY_TOOL]
    (tool, score), (_, second) = able[:2]
    estimator = BY_TOOL[tool]
    clear = score >= _MISSING and score - second >= _MISSING_LEAD
    return estimator.ask if clear and estimator.missing(reading) is not None else Ask.CLARIFY


def _lookup(reading: Reading, scored: Scored) -> Ask | None:
    """The lookup that is asked for, where the question names what to look up."""
    asks, text = set(reading.asks), reading.folded
    likely = scored.score >= _LOOKUP and scored.lead >= _LOOKUP_LEAD
    sure = scored.score >= _SURE and scored.lead >= _SURE_LEAD
    hardware = bool(reading.gpus) and not names_another(reading) and not cues.WHY.search(text)
    if scored.best == "gpu_offers" and hardware and asks <= _SAYS_NOTHING:
        return Ask.OFFERS if scored.score >= _COMPLETE else None
    now = Ask.OFFERS in asks and cues.NOW.search(text)
    if scored.best == "gpu_price_history" and hardware and likely and not now:
        return None if cues.TO_COME.search(text) else Ask.HISTORY
    if scored.best == "cluster_queue" and sure and asks <= _SAYS_NOTHING:
        weighs = cues.CONTEST.search(text) and not cues.OURS.search(text)
        return None if names_anything(reading) or weighs else Ask.QUEUE
    if scored.best == "match_programs" and sure and (reading.programs or reading.sponsored):
        return Ask.MATCH if reading.company or cues.OURS.search(text) else None
    if scored.best == "compare_programs" and asks == {Ask.PROGRAM} and len(reading.programs) > 1:
        return Ask.COMPARE if scored.score >= _COMPLETE else None
    if scored.best == "compare_programs" and asks <= _SAYS_NOTHING and likely:
        return Ask.LIST if cues.GIVERS.search(text) and not names_anything(reading) else None
    if scored.best == "search_knowledge" and asks == {Ask.OFFERS} and likely:
        return None if cues.COST.search(text) else Ask.FACT
    return None
