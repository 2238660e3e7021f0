"""A cluster of the fund on Kubernetes, with the queue of Kueue that the founder's company uses.

API: Kubernetes core/v1 (`/api/v1/nodes` and `/pods`, paged by limit and continue), Kueue
kueue.x-k8s.io v1beta1 or v1beta2 and visibility.kueue.x-k8s.io (github.com/kubernetes-sigs/kueue,
apis/, up to 0.15). Kubernetes predicts no starts: a job either fits now or nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, model_validator

from tools.clusters.kubernetes import GPU, Kind, Node, Pod, cluster_state, kinds
from tools.clusters.kueue import (
    ApiGroup,
    ClusterQueue,
    Cohort,
    CompanyQueue,
    LocalQueue,
    PendingWorkloads,
    ResourceFlavor,
)
from tools.clusters.offers import ClusterSettings, cluster_offers, requests
from tools.clusters.start import ARITHMETIC, fits_now
from tools.clusters.state import ClusterState, JobRequest
from tools.errors import SourceFailed
from tools.needs import Need
from tools.offers import Availability, Offer, Start
from tools.sources.source import (
    LOOPBACK,
    Asking,
    Findings,
    Key,
    OwnHttpConfig,
    Pace,
    Source,
    read_rows,
)

_KEY = "KUBERNETES_TOKEN"
_HINT = "its interface may have changed"
_PAGE = 250
_MEBIBYTE = 1024**2
_KUEUE = "kueue.x-k8s.io"
_READABLE = ("v1beta2", "v1beta1")
_NAME = r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
_LOCAL_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"
Row = TypeVar("Row", bound=BaseModel)


class Config(ClusterSettings, OwnHttpConfig):
    """`cluster_queue` or `local_queue` ("namespace/name") is Kueue's queue of the founder's
    company; without one, no quota is asked for. `tolerated_taints` are the keys of taints that
    founders' pods tolerate."""

    deadline_s: float = Field(default=10, gt=0, le=60, allow_inf_nan=False)
    cluster_queue: str | None = Field(default=None, pattern=_NAME)
    local_queue: str | None = Field(default=None, pattern=_LOCAL_NAME)
    tolerated_taints: tuple[str, ...] = (GPU,)

    @model_validator(mode="after")
    def _one_queue(self) -> Config:
        if self.cluster_queue and self.local_queue:
            raise ValueError("cluster_queue or local_queue, not both")
        if self.partition:
            raise ValueError("Kubernetes has no partition; see local_queue and tolerated_taints")
        return self


@dataclass(frozen=True, slots=True)
class _Company:
    """What is known of the company's queue; `trouble` says why nothing is."""

    queue: CompanyQueue | None = None
    trouble: str = ""


class _Api:
    """Questions to one API server."""

    def __init__(self, asking: Asking[Config]) -> None:
        self._http = asking.http
        local = urlsplit(asking.config.url).hostname in LOOPBACK
        # `kubectl proxy` on this machine brings its own rights.
        bare = local and _KEY not in asking.keys
        self._headers = {} if bare else {"authorization": f"Bearer {asking.key(_KEY)}"}

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        return await self._http.get(path, params=params, headers=self._headers)

    async def rows(
        self, path: str, model: type[Row], what: str, **params: str
    ) -> tuple[list[Row], int]:
        """The items of a list by their schema, and how many did not fit it. A list that expires
        between two pages is read once more. Raises `SourceFailed`."""
        try:
            return await self._pages(path, model, what, params)
        except SourceFailed as failure:
            if failure.status != 410:
                raise
        return await self._pages(path, model, what, params)

    async def every(self, path: str, model: type[Row], what: str, **params: str) -> list[Row]:
        """The items of a list of which none may be missing, as where sums are made of them."""
        rows, unread = await self.rows(path, model, what, **params)
        if unread:
            raise SourceFailed("answer", f"{unread} {what} cannot be read", _HINT)
        return rows

    async def _pages(
        self, path: str, model: type[Row], what: str, params: Mapping[str, str]
    ) -> tuple[list[Row], int]:
        rows: list[Row] = []
        unread, token = 0, ""
        while True:
            more = {"continue": token} if token else {}
            page = await self.get(path, {"limit": _PAGE, **params, **more})
            # Page by page: all pods of a large cluster as they come would fill the memory.
            found, odd = read_rows(
                page.get("items") if isinstance(page, dict) else None, model, what
            )
            rows += found
            unread += odd
            meta = page.get("metadata")
            after = meta.get("continue") if isinstance(meta, dict) else None
            if not after:
                return rows, unread
            if not isinstance(after, str) or after == token:
                raise SourceFailed("answer", "a list goes in a circle", "ask its administrator")
            token = after


