"""Which pieces of a message are one question: the parts of `assistant.reading.parts`, joined.

Pieces belong together where one of them is not understood without the other: figures of a job
beside what is asked of it ("7B on 2T tokens. How long, and what will it cost?"). A piece that asks
something else stands alone and takes over what the pieces before it were about, like a question
of a later turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant import cues
from assistant.builtin.estimating.registry import BY_ASK
from assistant.question import Ask, Reading
from assistant.reading.names import names_anything
from assistant.reading.parts import Piece
from tools.quantities import Unit

Alone = Callable[[str], Reading]
"""Reads a text as a question that stands alone."""
_OF_HARDWARE = frozenset({Ask.OFFERS, Ask.HISTORY, Ask.QUEUE})
_APART = frozenset({Ask.LIST, Ask.COMPARE, Ask.HISTORY})
"""What is a question of its own beside any estimate."""
_ASKS_ITSELF = re.compile(
    r"[?？]|\b(?:what|how|who|where|which|current|cheapest|list|show)\b|多少|什么|什麼|哪|几|幾|贵|貴",
    re.IGNORECASE,
)
_OF_A_JOB = frozenset({Ask.ROUTES, Ask.TRAINING, Ask.FINETUNING, Ask.MATCH, Ask.LIST, Ask.OFFERS})
"""What one job may need at once, so that its question is answered whole."""
_ORDERS = re.compile(
    r"^(?:please |and |then )*(?:rank|sort|order|compare) (?:them|these|those|all)\b"
    r"|^(?:请|請|帮我|幫我|然后|再)*(?:排个序|排個序|排序|排一下)",
    re.IGNORECASE,
)
# What asks for more of the same fact: "and how much?", 几年内?
_ASKED_WITH = cues.cue(
    r"and|how|much|many|long|when|where|who|whom|which|by|in|since|for|with|what|year|month|day",
    r"多少|多久|什么时候|何时|几|哪|谁|年|个?月|天|日|号|内|里|钱|美元|在|从|到|又|是|了|的|呢|吗|啊|时候|起",
)
_LIGHT = frozenset(
    "also does have been this that would could will take make made give gave cost from then".split()
)
_CLAUSE = 5
"""So many Chinese characters beside those that only ask are a clause of their own."""
_OWNED = cues.cue(r"(?:its|his|her|their) (?:own )?[a-z]+", r"[它他她]们?的|其")
_OF_TERMS = cues.cue(r"credits?|terms?|conditions?|eligibility", r"额度|条件|条款|资格|优惠")


# "OVHcloud's two tiers": something of a program, and nothing said of it.
_ITS_THING = re.compile(
    r"^(?!.*\b(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|may|[a-z]+ed)\b)"
    r"[A-Z][\w.-]*(?: [A-Z][\w.-]*)*['’]s? [a-z]"
)


# 2025年以来的价格走势: the course of a price.
_COURSE = cues.cue(
    r"(?:price )?(?:trend|history)(?= (?:since|from|over|for)|[?. ]*$)",
    r"价格?的?(?:走势|趋势|历史|变化)(?=[?。\s]*$)",
)


@dataclass
class Group:
    """Pieces that are one question. `context` is what was told before the first question, where
    this one needs it."""

    texts: list[str]
    reading: Reading
    context: list[str]

    @property
    def text(self) -> str:
        """The whole question, what is only told first."""
        return joined([*self.context, *self.texts])


def joined(texts: Sequence[str]) -> str:
    """Stretches of a message behind one another, each ended as a clause is."""
    *before, last = texts
    return "".join(map(_ended, before)) + last


def _ended(text: str) -> str:
    if text[-1] in "。！？；，":
        return text
    if text[-1] in ".?!;:,":
        return f"{text} "
    return f"{text}，" if re.search(r"[\u3400-\u9fff]", text) else f"{text}, "


def groups(found: Sequence[Piece], alone: Alone) -> list[Group]:
    """The questions of a message in their order; empty where nothing in it asks."""
    made: list[Group] = []
    told: list[str] = []  # what was told since the last question
    head: list[str] = []  # what was told before the first
    for piece in found:
        if not (piece.asks or _asks_in_short(alone(piece.text))):
            told.append(piece.text)
            continue
        if not made:
            head, told = told, []
        group = _group([*told, piece.text], head, alone)
        told = []
        if made and _belongs(made[-1], group, alone):
            before = made.pop()
            group = _group([*before.texts, *group.texts], head, alone)
        made.append(group)
    if made and told:
        last = made.pop()
        made.append(_group([*last.texts, *told], head, alone))
    return made


def _group(texts: list[str], head: list[str], alone: Alone) -> Group:
    reading = alone(joined(texts))
    if head and _needs_more(reading):
        with_head = alone(joined([*head, *texts]))
        if not _says_nothing(with_head) or names_anything(with_head):
            return Group(texts, with_head, head)
    return Group(texts, reading, [])


def _needs_more(reading: Reading) -> bool:
    """Whether what was told before belongs to a question: one about a job or about the company, or
    one that names nothing."""
    if any(ask in BY_ASK or ask is Ask.MATCH for ask in reading.asks):
        return True
    if Ask.LIST in reading.asks:
        return bool(cues.OURS.search(reading.folded) or cues.ELIGIBLE.search(reading.folded))
    return _says_nothing(reading) and not names_anything(reading)


def _says_nothing(reading: Reading) -> bool:
    return set(reading.asks) <= {Ask.FACT, Ask.CLARIFY}


def _asks_in_short(reading: Reading) -> bool:
    """Whether words without a verb ask: "Modal的申请条件", "LoRA on an 8B, 10M tokens"."""
    if cues.OURS.search(reading.folded):
        return False
    if (reading.programs or reading.sponsored) and _ITS_THING.search(reading.text):
        return True
    if Ask.PROGRAM in reading.asks:
        return bool(_OF_TERMS.search(reading.folded))
    if _says_nothing(reading):
        return bool(_COURSE.search(reading.folded))
    return not lacks_figures(reading)


def lacks_figures(reading: Reading) -> bool:
    """Whether an estimate is asked for of which something is missing."""
    return any(ask in BY_ASK and BY_ASK[ask].missing(reading) is not None for ask in reading.asks)


def _has_content(folded: str, least: int) -> bool:
    """Whether a question with a pronoun asks of something else than the one before it, by at least
    so many words of its own."""
    left = _ASKED_WITH.sub(" ", cues.FOLLOW_UP.sub(" ", folded))
    words = [word for word in re.findall(r"[a-z]{4,}", left) if word not in _LIGHT]
    return len(words) >= least or len(re.findall(r"[\u3400-\u9fff]", left)) >= _CLAUSE


def _asks_of_a_job(reading: Reading) -> bool:
    """Whether a piece only asks how many GPUs, how long or what it costs."""
    text = reading.folded
    asked = cues.COUNTED.search(text) or cues.TIME.search(text) or cues.COST.search(text)
    figures = [q for q in reading.quantities if q.unit is not Unit.GPUS]
    return bool(asked) and not figures and not names_anything(reading)


def _belongs(before: Group, group: Group, alone: Alone) -> bool:
    """Whether two pieces are one question."""
    earlier, later = before.reading, group.reading
    if set(earlier.asks) <= _OF_HARDWARE and cues.ELSEWHERE.search(later.folded):
        return False  # "free on our cluster? If not, what do they rent for outside?"
    if set(earlier.asks) == {Ask.HISTORY} and cues.NOW.search(later.folded):
        return False  # "how has it moved, and who rents it out now?"
    moves = (cues.CHANGED, cues.DEARER, cues.MOVED)
    if set(earlier.asks) == {Ask.OFFERS} and any(cue.search(later.folded) for cue in moves):
        asked = cues.NOW.search(earlier.folded) or cues.COUNTED.search(earlier.folded)
        # "AWS's H100 rate, how has it moved?" is one question, "who has H200s, and ..." are two
        return not (asked or _ASKS_ITSELF.search(before.texts[-1]))
    if _says_nothing(later) and not _ASKED_WITH.sub(" ", later.folded).strip(" ?？。.!！,，、"):
        return True  # "When did they invest, and how much?"
    both = alone(joined([*before.context, *before.texts, *group.texts]))
    estimate = [ask for ask in both.asks if ask in BY_ASK]
    whole = any(ask in BY_ASK for ask in later.asks) and not lacks_figures(later)
    if estimate and not whole and _ORDERS.search(group.texts[0]):
        return True
    if estimate and not lacks_figures(both):
        # "list the funds, then rank the ways", "how did prices move, and should we buy?"
        apart = bool(cues.GIVERS.search(earlier.folded)) or set(earlier.asks) <= _APART
        unsaid = (_says_nothing(earlier) and not apart) or lacks_figures(earlier)
        if unsaid and not names_anything(earlier) and not cues.WHY.search(earlier.folded):
            return True  # "how many H100s, and how long to train 7B on 2T tokens?"
        alone_none = not any(ask in BY_ASK for ask in (*earlier.asks, *later.asks))
        ended = before.texts[-1].endswith(("?", "？"))
        if alone_none and not (ended or apart or names_anything(earlier)):
            return True  # "with an $80B run rate, how many customers at $240 would pay for it"
        if Ask.ROUTES in estimate and set(both.asks) <= _OF_A_JOB and not names_anything(later):
            return not apart
    if not any(ask in BY_ASK or ask in _OF_HARDWARE for ask in earlier.asks):
        # "Who led the round, and how big was it?" is answered by what tells of the round.
        of_one = earlier.programs or len(earlier.sponsored) == 1
        pointing = _says_nothing(earlier) and _says_nothing(later) and not of_one
        if names_anything(earlier) and _OWNED.search(later.folded):
            return False  # "What does Sequoia say of X, and what is its figure based on?"
        if _has_content(later.folded, 1 if names_anything(earlier) else 2):
            return False  # it is found by its own words
        points = cues.FOLLOW_UP.search(later.folded) or _OWNED.search(later.folded)
        return bool(pointing and points and not names_anything(later))
    own = alone(joined(group.texts))
    if not _says_nothing(own) and not lacks_figures(own):
        refers = cues.FOLLOW_UP.search(own.folded) and not own.gpus
        return bool(refers and set(own.asks) <= {Ask.OFFERS} and earlier.gpus)
    if estimate and set(both.asks) == set(earlier.asks) and _asks_of_a_job(own):
        return True  # "serve an 8B at 300 requests a minute, how many H200s"
    if names_anything(own) or own.gpus or own.quantities or cues.WHY.search(own.folded):
        return False
    return not cues.GIVERS.search(own.folded)
