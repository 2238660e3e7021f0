"""A question after the turns before it, from which it takes over what it leaves unsaid.

"And with 512?" repeats the last estimate; "它给多少额度？" is about the program of the last answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant import cues
from assistant.answer import Language
from assistant.company import company_in
from assistant.context import Past
from assistant.grounding.names import proper_names
from assistant.language import detect
from assistant.question import Ask, Reading
from assistant.reading.alone import LONGEST_COMPLETION, alone
from assistant.reading.follow_ups import points_back, resolved, spelled_out
from assistant.reading.names import mentioned, mentions
from assistant.reading.openings import opened, returned, without_asides
from assistant.reading.parts import asks
from assistant.reading.subjects import hardware, subject, told_of, with_seller
from assistant.reading.typos import mended
from kb.programs.program import Program
from kb.texts.folding import fold


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
    rest = alone(bare, reading.language, past, programs, tuple(said))
    return rest if set(rest.asks) <= _OF_SOURCES else reading


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
    text, past = returned(text, past)
    text = resolved(with_seller(text, past), past, programs)
    reading = alone(text, language, past, programs, ())
    if past and not reading.repeat and (meant := hardware(reading, past)):
        whole = f"{meant}: {text}" if language == "en" else f"{meant}，{text}"
        return alone(whole, language, past, programs, ())
    if past and _only_tells_of_us(text):
        earlier = spelled_out(past, programs)
        return alone(f"{text.rstrip(' .。!！')}: {earlier}", language, past[:-1], programs, ())
    if past and (compared := _of_those_compared(reading, past)):
        return replace(reading, programs=compared)
    if past and (kind := _of_those_listed(reading, past)) is not None:
        return replace(reading, asks=(Ask.MATCH,), kind=kind or None)
    if not past or not points_back(reading):
        return reading
    return with_subject(reading, past, programs)


def with_subject(reading: Reading, past: Sequence[Past], programs: Sequence[Program]) -> Reading:
    """The question about what the turns before were about."""
    if _OWNER_NAMED.search(reading.text):
        return reading
    about, text, language = subject(reading, past, programs), reading.text, reading.language
    if about.programs:
        whole = _about_the_program(text, about.programs, language, past, programs)
        return alone(whole, language, past, programs, about.programs)
    if about.names and not set(about.names) & set(proper_names(text, initial=True)):
        if _OF_IT.search(text) and proper_names(text):
            return replace(reading, search=f"{text} {spelled_out(past, programs)}")
        whole = told_of(about.names, text, chinese=language != "en")
        return alone(whole, language, past, programs, ())
    return reading


def _only_tells_of_us(text: str) -> bool:
    """Whether a message tells what the asker's company is, and asks nothing: the last question is
    asked again of it."""
    return not asks(text) and bool(company_in(text)) and bool(cues.OURS.search(fold(text)))


def _about_the_program(
    text: str,
    about: tuple[str, ...],
    language: Language,
    past: Sequence[Past],
    programs: Sequence[Program],
) -> str:
    """The question with the name of the one program that it is about, as the person called it; as
    it is where it tells whose thing it asks for."""
    one = next((program for program in programs if program.id in about[:1]), None)
    if one is None or len(about) > 1 or _OF_SOMEBODY.match(fold(text)):
        return text
    names = [one.name.en if language == "en" else one.name.zh_hans]
    for n in range(len(past), 0, -1):
        earlier = spelled_out(past[:n], programs)
        said = [earlier[m.start : m.end] for m in mentions(earlier, programs)]
        names[:0] = [name for name in said if _only_names(name, one.id, programs)]
    return told_of(names[:1], text, chinese=language != "en")


# "What does the Stanford professor say about it?": of whom is said, only what about is not.
_OF_IT = re.compile(
    r"\b(?:about|of|on|with|to|for|from) (?:it|this|that|them|these|those)\b[?. ]*$"
)


_OF_SOMEBODY = re.compile(
    r"^[那而]?(?![它他她其这那])[\u3400-\u9fff]{2,6}的[\u3400-\u9fff]"
)  # 教授的年薪


def _only_names(name: str, program: str, programs: Sequence[Program]) -> bool:
    """Whether a name means one program and no other."""
    named, sponsored = mentioned(fold(name), programs)
    return [*named, *sponsored] == [program]


# "How long does Acme need to pay its loan?": whose it is stands before it. "What does Ada Lovelace
# think of its price?" is of something else.
_OWNER_NAMED = re.compile(
    r"\b(?:does|do|did|will|would|can|could|must|has|have|is|was|are|were) [A-Z][\w.-]*"
    r"(?: [A-Z][\w.-]*)*(?: (?!about\b|of\b|on\b|with\b|from\b|for\b|at\b|in\b|into\b)[a-z]+)+ "
    r"(?:its|his|her|their)\b"
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


def _completes(reading: Reading) -> bool:
    """Whether a text is what was asked back for ("7B, 2T tokens", "yes") and asks nothing new."""
    if len(reading.text) > LONGEST_COMPLETION or reading.programs or reading.repeat:
        return False
    told = reading.quantities or reading.gpus or cues.ACCEPTED.search(reading.folded)
    return bool(told) and set(reading.asks) <= {Ask.FACT, Ask.CLARIFY}


def stands_alone(text: str, past: Sequence[Past], programs: Sequence[Program]) -> bool:
    """Whether a message is neither an answer to what was asked back nor a shortened question."""
    whole = _completed(text, past, programs)
    return whole.text == text and not whole.accepted
