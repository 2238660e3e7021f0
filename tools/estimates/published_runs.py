"""Published training runs, and the utilisation that they imply."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.errors import InvalidInput
from tools.gpus import Gpu, gpu

Stratum = Literal["dense", "dense_small", "moe"]
SMALL_MODEL_PARAMS = Decimal(1_000_000_000)
# No honest run reaches this share of the dense peak: such a row has a wrong label.
IMPOSSIBLE_UTILISATION = 0.65
# The band: the middle four fifths of the families.
LOW_QUANTILE, HIGH_QUANTILE = 0.1, 0.9
# With fewer families than this a stratum has a middle but no spread worth the name.
ENOUGH_FAMILIES = 5


class PublishedRun(BaseModel):
    """One published run. Parameters and tokens are absolute, hours are those of the source.

    `kind` is dense, dense-small, moe, sft or hybrid; only the first three fit the band. `layers`,
    `d_model` and `seq_len` are None where not published.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    model: str
    year: int
    kind: str
    params: Decimal
    active_params: Decimal
    tokens: Decimal
    gpu: str
    n_gpus: int | None
    gpu_hours: Decimal
    wall_days: Decimal | None
    scope: str
    confirmed: str
    source: str
    note: str
    family: str
    layers: int | None
    d_model: int | None
    seq_len: int | None

    @property
    def flops(self) -> Decimal:
        """6 x active parameters x tokens."""
        return 6 * self.active_params * self.tokens

    @property
    def utilisation(self) -> float:
        """Share of the dense 16-bit peak that the published hours imply."""
        return float(hours_at_peak(self.flops, gpu(self.gpu)) / self.gpu_hours)

    @property
    def stratum(self) -> Stratum | None:
        """The stratum whose band this run helps to fit; None for other kinds of training."""
        if self.kind in ("dense", "moe"):
            return "moe" if self.kind == "moe" else "dense"
        return "dense_small" if self.kind == "dense-small" else None


class Band(BaseModel):
    """Utilisation of the dense peak: middle and spread over families of published runs.

    `spread_from` names the stratum that lent its spread where this one has too few families.
    """

    low: float
    likely: float
    high: float
    runs: int
    families: int
    spread_from: Stratum | None = None


def hours_at_peak(flops: Decimal, on: Gpu) -> Decimal:
    """GPU-hours of `flops` at the full dense 16-bit peak. `InvalidInput` where no peak is known."""
    peak = on.training_tflops
    if peak is None:
        raise InvalidInput(
            f"no dense 16-bit peak is known for {on.key}", "estimate with a GPU whose peak is known"
        )
    return flops / (3600 * peak * 10**12)


@cache
def published_runs() -> tuple[PublishedRun, ...]:
    """Every published run of the table."""
    text = files("tools").joinpath("data", "published_runs.csv").read_text(encoding="utf-8")
    return tuple(_run(row) for row in csv.DictReader(text.splitlines()))


def _run(row: dict[str, str]) -> PublishedRun:
    absolute = {
        "params": Decimal(row["params_b"]) * 10**9,
        "active_params": Decimal(row["active_b"]) * 10**9,
        "tokens": Decimal(row["tokens_t"]) * 10**12,
    }
    plain = {name: row[name] or None for name in PublishedRun.model_fields if name in row}
    return PublishedRun.model_validate(plain | absolute | {"note": row["note"]})


def stratum_of(params: Decimal, active: Decimal) -> Stratum:
    """The stratum of a model: mixture of experts, dense below 1B parameters, or dense."""
    if active < params:
        return "moe"
    return "dense_small" if params < SMALL_MODEL_PARAMS else "dense"


def fit_band(stratum: Stratum, runs: Sequence[PublishedRun]) -> Band:
    """The utilisation band of `stratum` from `runs`, every model family with the same weight.

    Quantiles 10, 50 and 90 % of the implied utilisation. A stratum with fewer than five families
    keeps its own middle and borrows the relative spread of the dense stratum. Raises
    `InvalidInput` where `runs` has no row of the stratum.
    """
    rows = [
        run for run in runs if run.stratum == stratum and run.utilisation <= IMPOSSIBLE_UTILISATION
    ]
    if not rows:
        raise InvalidInput(f"no published run of the kind {stratum}", "add a run to fit on")
    size = Counter(run.family for run in rows)
    weighted = [(run.utilisation, 1 / size[run.family]) for run in rows]
    low, likely, high = (_quantile(weighted, share) for share in (LOW_QUANTILE, 0.5, HIGH_QUANTILE))
    band = Band(low=low, likely=likely, high=high, runs=len(rows), families=len(size))
    if len(size) >= ENOUGH_FAMILIES or stratum == "dense":
        return band
    dense = fit_band("dense", runs)
    return band.model_copy(
        update={
            "low": likely * dense.low / dense.likely,
            "high": likely * dense.high / dense.likely,
            "spread_from": "dense",
        }
    )


def _quantile(weighted: list[tuple[float, float]], share: float) -> float:
    """Weighted quantile, linear between the middles of the weights."""
    ordered = sorted(weighted)
    total = sum(weight for _, weight in ordered)
    points: list[tuple[float, float]] = []
    passed = 0.0
    for value, weight in ordered:
        points.append(((passed + weight / 2) / total, value))
        passed += weight
    if share <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return points[-1][1]


@cache
def fitted_band(stratum: Stratum) -> Band:
    """The band of `stratum` over all published runs."""
    return fit_band(stratum, published_runs())


@cache
def calibrated_generations(stratum: Stratum) -> frozenset[str]:
    """GPU generations on which at least two model families of the stratum were published."""
    families: dict[str, set[str]] = {}
    for run in published_runs():
        if run.stratum == stratum:
            families.setdefault(gpu(run.gpu).generation, set()).add(run.family)
    return frozenset(name for name, found in families.items() if len(found) > 1)
