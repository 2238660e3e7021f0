"""The questions of a message, each read after the turns and the questions before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from assistant import cues
from assistant.answer import Answer
from assistant.builtin.planning import next_calls
from assistant.builtin.values import gpu_count, gpu_of
from assistant.context import Past, past_of
from assistant.eligibility import company_so_far, targets
from assistant.knowledge import Knowledge
from assistant.language import detect
from assistant.question import Ask, Reading
from assistant.reading.choice import by_meaning
from assistant.reading.joining import groups, lacks_figures
from assistant.reading.later import read, stands_alone, with_subject
from assistant.reading.meaning import Meaning
from assistant.reading.names import (
    mentioned,
    names_anything,
)
from assistant.reading.openings import opened
from assistant.reading.parts import Piece, is_question, pieces
from assistant.reading.pasted import message_of
from assistant.reading.typos import mended
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.quantities import Unit

_OF_A_MODEL = (Ask.TRAINING, Ask.FINETUNING, Ask.INFERENCE)


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
    if len(found) > 1 and stands_alone(text, past, programs):
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
                    reading = with_subject(reading, turns, programs)
                readings.append(reading)
                turns.append(_as_past(readings[-1]))
            readings = _without_openers(readings)
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


def _without_openers(readings: Sequence[Reading]) -> list[Reading]:
    """The questions of a message without what only opens it: "I need two things."."""
    asked = [
        reading
        for reading in readings
        if reading.asks != (Ask.CLARIFY,) or is_question(reading.text)
    ]
    return asked or list(readings)


def _lacks_a_subject(reading: Reading) -> bool:
    """Whether a later question of a message names nothing, and asks of nobody in general."""
    if names_anything(reading) or reading.gpus or _IN_GENERAL.search(reading.folded):
        return False
    if reading.asks == (Ask.CLARIFY,):
        return True  # "how much may we have raised?" asks of the program before it
    if cues.OURS.search(reading.folded):
        return False
    return not (set(reading.asks) - {Ask.FACT, Ask.CLARIFY}) or lacks_figures(reading)


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


def search_words(question: str, turns: Sequence[Answer], programs: Sequence[Program]) -> str:
    """The message for the first search: with the names that it only points to."""
    past = _own([past_of(turn) for turn in turns])
    return read(message_of(question).own, past, programs).search


def _own(past: Sequence[Past]) -> list[Past]:
    """Earlier turns with the person's own words only."""
    return [turn.model_copy(update={"question": message_of(turn.question).own}) for turn in past]
