"""Quantities in English, Simplified and Traditional Chinese: the one place that reads them.

Estimators take their inputs from here, planning finds sizes, GPUs and prices in a question, and
grounding compares the figures of an answer with those of its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tools._dates import find_dates, is_version, opaque_spans
from tools._equivalence import equivalent, supports
from tools._fractions import find_fractions, find_half_times, find_single_dollars
from tools._inputs import (
    parse_context,
    parse_count,
    parse_days,
    parse_dollars,
    parse_hours,
    parse_kw,
    parse_money,
    parse_months,
    parse_params,
    parse_per_minute,
    parse_price,
    parse_price_per_kw_month,
    parse_price_per_kwh,
    parse_seconds,
    parse_share,
    parse_tokens,
    parse_years,
    said,
)
from tools._machines import find_machines
from tools._numerals import Numeral, find_numerals, fold
from tools._quantity import ABOUT_AFTER, Quantity, is_approximate
from tools._reading import Reading, Unit
from tools._units import in_unit, read_unit
from tools.gpus import GpuMention, find_gpus

__all__ = [
    "Quantity",
    "Unit",
    "equivalent",
    "find_quantities",
    "parse_context",
    "parse_count",
    "parse_days",
    "parse_dollars",
    "parse_hours",
    "parse_kw",
    "parse_money",
    "parse_months",
    "parse_params",
    "parse_per_minute",
    "parse_price",
    "parse_price_per_kw_month",
    "parse_price_per_kwh",
    "parse_seconds",
    "parse_share",
    "parse_tokens",
    "parse_years",
    "said",
    "states_all",
    "supports",
]

_GRID = re.compile(
    r"(?<![A-Za-z0-9_.×*])([0-9]{1,5})\s?[x×*]\s?([0-9]{1,5})"
    r"(?:\s?[x×*]\s?|\s?[张块片颗枚]\s?|[ -])?"
)
_GRID_NOUN = re.compile(r"(?:GPUs?(?![A-Za-z])|卡|显卡)", re.IGNORECASE)
_TIMES_GPU = re.compile(r"s?\s?[x×*]\s?([0-9][0-9,]*)(?![A-Za-z0-9_.])")
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
    mentions = [each for each in find_gpus(text) if not any(taken[each.start : each.end])]
    for quantity in (
        *_dates(text, folded),
        *find_fractions(text, folded),
        *find_half_times(text, folded),
        *find_single_dollars(text, folded),
        *_gpus_times(text, folded, mentions),
        *_grids(text, folded, {each.start: each for each in mentions}),
        *find_machines(text, folded, mentions),
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
        version = not numeral.scale and is_version(folded, numeral.start, numeral.end)
        if not version and not taken[numeral.start]:
            take(_quantity(text, folded, numeral, by_start))
    found.sort(key=lambda each: each.start)
    return _share_units(text, folded, found)


def states_all(sentence: str, text: str) -> bool:
    """Whether every figure of `text` may be said on the strength of `sentence`."""
    stated = find_quantities(sentence)
    return all(any(supports(held, figure) for held in stated) for figure in find_quantities(text))


def _quantity(
    text: str, folded: str, numeral: Numeral, gpus: dict[int, GpuMention]
) -> Quantity | None:
    more = ABOUT_AFTER.match(folded, numeral.end)
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
        or is_approximate(folded, reading.start, reading.end)
        or is_approximate(folded, numeral.start, numeral.end)
    )
    step = numeral.step * abs(reading.factor) * (Decimal("0.1") if reading.extra else 1)
    value = in_unit(numeral, reading)
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
        readings=tuple(each * reading.factor for each in numeral.readings),
        iso=str(int(value)) if reading.unit is Unit.YEAR else None,
    )


def _dates(text: str, folded: str) -> Iterable[Quantity]:
    for start, end, iso in find_dates(folded):
        unit = Unit.YEAR if len(iso) == 4 and iso.isdigit() else Unit.DATE
        value = Decimal(iso.replace("-", ""))
        approximate = is_approximate(folded, start, end)
        yield Quantity(
            value, unit, start, end, text[start:end], value, iso=iso, approximate=approximate
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


def _grids(text: str, folded: str, gpus: dict[int, GpuMention]) -> Iterable[Quantity]:
    """ "8x8 H100": the GPUs of all machines."""
    for match in _GRID.finditer(folded):
        mention = gpus.get(match.end())
        noun = _GRID_NOUN.match(folded, match.end())
        end = mention.end if mention else noun.end() if noun else None
        if end is None:
            continue
        value = Decimal(match[1]) * Decimal(match[2])
        start, gpu = match.start(), mention.raw if mention else None
        yield Quantity(value, Unit.GPUS, start, end, text[start:end], value, gpu=gpu)


def _share_units(text: str, folded: str, found: list[Quantity]) -> list[Quantity]:
    """Give the low end of a range the unit and scale of its high end ("20-50%", "$2-3 million")."""
    for index in range(len(found) - 2, -1, -1):
        low, high = found[index], found[index + 1]
        if low.currency and high.unit is Unit.COUNT and high.bare and _is_range(folded, low, high):
            high = replace(high, unit=low.unit, currency=low.currency, bare=False)
            found[index + 1] = high
        plain = (low.unit is Unit.COUNT and low.bare) or (
            low.unit is Unit.MONEY and high.unit in (Unit.MONEY, Unit.PRICE_PER_GPU_HOUR)
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
        value=round(low.value * scale * factor, 9),
        said_value=low.said_value * scale,
        step=low.step * scale * abs(factor),
        unit=unit,
        said_unit=high.said_unit,
        currency=low.currency or high.currency,
        gpu=high.gpu,
        bare=False,
    )
