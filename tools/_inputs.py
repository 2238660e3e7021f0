"""Quantities as the arguments of a command: strict, and clear about what is wrong."""

from __future__ import annotations

import re
from decimal import Decimal

from tools._fractions import find_fractions, find_half_times
from tools._numerals import Numeral, find_numerals, fold
from tools._rates import context_factor
from tools._reading import Reading, Unit
from tools._units import in_unit, is_unit_before, read_unit
from tools.errors import AmbiguousInput, InvalidInput

_LARGEST = Decimal(10) ** 18
_LONGEST = 60
_CODE = re.compile(  # an ISO currency code on either side: 4M CHF, CHF 4M
    r"(?P<before>[^A-Z]*\d[\d.,]*\s?[kKmMbB]?)\s?(?P<code>[A-Z]{3})"
    r"|(?P<first>[A-Z]{3})\s?(?P<after>.*\d.*)"
)
_SIZES = {Unit.PARAMS, Unit.TOKENS}
# A shell takes the $1 out of an unquoted $150B: 50B, without the sign, is refused and not read.
_SUMS = "3M, 1.5bn, '$3M' in quotes, 300万美元 or 4M CHF"


def parse_count(text: str) -> Decimal:
    """A whole number of things ("256", "20k", "2万", "256 GPUs", "512张", "8x8"), above zero."""
    plain = fold(text).strip()
    if grid := re.fullmatch(r"(\d{1,6})\s?[x×*]\s?(\d{1,6})", plain):
        text = str(int(grid[1]) * int(grid[2]))
    _refuse_dotted(plain)
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
    return _in_dollars(text, "a price per GPU-hour", Unit.PRICE_PER_GPU_HOUR, "2.35 or $2.35/h")


def parse_money(text: str) -> tuple[Decimal, str | None]:
    """A sum of money and its currency as an ISO code ("$3M", "300万美元", "4M CHF", "0"), None
    where none is written; zero or more."""
    _refuse_long(text, "a sum of money", _SUMS)
    _refuse_dotted(fold(text).strip().removeprefix("$"))
    code = _CODE.fullmatch(text.strip())
    amount = (code["after"] or code["before"]) if code else text
    if re.fullmatch(r"\W*0(?:\.0+)?\W*", fold(amount)):
        return Decimal(0), code["code"] or code["first"] if code else None
    value, reading = _parse(amount, "a sum of money", {Unit.MONEY}, _SUMS)
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
    _refuse_long(text, "a share", "95% or 0.95")
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


def parse_per_minute(text: str) -> Decimal:
    """Requests per minute ("1,000", "20 QPS", "20次请求/秒", "5000 requests/hour"); a bare number
    is per minute."""
    _refuse_dotted(fold(text).strip())
    return _parse(text, "a rate of requests", {Unit.REQUESTS_PER_MINUTE}, "1000 or 20 QPS")[0]


def parse_seconds(text: str) -> Decimal:
    """A time in seconds ("2", "0.5s", "200 ms", "两秒"); a bare number is seconds."""
    return _parse(text, "a time in seconds", {Unit.SECONDS}, "2, 0.5s or 200 ms")[0]


def parse_context(text: str) -> int:
    """Tokens of a context ("8192", "4k" and "128K上下文" in powers of two, "4,096 tokens")."""
    units = {Unit.CONTEXT_TOKENS, Unit.TOKENS, Unit.COUNT}
    _refuse_dotted(fold(text).strip())
    value, reading = _parse(text, "a context length", units, "8192 or 128k")
    if reading.unit is not Unit.CONTEXT_TOKENS:
        value *= context_factor(next(iter(find_numerals(fold(text)))))
    if value != value.to_integral_value():
        raise InvalidInput(f"{text.strip()!r} is not a whole number", "for example 8192")
    return int(value)


def parse_kw(text: str) -> Decimal:
    """Power in kW ("1.3", "10 kW", "2兆瓦"); a bare number is kW."""
    return _parse(text, "a power", {Unit.POWER_KW}, "10 kW")[0]


def parse_price_per_kwh(text: str) -> Decimal:
    """US dollars per kWh ("0.08", "$0.08/kWh", "0.08美元/度"); no other currency."""
    return _in_dollars(text, "a price per kWh", Unit.PRICE_PER_KWH, "$0.08/kWh")


def parse_price_per_kw_month(text: str) -> Decimal:
    """US dollars per kW and month ("150", "$150/kW-month", "150美元每千瓦每月")."""
    return _in_dollars(text, "a price per kW-month", Unit.PRICE_PER_KW_MONTH, "$150/kW-month")


def parse_months(text: str) -> int:
    """A whole number of months ("42", "3.5 years", "三年半"); a bare number is months."""
    value, bare = _duration(text, "42, 3.5 years or 三年半")
    months = value if bare else round(value * 12 / 365, 6)
    if months != months.to_integral_value():
        raise InvalidInput(f"{text.strip()!r} is no whole number of months", "for example 42")
    return int(months)


