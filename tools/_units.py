"""What a number counts: units around a numeral in folded text, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from tools import _rates
from tools._numerals import Numeral
from tools._reading import Reading, Unit, before
from tools.gpus import GpuMention

_PREFIX_CURRENCY = re.compile(
    r"(?P<sign>(?<![A-Za-z0-9)\]%])-)?(?P<name>US\$|HK\$|NT\$|S\$|A\$|C\$|\$|¥|€|£|(?<![A-Za-z])(?:USD|CNY|RMB|EUR|GBP|HKD"
    r"|JPY)|人民币|美元(?=\s?[0-9]))\s?$"
)
_CURRENCIES = {
    "US$": "USD",
    "$": "USD",
    "HK$": "HKD",
    "NT$": "TWD",
    "S$": "SGD",
    "A$": "AUD",
    "C$": "CAD",
    "¥": "CNY",
    "€": "EUR",
    "£": "GBP",
    "RMB": "CNY",
    "人民币": "CNY",
    "美元": "USD",
}
_SUFFIX_CURRENCY = re.compile(
    r"[ -]?(?:(?P<cent>(?:US )?cents?(?![A-Za-z])|¢|美分)"
    r"|(?P<USD>US dollars?|U\.S\. dollars?|dollars?(?![A-Za-z])|bucks?(?![A-Za-z])|USD(?![A-Za-z])"
    r"|美元|美金|美刀|鎂|镁(?!合)|刀(?![具片剑工法叉客把枪]))"
    r"|(?P<EUR>欧元|euros?(?![A-Za-z])|EUR(?![A-Za-z]))|(?P<GBP>英镑|GBP(?![A-Za-z])|pounds?(?![A-Za-z]))"
    r"|(?P<JPY>日元|yen(?![A-Za-z])|JPY(?![A-Za-z]))|(?P<HKD>港元|港币|HKD(?![A-Za-z]))"
    r"|(?P<TWD>新?台币|TWD(?![A-Za-z]))|(?P<SGD>新加坡元|新元)"
    r"|(?P<CNY>元人民币|人民币|yuan(?![A-Za-z])|RMB(?![A-Za-z])|CNY(?![A-Za-z])|元(?![素宇件气首老旦年组])|块钱|块(?=/|每|一(?:张?卡|个?小?时|度))))",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(
    r"[^\d、,。;:()]{0,4}\((?:美元|美金|US dollars?|dollars?|USD)\)", re.IGNORECASE
)
_CARD = (
    r"(?:(?:[张块个]\s?)?"
    r"(?:GPUs?|cards?|chips?|accelerators?|卡|显卡|芯片|[A-Z]{1,4}\d{2,4}[A-Z]{0,2}s?))"
)
_HOUR = r"(?:hours?|hrs?|h|小时|钟[头頭]|时(?!间))(?![A-Za-z])"
_RATE = re.compile(
    rf"\s?(?:(?:/|per |an? |每|一)\s?(?:{_CARD}\s?(?:[-·/]|per |an? |每|)\s?)?{_HOUR}"
    rf"(?:\s?(?:/|per |每)\s?{_CARD})?|\s?hourly(?![a-z]))",
    re.IGNORECASE,
)
_RATE_BEFORE = re.compile(
    r"(?:每\s?(?:(?:[张块个]\s?)?(?:卡|GPU|显卡|芯片|[A-Z]{1,4}\d{2,4}[A-Z]{0,2})\s?每?\s?)?(?:小时|钟[头頭]|时)|[每一]个?(?:小时|钟[头頭])"
    r"|[每一]\s?个?小?时\s?[每一]\s?(?:[张块个]\s?)?(?:卡|GPU)|[每一]\s?[张块]\s?卡\s?[每一]\s?个?小时)"
    r"(?:的?价格)?(?:约为?|大约|仅|只要|为|是|:|收费?|租金)?\s?$",
    re.IGNORECASE,
)
_PER_POWER = re.compile(
    r"\s?(?:/|per |an? |每|一)\s?(?:(?P<energy>kWh|kilowatt[- ]hours?|千瓦时|度电?)"
    r"|(?:kW|kilowatt|千瓦)\s?(?:[-·/]|per |an? |每)?\s?(?:months?|mo|个?月))(?![A-Za-z])",
    re.IGNORECASE,
)
_PER_POWER_BEFORE = re.compile(
    r"每(?:(?P<energy>千瓦时|度电?)|千瓦\s?每?(?:个)?月)(?:的?[租电]?[费价]格?)?(?:约|为|是)?\s?$"
)
_PERCENT = re.compile(
    r"\s?(?:%|个?百分点)|[ -](?:percent|per cent|percentage points?|pct)(?![a-z])", re.I
)
_LINK = (
    r"(?:\s?[x×*]\s?|\s?[张块片颗枚个台卡]\s?(?:以上\s?)?(?:的\s?)?|[ -])?"
    r"(?:(?:more|new|extra|additional|of the|of its|of our|free|idle|spare|unused|available"
    r"|dedicated|used|rented|leased|whole) )?(?:空(?:闲|余|着)?的?\s?|闲置的?\s?|可用的?\s?)?"
)
_GPU_LINK = re.compile(_LINK, re.IGNORECASE)
_GPU_NOUN = re.compile(
    _LINK + r"(?:(?:NVIDIA|AMD|英伟达|高端|国产)\s?)?(?:AI\s?)?"
    r"(?:GPUs?(?![A-Za-z])|TPUs?(?![A-Za-z])|accelerators?(?![a-z])|graphics cards?(?![a-z])"
    r"|cards(?![a-z])|chips(?![a-z])|显卡|加速卡|算力卡|计算卡|芯片|晶片|卡(?![车片路塔尔通点]))",
    re.IGNORECASE,
)
_GPU_HOURS_AFTER = re.compile(r"\s?[-·]?\s?(?:hours?|hrs?|h|小时|时)(?![A-Za-z])", re.IGNORECASE)
_MODEL_HOURS_AFTER = re.compile(
    rf"(?:\s?-?(?:GPU|卡))?{_GPU_HOURS_AFTER.pattern}", re.IGNORECASE
)  # H100-hours, H100 GPU-hours, H100 卡时
_GPU_MACHINE = re.compile(
    r"s?[ -](?:nodes?|servers?|instances?|clusters?|machines?|boxes)(?![a-z])"
    r"|\s?(?:服务器|节点|集群|整机)",
    re.I,
)
_GPU_MEASURE = re.compile(
    r"\s?[张块片颗枚](?=$|[\s,.;:!?、。)」”\"]|以上|以下|左右|上下|就|才|给|起|到|至|或|和|的(?!$))"
)
_TOKENS = re.compile(
    r"[\s-]?(?:个|的)?\s?(?:(?!(?:on|of|and|with|for|per|in|to|the|model|params?|parameters?)\s)"
    r"[A-Za-z]{3,14}\s(?=tokens))?(?:(?:more|additional|extra|further|other|unique|fresh|added)\s)?(?:(?:training|pre-?training|text|output|input|prompt|generated|answer|completion|response|new|训练|输入|输出|生成)\s?)?(?:tokens?(?![A-Za-z])|toks?(?![A-Za-z])|词元|标记)"
    r"(?!\s?(?:/|per|a|每)\s?(?:s|sec|second|秒|分|min))",
    re.IGNORECASE,
)
_PARAMS = re.compile(
    r"[\s-]?(?:个|的)?\s?(?:(?:active|activated|total|trainable|model|激活|活跃|总)[ -]?)?"
    r"(?:(?:parameters?|params?)(?![A-Za-z])|参数)",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"[\s-]?(?:的)?\s?(?:(?:dense|sparse|MoE|稠密|大型?|开源|基座|base|language|语言|class|级别?|规模的?)\s?-?)*(?:models?(?![a-z])|LLMs?(?![a-z])|模型|MoE(?![A-Za-z]))",
    re.IGNORECASE,
)
_PARAMS_BEFORE = re.compile(
    r"(?:参数量?|参数规模|激活(?:参数)?量?|总参数?|parameters?|params?)\s?"
    r"(?:为|是|达到?|约|共|=|:|of|have been)?"
    r"\s?(?:约|about)?\s?$",
    re.I,
)
_TOKENS_BEFORE = re.compile(
    r"(?:tokens?|词元|数据量|语料)\s?(?:数量?)?(?:为|是|达到?|约|共|=|:)?\s?约?\s?$"
    r"|(?:数据|资料|資料)量?(?:增?加|增|[扩擴]|提高|改)[到成]\s?$",
    re.I,
)
_SAMPLES = frozenset("条笔份")
_RATIO = re.compile(
    r"\s?[x×](?![A-Za-z0-9×])|\s?倍|[ -]times(?![a-z])|-?fold(?![a-z])", re.IGNORECASE
)
DAYS = {
    "year": Decimal(365),
    "month": Decimal(365) / 12,
    "week": Decimal(7),
    "day": Decimal(1),
    "hour": Decimal(1) / 24,
    "minute": Decimal(1) / 1440,
}
_DURATION = re.compile(
    r"[ -]?(?:(?P<year>years?(?![a-z])|yrs?(?![a-z])|年(?![代级份糕轻初末底])|周年)"
    r"|(?P<month>months?(?![a-z])|mos?(?![a-z])|个(?P<half_month>半)?\s?月)"
    r"|(?P<week>weeks?(?![a-z])|wks?(?![a-z])|个?(?P<half_week>半)?(?:周(?![年边围转期岁末一二三四五六])|星期(?![一二三四五六日天])|礼拜))"
    r"|(?P<day>days?(?![a-z])|工作日|天(?![然下空])|d(?![A-Za-z0-9]))"
    r"|(?P<hour>hours?(?![a-z])|hrs?(?![a-z])|个?(?P<half_hour>半)?(?:小时|钟[头頭])|h(?![A-Za-z0-9]))"
    r"|(?P<minute>minutes?(?![a-z])|mins?(?![a-z])|分钟))"
    r"(?P<half>半(?![年月天小导价]))?",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\s?(?:[个家种项位名台次笔人条款轮份座间支批篇类所组套张块片颗枚步大国地区期成座处门层]|亿|行|天|款)"
)
_CALLS_AFTER = re.compile(
    r"\s?[每一]\s?(?:[张块个]\s?)?(?:卡|GPU)|\s?(?:大概|大约|约)?\s?[0-9.,]+\s?[万千百]*\s?(?:次|[个条]?(?:请求|调用))"
)
_NOUN_LETTERS = re.compile(
    r"(?:GB|GiB|TB|TiB|MB|PB|KB|kW|MW|GW|W|kWh|MWh|Gbps|Gb|TFLOPS?|PFLOPS?|FLOPS?|bit|nm|km|ms|s)(?![A-Za-z])"
)
_BIG = {"B", "b", "T", "M", "billion", "trillion"}


_DIVIDED = {Unit.DURATION_DAYS, Unit.REQUESTS_PER_MINUTE, Unit.TOKENS_PER_SECOND}


def read_unit(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    """The unit of `numeral` in folded `text`; None where the number counts nothing.

    `gpus` maps the start of each GPU named in the text to its mention.
    """
    for reader in (_money, _percent, _gpus, _rate, _tokens, _params, _ratio, _duration):
        reading = reader(text, numeral, gpus)
        if reading:
            return reading
    return _rates.read_named(text, numeral) or _bare(text, numeral)


def is_unit_before(words: str) -> bool:
    """Whether `words`, in front of a number, are nothing but its unit: 每卡每小时, 参数量."""
    patterns = (_RATE_BEFORE, _PER_POWER_BEFORE, _PARAMS_BEFORE, _TOKENS_BEFORE)
    found = (each.search(words) for each in patterns)
    return any(each and each.start() == 0 for each in found) or _rates.is_unit_before(words)


def in_unit(numeral: Numeral, reading: Reading) -> Decimal:
    """The value in the measure of the unit; what is divided (a third of a year) is rounded to nine
    places."""
    value = (numeral.value + reading.extra) * reading.factor
    if reading.unit is Unit.CONTEXT_TOKENS:
        return value.to_integral_value()
    if reading.unit not in _DIVIDED:
        return value
    rounded = round(value, 9)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded


def _money(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    start, end, currency = numeral.start, numeral.end, None
    if prefix := _PREFIX_CURRENCY.search(before(text, start, 5)):
        start -= len(prefix.group())
        currency = _CURRENCIES.get(prefix["name"], prefix["name"])
    suffix = _SUFFIX_CURRENCY.match(text, end)
    if suffix and suffix.lastgroup:
        end = suffix.end()
        named = "USD" if suffix.lastgroup == "cent" else suffix.lastgroup
        currency = currency if currency and currency != "CNY" else named
    if bracketed := _IN_BRACKETS.match(text, end):  # 35万额度（美元）, 4块钱（美元）
        end, currency = bracketed.end(), "USD"
    rate = _RATE.match(text, end)
    if currency is None:
        if rate is None:
            return None
        # Without a currency only a rate per GPU, or a text that is nothing else, is a price.
        alone = start == 0 and rate.end() == len(text)
        if alone or re.search(r"GPU|卡|card|[A-Z]\d{2}", rate.group()):
            return Reading(Unit.PRICE_PER_GPU_HOUR, start, rate.end())
        return None
    factor = Decimal("0.01") if suffix and suffix.lastgroup == "cent" else Decimal(1)
    factor = -factor if prefix and prefix["sign"] else factor
    behind = _PER_POWER.match(text, end)
    if power := behind or _PER_POWER_BEFORE.search(before(text, start)):
        unit = Unit.PRICE_PER_KWH if power["energy"] else Unit.PRICE_PER_KW_MONTH
        end = behind.end() if behind else end
        return Reading(unit, start, end, factor, currency=currency)
    if rate:
        return Reading(Unit.PRICE_PER_GPU_HOUR, start, rate.end(), factor, currency=currency)
    if _RATE_BEFORE.search(before(text, start)):
        return Reading(Unit.PRICE_PER_GPU_HOUR, start, end, factor, currency=currency)
    return Reading(Unit.MONEY, start, end, factor, currency=currency)


def _percent(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    match = _PERCENT.match(text, numeral.end)
    return Reading(Unit.PERCENT, numeral.start, match.end()) if match else None


def _gpus(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    if text[numeral.start : numeral.end + 1] in {"一个", "一种", "一台"}:
        return None  # an article, not a number
    link = _GPU_LINK.match(text, numeral.end)
    mention = gpus.get(link.end()) if link else None
    if link and mention:
        hours = _MODEL_HOURS_AFTER.match(text, mention.end)
        if hours and not re.search(r"[x×*张块]", link.group()):
            return Reading(Unit.GPU_HOURS, numeral.start, hours.end(), gpu=mention.raw)
        machine = _GPU_MACHINE.match(text, mention.end)
        if machine and not re.search(r"[x×*张块片颗枚]", link.group()):
            return Reading(Unit.COUNT, numeral.start, machine.end())
        end = mention.end + (text[mention.end : mention.end + 1] == "s")
        noun = re.match(r"\s?(?:GPUs?(?![A-Za-z-])|显卡|芯片|卡)", text[end : end + 6])
        return Reading(Unit.GPUS, numeral.start, end + (noun.end() if noun else 0), gpu=mention.raw)
    one = numeral.script == "zh" and numeral.value == 1
    if not one and (noun := _GPU_NOUN.match(text, numeral.end)):
        if hours := _GPU_HOURS_AFTER.match(text, noun.end()):
            return Reading(Unit.GPU_HOURS, numeral.start, hours.end())
        return Reading(Unit.GPUS, numeral.start, noun.end())
    if not one and (measure := _GPU_MEASURE.match(text, numeral.end)):
        return Reading(Unit.GPUS, numeral.start, measure.end())
    return None


def _rate(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    return _rates.read_rate(text, numeral)


def _tokens(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    if match := _TOKENS.match(text, numeral.end):
        return Reading(Unit.TOKENS, numeral.start, match.end())
    if (
        numeral.scale
        and numeral.scale != "十"
        and _TOKENS_BEFORE.search(before(text, numeral.start, 16))
        and not _PARAMS.match(text, numeral.end)  # 2万亿token 70亿参数
        and text[numeral.end : numeral.end + 1] not in _SAMPLES
    ):
        return Reading(Unit.TOKENS, numeral.start, numeral.end)
    return None


def _params(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    if match := _PARAMS.match(text, numeral.end):
        return Reading(Unit.PARAMS, numeral.start, match.end())
    big = numeral.scale in _BIG or abs(numeral.value) >= 1_000_000
    if big and (match := _MODEL.match(text, numeral.end)):
        return Reading(Unit.PARAMS, numeral.start, match.end())
    if big and _PARAMS_BEFORE.search(before(text, numeral.start, 20)):
        return Reading(Unit.PARAMS, numeral.start, numeral.end)
    return None


def _ratio(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    match = None if numeral.scale in _BIG else _RATIO.match(text, numeral.end)
    return Reading(Unit.RATIO, numeral.start, match.end()) if match else None


def _duration(text: str, numeral: Numeral, gpus: Mapping[int, GpuMention]) -> Reading | None:
    match = _DURATION.match(text, numeral.end)
    if not match:
        return None
    if text[numeral.start : numeral.end] == "一" and _CALLS_AFTER.match(text, match.end()):
        return None  # 一天5万次调用, 一小时一张卡2.2美元: rates
    said = next(name for name in DAYS if match[name])
    half = match["half"] or match["half_month"] or match["half_week"] or match["half_hour"]
    extra = Decimal("0.5") if half else Decimal(0)
    return Reading(Unit.DURATION_DAYS, numeral.start, match.end(), DAYS[said], extra, said)


def _bare(text: str, numeral: Numeral) -> Reading | None:
    """A number with no unit that is known here: sizes by their letter, years, counts."""
    start, end = numeral.start, numeral.end
    if numeral.scale in {"B", "b"}:
        return Reading(Unit.PARAMS, start, end, bare=True)
    if numeral.scale == "T":
        return Reading(Unit.TOKENS, start, end, bare=True)
    if numeral.scale in {"m", "t"}:
        return None  # metres, minutes, tonnes
    if numeral.script == "zh":
        if numeral.value in (0, 1):
            return None  # 一个 is an article
        single = end - start == 1 and len(text) > 1
        if measure := _MEASURE.match(text, end):
            return Reading(Unit.COUNT, start, measure.end())
        return None if single else Reading(Unit.COUNT, start, end, bare=True)
    if numeral.script == "en" and numeral.value == 1:
        return None  # "one of them"
    if (
        numeral.script == "digits"
        and text[end : end + 1].isascii()
        and text[end : end + 1].isalpha()
    ):
        noun = _NOUN_LETTERS.match(text, end)
        return Reading(Unit.COUNT, start, noun.end()) if noun else None
    if _is_year(text, numeral):
        return Reading(Unit.YEAR, start, end)
    if (measure := _MEASURE.match(text, end)) and numeral.script == "digits":
        return Reading(Unit.COUNT, start, measure.end())
    return Reading(Unit.COUNT, start, end, bare=True)


_COUNTED = re.compile(
    r"[ ](?!(?:was|is|has|as|its|this|prices|sales|revenues|figures)(?![a-z]))"
    r"[a-z]{2,}(?:s|people|staff)(?![a-z])"
)
_YEAR_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:in|since|by|from|of|until|till|to|during|after|before|year"
    r"|mid|late|early|fiscal|FY|through|and|for)[ -]|\()$",
    re.IGNORECASE,
)


def _is_year(text: str, numeral: Numeral) -> bool:
    written = text[numeral.start : numeral.end]
    if not re.fullmatch(r"19[5-9][0-9]|20[0-4][0-9]", written):
        return False
    if _YEAR_BEFORE.search(before(text, numeral.start, 8)):
        return (
            not _COUNTED.match(text, numeral.end) or "in " in before(text, numeral.start, 4).lower()
        )
    return not _COUNTED.match(text, numeral.end)
