"""What is looked for: so many of a GPU, where, on what terms, for how long."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import InvalidInput
from tools.gpus import Gpu
from tools.gpus import gpu as find_gpu
from tools.offers import Term, parse_term


class Need(BaseModel):
    """What is looked for; None: not stated. `hours`, `disk_gb` and `egress_gb` describe the job
    whose delivered price is wanted; `checkpoint_hours` (from one checkpoint to the next),
    `restart_hours` and `interruptions_per_day` what an interruption of spot GPUs costs it.
    `max_price` is in US dollars per GPU-hour."""

    model_config = ConfigDict(frozen=True)

    gpu: Gpu | None = None
    count: int | None = Field(default=None, ge=1)
    region: str | None = None
    term: Term | None = None
    max_price: Decimal | None = Field(default=None, gt=0)
    provider: str | None = None
    hours: Decimal | None = Field(default=None, gt=0)
    disk_gb: Decimal | None = Field(default=None, ge=0)
    egress_gb: Decimal | None = Field(default=None, ge=0)
    checkpoint_hours: Decimal | None = Field(default=None, ge=0)
    restart_hours: Decimal | None = Field(default=None, ge=0)
    interruptions_per_day: Decimal | None = Field(default=None, ge=0)


def need(
    gpu: str | None = None,
    count: int | None = None,
    region: str | None = None,
    term: str | None = None,
    max_price: Decimal | None = None,
    *,
    provider: str | None = None,
    hours: Decimal | None = None,
    disk_gb: Decimal | None = None,
    egress_gb: Decimal | None = None,
    checkpoint_hours: Decimal | None = None,
    restart_hours: Decimal | None = None,
    interruptions_per_day: Decimal | None = None,
) -> Need:
    """A need from words: `gpu` a name or key, `term` as people write it.

    Raises `InvalidInput` for what cannot be, `UnknownGpu` for a name outside the table.
    """
    if count is not None and count < 1:
        raise InvalidInput(f"{count} GPUs cannot be", "ask for one or more")
    if max_price is not None and max_price <= 0:
        raise InvalidInput(f"a price of {max_price} cannot be", "US dollars per GPU-hour, above 0")
    if hours is not None and hours <= 0:
        raise InvalidInput(f"{hours} hours cannot be", "a job takes some time")
    for what, value in (
        ("GB of disk", disk_gb),
        ("GB of egress", egress_gb),
        ("hours between checkpoints", checkpoint_hours),
        ("hours to restart", restart_hours),
        ("interruptions a day", interruptions_per_day),
    ):
        if value is not None and not (value.is_finite() and value >= 0):
            raise InvalidInput(f"{value} {what} cannot be", "0 or more")
    return Need(
        gpu=find_gpu(gpu) if gpu else None,
        count=count,
        region=(region or "").strip() or None,
        term=parse_term(term) if term else None,
        max_price=max_price,
        provider=(provider or "").strip() or None,
        hours=hours,
        disk_gb=disk_gb,
        egress_gb=egress_gb,
        checkpoint_hours=checkpoint_hours,
        restart_hours=restart_hours,
        interruptions_per_day=interruptions_per_day,
    )
