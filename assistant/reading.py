"""What a question asks: quantities, GPUs, programs, and the parts of an answer it needs.

A question is read with the turns before it: "and with 512?" repeats the last estimate, and
"它给多少额度？" is about the program that the last answer was about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant import cues
from assistant.answer import Answer
from assistant.builtin.estimating.registry import BY_TOOL, wanted
from assistant.context import Past, past_of
from assistant.eligibility import asks_fit, asks_match, company_told, targets
from assistant.grounding.names import proper_names
from assistant.language import detect
from assistant.question import Ask, Reading
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.estimates.architectures import find_architectures
from tools.gpus import find_gpus
from tools.price_list import list_providers
from tools.quantities import Quantity, Unit, find_quantities

# "does Groq charge", "from CoreWeave": who is asked about, if not one of the price list.
_SELLER = re.compile(
    r"\b(?:does|do|did|has|from|at|on|by|via|through) "
    r"(?!Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[A-Z][a-z]\w*"
)
_POSSESSIVE = re.compile(r"(?<=[a-z0-9])['’]s(?![a-z])")  # Google's AI-first credits
_MODEL_NAME = re.compile(r"(?<![\w-])([A-Z]{1,3}\d{2,4}[A-Z]{0,3})s?(?![\w-])")


_REPEATABLE = {
    "gpu_offers": Ask.OFFERS,
    "gpu_price_history": Ask.HISTORY,
    "cluster_queue": Ask.QUEUE,
}
_LEAST_PRICE, _MOST_PRICE = Decimal("0.5"), Decimal(100)
LONGEST_COMPLETION = 80
"""So many characters are an answer to a question asked back, and no question of their own."""
MOST_COMPARED = 4
"""So many programs that are named by their sponsors only are compared."""


def read_parts(text: str, past: Sequence[Past], programs: Sequence[Program]) -> tuple[Reading, ...]:
    """Understand a message after the turns `past`: one reading for each question in it, in their
    order; at least one."""
    return (read(text, past, programs),)


def read(text: str, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    """Understand a question after the turns `past`; what the last one asked back may be in it."""
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
    folded = _POSSESSIVE.sub("", fold(text))
    gpus = tuple(find_gpus(text))
    quantities = tuple(find_quantities(text))
    if gpus or cues.COMPUTE.search(folded):
        quantities = tuple(map(_as_price, quantities))
    named, sponsored = _mentioned(folded, programs)
    if not named and len(sponsored) == 1 and cues.TERMS.search(folded):
        named, sponsored = sponsored, []
    if cues.COMPARE.search(folded) and len(named) < 2 <= len(named + sponsored) <= MOST_COMPARED:
        named, sponsored = named + sponsored, []
    if not named and past and cues.FOLLOW_UP.search(folded):
        named = _carried_over(past, programs)
    reading = Reading(
        text=text,
        language=language,
        folded=folded,
        quantities=quantities,
        gpus=gpus,
        models=tuple(find_architectures(text)),
        strange_gpu=None if gpus else _strange_gpu(text),
        provider=next((p for p in list_providers() if _find(folded, fold(p)) is not None), None),
        programs=tuple(named),
        sponsored=tuple(sponsored),
        company=company_told(text, folded, past, [p for p in programs if p.id in named]),
    )
    reading = replace(
        reading, repeat=_repeated(reading, past), search=_search_words(reading, programs)
    )
    asks, kind = _asks(reading)
    if asks == (Ask.MATCH,):
        chosen = targets(reading, programs, lambda folded: _mentioned(folded, programs)[0])
        reading = replace(reading, programs=tuple(chosen), sponsored=())
    return replace(reading, asks=asks, kind=kind)


def _as_price(said: Quantity) -> Quantity:
    """Where GPUs are asked for, a sum as small as "the market is at $2.35" is one per GPU-hour."""
    hourly = said.unit is Unit.MONEY and _LEAST_PRICE <= said.value < _MOST_PRICE
    return replace(said, unit=Unit.PRICE_PER_GPU_HOUR) if hourly else said


def search_words(question: str, turns: Sequence[Answer], programs: Sequence[Program]) -> str:
    """The message for the first search: with the names that it only points to."""
    return read(question, [past_of(turn) for turn in turns], programs).search


def _search_words(reading: Reading, programs: Sequence[Program]) -> str:
    names = {program.id: program.name for program in programs}
    said = [p for p in reading.programs if p not in _mentioned(reading.folded, programs)[0]]
    chinese = reading.language != "en"
    added = [names[p].zh_hans if chinese else names[p].en for p in said if p in names]
    return " ".join([reading.text, *added])


def _completes(reading: Reading) -> bool:
    """Whether a text is what was asked back for ("7B, 2T tokens", "yes") and asks nothing new."""
    if len(reading.text) > LONGEST_COMPLETION or reading.programs or reading.repeat:
        return False
    told = reading.quantities or reading.gpus or cues.ACCEPTED.search(reading.folded)
    return bool(told) and set(reading.asks) <= {Ask.FACT, Ask.CLARIFY}


def _asks(reading: Reading) -> tuple[tuple[Ask, ...], str | None]:
    text = reading.folded
    rents = bool(cues.RENT.search(text))
    kind = next((name for name, cue in cues.KINDS if cue.search(text)), None)
    if reading.repeat is not None:
        name = reading.repeat["name"]
        return (BY_TOOL[name].ask if name in BY_TOOL else _REPEATABLE[name],), None
    estimators = wanted(reading)
    found = [each.ask for each in estimators]
    if any(not each.job and not each.joins for each in estimators):
        return tuple(found), kind
    if _asks_history(reading):
        return (Ask.HISTORY,), None
    if _asks_queue(reading):
        return (Ask.QUEUE,), None
    if asks_match(reading):
        return (Ask.MATCH,), kind
    if asks_fit(reading):
        return (Ask.MATCH, *found), kind
    if cues.COMPARE.search(text) and len(reading.programs) > 1:
        return (*found, Ask.COMPARE), kind
    if _asks_members(reading, kind, bool(found) or not rents):
        if found and reading.company:
            found.append(Ask.MATCH)
        elif Ask.ROUTES not in found:  # which rank the programs
            found.append(Ask.LIST)
    if (
        kind not in ("deal", "loan")
        and Ask.ROUTES not in found  # which rank the offers
        and _asks_offers(reading)
        and (not found or _rents_beside(reading))
    ):
        members = sum(ask in (Ask.LIST, Ask.MATCH) for ask in found)
        found.insert(len(found) - members, Ask.OFFERS)
        if found == [Ask.OFFERS] and _SELLER.search(reading.text) and not reading.provider:
            found.insert(0, Ask.FACT)
    if not found and not reading.programs and _points_nowhere(reading):
        return (Ask.CLARIFY,), None
    if reading.programs and not found:
        found.append(Ask.PROGRAM)
        if cues.HOURLY.search(text) and reading.gpus:
            found.append(Ask.OFFERS)
    return tuple(found or [Ask.FACT]), kind


def _asks_members(reading: Reading, kind: str | None, anybody: bool) -> bool:
    """Whether several programs are wanted: those of a kind, those for us, or all."""
    text = reading.folded
    if reading.programs or not cues.WHICH.search(text):
        return False
    if cues.PROGRAMS.search(text) and not reading.sponsored:
        return True
    gives = cues.GIVE.search(text) and cues.COMPUTE.search(text)
    ours = cues.OURS.search(text) and (anybody or cues.WHO.search(text))
    return bool(gives and (kind or ours))


def _asks_offers(reading: Reading) -> bool:
    """Whether prices or stock of hardware are wanted, and not those of a program."""
    text = reading.folded
    costs, rents = bool(cues.COST.search(text)), bool(cues.RENT.search(text))
    hardware = reading.gpus or reading.strange_gpu or "gpu" in text
    if not hardware or not (costs or rents) or (cues.WHY.search(text) and not reading.gpus):
        return False
    if cues.COUNTED.search(text) and not cues.OURS.search(text):
        return False
    charged = bool(reading.gpus) and bool(cues.CHARGE.search(text))
    if reading.provider and charged:
        return not cues.CREDITS.search(text)
    return not reading.programs and (charged or not reading.sponsored)


def _rents_beside(reading: Reading) -> bool:
    """Whether offers are wanted beside an estimate: "at $2/h" alone only prices the estimate."""
    rest = reading.folded
    for quantity in reading.quantities:
        if quantity.unit is Unit.PRICE_PER_GPU_HOUR:
            rest = rest.replace(fold(quantity.text), " ")
    return bool(cues.RENT.search(cues.LENGTH_OF_WORK.sub(" ", rest)))


def _asks_history(reading: Reading) -> bool:
    """Whether it is asked how prices of a GPU moved, not why, nor how they will."""
    text = reading.folded
    if not (reading.gpus or reading.strange_gpu) or (reading.programs and not reading.provider):
        return False
    if cues.WHY.search(text) or cues.TO_COME.search(text) or cues.TRAIN.search(text):
        return False
    dearer, moved = cues.DEARER.search(text), cues.MOVED.search(text)
    if dearer or (moved and moved.group().isascii()):
        return True  # these speak of prices themselves
    dated = reading.first(Unit.DATE) or reading.first(Unit.YEAR)
    was = dated and not (dated.iso or "-").startswith("-") and cues.WAS.search(text)
    priced = cues.COST.search(text) or cues.RENT.search(text)
    return bool(priced and (moved or was))


def _asks_queue(reading: Reading) -> bool:
    """Whether the fund's own clusters are asked about: what is free there, and when a job starts;
    not what a source tells of somebody's cluster."""
    text = reading.folded
    if reading.programs or reading.sponsored or cues.CAME_TO_BE.search(text):
        return False
    sized = reading.first(Unit.PARAMS) or reading.first(Unit.TOKENS)
    if sized or cues.TRAIN.search(text):  # a run to be estimated
        return False
    hardware = {mention.raw for mention in reading.gpus}
    names = [n for n in proper_names(reading.text) if fold(n) not in cues.SCHEDULERS]
    if any(not any(name in raw for raw in hardware) for name in names):
        return False
    if cues.OWN_CLUSTER.search(text):
        return bool(cues.QUEUED.search(text))
    return bool(cues.QUEUE.search(text) and (hardware or "gpu" in text))


