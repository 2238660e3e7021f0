"""The runs nearest to a job, the fund's own first."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.estimates.training.job import Job
from tools.estimates.training.published_runs import PublishedRun, published_runs
from tools.estimates.training.records import NearestRun
from tools.gpus import gpu

_SHOWN = 3
# Another architecture weighs as much as a model six times the size, another GPU 1.6 times.
_OTHER_KIND, _OTHER_CHIP = 1.8, 0.5


def nearest_runs(job: Job, own: Sequence[PublishedRun]) -> tuple[NearestRun, ...]:
    """Three runs by size, tokens, architecture and GPU generation; own runs before published."""

    def distance(run: PublishedRun) -> tuple[bool, float]:
        size = math.log(float(run.active_params / job.active))
        data = math.log(float(run.tokens / job.tokens))
        other_kind = 0.0 if run.stratum == job.stratum else _OTHER_KIND
        other_chip = 0.0 if gpu(run.gpu).generation == job.on.generation else _OTHER_CHIP
        return not run.own, math.hypot(size, data, other_kind, other_chip)

    return tuple(_shown(run) for run in sorted((*own, *published_runs()), key=distance)[:_SHOWN])


def _shown(run: PublishedRun) -> NearestRun:
    return NearestRun(
        model=run.model,
        year=run.year,
        params=float(run.params),
        active_params=float(run.active_params),
        tokens=float(run.tokens),
        gpu=run.gpu,
        n_gpus=run.n_gpus,
        gpu_hours=float(run.gpu_hours),
        wall_days=None if run.wall_days is None else float(run.wall_days),
        utilisation=run.utilisation,
        scope=run.scope,
        accounting=run.accounting,
        own=run.own,
        source=run.source,
    )
