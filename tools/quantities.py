"""Quantities in English, Simplified and Traditional Chinese: the one place that reads them.

Estimators take their inputs from here, planning finds sizes, GPUs and prices in a question, and
grounding compares the figures of an answer with those of its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from tools._dates import find_dates, opaque_spans
from tools._numerals import Numeral, find_numerals, fold
from tools._units import Reading, Unit, read_unit
from tools.gpus import GpuMention, find_gpus, known_gpu, same_gpu

__all__ = ["Quantity", "Unit", "equivalent", "find_quantities"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text: `source_text[start:end] == text`, offsets in code points.

    `value` is in the unit's own measure (parameters, tokens, GPUs, currency units, days; PERCENT
    as said, 36 for 36 %; RATIO 5 for "5x" and 0.5 for "half"; YEAR the year; DATE the digits of
    `iso`). `said_value` and `said_unit` keep what was written (3.5, "year"). `step` is the place
    value of the last digit written, in the measure of `value`: the precision that was claimed;
    0 for a fraction. `approximate`: about, nearly, more than, 以上, 约 and their like. `currency` is
    an ISO code or None, `gpu` the GPU's name as written, `iso` a date that may be partial.
    """

    value: Decimal
    unit: Unit
    start: int
    end: int
    text: str
    said_value: Decimal
    said_unit: str | None = None
    currency: str | None = None
    gpu: str | None = None
    iso: str | None = None
    step: Decimal = Decimal(1)
    approximate: bool = False
    bare: bool = False


_ABOUT_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|over|more than|at least"
    r"|up to|close to|circa|less than|fewer than|under|below|at most|an estimated|as many as)[ ]"
    r"|[~≈]|[><]=?|大约|约为?|近|将近|接近|超过?|逾|至少|不到|最多|多达|高达|至多|大概|左右)\s?(?:US\$|[$¥€£])?\s?$",
    re.IGNORECASE,
)
_ABOUT_AFTER = re.compile(
    r"\s?(?:\+(?!\d)|以上|以下|左右|上下|出头|余(?![额下])|多(?=[个块张家颗台年天名美元])|or so(?![a-z])|or more(?![a-z])|plus(?![a-z])|-ish)",
    re.IGNORECASE,
)
_ZH_NUM = (
    r"(?:[0-9]+(?:\.[0-9]+)?|[零一二两三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?)"
)
_FRACTION = re.compile(
    rf"(?P<below>[百千万十亿一二三四五六七八九0-9]+)\s?分之\s?(?P<above>{_ZH_NUM})"
    r"|(?P<tenths>[一二三四五六七八九][0-9]?|(?<![0-9.])[1-9](?:\.5)?)成(?P<tenths_half>半)?"
    r"(?=以上|左右|的|多|[,、。;\s)]|到|至|$|和|是|用|都|来)"
    r"|(?P<zh_half>(?<!第)一半(?!导)|半数)"
    r"|(?<![A-Za-z-])(?P<count>one|two|three|four|five|a)[ -](?P<part>half|halves|third|quarter|fifth|sixth"
    r"|eighth|tenth)s?(?![A-Za-z])(?P<of>[ ]of(?![a-z]))?"
    r"|(?<![A-Za-z-])(?<!first )(?<!second )(?<!latter )(?<!other )(?<!and a )(?P<half>half)(?![A-Za-z])"
    r"(?![ -]a?n? ?(?:dozen|million|billion|hour|day|year|month|week))"
    r"|(?<![\w./,])(?P<top>[1-9])/(?P<bottom>[2-9]|10)(?![\w/.])|(?P<twice>(?<![A-Za-z])twice(?![a-z]))",
    re.IGNORECASE,
)
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "eighth": 8,
    "tenth": 10,
}
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_HALF_TIME = re.compile(
    r"(?<![一-鿿A-Za-z0-9])半(?:个)?(?P<zh>年|月|天|小时|周)|(?<=[约近每过前后用了花要租])半(?:个)?(?P<zh2>年|月|天|小时|周)"
    r"|(?<![A-Za-z-])half[ -](?:an? )?(?P<en>year|month|day|hour|week)(?![a-z])"
    r"|(?<![A-Za-z])an? (?P<one>year|month|day|hour|week) and a half",
    re.IGNORECASE,
)
_TIMES = {"年": "year", "月": "month", "天": "day", "小时": "hour", "周": "week"}
_DAYS = {
    "year": Decimal(365),
    "month": Decimal(365) / 12,
    "week": Decimal(7),
    "day": Decimal(1),
    "hour": Decimal(1) / 24,
}
_TIMES_GPU = re.compile(r"s?\s?[x×*]\s?([0-9][0-9,]*)(?![\w.])")
_TO = re.compile(r"\s?(?:to|-|~|到|至|or|或)\s?(?:US\$|[$¥€£])?\s?", re.IGNORECASE)
_BETWEEN = re.compile(r"between (?:US\$|[$¥€£])?\s?$", re.IGNORECASE)


