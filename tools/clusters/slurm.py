"""From what Slurm tells, by command line or by HTTP, to the state of a cluster without names."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.clusters.gres import GpuUse, UnreadableGres, gpus_of, gpus_used
from tools.clusters.slurm_records import (
    SlurmAnswers,
    SlurmJob,
    SlurmNode,
    SlurmReservation,
)
from tools.clusters.state import ClusterState, NodeGpus, Partition, Waiting, Window
from tools.errors import InvalidInput
from tools.gpus import known_gpu

_WORKING = frozenset({"IDLE", "MIXED", "ALLOCATED"})
# What may stand beside them on a node that takes jobs. Every other word takes the node out.
_HARMLESS = frozenset({"COMPLETING", "PLANNED", "CLOUD", "DYNAMIC_NORM", "DYNAMIC_FUTURE"})
_RESERVED = frozenset({"RESERVED", "MAINTENANCE", "MAINT"})
# Reasons that end by themselves: the job waits, but not yet for resources.
_LATER = frozenset({"BeginTime", "Dependency"})
# Flags of a reservation that comes back, and how often at most.
_PERIODS = {
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKDAY": timedelta(days=1),
    "WEEKEND": timedelta(days=1),
    "WEEKLY": timedelta(days=7),
}
# Flags of one whose times are not those that are told: it moves with the clock, or comes back.
_MOVING = frozenset({"TIME_FLOAT", "REOCCURRING"})


def cluster_state(
    answers: SlurmAnswers,
    partition: str | None = None,
    gpu_names: Mapping[str, str] | None = None,
) -> ClusterState:
    """The state of the cluster, or of one `partition` of it, with numbers in place of names.

    `gpu_names` says what the cluster's own words for GPUs mean, where staff have written it down.
    Raises `InvalidInput` for a partition that is not there.
    """
    if partition and partition not in {each.name for each in answers.partitions}:
        raise InvalidInput(f"the cluster has no partition {partition!r}", "see `sinfo`")
    nodes = list({each.name: each for each in answers.nodes}.values())  # each node once
    all_ids = {each.name: number for number, each in enumerate(nodes)}
    if partition:
        nodes = [each for each in nodes if partition in each.partitions]
    ids = {each.name: number for number, each in enumerate(nodes)}
    everywhere = _windows(answers.reservations, all_ids)
    windows = _windows(answers.reservations, ids)
    jobs = answers.jobs
    running = _by_node(jobs or ())
    # A site may hide others' jobs: then some node is used by none that is shown.
    complete = (
        jobs is not None
        and not answers.rules.hides_jobs
        and all(each.name in running for each in nodes if each.cpus_used)
    )
    numbers = {each.name: number for number, each in enumerate(answers.partitions)}
    return ClusterState(
        nodes=tuple(
            gpus
            for each in nodes
            for gpus in _gpus(
                each,
                ids[each.name],
                _Around(answers, windows, running, complete, partition, gpu_names or {}),
            )
        ),
        queue=_queue(answers, everywhere or ()) if complete else Waiting(),
        reservations=windows,
        partitions=tuple(
            Partition(
                partition_id=numbers[each.name],
                node_ids=frozenset(
                    ids[node.name] for node in nodes if each.name in node.partitions
                ),
                is_default=each.is_default,
                up=each.up,
                max_minutes=each.max_minutes,
                max_nodes=each.max_nodes,
            )
            for each in answers.partitions
        ),
        partition=numbers[partition] if partition else None,
        unread_nodes=sum(_totals(each) is None for each in nodes),
        overrun_minutes=answers.rules.overrun_minutes,
        measured_at=answers.measured_at,
    )


def pending_starts(cluster: str, jobs: Iterable[SlurmJob]) -> list[tuple[str, datetime]]:
    """Waiting jobs for which Slurm predicts a start, each under a hash."""
    return [(_hash(cluster, j.task), j.start) for j in jobs if j.waits and j.task and j.start]


def started(cluster: str, jobs: Iterable[SlurmJob]) -> list[tuple[str, datetime]]:
    """Jobs that run, under the same hash, and when they started."""
    return [(_hash(cluster, j.task), j.start) for j in jobs if not j.waits and j.task and j.start]


def _hash(cluster: str, task: str) -> str:
    return hashlib.sha256(f"{cluster}\n{task}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Around:
    answers: SlurmAnswers
    windows: tuple[Window, ...] | None
    running: Mapping[str, Sequence[SlurmJob]]
    complete: bool
    partition: str | None
    gpu_names: Mapping[str, str]


def _by_node(jobs: Iterable[SlurmJob]) -> dict[str, list[SlurmJob]]:
    """The jobs that run on each node."""
    found: dict[str, list[SlurmJob]] = defaultdict(list)
    for job in jobs:
        for name in () if job.waits else job.nodes:
            found[name].append(job)
    return found


def _windows(
    reservations: Sequence[SlurmReservation] | None, ids: Mapping[str, int]
) -> tuple[Window, ...] | None:
    if reservations is None:
        return None
    windows = []
    for each in reservations:
        held = None if each.nodes is None else frozenset(ids[n] for n in each.nodes if n in ids)
        if held is None or held:
            periods = [_PERIODS[flag] for flag in each.flags & _PERIODS.keys()]
            windows.append(
                Window(
                    start=each.start,
                    end=each.end,
                    node_ids=held,
                    every=min(periods, default=None),
                    moves=bool(each.flags & _MOVING) and not periods,
                )
            )
    return tuple(windows)


def _gpus(node: SlurmNode, node_id: int, around: _Around) -> Iterable[NodeGpus]:
    totals = _totals(node) or {}
    jobs = around.running.get(node.name, ())
    used, unreadable = _used(node, totals, jobs)
    why_not = _why_not(node, node_id, around) or unreadable
    cpus, memory = _left(node.cpus, node.cpus_used), _left(node.memory_mb, node.memory_used_mb)
    why_not = why_not or ("no CPU left" if cpus == 0 else "no memory left" if memory == 0 else None)
    for raw, total in totals.items():
        found = known_gpu(around.gpu_names.get(raw, raw))
        yield NodeGpus(
            node_id=node_id,
            gpu_raw=raw,
            gpu=found.key if found else None,
            total=total,
            used=min(total, used.get(raw, 0)),
            usable=why_not is None,
            why_not=why_not,
            in_service=_in_service(node, node_id, around),
            settling="COMPLETING" in node.words or any(j.state == "COMPLETING" for j in jobs),
            cpus_total=node.cpus,
            cpus_free=cpus,
            memory_total_mb=node.memory_mb,
            memory_free_mb=memory,
            features=node.features,
            clear_at=_clear_at(jobs, around),
        )


def _totals(node: SlurmNode) -> dict[str, int] | None:
    """GPUs of a node by type; None where its text is of no known form."""
    try:
        return gpus_of(node.gres)
    except UnreadableGres:
        return None


def _left(total: int | None, used: int | None) -> int | None:
    return None if total is None or used is None else max(0, total - used)


def _used(
    node: SlurmNode, totals: Mapping[str, int], jobs: Sequence[SlurmJob]
) -> tuple[Mapping[str, int], str | None]:
    """Used GPUs by type, and why they cannot be told."""
    try:
        told = _matched(gpus_used(node.gres_used), totals)
        unsure = [raw for raw, use in told.items() if not _sure(use, totals.get(raw, 0))]
        counts = {raw: use.count for raw, use in told.items()}
        if not unsure:
            return counts, None
        if any(node.name not in job.gres_on for job in jobs):
            return counts, None  # what the node is said to use is never too little
        by_jobs: dict[str, int] = defaultdict(int)
        for job in jobs:
            for raw, use in _matched(gpus_used(job.gres_on[node.name]), totals).items():
                by_jobs[raw] += use.count
    except UnreadableGres:
        return totals, "use not readable"
    return by_jobs, None


def _matched(told: Mapping[str, GpuUse], totals: Mapping[str, int]) -> Mapping[str, GpuUse]:
    """Use by the types that the node has: one type may have a name in one place only."""
    if all(raw in totals or not use.count for raw, use in told.items()):
        return told
    if len(totals) > 1:
        raise UnreadableGres("use of a type that the node does not have")
    all_of_it = GpuUse(
        sum(use.count for use in told.values()), all(use.confirmed for use in told.values())
    )
    return dict.fromkeys(totals, all_of_it)


def _sure(use: GpuUse, total: int) -> bool:
    return use.confirmed and use.count <= total


def needs_details(nodes: Iterable[SlurmNode]) -> bool:
    """Whether some node's use is not confirmed yet, so that jobs must be asked where they are."""
    for node in nodes:
        try:
            totals, told = gpus_of(node.gres), gpus_used(node.gres_used)
        except UnreadableGres:
            continue
        if any(not _sure(use, totals.get(raw, 0)) for raw, use in told.items()):
            return True
    return False


