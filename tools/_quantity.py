"""The record of a figure in a text, and the words that make it approximate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from tools._reading import Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a text: `source_text[start:end] == text`, offsets in code points.

    `value` is in the unit's own measure (parameters, tokens, GPUs, currency units, days; PERCENT
    as said, 36 for 36 %; RATIO 5 for "5x" and 0.5 for "half"; YEAR the year; DATE the digits of
    `iso`). `said_value` and `said_unit` keep what was written (3.5, "year"). `step` is the place
    value of the last digit written, in the measure of `value`: the precision that was claimed;
    0 for a fraction. `approximate`: about, nearly, more than, 以上, 约 and their like. `currency`
    is an ISO code or None, `gpu` the GPU's name as written, `iso` a date that may be partial
    ("2024-07", "--07" for a July of any year). `bare`: no noun or unit was written. `readings`: the
    values that it may mean, where it may mean several (3亿2千, 1,5B); else empty.
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
    readings: tuple[Decimal, ...] = ()


_ABOUT_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|over"
    r"|more than|at least|up to|close to|circa|less than|fewer than|under|below|at most"
    r"|an estimated|as many as)[ ]"
    r"|[~≈]|[><]=?|大约|约为?|近|将近|接近|超过?|逾|至少|不到|不足|最多|多达|高达|至多|大概|左右)"
    r"\s?(?:US\$|[$¥€£])?\s?$",
    re.IGNORECASE,
)
ABOUT_AFTER = re.compile(
    r"\s?(?:\+(?!\d)|以上|以下|左右|上下(?!文)|出头|余(?![额下])|多(?=[个块张家颗台年天名美元])"
    r"|or so(?![a-z])|or more(?![a-z])|plus(?![a-z])|-ish)",
    re.IGNORECASE,
)


def is_approximate(folded: str, start: int, end: int) -> bool:
    """Whether the words around `folded[start:end]` make it about, at least or at most."""
    before = folded[max(0, start - 16) : start]
    return bool(_ABOUT_BEFORE.search(before) or ABOUT_AFTER.match(folded, end))
