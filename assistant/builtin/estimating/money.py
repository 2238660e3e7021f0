"""What the estimates of owning, loans and credits share: which share or sum of a question is which,
and shares and hourly prices as an answer shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from assistant.answer import Language
from assistant.builtin.figures import price
from assistant.question import Reading
from kb.texts.folding import fold
from tools.quantities import Quantity, Unit

_NEAR = 40  # characters around a figure that say what it is
_LEAST_A_GPU, _MOST_A_GPU = 1_000, 1_000_000
_EACH = re.compile(
    r"\s?(?:each|apiece|a p(?:iece|op)|(?:per|a|/) ?(?:gpu|card|chip|unit|piece|[a-z]{1,2}\d{2,3})"
    r"|[/一每]\s?(?:张|块|卡|片)|\s?的(?:显?卡|gpu|芯片|[a-z]{1,2}\d{2,3}))(?![a-z])"
)
_EACH_BEFORE = re.compile(
    r"(?:(?:一|每|单)\s?(?:张|块|片)?\s?(?:卡|gpu)?的?(?:价格?|售价)?|单价)[^，,;。]{0,4}$"
)
_CLAUSE = re.compile(r",(?!\d)|[;:，；：、。?？!！]")


_SUM = re.compile(
    r"(?:\d[\d,.]*\s?(?:[kKmMbB]|bn|mn|grand|thousand|million|billion|[万萬亿億百千]+)"
    r"|[a-z -]*(?:grand|thousand|[mb]illion)[a-z -]*|[一二两兩三四五六七八九十百千万萬亿億零]+"
    r"|\d[\d,]{3,})",
    re.IGNORECASE,
)
_COUNTS_THINGS = re.compile(
    r"\s?(?:[个個位家名张張块塊颗顆条條次台]|tokens?|参数|參數)"
    r"|\s(?!credits\b)[a-z]{3,}s\b|\s?(?:paying|active|training) [a-z]+s\b",
    re.IGNORECASE,
)
_LEAST_SUM = 1_000
_PRICED = re.compile(
    r"(?:\b(?:list(?: price)?|listed|market|street|rent(?:s|al|ing)?|elsewhere|prices?|rates?|"
    r"charg(?:e|es|ing)|sells?|asks?|pay(?:s|ing)?|others?)\b[a-z' ]{0,16}"
    r"|(?:目录|牌|标|定|市|原|官|列表|市场|挂牌|租|售)价?(?:格|金)?|外面|别处|每卡时|每小时|单价|卖|挂牌|收)"
    r"[为是约要才只仅到:：=@ ]{0,3}$"
)
_PRICED_BEHIND = re.compile(
    r"\s?(?:list|market|elsewhere|street|outside)\b|\s?(?:目录价|牌价"
    r"|市价|市场价)"
)
_LEAST_HOUR, _MOST_HOUR = Decimal("0.2"), Decimal(50)


def with_sums(reading: Reading, letters: bool = False) -> Reading:
    """The question with the bare numbers that are sums of money in one about money: "80k in
    credits", "list is 6.98", 封顶25万. They are in the currency that is named beside them. With
    `letters` a 90B is a sum too, and no model."""
    named = (q.currency for q in reading.quantities if q.currency)
    currency = next(named, None)
    found = tuple(_as_money(reading, q, currency, letters) for q in reading.quantities)
    return reading if found == reading.quantities else replace(reading, quantities=found)


def _as_money(reading: Reading, said: Quantity, currency: str | None, letters: bool) -> Quantity:
    bare = said.unit is Unit.COUNT or (letters and said.unit is Unit.PARAMS)
    if not (bare and said.bare) or _COUNTS_THINGS.match(reading.text, said.end):
        return said
    if said.value >= _LEAST_SUM and _SUM.fullmatch(said.text):
        return replace(said, unit=Unit.MONEY, currency=currency)
    before = fold(reading.text[max(0, said.start - _NEAR) : said.start])
    priced = _PRICED.search(before) or _PRICED_BEHIND.match(fold(reading.text[said.end :]))
    if _LEAST_HOUR <= said.value <= _MOST_HOUR and priced:
        return replace(said, unit=Unit.PRICE_PER_GPU_HOUR, currency=currency)
    return said


def beside(reading: Reading, figure: Quantity) -> tuple[str, str]:
    """The words between a figure and the figures next to it, within its clause, folded."""
    start = max([0, *(q.end for q in reading.quantities if q.end <= figure.start)])
    end = min([len(reading.text), *(q.start for q in reading.quantities if q.start >= figure.end)])
    before = _CLAUSE.split(reading.text[start : figure.start])[-1]
    return fold(before), fold(_CLAUSE.split(reading.text[figure.end : end])[0])


def near(reading: Reading, figure: Quantity) -> tuple[str, str]:
    """The words before and behind a figure within its clause, up to the next figure of its unit,
    folded."""
    alike = [q for q in reading.quantities if q.unit is figure.unit]
    start = max([figure.start - _NEAR, 0, *(q.end for q in alike if q.end <= figure.start)])
    end = min([figure.end + _NEAR, *(q.start for q in alike if q.start >= figure.end)])
    before = _CLAUSE.split(reading.text[start : figure.start])[-1]
    return fold(before), fold(_CLAUSE.split(reading.text[figure.end : end])[0])


def told_by(
    reading: Reading, unit: Unit, cue: re.Pattern[str], taken: Iterable[Quantity] = ()
) -> Quantity | None:
    """The figure of a unit to which `cue` stands nearest in its clause, with no other figure of the
    unit between."""
    left, found = list(taken), []
    for n, figure in enumerate(reading.quantities):
        if figure.unit is not unit or figure in left:
            continue
        before, behind = near(reading, figure)
        found += [(len(before) - match.end(), n, figure) for match in cue.finditer(before)]
        found += [(match.start(), n, figure) for match in cue.finditer(behind)]
    return min(found, key=lambda each: each[:2])[2] if found else None


def price_of_one(reading: Reading, taken: Iterable[Quantity | None] = ()) -> Quantity | None:
    """The price of one GPU: not a sum above a million, which is a whole loan or what was raised."""
    other = list(taken)
    sums = [q for q in reading.quantities if q.unit is Unit.MONEY and q not in other]
    sums = [each for each in sums if 0 < each.value <= _MOST_A_GPU]
    each_ = (q for q in sums if _EACH.match(near(reading, q)[1]) or _told_each(reading, q))
    found = next(each_, None) or next(iter(sums), None)
    return found or next((each for each in reading.quantities if _is_each(reading, each)), None)


def _told_each(reading: Reading, sum_: Quantity) -> bool:
    return bool(_EACH_BEFORE.search(near(reading, sum_)[0]))


def _is_each(reading: Reading, figure: Quantity) -> bool:
    """Whether a bare number is the price of one: "at 35k each"."""
    if figure.unit is not Unit.COUNT or not _LEAST_A_GPU <= figure.value <= _MOST_A_GPU:
        return False
    return bool(_EACH.match(fold(reading.text[figure.end :])))


def share_of(
    reading: Reading, cue: re.Pattern[str], taken: Iterable[Quantity] = ()
) -> Quantity | None:
    """The first share with `cue` beside it: a percentage, or a part such as a third."""
    told = told_by(reading, Unit.PERCENT, cue, taken)
    part = None if told else told_by(reading, Unit.RATIO, cue, taken)
    return told or (part if part and part.value <= 1 else None)


def months_of(figure: Quantity) -> int:
    """A length of time in whole months."""
    return int((figure.value * 12 / 365).to_integral_value())


def exact_percent(value: Any, language: Language) -> str:
    """A share that was told, as it was told: 12.5%."""
    return f"{round(Decimal(str(value)) * 100, 2).normalize():f}%"


def hourly(value: Any, language: Language) -> str:
    """An amount to the cent: $2.35, 2.35美元."""
    return price(f"{Decimal(str(value)):.2f}", "USD", language)
