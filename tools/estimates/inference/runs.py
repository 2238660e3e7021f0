"""Published measurements of servers, and the share of the roofline that they reach."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.estimates.architectures import architecture
from tools.estimates.inference.serving import (
    EFFICIENCY,
    CachePrecision,
    Efficiency,
    Precision,
    Serving,
    serving,
)
from tools.estimates.records import Range
from tools.gpus import gpu

LOW_QUANTILE, HIGH_QUANTILE = 0.1, 0.9
# Where a benchmark filled the server, it ran as many sequences as fit, up to its engine's limit.
_ENGINE_LIMIT = 2048


class InferenceRun(BaseModel):
    """One measurement of one copy of a model. A figure that was not published is None.

    `concurrency` None: the server was filled. `part` is "tune" where the run may shape the
    estimate, "report" where it only checks it; no model is in both.
    """

    model_config = ConfigDict(frozen=True)

    model: str
    gpu: str
    gpus: int
    weights: Precision
    cache: CachePrecision
    input_tokens: int
    output_tokens: int
    concurrency: float | None
    output_tokens_per_second: float | None
    first_token_ms: float | None
    token_ms: float | None
    engine: str
    part: Literal["tune", "report"]
    source: str
    note: str

    @property
    def measured_by(self) -> tuple[str, str]:
        """Who measured with what: runs of one such pair are alike."""
        return self.engine, self.source

    @cached_property
    def active_params(self) -> int:
        """Active parameters of the model."""
        return architecture(self.model).active_params

    @cached_property
    def generation(self) -> str:
        """Generation of the GPU."""
        return gpu(self.gpu).generation

    def served(self, efficiency: Efficiency = EFFICIENCY) -> Serving:
        """The roofline of this run."""
        return serving(
            architecture(self.model),
            gpu(self.gpu),
            self.gpus,
            self.weights,
            self.cache,
            self.input_tokens,
            self.output_tokens,
            efficiency=efficiency,
        )

    def sequences(self, served: Serving) -> float:
        """Sequences at once: as published, or as many as fit."""
        if self.concurrency is not None:
            return self.concurrency
        return max(1, min(served.fits, _ENGINE_LIMIT))

    def share(self, efficiency: Efficiency = EFFICIENCY) -> float | None:
        """Measured output tokens a second over those of the roofline."""
        if self.output_tokens_per_second is None:
            return None
        served = self.served(efficiency)
        return self.output_tokens_per_second / served.tokens_per_second(self.sequences(served))


@cache
def inference_runs() -> tuple[InferenceRun, ...]:
    """Every measurement of the table."""
    text = files("tools").joinpath("data", "inference_runs.csv").read_text(encoding="utf-8")
    return tuple(
        InferenceRun.model_validate(
            {name: value or None for name, value in row.items()} | {"note": row["note"]}
        )
        for row in csv.DictReader(text.splitlines())
    )


def fit_share(runs: Sequence[InferenceRun], efficiency: Efficiency = EFFICIENCY) -> Range:
    """Share of the roofline: quantiles 10, 50 and 90 % of measured over computed.

    Runs that one engine and source measured are alike: n of them weigh as much as the root of n.
    """
    shares = [(run.measured_by, run.share(efficiency)) for run in runs]
    known = [(who, share) for who, share in shares if share is not None]
    size = Counter(who for who, _ in known)
    weighted = sorted((share, 1 / math.sqrt(size[who])) for who, share in known)
    low, likely, high = (_quantile(weighted, part) for part in (LOW_QUANTILE, 0.5, HIGH_QUANTILE))
    return Range(low=low, likely=likely, high=high)


def _quantile(weighted: Sequence[tuple[float, float]], part: float) -> float:
    total, passed = sum(weight for _, weight in weighted), 0.0
    for value, weight in weighted:
        passed += weight
        if passed >= part * total:
            return value
    return weighted[-1][0]


@cache
def fitted_share() -> Range:
    """The share over the tuning half of the measurements."""
    return fit_share([run for run in inference_runs() if run.part == "tune"])
