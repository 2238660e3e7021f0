"""What a question asks: quantities, GPUs, programs, and the parts of an answer it needs.

A question is read with the turns before it: "and with 512?" repeats the last estimate, and
"它给多少额度？" is about the program that the last answer was about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from threading import Lock

from assistant import cues
from assistant.answer import Answer, Language
from assistant.builtin.planning import next_calls
from assistant.builtin.values import gpu_count, gpu_of
from assistant.company import company_in
from assistant.context import Past, past_of
from assistant.eligibility import company_so_far, company_told, targets
from assistant.grounding.names import proper_names
from assistant.knowledge import Knowledge
from assistant.language import detect
from assistant.question import Ask, Reading
from assistant.reading.asks import asks_of
from assistant.reading.choice import by_meaning
from assistant.reading.compared import may_have_sides, with_sides
from assistant.reading.follow_ups import points_back, repeated_call, resolved, spelled_out
from assistant.reading.joining import groups
from assistant.reading.meaning import Meaning
from assistant.reading.names import (
    deals_between,
    mentioned,
    names_anything,
    only_companies,
    seller,
    shortened,
    strange_gpu,
    without_possessives,
)
from assistant.reading.openings import opened, without_asides
from assistant.reading.parts import Piece, pieces
from assistant.reading.pasted import message_of
from assistant.reading.subjects import hardware, subject, told_of
from assistant.reading.typos import mended
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.estimates.architectures import find_architectures
from tools.gpus import find_gpus
from tools.quantities import Quantity, Unit, find_quantities

_LEAST_PRICE, _MOST_PRICE = Decimal("0.05"), Decimal(100)
_AN_HOUR = re.compile(
    r"\s?(?:/|an |per |a |[每一]个?)\s?(?:hour|hr|h|小时|[钟鐘][头頭])(?![a-z])", re.IGNORECASE
)
_OF_A_MODEL = (Ask.TRAINING, Ask.FINETUNING, Ask.INFERENCE)
LONGEST_COMPLETION = 80
"""So many characters are an answer to a question asked back, and no question of their own."""
MOST_COMPARED = 4
"""So many programs that are named by their sponsors only are compared."""


class Reader:
    """Reads messages over one library. Remembers the last ones: a turn reads its message several
    times. Safe to share between threads."""

    def __init__(self, kb: Knowledge) -> None:
        self._kb = kb
        self._meaning = Meaning(kb)
        self._kept: dict[tuple[str, ...], tuple[Reading, ...]] = {}
        self._lock = Lock()

    def parts(self, text: str, past: Sequence[Past]) -> tuple[Reading, ...]:
        """The questions of a message after the turns `past`, as `read_parts` gives them."""
        past = _own(past)
        key = (self._kb.library_version, text, *(turn.model_dump_json() for turn in past))
        with self._lock:
            if key not in self._kept:
                found = self._read(text, past)
                self._kept = {**dict(list(self._kept.items())[1 - _KEPT :]), key: found}
            return self._kept[key]

    def _read(self, text: str, past: Sequence[Past]) -> tuple[Reading, ...]:
        """The person's own questions; what they pasted fills in figures where it is asked about,
        and never changes what is asked. Where nothing is their own, it is only looked up."""
        message = message_of(text)
        if not message.own:
            language = detect(text, fallback=past[-1].language if past else "en")
            return (Reading(text=text, language=language, folded=fold(text), search=text),)
        own = read_parts(message.own, past, self._kb.programs(), self._meaning)
        if not message.told:
            return own
        whole = "\n".join(message.words)
        filled = (understood(whole, past, self._kb.programs(), self._meaning),)
        return filled if [r.asks for r in filled] == [r.asks for r in own] else own


_KEPT = 16


def read_parts(
    text: str,
    past: Sequence[Past],
    programs: Sequence[Program],
    meaning: Meaning | None = None,
) -> tuple[Reading, ...]:
    """Understand a message after the turns `past`: one reading for each question in it, in their
    order; at least one. `meaning` decides what is asked where the words leave it open."""
    text, leaves = opened(mended(text, programs))
    if leaves:
        past = ()
    found = pieces(text, lambda each: bool(read(each, past[-1:], programs).sides))
    if _asks_of_sides(found, past, programs):
        return (understood(text, past, programs, meaning),)
    if len(found) > 1 and _stands_alone(text, past, programs):
        made = groups(found, lambda piece: read(piece, past[-1:], programs))
        if len(made) > 1:
            readings: list[Reading] = []
            turns = list(past)
            for group in made:
                reading = understood(group.text, turns, programs, meaning)
                if sized := _of_the_same_model(reading, readings):
                    reading = understood(sized, turns, programs, meaning)
                elif carded := _of_the_same_cards(reading, readings):
                    reading = understood(carded, turns, programs, meaning)
                elif readings and _lacks_a_subject(reading):
                    reading = _with_subject(reading, turns, programs)
                readings.append(reading)
                turns.append(_as_past(readings[-1]))
            if _serve(readings, read(text, past, programs)):
                return tuple(readings)
    return (understood(text, past, programs, meaning),)


def _asks_of_sides(
    found: Sequence[Piece], past: Sequence[Past], programs: Sequence[Program]
) -> bool:
    """Whether a message compares, and goes on to ask more of the same sides: "X or Y: who charges,
    and how did each get its chips?"."""
    first, *others = found
    if not others or not read(first.text, past[-1:], programs).sides:
        return False
    rest = [read(piece.text, past[-1:], programs) for piece in others]
    return all(_OF_SIDES.search(each.folded) and not names_anything(each) for each in rest)


