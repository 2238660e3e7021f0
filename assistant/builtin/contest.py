"""Which of several is more or less of something, where a question asks that: by arithmetic over
the values that sources state, never by a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.quantities import Quantity, Unit, find_quantities

_MONEY = frozenset({Unit.MONEY})
_COUNT = frozenset({Unit.GPUS, Unit.COUNT})
_LENGTH = frozenset({Unit.DURATION_DAYS})
_TIME = frozenset({Unit.DATE, Unit.YEAR})
_PRICE = frozenset({Unit.PRICE_PER_GPU_HOUR})
_SHARE = frozenset({Unit.PERCENT, Unit.RATIO})
_UNITS: Mapping[str, frozenset[Unit]] = {
    "gpus": _COUNT, "credits": _MONEY, "investment": _MONEY, "commitment": _MONEY,
    "raised": _MONEY, "equity": _SHARE, "duration": _LENGTH, "age": _LENGTH, "valid": _TIME,
    "price_per_gpu_hour": _PRICE,
}  # fmt: skip

# What is compared, by the words for it, and whether the most or the least of it is asked for.
_ASKED: tuple[tuple[re.Pattern[str], tuple[str, ...], bool], ...] = tuple(
    (re.compile(pattern), attributes, most)
    for pattern, attributes, most in (
        (r"\bcheap|便宜|(?:更|较|最|价格|单价)低|低价", ("price_per_gpu_hour",), False),
        (r"\bdearer|more expensive|most expensive|更贵|最贵|贵", ("price_per_gpu_hour",), True),
        (r"\blonger|longest|更长|最长|更久|最久|时间长|期限长", ("duration",), True),
        (r"\bshorter|shortest|更短|最短", ("duration",), False),
        (r"\bearlier|earliest|\bfirst\b|\bbefore\b|更早|最早|先", ("valid",), False),
        (r"\blater|latest|更晚|最晚", ("valid",), True),
        (r"\bstake|\bequity|股", ("equity",), True),
        (r"\binvest\w* (?:the )?(?:more|most)|(?:more|most|bigger|larger)\b[^,?]*\b(?:invest|cash)"
         r"|投[^，？?]{0,20}(?:多(?!少)|大|高)|投资[^，？?]{0,6}(?:多|大|高)",
         ("investment",), True),
        (r"\b(?:commit|pay|paid|pays)\w*\b[^,?]*\b(?:more|most)|(?:more|most)\b[^,?]*\b(?:back)"
         r"|承诺[^，？?]{0,12}(?:多(?!少)|高)",
         ("commitment",), True),
        (r"\bsmaller|smallest|fewer|fewest|更小|最小|更少|最少|小于|少于|比[^，。？?]{1,16}[小少]",
         ("gpus", "credits", "investment"), False),
        (r"(?:more|most|higher|highest|bigger|larger)\b[^,?]*\b(?:credits?|money|funding)"
         r"|额度[^，？?]{0,8}(?:高|多(?!少)|大)|给(?:得|的)?[^，？?]{0,4}多|(?:更|最)大方|generous",
         ("credits", "investment", "gpus"), True),
        (r"\bbigger|biggest|larger|largest|more gpus|most gpus|更大|最大|规模大|大于"
         r"|比[^，。？?]{1,16}大|哪个大|谁大",
         ("gpus", "credits", "investment"), True),
        (r"\bmore\b|\bmost\b|\bhigher|\bhighest|更多|最多|更高|最高|多于|高于|哪个[高多]|谁[高多]"
         r"|比[^，。？?]{1,16}[多高]",
         ("credits", "investment", "gpus"), True),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Contest:
    """A question for the most or the least; `attributes` are rows of the grid that could decide
    it, the likeliest first."""

    attributes: tuple[str, ...]
    most: bool


@dataclass(frozen=True)
class Entry:
    """What one side has of it: its place among those compared, the value as the grid words it, the
    passage that states it, and the number that is compared."""

    place: int
    text: str
    passage: str
    value: Decimal


def contest(folded: str) -> Contest | None:
    """What a question compares; None where it asks for no winner."""
    for pattern, attributes, most in _ASKED:
        if pattern.search(folded):
            return Contest(attributes, most)
    return None


def ranked(asked: Contest, grid: Sequence[Mapping[str, Any]]) -> tuple[str, list[Entry]] | None:
    """The attribute that decides, and every side's best value of it, the winner first; None where
    no attribute has comparable values of all sides."""
    rows = {row["attribute"]: row["cells"] for row in grid}
    for attribute in asked.attributes:
        cells = rows.get(attribute, ())
        entries = [_best(place, cell, attribute) for place, cell in enumerate(cells)]
        told = [entry for entry in entries if entry is not None]
        if len(told) > 1 and len(told) == len(entries) and _same_currency(told):
            return attribute, sorted(told, key=lambda e: -e.value if asked.most else e.value)
    return None


def _best(place: int, cell: Sequence[Mapping[str, Any]], attribute: str) -> Entry | None:
    """The value of a cell that counts: the highest that is told, for dates the earliest."""
    found = [
        Entry(place, str(value["text"]), value["passage"], _amount(each))
        for value in cell
        if value["passage"]
        for each in find_quantities(re.split(r"[:：]", str(value["text"]))[-1])  # no label's
        if each.unit in _UNITS[attribute]
    ]
    if not found:
        return None
    highest = attribute not in ("valid", "price_per_gpu_hour")
    return (max if highest else min)(found, key=lambda entry: entry.value)


def _amount(each: Quantity) -> Decimal:
    if each.unit is Unit.DATE and each.iso:
        parts = [int(part) for part in each.iso.split("-") if part]
        return Decimal(sum(part * 100 ** (2 - n) for n, part in enumerate(parts)))
    if each.unit is Unit.YEAR:
        return each.value * 10000
    return each.value * 100 if each.unit is Unit.RATIO else each.value


def _same_currency(entries: Sequence[Entry]) -> bool:
    told = {
        each.currency or "USD"
        for entry in entries
        for each in find_quantities(entry.text)
        if each.unit in _MONEY | _PRICE
    }
    return len(told) < 2