async def _fetch(asking: Asking[Config]) -> Findings:
    api, config, now = _Api(asking), asking.config, asking.now()
    nodes, unread = await api.rows("/api/v1/nodes", Node, "nodes")
    pods = await _pods(api)
    company = await _company(api, config)
    state = cluster_state(nodes, pods, now, config.gpu_names, config.tolerated_taints)
    by_word = kinds(nodes, config.gpu_names)
    jobs = requests(state, asking.need, config)
    offers = [
        _offer(offer, by_word[offer.gpu_raw], jobs.get(offer.gpu_raw), state, company, config)
        for offer in cluster_offers(state, asking.need, config)
    ]
    return Findings(offers if pods is not None else [_capacity(each) for each in offers], unread)


async def _pods(api: _Api) -> list[Pod] | None:
    """Every pod that has not ended; None where the account may not list them.

    One that cannot be read makes all of it unreadable: its GPUs would be shown as free.
    """
    ended = "status.phase!=Succeeded,status.phase!=Failed"
    try:
        return await api.every("/api/v1/pods", Pod, "pods", fieldSelector=ended)
    except SourceFailed as failure:
        if failure.status == 403:
            return None
        raise


async def _company(api: _Api, config: Config) -> _Company:
    """The company's queue. What the account may not read is not known; a queue that is not there
    is a mistake of the settings. Raises `SourceFailed`."""
    if not (config.cluster_queue or config.local_queue):
        return _Company()
    try:
        return _Company(await _queue(api, config))
    except SourceFailed as failure:
        if failure.status == 403:
            return _Company(trouble="the account may not read its queue")
        if failure.status == 404:
            raise _no_queue() from None
        raise


def _no_queue() -> SourceFailed:
    hint = "see cluster_queue and local_queue in its settings"
    return SourceFailed("configuration", "Kueue has no such queue", hint)


async def _queue(api: _Api, config: Config) -> CompanyQueue:
    group = _read(await api.get(f"/apis/{_KUEUE}"), ApiGroup, "the versions of Kueue")
    served = {each.version for each in group.versions}
    version = next((each for each in _READABLE if each in served), None)
    if version is None:
        raise SourceFailed("answer", "Kueue has no version that is known", " or ".join(_READABLE))
    base, local = f"/apis/{_KUEUE}/{version}", None
    if config.local_queue:
        space, name = config.local_queue.split("/")
        found = await api.get(f"{base}/namespaces/{space}/localqueues/{name}")
        local = _read(found, LocalQueue, "the local queue")
    wanted = local.spec.clusterQueue if local else config.cluster_queue
    queues = await api.every(f"{base}/clusterqueues", ClusterQueue, "cluster queues")
    own = next((each for each in queues if each.metadata.name == wanted), None)
    if own is None:
        raise _no_queue()
    return CompanyQueue(
        own=own,
        all=queues,
        flavors=await api.every(f"{base}/resourceflavors", ResourceFlavor, "resource flavors"),
        stopped=local is not None and (local.spec.stopPolicy or "None") != "None",
        position=await _position(api, config, version) if local else None,
        cohort_known=await _cohort_is_flat(api, base, own),
    )


async def _position(api: _Api, config: Config, version: str) -> int | None:
    """The place of the company's first workload that waits. The visibility API may be off."""
    space, _, name = (config.local_queue or "").partition("/")
    path = f"/apis/visibility.{_KUEUE}/{version}/namespaces/{space}/localqueues/{name}"
    try:
        found = await api.get(f"{path}/pendingworkloads")
    except SourceFailed as failure:
        if failure.status in (403, 404, 503):
            return None
        raise
    waiting = _read(found, PendingWorkloads, "pending workloads").items
    return min((each.positionInClusterQueue + 1 for each in waiting or ()), default=None)


