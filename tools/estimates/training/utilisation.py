"""What share of the peak training runs reach, learned from published runs.

A rule says how: which middle, what is counted, which groups differ. `ADOPTED` is the one that
estimates use; `calibration` tries the others beside it. Every model family weighs the
same, so that whoever publishes ten sizes does not set the result.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Literal

from tools.errors import InvalidInput
from tools.estimates.records import Record
from tools.estimates.training.published_runs import (
    OWN_FAMILY,
    Accounting,
    PublishedRun,
    Stratum,
    runs_to_fit,
)
from tools.estimates.training.work import RESTARTS, SCALE_PER_DOUBLING, doublings
from tools.gpus import gpu

Middle = Literal["family median", "run median", "family mean"]
Group = Literal["size", "generation", "accounting"]
# The band holds the middle four fifths of what is seen when a family is left out.
LOW_QUANTILE, HIGH_QUANTILE = 0.1, 0.9
# A group of n families keeps n / (n + 1) of its difference from the shared middle.
_SHRINKAGE = 1.0
# Each of the fund's own runs counts as much as this many published families.
OWN_RUN_WEIGHT = 3.0
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """How the utilisation is learned. `fixed` learns nothing."""

    name: str
    middle: Middle = "family median"
    attention: bool = True
    scale: bool = True
    restarts: bool = True
    groups: tuple[Group, ...] = ()
    slope: bool = False
    fixed: float | None = None


ADOPTED = Rule("adopted")


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may know of a run. `log_active` is log10 of active parameters in units of 10B,
    `accounting` None where nobody said what the hours count."""

    stratum: Stratum
    active: float
    attention: float
    gpus: int | None
    generation: str
    accounting: Accounting | None

    @property
    def log_active(self) -> float:
        return math.log10(self.active / 1e10)

    def in_group(self, group: Group) -> str | None:
        """The group's member that this run belongs to; None where it is not known."""
        if group == "generation":
            return self.generation
        return self.stratum if group == "size" else self.accounting


