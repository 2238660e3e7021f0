"""A Kubernetes API server by core/v1 (1.33) with Kueue v1beta2 (0.15): nodes, pods, queues.

Every name that belongs to another company holds PLANTED, so that a search finds it wherever it
leaks.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.needs import need
from tools.sources import kubernetes

PLANTED = "rival-startup"
PAGE = 3
"""Items on a page, whatever limit is asked for: a server may give fewer."""
Row = dict[str, Any]
H100 = "NVIDIA-H100-80GB-HBM3"
A100 = "NVIDIA-A100-SXM4-80GB"


def node(
    name: str, product: str | None = H100, gpus: Mapping[str, object] | None = None, **more: Any
) -> Row:
    """A node. `more`: labels, taints, unschedulable, ready ("True"), cpu, memory, deleted."""
    labels: dict[str, str] = {"kubernetes.io/hostname": name}
    if product:
        memory = "81559" if "H100" in product else "81920"
        labels |= {"nvidia.com/gpu.product": product, "nvidia.com/gpu.memory": memory,
                   "nvidia.com/gpu.count": "8", "nvidia.com/gpu.replicas": "1",
                   "nvidia.com/gpu.sharing-strategy": "none",
                   f"{PLANTED}.example/team": PLANTED}  # fmt: skip
    devices = {"nvidia.com/gpu": "8"} if gpus is None and product else dict(gpus or {})
    meta: Row = {"name": name, "uid": f"u-{name}", "labels": labels | more.get("labels", {})}
    if "deleted" in more:
        meta["deletionTimestamp"] = more["deleted"]
    spec: Row = {"podCIDR": "10.0.0.0/24"}
    if "taints" in more:
        spec["taints"] = more["taints"]
    if more.get("unschedulable"):
        spec["unschedulable"] = True
    amounts = {
        "cpu": more.get("cpu", "191500m"), "memory": more.get("memory", "2097152Mi"),
        "pods": "110", "ephemeral-storage": "95551679124", **devices,
    }  # fmt: skip
    conditions = [
        {"type": "MemoryPressure", "status": "False"},
        {"type": "Ready", "status": more.get("ready", "True"), "reason": "KubeletReady"},
    ]
    status = {"capacity": amounts, "allocatable": amounts, "conditions": conditions}
    return {"metadata": meta, "spec": spec, "status": status}


def gpus(amount: object, device: str = "nvidia.com/gpu", **more: Any) -> Row:
    """A container that asks for GPUs (as a limit too, as Kubernetes wants it)."""
    amounts = {device: amount, "cpu": more.pop("cpu", "4"), "memory": more.pop("memory", "64Gi")}
    return {"name": PLANTED, "resources": {"limits": amounts, "requests": amounts}, **more}


def pod(on: str | None, *containers: Row, phase: str = "Running", **more: Any) -> Row:
    """A pod of another company, on a node or waiting for one. `more`: init, deleted, overhead."""
    meta: Row = {
        "name": f"{PLANTED}-train-7f9", "namespace": PLANTED,
        "labels": {"team": PLANTED, f"{PLANTED}/app": "x"},
        "ownerReferences": [{"kind": "Job", "name": PLANTED}],
    }  # fmt: skip
    if "deleted" in more:
        meta["deletionTimestamp"] = more["deleted"]
    spec: Row = {"containers": list(containers), "serviceAccountName": PLANTED}
    if on:
        spec["nodeName"] = on
    if "init" in more:
        spec["initContainers"] = more["init"]
    if "overhead" in more:
        spec["overhead"] = more["overhead"]
    return {"metadata": meta, "spec": spec, "status": {"phase": phase, "message": PLANTED}}


def cluster_queue(
    name: str, nominal: object, used: object, cohort: str | None = None, **more: Any
) -> Row:
    """A ClusterQueue with quota of the flavor h100. `more`: borrowing, pending, strategy, stop,
    reserved, version (v1beta1 names the cohort otherwise)."""
    quota: Row = {"name": "nvidia.com/gpu", "nominalQuota": nominal}
    if "borrowing" in more:
        quota["borrowingLimit"] = more["borrowing"]
    plenty = [{"name": "cpu", "nominalQuota": "1k"}, {"name": "memory", "nominalQuota": "20Ti"}]
    groups = [{
        "coveredResources": ["cpu", "memory", "nvidia.com/gpu"],
        "flavors": [{"name": "h100", "resources": [*plenty, quota]}],
    }]  # fmt: skip
    spec: Row = {
        "resourceGroups": groups, "namespaceSelector": {}, "stopPolicy": more.get("stop", "None"),
        "queueingStrategy": more.get("strategy", "BestEffortFIFO"),
    }  # fmt: skip
    if "checks" in more:
        spec["admissionChecks"] = more["checks"]
    if cohort:
        spec["cohort" if more.get("version") == "v1beta1" else "cohortName"] = cohort

    def totals(amount: object) -> list[Row]:
        gpu = {"name": "nvidia.com/gpu", "total": amount, "borrowed": "0"}
        return [{"name": "h100", "resources": [{"name": "cpu", "total": "32"}, gpu]}]

    status = {
        "conditions": [{"type": "Active", "status": "True", "message": PLANTED}],
        "flavorsReservation": totals(more.get("reserved", used)), "flavorsUsage": totals(used),
        "pendingWorkloads": more.get("pending", 0), "admittedWorkloads": 1,
    }  # fmt: skip
    return {"metadata": {"name": name}, "spec": spec, "status": status}


def flavor(name: str, **labels: str) -> Row:
    """A ResourceFlavor for the nodes of one product."""
    return {"metadata": {"name": name}, "spec": {"nodeLabels": labels} if labels else {}}


class Cluster:
    """What an API server has. `forbidden` are beginnings of paths that the account may not read;
    `expire` is how many continue tokens expire before one is taken."""

    def __init__(
        self,
        nodes: Sequence[Row] = (),
        pods: Sequence[Row] = (),
        queues: Sequence[Row] = (),
        **more: Any,
    ) -> None:
        self.nodes, self.pods, self.queues = nodes, pods, queues
        self.flavors = more.get("flavors") or [flavor("h100", **{"nvidia.com/gpu.product": H100})]
        self.version = more.get("version", "v1beta2")
        self.forbidden: Sequence[str] = more.get("forbidden", ())
        self.expire: int = more.get("expire", 0)
        self.waiting: Sequence[int] | None = more.get("waiting")
        self.cohorts: Sequence[Row] = more.get("cohorts", ())
        self.local: Row = {"clusterQueue": "ours", "stopPolicy": more.get("local_stop", "None")}

    def publish(self, request: Request, variant: str = "normal") -> Reply:
        """The answer to a request, by the published API."""
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return self._refused(401, "Unauthorized")
        if any(request.path.startswith(each) for each in self.forbidden):
            return self._refused(403, "Forbidden")
        kueue = f"/apis/kueue.x-k8s.io/{self.version}"
        visible = f"/apis/visibility.kueue.x-k8s.io/{self.version}"
        lists = {
            "/api/v1/nodes": self.nodes,
            "/api/v1/pods": [each for each in self.pods if _selected(each, request)],
            f"{kueue}/clusterqueues": self.queues,
            f"{kueue}/resourceflavors": self.flavors,
            f"{kueue}/cohorts": self.cohorts,
        }
        if request.path in lists:
            return self._page(request, lists[request.path], variant)
        single: dict[str, Any] = {
            "/apis/kueue.x-k8s.io": {
                "kind": "APIGroup", "name": "kueue.x-k8s.io",
                "versions": [{"groupVersion": f"kueue.x-k8s.io/{self.version}",
                              "version": self.version}],
            },
            f"{kueue}/namespaces/founder/localqueues/main": {
                "metadata": {"name": "main"}, "spec": self.local, "status": {},
            },
        }  # fmt: skip
        if self.waiting is not None:
            items = [{"metadata": {"name": PLANTED, "namespace": PLANTED}, "priority": 0,
                      "localQueueName": PLANTED, "positionInClusterQueue": place,
                      "positionInLocalQueue": n}
                     for n, place in enumerate(self.waiting)]  # fmt: skip
            single[f"{visible}/namespaces/founder/localqueues/main/pendingworkloads"] = {
                "items": items or None
            }
        found = single.get(request.path)
        return Reply(found) if found else self._refused(404, "NotFound")

    def _page(self, request: Request, rows: Sequence[Row], variant: str) -> Reply:
        token = request.query.get("continue")
        start = 0
        if token:
            if self.expire:
                self.expire -= 1
                return self._refused(410, "Expired")
            start = int(json.loads(base64.b64decode(token))["start"])
        size = min(PAGE, int(request.query["limit"]))
        page = list(rows[start : start + size])
        meta: Row = {"resourceVersion": "1"}
        if start + size < len(rows):
            mark = json.dumps({"start": start + size, "after": f"{PLANTED}/{PLANTED}-train"})
            meta["continue"] = base64.b64encode(mark.encode()).decode()
        if variant == "renamed":
            page = [json.loads(json.dumps(row).replace('"allocatable"', '"allocable"'))
                    for row in page]  # fmt: skip
        return Reply({"kind": "List", "apiVersion": "v1", "metadata": meta, "items": page})

    def _refused(self, status: int, reason: str) -> Reply:
        told = {"kind": "Status", "status": "Failure", "reason": reason, "code": status,
                "message": f'pods is forbidden: "{PLANTED}" cannot list'}  # fmt: skip
        return Reply(told, status)


def _selected(row: Row, request: Request) -> bool:
    """Whether a field selector of the form "status.phase!=X,..." takes a pod."""
    selector = request.query.get("fieldSelector", "")
    left_out = [each.removeprefix("status.phase!=") for each in selector.split(",")]
    return row["status"]["phase"] not in left_out


GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
_TAINTED = {"key": f"{PLANTED}/only", "value": PLANTED, "effect": "NoSchedule"}
_NORMAL = Cluster(
    nodes=[
        node("n1", taints=[GPU_TAINT]),
        node("n2", gpus={"nvidia.com/gpu": 8}),
        node("n3", unschedulable=True, taints=[
            {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]),
        node("n4", ready="Unknown"),
        node("n5", taints=[_TAINTED]),
        node("n6", A100, {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "7",
                          "nvidia.com/mig-3g.40gb": "2"}),
        node("c1", None),
    ],
    pods=[
        pod("n2", gpus("2"), gpus(2)),
        pod("n2", gpus("1"), deleted="2026-11-22T11:59:00Z"),
        pod("n2", gpus("8"), phase="Succeeded"),
        pod("n6", gpus("3", "nvidia.com/mig-1g.10gb")),
        pod(None, gpus("8"), phase="Pending"),
    ],
)  # fmt: skip
_H100_ROW: dict[str, Any] = {
    "provider": "Fund cluster", "gpu": "nvidia-h100-sxm5-80gb", "gpu_raw": H100, "count": 40,
    "nodes": 5, "free": 11, "whole_nodes": 1, "largest_block": 8, "term": "fund",
    "availability": "available", "price": None,
    "queue": {"pending_jobs": 1, "pending_gpus": 8, "quota_gpus": None, "quota_used": None,
              "place": None},
}  # fmt: skip
FAKE = Fake(
    source=kubernetes.SOURCE,
    publish=lambda request, variant: (
        Cluster() if variant == "empty" else _NORMAL
    ).publish(request, variant),
    keys={"KUBERNETES_TOKEN": SECRET},
    need=need("H100", 8),
    impossible={
        "null_price": "a cluster states no prices",
        "two_terms": "a cluster has one term",
    },
    expected={
        "normal": [
            _H100_ROW,
            {"gpu": None, "gpu_raw": f"{A100} mig-1g.10gb", "count": 7, "free": 4,
             "largest_block": 4, "whole_nodes": 0},
            {"gpu": None, "gpu_raw": f"{A100} mig-3g.40gb", "count": 2, "free": 2,
             "largest_block": 2, "whole_nodes": 1},
        ],
        "empty": [],
    },
)  # fmt: skip
