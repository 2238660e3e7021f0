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
_PER = rf"\s?(?:/|per |an? |each |every |每|一)\s?{_TIME}"
_SECONDS = {
    "second": Decimal(1), "minute": Decimal(60), "hour": Decimal(3600), "day": Decimal(86400),
}  # fmt: skip
_EACH_TIME = re.compile(rf"每\s?{_TIME}(?:[^0-9、,。;\s]{{0,4}})\s?$")
_REQUESTS = re.compile(
    r"\s?(?:(?:user |API |inference )?(?:requests?|reqs?|queries|query|calls|messages|prompts)"
    r"(?![A-Za-z])|[次个条]?\s?(?:请求|调用|查询|访问|对话|问答)|次)",
    re.IGNORECASE,
)
_RATE_WORD = re.compile(r"\s?(?:(?P<minute>rpm)|(?P<second>qps|rps))(?![A-Za-z])", re.IGNORECASE)
_TOKENS = re.compile(
    r"[\s-]?(?:个|的)?\s?(?:(?:output|input|generated|prompt|输出|输入)[ -]?)?"
    r"(?:tokens?|toks?|词元)(?![A-Za-z])",
    re.IGNORECASE,
)
_TIME_AFTER = re.compile(_PER, re.IGNORECASE)
_CONTEXT_WORD = (
    r"(?:(?:max(?:imum)? )?context(?:[ -](?:length|window|size))?|ctx"
    r"|seq(?:uence)?[ _-]?len(?:gth)?"
    r"|上下文(?:长度|窗口)?|序列(?:长度)?|窗口长度)"
)
_CONTEXT = re.compile(
    rf"[\s-]?(?:(?:tokens?|词元)[ -]?)?(?:的|of )?\s?{_CONTEXT_WORD}(?![A-Za-z])", re.IGNORECASE
)
_CONTEXT_BEFORE = re.compile(
    rf"{_CONTEXT_WORD}\s?(?:of|is|=|:|为|是|到)?\s?(?:about|约)?\s?$", re.IGNORECASE
)
_SHORT = re.compile(
    r"[ -]?(?:(?P<ms>ms|milliseconds?|毫秒)|(?P<s>seconds?|secs?|秒钟?|(?<=[ .0-9])s))"
    r"(?![A-Za-z0-9])(?!-hand)",
    re.IGNORECASE,
)
_POWER = re.compile(
    r"\s?(?:(?P<kilo>kW|KW|kw|kilowatts?|千瓦)|(?P<mega>MW|megawatts?|兆瓦)"
    r"|(?P<giga>GW|gigawatts?|吉瓦)|(?P<plain>W|watts?|瓦))(?![A-Za-z]|时|小时|·?时)"
)
_KW = {
    "kilo": Decimal(1), "mega": Decimal(1000), "giga": Decimal(10**6), "plain": Decimal("0.001"),
}  # fmt: skip
_EXAMPLES = re.compile(
    r"[\s-]?(?:(?:training|labell?ed|fine-?tuning|instruction|preference|training) )?"
    r"(?:examples?|samples?|pairs|demonstrations)(?![A-Za-z])"
    r"|\s?[条个对份]?\s?(?:训练|标注|指令|偏好|微调)?(?:样本|样例|示例|(?<=条)数据|(?<=条)对话"
    r"|(?<=条)指令|(?<=对)偏好)",
    re.IGNORECASE,
)
_EPOCHS = re.compile(r"[\s-]?(?:个\s?)?(?:epochs?(?![A-Za-z])|轮(?=训练|微调)|遍)", re.IGNORECASE)
_ROUNDS = re.compile(r"\s?轮")
_ROUNDS_BEFORE = re.compile(r"(?:训练|微调|跑|练)\s?(?:了|过)?\s?$")
_RANK_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])rank(?: of| is)?|(?<![A-Za-z0-9])(?:lora_)?r\s?(?==)|秩)\s?[=:为是]?\s?$",
    re.IGNORECASE,
)


def read_rate(text: str, numeral: Numeral) -> Reading | None:
    """What `numeral` counts in an amount of time, as a rate or a length of text."""
    for reader in (_requests, _tokens_per_second, _context, _examples, _epochs, _power, _seconds):
        if reading := reader(text, numeral):
            return reading
    return None


def is_unit_before(words: str) -> bool:
    """Whether `words`, in front of a number, are nothing but its unit: 每秒, context length."""
    return any(
        (found := each.search(words)) is not None and found.start() == 0
        for each in (_EACH_TIME, _CONTEXT_BEFORE, _RANK_BEFORE)
    )


