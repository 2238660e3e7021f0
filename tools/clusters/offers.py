"""A cluster's state as offers: one for each GPU type, with its three numbers, start and queue."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from tools.clusters.start import SchedulerAnswer, estimate_start, founders_partition
from tools.clusters.state import ClusterState, Free, JobRequest, StartEstimate, free_by_type
from tools.gpus import known_gpu, same_gpu
from tools.needs import Need
from tools.offers import Availability, Money, Offer, Queue, Start, Term

_LONGEST_MINUTES = 24 * 60
_MINUTES = Decimal(60)


class ClusterSettings(BaseModel):
    """What staff say of a cluster of the fund; the rest is asked of it.

    `partition` is the one that founders use (empty: all nodes are counted, starts are estimated
    for the default one). `gpu_names` says what the cluster's own words for GPUs mean ("h100":
    "H100 SXM"); `prices` and `quota_gpus` are by the same words, per GPU-hour and for the founder's
    company. A job is assumed to take `cpus_per_gpu` and `memory_mb_per_gpu`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str = "Fund cluster"
    region: str | None = None
    partition: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    gpu_names: Mapping[str, str] = Field(default_factory=dict)
    prices: Mapping[str, Money] = Field(default_factory=dict)
    quota_gpus: Mapping[str, int] = Field(default_factory=dict)
    cpus_per_gpu: int = Field(default=1, ge=1, le=1024)
    memory_mb_per_gpu: int = Field(default=1000, ge=0, le=100_000_000)


def requests(state: ClusterState, need: Need, settings: ClusterSettings) -> dict[str, JobRequest]:
    """The job that `need` would be on each GPU type that answers it, by the type's own word.

    Empty where no count is stated. Where no hours are stated the job takes a day, or as long as
    the partition allows.
    """
    if need.count is None:
        return {}
    partition = founders_partition(state)
    longest = (partition.max_minutes if partition else None) or _LONGEST_MINUTES
    minutes = min(longest, _LONGEST_MINUTES)
    if need.hours is not None:
        minutes = max(1, int((need.hours * _MINUTES).to_integral_value(rounding="ROUND_CEILING")))
    return {
        each.gpu_raw: JobRequest(
            gpu=each.gpu_raw,
            gpus=need.count,
            per_node=max(1, each.node_size),
            minutes=minutes,
            cpus_per_gpu=settings.cpus_per_gpu,
            memory_mb_per_gpu=settings.memory_mb_per_gpu,
        )
        for each in free_by_type(state)
        if _answers(each, need)
    }


def cluster_offers(
    state: ClusterState,
    need: Need,
    settings: ClusterSettings,
    answers: Mapping[str, SchedulerAnswer] | None = None,
) -> list[Offer]:
    """One offer for each GPU type of the cluster; `answers` are the scheduler's, by type.

    `source`, `method` and the time of asking are the caller's to fill in.
    """
    wanted = requests(state, need, settings)
    offers = []
    for each in free_by_type(state):
        job = wanted.get(each.gpu_raw)
        start = estimate_start(state, job, (answers or {}).get(each.gpu_raw)) if job else None
        offers.append(_offer(state, each, job, start, settings))
    return offers


def _answers(free: Free, need: Need) -> bool:
    if need.gpu is None:
        return True
    have = known_gpu(free.gpu) if free.gpu else None
    return have is not None and same_gpu(need.gpu, have)


def _offer(
    state: ClusterState,
    free: Free,
    job: JobRequest | None,
    start: StartEstimate | None,
    settings: ClusterSettings,
) -> Offer:
    found = known_gpu(free.gpu) if free.gpu else None
    quota = settings.quota_gpus.get(free.gpu_raw)
    nodes = {each.node_id for each in state.nodes if each.gpu_raw == free.gpu_raw}
    return Offer(
        provider=settings.provider,
        gpu=free.gpu,
        gpu_raw=free.gpu_raw,
        form_stated=found.form_stated if found else True,
        count=free.total,
        nodes=len(nodes),
        term=Term.FUND,
        price_per_gpu_hour=settings.prices.get(free.gpu_raw),
        region=settings.region,
        availability=_availability(free, job, start, quota),
        free=free.free,
        whole_nodes=free.whole_nodes,
        largest_block=free.largest_block,
        start=_start(start),
        queue=Queue(pending_jobs=state.queue.jobs, pending_gpus=state.queue.gpus, quota_gpus=quota),
        effective_at=state.measured_at.isoformat(timespec="seconds"),
        method="live",
        source="",
        notes=_notes(free, job, start),
    )


def _availability(
    free: Free, job: JobRequest | None, start: StartEstimate | None, quota: int | None
) -> Availability:
    if quota is not None and quota < (job.gpus if job else 1):
        return Availability.NO_QUOTA
    if start is None:
        return Availability.AVAILABLE if free.free else Availability.NONE
    if start.state == "unknown":
        return Availability.LIMITED if free.free else Availability.UNKNOWN
    return {
        "now": Availability.AVAILABLE,
        "not_later_than": Availability.QUEUED,
        "never": Availability.NONE,
    }[start.state]


def _start(start: StartEstimate | None) -> Start | None:
    if start is None:
        return None
    return Start(
        state=start.state,
        at=start.at,
        bound="not_after" if start.state == "not_later_than" else None,
        method=start.method,
    )


def _notes(free: Free, job: JobRequest | None, start: StartEstimate | None) -> str:
    parts = []
    if free.free >= free.node_size > 1 and not free.whole_nodes:
        parts.append(f"{free.free} free but no node with {free.node_size}")
    if job and start:
        shape = f"{job.nodes} x {job.gpus_on_each} GPUs for {job.minutes} min"
        parts.append(f"start of {shape}: {start.note}" if start.note else f"start of {shape}")
    return "; ".join(parts)
