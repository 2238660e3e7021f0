"""What a queue of Kueue grants a company: its quota, what of it is used, who waits before it.

By the published types of Kueue, kueue.x-k8s.io v1beta1 (0.5 and later) and v1beta2 (0.15 and later,
where `cohort` is `cohortName`). Other companies' queues are summed up; their names go no further.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from tools.clusters.kubernetes import Kind, Labels, quantity

Amount = Annotated[Decimal, BeforeValidator(quantity)]


class _Version(BaseModel):
    version: str


class ApiGroup(BaseModel):
    """The versions in which an API server serves Kueue."""

    versions: list[_Version]


class _Metadata(BaseModel):
    name: str = Field(min_length=1)


class _Quota(BaseModel):
    name: str
    nominalQuota: Amount  # noqa: N815
    borrowingLimit: Amount | None = None  # noqa: N815


class _Flavor(BaseModel):
    name: str
    resources: list[_Quota]


class _Group(BaseModel):
    flavors: list[_Flavor]


class _Used(BaseModel):
    name: str
    total: Amount = Decimal()


class _FlavorUse(BaseModel):
    name: str
    resources: list[_Used] | None = None


class _Condition(BaseModel):
    type: str
    status: str


class _QueueSpec(BaseModel):
    resourceGroups: list[_Group] | None = None  # noqa: N815
    cohort: str | None = Field(
        default=None, validation_alias=AliasChoices("cohort", "cohortName")
    )  # fmt: skip
    queueingStrategy: Literal["StrictFIFO", "BestEffortFIFO"] = "BestEffortFIFO"  # noqa: N815
    stopPolicy: str | None = None  # noqa: N815
    checks: Any = Field(
        default=None, validation_alias=AliasChoices("admissionChecks", "admissionChecksStrategy")
    )  # fmt: skip


class _QueueStatus(BaseModel):
    flavorsReservation: list[_FlavorUse] | None = None  # noqa: N815
    flavorsUsage: list[_FlavorUse] | None = None  # noqa: N815
    pendingWorkloads: int = Field(ge=0)  # noqa: N815
    conditions: list[_Condition] | None = None


class ClusterQueue(BaseModel):
    """A ClusterQueue as the API lists it."""

    metadata: _Metadata
    spec: _QueueSpec
    status: _QueueStatus


class _LocalSpec(BaseModel):
    clusterQueue: str  # noqa: N815
    stopPolicy: str | None = None  # noqa: N815


class LocalQueue(BaseModel):
    """The queue of one company's namespace, and the ClusterQueue behind it."""

    spec: _LocalSpec


class _FlavorSpec(BaseModel):
    nodeLabels: Labels = {}  # noqa: N815


class ResourceFlavor(BaseModel):
    """Which nodes a flavor stands for, by their labels; without labels, all nodes."""

    metadata: _Metadata
    spec: _FlavorSpec = _FlavorSpec()


class _CohortSpec(BaseModel):
    above: str | None = Field(
        default=None, validation_alias=AliasChoices("parent", "parentName")
    )  # fmt: skip


class Cohort(BaseModel):
    """Queues that share what they do not use; one may stand under another."""

    metadata: _Metadata
    spec: _CohortSpec = _CohortSpec()


class _Waiting(BaseModel):
    positionInClusterQueue: int = Field(ge=0)  # noqa: N815


class PendingWorkloads(BaseModel):
    """What waits, by the visibility API. Positions count from 0."""

    items: list[_Waiting] | None


@dataclass(frozen=True, slots=True)
class Quota:
    """GPUs of one kind that a company may use (`gpus`), of these in use (`used`), and how many more
    it may borrow where others leave them (None: no limit is set)."""

    gpus: int
    used: int
    borrow: int | None = 0