def find_quantities(text: str) -> list[Quantity]:
    """Every figure in `text`, left to right, not overlapping.

    Names and versions (H100, GPT-4, Llama 3.1), citation markers, addresses and clock times are no
    figures; neither are vague amounts (几百亿, hundreds of) nor the articles "one" and 一个.
    """
    folded = fold(text)
    taken = bytearray(len(folded))
    found: list[Quantity] = []

    def take(quantity: Quantity | None) -> None:
        if quantity and not any(taken[quantity.start : quantity.end]):
            taken[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
            found.append(quantity)

    for start, end in opaque_spans(folded):
        taken[start:end] = b"\1" * (end - start)
    mentions = [each for each in find_gpus(folded) if not any(taken[each.start : each.end])]
    for quantity in (
        *_dates(text, folded),
        *_fractions(text, folded),
        *_half_times(text, folded),
        *_gpus_times(text, folded, mentions),
    ):
        take(quantity)
    names = bytearray(taken)
    for mention in mentions:
        names[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    by_start = {each.start: each for each in mentions}
    numerals = sorted(
        (each for each in find_numerals(folded) if not any(names[each.start : each.end])),
        key=lambda each: (each.start, -each.end),
    )
    for numeral in numerals:
        if not taken[numeral.start]:
            take(_quantity(text, folded, numeral, by_start))
    found.sort(key=lambda each: each.start)
    return _share_units(text, folded, found)


def _approximate(folded: str, start: int, end: int) -> bool:
    before = folded[max(0, start - 16) : start]
    return bool(_ABOUT_BEFORE.search(before) or _ABOUT_AFTER.match(folded, end))


def _quantity(
    text: str, folded: str, numeral: Numeral, gpus: dict[int, GpuMention]
) -> Quantity | None:
    more = _ABOUT_AFTER.match(folded, numeral.end)
    reading: Reading | None = None
    if more:  # 2万多块, 15T+ tokens: the unit stands behind the word
        reading = read_unit(folded, replace(numeral, end=more.end()), gpus)
        if reading and reading.bare:
            reading = None
    reading = reading or read_unit(folded, numeral, gpus)
    if reading is None:
        return None
    said = numeral.value + reading.extra
    approximate = bool(
        numeral.approximate
        or more
        or _approximate(folded, reading.start, reading.end)
        or _approximate(folded, numeral.start, numeral.end)
    )
    step = numeral.step * abs(reading.factor) * (Decimal("0.1") if reading.extra else 1)
    value = said * reading.factor
    return Quantity(
        value=value,
        unit=reading.unit,
        start=reading.start,
        end=reading.end,
        text=text[reading.start : reading.end],
        said_value=said,
        said_unit=reading.said_unit,
        currency=reading.currency,
        gpu=reading.gpu,
        step=step,
        approximate=approximate,
        bare=reading.bare,
        iso=str(int(value)) if reading.unit is Unit.YEAR else None,
    )


def _dates(text: str, folded: str) -> Iterable[Quantity]:
    for start, end, iso in find_dates(folded):
        unit = Unit.YEAR if len(iso) == 4 and iso.isdigit() else Unit.DATE
        value = Decimal(iso.replace("-", ""))
        approximate = _approximate(folded, start, end)
        yield Quantity(
            value, unit, start, end, text[start:end], value, iso=iso, approximate=approximate
        )


def _fractions(text: str, folded: str) -> Iterable[Quantity]:
    for match in _FRACTION.finditer(folded):
        share = _fraction(match)
        if share is None:
            continue
        start, end = match.span()
        if match["of"]:
            end = match.start("of")
        unit, value, step = share
        yield Quantity(
            value,
            unit,
            start,
            end,
            text[start:end],
            value,
            step=step,
            approximate=_approximate(folded, start, end),
        )


def _fraction(match: re.Match[str]) -> tuple[Unit, Decimal, Decimal] | None:
    exact = Decimal(0)
    if match["below"]:
        below, above = _zh_number(match["below"]), _zh_number(match["above"])
        if match["below"] == "百":
            return Unit.PERCENT, above, Decimal(1)
        return (Unit.RATIO, above / below, exact) if below else None
    if match["tenths"]:
        value = _zh_number(match["tenths"]) * 10 + (5 if match["tenths_half"] else 0)
        return Unit.PERCENT, value, Decimal(1)
    if match["zh_half"] or match["half"]:
        return Unit.RATIO, Decimal("0.5"), exact
    if match["twice"]:
        return Unit.RATIO, Decimal(2), Decimal(1)
    if match["top"]:
        top, bottom = Decimal(match["top"]), Decimal(match["bottom"])
        return (Unit.RATIO, top / bottom, exact) if top < bottom else None
    count, part = _COUNTS[match["count"].lower()], _PARTS[match["part"].lower()]
    if match["count"].lower() == "a" and (part == 2 or not match["of"]):
        return None  # "a third party", "two and a half years"
    return Unit.RATIO, Decimal(count) / part, exact


def _zh_number(written: str) -> Decimal:
    if written[0].isdigit():
        return Decimal(written)
    # 百 and 千 stand for 100 and 1000 in front of 分之.
    padded = written if written[0] not in "百千万亿" else "一" + written
    return next((each.value for each in find_numerals(padded)), Decimal(0))


def _half_times(text: str, folded: str) -> Iterable[Quantity]:
    for match in _HALF_TIME.finditer(folded):
        said = Decimal("1.5") if match["one"] else Decimal("0.5")
        name = (match["en"] or match["one"] or "").lower() or _TIMES[match["zh"] or match["zh2"]]
        yield Quantity(
            said * _DAYS[name],
            Unit.DURATION_DAYS,
            *match.span(),
            text[slice(*match.span())],
            said,
            name,
            step=_DAYS[name] / 10,
            approximate=_approximate(folded, *match.span()),
        )


def _gpus_times(text: str, folded: str, mentions: list[GpuMention]) -> Iterable[Quantity]:
    """ "H100 x 256": the count stands behind the name."""
    for mention in mentions:
        if match := _TIMES_GPU.match(folded, mention.end):
            value = Decimal(match[1].replace(",", ""))
            yield Quantity(
                value,
                Unit.GPUS,
                mention.start,
                match.end(),
                text[mention.start : match.end()],
                value,
                gpu=mention.raw,
            )


def _share_units(text: str, folded: str, found: list[Quantity]) -> list[Quantity]:
    """Give the low end of a range the unit and scale of its high end ("20-50%", "$2-3 million")."""
    for index in range(len(found) - 2, -1, -1):
        low, high = found[index], found[index + 1]
        if low.currency and high.unit is Unit.COUNT and high.bare and _is_range(folded, low, high):
            high = replace(high, unit=low.unit, currency=low.currency, bare=False)
            found[index + 1] = high
        plain = (
            low.unit is Unit.COUNT
            and low.bare
            or (low.unit is Unit.MONEY and high.unit in (Unit.MONEY, Unit.PRICE_PER_GPU_HOUR))
        )
        if plain and high.unit not in (Unit.YEAR, Unit.DATE) and _is_range(folded, low, high):
            found[index] = _like(low, high)
    return found


def _is_range(folded: str, low: Quantity, high: Quantity) -> bool:
    between = folded[low.end : high.start]
    if between == " and ":
        return bool(_BETWEEN.search(folded[max(0, low.start - 10) : low.start]))
    return len(between) < 8 and bool(_TO.fullmatch(between))


def _like(low: Quantity, high: Quantity) -> Quantity:
    factor = high.value / high.said_value if high.said_value else Decimal(1)
    scale = Decimal(1)
    mantissa = re.match(r"\D*([\d.,]+)", fold(high.text))
    if low.step <= 1 and mantissa:
        written = Decimal(mantissa[1].rstrip(".,").replace(",", "") or "0")
        if written and low.value <= written and high.said_value > written:
            scale = high.said_value / written
    unit = high.unit if low.unit is Unit.COUNT or high.unit is Unit.PRICE_PER_GPU_HOUR else low.unit
    return replace(
        low,
        value=low.value * scale * factor,
        said_value=low.said_value * scale,
        step=low.step * scale * abs(factor),
        unit=unit,
        said_unit=high.said_unit,
        currency=low.currency or high.currency,
        gpu=high.gpu,
        bare=False,
    )


# Figures written with a scale ($43M, 2万) or as about may be rounded, but only this far.
_SCALED_LIMIT = Decimal("0.025")
_ABOUT_LIMIT = Decimal("0.05")
_EXACT = Decimal("1e-9")


def equivalent(a: Quantity, b: Quantity) -> bool:
    """Whether two figures say the same, within the precision that was written.

    Values agree within half the coarser step; a step larger than one counts only up to 2.5 % of
    the value, or 5 % for a figure given as approximate. Currencies and GPUs must not contradict.
    COUNT matches any other unit but DATE; dates agree where both state year, month or day; PERCENT
    and RATIO compare as shares, MONEY with PRICE_PER_GPU_HOUR by amount.
    """
    if a.currency and b.currency and a.currency != b.currency:
        return False
    if a.gpu and b.gpu and not _same_gpu(a.gpu, b.gpu):
        return False
    if a.iso and b.iso:
        return _same_date(a.iso, b.iso)
    if Unit.DATE in (a.unit, b.unit):
        return False
    if a.unit is b.unit:
        return _close(a, b, a.value, b.value, a.step, b.step)
    if {a.unit, b.unit} == {Unit.PERCENT, Unit.RATIO}:
        return _close(
            a, b, _share(a, a.value), _share(b, b.value), _share(a, a.step), _share(b, b.step)
        )
    if {a.unit, b.unit} == {Unit.MONEY, Unit.PRICE_PER_GPU_HOUR}:
        return _close(a, b, a.value, b.value, a.step, b.step)
    if Unit.COUNT not in (a.unit, b.unit):
        return False
    return _close(a, b, a.value, b.value, a.step, b.step) or _close(
        a, b, a.said_value, b.said_value, Decimal(1), Decimal(1)
    )


def _share(quantity: Quantity, number: Decimal) -> Decimal:
    return number / 100 if quantity.unit is Unit.PERCENT else number


def _same_gpu(a: str, b: str) -> bool:
    one, other = known_gpu(a), known_gpu(b)
    return one is None or other is None or same_gpu(one, other)


def _close(
    a: Quantity, b: Quantity, x: Decimal, y: Decimal, x_step: Decimal, y_step: Decimal
) -> bool:
    if (x < 0) != (y < 0) and x and y:
        return False
    distance, size = abs(x - y), max(abs(x), abs(y))
    if distance <= size * _EXACT:
        return True
    if a.approximate or b.approximate:
        rounded = max(_round_step(a, x, x_step), _round_step(b, y, y_step))
        if distance <= min(rounded / 2, size * _ABOUT_LIMIT):
            return True
    step = max(x_step, y_step)
    coarse = step > 1 or Unit.DURATION_DAYS in (a.unit, b.unit) and step > Decimal("0.1") * size
    return distance <= (min(step / 2, size * _SCALED_LIMIT) if coarse else step / 2)


def _round_step(quantity: Quantity, value: Decimal, step: Decimal) -> Decimal:
    """Step of a figure that may be rounded: trailing zeros of "about 73,000" were not claimed."""
    if not quantity.approximate:
        return step
    if value == 0 or value != value.to_integral_value():
        return step
    zeros = len(str(int(abs(value)))) - len(str(int(abs(value))).rstrip("0"))
    return max(step, Decimal(1).scaleb(zeros))


def _same_date(a: str, b: str) -> bool:
    pairs = zip(_date_parts(a), _date_parts(b), strict=True)
    shared = [(x, y) for x, y in pairs if x and y]
    return bool(shared) and all(x == y for x, y in shared)


def _date_parts(iso: str) -> tuple[str, str, str]:
    year, month, day = (
        (re.fullmatch(r"(\d{4})?-?-?(\d{2})?-?(\d{2})?", iso) or [iso, "", "", ""])[1:4]
        if not (iso.startswith("--"))
        else ("", *(iso[2:].split("-") + [""])[:2])
    )
    return year or "", month or "", day or ""