async def _cohort_is_flat(api: _Api, base: str, own: ClusterQueue) -> bool:
    """Whether all that share with the queue are in sight: its cohort has no cohort above it."""
    if not own.spec.cohort:
        return True
    try:
        found = await api.every(f"{base}/cohorts", Cohort, "cohorts")
    except SourceFailed as failure:
        if failure.status in (403, 404):
            return False
        raise
    # A cohort that is not listed is a mere name.
    return not any(each.metadata.name == own.spec.cohort and each.spec.above for each in found)


def _read(found: object, model: type[Row], what: str) -> Row:
    return read_rows([found], model, what)[0][0]


def _offer(
    offer: Offer,
    kind: Kind,
    job: JobRequest | None,
    state: ClusterState,
    company: _Company,
    config: Config,
) -> Offer:
    """The offer with what Kueue grants and with the start as it is known here."""
    why_not = _why_not_now(kind, job, company, config) if job else None
    start = _start(job, state, why_not) if job else None
    notes = [company.trouble] if company.trouble else []
    queue = offer.queue
    if queue and company.queue:
        quota = company.queue.quota(kind)
        # Workloads that Kueue holds back have no pods yet: what they ask for is not known.
        queue = queue.model_copy(
            update={
                "pending_jobs": company.queue.pending,
                "pending_gpus": None if company.queue.pending else queue.pending_gpus,
                "quota_gpus": quota.gpus,
                "quota_used": quota.used,
                "place": company.queue.position,
            }
        )
        if quota.borrow != 0:
            most = "any number" if quota.borrow is None else f"up to {quota.borrow}"
            notes.append(f"{most} more by borrowing, where others leave them")
    if start and why_not:
        notes.append(f"start: {why_not}")
    return offer.model_copy(
        update={
            "queue": queue,
            "start": start,
            "availability": _availability(offer, start, company.queue, kind, job),
            "notes": "; ".join(notes),
        }
    )


def _why_not_now(kind: Kind, job: JobRequest, company: _Company, config: Config) -> str | None:
    if company.trouble:
        return company.trouble
    if company.queue is None:
        most = config.quota_gpus.get(job.gpu)
        return "more than the company's quota" if most is not None and most < job.gpus else None
    gpus = job.gpus_on_each * job.nodes
    wanted = {
        kind.device: gpus,
        "cpu": gpus * config.cpus_per_gpu,
        "memory": gpus * config.memory_mb_per_gpu * _MEBIBYTE,
        "pods": job.nodes,
    }
    amounts = {name: Decimal(amount) for name, amount in wanted.items()}
    return company.queue.why_not_now(kind, amounts)


def _start(job: JobRequest, state: ClusterState, why_not: str | None) -> Start:
    if why_not is None and fits_now(state, job):
        return Start(state="now", method=ARITHMETIC)
    return Start(state="unknown", method=ARITHMETIC)


def _availability(
    offer: Offer,
    start: Start | None,
    queue: CompanyQueue | None,
    kind: Kind,
    job: JobRequest | None,
) -> Availability:
    if queue:
        quota = queue.quota(kind)
        most = None if quota.borrow is None else quota.gpus + quota.borrow
        if most is not None and most < (job.gpus if job else 1):
            return Availability.NO_QUOTA
    elif offer.availability is Availability.NO_QUOTA:  # by what staff wrote down
        return Availability.NO_QUOTA
    if not offer.free:
        return Availability.NONE
    if start is None or start.state == "now":
        return Availability.AVAILABLE
    return Availability.LIMITED


def _capacity(offer: Offer) -> Offer:
    """What is left to say where use is not known: how many there are, not how many are free."""
    unknown = "capacity known, use unknown: the account may not list pods"
    return offer.model_copy(
        update={
            "availability": Availability.UNKNOWN,
            "free": None,
            "whole_nodes": None,
            "largest_block": None,
            "start": Start(state="unknown", method=ARITHMETIC) if offer.start else None,
            "notes": "; ".join(part for part in (unknown, offer.notes) if part),
        }
    )


def _asked(need: Need) -> str:
    return f"{need.gpu.key if need.gpu else ''} {need.count} {need.hours}"


SOURCE = Source(
    name="kubernetes",
    title="Kubernetes",
    kind="cluster",
    config=Config,
    fetch=_fetch,
    keys=(Key(_KEY, required=False),),
    pace=Pace(requests=20, seconds=1, burst=40),
    ttl_s=30,
    asked=_asked,
)