def _points_nowhere(reading: Reading) -> bool:
    """Whether the question names nothing: a greeting, or an "it" that no earlier one explains."""
    if cues.GREETING.fullmatch(reading.folded.strip()):
        return True
    it = re.match(
        r"(?:it|它|该计划|这个计划|那个计划)(?![a-z])"
        r"|(?:.* )?(?:does|is|did) it\b(?! (?:cost|take)(?: \w+)? to\b)",
        reading.folded,
    )
    return (
        bool(it) and len(reading.folded) < 60 and not reading.sponsored and not reading.quantities
    )


def _strange_gpu(text: str) -> str | None:
    """A word like X900 where a known GPU could stand."""
    match = _MODEL_NAME.search(text)
    return match.group(1) if match else None


def _mentioned(folded: str, programs: Sequence[Program]) -> tuple[list[str], list[str]]:
    """Programs named by name or alias, and those of which only the sponsor is named."""
    named: list[tuple[int, str]] = []
    sponsored: list[tuple[int, str]] = []
    for program in programs:
        own = [program.name.en, program.name.zh_hans, *program.aliases]
        at = _first_at(folded, own)
        if at is not None:
            named.append((at, program.id))
            continue
        at = _first_at(folded, [program.sponsor.en, program.sponsor.zh_hans])
        if at is not None:
            sponsored.append((at, program.id))
    return [p for _, p in sorted(named)], [p for _, p in sorted(sponsored)]


