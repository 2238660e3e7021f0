"""What a cluster has and what is free in it: free GPUs, whole free nodes, the largest block.

Nodes and partitions are numbers here. Users, accounts, jobs and their names never enter a type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tools.gpus import Gpu, known_gpu, same_gpu

Count = Annotated[int, Field(ge=0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class NodeGpus(_Frozen):
    """GPUs of one type in one node; a node of two types is two of these with one `node_id`.

    `gpu_raw` is the cluster's own word for the type, `gpu` its key or None where not known.
    `used` never exceeds `total`. `why_not` says why no job can start here (not `usable`).
    `clear_at`: when the last job here has reached its time limit (`measured_at` of the state for a
    node without jobs), None where not known. `settling`: a job here is still being cleared away.
    Free CPUs and memory (MB) are None where not known.
    """

    node_id: Count
    gpu_raw: str
    gpu: str | None
    total: Count
    used: Count
    usable: bool
    why_not: str | None = None
    in_service: bool = True
    settling: bool = False
    cpus_total: Count | None = None
    cpus_free: Count | None = None
    memory_total_mb: Count | None = None
    memory_free_mb: Count | None = None
    features: tuple[str, ...] = ()
    clear_at: AwareDatetime | None = None

    @property
    def free(self) -> int:
        """GPUs that a job could take now: none where the node cannot be used."""
        return self.total - self.used if self.usable else 0


class Window(_Frozen):
    """Nodes that are reserved for others, or for maintenance, between two times.

    `node_ids` None: which nodes is not stated. `every`: it comes back after so long, again and
    again. `moves`: its times change, how is not listed.
    """

    start: AwareDatetime
    end: AwareDatetime
    node_ids: frozenset[int] | None
    every: timedelta | None = None
    moves: bool = False

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether some time belongs to both; touching is not overlapping."""
        # The first of its times that ends after `start` is the one that can meet it.
        over = max(0, (start - self.end) // self.every + 1) if self.every else 0
        late = over * (self.every or timedelta())
        return self.start + late < end and start < self.end + late

    @property
    def once(self) -> bool:
        """Whether it is over for good at its end."""
        return self.every is None and not self.moves

    def holds(self, node_id: int) -> bool:
        """Whether the node is in it, or may be."""
        return self.node_ids is None or node_id in self.node_ids


class Partition(_Frozen):
    """Nodes that one queue may use, its limits (None: none) and whether it takes jobs."""

    partition_id: Count
    node_ids: frozenset[int]
    is_default: bool = False
    up: bool = True
    max_minutes: Count | None = None
    max_nodes: Count | None = None


class Waiting(_Frozen):
    """Jobs that wait, as sums. None: not known.

    `jobs` and `gpus` are all that wait. `ready`: jobs that only wait for resources. `rivals`: these
    and those that will be ready by themselves (a start time, another job's end); `rival_minutes`
    is the sum of their time limits, `rivals_from` the latest time that one may have to wait for:
    its own begin, the end of a job that runs, or of a reservation, anywhere in the cluster.
    """

    jobs: Count | None = None
    gpus: Count | None = None
    ready: Count | None = None
    rivals: Count | None = None
    rival_minutes: Count | None = None
    rivals_from: AwareDatetime | None = None


class ClusterState(_Frozen):
    """One look at a cluster. `partition` is the number of the partition that founders use;
    `overrun_minutes`: how far beyond its time limit a job may run, None where there is no end;
    `unread_nodes`: nodes whose GPUs could not be read, and which are left out."""

    nodes: tuple[NodeGpus, ...]
    queue: Waiting = Waiting()
    reservations: tuple[Window, ...] | None = ()
    partitions: tuple[Partition, ...] = ()
    partition: int | None = None
    overrun_minutes: Count | None = 0
    unread_nodes: Count = 0
    measured_at: AwareDatetime


class JobRequest(_Frozen):
    """What a job asks for: `gpus` in all, split evenly over nodes of at most `per_node`.

    `gpu` is a name or key. CPUs and memory are per GPU.
    """

    gpu: str
    gpus: Annotated[int, Field(ge=1)]
    per_node: Annotated[int, Field(ge=1)] = 8
    minutes: Annotated[int, Field(ge=1)] = 60
    cpus_per_gpu: Annotated[int, Field(ge=1)] = 1
    memory_mb_per_gpu: Count = 0

    @property
    def nodes(self) -> int:
        """How many nodes the job takes."""
        return -(-self.gpus // self.per_node)

    @property
    def gpus_on_each(self) -> int:
        """GPUs it takes on each of its nodes: 12 with at most 8 a node are two times 6."""
        return -(-self.gpus // self.nodes)

    @property
    def duration(self) -> timedelta:
        """How long the job may run."""
        return timedelta(minutes=self.minutes)


class Free(_Frozen):
    """The numbers of one GPU type: none of them follows from another."""

    gpu_raw: str
    gpu: str | None
    total: Count
    free: Count
    whole_nodes: Count
    largest_block: Count
    node_size: Count


def matching(nodes: Iterable[NodeGpus], gpu: str) -> list[NodeGpus]:
    """The nodes whose GPUs may answer a wish for `gpu`: a name, a key, or the cluster's own word.

    A partition of a GPU (MIG) answers only to its own word.
    """
    listed = list(nodes)
    exact = [each for each in listed if each.gpu_raw == gpu]
    wanted = known_gpu(gpu)
    if exact or wanted is None:
        return exact
    return [each for each in listed if _answers(wanted, each)]


def _answers(wanted: Gpu, node: NodeGpus) -> bool:
    have = known_gpu(node.gpu) if node.gpu else None
    return have is not None and same_gpu(wanted, have)


def free_by_type(state: ClusterState) -> list[Free]:
    """The numbers of each GPU type of the cluster, in the cluster's own words.

    A whole node is one with all GPUs of that type free, of the size that most nodes have.
    """
    types: dict[str, list[NodeGpus]] = defaultdict(list)
    for each in state.nodes:
        types[each.gpu_raw].append(each)
    found = []
    for raw, nodes in sorted(types.items()):
        sizes = [each.total for each in nodes]
        size = max(set(sizes), key=lambda one: (sizes.count(one), one))
        found.append(
            Free(
                gpu_raw=raw,
                gpu=nodes[0].gpu,
                total=sum(sizes),
                free=sum(each.free for each in nodes),
                whole_nodes=sum(each.free >= size > 0 for each in nodes),
                largest_block=max(each.free for each in nodes),
                node_size=size,
            )
        )
    return found


StartState = Literal["now", "not_later_than", "unknown", "never"]


class StartEstimate(_Frozen):
    """When a job could start. `at` is set for "not_later_than" only: an upper bound.

    A bound holds for the jobs that are known now and their time limits: a job of higher priority
    that comes later, or a node that fails, can delay the start. `method` and `note` say how it was
    found and what it does not know.
    """

    state: StartState
    at: AwareDatetime | None = None
    method: str
    note: str = ""
