"""From nodes and pods as Kubernetes lists them to the state of a cluster without names.

Read by the published types of Kubernetes core/v1 (stable since 1.0; sidecars since 1.29) and the
labels of GPU Feature Discovery (k8s-device-plugin 0.17). Of a pod only the node that it runs on,
what it asks for and whether it has ended are read; its name, labels and namespace are not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from tools.clusters.state import ClusterState, NodeGpus, Partition, Waiting
from tools.gpu_parts import gpu_of
from tools.gpus import Gpu, known_gpu

GPU = "nvidia.com/gpu"
"""The resource that one whole GPU is, and the taint that keeps other pods off GPU nodes."""
_DEVICE = re.compile(r"nvidia\.com/(?:gpu|mig-[a-z0-9.+-]+?)(?:\.shared)?", re.ASCII)
_PRODUCT, _MEMORY = "nvidia.com/gpu.product", "nvidia.com/gpu.memory"
_SHARING, _REPLICAS = "nvidia.com/gpu.sharing-strategy", "nvidia.com/gpu.replicas"
_QUANTITY = re.compile(
    r"(\+?(?:\d{1,18}(?:\.\d{0,9})?|\.\d{1,9}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?",
    re.ASCII,
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_MEBIBYTE = 1024**2
_ENDED = frozenset({"Succeeded", "Failed"})
_KEEPS_OFF = frozenset({"NoSchedule", "NoExecute"})


def quantity(value: object) -> Decimal:
    """A quantity as Kubernetes writes it: "8", 8, "1500m", "2Ti", "1e3".

    Raises `ValueError` for what is none, and for a negative one.
    """
    text = str(value) if isinstance(value, str | int | Decimal) else ""
    match = _QUANTITY.fullmatch(text) if not isinstance(value, bool) else None
    if match is None:
        raise ValueError("not a quantity")
    number, suffix, exponent = match.groups()
    if suffix in _BINARY:
        return Decimal(number) * Decimal(1024 ** _BINARY[suffix])
    return Decimal(number).scaleb(_DECIMAL[suffix] if suffix else int(exponent or 0))


def _amounts(value: object) -> dict[str, Decimal]:
    """CPUs, memory and GPUs of a list of resources; others are not read."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("no list of resources")
    found = {
        name: quantity(amount)
        for name, amount in value.items()
        if name in ("cpu", "memory") or _DEVICE.fullmatch(name)
    }
    if any(_DEVICE.fullmatch(name) and amount % 1 for name, amount in found.items()):
        raise ValueError("a part of a GPU")
    return found


