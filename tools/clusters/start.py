"""When a job could start: now, not later than some time, unknown, or never; and by what method."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tools.clusters.state import (
    ClusterState,
    JobRequest,
    NodeGpus,
    Partition,
    StartEstimate,
    Window,
    matching,
)

# Between the end of one job and the start of the next: kill, epilog, the scheduler's cycle.
TURNOVER = timedelta(minutes=2)
# A bound further away than this says nothing about when.
HORIZON = timedelta(days=30)
_AT_ONCE = timedelta(minutes=1)

ARITHMETIC = "arithmetic"
TIME_LIMITS = "time limits"
TEST_ONLY = "sbatch --test-only"
_ON_CONDITION = "if jobs end at their limits, none of higher priority comes and no node fails"


class SchedulerAnswer(BaseModel):
    """What the scheduler itself says of a job that is only tried out.

    "start" comes with `at`; "refused": no nodes as it is now; "failed": no answer.
    """

    model_config = ConfigDict(frozen=True)

    said: Literal["start", "refused", "failed"]
    at: AwareDatetime | None = None


def fits_now(state: ClusterState, job: JobRequest) -> bool:
    """Whether the GPUs, CPUs and memory are free and no reservation comes in between.

    Nodes of the founders' partition only. What is not known does not fit. Waiting jobs are not
    looked at: `estimate_start` does.
    """
    partition = founders_partition(state)
    if partition is None or state.reservations is None or not _allows(partition, job):
        return False
    now = state.measured_at
    ready = [
        each
        for each in _in(partition, state, job)
        if each.usable
        and not each.settling
        and _enough(each.free, each.cpus_free, each.memory_free_mb, job)
        and not _reserved(each, state.reservations, now, now + job.duration)
    ]
    return len(ready) >= job.nodes


def estimate_start(
    state: ClusterState, job: JobRequest, answer: SchedulerAnswer | None = None
) -> StartEstimate:
    """When `job` could start. `answer` is the scheduler's own, where it was asked.

    "now" needs free GPUs, CPUs and memory, no reservation in between, no job that waits before it,
    and a scheduler that does not say otherwise. With no job waiting the scheduler's answer bounds
    the start; with jobs waiting its answer is no bound (it ignores how they block each other), and
    the bound is the time when all that run and wait have used up their limits, one after another.
    """
    partition = founders_partition(state)
    if partition is None:
        return _unknown(ARITHMETIC, "which partition founders use is not known")
    impossible = _why_never(state, partition, job)
    if impossible:
        return StartEstimate(state="never", method=ARITHMETIC, note=impossible)
    if not partition.up:
        return _unknown(ARITHMETIC, "the partition takes no jobs now")
    serving = [each for each in _able(partition, state, job) if each.in_service]
    if len(serving) < job.nodes:
        return _unknown(ARITHMETIC, "too many of its nodes are out of service")
    if state.queue.ready is None or state.reservations is None:
        return _unknown(ARITHMETIC, "waiting jobs or reservations could not be read")
    if state.queue.ready == 0 and fits_now(state, job):
        return _now(state, answer)
    if state.queue.rivals:
        return _after_all(state, job, serving, answer)
    return _after_running(state, job, serving, answer)


def _now(state: ClusterState, answer: SchedulerAnswer | None) -> StartEstimate:
    if answer is None or answer.said == "failed":
        return StartEstimate(state="now", method=ARITHMETIC, note="the scheduler was not asked")
    if answer.said == "refused":
        return _unknown(TEST_ONLY, "it is free, yet the scheduler refuses the job: a limit or rule")
    if answer.at and answer.at <= state.measured_at + _AT_ONCE:
        return StartEstimate(state="now", method=f"{ARITHMETIC}, {TEST_ONLY}")
    return _bound(state, answer.at, TEST_ONLY)


def _after_running(
    state: ClusterState, job: JobRequest, serving: list[NodeGpus], answer: SchedulerAnswer | None
) -> StartEstimate:
    if state.overrun_minutes is None:
        return _unknown(TIME_LIMITS, "jobs may run beyond their time limits")
    late = timedelta(minutes=state.overrun_minutes)
    if answer and answer.at:
        return _bound(state, answer.at + late, TEST_ONLY)
    windows = state.reservations or ()
    if any(each.moves or each.node_ids is None for each in windows):
        return _unknown(TIME_LIMITS, "a reservation moves or names no nodes")
    known = [(each, each.clear_at + late) for each in serving if each.clear_at]
    times = {state.measured_at, *(at for _, at in known), *(each.end for each in windows)}
    for time in sorted(times):
        clear = [
            node
            for node, at in known
            if at <= time and not _reserved(node, windows, time, time + TURNOVER + job.duration)
        ]
        if len(clear) >= job.nodes:
            return _bound(state, time, TIME_LIMITS)
    return _unknown(TIME_LIMITS, "a running job has no time limit, or reservations leave no room")


def _after_all(
    state: ClusterState, job: JobRequest, serving: list[NodeGpus], answer: SchedulerAnswer | None
) -> StartEstimate:
    queue, windows = state.queue, state.reservations or ()
    told = [f"jobs that wait before it: {'unknown' if queue.rivals is None else queue.rivals}"]
    if fits_now(state, job):
        told.append("it fits now and may start before them")
    if answer and answer.at and answer.at <= state.measured_at + HORIZON:
        told.append(f"Slurm's test says {answer.at:%Y-%m-%d %H:%M} UTC, which is no bound")
    note = "; ".join(told)
    ends = [each.clear_at for each in serving]
    late = state.overrun_minutes
    if None in (queue.rivals, queue.rival_minutes, late, *ends):
        return _unknown(TIME_LIMITS, f"no end is known of what runs and waits; {note}")
    if not all(each.once for each in windows):
        return _unknown(TIME_LIMITS, f"a reservation comes back; {note}")
    latest = [state.measured_at, *(at for at in ends if at), *(each.end for each in windows)]
    if queue.rivals_from:
        latest.append(queue.rivals_from)
    rivals, overrun = queue.rivals or 0, timedelta(minutes=late or 0)
    one_by_one = timedelta(minutes=queue.rival_minutes or 0) + rivals * (TURNOVER + overrun)
    return _bound(state, max(latest) + overrun + one_by_one, TIME_LIMITS, note)


def _bound(state: ClusterState, at: datetime | None, method: str, note: str = "") -> StartEstimate:
    if at is None or at > state.measured_at + HORIZON:
        far = f"the bound is more than {HORIZON.days} days away"
        return _unknown(method, f"{far}; {note}" if note else far)
    # A bound in the past would be no bound for a job that is submitted now.
    at = max(at, state.measured_at) + TURNOVER
    text = f"{note}; {_ON_CONDITION}" if note else _ON_CONDITION
    return StartEstimate(state="not_later_than", at=at, method=method, note=text)


def _unknown(method: str, note: str) -> StartEstimate:
    return StartEstimate(state="unknown", method=method, note=note)


def founders_partition(state: ClusterState) -> Partition | None:
    """The partition that founders use: the one set, else the default one; None: not known."""
    if state.partition is not None:
        chosen = [each for each in state.partitions if each.partition_id == state.partition]
    elif len(state.partitions) == 1:
        chosen = list(state.partitions)
    else:
        chosen = [each for each in state.partitions if each.is_default]
    return chosen[0] if chosen else None


def _allows(partition: Partition, job: JobRequest) -> bool:
    minutes = partition.max_minutes is None or job.minutes <= partition.max_minutes
    nodes = partition.max_nodes is None or job.nodes <= partition.max_nodes
    return minutes and nodes


def _in(partition: Partition, state: ClusterState, job: JobRequest) -> list[NodeGpus]:
    return [each for each in matching(state.nodes, job.gpu) if each.node_id in partition.node_ids]


def _able(partition: Partition, state: ClusterState, job: JobRequest) -> list[NodeGpus]:
    """Nodes that could hold their share of the job, were they empty."""
    return [
        each
        for each in _in(partition, state, job)
        if _enough(each.total, each.cpus_total, each.memory_total_mb, job)
    ]


def _why_never(state: ClusterState, partition: Partition, job: JobRequest) -> str:
    if partition.max_minutes is not None and job.minutes > partition.max_minutes:
        return f"longer than the partition's limit of {partition.max_minutes} minutes"
    if partition.max_nodes is not None and job.nodes > partition.max_nodes:
        return f"more nodes than the partition's limit of {partition.max_nodes}"
    able = len(_able(partition, state, job))
    if able >= job.nodes:
        return ""
    return f"needs {job.nodes} nodes with {job.gpus_on_each} such GPUs, the partition has {able}"


def _enough(gpus: int, cpus: int | None, memory_mb: int | None, job: JobRequest) -> bool:
    each = job.gpus_on_each
    return (
        gpus >= each
        and cpus is not None
        and cpus >= each * job.cpus_per_gpu
        and memory_mb is not None
        and memory_mb >= each * job.memory_mb_per_gpu
    )


def _reserved(node: NodeGpus, windows: tuple[Window, ...], start: datetime, end: datetime) -> bool:
    return any(each.holds(node.node_id) and each.overlaps(start, end) for each in windows)
