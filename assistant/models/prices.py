"""What a token costs: a small dated table of list prices. A model that is not in it has none."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, by the provider's list of a day."""

    input_usd: Decimal
    output_usd: Decimal
    as_of: str
    source: str

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """US dollars for so many tokens, without discounts for what a provider has cached."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / _MILLION


def price_of(provider: str, model: str) -> Price | None:
    """The price of a model by its exact name, or by that name with a date behind it
    (gpt-5-mini-2025-08-07); None where the table has none."""
    plain = re.sub(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})$", "", model)
    table = _table()
    return table.get((provider, model)) or table.get((provider, plain))


@cache
def _table() -> dict[tuple[str, str], Price]:
    text = resources.files("assistant.models").joinpath("prices.csv").read_text(encoding="utf-8")
    return {
        (row["provider"], row["model"]): Price(
            Decimal(row["input_usd_per_mtok"]), Decimal(row["output_usd_per_mtok"]),
            row["as_of"], row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    }  # fmt: skip
