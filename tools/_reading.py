"""What a quantity counts, and a numeral read with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a quantity counts. Durations are in days, percentages as said (36 for 36 %)."""

    PARAMS = "params"
    TOKENS = "tokens"
    GPUS = "gpus"
    MONEY = "money"
    PRICE_PER_GPU_HOUR = "price_per_gpu_hour"
    PRICE_PER_KWH = "price_per_kwh"
    PRICE_PER_KW_MONTH = "price_per_kw_month"
    GPU_HOURS = "gpu_hours"
    DURATION_DAYS = "duration_days"
    SECONDS = "seconds"
    REQUESTS_PER_MINUTE = "requests_per_minute"
    TOKENS_PER_SECOND = "tokens_per_second"
    CONTEXT_TOKENS = "context_tokens"
    EXAMPLES = "examples"
    EPOCHS = "epochs"
    RANK = "rank"
    POWER_KW = "power_kw"
    PERCENT = "percent"
    RATIO = "ratio"
    YEAR = "year"
    DATE = "date"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Reading:
    """A numeral with its unit. `factor` turns the value as said into the normal unit; `extra` is
    added to the value as said (the half in 三年半); `bare` where no noun or unit was written."""

    unit: Unit
    start: int
    end: int
    factor: Decimal = Decimal(1)
    extra: Decimal = Decimal(0)
    said_unit: str | None = None
    currency: str | None = None
    gpu: str | None = None
    bare: bool = False


def before(text: str, end: int, width: int = 24) -> str:
    """The `width` characters in front of `text[end]`, or as many as there are."""
    return text[max(0, end - width) : end]
