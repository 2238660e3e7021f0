"""What the fund's own clusters have free now, who waits there, and when a job could start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from tools.market import Access, fits, from_inventory, keep, memory_of
from tools.needs import Need
from tools.offers import (
    Availability,
    Fragmentation,
    Method,
    Offer,
    Queue,
    SourceStatus,
    Standing,
    Start,
    Term,
)
from tools.predictions import KINDS, PredictionError, prediction_error
from tools.ranking import judged
from tools.resellers import fragmentation

if TYPE_CHECKING:
    from tools.sources.asking import SourceAnswer
    from tools.sources.memory import Memory

_NODE = 8
_ORDER = {"now": 0, "not_later_than": 1, "window": 1, "unknown": 2, "never": 3}


class ClusterGpus(BaseModel):
    """GPUs of one kind at one cluster. None: not known.

    `total` counts all of them, `free`, `whole_nodes` and `largest_block` are three numbers of which
    none follows from another; `fragmentation` says where enough are free but not together.
    `pending_jobs` and `pending_gpus` are sums over everybody; `quota_gpus` and `quota_used` are of
    the quota that the founder's company draws on, maybe with others; `place` is that of the first
    of its own jobs that wait. `start` is for the number of GPUs that was asked for. `errors` tell
    how far earlier predictions here were off. The clocks are those of an offer. `unknowns` holds
    codes: "use", "queue", "quota", "start", "start_of_what" (no number of GPUs was stated),
    "stale".
    """

    model_config = ConfigDict(frozen=True)

    source: str
    provider: str
    region: str | None = None
    gpu: str | None
    gpu_raw: str
    form_stated: bool = True
    total: int | None = None
    free: int | None = None
    whole_nodes: int | None = None
    largest_block: int | None = None
    fragmentation: Fragmentation | None = None
    pending_jobs: int | None = None
    pending_gpus: int | None = None
    quota_gpus: int | None = None
    quota_used: int | None = None
    place: int | None = None
    availability: Availability
    start: Start | None = None
    errors: list[PredictionError] = Field(default_factory=list)
    effective_at: str | None = None
    fetched_at: str | None = None
    list_as_of: str | None = None
    observed_at: str | None = None
    method: Method
    standing: Standing
    notes: str = ""
    unknowns: list[str] = Field(default_factory=list)


class ClusterQueueAnswer(BaseModel):
    """The fund's clusters that answer a need, the soonest start first, and every source asked.

    `unknowns` holds codes: "no_cluster" (this desk knows none), "no_such_gpu" (none of them has
    it), "source_failed", "past_day" (clusters tell only of now), "history_not_kept".
    """

    clusters: list[ClusterGpus] = Field(default_factory=list)
    sources: list[SourceStatus] = Field(default_factory=list)
    unknowns: list[str] = Field(default_factory=list)
    as_of: str


def cluster_queue(need: Need, access: Access, *, past: bool = False) -> ClusterQueueAnswer:
    """Ask the fund's clusters, and read the inventory that staff keep, for `need`.

    Sources that are not clusters are not asked; a cluster that fails is named and harms no other.
    Price and term of the need are not looked at. With `past` the clock shows a day of the past:
    nothing is asked.
    """
    now = access.clock()
    if past:
        return ClusterQueueAnswer(unknowns=["past_day"], as_of=now.isoformat(timespec="seconds"))
    own = replace(access, live=tuple(c for c in access.live if c.source.kind == "cluster"))
    plain = need.model_copy(update={"term": None, "max_price": None})
    staff, told = from_inventory(access)
    kept = [judged(each, now, {}) for each in staff]
    found = [_view(each, plain) for each in kept if each.term is Term.FUND and fits(each, plain)]
    asked: list[SourceStatus] = []
    trouble = []
    if own.live:
        from tools.asking_all import ask_all

        with memory_of(access) as memory:
            answers = ask_all(plain, own, memory)
            keep(memory, plain, answers, own)
            found += _views(answers, plain, own, memory)
            asked = [each.status for each in answers]
            if memory.trouble:
                trouble.append("history_not_kept")
    known = bool(own.live) or bool(staff)
    return ClusterQueueAnswer(
        clusters=sorted(found, key=lambda row: _soonest(row, need.count or 1)),
        sources=[*asked, told],
        unknowns=[*_unknowns(found, asked, told, known=known), *trouble],
        as_of=now.isoformat(timespec="seconds"),
    )


def _views(
    answers: Sequence[SourceAnswer], need: Need, access: Access, memory: Memory
) -> list[ClusterGpus]:
    now = access.clock()
    ttl_s = {each.name: each.source.ttl_s for each in access.live}
    views = []
    for answer in answers:
        name = answer.status.name
        errors = [prediction_error(memory, name, kind) for kind in KINDS]
        known = [each for each in errors if each.since]
        rows = [judged(offer, now, ttl_s) for offer in answer.offers]
        views += [_view(each, need, known) for each in rows if fits(each, need)]
    return views


def _view(offer: Offer, need: Need, errors: Sequence[PredictionError] = ()) -> ClusterGpus:
    queue = offer.queue or Queue()
    offer = offer.model_copy(update={"start": _start(offer)})
    together = need if need.count else need.model_copy(update={"count": _NODE})
    return ClusterGpus(
        source=offer.source,
        provider=offer.provider,
        region=offer.region,
        gpu=offer.gpu,
        gpu_raw=offer.gpu_raw,
        form_stated=offer.form_stated,
        total=offer.count,
        free=offer.free,
        whole_nodes=offer.whole_nodes,
        largest_block=offer.largest_block,
        fragmentation=fragmentation(offer, together),
        **queue.model_dump(),
        availability=offer.availability,
        start=offer.start,
        errors=list(errors),
        effective_at=offer.effective_at,
        fetched_at=offer.fetched_at,
        list_as_of=offer.list_as_of,
        observed_at=offer.observed_at,
        method=offer.method,
        standing=offer.standing,
        notes=offer.notes,
        unknowns=_not_known(offer, queue, need),
    )


def _start(offer: Offer) -> Start | None:
    """What could start when it was last looked at need not start now; a bound still holds."""
    start = offer.start
    if start is None or start.state != "now" or offer.standing == "live":
        return start
    return Start(state="unknown", method=start.method)


def _not_known(offer: Offer, queue: Queue, need: Need) -> list[str]:
    codes = {
        "use": offer.free is None,
        "queue": queue.pending_jobs is None,
        "quota": queue.quota_gpus is None,
        "start_of_what": need.count is None,
        "start": need.count is not None and (offer.start is None or offer.start.state == "unknown"),
        "stale": offer.standing == "stale",
    }
    return [code for code, holds in codes.items() if holds]


def _unknowns(
    found: Sequence[ClusterGpus], asked: Sequence[SourceStatus], told: SourceStatus, *, known: bool
) -> list[str]:
    """What the answer as a whole does not know; `asked` are clusters, `told` is the inventory."""
    silent = told.status == "failed" or any(e.status not in ("ok", "cached") for e in asked)
    codes = {
        "no_cluster": not known,
        "no_such_gpu": known and not found and not silent,
        "source_failed": silent,
    }
    return [code for code, holds in codes.items() if holds]


def _soonest(row: ClusterGpus, count: int) -> tuple[object, ...]:
    """Fresh before stale; then the soonest start; then those that have so many at all; then the
    most that fits together."""
    start = row.start or Start(state="unknown")
    at = start.at.timestamp() if start.at else 0.0
    return (
        row.standing == "stale",
        _ORDER[start.state],
        at,
        row.total is not None and row.total < count,
        -(row.largest_block or 0),
        -(row.free or 0),
        row.source,
        row.gpu_raw,
    )
