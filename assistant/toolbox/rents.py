"""Prices as a chat model gives them to the money tools: "on demand: 2.99" or a price alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

_DATED = re.compile(r"(.*\S), (\d{4}(?:-\d\d){0,2})", re.DOTALL)

if TYPE_CHECKING:
    from tools.estimates.money.rents import Rent


def named_prices(
    stated: Sequence[str],
    source: str,
    pays_for: Literal["used_hours", "all_hours"] = "used_hours",
) -> list[Rent]:
    """Each text as a price with its name; the price stands behind the last colon, and a name may
    end with the day of the price (", 2026-09-20")."""
    from tools.estimates.money.rents import Rent
    from tools.quantities import parse_price

    found = []
    for each in stated:
        name, _, price = each.rpartition(":")
        amount = parse_price(price)
        dated = _DATED.fullmatch(name.strip())
        found.append(
            Rent(
                name=dated[1] if dated else name.strip() or price.strip(),
                price_per_gpu_hour=amount,
                pays_for=pays_for,
                source=source,
                as_of=dated[2] if dated else None,
            )
        )
    return found


def implied_path(stated: Sequence[str], source: str) -> list[Rent]:
    """The path that reserved prices imply, each as "months: price"; empty without any."""
    from tools.errors import InvalidInput
    from tools.estimates.money.rents import forward_rent
    from tools.quantities import parse_count, parse_price

    if not stated:
        return []
    terms = {}
    for each in stated:
        months, colon, price = each.partition(":")
        if not colon:
            raise InvalidInput(f"{each[:20]!r} has no price", "months and price, as 12: 5.81")
        terms[int(parse_count(months))] = parse_price(price)
    return [forward_rent(terms, source=source)]
