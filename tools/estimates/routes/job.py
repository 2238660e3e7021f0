"""The job that routes are compared for, and what bounds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.delivered import Rates
from tools.estimates.records import MoneyRange
from tools.gpus import Gpu
from tools.needs import Need

NO_MONEY = MoneyRange(low=Decimal(0), likely=Decimal(0), high=Decimal(0))


@dataclass(frozen=True)
class Job:
    """A job of `gpus` GPUs for (low, likely, high) hours, on a day, with the means for it."""

    gpu: Gpu
    gpus: int
    hours: tuple[Decimal, Decimal, Decimal]
    today: date
    start_by: date | None = None
    budget: Decimal | None = None
    cash: Decimal | None = None
    valuation: Decimal | None = None
    checkpoint_hours: Decimal | None = None
    restart_hours: Decimal | None = None
    interruptions_per_day: Decimal | None = None
    rates: Rates | None = None

    def need(self, hours: Decimal, interruptions: Decimal | None = None) -> Need:
        """The job of so many hours as a need of the market; with other `interruptions` a day than
        stated."""
        often = self.interruptions_per_day if interruptions is None else interruptions
        return Need(
            gpu=self.gpu,
            count=self.gpus,
            hours=hours,
            checkpoint_hours=self.checkpoint_hours,
            restart_hours=self.restart_hours,
            interruptions_per_day=often,
        )
