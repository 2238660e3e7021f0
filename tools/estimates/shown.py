"""Numbers as the lines of a formula show them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def short(number: Decimal | float) -> str:
    """A count with its suffix: 7B, 1.4T, 350M; below a million as it is."""
    exact = Decimal(str(number)) if isinstance(number, float) else Decimal(number)
    for scale, letter in ((12, "T"), (9, "B"), (6, "M")):
        if exact >= Decimal(10) ** scale:
            return f"{float(exact / Decimal(10) ** scale):.4g}{letter}"
    return f"{exact.normalize():f}" if exact == int(exact) else f"{float(exact):.4g}"


def usd(amount: Decimal, places: int = 0) -> str:
    """US dollars, rounded: $172,300; with `places` 2, $1.28."""
    return f"-${-amount:,.{places}f}" if amount < 0 else f"${amount:,.{places}f}"


def dollars(amount: Decimal) -> str:
    """US dollars in short: $150B."""
    return f"-${short(-amount)}" if amount < 0 else f"${short(amount)}"


def triple(values: Iterable[Decimal | float], places: int = 0) -> str:
    """Low / likely / high: 49,000 / 73,000 / 118,000."""
    return " / ".join(f"{each:,.{places}f}" for each in values)
