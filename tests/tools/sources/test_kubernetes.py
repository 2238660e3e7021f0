"""A cluster on Kubernetes: what is free or not known, what never leaves."""

from __future__ import annotations

import asyncio
import base64
import logging
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.fakes.kubernetes import (
    A100,
    GPU_TAINT,
    H100,
    PLANTED,
    Cluster,
    cluster_queue,
    flavor,
    gpus,
    node,
    pod,
)
from tests.tools.sources.kubernetes_answers import NOW, answer_of, numbers, rows_of
from tests.tools.sources.loopback import Reply, Request, serving
from tools.needs import need
from tools.offers import Availability
from tools.sources import kubernetes
from tools.sources.asking import Configured, ask
from tools.sources.memory import Memory

MIG = "nvidia.com/mig-1g.10gb"


class TestWhatIsFree:
    @pytest.mark.parametrize(
        ("pods", "free"),
        [
            ([], 8),
            ([pod("n1", gpus("3"), gpus(2))], 3),
            ([pod("n1", gpus("3"), deleted="2026-11-22T11:59:00Z")], 5),
            ([pod("n1", gpus("3"), phase="Failed")], 8),
            ([pod("n1", gpus("3"), phase="Pending")], 5),  # it has its node
            ([pod(None, gpus("3"), phase="Pending")], 8),
            ([pod("elsewhere", gpus("3"))], 8),
            # The widest moment: an init container runs alone, before the others.
            ([pod("n1", gpus("1"), gpus("1"), init=[gpus("6")])], 2),
            ([pod("n1", gpus("4"), init=[gpus("3"), gpus("2")])], 4),
            # A sidecar goes on beside those that start after it.
            ([pod("n1", gpus("2"), init=[gpus("1", restartPolicy="Always"), gpus("4")])], 3),
            ([pod("n1", gpus("2"), init=[gpus("4"), gpus("1", restartPolicy="Always")])], 4),
            ([pod("n1", {"resources": {"limits": {"nvidia.com/gpu": "2"}}})], 6),
            ([pod("n1", {"name": "web"})], 8),
            ([pod("n1", gpus("8")), pod("n1", gpus("1"))], 0),  # a GPU broke under a pod
        ],
    )
    def test_requests_of_scheduled_pods_that_have_not_ended(
        self, pods: list[Any], free: int
    ) -> None:
        cluster = Cluster([node("n1", taints=[GPU_TAINT])], pods)
        assert rows_of(cluster)[H100].free == free

    @pytest.mark.parametrize(
        "trouble",
        [
            {"unschedulable": True},
            {"ready": "False"},
            {"ready": "Unknown"},
            {"deleted": "2026-11-22T11:59:00Z"},
            {"taints": [{"key": f"{PLANTED}/only", "effect": "NoSchedule"}]},
            {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]},
        ],
    )
    def test_a_node_that_takes_no_pods_is_out(self, trouble: dict[str, Any]) -> None:
        cluster = Cluster([node("n1", gpus={"nvidia.com/gpu": 4}), node("n2", **trouble)])
        row = rows_of(cluster)[H100]
        assert (row.count, *numbers(row)) == (12, 4, 0, 4)

    def test_taints_that_do_not_keep_founders_off(self) -> None:
        soft = {"key": "x", "effect": "PreferNoSchedule"}
        fund = {"key": "fund/gpus", "effect": "NoSchedule"}
        cluster = Cluster([node("n1", taints=[GPU_TAINT, soft]), node("n2", taints=[fund])])
        assert rows_of(cluster)[H100].free == 8
        taints = ("nvidia.com/gpu", "fund/gpus")
        assert rows_of(cluster, tolerated_taints=taints)[H100].free == 16

    @pytest.mark.parametrize("amount", ["8", 8, "8000m", "0.008k", "8e0"])
    def test_quantities_as_they_are_written(self, amount: object) -> None:
        assert rows_of(Cluster([node("n1", gpus={"nvidia.com/gpu": amount})]))[H100].free == 8

    @pytest.mark.parametrize("amount", ["many", True, -8, "8500m", None, [8]])
    def test_a_quantity_that_is_none_is_no_row(self, amount: object) -> None:
        cluster = Cluster([node("n1"), node("n2", gpus={"nvidia.com/gpu": amount})])
        answer = answer_of(cluster)
        assert answer.status.unread == 1
        assert [each.free for each in answer.offers] == [8]

    def test_a_pod_that_cannot_be_read_is_a_failure_and_never_a_free_gpu(self) -> None:
        answer = answer_of(Cluster([node("n1")], [pod("n1", gpus("1")), pod("n1", gpus("many"))]))
        assert (answer.status.status, answer.offers) == ("failed", [])
        assert "1 pods cannot be read" in (answer.status.error or "")

    def test_two_kinds_of_mig_and_whole_gpus_on_one_node_are_three_kinds(self) -> None:
        has = {"nvidia.com/gpu": "4", MIG: "14", "nvidia.com/mig-3g.40gb": "4"}
        row = rows_of(Cluster([node("n1", A100, has)], [pod("n1", gpus("5", MIG))]))
        assert {raw: (each.gpu, each.free) for raw, each in row.items()} == {
            A100: ("nvidia-a100-sxm4-80gb", 4),
            f"{A100} mig-1g.10gb": (None, 9),
            f"{A100} mig-3g.40gb": (None, 4),
        }

    @pytest.mark.parametrize(
        ("product", "labels", "raw"),
        [
            (f"{A100}-MIG-1g.10gb", {"nvidia.com/mig.strategy": "single"}, f"{A100}-MIG-1g.10gb"),
            (f"{H100}-SHARED", {"nvidia.com/gpu.replicas": "4"}, f"{H100}-SHARED"),
            (H100, {"nvidia.com/gpu.sharing-strategy": "mps"}, f"{H100}-SHARED"),
            (H100, {"nvidia.com/gpu.replicas": "5"}, f"{H100}-SHARED"),
        ],
    )
    def test_a_part_of_a_gpu_is_never_the_gpu(
        self, product: str, labels: dict[str, str], raw: str
    ) -> None:
        (row,) = rows_of(Cluster([node("n1", product, labels=labels)])).values()
        assert (row.gpu_raw, row.gpu, row.start) == (raw, None, None)

    def test_gpus_without_labels_are_counted_and_not_named_unless_staff_say_what_they_are(
        self,
    ) -> None:
        cluster = Cluster([node("n1", None, {"nvidia.com/gpu": "8"})])
        assert rows_of(cluster)["nvidia.com/gpu"].gpu is None
        named = rows_of(cluster, gpu_names={"nvidia.com/gpu": "H100 SXM"})["nvidia.com/gpu"]
        assert (named.gpu, numbers(named)) == ("nvidia-h100-sxm5-80gb", (8, 1, 8))


