"""What a question takes over from the turns before it.

`resolved` puts a shortened question into the words that it would have alone ("What about
Conviction?", "第二年呢？", "why?"); `points_back` tells whether a question leaves unsaid what it is
about (`assistant.reading.subjects`); `repeated_call` is the earlier call that "and with 512?"
changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assistant import cues
from assistant.builtin.estimating.registry import BY_TOOL, wanted
from assistant.builtin.values import term_of
from assistant.company import company_again
from assistant.context import Past
from assistant.grounding.names import proper_names
from assistant.question import Ask, Reading
from assistant.reading.asks import REPEATABLE
from assistant.reading.fragments import of_the_answer, with_other_names, with_the_chosen
from assistant.reading.names import (
    Mention,
    mentions,
    names_anything,
)
from assistant.reading.openings import opened
from assistant.reading.parts import asks
from assistant.reading.scaling import scaled
from assistant.reading.typos import mended
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.gpus import find_gpus
from tools.places import find_places
from tools.quantities import Quantity, Unit, find_quantities

_LONGEST = 70
"""Characters; a longer question says itself what it is about."""
_FEW = 24
_SWAP = re.compile(
    r"^(?:(?:ok(?:ay)?|so|then|but|and|or)\b[, ]*)*"
    r"(?:(?:what|how) about|and(?: for)?|same for|the same for|what of|or|for"
    r"|(?:does|would|is|can) (?:the same|that|this|it) (?:also )?(?:go|hold|apply|true|count)"
    r"(?: true)?(?: for| to| of)?)?\s*"
    r"(?P<said>[^?？,，]+?)\s*(?:then|too|as well|instead)?\s*[?？.]*$",
    re.IGNORECASE,
)
_SWAP_CHINESE = re.compile(
    r"^(?:那[么麼]?|[换換]成|[还還]有|至[于於]|如果是|要是)?[，,\s]*"
    r"(?P<said>[^?？,，]+?)\s*(?:[呢吗嗎]|的话|的話)*[?？。]*$"
)
_OWN = re.compile(r"['’]s$|的$")
_TOPIC = re.compile(
    r"^(?i:(?:and|but|so|ok(?:ay)?|then)\b[, ]*)*(?i:(?:what|how) about )?"
    r"(?P<topic>[A-Z][^,?]{1,30}),\s*(?P<rest>(?:how|what|who|when|where|which|why)\b.+)$"
)
_TOPIC_CHINESE = re.compile(
    r"^(?:那[么麼]?|至[于於]|[还還]有)?(?P<topic>[^，,？?]{2,16}?)(?:呢|的话|的話)[，,、]\s*(?P<rest>.+)$"
)
_LIKEWISE = re.compile(
    r"^(?:是不是|是否|会不会)?[也又](?:是|会)?(?:一样|同样|如此|这样|同一[个种][\u3400-\u9fff]{2})的?[吗呢?]*$"
    r"|^(?:is it )?(?:the same|likewise|as well|too|similar)(?: \w+)?[?]*$"
)
_FIGURE_ASKED = re.compile(
    r"\bhow (?:much|many|long|big|large)|多少|多久|多大|几|幾", re.IGNORECASE
)
_HE = re.compile(r"\b(?:it|they|he|she)\b", re.IGNORECASE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十\d]+[年轮輪期档檔个個阶階][段]?"
    r"|\b(?:the )?(?:first|second|third|fourth|last|next) (?:year|month|round|tier|phase|quarter)\b"
    r"|\b(?:year|month|round|tier|phase|quarter) (?:one|two|three|four|five|\d)\b"
    r"|\b20\d\d\b|20\d\d(?=\s?年)",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"[,，]?\s*(?:\bnot|\binstead of|\brather than|而?不是|不要)"
    r"\s*[$￥¥]?\d[\d.,]*\s?[a-z%万亿億]{0,2}(?![a-z])",
    re.I,
)
_BESIDE_NAMES = re.compile(
    r"\b(?:and|or|the|program(?:me)?s?|fund|for|from|of)\b|[和与與跟的]|[计計][划劃畫]", re.I
)
NO_SUBJECT = frozenset({"B", "T", "LoRA", "QLoRA", "MoE", "Series", "RL"})
"""Written as names are, and none."""
_LEAST_SUM = 10_000
_ADDS = re.compile(r"\b(?:add|include|also)\b|加上|加入|再加|也放|也加", re.I)
_AGAIN = re.compile(
    r"\b(?:instead|make (?:it|that)|i meant|we meant|change (?:it|that)|same (?:again|thing|job)|"
    r"redo|rerun|again|what if|suppose|actually|correction)\b"
    r"|改[成为用]|换成|换做|改到|的话|重新?算|重来|再算|我是说|应该是|说错|按[^，。]{1,16}算|呢[?？]?$"
)


def resolved(text: str, past: Sequence[Past], programs: Sequence[Program]) -> str:
    """The question in the words that it would have alone; as it is where it needs none."""
    if not past or len(text) > _LONGEST:
        return text
    text = _TAKEN_BACK.sub("", text)
    earlier = spelled_out(past, programs)
    if (whole := of_the_answer(text, earlier, past[-1])) is not None:
        return whole
    text = with_the_chosen(text, past[-1], earlier, programs)
    if (whole := _with_other_value(text, earlier, past[-1])) is not None:
        return whole
    if (one := _only(_ORDINAL, text)) and (other := _ORDINAL.search(earlier)):
        return f"{earlier[: other.start()]}{one}{earlier[other.end() :]}"
    topic = (_TOPIC_CHINESE if _CHINESE.search(text) else _TOPIC).search(text.strip())
    if topic and (whole := _of_topic(topic["topic"], topic["rest"], earlier, programs)):
        return whole
    swapped = _with_other_name(text, earlier, programs) or with_other_names(text, earlier, programs)
    return swapped or text


def _of_topic(topic: str, rest: str, earlier: str, programs: Sequence[Program]) -> str | None:
    """A question whose subject stands before it ("and Google, how much did they put in?"): the
    earlier question about that subject where it asks for the same figure, else the question."""
    if not (_is_all(topic, mentions(topic, programs)) or proper_names(topic, initial=True)):
        return None
    word = _FIGURE_ASKED.search(rest)
    own = proper_names(rest, initial=not rest.isascii()) or mentions(rest, programs)
    same = word and not own and word.group().casefold() in earlier.casefold()
    if (same or _LIKEWISE.search(fold(rest).strip())) and (
        whole := _with_other_name(topic, earlier, programs)
    ):
        return whole
    if _CHINESE.search(rest):
        return f"{topic}{rest}"
    whole, replaced = _HE.subn(topic, rest, count=1)
    return whole if replaced else f"{topic}: {rest}"


def spelled_out(past: Sequence[Past], programs: Sequence[Program]) -> str:
    """The last question, itself in the words that it would have alone."""
    text, leaves = opened(mended(past[-1].question, programs))
    return resolved(text, () if leaves else past[:-1], programs)


def _only(pattern: re.Pattern[str], text: str) -> str | None:
    """The one stretch that a shortened question consists of ("第二年呢", "and in 2024?")."""
    match = pattern.search(text)
    if match is None:
        return None
    rest = fold(text[: match.start()] + " " + text[match.end() :])
    left = cues.VALUE_ONLY.sub(" ", re.sub(r"\b(?:in|during|the)\b|年", " ", rest))
    return None if left.strip(" ?？。.!！,，、") else match.group()


def _with_other_value(text: str, earlier: str, last: Past) -> str | None:
    """The earlier message with another figure, where several things hang on it: a run, and where
    to get what it takes. An estimate alone is repeated by its arguments (`repeated_call`)."""
    estimates = {call["name"] for call in last.calls} & BY_TOOL.keys()
    now = find_quantities(text)
    if len(now) != 1:
        return None
    if not estimates:
        return _with_other_sum(text, earlier, now[0], last)
    if len(estimates) < 2 or not cues.AND_WITH.search(fold(text).strip()):
        return None
    unit = Unit.GPUS if now[0].unit is Unit.COUNT else now[0].unit
    before = [quantity for quantity in find_quantities(earlier) if quantity.unit is unit]
    if len(before) != 1:
        return None
    old = before[0]
    if now[0].unit is not Unit.COUNT:
        return f"{earlier[: old.start]}{now[0].text}{earlier[old.end :]}"
    figure = re.sub(r"^[\d,.]+", now[0].text, old.text)
    return f"{earlier[: old.start]}{figure}{earlier[old.end :]}"


def _with_other_sum(text: str, earlier: str, now: Quantity, last: Past) -> str | None:
    """An earlier question of fact about another sum: "and if we raised $7M?". A sum may stand
    without its currency."""
    if any(call["name"] in REPEATABLE for call in last.calls) or _FIGURE_ASKED.search(text):
        return None
    before = [quantity for quantity in find_quantities(earlier) if quantity.unit is Unit.MONEY]
    bare = now.unit is Unit.COUNT and now.value >= _LEAST_SUM
    if len(before) != 1 or not (now.unit is Unit.MONEY or bare):
        return None
    if proper_names(text.replace(now.text, " "), initial=not text.isascii()):
        return None
    old = before[0]
    sign = old.text[0] if bare and old.text[0] in "$€£¥￥" else ""
    return f"{earlier[: old.start]}{sign}{now.text}{earlier[old.end :]}"


def _with_other_name(text: str, earlier: str, programs: Sequence[Program]) -> str | None:
    """The earlier question about what the shortened one names instead, or, where programs were
    compared, about that as well: "what about Conviction?"."""
    match = (_SWAP_CHINESE if _CHINESE.search(text) else _SWAP).search(text.strip())
    said = _OWN.sub("", match["said"].strip()) if match else ""
    now, before = mentions(text, programs), mentions(earlier, programs)
    if now and len({mention.program for mention in before}) > 1:
        if _ADDS.search(text) or (said and _is_all(said, mentions(said, programs))):
            added = " ".join(text[mention.start : mention.end] for mention in now)
            joint = "和" if _CHINESE.search(earlier) else " and "
            at = max(mention.end for mention in before)
            return f"{earlier[:at]}{joint}{added}{earlier[at:]}"
        return None
    if not said or _ADDS.search(text) or find_gpus(said) or find_places(said):
        return None
    names = [name for name in proper_names(said, initial=True) if name not in NO_SUBJECT]
    if not (_is_all(said, mentions(said, programs)) or (names and said == " ".join(names))):
        return None
    if before:
        return _replaced(earlier, before, said)
    gpus = " ".join(mention.raw for mention in find_gpus(earlier))
    found = proper_names(earlier, initial=not earlier.isascii())
    others = [name for name in found if name not in gpus and name not in NO_SUBJECT]
    return earlier.replace(others[0], said) if len(others) == 1 else None


def _is_all(said: str, found: Sequence[Mention]) -> bool:
    """Whether names of programs are all that is said."""
    if not found:
        return False
    rest = said
    for mention in sorted(found, key=lambda m: -m.start):
        rest = rest[: mention.start] + " " + rest[mention.end :]
    left = _BESIDE_NAMES.sub(" ", rest)
    return not re.search(r"\w", left)


def _replaced(earlier: str, before: Sequence[Mention], said: str) -> str:
    first = before[0]
    ends = [m.end for m in before if m.program == first.program and m.start <= first.end]
    return f"{earlier[: first.start]}{said}{earlier[max(ends) :]}"


OF_THEM = cues.cue(
    r"(?:which|any|either|both|neither|none) (?:one|of (?:them|these|those|the two))|the two",
    r"哪一?[个家](?=[更能可会要有接收给对])|[这那]?两[个家]|二者|两者",
)
"""Asks of those that were named or compared."""


def points_back(reading: Reading) -> bool:
    """Whether a question is about what was spoken of before: by a pronoun, or because it is short
    and names nothing."""
    if set(reading.asks) - {Ask.FACT, Ask.CLARIFY, Ask.COMPARE, Ask.PROGRAM} or reading.repeat:
        return False
    if cues.GREETING.fullmatch(reading.folded.strip()):
        return False
    if cues.FOLLOW_UP.search(reading.folded) or OF_THEM.search(reading.folded):
        return True
    fitting = cues.ELIGIBLE.search(reading.folded) and not cues.WHICH.search(reading.folded)
    names = proper_names(reading.text, initial=reading.language != "en")
    names = [name for name in names if not find_places(name)]
    named = names or reading.programs or reading.sponsored or reading.gpus or reading.models
    ours = cues.OURS.search(reading.folded)
    counted = (
        cues.COUNTED.search(reading.folded) and not ours
    )  # "how many GPUs?": of what was named
    general = ours or (cues.COMPUTE.search(reading.folded) and not counted)
    if general and not fitting:  # "we are Series A, do we qualify?" asks of what was named
        return False
    return not (named or reading.strange_gpu) and len(reading.text) <= _LONGEST


def repeated_call(reading: Reading, past: Sequence[Past]) -> dict[str, Any] | None:
    """The earlier call that "and with 512?" or "那用LoRA呢？" changes."""
    if reading.programs or not past:
        return None
    call = _last_call(past)
    if call is None:
        return None
    values = bool(reading.quantities or reading.gpus)
    said = reading.folded.strip()
    leads = bool(cues.AND_WITH.search(said) or _AGAIN.search(said))
    outside = cues.ELSEWHERE.search(said) or cues.COST.search(said) or term_of(said)
    if outside and call["name"] == "cluster_queue":
        return None  # the fund's own clusters have no prices
    whole = any(each.missing(reading) is None for each in wanted(reading))
    if whole and call["name"] not in BY_TOOL:
        return None
    if call["name"] in BY_TOOL:
        if _asks_of_it(reading):
            return call
        if changed := scaled(reading, call):
            return changed
        if not (leads or (values and (_only_values(reading) or _asks_nothing_else(reading)))):
            return None
        if whole:
            return None  # a whole question of its own, which only begins like a follow-up
        return call if (values and leads) or _changes(reading, call) else None
    if call["name"] == "match_programs":
        told = company_again(reading.text, call["args"])
        return call if told and (leads or _is_few(reading)) else None
    if call["name"] == "gpu_offers" and cues.CHANGED.search(reading.folded):
        return None
    if reading.quantities or reading.gpus or reading.provider or _narrowed(reading):
        return call if leads or _only_values(reading) or _is_few(reading) else None
    return None


def _asks_of_it(reading: Reading) -> bool:
    """Whether a few words only ask for what an estimate tells: "and the cost?", 要几天呢."""
    asked = cues.COST.search(reading.folded) or cues.TIME.search(reading.folded)
    if not asked or len(reading.text) > _FEW or reading.quantities or reading.gpus:
        return False
    rest = cues.TIME.sub(" ", cues.COST.sub(" ", reading.folded))
    return not cues.VALUE_ONLY.sub(" ", rest).strip(" ?？。.!！,，、")


def _is_few(reading: Reading) -> bool:
    """Whether a question is a few words that ask nothing else: "spot only please"."""
    asked = cues.WHICH.search(reading.folded) or cues.HOW.search(reading.folded)
    strangers = names_anything(reading) and not find_places(reading.text)
    few = len(reading.text) <= _FEW and not strangers
    return few and not asked and not cues.WHY.search(reading.folded)


def _narrowed(reading: Reading) -> bool:
    """Whether a place or a kind of contract is named, which offers can be narrowed to."""
    return bool(find_places(reading.text) or term_of(reading.folded))


def _last_call(past: Sequence[Past]) -> dict[str, Any] | None:
    """What the latest turn that called anything repeatable was about: its estimate, if any."""
    for turn in reversed(past):
        calls = [call for call in turn.calls if call["name"] in (*BY_TOOL, *REPEATABLE)]
        estimates = [call for call in calls if call["name"] in BY_TOOL]
        main = [call for call in estimates if not BY_TOOL[call["name"]].joins]
        if calls:
            return dict((main or estimates or calls)[-1])
    return None


def _asks_nothing_else(reading: Reading) -> bool:
    """Whether a question with figures names nothing new and is no lookup of its own."""
    names = proper_names(reading.text, initial=reading.language != "en")
    gpus = " ".join(mention.raw for mention in reading.gpus)
    strangers = [name for name in names if name not in gpus and name not in NO_SUBJECT]
    priced = cues.RENT.search(reading.folded) and reading.gpus
    asked = reading.sponsored or reading.provider or cues.WHY.search(reading.folded)
    told = cues.WHO.search(reading.folded) or cues.COMPUTE.search(reading.folded)
    if not asks(reading.text) and len(reading.quantities) > 1:
        told = None  # figures that are told, and nothing asked: those of the job spoken of
    return not (strangers or priced or asked or told) and len(reading.text) <= _LONGEST


def _changes(reading: Reading, call: dict[str, Any]) -> bool:
    """Whether the words of a question change the arguments of an estimate."""
    repeated = replace(reading, repeat=call)
    name = call["name"]
    earlier = repeated.again(name)
    return any(
        earlier.get(key) != value for key, value in BY_TOOL[name].arguments(repeated).items()
    )


def _only_values(reading: Reading) -> bool:
    """Whether a question is little more than a changed value: "512 H200s?", "that at $2/h?"."""
    rest = reading.folded
    values = [*(q.text for q in reading.quantities), *(gpu.raw for gpu in reading.gpus)]
    values += [reading.provider] if reading.provider else []
    for value in values:
        rest = rest.replace(fold(value), " ")
    rest = cues.NARROWING.sub(" ", rest) if not reading.quantities else rest
    return not cues.VALUE_ONLY.sub(" ", rest).strip(" ?？。.!！,，、")