def parse_years(text: str) -> Decimal:
    """A length of time in years ("4", "3.5 years", "42个月"); a bare number is years."""
    value, bare = _duration(text, "4, 3.5 years or 42个月")
    return value if bare else round(value / 365, 6)


def parse_days(text: str) -> Decimal:
    """A length of time in days ("21", "3 weeks", "三个月", "1.5 years"); a bare number is days."""
    halves = [each for each in find_half_times(text, fold(text)) if each.text == text.strip()]
    if halves:
        return halves[0].value
    return _parse(text, "a length of time", {Unit.DURATION_DAYS}, "21, 3 weeks or 三周")[0]


def parse_hours(text: str) -> Decimal:
    """A length of time in hours ("72", "1,000", "3 weeks", "三天"); a bare number is hours."""
    value, bare = _duration(text, "72, 3 weeks or 三天")
    return value if bare else value * 24


def _in_dollars(text: str, what: str, unit: Unit, example: str) -> Decimal:
    value, reading = _parse(text, what, {unit, Unit.MONEY}, example)
    if reading.currency not in (None, "USD"):
        raise InvalidInput(
            f"{text.strip()!r} is in {reading.currency}",
            "give US dollars: no exchange rate is assumed",
        )
    return value


def _duration(text: str, example: str) -> tuple[Decimal, bool]:
    """A length of time in days, or a bare number as it is; and whether it was bare."""
    if any(each.text == text.strip() for each in find_half_times(text, fold(text))):
        return parse_days(text), False
    value, reading = _parse(text, "a length of time", {Unit.DURATION_DAYS}, example)
    return value, reading.bare


def _parse(text: str, what: str, units: set[Unit], example: str) -> tuple[Decimal, Reading]:
    """The one number that `text` is, without a unit or with one of `units`; above zero."""
    shown = repr(text.strip()[:_LONGEST])
    folded = re.sub(r"(?<=\d)_(?=\d{3})", "", fold(text).strip())
    _refuse_several(folded, shown, example)
    numerals = list(find_numerals(folded)) if len(folded) <= _LONGEST else []
    # The whole text must be the number and its unit: what is left over could change its meaning.
    found = [
        (numeral, reading)
        for numeral in numerals
        if (reading := _reading(folded, numeral))
        and reading.end == len(folded)
        and (reading.start == 0 or is_unit_before(folded[: reading.start]))
    ]
    if len(found) != 1 or found[0][0].approximate:
        raise InvalidInput(f"{shown} is not {what}", f"for example {example}")
    numeral, reading = found[0]
    if numeral.readings:
        raise AmbiguousInput(text.strip(), [said(each) for each in numeral.readings])
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


def said(value: Decimal) -> str:
    """A number as a person would write it: 1.5 billion, 300,002,000, 64."""
    for power, word in ((12, "trillion"), (9, "billion"), (6, "million")):
        scaled = value.scaleb(-power)
        if scaled >= 1 and scaled == round(scaled, 2):
            return f"{scaled.normalize():f} {word}"
    return f"{value.normalize():,f}"


_RANGE = re.compile(
    r"[$¥€£]?[0-9][0-9.,]*\s?[^\s0-9-]{0,8}\s?(?:-|~|to|到|至)\s?[$¥€£]?[0-9].*", re.IGNORECASE
)
_EACH_WEEK = re.compile(
    r"[0-9.,]+\s?(?:hours?|hrs?|h|小时|days?|天)\s?(?:/|per |an? |each |每)\s?\S+", re.IGNORECASE
)


def _refuse_several(folded: str, shown: str, example: str) -> None:
    """What people do write, but what is no one figure."""
    if _RANGE.fullmatch(folded):
        raise InvalidInput(f"{shown} is a range", f"give one figure, for example {example}")
    if _EACH_WEEK.fullmatch(folded):
        raise InvalidInput(f"{shown} is a rate", f"give the whole, for example {example}")


def _refuse_long(text: str, what: str, example: str) -> None:
    """Before any pattern that would take long over a long text."""
    if len(text) > _LONGEST:
        shown = repr(text.strip()[:_LONGEST])
        raise InvalidInput(f"{shown} is not {what}", f"for example {example}")


def _refuse_dotted(plain: str) -> None:
    """1.000 is one, or a thousand where points part thousands. Raises `AmbiguousInput`."""
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain):
        whole = plain.replace(".", "")
        raise AmbiguousInput(plain, [said(Decimal(plain)), said(Decimal(whole))])


def _reading(folded: str, numeral: Numeral) -> Reading | None:
    # Alone, 125m is a size and 2048 is no year; in a sentence they could be.
    if (numeral.start, numeral.end) == (0, len(folded)):
        return Reading(Unit.COUNT, numeral.start, numeral.end, bare=True)
    return read_unit(folded, numeral, {})
