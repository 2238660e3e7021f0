"""A yes or a no that follows from the values which a program's terms state: what may be had, for
how long, what is asked in return.

The sentence of such a term need not share a word with the question ("does it run past a year?",
"... credits last 12 months"). So the question has to be of the value and of nothing else: a word
that belongs to neither the program, nor the value, nor to asking leaves it to the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.builtin.yes_no.asked import YesNo
from assistant.builtin.yes_no.figures import FigureAsked, figures_asked, spelled
from assistant.question import Reading
from kb.programs.conditions import Figure, Offer, Words
from kb.programs.program import GIVING, Program, Term
from kb.texts.aliases import AliasTable
from kb.texts.folding import fold
from tools.quantities import Unit

_DAYS_OF_MONTH = Decimal(365) / 12
_SAME = Decimal("0.03")
"""Lengths of 24 months and 2 years differ by less."""


@dataclass(frozen=True)
class Stated:
    """A verdict and the terms of a program that state the values behind it, the telling one first;
    None where sources give values that are at odds."""

    verdict: bool | None
    program: Program
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class _Value:
    """A value that bears on a question: the tier that it is of, whether it makes the question so,
    and how much it is."""

    whom: Words | None
    so: bool
    size: Decimal = Decimal(0)


_Told = tuple[_Value, Program, Term]


@dataclass(frozen=True)
class _Topic:
    """Something that terms state as values: `asked` are words of which a question must have one,
    `words` further ones that belong to it, `against` words that ask for the opposite."""

    name: str
    asked: re.Pattern[str]
    words: re.Pattern[str]
    against: re.Pattern[str]
    figures: frozenset[Unit] = frozenset()


def _topic(
    name: str, asked: str, words: str = "(?!)", against: str = "(?!)", *figures: Unit
) -> _Topic:
    compiled = re.compile
    return _Topic(name, compiled(asked), compiled(words), compiled(against), frozenset(figures))


_TAKEN = (
    r"\b(?:giv(?:e|es|ing) (?:up|away)|tak\w+|hand(?:s|ing)? over|part(?:ing)? with|sell\w*|ask\w*"
    r"(?: for)?|wants?|requir\w*|needs?|demands?|have to|in (?:return|exchange)|exchange|trade|swap"
    r"|surrender|cost\w*|charge\w*|expects?|comes?|paid|pay|dilut\w*|lose|losing|kind of|part of|"
    r"claims?)\b"
    r"|出让|让出|交出|换取?|给出|收取?|占|付出|代价|拿走?|要求?|需要?|必须|得|交|为"
)
_NOT = r"\b(?:not|never|no|without)\b|n['’]t\b|[不没无未]"
_NONE = _NOT + r"|\b(?:zero|none|nothing|free|keep\w*)\b|[免零]"
_TOPICS = (
    _topic(
        "equity",
        r"\b(?:equity|shares?|stakes?|ownership|dilut\w*|non-?dilutive|cap table|shareholding)\b"
        r"|股[权份票]?|稀释",
        _TAKEN,
        _NONE + r"|\bnon-?dilutive\b",
    ),
    _topic(
        "revenue_share",
        r"\brevenue[- ]shar\w*|\b(?:share|cut|slice|part) of (?:my|our|the|your|its)? ?"
        r"(?:revenue|income|sales|turnover)\b|\broyalt\w+|分成|抽成",
        _TAKEN + r"|收入|营收|\brevenue\b",
        _NONE,
    ),
    _topic(
        "commitment",
        r"\b(?:commit\w*|minimum spend\w*|obligat\w*)\b|承诺|最低消费|保底",
        _TAKEN + r"|\b(?:spend\w*|minimum|money|usage)\b|消费|支出|用量",
        _NONE,
    ),
    _topic(
        "exclusivity",
        r"\b(?:exclusiv\w*|lock\w*(?: \w+)?[- ]in(?:to)?|tied to)\b|排他|独家|锁定|绑定",
        _TAKEN,
        _NONE,
    ),
    _topic(
        "strings",
        r"\bstrings\b|\bcatch\b|\banything (?:back|in return)\b"
        r"|附带条件|附加条件|其他条件|回报|代价",
        _TAKEN + r"|\battach\w*|附带|附加|条件",
        _NONE,
    ),
    _topic(
        "free",
        r"\b(?:free(?: of charge)?|fees?|cost\w*|charg\w*|pay\w*|paid)\b"
        r"|免费|收费|要钱|付费|花钱|[会年]费|付钱|掏钱|费用|[缴交]",
        r"\b(?:money|anything|membership|price|annual|entry|joining|for)\b|钱|费|用",
        r"\bfree(?: of charge)?\b|免费|" + _NONE,
    ),
    _topic(
        "credits",
        r"\bcredits?\b|\b(?:gives?|get|offers?|worth|grants?|receive|hands? out|reach|pays? out)\b"
        r"|额度|给|拿|补贴|领",
        r"\b(?:value|amount|size|ceiling|limit|cap|top|maximum|max|most|total|dollars?|usd|up to|"
        r"as (?:much|high) as|exceed\w*|above|over|below|under|than|more|less|higher|lower|bigger|"
        r"smaller|at least|at most|reach\w*|go(?:es)?|high|big|is|worth)\b"
        r"|最高|最多|上限|金额|总额|价值|达到?|超过|不到|少于|多于|高于|低于|以[上下内]|至少|万|多|高",
        _NOT,
        Unit.MONEY,
    ),
    _topic(
        "investment",
        r"\binvest\w*\b|\bputs? in\b|\bwrites? (?:a )?cheques?\b|\bcash\b|投资?|现金|出资",
        r"\b(?:cash|money|dollars?|cheque|check|more|less|than|over|under|least|most|amount|each|"
        r"every|per|own)\b|[每各][家个]|金额|超过|不到|少于|多于|高于|低于|以[上下内]|至少|钱|万",
        _NOT,
        Unit.MONEY,
    ),
    _topic(
        "duration",
        r"\b(?:last(?:s|ing)?|long(?:er)?|runs?|expir\w+|valid|good for|duration|use|spend|period|"
        r"short(?:er)?)\b|期限|有效期?|持续|过期|到期|用完?|时[间长]|长|短|久",
        r"\b(?:within|after|than|over|more|less|time|only|just|past|beyond|under|exactly|used?|"
        r"full|whole|least|most)\b|超过|不到|少于|多于|以[上下内]|之[内后]|至少|内|后|正好|期",
        _NOT,
        Unit.DURATION_DAYS,
    ),
)  # fmt: skip
_ASKING = re.compile(
    r"\b(?:a|an|the|is|are|was|were|be|been|being|do|does|did|has|have|had|having|can|could|will|"
    r"would|should|must|may|might|i|we|you|us|our|my|me|your|it|its|they|them|their|this|that|"
    r"these|those|there|of|to|for|in|on|at|by|with|from|as|and|or|but|so|if|then|also|really|"
    r"actually|ever|any|anything|something|get|gets|getting|got|gives?|giving|offers?|provides?|"
    r"receive|takes?|join(?:s|ing)?|sign(?:ing)? up|apply(?:ing)?|enter(?:ing)?|members?|"
    r"membership|programs?|programmes?|plan|scheme|startups?|start-ups?|compan(?:y|ies)|firms?|"
    r"teams?|founders?|business|credits?|cloud|compute|package|deal|offer|into|out|up|via|through|"
    r"s|just|true|right|correct|case|it['’]s|still|perk|accelerator|track|tier|money|one|when|"
    r"participating|ones?|who|whom|which|what|fact)\b"
    r"|真的?|到底|其实|是|的|了|吗|么|嘛|呢|吧|啊|呀|会|能|可以|可|要|需要?|得|想|让|把|被|对|向|从|在|里|上|"
    r"进|加入|参加|申请|[这那]个?|他们|它们?|她们|我们?|咱们|你们?|公司|企业|团队|创业者?|初创|新创|创始人|计划|项目|方案|"
    r"额度|云|算力|拿|给|有|也|都|还|就|才|吗|话|说|还是|用|一|个|档|请问|据说|听说|"
    r"[?？!！,，.。;；:：'’\"“”()（）\s]"
)
_EITHER = re.compile(
    r"有没有|是不是|[能会要]不[能会要]|需不需要|可不可以|是否|[能可会]否|有无|([\u4e00-\u9fff])[不没]\1"
)
_OPENS_NOT = re.compile(
    r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)"
    r"(?:n['’]t\b| not\b)"
)
_CAN_HAVE = re.compile(
    r"\b(?:get|reach|go|goes|up to|as (?:much|high) as|worth|max\w*|most|top)\b"
    r"|[拿领达]|最[高多]|上限"
)


def stated(
    reading: Reading, asked: YesNo, programs: Sequence[Program], aliases: AliasTable
) -> Stated | None:
    """The verdict that follows from the values of the programs that a question may be about; None
    where it asks for more, or they do not settle it."""
    text = _OPENS_NOT.sub(" ", _EITHER.sub(_said_once, spelled(asked.text)))
    figures = figures_asked(reading)
    of_value = [each for each in figures if isinstance(each, FigureAsked)]
    several = len({program.sponsor.en for program in programs}) > 1
    if len(of_value) != len(figures) or len(of_value) > 1 or reading.gpus or several:
        return None
    rest = _without_names(text, programs, aliases)
    for figure in of_value:
        rest = rest.replace(figure.words, " ")
    for topic in _topics(rest, of_value):
        if not _ASKING.sub("", _without(rest, topic)).strip(" -–—/·+"):
            found = list(_deciding(topic, rest, of_value, programs, text))
            if found:
                return _agreed(found, turned=len(topic.against.findall(rest)) % 2 == 1)
    return None


def _agreed(found: Sequence[_Told], *, turned: bool) -> Stated:
    """What the values come to, the largest first; `turned` where the opposite is asked."""
    first, *_ = found = sorted(found, key=lambda each: -each[0].size)
    verdicts = {value.so != turned for value, _, _ in found}
    terms = dict.fromkeys(id(term) for _, program, term in found if program is first[1])
    by_id = {id(term): term for _, _, term in found}
    verdict = verdicts.pop() if len(verdicts) == 1 else None
    return Stated(verdict, first[1], tuple(by_id[each] for each in terms))


def asks_of_values(reading: Reading) -> bool:
    """Whether a question may be settled by values of terms, for which the terms are needed."""
    figures = [each for each in figures_asked(reading) if isinstance(each, FigureAsked)]
    return bool(_topics(reading.folded, figures))


def _topics(text: str, figures: Sequence[FigureAsked]) -> list[_Topic]:
    """What a question may ask about, by its words and the unit of its figure."""
    return [
        topic
        for topic in _TOPICS
        if bool(topic.figures) == bool(figures)
        and topic.asked.search(text)
        and (not figures or topic.figures & figures[0].units)
    ]


def _said_once(either: re.Match[str]) -> str:
    """有没有 and 是不是 are only asking; of 超不超 one is left."""
    return either[1] or " "


def _without(rest: str, topic: _Topic) -> str:
    for pattern in (topic.asked, topic.words, topic.against):
        rest = pattern.sub(" ", rest)
    return rest


def _deciding(
    topic: _Topic,
    rest: str,
    figures: Sequence[FigureAsked],
    programs: Sequence[Program],
    text: str,
) -> Iterator[_Told]:
    """The values that bear on the question; where it names a tier, of that."""
    for program in programs:
        told = [
            (value, program, term)
            for term in program.terms
            if term.valid_to is None and term.valid_from is None
            for value in _values(topic, term, figures, rest)
        ]
        named = [each for each in told if each[0].whom is not None and _names(text, each[0].whom)]
        told = named or told
        if topic.name == "credits":
            told = _of_the_best(told, least=figures[0].relation == "less")
        yield from told


def _of_the_best(told: Sequence[_Told], *, least: bool) -> list[_Told]:
    """Of several tiers the one that settles what may be had: one with as much is enough, and one
    with more than the `least` asked for is against it. One of which sources disagree settles
    nothing."""
    tiers: dict[str, list[_Told]] = {}
    for each in told:
        tiers.setdefault(each[0].whom.en if each[0].whom else "", []).append(each)
    deciding = [tier for tier in tiers.values() if all(value.so != least for value, _, _ in tier)]
    return [each for tier in deciding for each in tier] or list(told)


def _names(text: str, whom: Words) -> bool:
    """Whether a question names a tier by its first word."""
    names = (fold(whom.en).split(",")[0], fold(whom.zh_hans).split("，")[0])
    return any(name in text or name.removesuffix("档") in text for name in names)


def _values(
    topic: _Topic, term: Term, figures: Sequence[FigureAsked], rest: str
) -> Iterator[_Value]:
    if topic.name in ("credits", "duration"):
        for offer in term.offers:
            if not offer.planned:
                yield from _offered(topic, offer, figures[0], rest)
    elif topic.name == "free":
        for offer in term.offers:
            if offer.price_basis is not None:
                yield _Value(offer.for_whom, offer.price_basis != "free")
    elif topic.name == "strings":
        if any(each.asked for each in term.strings):
            yield _Value(None, True)
        elif len(term.strings) > 1:
            yield _Value(None, False)
    else:
        for each in term.strings:
            so = each.asked
            if figures:
                held = _held(each.amount, figures[0], 1, best=False) if each.amount else None
                if held is None:
                    continue
                so = held
            if each.kind == topic.name:
                yield _Value(each.for_whom, so)


def _offered(topic: _Topic, offer: Offer, figure: FigureAsked, rest: str) -> Iterator[_Value]:
    if topic.name == "credits":
        value: Figure | None = offer.credits
        unit = Decimal(1)
    elif offer.months is not None:
        value, unit = offer.months, _DAYS_OF_MONTH
    else:
        value, unit = offer.weeks, Decimal(7)
    if value is None:
        return
    so = _held(value, figure, unit, best=topic.name == "credits")
    if so is None or (not so and figure.relation == "is" and not _CAN_HAVE.search(rest)):
        return
    yield _Value(offer.for_whom, so, max(_bounds(value), default=Decimal(0)))


def _bounds(value: Figure) -> list[Decimal]:
    told = (value.exactly, value.about, value.at_least, value.up_to)
    return [each for each in told if each is not None]


def _held(stated: Figure, asked: FigureAsked, unit: Decimal | int, *, best: bool) -> bool | None:
    """Whether a stated value is as asked; `best`: what counts is the most that may be had."""
    single = stated.exactly if stated.exactly is not None else stated.about
    low = single if single is not None else stated.at_least
    high = single if single is not None else stated.up_to
    if best and high is not None:
        low = high
    least, most = (None if each is None else each * unit for each in (low, high))
    same = asked.value * _SAME
    if asked.relation == "more":
        if most is not None and most <= asked.value + same:
            equal = abs(most - asked.value) <= same
            return (best or least == most or None) if equal and asked.inclusive else False
        return True if least is not None and least > asked.value + same else None
    if asked.relation == "less":
        if most is not None and most < asked.value - same:
            return True
        if least is not None and least > asked.value + same:
            return False
        level = least is not None and most is not None and least == most
        return asked.inclusive if level else None
    if most is None or least is None:
        return None
    if abs(most - asked.value) <= same and (best or least == most):
        return True
    return False if asked.value > most + same or (least == most and not best) else None


def _without_names(text: str, programs: Sequence[Program], aliases: AliasTable) -> str:
    """The question without the names of the programs that it is about, and of their tiers."""
    names = {fold(each) for program in programs for each in _called(program)}
    groups = {group for name in names for group in aliases.groups(name)}
    for start, group in reversed(list(aliases.places(text))):
        if group in groups:
            end = _end_of(text, start, group, aliases)
            names.add(text[start:end])
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(rf"(?<![a-z0-9]){re.escape(name)}(?:['’]s)?(?![a-z0-9])", " ", text)
    return text


def _end_of(text: str, start: int, group: str, aliases: AliasTable) -> int:
    """Where the name of a group ends that begins at `start`."""
    longest = min(len(text), start + 40)
    ends = (n for n in range(longest, start, -1) if aliases.group(text[start:n]) == group)
    return next(ends, start + 1)


def _called(program: Program) -> Iterator[str]:
    names, sponsor = program.name, program.sponsor
    yield from (names.en, names.zh_hans, sponsor.en, sponsor.zh_hans, *program.aliases)
    for term in program.terms:
        for offer in term.offers:
            if offer.for_whom is not None:
                yield from (offer.for_whom.en, offer.for_whom.zh_hans)
                yield offer.for_whom.zh_hans.removesuffix("档")
    yield from (word for word in names.en.split() if word[0].isupper() and len(word) > 3)


def giving(ids: Sequence[str], programs: Sequence[Program]) -> list[Program]:
    """Of the programs with these ids those that give compute."""
    return [program for program in programs if program.id in ids and program.kind in GIVING]
