"""One value of a cluster's answers is lost or of another kind: no GPU becomes free by it, no start
"now", unless the schema says that the value need not be there."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import SecretStr

from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.fakes.kubernetes import H100, Cluster, cluster_queue, gpus, node, pod
from tests.tools.sources.loopback import Request
from tools.errors import SourceFailed
from tools.needs import need
from tools.offers import Offer
from tools.sources import kubernetes
from tools.sources.http import Http
from tools.sources.source import Asking

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GONE = object()
KINDS = (GONE, None, [], {}, -1, True)
Path = tuple[str | int, ...]
CLUSTER = Cluster(
    [
        node("n1"), node("n2"), node("n3", unschedulable=True),
        node("n4", taints=[{"key": "x", "effect": "NoSchedule"}]), node("n5", ready="False"),
    ],
    [
        pod("n1", gpus("3"), init=[gpus("1", restartPolicy="Always"), gpus("6")]),
        pod("n2", gpus("8")),
    ],
    [
        cluster_queue("ours", "8", "6", cohort="pool"),
        cluster_queue("theirs", "8", "8", cohort="pool"),
    ],
)  # fmt: skip
# Beginnings and ends of paths to what need not be there, by the schema: without it there is none.
OPTIONAL = (
    ("/api/v1/nodes", "spec"), ("/api/v1/nodes", "spec.unschedulable"),
    ("/api/v1/nodes", "spec.taints"), ("/api/v1/nodes", "spec.taints.0"),
    ("/api/v1/pods", "spec.initContainers"), ("/api/v1/pods", "spec.initContainers.0"),
    ("/api/v1/pods", "spec.initContainers.1"), ("/api/v1/pods", "resources"),
    ("/api/v1/pods", "restartPolicy"), ("/api/v1/pods", "spec.containers.0"),
    ("/api/v1/pods", "items"), ("/api/v1/pods", "items.0"), ("/api/v1/pods", "items.1"),
)  # fmt: skip


class Direct:
    """The API server without a network; `kind` in place of one value of the `nth` answer."""

    def __init__(self, nth: int = -1, path: Path = (), kind: object = GONE) -> None:
        self.nth, self.path, self.kind = nth, path, kind
        self.bodies: list[tuple[str, Any]] = []

    async def get(
        self, path: str, *, params: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Any:
        query = {name: str(value) for name, value in (params or {}).items()}
        reply = CLUSTER.publish(Request("GET", path, query, headers, b""))
        if reply.status != 200:
            raise SourceFailed("address", "refused", status=reply.status)
        body = json.loads(reply.raw())
        self.bodies.append((path, copy.deepcopy(body)))
        if len(self.bodies) - 1 == self.nth:
            at = body
            for step in self.path[:-1]:
                at = at[step]
            if self.kind is GONE:
                del at[self.path[-1]]
            else:
                at[self.path[-1]] = copy.deepcopy(self.kind)
        return body


def rows(direct: Direct) -> dict[str, Offer] | None:
    """The offers by the cluster's word; None for a failure. A need of two GPUs, which fits."""
    config = kubernetes.Config(url="http://127.0.0.1:1", cluster_queue="ours")
    asking = Asking(
        need("H100", 2), config, {"KUBERNETES_TOKEN": SecretStr(SECRET)},
        cast(Http, direct), lambda: NOW,
    )  # fmt: skip
    try:
        findings = asyncio.run(kubernetes.SOURCE.fetch(asking))
    except SourceFailed:
        return None
    return {each.gpu_raw: each for each in findings.offers}


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    steps: Any = ()
    if isinstance(value, dict):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    for step, inner in steps:
        yield (*before, step)
        yield from paths(inner, (*before, step))


def optional(asked: str, path: Path) -> bool:
    dotted = ".".join(str(step) for step in path)
    return any(asked == place and dotted.endswith(end) for place, end in OPTIONAL)


def test_no_lost_value_frees_a_gpu_or_starts_a_job() -> None:
    plain = Direct()
    whole = rows(plain)
    assert whole is not None
    told = whole[H100]
    assert (told.free, told.count) == (1, 40)
    assert told.start is not None
    assert told.start.state == "unknown"
    wrong, failed, read = [], 0, 0
    for nth, (asked, body) in enumerate(plain.bodies):
        for path in paths(body):
            for kind in KINDS:
                found = rows(Direct(nth, path, kind))
                failed, read = failed + (found is None), read + (found is not None)
                for offer in (found or {}).values():
                    better = (offer.free or 0) > 1 or (offer.count or 0) > 40
                    starts = offer.start is not None and offer.start.state == "now"
                    if (better or starts) and not optional(asked, path):
                        wrong.append((asked, path, kind, offer.free, offer.start))
    assert wrong == []
    assert failed > 100
    assert read > 500
