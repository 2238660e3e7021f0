"""What Slurm tells, by command line or by HTTP, as records.

They still hold names of nodes and partitions; they never hold users, accounts or names of jobs,
and none of them leaves the adapters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

# Reasons for which a job waits until a person does something: it takes no place in the queue.
_STUCK = frozenset(
    "PartitionTimeLimit PartitionNodeLimit BadConstraints DependencyNeverSatisfied".split()
)
_HELD = "held"  # JobHeldUser, JobHeldAdmin, "job requeued in held state"


class UnreadableAnswer(ValueError):
    """Slurm's answer is not of the known form; it says what is missing."""


@dataclass(frozen=True, slots=True)
class SlurmNode:
    """A node as Slurm tells it. `words`: its state and flags, in capitals."""

    name: str
    words: frozenset[str]
    gres: str
    gres_used: str
    partitions: tuple[str, ...]
    cpus: int | None
    cpus_used: int | None
    memory_mb: int | None
    memory_used_mb: int | None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlurmJob:
    """A job that runs or waits. `copies`: tasks of an array that wait in one record, None where
    that is not known; `task` is the number that stays the same when it starts, "" where one record
    stands for many.

    `minutes` is its time limit; None where it has none or it is not known. `gres_on`: its GPUs on
    each of its nodes, where Slurm told.
    """

    number: str
    state: str
    task: str = ""
    nodes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    minutes: int | None = None
    reason: str = ""
    gpus: int | None = None
    copies: int | None = 1
    gres_on: Mapping[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether it has not started yet."""
        return self.state == "PENDING"

    @property
    def stuck(self) -> bool:
        """Whether it waits until a person does something."""
        return self.reason in _STUCK or _HELD in self.reason.lower()

    @property
    def last_end(self) -> datetime | None:
        """When it has used up its time limit; None where that is not known."""
        return self.end if self.minutes is not None and self.state != "SUSPENDED" else None


@dataclass(frozen=True, slots=True)
class SlurmPartition:
    """A partition; limits are None where it has none."""

    name: str
    is_default: bool
    up: bool
    max_minutes: int | None
    max_nodes: int | None


@dataclass(frozen=True, slots=True)
class SlurmReservation:
    """A reservation. `nodes` None: which nodes is not stated."""

    start: datetime
    end: datetime
    nodes: tuple[str, ...] | None
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class SlurmRules:
    """How the cluster is set up. `overrun_minutes`: how far beyond its limit a job may run, None
    where there is no end. `hides_jobs`: users see only their own. `backfills`: a job that cannot
    start does not hold up all behind it. Where it was not told, what is usual is assumed."""

    overrun_minutes: int | None = 0
    hides_jobs: bool = False
    backfills: bool = True


@dataclass(frozen=True, slots=True)
class SlurmAnswers:
    """One round of answers. None: that question was not answered."""

    nodes: Sequence[SlurmNode]
    partitions: Sequence[SlurmPartition]
    jobs: Sequence[SlurmJob] | None
    reservations: Sequence[SlurmReservation] | None
    measured_at: datetime
    rules: SlurmRules = SlurmRules()
