"""Sums that are paid over months: their present value, and the payment that repays a loan."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

MONTH_HOURS = Decimal("730.5")
"""Hours in a month: 365.25 x 24 / 12."""

_NO_RATE = Decimal("1e-12")  # below it 1 - (1 + i)^-n would be all rounding


@lru_cache(maxsize=256)
def monthly_rate(yearly: Decimal) -> Decimal:
    """The rate a month that compounds to `yearly`: (1 + r)^(1/12) - 1."""
    return (1 + yearly) ** (Decimal(1) / 12) - 1


def annuity_factor(rate: Decimal, months: int) -> Decimal:
    """The present value of 1 paid at the end of each month: (1 - (1 + i)^-n) / i."""
    if rate < _NO_RATE:
        return Decimal(months)
    return (1 - (1 + rate) ** -months) / rate


def payment(principal: Decimal, rate: Decimal, months: int, balloon: Decimal) -> Decimal:
    """What repays `principal` in `months` equal payments at `rate` a month, with `balloon` left to
    pay at the end."""
    later = balloon * (1 + rate) ** -months
    return (principal - later) / annuity_factor(rate, months)
