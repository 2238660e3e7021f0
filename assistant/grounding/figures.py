"""A figure as a sentence claims it: with what it counts, per what, and in which direction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tools.quantities import Quantity, Unit, find_quantities, supports

Bound = Literal["least", "most", "about", "nearly"]
Trend = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity of a text. `kind` is the sort of thing that a count counts ("people"), `noun` its
    English word where the sort is not known; `rate` what an amount is per ("month"); `bound` and
    `trend` are None where nothing is said of them. `clause` is the part of the sentence around it,
    from `clause_start`."""

    quantity: Quantity
    kind: str | None
    noun: str | None
    rate: str | None
    bound: Bound | None
    trend: Trend | None
    clause: str
    clause_start: int

    @property
    def text(self) -> str:
        """The figure as written."""
        return self.quantity.text


_KINDS = {
    "people": (
        r"people|employees?|engineers?|users?|customers?|staff|founders?|researchers?|members?"
        r"|partners?|developers?|students?|workers?|scientists?|名|位|人(?!工|民)|员工|用户|客户|工程师"
    ),
    "firms": (
        r"compan(?:y|ies)|start-?ups?|firms?|funds?|investors?|clouds?|providers?|programs?|labs?"
        r"|家(?!属)|公司|企业|机构|投资方|计划|项目"
    ),
    "machines": (
        r"servers?|nodes?|machines?|clusters?|racks?|data cent(?:er|re)s?|sites?"
        r"|台|服务器|节点|机柜|集群|数据中心"
    ),
    "gpus": (
        r"gpus?|chips?|cards?|accelerators?|processors?|[a-z]{1,2}\d{2,3}s?|[块张颗枚]|显?卡|芯片"
    ),
}  # fmt: skip
_KIND = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _KINDS.items()))
_EN_WORDS = re.compile(r"[ -]+((?:[A-Za-z][\w-]*)(?:[ -]+[A-Za-z][\w-]*){0,2})")
_FUNCTION = frozenset(
    "to by from for with and or that which who on at in per a an the is are was were be than as of"
    " it its if when while but not has have had more less so about over under into out up down"
    " likely high low usd cny eur percent million billion on-demand spot reserved".split()
)
_HAN_AFTER = re.compile(r"\s?([一-鿿]{1,4})")
_RATES = {
    "hour": r"hours?|hrs?|h(?![a-z])|小?时",
    "day": r"days?|daily|天|日",
    "week": r"weeks?|weekly|周|星期",
    "month": r"months?|monthly|mo(?![a-z])|个?月",
    "year": r"years?|annual(?:ly)?|annum|yr|年",
    "gpu": r"gpus?|cards?|chips?|[张块]?卡|[块张颗枚]",
    "firm": r"startups?|company|companies|家|公司|企业",
    "machine": r"(?:\d-GPU |GPU )?(?:servers?|nodes?|machines?)|台(?:服务器|機器|机器)?",
    "person": r"employees?|person|users?|seats?|founders?|名?员工|人|用户",
    "token": r"(?:million |billion |1m |百万)?tokens?|(?:百万)?词元",
}  # fmt: skip
_RATE_AFTER = re.compile(
    r"\s?(?:/|per |an? (?=hour|day|week|month|year|gpu|card|startup|company|server|node"
    r"|machine|employee|person|user|founder)|each |every |每一?"
    r"|一(?=[小天周个年]))\s?(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _RATES.items())
    + ")|\\s?(?P<annual>annually|a year|yearly)",
    re.IGNORECASE,
)
_PERIODS = ("hour", "day", "week", "month", "year", "annual")
_RATE_BEFORE = re.compile(
    ".*每(?:一)?(?:(?P<hour>小?时)|(?P<day>天|日)|(?P<week>周|星期)|(?P<month>个?月)|(?P<year>年)"
    r"|(?P<gpu>[张块]卡?|卡)|(?P<firm>家(?:公司)?)|(?P<machine>台(?:服务器|机器)?)|(?P<person>名?员工|人))[^，。、；,;]{0,8}$"
)
_SAYS_RATE = {name: re.compile(words, re.IGNORECASE) for name, words in _RATES.items()}
_MOST_BEFORE = re.compile(
    r"(?:\b(?:less than|fewer than|under|below|at most|no more than|not more than|up to|maximum of"
    r"|not exceed(?:ing)?|does not exceed|capped at|at or below|as (?:much|many) as)"
    r"|[<≤]=?|不到|不足|至多|最多|不超过|不高于|低于|少于|小于|上限为?|未满|多达|高达|最高|封顶)"
    r"\s?(?:about |约)?(?:US\$|[$¥€£])?\s?$",
    re.IGNORECASE,
)
_LEAST_BEFORE = re.compile(
    r"(?:\b(?:more than|over|at least|exceed(?:s|ed|ing)?|above|beyond|greater than|no less than"
    r"|not less than|no fewer than|north of|upwards of|a minimum of|minimum of)|[>≥]=?|超过?|逾"
    r"|至少|不少于|不低于|高于|多于|大于|下限为?)\s?(?:about |约)?(?:US\$|[$¥€£])?\s?$",
    re.IGNORECASE,
)
_MOST_AFTER = re.compile(
    r"\s?(?:以下|以内|or less(?![a-z])|or fewer(?![a-z])|at most(?![a-z]))", re.I
)
_LEAST_AFTER = re.compile(
    r"\s?(?:以上|\+(?!\d)|or more(?![a-z])|at least(?![a-z])|起(?![来码]))", re.I
)
_LIMIT = re.compile(
    r"\b(?:max\w*|min\w*|caps?|capped|limits?|ceiling|tops?|highest|lowest|starting)\b|最[高低多少大小]|封顶|上限|下限|起[，。步]"
    r"|不[超少低高]|以[上下内]|门槛",
    re.IGNORECASE,
)
_MORE_IN = re.compile(
    r"\d\s?[多余来](?:[^额下]|$)|[十百千万亿][多余](?:[^额下]|$)|\+|以上|出头|or more"
)
_ABOUT_BEFORE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|some|circa|an estimated)|[~≈]|大约|(?<!节)约为?"
    r"|大概"
    r"|(?P<nearly>\b(?:nearly|almost|close to)|将近|接近|(?<![最附])近))\s?(?:US\$|[$¥€£])?\s?$",
    re.IGNORECASE,
)
_ABOUT_AFTER = re.compile(r"\s?(?:左右|上下(?!文)|or so(?![a-z]))", re.IGNORECASE)
_UP = re.compile(
    r"\b(?:grew|grow[ns]?|growing|rose|rise[sn]?|rising|increas\w*|climb\w*|jump\w*|soar\w*|surg\w*)\b"
    r"|增长|上涨|增加|提高|上升|大涨|涨了|扩大",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:fell|fall(?:s|en|ing)?|drop\w*|declin\w*|decreas\w*|shr[iau]nk\w*|reduc\w*|plung\w*)\b"
    r"|下降|下跌|减少|下滑|大跌|跌了|缩减|降低",
    re.IGNORECASE,
)
_POINTS = re.compile(r"points?$|百分[点點]$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[;；。！？!?：（）()—]|，|(?<!\d),|,(?!\d)|\.(?=\s)|:(?![0-9/])"
    r"|\b(?:while|whereas|but|although)\b|而(?![且言])|但(?!凡)|(?<=[^不])同时",
    re.IGNORECASE,
)