def case_of(run: PublishedRun, *, accounting: bool = True) -> Case:
    """What is known of a published run; without `accounting`, not what its hours count."""
    assert run.stratum
    return Case(
        run.stratum,
        float(run.active_params),
        run.attention,
        run.n_gpus,
        gpu(run.gpu).generation,
        run.accounting if accounting else None,
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule with what it learned. Effects are natural logarithms."""

    rule: Rule
    middle: float
    params_per_gpu: float = 0.0
    moe: float = 0.0
    effects: dict[tuple[Group, str], float] = field(default_factory=dict)
    slope: float = 0.0

    def hours_factor(self, case: Case) -> float:
        """The factor that turns GPU-hours of 6 x parameters x tokens at full peak into hours."""
        return math.exp(_extra(self.rule, case, self.params_per_gpu) - self._expected(case))

    def _expected(self, case: Case) -> float:
        known = (case.in_group(group) for group in self.rule.groups)
        differing = sum(
            self.effects.get((group, member), 0.0)
            for group, member in zip(self.rule.groups, known, strict=True)
            if member is not None
        )
        moe = self.moe if case.stratum == "moe" else 0.0
        return self.middle + moe + differing + self.slope * case.log_active


def _extra(rule: Rule, case: Case, params_per_gpu: float) -> float:
    """Logarithm of what a run takes beyond 6 x parameters x tokens, by what the rule counts."""
    extra = math.log1p(case.attention) if rule.attention else 0.0
    if rule.scale and case.gpus:
        times = doublings(Decimal(case.active), case.gpus, params_per_gpu)
        extra += times * math.log(SCALE_PER_DOUBLING)
    if rule.restarts and case.accounting == "clean":
        extra -= math.log(RESTARTS)
    return extra


def fit(rule: Rule, runs: Sequence[PublishedRun]) -> Fit:
    """What `rule` learns from `runs`. Raises `InvalidInput` where they hold no dense run."""
    if rule.fixed is not None:
        return Fit(rule, math.log(rule.fixed))
    cases = [case_of(run) for run in runs]
    dense = [n for n, case in enumerate(cases) if case.stratum != "moe"]
    if not dense:
        raise InvalidInput("no published dense run to learn from", "add runs to fit on")
    per_gpu = usual_params_per_gpu(runs)
    left = [
        math.log(run.hours_at_peak / float(run.gpu_hours)) + _extra(rule, case, per_gpu)
        for run, case in zip(runs, cases, strict=True)
    ]

    def take(rows: Iterable[int], share: Callable[[int], float] = lambda _: 1.0) -> float:
        """The shrunk middle of what is left of these rows, taken out of it."""
        chosen = list(rows)
        found = _middle(rule.middle, [runs[n] for n in chosen], [left[n] for n in chosen])
        found *= share(len({runs[n].family for n in chosen}))
        for n in chosen:
            left[n] -= found
        return found

    def shrunk(families: int) -> float:
        return families / (families + _SHRINKAGE)

    middle = _middle(rule.middle, [runs[n] for n in dense], [left[n] for n in dense])
    left = [each - middle for each in left]
    moes = [n for n, case in enumerate(cases) if case.stratum == "moe"]
    moe = take(moes, shrunk) if moes else 0.0
    effects: dict[tuple[Group, str], float] = {}
    for _ in range(_ROUNDS if rule.groups else 0):
        for group in rule.groups:
            for member in sorted({each for case in cases if (each := case.in_group(group))}):
                rows = [n for n, case in enumerate(cases) if case.in_group(group) == member]
                for n in rows:
                    left[n] += effects.get((group, member), 0.0)
                effects[group, member] = take(rows, shrunk)
    slope = 0.0
    if rule.slope:
        slope, shift = _slope(runs, [case.log_active for case in cases], left)
        middle += shift
    return Fit(rule, middle, per_gpu, moe, effects, slope)


def usual_params_per_gpu(runs: Sequence[PublishedRun]) -> float:
    """Active parameters per GPU of the runs that state their GPUs, the middle of the families."""
    known = [run for run in runs if run.n_gpus]
    if not known:
        return math.inf
    shares = [math.log(float(run.active_params) / (run.n_gpus or 1)) for run in known]
    return math.exp(weighted_quantile(list(zip(shares, weights(known), strict=True)), 0.5))


def weights(runs: Sequence[PublishedRun]) -> list[float]:
    """One for every published family, shared by its runs; each own run counts as three families."""
    size = Counter(run.family for run in runs)
    return [OWN_RUN_WEIGHT if run.own else 1 / size[run.family] for run in runs]


def _middle(kind: Middle, runs: Sequence[PublishedRun], values: Sequence[float]) -> float:
    if kind == "run median":
        return statistics.median(values)
    weighted = list(zip(values, weights(runs), strict=True))
    if kind == "family mean":
        total = sum(weight for _, weight in weighted)
        return sum(value * weight for value, weight in weighted) / total
    return weighted_quantile(weighted, 0.5)


def _slope(
    runs: Sequence[PublishedRun], at: Sequence[float], left: Sequence[float]
) -> tuple[float, float]:
    """Weighted least squares, shrunk like a group of one family; and what the middle shifts by."""
    share = weights(runs)
    centre = sum(w * x for w, x in zip(share, at, strict=True)) / sum(share)
    spread = sum(w * (x - centre) ** 2 for w, x in zip(share, at, strict=True))
    together = sum(w * (x - centre) * y for w, x, y in zip(share, at, left, strict=True))
    slope = together / (spread + _SHRINKAGE)
    return slope, -slope * centre


def weighted_quantile(weighted: Sequence[tuple[float, float]], share: float) -> float:
    """Weighted quantile of (value, weight), linear between the middles of the weights."""
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


def left_out(rule: Rule, runs: Sequence[PublishedRun], *, accounting: bool = True) -> list[float]:
    """For each run, ln(estimated / published hours) by a fit that never saw its family."""
    logs = dict.fromkeys(range(len(runs)), 0.0)
    for family in {run.family for run in runs}:
        learned = fit(rule, [run for run in runs if run.family != family])
        for n, run in enumerate(runs):
            if run.family == family:
                factor = learned.hours_factor(case_of(run, accounting=accounting))
                logs[n] = math.log(factor * run.hours_at_peak / float(run.gpu_hours))
    return list(logs.values())


def spread(rule: Rule, runs: Sequence[PublishedRun]) -> tuple[float, float]:
    """Low and high hours as shares of the likely: the quantiles of published / estimated when each
    family in turn is left out, every family with the same weight, all strata together."""
    seen = [-each for each in left_out(rule, runs)]
    weighted = list(zip(seen, weights(runs), strict=True))
    low, high = (weighted_quantile(weighted, share) for share in (LOW_QUANTILE, HIGH_QUANTILE))
    return math.exp(min(low, 0.0)), math.exp(max(high, 0.0))


class Band(Record):
    """Utilisation of the dense peak, attention counted: middle and spread over model families.

    `params_per_gpu` is the number of active parameters per GPU from which scale begins to cost.
    """

    low: float
    likely: float
    high: float
    runs: int
    families: int
    of_stratum: int
    own_runs: int
    params_per_gpu: float


@cache
def fitted_band(stratum: Stratum, own: tuple[PublishedRun, ...] = ()) -> Band:
    """The band of `stratum` over all published runs and the fund's own."""
    return band_from(stratum, (*runs_to_fit(), *(run for run in own if run.fit)))


def band_from(stratum: Stratum, runs: Sequence[PublishedRun]) -> Band:
    """The band of `stratum` by the adopted rule. Raises `InvalidInput` without a dense run."""
    learned = fit(ADOPTED, runs)
    few, many = spread(ADOPTED, runs)
    likely = math.exp(learned.middle + (learned.moe if stratum == "moe" else 0.0))
    return Band(
        low=likely / many,
        likely=likely,
        high=likely / few,
        runs=len(runs),
        families=len({run.family for run in runs}),
        of_stratum=sum(run.stratum == stratum for run in runs),
        own_runs=sum(run.family == OWN_FAMILY for run in runs),
        params_per_gpu=learned.params_per_gpu,
    )


@cache
def calibrated_generations(stratum: Stratum) -> frozenset[str]:
    """GPU generations on which at least two model families of the stratum were published; dense
    models of all sizes count together, as in the fit."""
    families: dict[str, set[str]] = {}
    for run in runs_to_fit():
        if (run.stratum == "moe") == (stratum == "moe"):
            families.setdefault(gpu(run.gpu).generation, set()).add(run.family)
    return frozenset(name for name, found in families.items() if len(found) > 1)
