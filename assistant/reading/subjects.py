"""What "it", "he" or a question without a subject means after the turns before.

It is what the last question named, or what its answer named where that was asked for: after "which
lab runs on Azure only?" it is the lab, after "who launched Generate?" he is who launched it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant import cues
from assistant.context import Past
from assistant.grounding.names import proper_names
from assistant.question import Reading
from assistant.reading.follow_ups import NO_SUBJECT, OF_THEM, spelled_out
from assistant.reading.fragments import LISTS
from assistant.reading.names import full_names, mentioned, mentions, names_anything, seller
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.gpus import find_gpus
from tools.quantities import Unit, find_quantities

_MOST_NAMES, _SHORT = 3, 35
_THAT = cues.cue(r"it|its|they|them|their|that|those|these|this|the price", r"它|这|那|其")
_PERSON = cues.cue(r"he|she|him|her|his", r"他(?!们)|她(?!们)")
_ROLE = cues.cue(
    r"who|whose|founders?|co-?founders?|ceo|chief|executive|president|professor|analyst|investor"
    r"|partner|author|boss|head|(?:some|any)(?:one|body)",
    r"谁|哪位|有人|创始人|总裁|执行官|教授|分析师|投资人|合伙人|负责人|高管|作者|老板",
)
# "Which lab spends ...?", 哪家云...: at the beginning; its answer is what is spoken of next.
_WHICH_ONE = re.compile(
    r"^(?:[a-z]+ ){0,3}?(?:which|what) "
    r"(?:(?!(?:is|are|was|were|do|does|did|can|has|have|the)\b)[\w-]+ ){0,4}?"
    r"(?:company|firm|lab|cloud|fund|vc|investor|startup|provider|cluster|program(?:me)?|accelerator"
    r"|scheme|plan|one|bank|lender|seller)\b"
    r"|^(?:请问|那|是)?(?:哪一?[家个所款支只]|什么(?:公司|基金|机构|计划|云|集群))"
)


_PRONOUN = re.compile(
    r"\b(?:it|they|them|he|she|him)\b(?!['’])|\b(?P<own>its|their|his|her)\b|[它他她牠](?:们|們)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Subject:
    """What the turns before were about: ids of programs, or else names."""

    programs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def subject(reading: Reading, past: Sequence[Past], programs: Sequence[Program]) -> Subject:
    """What the last turns were about: the nearest that named anything but a GPU."""
    ids = {program.id for program in programs}
    if OF_THEM.search(reading.folded) and (compared := _compared(past[-1], ids)):
        return Subject(programs=compared)
    person = bool(_PERSON.search(reading.folded))
    for n in range(len(past) - 1, -1, -1):
        turn = past[n]
        said = spelled_out(past[: n + 1], programs)
        if told := _told(said, turn, programs, person=person):
            return told
        named, sponsored = mentioned(fold(said), programs)
        if named:
            return Subject(programs=tuple(named[:1]))
        gpus = " ".join(mention.raw for mention in find_gpus(said))
        names = [
            name
            for name in proper_names(said, initial=turn.language != "en")
            if name not in gpus and name not in NO_SUBJECT
        ]
        names += [name for name in full_names(said) if not name.isascii()]
        if len(sponsored) == 1 and set(names) <= _words_of(sponsored[0], programs):
            return Subject(programs=tuple(sponsored))
        if names:
            return Subject(names=tuple(names[:_MOST_NAMES]))
        listed = any(call["name"] in LISTS for call in turn.calls)
        cited = [source for source in turn.sources if source in ids and not listed]
        if cited:
            return Subject(programs=tuple(cited[:1]))
    return Subject()


def _compared(last: Past, ids: set[str]) -> tuple[str, ...]:
    """The programs that the last turn compared; empty where it compared none."""
    for call in last.calls:
        if len(named := [each for each in call["args"].get("programs") or () if each in ids]) > 1:
            return tuple(named)
    return ()


def told_of(names: Sequence[str], question: str, *, chinese: bool) -> str:
    """The question with names in the place of its pronoun, or before it where it has none."""
    name = " ".join(names)
    match = _PRONOUN.search(question)
    if match is None:
        return f"{name} {question}" if chinese else f"{name}: {question}"
    said = f"{name}'s" if match["own"] else name
    return f"{question[: match.start()]}{said}{question[match.end() :]}"


def _words_of(program: str, programs: Sequence[Program]) -> set[str]:
    """The words of a program's sponsor."""
    return {word for p in programs if p.id == program for word in p.sponsor.en.split()}


