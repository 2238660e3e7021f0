"""A few words that mean nothing alone: "why?", "says who?", "the second one", "and Amazon into
Anthropic?". Each becomes the question that it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant import cues
from assistant.context import Past
from assistant.grounding.names import is_ordinary
from assistant.reading.names import mentions, without_possessives
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.gpus import find_gpus

_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Whole questions, folded.
_AND = r"^(?:but |and |so )*"
_SAYS = r"(?:said|says|claim(?:s|ed)|wrote|told|reported)"
_THAT = r"(?:that|so|this|it)"
_PARTICLE = r"[啊呢呀吗?。. ]*$"
_WHY = re.compile(
    rf"{_AND}(?:why(?: is {_THAT}| not| {_THAT})?|how come|(?:for )?what reason"
    r"|what(?: is|['’]s| was) the reason)[?. ]*$"
    r"|^(?:but |and |so )*why (?:do|does|did|would|is|are|were|was) (?:they|he|she|it|that)"
    rf"(?: (?:do|say|think|want|happen|done))?(?: {_THAT})?[?. ]*$"
    rf"|^(?:那|这是|可)?(?:[它他她]们?)?为(?:什么|啥|何)(?:[它他她]们?)?(?:会?[这那](?:样|么))?(?:做|说|想)?"
    rf"{_PARTICLE}|^那?原因(?:是什么|何在|是啥)?{_PARTICLE}"
)
_WHO_SAYS = re.compile(
    rf"{_AND}(?:who {_SAYS}(?: {_THAT})?|says who)[?. ]*$"
    rf"|^[那这]?话?是?(?:谁|哪[位个家])(?:说|讲|提|写|报道)(?:出?来)?[的过]?话?{_PARTICLE}"
)
_WHEN = re.compile(
    rf"{_AND}(?:since )?(?:when|where|in what year) (?:was|is|did|were) {_THAT}"
    r"(?: happen(?:ing)?| said)?[?. ]*$"
    rf"|^[那这]?(?:是|发生)?在?(?:什么时候|何时|哪一?年|几月|哪里)(?:的事|发生|说)?的?{_PARTICLE}"
)
_MEANING = re.compile(
    rf"{_AND}(?:what (?:do you|does (?:that|this|it)) mean|meaning|(?:can|could) you explain"
    r"(?: that)?|explain(?: that| this)?|i don['’]?t (?:get|understand)(?: (?:it|that))?)[?. ]*$"
    rf"|^[这那]?(?:是|话)?(?:什么|啥|何)意思{_PARTICLE}"
    rf"|^(?:怎么(?:理解|说|讲)|没(?:太|看|听)?懂|(?:能|可以)?解释一下){_PARTICLE}"
)
_ANY = re.compile(
    r"^(?:(?:and|but|so|are there|is there) )*any\b"
    r"|^(?:and |but )?(?:which|what) of (?:them|these|those)\b"
    r"|^(?:那|其中|里面)*(?:有没有|有哪|哪些|哪几)"
)
LISTS = frozenset({"compare_programs", "match_programs"})
"""Tools that list several programs, where they are asked for none by name."""
_PLACES = {
    r"first|former|第一|前者": 0,
    r"second|latter|第二|后者": 1,
    r"third|第三": 2,
    r"last|最后": -1,
}
"""Places in a list by their words."""
_ONE_OF = re.compile(
    r"\bthe (?:(?:first|second|third|last) (?:one|program(?:me)?|option|fund)|former|latter)\b"
    r"|\bthe (?:bigg?|high|larg|small|low|bett|upp|oth|next|top)(?:er|est)? "
    r"(?:tier|level|plan|one|program(?:me)?)\b"
    r"|第[一二三][个家](?!月)|最后[一][个家]|[前后]者"
    r"|(?:更[大高小低好]|另外?一?|[上下]一|[大高小低])的?(?:那一?)?[档级]"
)
_NAME = re.compile(r"[A-Z][A-Za-z0-9.&-]*(?: [A-Z][A-Za-z0-9.&-]*)*")
_JOINS = cues.cue(
    r"and|so|but|what about|how about|then|into|to|in|with|from|by|for|on|at|of|or|the|too",
    r"那么?|还有|至于|给|投|对|向|和|在|跟|与|从|到|买|里|呢|的话|又|往",
)


def of_the_answer(text: str, earlier: str, last: Past) -> str | None:
    """The earlier question with what is asked of its answer: why, who says so, when; None where
    the words ask something else."""
    said = fold(text).strip()
    if _MEANING.search(said):
        return earlier
    if _WHO_SAYS.search(said):  # first, so that it is no question of yes or no any more
        return f"谁说的：{earlier}" if _CHINESE.search(text) else f"who said that: {earlier}"
    if _WHY.search(said) or _WHEN.search(said):
        return f"{earlier} {text}"
    listed = any(c["name"] in LISTS and not c["args"].get("programs") for c in last.calls)
    return f"{earlier.rstrip('?？')}, {text}" if listed and _ANY.search(said) else None


def with_the_chosen(text: str, last: Past, earlier: str, programs: Sequence[Program]) -> str:
    """The question with the name of the program that "the second one" or "the bigger tier" means:
    of those that were compared or named, or of the same sponsor."""
    folded = fold(text)
    match = _ONE_OF.search(folded)
    if match is None or len(folded) != len(text):
        return text
    found = mentions(without_possessives(fold(earlier)), programs)
    named = list(dict.fromkeys(mention.program for mention in found))
    for call in last.calls:
        if len(listed := call["args"].get("programs") or ()) > 1:
            named = [each for each in named if each in listed] or list(listed)
    by_id = {program.id: program for program in programs}
    if not named:  # a list: its members in their order
        named = [source for source in last.sources if source in by_id]
    which = next(iter(word for word in _PLACES if re.search(word, match.group())), None)
    if len(named) == 1 and (one := by_id.get(named[0])) and which is None:
        same = [p.id for p in programs if p.sponsor == one.sponsor and p.kind == one.kind]
        named = [each for each in same if each != one.id]
        at = 0 if len(named) == 1 else None
    else:
        at = _PLACES[which] if which and len(named) > 1 else None
    if at is None or not -len(named) <= at < len(named) or named[at] not in by_id:
        return text
    name = by_id[named[at]].name
    said = name.zh_hans if _CHINESE.search(text) else name.en
    return f"{text[: match.start()]}{said}{text[match.end() :]}"


def with_other_names(text: str, earlier: str, programs: Sequence[Program]) -> str | None:
    """The earlier question about two others: "and Amazon into Anthropic?" behind "how much did
    Microsoft put into OpenAI?"; None where more is said, or there are not two to replace."""
    now, before = _spans(text, programs), _spans(earlier, programs)
    if len(now) != 2 or len(before) != 2:
        return None
    rest = _without(text, now)
    if re.search(r"\w", _JOINS.sub(" ", fold(rest))):
        return None
    whole = earlier
    for (start, end), (at, until) in reversed(list(zip(before, now, strict=True))):
        whole = f"{whole[:start]}{text[at:until]}{whole[end:]}"
    return whole


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


def _spans(text: str, programs: Sequence[Program]) -> list[tuple[int, int]]:
    """Where a text names companies, programs and persons, in their order."""
    found = [(m.start, m.end) for m in mentions(text, programs)]
    for match in _NAME.finditer(text):
        start, end = match.span()
        over = any(start < until and at < end for at, until in found)
        plain = is_ordinary(match.group().split()[0]) or find_gpus(match.group())
        if not over and not plain:
            found.append((start, end))
    return sorted(found)