def _why_not(node: SlurmNode, node_id: int, around: _Around) -> str | None:
    others = node.words - _WORKING - _HARMLESS
    if others or not node.words & _WORKING:
        return ", ".join(sorted(word.lower().replace("_", " ") for word in others)) or "unknown"
    now = around.answers.measured_at
    if any(each.holds(node_id) and each.start <= now < each.end for each in around.windows or ()):
        return "reserved"
    up = {each.name for each in around.answers.partitions if each.up}
    wanted = {around.partition} if around.partition else set(node.partitions)
    return None if up & wanted else "no partition takes jobs"


def _in_service(node: SlurmNode, node_id: int, around: _Around) -> bool:
    """Whether it will take jobs without anyone doing something: now, or after a reservation."""
    others = node.words - _WORKING - _HARMLESS
    held = any(each.holds(node_id) for each in around.windows or ())
    return not others or (held and others <= _RESERVED and bool(node.words & (_WORKING | others)))


def _clear_at(jobs: Sequence[SlurmJob], around: _Around) -> datetime | None:
    if not around.complete:
        return None
    ends = [each.last_end for each in jobs]
    known = [each for each in ends if each is not None]
    if len(known) < len(ends):
        return None
    return max([around.answers.measured_at, *known])


def _queue(answers: SlurmAnswers, windows: Sequence[Window]) -> Waiting:
    jobs = answers.jobs or ()
    waiting = [each for each in jobs if each.waits]
    rivals = [each for each in waiting if not each.stuck]
    later = [each for each in rivals if each.reason in _LATER]
    # A job that waits before ours may need any node, not only those of our kind or partition.
    ends = [each.last_end for each in jobs if each.nodes and not each.waits]
    ends += [each.start for each in later if each.reason == "BeginTime"]
    ends += [each.end for each in windows]
    bounded = answers.rules.backfills and None not in ends and all(each.once for each in windows)
    return Waiting(
        jobs=_sum(each.copies for each in waiting),
        gpus=_sum(_times(each.gpus, each.copies) for each in waiting),
        ready=_sum(each.copies for each in rivals if each.reason not in _LATER),
        rivals=_sum(each.copies for each in rivals),
        rival_minutes=_sum(_times(each.minutes, each.copies) for each in rivals)
        if bounded
        else None,
        rivals_from=max((each for each in ends if each), default=None) if rivals else None,
    )


def _times(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for each in numbers:
        if each is None:
            return None
        total += each
    return total