_OF_SIDES = cues.cue(
    r"they|them|their|each|both|the two|either|which of",
    r"它们|他们|各自?|分别|两[家个者]|双方|都|呢",
)


def understood(
    text: str, past: Sequence[Past], programs: Sequence[Program], meaning: Meaning | None
) -> Reading:
    """One question, with what its `meaning` decides."""
    reading = read(text, past, programs)
    return reading if meaning is None else _with_meaning(reading, past, programs, meaning)


def _serve(readings: Sequence[Reading], whole: Reading) -> bool:
    """Whether the questions of a message ask for all that the message read as one asks for, or
    each for something by itself."""
    asked = {ask for reading in readings for ask in reading.asks}
    if not set(whole.asks) - asked - _MAY_GO:
        return True
    return all(
        set(each.asks) - {Ask.FACT, Ask.CLARIFY} or names_anything(each) for each in readings
    )


def _lacks_a_subject(reading: Reading) -> bool:
    """Whether a later question of a message names nothing, and asks of nobody in general."""
    if set(reading.asks) - {Ask.FACT, Ask.CLARIFY} or names_anything(reading) or reading.gpus:
        return False
    return not (cues.OURS.search(reading.folded) or _IN_GENERAL.search(reading.folded))


_IN_GENERAL = cues.cue(
    r"(?:which|what) [a-z-]+s|any(?:one|body)|who else|in general|else",
    r"哪些|还有谁|别的|其他|一般",
)
_MAY_GO = frozenset({Ask.FACT, Ask.CLARIFY, Ask.PROGRAM, Ask.COMPARE, Ask.MATCH})
"""What a message read as one may ask for and its questions may not: else it stays one."""


def _of_the_same_model(reading: Reading, before: Sequence[Reading]) -> str | None:
    """A question about a job whose model an earlier one names ("and a LoRA on it?"), with that
    model; None where it names its own or needs none."""
    own = reading.models or reading.first(Unit.PARAMS)
    if own or not any(ask in _OF_A_MODEL for ask in reading.asks):
        return None
    for each in reversed(before):
        if each.models:
            return f"{each.models[0].architecture.name}: {reading.text}"
        if size := each.first(Unit.PARAMS):
            return f"{size.text}: {reading.text}"
    return None


