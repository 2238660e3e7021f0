"""A cluster on Kubernetes with Kueue: what its queues grant, and when a job could start."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.tools.sources.fakes.kubernetes import (
    H100,
    PLANTED,
    Cluster,
    cluster_queue,
    flavor,
    node,
)
from tests.tools.sources.kubernetes_answers import answer_of, numbers, rows_of
from tools.offers import Availability
from tools.sources import kubernetes


def with_queue(**more: Any) -> Cluster:
    """Two free nodes, and a queue of the company that may use 8 GPUs."""
    queues = more.pop("queues", None) or [
        cluster_queue("ours", more.pop("nominal", "8"), more.pop("used", "0"), **more.pop("q", {}))
    ]
    return Cluster([node("n1"), node("n2")], queues=queues, **more)


def state_of(cluster: Cluster, count: int = 8, **config: Any) -> str:
    config = config or {"cluster_queue": "ours"}
    row = rows_of(cluster, count, **config)[H100]
    assert row.start is not None
    return row.start.state


class TestKueue:
    @pytest.mark.parametrize("version", ["v1beta1", "v1beta2"])
    def test_quota_use_and_what_waits(self, version: str) -> None:
        more = {"borrowing": "4", "reserved": "6", "pending": 2, "version": version}
        cluster = with_queue(
            queues=[cluster_queue("ours", 16, "4", cohort="pool", **more)], version=version
        )
        row = rows_of(cluster, cluster_queue="ours")[H100]
        assert row.queue is not None
        assert row.queue.model_dump() == {
            "pending_jobs": 2, "pending_gpus": None, "quota_gpus": 16, "quota_used": 6,
            "place": None,
        }  # fmt: skip
        assert "up to 4 more by borrowing" in row.notes

    @pytest.mark.parametrize(
        ("cluster", "count", "state"),
        [
            (with_queue(), 8, "now"),
            (with_queue(used="1"), 8, "unknown"),
            (with_queue(q={"reserved": "1"}), 8, "unknown"),  # promised to one that starts soon
            (with_queue(), 16, "unknown"),
            (with_queue(q={"stop": "Hold"}), 8, "unknown"),
            (with_queue(q={"pending": 3}), 8, "now"),  # a queue that lets small ones pass
            (with_queue(q={"pending": 3, "strategy": "StrictFIFO"}), 8, "unknown"),
            (with_queue(flavors=[flavor("other")]), 8, "unknown"),
            (with_queue(q={"checks": ["prov"]}), 8, "unknown"),
        ],
    )
    def test_now_only_where_the_quota_allows_it(
        self, cluster: Cluster, count: int, state: str
    ) -> None:
        assert state_of(cluster, count) == state

    def test_a_quota_that_the_cohort_has_lent_out_is_not_there_now(self) -> None:
        def pool(others: str) -> list[Any]:
            return [
                cluster_queue("ours", "8", "0", cohort="pool"),
                cluster_queue(f"{PLANTED}-queue", "8", others, cohort="pool"),
                cluster_queue(f"{PLANTED}-far", "8", "8", cohort="another"),
            ]

        assert state_of(with_queue(queues=pool("8"))) == "now"
        assert state_of(with_queue(queues=pool("9"))) == "unknown"
        for spec, state in (({"parentName": "all"}, "unknown"), ({}, "now")):
            cohorts = [{"metadata": {"name": "pool"}, "spec": spec}]
            assert state_of(with_queue(queues=pool("0"), cohorts=cohorts)) == state
        hidden = ("/apis/kueue.x-k8s.io/v1beta2/cohorts",)
        assert state_of(with_queue(queues=pool("0"), forbidden=hidden)) == "unknown"

    def test_a_job_takes_one_flavor_and_the_quota_is_the_sum(self) -> None:
        queue = cluster_queue("ours", "6", "0")
        (group,) = queue["spec"]["resourceGroups"]
        group["flavors"].append({**group["flavors"][0], "name": "h100-spot"})
        label = {"nvidia.com/gpu.product": H100}
        two = [flavor("h100", **label), flavor("h100-spot", **label)]
        cluster = with_queue(queues=[queue], flavors=two)
        row = rows_of(cluster, cluster_queue="ours")[H100]
        assert row.queue is not None
        assert row.start is not None
        assert (row.queue.quota_gpus, row.start.state) == (12, "unknown")

    def test_a_company_without_quota(self) -> None:
        row = rows_of(with_queue(nominal="4"), cluster_queue="ours")[H100]
        assert row.availability is Availability.NO_QUOTA

    def test_a_quota_that_staff_wrote_down(self) -> None:
        few = rows_of(Cluster([node("n1")]), quota_gpus={H100: 4})[H100]
        assert few.start is not None
        assert (few.start.state, few.availability) == ("unknown", Availability.NO_QUOTA)
        enough = rows_of(Cluster([node("n1")]), quota_gpus={H100: 8})[H100]
        assert enough.start is not None
        assert enough.start.state == "now"

    def test_a_local_queue_and_its_place(self) -> None:
        cluster = with_queue(waiting=[4, 2], q={"pending": 7})
        row = rows_of(cluster, local_queue="founder/main")[H100]
        assert row.queue is not None
        assert (row.queue.place, row.queue.pending_jobs) == (3, 7)
        assert state_of(with_queue(local_stop="Hold"), local_queue="founder/main") == "unknown"
        assert state_of(with_queue(waiting=[]), local_queue="founder/main") == "now"

    def test_a_queue_that_may_not_be_read_leaves_the_numbers(self) -> None:
        cluster = with_queue(forbidden=("/apis/kueue.x-k8s.io",))
        row = rows_of(cluster, cluster_queue="ours")[H100]
        assert row.queue is not None
        assert row.start is not None
        assert (numbers(row), row.queue.quota_gpus) == ((16, 2, 8), None)
        assert row.start.state == "unknown"
        assert "may not read its queue" in row.notes

    @pytest.mark.parametrize(
        ("cluster", "told"),
        [
            (with_queue(queues=[cluster_queue("theirs", "8", "0")]), "no such queue"),
            (with_queue(version="v3"), "no version that is known"),
        ],
    )
    def test_a_queue_that_is_not_there_is_a_named_failure(
        self, cluster: Cluster, told: str
    ) -> None:
        answer = answer_of(cluster, cluster_queue="ours")
        assert (answer.status.status, answer.offers) == ("failed", [])
        assert told in (answer.status.error or "")

    def test_its_settings_name_one_queue_by_a_name_that_can_be(self) -> None:
        url = "https://k8s.example"
        for bad in (
            {"cluster_queue": "a", "local_queue": "b/c"}, {"cluster_queue": "../x"},
            {"local_queue": "b"}, {"partition": "gpu"}, {"url": "http://k8s.example"},
        ):  # fmt: skip
            with pytest.raises(ValidationError):
                kubernetes.Config.model_validate({"url": url, **bad})
