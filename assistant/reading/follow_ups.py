"""What a question takes over from the turns before it.

`resolved` puts a shortened question into the words that it would have alone ("What about
Conviction?", "第二年呢？", "why?"); `subject` is what "it" means, also where nothing says "it";
`repeated_call` is the earlier call that "and with 512?" changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant import cues
from assistant.builtin.estimating.registry import BY_TOOL, wanted
from assistant.builtin.values import term_of
from assistant.company import company_in
from assistant.context import Past
from assistant.grounding.names import proper_names
from assistant.question import Ask, Reading
from assistant.reading.asks import REPEATABLE
from assistant.reading.names import Mention, mentioned, mentions, names_anything
from assistant.reading.typos import mended
from kb.programs.program import Program
from kb.texts.folding import fold
from tools.gpus import find_gpus
from tools.places import find_places
from tools.quantities import Unit, find_quantities

_LONGEST = 70
"""Characters; a longer question says itself what it is about."""
_MOST_NAMES = 3
_FEW = 24
_THAT = cues.cue(r"it|its|they|them|their|that|those|these|this|the price", r"它|这|那|其")
_SWAP = re.compile(
    r"^(?:(?:ok(?:ay)?|so|then|but|and|or)\b[, ]*)*"
    r"(?:(?:what|how) about|and(?: for)?|same for|the same for|what of|or|for)?\s*"
    r"(?P<said>[^?？,，]+?)\s*(?:then|too|as well|instead)?\s*[?？.]*$",
    re.IGNORECASE,
)
_SWAP_CHINESE = re.compile(
    r"^(?:那[么麼]?|[换換]成|[还還]有|至[于於]|如果是|要是)?[，,\s]*"
    r"(?P<said>[^?？,，]+?)\s*(?:[呢吗嗎]|的话|的話)*[?？。]*$"
)
_TOPIC = re.compile(
    r"^(?i:(?:and|but|so|ok(?:ay)?|then)\b[, ]*)*(?i:(?:what|how) about )?"
    r"(?P<topic>[A-Z][^,?]{1,30}),\s*(?P<rest>(?:how|what|who|when|where|which|why)\b.+)$"
)
_TOPIC_CHINESE = re.compile(
    r"^(?:那[么麼]?|至[于於]|[还還]有)?(?P<topic>[^，,？?]{2,16}?)(?:呢|的话|的話)[，,、]\s*(?P<rest>.+)$"
)
_FIGURE_ASKED = re.compile(
    r"\bhow (?:much|many|long|big|large)|多少|多久|多大|几|幾", re.IGNORECASE
)
_HE = re.compile(r"\b(?:it|they|he|she)\b", re.IGNORECASE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WHY = re.compile(
    r"^(?:but |and |so )?(?:why(?: is that| so| not)?|how come)[?. ]*$"
    r"|^那?[为為](?:什[么麼]|啥|何)[呢?？ ]*$",
    re.I,
)
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十\d]+[年轮輪期档檔个個阶階][段]?"
    r"|\b(?:the )?(?:first|second|third|fourth|last) (?:year|month|round|tier|phase|quarter)\b"
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
_ADDS = re.compile(r"\b(?:add|include|also)\b|加上|加入|再加|也放|也加", re.I)
_AGAIN = re.compile(
    r"\b(?:instead|make (?:it|that)|i meant|we meant|change (?:it|that)|same (?:again|thing|job)|"
    r"redo|rerun|again|what if|suppose|actually|correction)\b"
    r"|改[成为用]|换成|换做|改到|的话|重新?算|重来|再算|我是说|应该是|说错|按[^，。]{1,16}算|呢[?？]?$"
)


@dataclass(frozen=True)
class Subject:
    """What the turns before were about: ids of programs, or else names."""

    programs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def resolved(text: str, past: Sequence[Past], programs: Sequence[Program]) -> str:
    """The question in the words that it would have alone; as it is where it needs none."""
    if not past or len(text) > _LONGEST:
        return text
    text = _TAKEN_BACK.sub("", text)
    earlier = _spelled_out(past, programs)
    if _WHY.search(text):
        return f"{earlier} {text}"
    if (whole := _with_other_value(text, earlier, past[-1])) is not None:
        return whole
    if (one := _only(_ORDINAL, text)) and (other := _ORDINAL.search(earlier)):
        return f"{earlier[: other.start()]}{one}{earlier[other.end() :]}"
    topic = (_TOPIC_CHINESE if _CHINESE.search(text) else _TOPIC).search(text.strip())
    if topic and (whole := _of_topic(topic["topic"], topic["rest"], earlier, programs)):
        return whole
    return _with_other_name(text, earlier, programs) or text


def _of_topic(topic: str, rest: str, earlier: str, programs: Sequence[Program]) -> str | None:
    """A question whose subject stands before it ("and Google, how much did they put in?"): the
    earlier question about that subject where it asks for the same figure, else the question."""
    if not (_is_all(topic, mentions(topic, programs)) or proper_names(topic, initial=True)):
        return None
    word = _FIGURE_ASKED.search(rest)
    own = proper_names(rest, initial=not rest.isascii()) or mentions(rest, programs)
    same = word and not own and word.group().casefold() in earlier.casefold()
    if same and (whole := _with_other_name(topic, earlier, programs)):
        return whole
    if _CHINESE.search(rest):
        return f"{topic}{rest}"
    whole, replaced = _HE.subn(topic, rest, count=1)
    return whole if replaced else f"{topic}: {rest}"


def _spelled_out(past: Sequence[Past], programs: Sequence[Program]) -> str:
    """The last question, itself in the words that it would have alone."""
    return resolved(mended(past[-1].question, programs), past[:-1], programs)


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
    if len({call["name"] for call in last.calls} & BY_TOOL.keys()) < 2:
        return None
    if not cues.AND_WITH.search(fold(text).strip()):
        return None
    now = find_quantities(text)
    if len(now) != 1:
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


def _with_other_name(text: str, earlier: str, programs: Sequence[Program]) -> str | None:
    """The earlier question about what the shortened one names instead, or, where programs were
    compared, about that as well: "what about Conviction?"."""
    match = (_SWAP_CHINESE if _CHINESE.search(text) else _SWAP).search(text.strip())
    said = match["said"].strip() if match else ""
    now, before = mentions(text, programs), mentions(earlier, programs)
    if now and len({mention.program for mention in before}) > 1:
        if _ADDS.search(text) or (said and _is_all(said, mentions(said, programs))):
            added = " ".join(text[mention.start : mention.end] for mention in now)
            return f"{earlier.rstrip(' ?？。.')}, {added}"
        return None
    if not said or _ADDS.search(text) or find_gpus(said) or find_places(said):
        return None
    names = [name for name in proper_names(said, initial=True) if name not in _NO_SUBJECT]
    if not (_is_all(said, mentions(said, programs)) or (names and said == " ".join(names))):
        return None
    if before:
        return _replaced(earlier, before, said)
    gpus = " ".join(mention.raw for mention in find_gpus(earlier))
    found = proper_names(earlier, initial=not earlier.isascii())
    others = [name for name in found if name not in gpus and name not in _NO_SUBJECT]
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


def subject(past: Sequence[Past], programs: Sequence[Program]) -> Subject:
    """What the last turns were about: the nearest that named anything but a GPU."""
    ids = {program.id for program in programs}
    for n in range(len(past) - 1, -1, -1):
        turn = past[n]
        said = resolved(mended(turn.question, programs), past[:n], programs)
        named, sponsored = mentioned(fold(said), programs)
        if named:
            return Subject(programs=tuple(named[:1]))
        gpus = " ".join(mention.raw for mention in find_gpus(said))
        names = [
            name
            for name in proper_names(said, initial=turn.language != "en")
            if name not in gpus and name not in _NO_SUBJECT
        ]
        if not names and len(sponsored) == 1:
            return Subject(programs=tuple(sponsored))
        if names:
            return Subject(names=tuple(names[:_MOST_NAMES]))
        cited = [source for source in turn.sources if source in ids]
        if cited:
            return Subject(programs=tuple(cited[:1]))
    return Subject()


def hardware(reading: Reading, past: Sequence[Past]) -> str | None:
    """The GPUs that "them" or "that" means, where their rent or its moves are asked for: those of
    the last turn's call ("where can I rent them?", "how has that changed since 2024?")."""
    text = reading.folded
    moved = cues.MOVED.search(text) or cues.CHANGED.search(text)
    if reading.gpus or not _THAT.search(text) or not (moved or cues.RENT.search(text)):
        return None
    calls = [call for call in past[-1].calls if call["args"].get("gpu")]
    if not calls or names_anything(reading):
        return None
    call = next((call for call in calls if call["args"].get("gpus")), calls[-1])
    gpu, chinese = str(call["args"]["gpu"]), reading.language != "en"
    if moved:
        return f"{gpu}价格" if chinese else f"{gpu} prices"
    count = call["args"].get("gpus") or call["args"].get("count")
    if not count:
        return gpu
    return f"{count}张{gpu}" if chinese else f"{count} {gpu}s"


