"""The fund's clusters together: what is free, in what pieces, when a job starts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.tools.sources.fakes import shadeform
from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.fakes.kubernetes import (
    H100,
    PLANTED,
    Cluster,
    gpus,
    node,
    pod,
)  # fmt: skip
from tests.tools.sources.fakes.kubernetes import (
    cluster_queue as queue_of,
)
from tests.tools.sources.loopback import Reply, serving
from tools.cluster_queue import ClusterGpus, ClusterQueueAnswer, cluster_queue
from tools.market import Access
from tools.needs import need
from tools.offers import Offer, Start
from tools.predictions import prediction_error, record_findings
from tools.sources import kubernetes
from tools.sources.asking import Configured
from tools.sources.memory import Memory
from tools.sources.source import Findings, PendingStart, Started

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = "provider,gpu,count,free,price_per_gpu_hour,currency,region,term,observed_at,notes\n"


def ask(
    clusters: Mapping[str, Any],
    gpu: str | None = "H100",
    count: int | None = 8,
    *,
    past: bool = False,
    inventory: Path | None = None,
    memory: Path | None = None,
    clock: datetime = NOW,
    config: Mapping[str, Any] | None = None,
) -> ClusterQueueAnswer:
    """Ask clusters by name: a `Cluster`, or a status with which its server refuses."""
    with ExitStack() as stack:
        live = []
        for name, cluster in clusters.items():
            refusal = Reply({"message": PLANTED}, cluster if isinstance(cluster, int) else 500)
            publish = cluster.publish if isinstance(cluster, Cluster) else lambda _, r=refusal: r
            server = stack.enter_context(serving(publish))
            settings = {"url": server.url, "provider": name.title(), **(config or {})}
            live.append(
                Configured(
                    name, kubernetes.SOURCE, kubernetes.Config.model_validate(settings),
                    {"KUBERNETES_TOKEN": SecretStr(SECRET)},
                )
            )  # fmt: skip
        access = Access(live=tuple(live), memory=memory, inventory=inventory, clock=lambda: clock)
        return cluster_queue(need(gpu, count), access, past=past)


def only(answer: ClusterQueueAnswer) -> ClusterGpus:
    (row,) = answer.clusters
    return row


PIECES = Cluster(
    [node("n1"), node("n2"), node("n3")],
    [pod("n1", gpus("4")), pod("n2", gpus("4")), pod("n3", gpus("6"))],
)


def test_ten_free_but_no_node_with_eight() -> None:
    row = only(ask({"east": PIECES}))
    assert (row.total, row.free, row.whole_nodes, row.largest_block) == (24, 10, 0, 4)
    assert row.fragmentation is not None
    assert row.fragmentation.model_dump() == {
        "code": "fragmented", "wanted": 8, "node": 8, "free": 10, "largest_block": 4,
        "whole_nodes": 0,
    }  # fmt: skip
    assert row.start is not None
    assert row.start.state == "unknown"
    assert row.unknowns == ["quota", "start"]
    assert (row.effective_at, row.fetched_at, row.method) == (
        NOW.isoformat(), NOW.isoformat(), "live",
    )  # fmt: skip


def test_without_a_number_pieces_are_told_by_the_size_of_a_node() -> None:
    row = only(ask({"east": PIECES}, count=None))
    assert row.fragmentation is not None
    assert (row.start, row.unknowns) == (None, ["quota", "start_of_what"])
    whole = only(ask({"east": Cluster([node("n1")])}, count=None))
    assert whole.fragmentation is None


def test_the_soonest_start_first_and_a_failure_is_named() -> None:
    full = Cluster([node("n1")], [pod("n1", gpus("8"))])
    free = Cluster([node("n1"), node("n2")])
    hidden = Cluster([node("n1")] * 1, forbidden=("/api/v1/pods",))
    answer = ask({"full": full, "broken": 500, "hidden": hidden, "free": free, "shut": 403})
    assert [each.source for each in answer.clusters] == ["free", "full", "hidden"]
    assert {each.name: each.status for each in answer.sources} == {
        "full": "ok", "broken": "failed", "hidden": "ok", "free": "ok", "shut": "failed",
        "inventory": "not_configured",
    }  # fmt: skip
    assert answer.unknowns == ["source_failed"]
    assert answer.clusters[2].unknowns == ["use", "queue", "quota", "start"]
    assert PLANTED not in answer.model_dump_json()


def test_a_queue_with_its_quota() -> None:
    cluster = Cluster(
        [node("n1")], [], [queue_of("ours", "16", "6", pending=3), queue_of(PLANTED, "9", "9")]
    )
    row = only(ask({"east": cluster}, config={"cluster_queue": "ours"}))
    assert (row.pending_jobs, row.quota_gpus, row.quota_used) == (3, 16, 6)
    assert row.unknowns == []


def test_only_clusters_are_asked_and_only_the_wanted_gpu_is_told(tmp_path: Path) -> None:
    with serving(lambda request: shadeform.FAKE.publish(request, "normal")) as server:
        market = shadeform.FAKE.configured(server.url)
        answer = cluster_queue(need("H100", 8), Access(live=(market,), clock=lambda: NOW))
        assert server.seen == []
    assert (answer.clusters, answer.unknowns) == ([], ["no_cluster"])
    two = Cluster([node("n1"), node("n2", "NVIDIA-A100-SXM4-80GB")])
    assert [each.gpu_raw for each in ask({"east": two}).clusters] == [H100]
    assert len(ask({"east": two}, gpu=None, count=None).clusters) == 2
    assert ask({"east": two}, gpu="H200").unknowns == ["no_such_gpu"]
    assert ask({"east": 500}, gpu="H200").unknowns == ["source_failed"]  # it may have them
    assert ask({"east": two}, past=True).unknowns == ["past_day"]


@pytest.mark.parametrize(
    ("day", "standing", "unknowns"),
    [
        ("2026-11-22", "live", ["queue", "quota", "start"]),
        ("2026-10-01", "stale", ["queue", "quota", "start", "stale"]),
    ],
)
def test_the_inventory_that_staff_keep(
    tmp_path: Path, day: str, standing: str, unknowns: list[str]
) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(
        f"{HEAD}Oxygen,H100 SXM,64,24,1.90,USD,,,{day},\nCloud,H100 SXM,8,8,3,USD,,on_demand,,\n"
    )
    row = only(ask({}, inventory=path))
    assert (row.provider, row.total, row.free, row.method) == ("Oxygen", 64, 24, "operator")
    assert (row.standing, row.unknowns, row.start) == (standing, unknowns, None)


def test_a_failed_refresh_keeps_the_times_of_the_last_look(tmp_path: Path) -> None:
    """And no prediction is held against a look that nobody took."""
    kept, later = tmp_path / "market.sqlite", NOW + timedelta(hours=13)
    cluster = Cluster([node("n1")])
    with serving(cluster.publish) as server:
        config = kubernetes.Config(url=server.url, provider="East")
        made = Configured("east", kubernetes.SOURCE, config,
                          {"KUBERNETES_TOKEN": SecretStr(SECRET)})  # fmt: skip
        clock = [NOW]
        access = Access(live=(made,), memory=kept, clock=lambda: clock[0])
        first = only(cluster_queue(need("H100", 8), access))
        server.answer = lambda _: Reply({}, 500)
        clock[0] = later
        second = cluster_queue(need("H100", 8), access)
    row = only(second)
    assert (first.standing, row.standing, row.method) == ("live", "stale", "cached")
    assert (row.observed_at, row.fetched_at) == (first.observed_at, first.fetched_at)
    assert second.unknowns == ["source_failed"]
    assert {"start", "stale"} <= {*row.unknowns}
    assert first.start is not None
    assert row.start is not None
    assert (first.start.state, row.start.state) == ("now", "unknown")


def test_how_far_earlier_predictions_were_off(tmp_path: Path) -> None:
    kept = tmp_path / "market.sqlite"
    memory = Memory(kept)
    begin = NOW - timedelta(days=2)
    for n in range(6):
        made, due = begin + timedelta(hours=n), begin + timedelta(hours=n, minutes=30)
        waits = Findings([], pending=[PendingStart(str(n), due)])
        record_findings(memory, "east", need(), [], waits, made)
        began = Findings([], started=[Started(str(n), due + timedelta(minutes=n))])
        record_findings(memory, "east", need(), [], began, due + timedelta(hours=1))
    memory.close()
    row = only(ask({"east": Cluster([node("n1")])}, memory=kept))
    (error,) = row.errors
    assert (error.kind, error.count, error.enough, error.too_early_count) == ("job", 6, True, 5)
    assert (error.median_late_s, error.worst_late_s) == (150, 300)


def test_what_is_predicted_is_written_down_by_whoever_asks(tmp_path: Path) -> None:
    """A need that could not start, and could at a later look, is one comparison."""
    kept, later = tmp_path / "market.sqlite", NOW + timedelta(minutes=20)
    wanted = need("H100", 8)
    memory = Memory(kept)
    bound = Start(state="not_later_than", at=NOW + timedelta(hours=1))
    seen = only(ask({"east": Cluster([node("n1")])})).model_dump()
    blocked = Offer.model_validate(
        {k: v for k, v in seen.items() if k in Offer.model_fields}
        | {"start": bound, "term": "fund", "price_per_gpu_hour": None}
    )
    record_findings(memory, "east", wanted, [blocked], Findings([]), NOW)
    assert prediction_error(memory, "east").open_count == 1
    memory.close()
    ask({"east": Cluster([node("n1")])}, memory=kept, clock=later)
    memory = Memory(kept)
    error = prediction_error(memory, "east")
    memory.close()
    assert (error.count, error.open_count, error.too_early_count) == (1, 0, 0)
