"""Quantities as the arguments of a command: strict, and clear about what is wrong."""

from __future__ import annotations

import re
from decimal import Decimal

from tools._fractions import find_fractions, find_half_times
from tools._numerals import Numeral, find_numerals, fold
from tools._units import Reading, Unit, in_unit, read_unit
from tools.errors import InvalidInput

_LARGEST = Decimal(10) ** 18
_LONGEST = 60
_CODE = re.compile(  # an ISO currency code on either side: 4M CHF, CHF 4M
    r"(?P<before>[^A-Z]*\d[\d.,]*\s?[kKmMbB]?)\s?(?P<code>[A-Z]{3})"
    r"|(?P<first>[A-Z]{3})\s?(?P<after>.*\d.*)"
)
_SIZES = {Unit.PARAMS, Unit.TOKENS}


def parse_count(text: str) -> Decimal:
    """A whole number of things ("256", "20k", "2万", "256 GPUs", "512张"), above zero."""
    value = _parse(text, "a number", {Unit.GPUS, Unit.COUNT}, "256, 20k or 2万")[0]
    if value != value.to_integral_value():
        raise InvalidInput(f"{text.strip()!r} is not a whole number", "for example 256")
    return value


def parse_params(text: str) -> Decimal:
    """Parameters of a model ("7B", "130亿", "70 billion", "7e9"), as an absolute number."""
    value = _parse(text, "a model size", {Unit.PARAMS}, "7B, 70 billion or 130亿")[0]
    if value < 100_000:
        few = f"{text.strip()!r} is {value.normalize():f} parameters"
        raise InvalidInput(few, "write 7B for seven billion")
    return value


def parse_tokens(text: str) -> Decimal:
    """Training tokens ("2T", "300B tokens", "3万亿词元", "2e12"), as an absolute number."""
    value = _parse(text, "a number of tokens", {Unit.TOKENS}, "2T, 300B or 3万亿")[0]
    if value < 1000:
        few = f"{text.strip()!r} is {value.normalize():f} tokens"
        raise InvalidInput(few, "write 2T for two trillion")
    return value


def parse_price(text: str) -> Decimal:
    """US dollars per GPU-hour ("2.35", "$2.35/h", "2.5美元每卡时"); no other currency."""
    units = {Unit.PRICE_PER_GPU_HOUR, Unit.MONEY}
    value, reading = _parse(text, "a price per GPU-hour", units, "2.35 or $2.35/h")
    if reading.currency not in (None, "USD"):
        raise InvalidInput(
            f"{text.strip()!r} is in {reading.currency}",
            "give US dollars: no exchange rate is assumed",
        )
    return value


def parse_money(text: str) -> tuple[Decimal, str | None]:
    """A sum of money and its currency as an ISO code ("$3M", "300万美元", "4M CHF", "0"), None
    where none is written; zero or more."""
    code = _CODE.fullmatch(text.strip())
    amount = (code["after"] or code["before"]) if code else text
    if re.fullmatch(r"\W*0(?:\.0+)?\W*", fold(amount)):
        return Decimal(0), code["code"] or code["first"] if code else None
    value, reading = _parse(amount, "a sum of money", {Unit.MONEY}, "$3M, 300万美元 or 4M CHF")
    return value, (code["code"] or code["first"]) if code else reading.currency


def parse_dollars(text: str) -> Decimal:
    """A sum in US dollars ("$150B", "1.5 billion", "300万美元", "0"); no other currency."""
    value, currency = parse_money(text)
    if currency not in (None, "USD"):
        raise InvalidInput(
            f"{text.strip()[:_LONGEST]!r} is in {currency}",
            "give US dollars: no exchange rate is assumed",
        )
    return value


def parse_share(text: str) -> Decimal:
    """A share ("95%", "0.95", "-20%", "0"): 95 % is 0.95. A bare number above 1 is refused: it
    could be meant either way."""
    plain = fold(text).strip()
    sign = -1 if plain.startswith("-") else 1
    plain = plain.lstrip("+-")
    if re.fullmatch(r"0(?:\.0+)?\s?%?", plain):
        return Decimal(0)
    spoken = [each for each in find_fractions(plain, plain) if each.text == plain]
    if spoken:  # 百分之九十五, 三分之一
        return sign * spoken[0].value / (100 if spoken[0].unit is Unit.PERCENT else 1)
    value, reading = _parse(plain, "a share", {Unit.PERCENT}, "95% or 0.95")
    if not reading.bare:
        return sign * value / 100
    if value > 1:
        raise InvalidInput(f"{text.strip()[:_LONGEST]!r} is no share", "write 95% or 0.95")
    return sign * value


def parse_days(text: str) -> Decimal:
    """A length of time in days ("21", "3 weeks", "三个月", "1.5 years"); a bare number is days."""
    halves = [each for each in find_half_times(text, fold(text)) if each.text == text.strip()]
    if halves:
        return halves[0].value
    return _parse(text, "a length of time", {Unit.DURATION_DAYS}, "21, 3 weeks or 三周")[0]


def parse_hours(text: str) -> Decimal:
    """A length of time in hours ("72", "1,000", "3 weeks", "三天"); a bare number is hours."""
    if any(each.text == text.strip() for each in find_half_times(text, fold(text))):
        return parse_days(text) * 24
    value, reading = _parse(text, "a length of time", {Unit.DURATION_DAYS}, "72, 3 weeks or 三天")
    return value if reading.bare else value * 24


def _parse(text: str, what: str, units: set[Unit], example: str) -> tuple[Decimal, Reading]:
    """The one number that `text` is, without a unit or with one of `units`; above zero."""
    shown = repr(text.strip()[:_LONGEST])
    folded = re.sub(r"(?<=\d)_(?=\d{3})", "", fold(text).strip())
    numerals = list(find_numerals(folded)) if len(folded) <= _LONGEST else []
    # The whole text must be the number and its unit: what is left over could change its meaning.
    found = [
        (numeral, reading)
        for numeral in numerals
        if (reading := _reading(folded, numeral))
        and (reading.start, reading.end) == (0, len(folded))
    ]
    if len(found) != 1 or found[0][0].approximate:
        raise InvalidInput(f"{shown} is not {what}", f"for example {example}")
    numeral, reading = found[0]
    if reading.bare and numeral.scale.lower() in {"b", "t"} and not units & _SIZES:
        raise InvalidInput(f"{shown} is not {what}", f"for example {example}")
    if not reading.bare and reading.unit not in units:
        counted = reading.unit.replace("_", " ")
        raise InvalidInput(f"{shown} is {counted}, not {what}", f"for example {example}")
    value = in_unit(numeral, reading)
    if value <= 0:
        raise InvalidInput(f"{shown} cannot be {what}", "it must be above zero")
    if value > _LARGEST:
        raise InvalidInput(f"{shown} is too large for {what}", f"for example {example}")
    return value, reading


def _reading(folded: str, numeral: Numeral) -> Reading | None:
    # Alone, 125m is a size and 2048 is no year; in a sentence they could be.
    if (numeral.start, numeral.end) == (0, len(folded)):
        return Reading(Unit.COUNT, numeral.start, numeral.end, bare=True)
    return read_unit(folded, numeral, {})