def read_named(text: str, numeral: Numeral) -> Reading | None:
    """What the word in front of a number without a unit says: a context length, a rank."""
    words = before(text, numeral.start)
    if _RANK_BEFORE.search(words) and numeral.value <= 4096:
        return Reading(Unit.RANK, numeral.start, numeral.end)
    if (numeral.value >= 256) and _CONTEXT_BEFORE.search(words):
        return Reading(Unit.CONTEXT_TOKENS, numeral.start, numeral.end, context_factor(numeral))
    return None


def context_factor(numeral: Numeral) -> Decimal:
    """1.024 for 4k, 8K and 128K, which mean 4,096, 8,192 and 131,072 tokens; else 1."""
    said = numeral.mantissa
    whole = numeral.scale in ("k", "K") and said == said.to_integral_value() and 0 < said <= 1024
    binary = whole and int(said) & (int(said) - 1) == 0
    return Decimal("1.024") if binary else Decimal(1)


def _requests(text: str, numeral: Numeral) -> Reading | None:
    if word := _RATE_WORD.match(text, numeral.end):
        return _per(Unit.REQUESTS_PER_MINUTE, numeral.start, word.end(), word, Decimal(60))
    noun = _REQUESTS.match(text, numeral.end)
    if noun is None:
        return None
    if time := _TIME_AFTER.match(text, noun.end()):
        return _per(Unit.REQUESTS_PER_MINUTE, numeral.start, time.end(), time, Decimal(60))
    if time := _EACH_TIME.search(before(text, numeral.start)):
        return _per(Unit.REQUESTS_PER_MINUTE, numeral.start, noun.end(), time, Decimal(60))
    return None


def _tokens_per_second(text: str, numeral: Numeral) -> Reading | None:
    noun = _TOKENS.match(text, numeral.end)
    if noun is None:
        return None
    if time := _TIME_AFTER.match(text, noun.end()):
        return _per(Unit.TOKENS_PER_SECOND, numeral.start, time.end(), time, Decimal(1))
    if time := _EACH_TIME.search(before(text, numeral.start)):
        return _per(Unit.TOKENS_PER_SECOND, numeral.start, noun.end(), time, Decimal(1))
    return None


def _per(unit: Unit, start: int, end: int, time: re.Match[str], base: Decimal) -> Reading:
    named = time.groupdict()
    said = next(name for name in _SECONDS if named.get(name))
    return Reading(unit, start, end, base / _SECONDS[said], said_unit=f"per {said}")


def _context(text: str, numeral: Numeral) -> Reading | None:
    if numeral.value < 256:
        return None
    match = _CONTEXT.match(text, numeral.end)
    if match is None and _CONTEXT_BEFORE.search(before(text, numeral.start)):
        match = _TOKENS.match(text, numeral.end)
    if match is None:
        return None
    return Reading(Unit.CONTEXT_TOKENS, numeral.start, match.end(), context_factor(numeral))


def _examples(text: str, numeral: Numeral) -> Reading | None:
    match = _EXAMPLES.match(text, numeral.end)
    return Reading(Unit.EXAMPLES, numeral.start, match.end()) if match else None


def _epochs(text: str, numeral: Numeral) -> Reading | None:
    match = _EPOCHS.match(text, numeral.end)
    if match is None and _ROUNDS_BEFORE.search(before(text, numeral.start)):
        match = _ROUNDS.match(text, numeral.end)
    return Reading(Unit.EPOCHS, numeral.start, match.end()) if match else None


def _power(text: str, numeral: Numeral) -> Reading | None:
    match = _POWER.match(text, numeral.end)
    if match is None or match.lastgroup is None:
        return None
    said = match.lastgroup
    return Reading(Unit.POWER_KW, numeral.start, match.end(), _KW[said], said_unit=said)


def _seconds(text: str, numeral: Numeral) -> Reading | None:
    match = _SHORT.match(text, numeral.end)
    if match is None:
        return None
    written = text[numeral.start : match.end()]
    # The 90s and 1990s are years; 0.5s, 2s and 90 s are times.
    alone = written == text
    if written.lower().endswith("0s") and "." not in written and not alone:
        return None
    factor = Decimal("0.001") if match["ms"] else Decimal(1)
    return Reading(Unit.SECONDS, numeral.start, match.end(), factor, said_unit=match.lastgroup)
