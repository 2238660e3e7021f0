"""What a cluster on Kubernetes answers, asked over a server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.fakes.kubernetes import Cluster
from tests.tools.sources.loopback import Reply, Request, serving
from tools.needs import need
from tools.offers import Offer
from tools.sources import kubernetes
from tools.sources.asking import Configured, SourceAnswer, ask
from tools.sources.memory import Memory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Answerer = Callable[[Request], Reply]


def answer_of(
    cluster: Cluster | Answerer, count: int | None = 8, memory: Memory | None = None, **config: Any
) -> SourceAnswer:
    publish = cluster.publish if isinstance(cluster, Cluster) else cluster
    kept = memory or Memory(None)
    with serving(publish) as server:
        settings = {"url": server.url, **config}
        made = Configured(
            "own", kubernetes.SOURCE, kubernetes.Config.model_validate(settings),
            {"KUBERNETES_TOKEN": SecretStr(SECRET)},
        )  # fmt: skip
        answer = asyncio.run(ask(made, need("H100", count), kept, lambda: NOW))
    if memory is None:
        kept.close()
    return answer


def rows_of(cluster: Cluster, count: int | None = 8, **config: Any) -> dict[str, Offer]:
    answer = answer_of(cluster, count, **config)
    assert answer.status.status == "ok", answer.status.error
    return {each.gpu_raw: each for each in answer.offers}


def numbers(offer: Offer) -> tuple[int | None, ...]:
    return offer.free, offer.whole_nodes, offer.largest_block