def _first_at(folded: str, names: Sequence[str]) -> int | None:
    places = [place for name in names if (place := _find(folded, fold(name))) is not None]
    return min(places, default=None)


def _find(folded: str, name: str) -> int | None:
    latin = name.isascii()
    pattern = rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if latin else re.escape(name)
    match = re.search(pattern, folded)
    return match.start() if match else None


def _carried_over(past: Sequence[Past], programs: Sequence[Program]) -> list[str]:
    """The program that the last turns were about."""
    ids = {program.id for program in programs}
    for turn in reversed(past):
        named, _ = _mentioned(fold(turn.question), programs)
        if named:
            return named[:1]
        cited = [source for source in turn.sources if source in ids]
        if cited:
            return cited[:1]
    return []


def _repeated(reading: Reading, past: Sequence[Past]) -> dict[str, Any] | None:
    """The earlier call that "and with 512?" or "那用LoRA呢？" changes."""
    if reading.programs or not past:
        return None
    values = bool(reading.quantities or reading.gpus)
    leads = bool(cues.AND_WITH.search(reading.folded.strip()))
    if not (leads or (values and _only_values(reading))):
        return None
    if any(each.missing(reading) is None for each in wanted(reading)):
        return None  # a whole question of its own, which only begins like a follow-up
    call = _last_call(past)
    if call is None or values:
        return call
    return call if call["name"] in BY_TOOL and _changes(reading, call) else None


def _last_call(past: Sequence[Past]) -> dict[str, Any] | None:
    """What the latest turn that called anything repeatable was about: its estimate, if any."""
    for turn in reversed(past):
        calls = [call for call in turn.calls if call["name"] in (*BY_TOOL, *_REPEATABLE)]
        estimates = [call for call in calls if call["name"] in BY_TOOL]
        main = [call for call in estimates if not BY_TOOL[call["name"]].joins]
        if calls:
            return dict((main or estimates or calls)[-1])
    return None


def _changes(reading: Reading, call: dict[str, Any]) -> bool:
    """Whether words without figures ("with LoRA") change the arguments of an estimate."""
    repeated = replace(reading, repeat=call)
    name = call["name"]
    earlier = repeated.again(name)
    return any(
        earlier.get(key) != value for key, value in BY_TOOL[name].arguments(repeated).items()
    )


def _only_values(reading: Reading) -> bool:
    """Whether a question is little more than a changed value: "512 H200s?", "that at $2/h?"."""
    rest = reading.folded
    for value in [*(q.text for q in reading.quantities), *(gpu.raw for gpu in reading.gpus)]:
        rest = rest.replace(fold(value), " ")
    return not cues.VALUE_ONLY.sub(" ", rest).strip(" ?？。.!！,，、")