@dataclass(frozen=True, slots=True)
class CompanyQueue:
    """The queue of the founder's company among all queues of its cluster.

    `stopped`: the company's own LocalQueue admits nothing. `position`: the place (from 1) of its
    first workload that waits, where the visibility API told. `cohort_known`: False where its cohort
    may share with others that were not seen.
    """

    own: ClusterQueue
    all: Sequence[ClusterQueue]
    flavors: Sequence[ResourceFlavor]
    stopped: bool = False
    position: int | None = None
    cohort_known: bool = True

    @property
    def pending(self) -> int:
        """Workloads that wait for a place, of every company that shares the queue."""
        return self.own.status.pendingWorkloads

    def quota(self, kind: Kind) -> Quota:
        """The quota for a kind of GPU, over all flavors of it."""
        names = self._flavors_of(kind)
        granted = _granted([self.own], kind.device, names)
        used = _used([self.own], kind.device, names)
        limits = [each.borrowingLimit for each in _quotas([self.own], kind.device, names)]
        stated = [int(each) for each in limits if each is not None]
        unlimited = bool(self.own.spec.cohort) and len(stated) < len(limits)
        return Quota(int(granted), int(used), None if unlimited else sum(stated))

    def why_not_now(self, kind: Kind, wanted: Mapping[str, Decimal]) -> str | None:
        """Why a job that needs `wanted` of each resource may not be admitted at once; None where
        its quota allows it."""
        if self.stopped or (self.own.spec.stopPolicy or "None") != "None":
            return "the queue is stopped"
        active = {c.status for c in self.own.status.conditions or () if c.type == "Active"}
        if active and active != {"True"}:
            return "the queue is not active"
        if self.pending and self.own.spec.queueingStrategy == "StrictFIFO":
            return f"{self.pending} workloads wait before it, in strict order"
        if self.own.spec.checks:  # a quota alone does not admit it
            return "its admission depends on further checks"
        if not self.cohort_known:
            return "what its cohort shares with others is not known"
        if not self._admits(kind, wanted):
            return "the quota does not allow it without borrowing"
        return None

    def _flavors_of(self, kind: Kind) -> set[str]:
        """The flavors whose labels some node of the kind has."""
        return {
            flavor.metadata.name
            for flavor in self.flavors
            if any(flavor.spec.nodeLabels.items() <= labels.items() for labels in kind.labels)
        }

    def _cohort(self) -> list[ClusterQueue]:
        name = self.own.spec.cohort
        return [each for each in self.all if each.spec.cohort == name] if name else [self.own]

    def _admits(self, kind: Kind, wanted: Mapping[str, Decimal]) -> bool:
        """Whether each group of resources has one flavor with room for all that is wanted of it.

        A job takes one flavor of a group, never parts of two.
        """
        fitting, granted = self._flavors_of(kind), False
        for group in self.own.spec.resourceGroups or ():
            covered = {
                quota.name for flavor in group.flavors for quota in flavor.resources
            } & wanted.keys()
            names = {flavor.name for flavor in group.flavors}
            if kind.device in covered:
                names, granted = names & fitting, True
            if covered and not any(
                all(self._room(each, name) >= wanted[each] for each in covered) for name in names
            ):
                return False
        return granted

    def _room(self, resource: str, flavor: str) -> Decimal:
        """What is left of the company's own share, unless the cohort has lent it out."""
        return min(
            _granted(queues, resource, {flavor}) - _used(queues, resource, {flavor})
            for queues in ([self.own], self._cohort())
        )


def _quotas(
    queues: Iterable[ClusterQueue], resource: str, flavors: Collection[str]
) -> Iterator[_Quota]:
    for queue in queues:
        for group in queue.spec.resourceGroups or ():
            for flavor in group.flavors:
                if flavor.name in flavors:
                    yield from (each for each in flavor.resources if each.name == resource)


def _granted(queues: Iterable[ClusterQueue], resource: str, flavors: Collection[str]) -> Decimal:
    return sum((each.nominalQuota for each in _quotas(queues, resource, flavors)), Decimal())


def _used(queues: Iterable[ClusterQueue], resource: str, flavors: Collection[str]) -> Decimal:
    """What is taken: reserved for workloads that may not run yet, or used by those that do."""
    return sum(
        (
            max(
                sum(_totals(queue.status.flavorsReservation, resource, name), Decimal()),
                sum(_totals(queue.status.flavorsUsage, resource, name), Decimal()),
            )
            for queue in queues
            for name in flavors
        ),
        Decimal(),
    )


def _totals(uses: Iterable[_FlavorUse] | None, resource: str, flavor: str) -> Iterator[Decimal]:
    for use in uses or ():
        if use.name == flavor:
            yield from (each.total for each in use.resources or () if each.name == resource)