def _of_the_same_cards(reading: Reading, before: Sequence[Reading]) -> str | None:
    """A question of buying or renting the GPUs that an earlier one names ("and would renting beat
    buying those?"), with them."""
    ways = cues.RENT.search(reading.folded) and _BOUGHT.search(reading.folded)
    if reading.gpus or names_anything(reading) or not ways:
        return None
    for each in reversed(before):
        count, gpu = gpu_count(each), gpu_of(each)
        if each.gpus and count and gpu:
            return f"{count} {gpu}: {reading.text}"
    return None


_BOUGHT = cues.cue(r"buy(?:ing)?|own(?:ing)?|purchas(?:e|ing)", r"买|自建|自购")


def _stands_alone(text: str, past: Sequence[Past], programs: Sequence[Program]) -> bool:
    """Whether a message is neither an answer to what was asked back nor a shortened question."""
    whole = _completed(text, past, programs)
    return whole.text == text and not whole.accepted


def _with_meaning(
    reading: Reading, past: Sequence[Past], programs: Sequence[Program], meaning: Meaning
) -> Reading:
    found = by_meaning(reading, meaning, first=not past)
    if found is reading or found.asks != (Ask.MATCH,):
        return found
    named = [p for p in programs if p.id in reading.programs]
    chosen = targets(reading, programs, lambda folded: mentioned(folded, programs)[0])
    told = company_so_far(reading.text, past, named)
    return replace(found, company=told, programs=tuple(chosen), sponsored=())


def _as_past(reading: Reading) -> Past:
    """A question of this message as the next one may refer to it."""
    calls = [{"name": name, "args": args} for name, args in next_calls(reading, [])]
    return Past(
        question=reading.text,
        language=reading.language,
        sources=list(reading.programs),
        calls=calls,
    )


