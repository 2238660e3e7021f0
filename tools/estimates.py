"""The records of estimates: ranges, what was assumed, and the runs that stand beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field, field_serializer

from tools.runs import Stratum

Scope = Literal["final_run", "with_experiments"]


class Range(BaseModel):
    """Low, likely and high of an estimate, in the unit of its field."""

    low: float
    likely: float
    high: float


class MoneyRange(BaseModel):
    """Low, likely and high in US dollars: Decimal in Python, plain numbers in JSON."""

    low: Decimal
    likely: Decimal
    high: Decimal

    @field_serializer("low", "likely", "high", when_used="json")
    def _number(self, amount: Decimal) -> float:
        return float(amount)


class Assumption(BaseModel):
    """Something the estimate takes as given: a stable name, its value, a sentence, a source."""

    name: str
    value: str
    text: str
    source: str


class NearestRun(BaseModel):
    """A published run near the estimate, with its real numbers. Parameters and tokens absolute."""

    model: str
    year: int
    params: float
    active_params: float
    tokens: float
    gpu: str
    n_gpus: int | None
    gpu_hours: float
    utilisation: float
    scope: str
    source: str


class TrainingInputs(BaseModel):
    """What was asked, with every blank filled in. `gpu` is the canonical key."""

    params: float
    active_params: float
    tokens: float
    gpu: str
    gpus: int | None
    scope: Scope
    price_per_gpu_hour: Decimal | None
    price_source: str | None
    price_as_of: str | None

    @field_serializer("price_per_gpu_hour", when_used="json")
    def _number(self, amount: Decimal | None) -> float | None:
        return None if amount is None else float(amount)


class TrainingEstimate(BaseModel):
    """A training estimate with all that it rests on.

    `gpu_hours` covers the stated scope, `final_run_gpu_hours` the final run alone. `days` is None
    where the number of GPUs is not stated, `cost_usd` None where no price is: neither is guessed.
    `utilisation` is the share of the dense peak, its low giving the high hours.
    """

    inputs: TrainingInputs
    flops: float
    peak_tflops: float
    stratum: Stratum
    calibrated: bool
    utilisation: Range
    final_run_gpu_hours: Range
    gpu_hours: Range
    days: Range | None
    cost_usd: MoneyRange | None
    assumptions: list[Assumption]
    nearest_runs: list[NearestRun]
    steps: list[str] = Field(default_factory=list)

    def explain(self) -> list[str]:
        """The formula step by step, each line with its numbers."""
        return list(self.steps)
