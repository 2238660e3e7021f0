"""Shares in words (三分之二, two thirds, 一半, 三成) and halves of a time (半年, half a year)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from tools._numerals import find_numerals
from tools._quantity import Quantity, is_approximate
from tools._reading import Unit
from tools._units import DAYS

_ZH_NUM = (
    r"(?:[0-9]+(?:\.[0-9]+)?|[零一二两三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?)"
)
_ZH_FRACTION = re.compile(
    rf"(?=[百千万十亿一二两三四五六七八九0-9半])(?:"
    rf"(?P<below>[百千万十亿一二三四五六七八九0-9]+)\s?分之\s?(?P<above>{_ZH_NUM})"
    r"|(?P<tenths>[一二两三四五六七八九][0-9]?|(?<![0-9.])[1-9](?:\.5)?)成(?:(?P<tenths_half>半)|(?P<tenths_more>[一二三四五六七八九1-9]))?"
    r"(?<!第[一二三四五六七八九]成)(?!不变|[立本功为员长分交人果熟品绩])"
    r"|(?P<zh_half>(?<!第)一半(?!导)|半数)"
    r"|(?<![A-Za-z0-9./,])(?P<top>[1-9])/(?P<bottom>[2-9]|10)(?![A-Za-z0-9/.]))"
)
_EN_FRACTION = re.compile(
    r"(?<![A-Za-z-])(?=[otfah])(?:"
    r"(?P<count>one|two|three|four|five|a)[ -]"
    r"(?P<part>half|halves|third|quarter|fifth|sixth|eighth|tenth)s?(?![A-Za-z])"
    r"(?P<of>[ ]of(?! an? (?:million|billion|trillion))(?![a-z]))?"
    r"(?P<down>(?=[ ](?:down|up ?front|deposit)(?![a-z])))?"
    r"|(?<!first )(?<!second )(?<!latter )(?<!other )(?<!and a )(?P<half>half)(?![A-Za-z])"
    r"(?![ -](?:of[ -])?a?n? ?(?:dozen|hundred|thousand|[mbtr]+illion|hour|day|year|month|week))"
    r"|(?P<twice>twice(?![a-z])))",
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
_ZH_HALF_TIME = re.compile(r"半个?(?P<zh>年|月|天|小时|周)")
# 三年半 and 下半年 are no half of a time; 约半年 and 花了半年 are.
_NO_HALF_BEFORE = re.compile(r"[A-Za-z0-9个]|[一-鿿](?<![约近每过前后用了花要租])")
_EN_HALF_TIME = re.compile(
    r"(?<![A-Za-z-])(?=[ah])(?:half[ -](?:an? )?(?P<en>year|month|day|hour|week)(?![a-z])"
    r"|an? (?P<one>year|month|day|hour|week) and a half)",
    re.IGNORECASE,
)
_COUPLE = re.compile(
    r"(?<![a-z])(?:an? )?couple(?: of)? (?P<en>year|month|day|hour|week)s(?![a-z])",
    re.IGNORECASE,
)
_TIMES = {"年": "year", "月": "month", "天": "day", "小时": "hour", "周": "week"}


def find_fractions(text: str, folded: str) -> Iterable[Quantity]:
    """Shares written as words or as a fraction; `folded` is the folded `text`."""
    readers = ((_ZH_FRACTION, _zh_fraction), (_EN_FRACTION, _en_fraction))
    matches = ((each, read) for pattern, read in readers for each in pattern.finditer(folded))
    for match, read in matches:
        share = read(match)
        if share is None:
            continue
        start, end = match.span()
        if read is _en_fraction and match["of"]:
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
            approximate=is_approximate(folded, start, end),
        )


def _zh_fraction(match: re.Match[str]) -> tuple[Unit, Decimal, Decimal] | None:
    """Unit, value and step of a share; the step of an exact fraction is 0."""
    exact = Decimal(0)
    if match["below"]:
        below, above = _zh_number(match["below"]), _zh_number(match["above"])
        if match["below"] == "百":
            return Unit.PERCENT, above, Decimal(1)
        return (Unit.RATIO, above / below, exact) if below else None
    if match["tenths"]:
        more = _zh_number(match["tenths_more"]) if match["tenths_more"] else Decimal(0)
        value = _zh_number(match["tenths"]) * 10 + (5 if match["tenths_half"] else more)
        return Unit.PERCENT, value, Decimal(1)
    if match["top"]:
        top, bottom = Decimal(match["top"]), Decimal(match["bottom"])
        return (Unit.RATIO, top / bottom, exact) if top < bottom else None
    return Unit.RATIO, Decimal("0.5"), exact


def _en_fraction(match: re.Match[str]) -> tuple[Unit, Decimal, Decimal] | None:
    exact = Decimal(0)
    if match["half"]:
        return Unit.RATIO, Decimal("0.5"), exact
    if match["twice"]:
        return Unit.RATIO, Decimal(2), Decimal(1)
    count, part = _COUNTS[match["count"].lower()], _PARTS[match["part"].lower()]
    if match["count"].lower() == "a" and (part == 2 or not match["of"]) and match["down"] is None:
        return None  # "a third party", "two and a half years"
    return Unit.RATIO, Decimal(count) / part, exact


def _zh_number(written: str) -> Decimal:
    if written.replace(".", "", 1).isdecimal():
        return Decimal(written)
    # 百 and 千 stand for 100 and 1000 in front of 分之.
    padded = written if written[0] not in "百千万亿" else "一" + written
    return next((each.value for each in find_numerals(padded)), Decimal(0))


def find_half_times(text: str, folded: str) -> Iterable[Quantity]:
    """Half a year, 半个月, a year and a half."""
    for match in _ZH_HALF_TIME.finditer(folded):
        before = folded[max(0, match.start() - 1) : match.start()]
        if not _NO_HALF_BEFORE.match(before):
            yield _half_time(text, folded, match.span(), Decimal("0.5"), _TIMES[match["zh"]])
    for match in _EN_HALF_TIME.finditer(folded):
        said = Decimal("1.5") if match["one"] else Decimal("0.5")
        name = (match["en"] or match["one"]).lower()
        yield _half_time(text, folded, match.span(), said, name)

    for match in _COUPLE.finditer(folded):
        yield _half_time(text, folded, match.span(), Decimal(2), match["en"].lower())


_ONE_DOLLAR = re.compile(
    r"(?<![a-z0-9-])(?:an?|one) (?:buck|dollar)(?P<half> and a half| fifty)?(?![a-z-])"
    r"(?P<rate>(?: ?/ ?| per | an? )(?:gpu[- /]?)?(?:hour|hr)(?![a-z]))?",
    re.IGNORECASE,
)


def find_single_dollars(text: str, folded: str) -> Iterable[Quantity]:
    """A buck, a dollar and a half, a dollar an hour: "a" counts nothing but here."""
    for match in _ONE_DOLLAR.finditer(folded):
        value = Decimal("1.5") if match["half"] else Decimal(1)
        yield Quantity(
            value=value,
            unit=Unit.PRICE_PER_GPU_HOUR if match["rate"] else Unit.MONEY,
            start=match.start(),
            end=match.end(),
            text=text[slice(*match.span())],
            said_value=value,
            currency="USD",
            step=Decimal("0.1") if match["half"] else Decimal(1),
            approximate=is_approximate(folded, *match.span()),
        )


def _half_time(text: str, folded: str, span: tuple[int, int], said: Decimal, name: str) -> Quantity:
    return Quantity(
        value=round(said * DAYS[name], 9),
        unit=Unit.DURATION_DAYS,
        start=span[0],
        end=span[1],
        text=text[slice(*span)],
        said_value=said,
        said_unit=name,
        step=DAYS[name] / 10,
        approximate=is_approximate(folded, *span),
    )