def read(text: str, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    """Understand a question after the turns `past`; what the last one asked back may be in it."""
    text, leaves = opened(mended(text, programs))
    reading = _completed(text, () if leaves else past, programs)
    if reading.repeat or not set(reading.asks) <= _OF_SOURCES:
        return reading
    bare = without_asides(reading.text, programs)
    if bare == reading.text:
        return reading
    said = [program for program in reading.programs if not mentioned(fold(bare), programs)[0]]
    alone = _alone(bare, reading.language, past, programs, tuple(said))
    return alone if set(alone.asks) <= _OF_SOURCES else reading


_OF_SOURCES = frozenset({Ask.FACT, Ask.PROGRAM})
"""What is answered with sentences of sources, which tell nothing of the day that the asker has."""


def _completed(text: str, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    reading = _read(text, past, programs)
    if not past or not past[-1].asked_back or not _completes(reading):
        return reading
    settled = _settled(read(past[-1].question, past[:-1], programs), reading)
    if settled is not None:
        return settled
    whole = read(f"{past[-1].question} {text}", past[:-1], programs)
    accepted = bool(cues.ACCEPTED.search(reading.folded))
    return replace(whole, language=reading.language, accepted=accepted)


def _settled(asked: Reading, answer: Reading) -> Reading | None:
    """The question in which a number could mean two things, with the one that is meant; None where
    all its numbers were clear."""
    unclear = next((each for each in asked.quantities if each.readings), None)
    if unclear is None or not answer.quantities:
        return None
    meant = replace(unclear, value=answer.quantities[0].value, readings=())
    quantities = tuple(meant if each is unclear else each for each in asked.quantities)
    return replace(asked, quantities=quantities, language=answer.language)


def _read(text: str, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    language = detect(text, fallback=past[-1].language if past else "en")
    text = resolved(text, past, programs)
    reading = _alone(text, language, past, programs, ())
    if past and not reading.repeat and (meant := hardware(reading, past)):
        whole = f"{meant}: {text}" if language == "en" else f"{meant}，{text}"
        return _alone(whole, language, past, programs, ())
    if past and (compared := _of_those_compared(reading, past)):
        return replace(reading, programs=compared)
    if past and (kind := _of_those_listed(reading, past)) is not None:
        return replace(reading, asks=(Ask.MATCH,), kind=kind or None)
    if not past or not points_back(reading):
        return reading
    return _with_subject(reading, past, programs)


def _with_subject(reading: Reading, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    """The question about what the turns before were about."""
    about, text, language = subject(reading, past, programs), reading.text, reading.language
    if about.programs:
        return _alone(text, language, past, programs, about.programs)
    if about.names and not set(about.names) & set(proper_names(text, initial=True)):
        if _OF_IT.search(text) and proper_names(text):
            return replace(reading, search=f"{text} {spelled_out(past, programs)}")
        whole = told_of(about.names, text, chinese=language != "en")
        return _alone(whole, language, past, programs, ())
    return reading


# "What does the Stanford professor say about it?": of whom is said, only what about is not.
_OF_IT = re.compile(
    r"\b(?:about|of|on|with|to|for|from) (?:it|this|that|them|these|those)\b[?. ]*$"
)


def _of_those_compared(reading: Reading, past: Sequence[Past]) -> tuple[str, ...]:
    """The programs that the last turn compared, where it is asked which of them the company may
    get."""
    if set(reading.asks) != {Ask.MATCH} or reading.programs or cues.GIVERS.search(reading.folded):
        return ()
    calls = [call["args"] for call in past[-1].calls if call["name"] == "compare_programs"]
    return tuple(calls[-1].get("programs") or ()) if calls else ()


def _of_those_listed(reading: Reading, past: Sequence[Past]) -> str | None:
    """The kind of programs that the last turn listed ("" for all), where it is asked which of them
    suit the company: "list the funds, and say which fit a seed company"."""
    own = (
        reading.company and cues.SUITS.search(reading.folded) and cues.WHICH.search(reading.folded)
    )
    if not own or reading.programs or not set(reading.asks) <= {Ask.FACT, Ask.CLARIFY}:
        return None
    calls = [call["args"] for call in past[-1].calls if call["name"] == "compare_programs"]
    return str(calls[-1].get("kind") or "") if calls and not calls[-1].get("programs") else None


def _alone(
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
        reading, repeat=repeated_call(reading, past), search=_search_words(reading, programs)
    )
    asks, kind = asks_of(reading)
    if asks == (Ask.MATCH,):
        chosen = targets(reading, programs, lambda folded: mentioned(folded, programs)[0])
        reading = replace(reading, programs=tuple(chosen), sponsored=())
    told_of = {p.kind for p in programs if p.id in reading.programs} <= _TOLD_OF
    if asks == (Ask.PROGRAM,) and told_of and not _ITS_TERMS.search(folded):
        asks = (Ask.FACT,)  # what happened is told by sources
    return replace(reading, asks=asks, kind=kind)


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


def search_words(question: str, turns: Sequence[Answer], programs: Sequence[Program]) -> str:
    """The message for the first search: with the names that it only points to."""
    past = _own([past_of(turn) for turn in turns])
    return read(message_of(question).own, past, programs).search


def _own(past: Sequence[Past]) -> list[Past]:
    """Earlier turns with the person's own words only."""
    return [turn.model_copy(update={"question": message_of(turn.question).own}) for turn in past]


def _search_words(reading: Reading, programs: Sequence[Program]) -> str:
    names = {program.id: program.name for program in programs}
    said = [p for p in reading.programs if p not in mentioned(reading.folded, programs)[0]]
    chinese = reading.language != "en"
    added = [names[p].zh_hans if chinese else names[p].en for p in said if p in names]
    return " ".join([reading.text, *added])


def _completes(reading: Reading) -> bool:
    """Whether a text is what was asked back for ("7B, 2T tokens", "yes") and asks nothing new."""
    if len(reading.text) > LONGEST_COMPLETION or reading.programs or reading.repeat:
        return False
    told = reading.quantities or reading.gpus or cues.ACCEPTED.search(reading.folded)
    return bool(told) and set(reading.asks) <= {Ask.FACT, Ask.CLARIFY}