class TestStart:
    @pytest.mark.parametrize(
        ("count", "used", "state"),
        [
            (8, [0, 5], "now"),
            (16, [0, 0], "now"),
            (12, [2, 2], "now"),  # two times six
            (16, [0, 1], "unknown"),
            (8, [4, 4], "unknown"),  # eight are free, no node has them
            (24, [0, 0], "unknown"),  # a cluster may grow
        ],
    )
    def test_now_only_where_it_fits(self, count: int, used: list[int], state: str) -> None:
        nodes = [node(f"n{n}") for n in range(len(used))]
        pods = [pod(f"n{n}", gpus(amount)) for n, amount in enumerate(used) if amount]
        row = rows_of(Cluster(nodes, pods), count)[H100]
        assert row.start is not None
        assert (row.start.state, row.start.at) == (state, None)

    def test_free_gpus_on_a_node_without_cpus_or_memory_do_not_start_now(self) -> None:
        for taken in (gpus("0", cpu="190"), gpus("0", memory="2097152Mi")):
            row = rows_of(Cluster([node("n1")], [pod("n1", taken)]))[H100]
            assert row.start is not None
            assert (row.free, row.start.state) == (8, "unknown")
            assert row.availability is Availability.LIMITED

    def test_without_a_count_there_is_no_start(self) -> None:
        row = rows_of(Cluster([node("n1")]), None)[H100]
        assert (row.start, row.availability) == (None, Availability.AVAILABLE)


