"""A question that says all that it is about: quantities, GPUs, programs, and what it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from assistant import cues
from assistant.answer import Language
from assistant.company import company_in
from assistant.context import Past
from assistant.eligibility import company_told, targets
from assistant.question import Ask, Reading
from assistant.reading.asks import asks_of
from assistant.reading.compared import may_have_sides, with_sides
from assistant.reading.follow_ups import repeated_call
from assistant.reading.names import (
    deals_between,
    mentioned,
    only_companies,
    seller,
    shortened,
    strange_gpu,
    without_possessives,
)
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.estimates.architectures import find_architectures
from tools.gpus import find_gpus
from tools.quantities import Quantity, Unit, find_quantities

_LEAST_PRICE, _MOST_PRICE = Decimal("0.05"), Decimal(100)
_AN_HOUR = re.compile(
    r"\s?(?:/|an |per |a |[每一]个?)\s?(?:hour|hr|h|小时|[钟鐘][头頭])(?![a-z])", re.IGNORECASE
)


LONGEST_COMPLETION = 80
"""So many characters are an answer to a question asked back, and no question of their own."""
MOST_COMPARED = 4
"""So many programs that are named by their sponsors only are compared."""


def alone(
    text: str,
    language: Language,
    past: Sequence[Past],
    programs: Sequence[Program],
    carried: tuple[str, ...],
) -> Reading:
    """A question that says all that it is about, but for the programs `carried` over to it."""
    whole = _whole(text, language, past, programs, carried)
    if carried or not may_have_sides(whole):
        return whole

    def each(question: str) -> Reading:
        return _whole(question, language, past, programs, ())

    return with_sides(whole, each, programs)


def _whole(
    text: str,
    language: Language,
    past: Sequence[Past],
    programs: Sequence[Program],
    carried: tuple[str, ...],
) -> Reading:
    """The same before the sides of a comparison are told apart."""
    folded = without_possessives(fold(text))
    gpus = tuple(find_gpus(text))
    quantities = tuple(find_quantities(text))
    if gpus or cues.COMPUTE.search(folded) or (past and len(text) <= LONGEST_COMPLETION):
        quantities = tuple(_as_price(each, text) for each in quantities)
    named, sponsored = _named(text, folded, programs)
    contested = cues.CONTEST.search(folded)
    given = cues.CREDITS.search(folded) or cues.GIVE.search(folded)
    comparing = cues.COMPARE.search(folded) or (contested and given)
    if comparing or contested:
        deals = deals_between(folded, programs)
        named = [*named, *(p for p in deals if p not in named)] if len(deals) > 1 else named
    kinds = {program.id: program.kind for program in programs}
    if comparing:
        # A deal is of two: its sponsor's name alone does not mean it.
        able = [program for program in sponsored if kinds[program] != "deal"]
        if not (len(named) < 2 <= len(named + able) <= MOST_COMPARED):
            able = [program for program in able if _alone_of_sponsor(program, able, programs)]
        if len(named) + len(able) == 1:
            able += [p for p in shortened(folded, programs) if p not in (*named, *able)]
        named = [*named, *able][: max(MOST_COMPARED, len(named))]
        sponsored = [program for program in sponsored if program not in named]
    if carried and (not named or comparing):
        named = [*carried, *(p for p in named if p not in carried)]
    reading = Reading(
        text=text,
        language=language,
        folded=folded,
        quantities=quantities,
        gpus=gpus,
        models=tuple(find_architectures(text)),
        strange_gpu=None if gpus else strange_gpu(text),
        provider=seller(folded),
        programs=tuple(named),
        sponsored=tuple(sponsored),
        company=company_told(text, folded, past, [p for p in programs if p.id in named]),
    )
    reading = replace(
        reading, repeat=repeated_call(reading, past), search=_with_names(reading, programs)
    )
    asks, kind = asks_of(replace(reading, folded=_without_double_names(text, folded)))
    if asks == (Ask.MATCH,):
        chosen = targets(reading, programs, lambda folded: mentioned(folded, programs)[0])
        reading = replace(reading, programs=tuple(chosen), sponsored=())
    told_of = {p.kind for p in programs if p.id in reading.programs} <= _TOLD_OF
    if asks == (Ask.PROGRAM,) and told_of and not _ITS_TERMS.search(folded):
        asks = (Ask.FACT,)  # what happened is told by sources
    return replace(reading, asks=asks, kind=kind)


# In a surname of two words none of them asks: Ann Price-Jones, Joe Rent-Smith.
_DOUBLE_NAME = re.compile(r"(?<=[a-z] )[A-Z][a-z]+-[A-Z][a-z]+\b")


def _without_double_names(text: str, folded: str) -> str:
    for match in _DOUBLE_NAME.finditer(text):
        folded = folded.replace(fold(match.group()), "_")
    return folded


_TOLD_OF = {"deal", "loan"}
_ITS_TERMS = cues.cue(r"terms|conditions|details|tell (?:me|us) about", r"条款|条件|详情|介绍")


def _named(text: str, folded: str, programs: Sequence[Program]) -> tuple[list[str], list[str]]:
    """Programs that a question names, and those of which only the sponsor is named."""
    named, sponsored = mentioned(folded, programs)
    companies = only_companies(text, programs, named)
    named = [program for program in named if program not in companies]
    sponsored = [*companies, *sponsored]
    if funds := fold(company_in(text).get("funds", "")):  # "with $5M from Index": no program
        rest = folded
        for fund in funds.split(", "):
            rest = rest.replace(fund, "_" * len(fund))
        others = mentioned(rest, programs)
        if any(others):
            named, sponsored = others
    kinds = {program.id: program.kind for program in programs}
    given = [program for program in sponsored if kinds[program] != "deal"]
    if not named and len(sponsored) == 1 and given and cues.TERMS.search(folded):
        named, sponsored = sponsored, []
    return named, sponsored


def _alone_of_sponsor(program: str, among: Sequence[str], programs: Sequence[Program]) -> bool:
    """Whether no other of these has the same sponsor, so that its name can mean only this one."""
    sponsors = {p.id: p.sponsor.en for p in programs}
    return [sponsors[each] for each in among].count(sponsors[program]) == 1


def _as_price(said: Quantity, text: str) -> Quantity:
    """Where GPUs are asked for, a sum as small as "the market is at $2.35" is one per GPU-hour, as
    is "2.35 an hour"."""
    timed = said.unit is Unit.COUNT and said.bare and _AN_HOUR.match(text, said.end)
    hourly = (timed or said.unit is Unit.MONEY) and _LEAST_PRICE <= said.value < _MOST_PRICE
    return replace(said, unit=Unit.PRICE_PER_GPU_HOUR) if hourly else said


def _with_names(reading: Reading, programs: Sequence[Program]) -> str:
    names = {program.id: program.name for program in programs}
    said = [p for p in reading.programs if p not in mentioned(reading.folded, programs)[0]]
    chinese = reading.language != "en"
    added = [names[p].zh_hans if chinese else names[p].en for p in said if p in names]
    return " ".join([reading.text, *added])
