"""What a question tells of a model that is served: the arguments of its estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from assistant.builtin.estimating.money import beside
from assistant.builtin.values import chosen, gpu_of, model_of, price_text
from assistant.question import ASKED, Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit

TOOL = "estimate_inference"
ASSUMED = {"requests_per_minute": 60.0, "input_tokens": 1000, "output_tokens": 300}
"""What is assumed where somebody agrees to it: planning figures, named in the question."""

_BREAK = re.compile(r"[,，、;；。.?？!！:：]|\band\b|和|与|與")
_INPUT = re.compile(
    r"\b(?:inputs?|prompts?|in|context|questions?)\b|输入|輸入|提示|问题|問題|上文"
    r"|(?<![收投加])[入进進](?=\s?\d)",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"\b(?:outputs?|completions?|generated?|out|answers?|responses?|repl(?:y|ies))\b|输出|輸出"
    r"|生成|回答|回复|回覆|答复|答案|(?<!支)出(?=\s?\d)|(?<![回应])答(?=\s?\d)",
    re.IGNORECASE,
)
_LENGTH_BEFORE = re.compile(
    r"(?:inputs?|outputs?|(?:prompts?|completions?|answers?|repl(?:y|ies)|responses?)(?: of)?"
    r"|[入进進出]|输入|輸入|输出|輸出"
    r"|提示词|"
    r"提示詞|回答)(?:长度|長度)?\W{0,2}(?:约|大约|約|平均|about )?$",
    re.IGNORECASE,
)
_LENGTH_AFTER = re.compile(
    r"\s?(?:in|out|input|output|prompt|completion|answer|reply)\b", re.IGNORECASE
)
_LENGTHS = (Unit.TOKENS, Unit.CONTEXT_TOKENS, Unit.COUNT)
_A_TIME = re.compile(
    r"\s?(?:a|per|/|each|every)\s?(?:(?P<minute>m(?:in(?:ute?)?)?)|(?P<second>s(?:ec(?:ond)?)?)"
    r"|(?P<hour>h(?:our|r)?)|(?P<day>day))\b",
    re.IGNORECASE,
)
_MINUTES = {
    "minute": Decimal(1), "second": 1 / Decimal(60), "hour": Decimal(60), "day": Decimal(1440),
}  # fmt: skip
_TIMES_MORE = {
    "2": r"doubl(?:e|es|ed|ing)|twice|two times|2x|翻倍|翻一番|翻一倍|加倍|两倍",
    "3": r"trippl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)|three times|3x|三倍|翻两倍",
    "4": r"quadrupl(?:e|es|ed|ing)|four times|4x|四倍",
    "5": r"five times|5x|五倍",
    "10": r"ten times|tenfold|10x|十倍",
    "0.5": r"halv(?:e|es|ed|ing)|half (?:of )?(?:the|that|as)|减半|一半",
}
_TRAFFIC = re.compile(r"traffic|requests?|load|volume|demand|users|usage|流量|请求|访问|用户|量")
_FIRST = re.compile(
    r"\bttft\b|\bfirst[- ]token\b|首\s?(?:个\s?)?token|首字|首詞|首词|首响|首包|first (?:word"
    r"|byte)",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\b(?:tpot|itl)\b|单个?\s?token|單個?\s?token|\b(?:per|a|each|between|inter)[ -](?:output"
    r" )?tokens?\b|每个?\s?(?:token"
    r"|词元)"
    r"|每個\s?token|/ ?token\b",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"request|latency|end[- ]to[- ]end|\be2e\b|respond|finish|complete|请求|請求|延迟|延遲|时延"
    r"|端到端|完成|答完|说完",
    re.IGNORECASE,
)
_A_SECOND = (
    (Decimal(1), re.compile(r"\b(?:under|within|below|in|less than) (?:a|one) second\b|一秒")),
    (Decimal("0.5"), re.compile(r"\bhalf a second\b|半秒")),
)
_CACHE_WORD = r"(?:kv|cache|缓存|快取|键值)"
_CACHE = re.compile(
    rf"(?P<before>fp-?8|8[- ]?bit|bf-?16)[^,，.。;；、]{{0,8}}?{_CACHE_WORD}(?:[ -]?(?:cache"
    rf"|缓存))?"
    rf"|(?P<both>(?:weights?|权重)[^,，.。;；]{{0,6}}(?:and|\+|和|与"
    rf"|、)[^,，.。;；]{{0,6}}{_CACHE_WORD}"
    rf"[^,，.。;；\d]{{0,12}}(?:fp-?8))"
    rf"|{_CACHE_WORD}[^,，.。;；、\d]{{0,12}}(?P<behind>fp-?8|8[- ]?bit|bf-?16)"
)
_WEIGHTS = {
    "fp8": r"fp-?8|8[- ]?bit float",
    "int8": r"int-?8|w8a8|8[- ]?bits?|8位|q8",
    "int4": r"int-?4|4[- ]?bits?|awq|gptq|w4a16|4位|q4|nf4",
    "bf16": r"bf-?16|fp-?16|16[- ]?bits?|16位",
}
_PEAK = re.compile(r"peak|burst|spike|busiest|峰|高点|高點|最忙|突发")
_PEAK_TIMES = {
    "2": r"(?:double|twice)", "3": r"(?:triple|three times)", "4": r"four times",
}  # fmt: skip
_SHARED = re.compile(
    r"prefix|shared?|sharing|in common|cached|identical|the same|system prompt|前缀|前綴|共享"
    r"|共用|相同|重复"
    r"|重複|一样"
)


def _clause(text: str, quantity: Quantity) -> tuple[int, int]:
    """Where the words around a quantity start and end: at the next break on either side."""
    before = [match.end() for match in _BREAK.finditer(text[: quantity.start])]
    after = _BREAK.search(text, quantity.end)
    return max(before, default=0), after.start() if after else len(text)


def rate_of(reading: Reading) -> float | None:
    """The requests a minute that a question tells; the mean where a peak stands beside it."""
    rates = _rates(reading)
    mean = next((rate for q, rate in rates if not _is_peak(reading, q)), None)
    if mean is not None or rates:
        return float(round(rates[0][1] if mean is None else mean, 6))
    earlier = reading.again(TOOL).get("requests_per_minute")
    times = chosen(reading.folded, _TIMES_MORE)
    if earlier and times and _TRAFFIC.search(reading.folded):
        return float(round(Decimal(str(earlier)) * Decimal(times), 6))
    return None


def _rates(reading: Reading) -> list[tuple[Quantity, Decimal]]:
    """Every rate with its requests a minute; "traffic of 1,000 a minute" leaves the noun out."""
    found = []
    for quantity in reading.quantities:
        if quantity.unit is Unit.REQUESTS_PER_MINUTE:
            found.append((quantity, quantity.value))
        time = _A_TIME.match(reading.text[quantity.end :])
        if quantity.unit is Unit.COUNT and time:
            found.append((quantity, quantity.value / _MINUTES[str(time.lastgroup)]))
    return found


def _is_peak(reading: Reading, quantity: Quantity) -> bool:
    before, behind = beside(reading, quantity)
    return bool(_PEAK.search(before) or re.match(r"\W{0,2}(?:at (?:the )?)?(?:peak|峰)", behind))


def _side(text: str, quantity: Quantity, lengths: Sequence[Quantity]) -> str | None:
    """Whether tokens go in or out, by the nearest word of their clause: behind the numbers where
    the first of them stands before any word (1,000 in 300 out), else in front of them (输入2000
    token输出500 token)."""
    start, end = _clause(text, quantity)
    clause = text[start:end]
    words = [
        (match.start() + start, match.end() + start, name)
        for name, cue in (("input_tokens", _INPUT), ("output_tokens", _OUTPUT))
        for match in cue.finditer(clause)
    ]
    if not words:
        return None
    first = min(each.start for each in lengths if start <= each.start < end)
    trailing = first < min(words)[0]
    near = []
    for begin, stop, name in words:
        behind = begin >= quantity.start
        distance = begin - quantity.end if behind else quantity.start - stop
        near.append((behind != trailing, abs(distance), name))
    return min(near)[2]


def _own_side(quantity: Quantity) -> str | None:
    """The side that is named between a number and its tokens: 900个输入token, 150 answer tokens."""
    if quantity.unit not in (Unit.TOKENS, Unit.CONTEXT_TOKENS):
        return None
    into, out = _INPUT.search(quantity.text), _OUTPUT.search(quantity.text)
    if bool(into) == bool(out):
        return None
    return "input_tokens" if into else "output_tokens"


def _is_no_year(text: str, quantity: Quantity) -> bool:
    """Whether a bare 2000 that looks like a year counts tokens: 输入2000, 2,000 in."""
    if quantity.unit is not Unit.YEAR:
        return False
    before, after = text[: quantity.start], text[quantity.end :]
    return bool(_LENGTH_BEFORE.search(before) or _LENGTH_AFTER.match(after))


def lengths_of(reading: Reading) -> dict[str, int]:
    """Tokens of a prompt and of an answer, by the words around each number."""
    lengths = [
        each for each in reading.quantities
        if (each.unit in _LENGTHS or _is_no_year(reading.text, each))
        and each.value == int(each.value)
    ]  # fmt: skip
    found: dict[str, int] = {}
    for quantity in lengths:
        if name := _own_side(quantity):
            found.setdefault(name, int(quantity.value))
    bare: list[int] = []
    for quantity in lengths:
        if _own_side(quantity):
            continue
        name = _side(reading.text, quantity, lengths)
        if name:
            found.setdefault(name, int(quantity.value))
        elif quantity.unit is Unit.TOKENS:
            bare.append(int(quantity.value))
    for name in ("input_tokens", "output_tokens"):
        if name not in found and bare:
            found[name] = bare.pop(0)
    return found


def _targets(reading: Reading) -> Iterator[tuple[str, float]]:
    """Times that must be met, in seconds, by what they are times of."""
    for quantity in reading.quantities:
        if quantity.unit is Unit.SECONDS:
            name = _target(reading.text[slice(*_clause(reading.text, quantity))])
            if name:
                yield name, float(quantity.value)
    for seconds, spelled in _A_SECOND:
        for match in spelled.finditer(reading.folded):
            before = [each.end() for each in _BREAK.finditer(reading.folded[: match.start()])]
            name = _target(reading.folded[max(before, default=0) : match.end()])
            if name:
                yield name, float(seconds)


def _target(clause: str) -> str | None:
    if _FIRST.search(clause):
        return "first_token_seconds"
    if _TOKEN.search(clause):
        return "token_seconds"
    answer = _OUTPUT.search(clause) or _ANSWER.search(clause)
    return "answer_seconds" if answer else None


def _precisions(folded: str) -> dict[str, str]:
    """`weights` and `cache`, each by its own words."""
    told: dict[str, str] = {}
    rest = folded
    if match := _CACHE.search(folded):
        told["cache"] = "bf16" if "16" in match.group() else "fp8"
        if not match["both"]:
            rest = folded[: match.start()] + " " + folded[match.end() :]
    weights = chosen(rest, _WEIGHTS)
    return told | ({"weights": weights} if weights else {})


def _peak(reading: Reading) -> float | None:
    """How often the mean the peak is: told, or by two rates."""
    for quantity in reading.quantities:
        if quantity.unit is Unit.RATIO and any(map(_PEAK.search, beside(reading, quantity))):
            return float(quantity.value)
    rates = _rates(reading)
    peak = next((rate for q, rate in rates if _is_peak(reading, q)), None)
    mean = next((rate for q, rate in rates if not _is_peak(reading, q)), None)
    if peak and mean:
        return float(round(peak / mean, 4))
    for quantity in reading.quantities:
        if quantity.unit is Unit.COUNT and re.search(
            r"peak(?:[- ]to[- ](?:mean|average))?(?: factor| ratio)? (?:of |is )?$",
            fold(reading.text[: quantity.start]),
        ):
            return float(quantity.value)
    spelled = chosen(reading.folded, _PEAK_TIMES) if _PEAK.search(reading.folded) else None
    return float(spelled) if spelled and not reading.again(TOOL) else None


def _prefix(reading: Reading) -> float | None:
    """The share of a prompt that is the same for all."""
    for quantity in reading.quantities:
        share = quantity.value / 100 if quantity.unit is Unit.PERCENT else quantity.value
        if quantity.unit not in (Unit.PERCENT, Unit.RATIO) or not 0 <= share <= 1:
            continue
        if any(map(_SHARED.search, beside(reading, quantity))):
            return float(share)
    return None


def arguments(reading: Reading) -> dict[str, Any]:
    """The arguments of the estimate, with those of an earlier one that a question changes."""
    earlier, rate = reading.again(TOOL), rate_of(reading)
    told: dict[str, Any] = dict(model_of(reading))
    if rate:
        told["requests_per_minute"] = rate
    told |= lengths_of(reading)
    told |= dict(_targets(reading))
    if gpu := gpu_of(reading):
        told["gpu"] = gpu
    told |= _precisions(reading.folded)
    if peak := _peak(reading):
        told["peak_to_mean"] = peak
    if (prefix := _prefix(reading)) is not None:
        told["shared_prefix"] = prefix
    if paid := reading.first(Unit.PRICE_PER_GPU_HOUR):
        told |= {"price": price_text(paid), "price_source": ASKED}
    if "model" in told or "params" in told:
        earlier = {
            k: v for k, v in earlier.items() if k not in ("model", "params", "active_params")
        }
    return {"gpu": "H100"} | ({} if earlier else ASSUMED) | earlier | told