def clauses(text: str) -> list[tuple[int, str]]:
    """The clauses of a sentence, each with its start."""
    found, start = [], 0
    for match in _CLAUSE.finditer(text):
        if match.start() > start:
            found.append((start, text[start : match.start()]))
        start = match.end()
    if start < len(text):
        found.append((start, text[start:]))
    return found or [(0, text)]


@lru_cache(maxsize=8192)
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of `text`, left to right."""
    quantities = find_quantities(text)
    if not quantities:
        return ()
    parts = clauses(text)
    return tuple(_figure(text, each, parts) for each in quantities)


def _figure(text: str, quantity: Quantity, parts: list[tuple[int, str]]) -> Figure:
    start, clause = max(
        (part for part in parts if part[0] <= quantity.start), default=parts[0], key=lambda p: p[0]
    )
    if quantity.end > start + len(clause):
        clause = text[start : quantity.end]
    before, after = text[max(0, quantity.start - 28) : quantity.start], text[quantity.end :][:40]
    kind, noun = _counted(quantity, after)
    return Figure(
        quantity, kind, noun, _rate(quantity, before, after), _bound(before, quantity, after),
        _trend(clause), clause, start,
    )  # fmt: skip


def _counted(quantity: Quantity, after: str) -> tuple[str | None, str | None]:
    """The sort of thing that a count counts, or its English noun."""
    if quantity.unit is Unit.PERCENT:
        return ("points" if _POINTS.search(quantity.text) else None), None
    if quantity.unit is Unit.GPUS:
        tail = re.match(r"[ -](?:days?|weeks?|months?|years?|minutes?)(?![a-z])", after)
        return ("gpu times" if tail else "gpus"), None
    if quantity.unit is not Unit.COUNT:
        return None, None
    inner = re.search(r"[一-鿿]+$|[a-z]+$", quantity.text.lower())
    if inner and (match := _KIND.fullmatch(inner.group()[-2:]) or _KIND.match(inner.group()[-1:])):
        return match.lastgroup, None
    if words := _EN_WORDS.match(after):
        for word in re.split(r"[ -]+", words[1]):
            if word.lower() in _FUNCTION:
                return None, None
            if match := _KIND.fullmatch(word.lower()):
                return match.lastgroup, None
        return None, words[1].split()[0].lower()
    if words := _HAN_AFTER.match(after):
        match = _KIND.match(words[1])
        return (match.lastgroup if match else None), None
    return None, None


def _rate(quantity: Quantity, before: str, after: str) -> str | None:
    if quantity.unit not in (Unit.MONEY, Unit.COUNT, Unit.TOKENS, Unit.GPUS):
        return None
    match = _RATE_AFTER.match(after)
    if match and match.lastgroup not in _PERIODS:  # per GPU and month
        match = _RATE_AFTER.match(after, match.end()) or match
    if match is None and quantity.unit is Unit.MONEY:
        match = _RATE_BEFORE.search(before)
    if match is None:
        return None
    return "year" if match.lastgroup == "annual" else match.lastgroup


def _bound(before: str, quantity: Quantity, after: str) -> Bound | None:
    if _MOST_BEFORE.search(before) or _MOST_AFTER.match(after):
        return "most"
    if _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(after) or _MORE_IN.search(quantity.text):
        return "least"
    if match := _ABOUT_BEFORE.search(before):
        return "nearly" if match["nearly"] else "about"
    return "about" if _ABOUT_AFTER.match(after) or _ABOUT_AFTER.search(quantity.text) else None


def _trend(clause: str) -> Trend | None:
    up, down = bool(_UP.search(clause)), bool(_DOWN.search(clause))
    return None if up == down else "up" if up else "down"


_HARD = frozenset(Unit) - {Unit.COUNT, Unit.GPUS, Unit.YEAR, Unit.DATE, Unit.EXAMPLES}
_MONEY_WORDS = {
    "USD": r"\$|dollar|usd|美元|美金|美刀", "CNY": r"¥|yuan|rmb|cny|元|块",
    "EUR": r"€|eur|欧元", "GBP": r"£|gbp|pound|英镑", "JPY": r"¥|yen|日元",
    "HKD": r"hk\$|hkd|港[元币]",
    "TWD": r"nt\$|twd|台币",
}  # fmt: skip
_UNIT_WORDS = {
    Unit.PRICE_PER_GPU_HOUR: r"hour|hr|/h|小时|卡时|每时",
    Unit.PERCENT: r"%|percent|成|分之|百分|share|half|third|quarter",
    Unit.RATIO: r"times|fold|\dx|×|倍|half|third|quarter|半|分之|%|percent|doubl|tripl|翻",
    Unit.DURATION_DAYS: r"year|month|week|day|hour|minute|年|月|周|星期|天|日|小时|分钟",
    Unit.GPU_HOURS: r"hour|时",
    Unit.GPUS: r"gpu|chip|card|accelerator|tpu|[a-z]\d{2,3}|[块张颗枚]|卡|芯片",
    Unit.TOKENS: r"token|词元|标记|\dt\b",
    Unit.PARAMS: r"param|参数|model|模型|\d[bm]\b",
    Unit.POWER_KW: r"kw|mw|gw|watt|瓦",
}
_AMOUNTS = (Unit.MONEY, Unit.PRICE_PER_GPU_HOUR, Unit.PRICE_PER_KWH, Unit.PRICE_PER_KW_MONTH)


def backs(held: Figure, claimed: Figure, around: str) -> bool:
    """Whether `claimed` may be said on the strength of `held`, a figure of the text `around`: the
    same value and precision, the same thing counted, the same currency, rate and direction."""
    return supports(held.quantity, claimed.quantity) and not mismatch(held, claimed, around)


def mismatch(held: Figure, claimed: Figure, around: str) -> str | None:
    """What two figures of one value differ in: "unit", "rate", "direction"; None for nothing."""
    if not _same_thing(held, claimed, around.casefold()):
        return "unit"
    have_hours = held.quantity.unit is Unit.PRICE_PER_GPU_HOUR
    if have_hours and claimed.rate not in (None, "hour", "gpu"):
        return "rate"
    if claimed.rate and held.rate != claimed.rate:
        named = _SAYS_RATE[claimed.rate].search(around)
        if held.rate is not None or not named:
            return "rate"
    if _is_bounded_otherwise(held.bound, claimed.bound):
        return "direction"
    if {held.trend, claimed.trend} == {"up", "down"}:
        return "direction"
    return None


def _is_bounded_otherwise(held: Bound | None, claimed: Bound | None) -> bool:
    if claimed not in ("least", "most") or held is None:
        return False
    return held != claimed and (held, claimed) != ("nearly", "most")


def bounds_more(held: Figure, claimed: Figure) -> bool:
    """Whether a plain figure became a bound: not where its clause tells a limit in other words."""
    told = held.bound is not None or _LIMIT.search(held.clause)
    return not told and claimed.bound in ("least", "most")


def _same_thing(held: Figure, claimed: Figure, around: str) -> bool:
    have, want = held.quantity.unit, claimed.quantity.unit
    apart = ("gpu times", "points")  # GPU-days are no GPUs, and a point is no percent
    if held.kind != claimed.kind and (held.kind in apart or claimed.kind in apart):
        return False
    if want is Unit.COUNT and have is not Unit.COUNT:
        if have in _HARD and claimed.kind:
            return have in _AMOUNTS and claimed.kind == "gpus" and "块" in claimed.text
        if have is Unit.GPUS and claimed.kind not in (None, "gpus"):
            return False
        if claimed.noun and (have in _HARD or have is Unit.GPUS):
            return claimed.noun.rstrip("s") in around
        return True
    if want is Unit.COUNT:
        return not (held.kind and claimed.kind and held.kind != claimed.kind)
    if have is Unit.COUNT:
        return _names_unit(held, claimed, around)
    if want is Unit.PRICE_PER_GPU_HOUR and have is Unit.MONEY:
        return bool(re.search(_UNIT_WORDS[want], around))
    return True


def _names_unit(held: Figure, claimed: Figure, around: str) -> bool:
    """Whether the text of a plain count names the unit that is claimed of it."""
    unit = claimed.quantity.unit
    if unit is Unit.GPUS and held.kind not in (None, "gpus"):
        return False
    if unit in _HARD and held.kind:
        return False
    if unit in _AMOUNTS:
        words = _MONEY_WORDS.get(claimed.quantity.currency or "", "")
        if words and not re.search(words, around):
            return False
    words = _UNIT_WORDS.get(unit, "")
    return not words or bool(re.search(words, around))