def labels_of(value: object) -> dict[str, str]:
    """Labels as text; an error names none of them, for a label may name a company.

    Raises `ValueError`.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("no labels")
    return value


Amounts = Annotated[dict[str, Decimal], BeforeValidator(_amounts)]
Labels = Annotated[dict[str, str], BeforeValidator(labels_of)]


class _Taint(BaseModel):
    key: str
    effect: str


class _Condition(BaseModel):
    type: str
    status: str


class _Named(BaseModel):
    name: str = Field(min_length=1)
    labels: Labels = {}
    deletionTimestamp: str | None = None  # noqa: N815


class _NodeSpec(BaseModel):
    unschedulable: bool | None = None
    taints: list[_Taint] | None = None


class _NodeStatus(BaseModel):
    allocatable: Amounts
    conditions: list[_Condition]


class Node(BaseModel):
    """A node as the API lists it. Its name tells its pods and goes no further."""

    metadata: _Named
    spec: _NodeSpec
    status: _NodeStatus


class _Resources(BaseModel):
    requests: Amounts = {}
    limits: Amounts = {}

    @property
    def asked(self) -> dict[str, Decimal]:
        """What is asked for; where only a limit is stated, the limit is asked for."""
        return self.limits | self.requests


class _Container(BaseModel):
    resources: _Resources = _Resources()
    restartPolicy: str | None = None  # noqa: N815


class _PodSpec(BaseModel):
    containers: list[_Container] = Field(min_length=1)
    initContainers: list[_Container] | None = None  # noqa: N815
    overhead: Amounts = {}
    nodeName: str | None = None  # noqa: N815


class _PodStatus(BaseModel):
    phase: str


class Pod(BaseModel):
    """A pod as the API lists it, without anything that names it."""

    spec: _PodSpec
    status: _PodStatus

    @model_validator(mode="after")
    def _is_somewhere(self) -> Pod:
        if self.status.phase == "Running" and not self.spec.nodeName:
            raise ValueError("it runs on no node")
        return self

    @property
    def ended(self) -> bool:
        """Whether it holds nothing any more. One that is being deleted still holds its GPUs."""
        return self.status.phase in _ENDED

    def asked(self) -> dict[str, Decimal]:
        """What it needs at its widest: all containers together, or while it starts.

        Init containers run one after another, before the others; one that restarts always (a
        sidecar) goes on beside all that start after it. By the documentation of Kubernetes,
        "Sidecar containers", 1.33.
        """
        sidecars: dict[str, Decimal] = {}
        widest: dict[str, Decimal] = {}
        for each in self.spec.initContainers or ():
            asked = each.resources.asked
            if each.restartPolicy == "Always":
                sidecars = _sum(sidecars, asked)
                asked = {}
            widest = _most(widest, _sum(sidecars, asked))
        together = sidecars
        for each in self.spec.containers:
            together = _sum(together, each.resources.asked)
        return _sum(_most(widest, together), self.spec.overhead)


def _sum(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {name: one.get(name, Decimal()) + other.get(name, Decimal()) for name in {*one, *other}}


def _most(one: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {
        name: max(one.get(name, Decimal()), other.get(name, Decimal())) for name in {*one, *other}
    }


def cluster_state(
    nodes: Sequence[Node],
    pods: Sequence[Pod] | None,
    now: datetime,
    gpu_names: Mapping[str, str],
    tolerated: Sequence[str] = (GPU,),
) -> ClusterState:
    """The cluster as its nodes and pods are; without `pods` no node can be said to have room.

    `tolerated` are the keys of taints with which pods of
    founders may live; `gpu_names` is what the cluster's words for GPUs mean, where staff say so.

    Waiting "jobs" are pods that ask for GPUs and have no node; their GPUs are whole ones only.
    """
    used: dict[str, dict[str, Decimal]] = defaultdict(dict)
    waiting = []
    for pod in pods or ():
        if pod.ended:
            continue
        asked = pod.asked()
        if pod.spec.nodeName:
            used[pod.spec.nodeName] = _sum(used[pod.spec.nodeName], asked)
        elif any(amount for name, amount in asked.items() if _DEVICE.fullmatch(name)):
            waiting.append(asked)
    listed = [
        entry
        for number, node in enumerate(nodes)
        for entry in _gpus(
            number,
            node,
            used.get(node.metadata.name, {}),
            gpu_names,
            _why_not(node, tolerated) if pods is not None else "its pods are not known",
        )
    ]
    return ClusterState(
        nodes=tuple(listed),
        queue=Waiting()
        if pods is None
        else Waiting(jobs=len(waiting), gpus=sum(int(each.get(GPU, 0)) for each in waiting)),
        partitions=(
            Partition(
                partition_id=0,
                node_ids=frozenset(range(len(nodes))),
                is_default=True,
            ),
        ),
        measured_at=now,
    )


def _gpus(
    number: int,
    node: Node,
    used: Mapping[str, Decimal],
    gpu_names: Mapping[str, str],
    why_not: str | None,
) -> Iterator[NodeGpus]:
    has = node.status.allocatable
    cpus, memory = has.get("cpu"), has.get("memory")
    free_cpus = None if cpus is None else max(cpus - used.get("cpu", Decimal()), Decimal())
    free_memory = None if memory is None else max(memory - used.get("memory", Decimal()), Decimal())
    for device, total in has.items():
        if not _DEVICE.fullmatch(device) or not total:
            continue
        raw, found = kind(node.metadata.labels, device, gpu_names)
        yield NodeGpus(
            node_id=number,
            gpu_raw=raw,
            gpu=found.key if found else None,
            total=int(total),
            used=int(min(total, used.get(device, Decimal()))),
            usable=why_not is None,
            why_not=why_not,
            in_service=why_not is None,
            cpus_total=None if cpus is None else int(cpus),
            cpus_free=None if free_cpus is None else int(free_cpus),
            memory_total_mb=None if memory is None else int(memory / _MEBIBYTE),
            memory_free_mb=None if free_memory is None else int(free_memory / _MEBIBYTE),
        )


def _why_not(node: Node, tolerated: Sequence[str]) -> str | None:
    """Why no pod of a founder can start on a node. A taint's key may name a company: it is not
    told."""
    if node.metadata.deletionTimestamp:
        return "being removed"
    if node.spec.unschedulable:
        return "cordoned"
    ready = {each.status for each in node.status.conditions if each.type == "Ready"}
    if ready != {"True"}:
        return "not ready"
    taints = node.spec.taints or ()
    if any(each.effect in _KEEPS_OFF and each.key not in tolerated for each in taints):
        return "kept for others"
    return None


def kind(
    labels: Mapping[str, str], device: str, gpu_names: Mapping[str, str]
) -> tuple[str, Gpu | None]:
    """The cluster's own word for what `device` is on a node with `labels`, and the GPU it means.

    A part of a GPU (MIG) and a GPU that several share (time-slicing, MPS) are kinds of their own,
    never the GPU itself.
    """
    product = labels.get(_PRODUCT, "")
    raw = product or device
    if device.removesuffix(".shared") != GPU:
        raw = f"{product} {device.removeprefix('nvidia.com/')}".strip()
    shared = (
        device.endswith(".shared")
        or product.endswith("-SHARED")
        or labels.get(_SHARING, "none") not in ("", "none")
        or labels.get(_REPLICAS, "1") not in ("", "0", "1")
    )
    if shared and not raw.endswith("-SHARED"):
        raw = f"{raw}-SHARED"
    if raw in gpu_names:
        return raw, known_gpu(gpu_names[raw])
    if shared or not product:
        return raw, None
    if device != GPU:
        return raw, known_gpu(raw.replace(" mig-", "-MIG-"))
    if "-MIG-" in product:
        return raw, known_gpu(product)
    memory = labels.get(_MEMORY, "")
    gb = round(Decimal(memory) / 1024) if memory.isascii() and memory.isdigit() else None
    return raw, gpu_of(product, None, gb)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of GPU of a cluster: the resource that stands for it, and its nodes' labels."""

    device: str
    labels: tuple[Mapping[str, str], ...]


def kinds(nodes: Sequence[Node], gpu_names: Mapping[str, str]) -> dict[str, Kind]:
    """The kinds of GPU by the cluster's own word for each."""
    found: dict[str, Kind] = {}
    for node in nodes:
        labels = node.metadata.labels
        for device, total in node.status.allocatable.items():
            if not _DEVICE.fullmatch(device) or not total:
                continue
            raw, _ = kind(labels, device, gpu_names)
            before = found[raw].labels if raw in found else ()
            found[raw] = Kind(device, (*before, labels))
    return found