_NO_SUBJECT = frozenset({"B", "T", "LoRA", "QLoRA", "MoE", "Series", "RL"})


def points_back(reading: Reading) -> bool:
    """Whether a question is about what was spoken of before: by a pronoun, or because it is short
    and names nothing."""
    if set(reading.asks) - {Ask.FACT, Ask.CLARIFY, Ask.COMPARE, Ask.PROGRAM} or reading.repeat:
        return False
    if cues.GREETING.fullmatch(reading.folded.strip()):
        return False
    if cues.FOLLOW_UP.search(reading.folded):
        return True
    fitting = cues.ELIGIBLE.search(reading.folded) and not cues.WHICH.search(reading.folded)
    names = proper_names(reading.text, initial=reading.language != "en")
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
    if call["name"] in BY_TOOL:
        if not (leads or (values and (_only_values(reading) or _asks_nothing_else(reading)))):
            return None
        if any(each.missing(reading) is None for each in wanted(reading)):
            return None  # a whole question of its own, which only begins like a follow-up
        return call if (values and leads) or _changes(reading, call) else None
    if call["name"] == "match_programs":
        return call if company_in(reading.text) and (leads or _is_few(reading)) else None
    if call["name"] == "gpu_offers" and cues.CHANGED.search(reading.folded):
        return None
    if reading.quantities or reading.gpus or reading.provider or _narrowed(reading):
        return call if leads or _only_values(reading) or _is_few(reading) else None
    return None


def _is_few(reading: Reading) -> bool:
    """Whether a question is a few words that ask nothing else: "spot only please"."""
    asked = cues.WHICH.search(reading.folded) or cues.HOW.search(reading.folded)
    few = len(reading.text) <= _FEW and not names_anything(reading)
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
    strangers = [name for name in names if name not in gpus and name not in _NO_SUBJECT]
    priced = cues.RENT.search(reading.folded) and reading.gpus
    asked = reading.sponsored or reading.provider or cues.WHY.search(reading.folded)
    told = cues.WHO.search(reading.folded) or cues.COMPUTE.search(reading.folded)
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
