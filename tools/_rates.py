"""Units of serving, power and fine-tuning around a numeral in folded text.

Requests per minute, tokens per second, context length, seconds, kW, examples, epochs, rank: what
the estimators ask for beside sizes, GPUs, money and days.
"""

from __future__ import annotations

import re
from decimal import Decimal

from tools._numerals import Numeral
from tools._reading import Reading, Unit, before

_TIME = (
    r"(?:(?P<second>seconds?|secs?|s|秒钟?)|(?P<minute>minutes?|mins?|分钟?)"
    r"|(?P<hour>hours?|hrs?|h|小时|时)|(?P<day>days?|d|天|日))(?![A-Za-z])"
)
_SECONDS = {
    "second": Decimal(1), "minute": Decimal(60), "hour": Decimal(3600), "day": Decimal(86400),
}  # fmt: skip
_EACH_TIME = re.compile(rf"(?:[每一]\s?{_TIME}|日均|日请求量?)(?:[^0-9、,。;\s]{{0,4}})\s?$")
_TIME_AFTER = re.compile(rf"\s?(?:/|per |an? |each |every |每|一)\s?{_TIME}", re.IGNORECASE)
_TEXT = r"(?:tokens?|toks?|词元)(?![A-Za-z])"
_CONTEXT_WORD = (
    r"(?:(?:max(?:imum)? )?context(?:[ -](?:length|window|size))?|ctx"
    r"|seq(?:uence)?[ _-]?len(?:gth)?|上下文(?:长度|窗口)?|序列(?:长度)?|窗口长度)"
)
# What stands behind the number: one pattern, since most numbers have nothing of it.
_BEHIND = re.compile(
    rf"""
    (?P<minutely>\s?个?\s?(?:rpm|qpm)(?![A-Za-z])) | (?P<secondly>\s?个?\s?(?:qps|rps)(?![A-Za-z]))
    | (?P<context>[\s-]?(?:{_TEXT}[ -]?)?(?:的|of[ ])?\s?{_CONTEXT_WORD}(?![A-Za-z]))
    | (?P<tokens>[\s-]?(?:个|的)?\s?(?:(?:output|input|generated|prompt|输出|输入)[ -]?)?{_TEXT})
    | (?P<examples>[\s-]?(?:(?:training|labell?ed|fine-?tuning|instruction|preference)[ ])?
        (?:examples?|samples?|pairs|demonstrations)(?![A-Za-z])
      | \s?[条个对份]?\s?(?:训练|标注|指令|偏好|微调)?(?:样本|样例|示例|(?<=条)(?:数据|对话|指令))
      | \s?对偏好(?:数据)?)
    | (?P<epochs>[\s-]?(?:个\s?)?(?:epochs?(?![A-Za-z])|轮(?=训练|微调)|遍))
    | (?P<rounds>\s?轮)
    | (?P<requests>\s?(?:(?:user|API|inference)[ ])?
        (?:requests?|reqs?|queries|query|calls|messages|prompts|chats|conversations)(?![A-Za-z])
      | \s?[次个条则則]?\s?(?:请求|调用|查询|访问|对话|问答|消息|讯息|訊息|提问) | \s?次)
    | \s?(?P<power>(?P<kilo>(?-i:kW|KW|kw)|kilowatts?|千瓦)|(?P<mega>(?-i:MW)|megawatts?|兆瓦)
        |(?P<giga>(?-i:GW)|gigawatts?|吉瓦)|(?P<plain>(?-i:W)|watts?|瓦))(?![A-Za-z]|时|小时|·时)
    | [ -]?(?:(?P<ms>ms|milliseconds?|毫秒)|(?P<s>seconds?|secs?|秒钟?|(?-i:s)))
        (?![A-Za-z0-9]|-hand)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONTEXT_BEFORE = re.compile(
    rf"(?:{_CONTEXT_WORD}|(?<![A-Za-z])(?:sequences?|max(?:imum)?[ _-]len(?:gth)?|packed)|最大长度)"
    r"\s?(?:of|is|at|to|up to|=|:|为|是|到)?\s?(?:about |约)?\s?$",
    re.IGNORECASE,
)
_CONTEXT_HINT = re.compile(r"context|ctx|seq|len|packed|上下文|序列|窗口|长度", re.IGNORECASE)
_ROUNDS_BEFORE = re.compile(r"(?:训练|微调|跑|练)\s?(?:了|过)?\s?$")
_RANK_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])rank(?: of| is)?|(?<![A-Za-z0-9])(?:lora_)?r\s?(?==)|秩)\s?[=:为是]?\s?$",
    re.IGNORECASE,
)
_QPS_BEFORE = re.compile(
    r"(?<![A-Za-z\d])(?<!\d\s)(?:(?P<minutely>rpm|qpm)|qps|rps)"
    r"\s?(?:of|is|=|:|为|是|到)?\s?(?:about |约)?\s?$",
    re.IGNORECASE,
)
_RANK_HINT = re.compile(r"rank|r ?=|秩", re.IGNORECASE)
_KW = {
    "kilo": Decimal(1), "mega": Decimal(1000), "giga": Decimal(10**6), "plain": Decimal("0.001"),
}  # fmt: skip
_SHORTEST = 256  # tokens of a context
_PLAIN = {"examples": Unit.EXAMPLES, "epochs": Unit.EPOCHS}


def read_rate(text: str, numeral: Numeral) -> Reading | None:
    """What `numeral` counts in an amount of time, or as a length of text or of training."""
    match = _BEHIND.match(text, numeral.end)
    if match is None:
        return None
    kinds = match.groupdict()
    start, end = numeral.start, match.end()
    for kind, unit in _PLAIN.items():
        if kinds[kind]:
            return Reading(unit, start, end)
    if kinds["minutely"] or kinds["secondly"]:
        said, factor = ("minute", 1) if kinds["minutely"] else ("second", 60)
        unit = Unit.REQUESTS_PER_MINUTE
        return Reading(unit, start, end, Decimal(factor), said_unit=f"per {said}")
    if kinds["requests"]:
        return _per(text, numeral, Unit.REQUESTS_PER_MINUTE, end, Decimal(60))
    if kinds["context"] and numeral.value >= _SHORTEST:
        return Reading(Unit.CONTEXT_TOKENS, start, end, context_factor(numeral))
    if kinds["tokens"]:
        return _tokens(text, numeral, end)
    if kinds["rounds"] and _ROUNDS_BEFORE.search(before(text, start)):
        return Reading(Unit.EPOCHS, start, end)
    if kinds["power"]:
        said = next(name for name in _KW if kinds[name])
        return Reading(Unit.POWER_KW, start, end, _KW[said], said_unit=said)
    return _seconds(text, numeral, match)


def is_unit_before(words: str) -> bool:
    """Whether `words`, in front of a number, are nothing but its unit: 每秒, context length."""
    return any(
        (found := each.search(words)) is not None and found.start() == 0
        for each in (_EACH_TIME, _CONTEXT_BEFORE, _RANK_BEFORE, _QPS_BEFORE)
    )


def read_named(text: str, numeral: Numeral) -> Reading | None:
    """What the word in front of a number without a unit says: a context length, a rank, QPS."""
    words = before(text, numeral.start)
    if short := _QPS_BEFORE.search(words):
        said, factor = ("minute", 1) if short["minutely"] else ("second", 60)
        unit = Unit.REQUESTS_PER_MINUTE
        return Reading(unit, numeral.start, numeral.end, Decimal(factor), said_unit=f"per {said}")
    if _RANK_HINT.search(words) and _RANK_BEFORE.search(words) and numeral.value <= 4096:
        return Reading(Unit.RANK, numeral.start, numeral.end)
    if _is_context(text, numeral):
        return Reading(Unit.CONTEXT_TOKENS, numeral.start, numeral.end, context_factor(numeral))
    return None


def context_factor(numeral: Numeral) -> Decimal:
    """1.024 for 4k, 8K and 128K, which mean 4,096, 8,192 and 131,072 tokens; else 1."""
    said = numeral.mantissa
    whole = numeral.scale in ("k", "K") and said == said.to_integral_value() and 0 < said <= 1024
    binary = whole and int(said) & (int(said) - 1) == 0
    return Decimal("1.024") if binary else Decimal(1)


def _is_context(text: str, numeral: Numeral) -> bool:
    words = before(text, numeral.start)
    long = numeral.value >= _SHORTEST and _CONTEXT_HINT.search(words)
    return bool(long and _CONTEXT_BEFORE.search(words))


def _tokens(text: str, numeral: Numeral, end: int) -> Reading | None:
    if rate := _per(text, numeral, Unit.TOKENS_PER_SECOND, end, Decimal(1)):
        return rate
    if not _is_context(text, numeral):
        return None
    return Reading(Unit.CONTEXT_TOKENS, numeral.start, end, context_factor(numeral))


def _per(text: str, numeral: Numeral, unit: Unit, end: int, base: Decimal) -> Reading | None:
    """A rate whose noun ends at `end`: its time stands behind it, or in front of the number."""
    time = _TIME_AFTER.match(text, end)
    end = time.end() if time else end
    time = time or _EACH_TIME.search(before(text, numeral.start))
    if time is None:
        return None
    named = time.groupdict()
    said = next((name for name in _SECONDS if named[name]), "day")
    return Reading(unit, numeral.start, end, base / _SECONDS[said], said_unit=f"per {said}")


def _seconds(text: str, numeral: Numeral, match: re.Match[str]) -> Reading | None:
    if not (match["ms"] or match["s"]):
        return None
    written = text[numeral.start : match.end()]
    # The 90s and 1990s are years; 0.5s, 2s and 90 s are times.
    if written.lower().endswith("0s") and "." not in written and written != text:
        return None
    factor, said = (Decimal("0.001"), "ms") if match["ms"] else (Decimal(1), "s")
    return Reading(Unit.SECONDS, numeral.start, match.end(), factor, said_unit=said)
