"""slurmrestd by the schema of v0.0.41 (Slurm 24.05.7), in the state recorded for the readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.tools.sources.fakes.fake import SECRET, Fake
from tests.tools.sources.loopback import Reply, Request
from tools.sources import slurmrestd

_RECORDED = Path(__file__).parents[2] / "clusters" / "recorded" / "slurm-24.05"
_KINDS = ("nodes", "partitions", "jobs", "reservations")


def _publish(request: Request, variant: str) -> Reply:
    if request.headers.get("x-slurm-user-token") != SECRET:
        return Reply({}, 401)
    if request.path == "/openapi/v3":
        versions = ("v0.0.39", "v0.0.41", "v0.0.99")
        return Reply({"paths": {f"/slurm/{v}/{k}/": {} for v in versions for k in _KINDS}})
    kind = request.path.removeprefix("/slurm/v0.0.41/")
    if request.method != "GET" or kind not in _KINDS:
        return Reply({}, 404)
    answer: dict[str, Any] = json.loads((_RECORDED / f"{kind}.json").read_text())
    if variant == "empty":
        answer = {kind: []}
    elif variant == "renamed" and kind == "nodes":
        for row in answer["nodes"]:
            row["gres_in_use"] = row.pop("gres_used")
    return Reply(answer)


_QUEUE = {
    "pending_jobs": 7,
    "pending_gpus": 44,
    "quota_gpus": None,
    "quota_used": None,
    "place": None,
}
FAKE = Fake(
    source=slurmrestd.SOURCE,
    publish=_publish,
    keys={"SLURM_JWT": SECRET},
    expected={
        "normal": [
            {"provider": "Fund cluster", "gpu_raw": "h100", "gpu": "nvidia-h100-any-80gb",
             "form_stated": False, "term": "fund", "price": None, "count": 32, "free": 4,
             "whole_nodes": 0, "largest_block": 4, "availability": "available",
             "queue": _QUEUE, "effective_at": "2026-11-22T12:00:00+00:00"},
            {"gpu_raw": "a100", "count": 4, "free": 1, "whole_nodes": 0, "largest_block": 1},
            {"gpu_raw": "l40s", "count": 2, "free": 2, "whole_nodes": 1, "largest_block": 2},
        ],
        "empty": [],
    },
    impossible={
        "null_price": "a cluster states no price",
        "two_terms": "a cluster has one term",
    },
)  # fmt: skip
