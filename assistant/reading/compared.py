"""What a comparison is answered with: the terms of programs, what sources say of each side, or
both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant import cues
from assistant.builtin.yes_no.asked import yes_no
from assistant.question import Ask, Reading, Side
from assistant.reading.names import (
    deals_between,
    mentioned,
    only_companies,
    shortened,
    without_possessives,
)
from assistant.reading.sides import Sides, compares, find_sides
from kb.programs.program import Program
from kb.texts.folding import fold

_OF_SIDES = frozenset({Ask.FACT, Ask.PROGRAM, Ask.COMPARE, Ask.CLARIFY, Ask.LIST})
"""What is answered by programs' terms and sources, which can be told of each side."""
_POLITE = re.compile(r"\b(?:can|could) (?:you|u)\b|\bcan['’]?t (?:make|decide)[^,.;]*")
# What is asked may be a yes or a no; that it be compared is asked as well.
_TO_COMPARE = re.compile(
    r"[,.，。]? ?(?:please )?compare(?: (?:them|both|the two))?[.!?]*$|[,，。](?:请|帮我)?"
    r"(?:对比|比较|对照)(?:一下|看看)?[。！]*$"
)
# What people say and do, and how companies fare, which no program's terms tell.
_OF_SOURCES = cues.cue(
    r"revenues?|sales|growth|grew|grown|profits?|views?|opinions?|thinks?|thought|says?|said|believes?|"
    r"stances?|argu\w+|attitudes?|raise[sd]?|raising|borrow\w*|fundraisings?|fundraise|shares|stock|"
    r"reasons?|why|risks?|critic\w*|feels?|sees?|predict\w*|expect\w*|results",
    r"收入|营收|增长|业绩|表现|利润|看法|观点|认为|态度|立场|怎么看|说法|想法|筹|借了?|股价|原因|道理|理由|"
    r"风险|批评|评价|处境|预测|怎么说",
)
_OF_TERMS = (
    cues.CREDITS, cues.GIVE, cues.TERMS, cues.PROGRAMS, cues.COST,
    *(asked for _, asked in cues.FIELDS),
    cues.cue(
        r"gpus?|chips|size|invest\w*|money in|equity|amounts?|tiers?|long|apply|cluster|worth|"
        r"generous|longer|shorter|lasts?|strict\w*|easier to get|worthwhile",
        r"规模|多大|投|占股|金额|档|多久|申请|集群|做法|方式|芯片|时间|期限|更[长久短]|宽松|严|门槛|大方|划算",
    ),
)  # fmt: skip
_DEALT = cues.cue(r"deals?|invest\w*|stakes?|put", r"投|交易|入股|合作|协议")
_MOST_OF_ONE = 2
"""So many programs of one sponsor are meant by its name beside a word of their terms."""


def may_have_sides(reading: Reading) -> bool:
    """Whether a question may set several things side by side that sources or terms tell of."""
    if reading.repeat or not set(reading.asks) <= _OF_SIDES or not compares(reading.text):
        return False
    if _TO_COMPARE.search(reading.folded):
        return True
    return yes_no(replace(reading, folded=_POLITE.sub(" ", reading.folded).strip())) is None


def with_sides(
    reading: Reading, each: Callable[[str], Reading], programs: Sequence[Program]
) -> Reading:
    """The reading with what it compares; `each` reads the question of one side. Programs are set
    side by side where every side is one and their terms may tell what is asked."""
    names = {fold(name) for program in programs for name in _called(program)}
    found = find_sides(reading.text, lambda text: fold(text).strip() in names)
    if found is None:
        return reading
    asked = [each(question) for question in found.questions]
    if any(not set(one.asks) <= _OF_SIDES for one in asked):
        return reading
    meant = _compared(found, programs)
    if meant is None:
        meant = []
    elif not meant and reading.asks == (Ask.COMPARE,):
        return reading
    sides = tuple(
        Side(name, replace(one, asks=(Ask.FACT,), kind=None), ids)
        for name, one, ids in zip(found.names, asked, meant or [()] * len(asked), strict=True)
    )
    return replace(
        reading,
        asks=(Ask.COMPARE,),
        kind=None,
        programs=tuple(dict.fromkeys(program for ids in meant for program in ids)),
        sponsored=(),
        sides=sides if found.aspect or not meant else (),
    )


def _compared(found: Sides, programs: Sequence[Program]) -> list[tuple[str, ...]] | None:
    """The programs that each side means; empty where not every side is one of its own, None where
    their terms do not tell what is asked."""
    told = _OF_SOURCES.search(fold(" ".join(found.questions))) is not None
    terms = any(cue.search(fold(found.aspect)) for cue in _OF_TERMS)
    if told and not terms:
        return None
    meant: list[tuple[str, ...]] = []
    for name, question in zip(found.names, found.questions, strict=True):
        ids, company = _programs(name, question, programs)
        if company and (told or (found.aspect and not terms)):
            return None
        meant.append(ids)
    several = {program for ids in meant for program in ids}
    return meant if all(meant) and len(several) == sum(map(len, meant)) else []


def _programs(
    name: str, question: str, programs: Sequence[Program]
) -> tuple[tuple[str, ...], bool]:
    """The programs that a side means, and whether it names only a company for them."""
    folded, own = without_possessives(fold(question)), without_possessives(fold(name))
    both = deals_between(folded if _DEALT.search(folded) else own, programs)
    if both:
        return tuple(both[:1]), False
    named, sponsored = mentioned(own, programs)
    if named:
        return tuple(named[:_MOST_OF_ONE]), bool(only_companies(name, programs, named))
    sponsors = {p.id: fold(f"{p.sponsor.en} {p.sponsor.zh_hans}").split() for p in programs}
    short = shortened(own, programs)
    if sponsored:  # "Microsoft's credits for startups" are not Google's
        short = [p for p in short if any(word in own for word in sponsors[p])]
    if short:
        return tuple(short[:1]), False
    kinds = {program.id: program.kind for program in programs}
    of_startups = cues.CREDITS.search(folded) or cues.STARTUPS.search(folded)
    dealt = [program for program in sponsored if kinds[program] == "deal"]
    if dealt and _DEALT.search(folded) and not of_startups:
        return tuple(dealt[:_MOST_OF_ONE]), True
    if of_startups and (clouds := _clouds_of(own, programs)):
        return tuple(clouds), True
    able = [program for program in sponsored if kinds[program] != "deal"]
    if len(able) > 1 and of_startups:
        able = [program for program in able if kinds[program] == "cloud"]
    return (tuple(able) if len(able) <= _MOST_OF_ONE else ()), True


def _clouds_of(company: str, programs: Sequence[Program]) -> list[str]:
    """The programs of a company's cloud: Google's are those of Google Cloud."""
    found = [
        program.id
        for program in programs
        if program.kind == "cloud"
        and any(fold(name).startswith(company.strip()) for name in _sponsor(program))
    ]
    return found if len(found) <= _MOST_OF_ONE and len(company.strip()) > 1 else []


def _sponsor(program: Program) -> tuple[str, str]:
    return program.sponsor.en, program.sponsor.zh_hans


def _called(program: Program) -> tuple[str, ...]:
    names, sponsor = program.name, program.sponsor
    return (names.en, names.zh_hans, sponsor.en, sponsor.zh_hans, *program.aliases)