class TestApi:
    def test_pods_that_may_not_be_listed_leave_capacity_and_nothing_else(self) -> None:
        cluster = Cluster([node("n1"), node("n2")], forbidden=("/api/v1/pods",))
        row = rows_of(cluster)[H100]
        assert (row.count, row.availability) == (16, Availability.UNKNOWN)
        assert numbers(row) == (None, None, None)
        assert row.start is not None
        assert row.queue is not None
        assert (row.start.state, row.queue.pending_jobs) == ("unknown", None)
        assert "capacity known, use unknown" in row.notes

    @pytest.mark.parametrize(("expired", "status"), [(1, "ok"), (2, "failed")])
    def test_a_list_that_expires_between_pages_is_read_once_more(
        self, expired: int, status: str
    ) -> None:
        nodes = [node(f"n{n}") for n in range(7)]
        answer = answer_of(Cluster(nodes, expire=expired))
        assert answer.status.status == status
        assert [each.free for each in answer.offers] == ([56] if status == "ok" else [])

    def test_a_list_in_a_circle_ends(self) -> None:
        page = {"items": [node("n1")], "metadata": {"continue": "again"}}
        answer = answer_of(lambda _: Reply(page))
        assert "goes in a circle" in (answer.status.error or "")

    def test_without_a_token_only_a_proxy_on_this_machine_is_asked(self) -> None:
        cluster = Cluster([node("n1")])

        def proxied(request: Request) -> Reply:
            assert "authorization" not in request.headers
            seen = {**request.headers, "authorization": f"Bearer {SECRET}"}
            return cluster.publish(
                Request(request.method, request.path, request.query, seen, request.body)
            )

        memory = Memory(None)
        with serving(proxied) as server:
            for url, status in ((server.url, "ok"), ("https://k8s.example", "not_configured")):
                config = kubernetes.Config(url=url)
                made = Configured(url, kubernetes.SOURCE, config, {})
                answer = asyncio.run(ask(made, need("H100", 8), memory, lambda: NOW))
                assert answer.status.status == status
        memory.close()

    def test_no_name_of_another_company_leaves_the_adapter(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        queues = [
            cluster_queue("ours", "8", "0", cohort=f"{PLANTED}-pool", pending=4),
            cluster_queue(f"{PLANTED}-queue", "8", "8", cohort=f"{PLANTED}-pool"),
        ]
        taint = {"key": f"{PLANTED}/only", "value": PLANTED, "effect": "NoSchedule"}
        full = Cluster(
            [node("n1"), node(f"{PLANTED}-1"), node(f"{PLANTED}-2", taints=[taint])],
            [pod(f"{PLANTED}-1", gpus("3")), *[pod(None, gpus("1"), phase="Pending")] * 5],
            queues, flavors=[flavor("h100"), flavor(f"{PLANTED}-gold")], waiting=[1],
        )  # fmt: skip
        broken = Cluster([node("n1")], [pod("n1", gpus(PLANTED))], queues)
        odd = Cluster([node("n1", labels={f"{PLANTED}/x": 7})])
        memory, told = Memory(tmp_path / "market.sqlite"), []
        for cluster in (full, broken, odd):
            memory.forget("own")
            answer = answer_of(cluster, memory=memory, local_queue="founder/main")
            told.append(answer.status.model_dump_json())
            told += [each.model_dump_json() for each in answer.offers]
            told.append(repr(answer))
        memory.close()
        kept = b"".join(each.read_bytes() for each in tmp_path.iterdir())
        assert len(told) == 7
        assert not [each for each in told if PLANTED in each]
        assert PLANTED.encode() not in kept
        assert base64.b64encode(PLANTED.encode())[:12] not in kept
        assert not [each for each in caplog.messages if PLANTED in each or "continue=" in each]


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate of this machine, signed by itself, and its key in one file."""
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed: no certificate can be made")
        path = tmp_path / "server.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", str(path), "-out", str(tmp_path / "ca.pem")],
            capture_output=True, check=True,
        )  # fmt: skip
        authority = (tmp_path / "ca.pem").read_text()
        path.write_text(path.read_text() + authority)
        return path

    def test_a_server_is_checked_against_its_own_authority(
        self, certificate: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "empty.pem").write_text("nothing")
        cluster, memory = Cluster([node("n1")]), Memory(None)
        told = {}
        with serving(cluster.publish, certificate) as server:
            for name in ("ca.pem", None, "absent.pem", "empty.pem"):
                path = tmp_path / name if name else None
                config = kubernetes.Config(url=server.url, ca_file=path)
                keys = {"KUBERNETES_TOKEN": SecretStr(SECRET)}
                made = Configured(str(name), kubernetes.SOURCE, config, keys)
                answer = asyncio.run(ask(made, need("H100", 8), memory, lambda: NOW))
                told[name] = answer.status.error or answer.status.status
            assert len(server.seen) == 2  # nodes and pods, once
        memory.close()
        assert told.pop("ca.pem") == "ok"
        assert "certificate is not trusted" in told.pop(None)
        assert all("ca_file cannot be used" in each for each in told.values())