def _told(said: str, turn: Past, programs: Sequence[Program], *, person: bool) -> Subject | None:
    """Whom or what the answer named, where the question was who or which it is."""
    if person:
        known = {fold(name) for name in _persons(said, programs)}
        if known or not (_ROLE.search(fold(said)) or not proper_names(said, initial=True)):
            return None
        found = [name for name in _persons(turn.lead, programs) if fold(name) not in known]
        return Subject(names=(found[0],)) if found else None
    if not _WHICH_ONE.search(fold(said).strip()):
        return None
    asked = {mention.program for mention in mentions(said, programs)}
    named = [each for each in mentioned(fold(turn.lead), programs)[0] if each not in asked]
    if named:
        return Subject(programs=(named[0],))
    gpus = " ".join(mention.raw for mention in find_gpus(turn.lead))
    names = [
        name
        for name in proper_names(turn.lead, initial=turn.language != "en")
        if name not in said and name not in gpus and name not in NO_SUBJECT
    ]
    return Subject(names=(names[0],)) if names and not find_quantities(names[0]) else None


# Who has one of these words in a name is no person.
_FIRM = re.compile(
    r"\b(?:Capital|Ventures?|Partners|AI|Cloud|Commons|Compute|Labs?|Energy|Group|Fund|Street"
    r"|Times|Journal|Startups?|Academy|School|University|Combinator|Horowitz|Activate)\b"
)


def _persons(text: str, programs: Sequence[Program]) -> list[str]:
    """Names of two words that are no program's, no sponsor's and no firm's."""
    known = {fold(name) for p in programs for name in (p.name.en, p.sponsor.en)}
    return [name for name in full_names(text) if fold(name) not in known and not _FIRM.search(name)]


def hardware(reading: Reading, past: Sequence[Past]) -> str | None:
    """The GPUs that "them" or "that" means, where their rent or its moves are asked for: those of
    the last turn's call ("where can I rent them?", "how has that changed since 2024?")."""
    text = reading.folded
    moves = (cues.MOVED, cues.CHANGED, cues.DEARER)
    moved = any(cue.search(text) for cue in moves)
    now = cues.NOW.search(text) and cues.RENT.search(text)
    few = len(reading.text) <= _SHORT and (moved or now)
    points = _THAT.search(text) or cues.ELSEWHERE.search(text) or few
    if reading.gpus or not points or not (moved or cues.RENT.search(text)):
        return None
    calls = [call for call in past[-1].calls if call["args"].get("gpu")]
    if not calls or names_anything(reading):
        return None
    call = next((call for call in calls if call["args"].get("gpus")), calls[-1])
    gpu, chinese = str(call["args"]["gpu"]), reading.language != "en"
    if moved:
        provider = call["args"].get("provider")
        if chinese:
            return f"{provider}的{gpu}价格" if provider else f"{gpu}价格"
        return f"{gpu} prices on {provider}" if provider else f"{gpu} prices"
    count = call["args"].get("gpus") or call["args"].get("count")
    if not count or reading.first(Unit.GPUS):
        return gpu
    return f"{count}张{gpu}" if chinese else f"{count} {gpu}s"


# Whose price it is: "what do they charge for an H100?", 它家H100多少钱.
_SELLS = re.compile(
    r"\b(?:do|does|would|will|can) (?P<they>they|it)\b|\b(?P<their>their|its)\b"
    r"|[它他]们?家?|[该那这]家"
)


def with_seller(text: str, past: Sequence[Past]) -> str:
    """A question for somebody's price of a GPU with the seller that the turns before named."""
    folded = fold(text)
    if len(folded) != len(text) or not find_gpus(text) or seller(folded):
        return text
    match = _SELLS.search(folded) if cues.CHARGE.search(folded) else None
    if match is None:
        return text
    named = (seller(fold(turn.question)) for turn in reversed(past))
    name = next(filter(None, named), None)
    if name is None:
        return text
    group = "they" if match["they"] else "their" if match["their"] else 0
    said = {"they": name, "their": f"{name}'s", 0: f"{name}的"}[group]
    return f"{text[: match.start(group)]}{said}{text[match.end(group) :]}"
