"""Writes what the real Slurm says in one state into files: `python -m tests.slurm.record FOLDER`.

For tests of the readers where no Slurm is installed. `slurm-22.05` holds its own answers, without
what is of no use; `slurm-24.05` the same state in the form that the schema of v0.0.41 gives it
(api/v0041/slurm-openapi.gen.json of github.com/SlinkyProject/slurm-client, Slurm 24.05.7).
"""

from __future__ import annotations

import json
import sys
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.slurm.real_slurm import RealSlurm
from tools.clusters import slurm_text

_KINDS = ("nodes", "partitions", "jobs", "reservations")
_USELESS = {"job_resources", "operating_system", "port", "show_flags", "standard_input"}
_COMMANDS = {
    "nodes": slurm_text.NODES,
    "partitions": slurm_text.PARTITIONS,
    "jobs": slurm_text.JOBS,
    "reservations": slurm_text.RESERVATIONS,
    "job_details": slurm_text.JOB_DETAILS,
}


def busy(slurm: RealSlurm) -> None:
    """node01 full, 12 GPUs over node02 and node03, node04 drained, node05 in part; jobs wait."""
    told = ("--comment=founder:acme gpu:h100:1", "--job-name=secret model MinCPUsNode=1")
    one = slurm.submit("--gres=gpu:h100:8", "--nodelist=node01", "--time=120", *told)
    two = slurm.submit("--gpus=12", "--nodes=2", "--nodelist=node02,node03", "--time=60")
    three = slurm.submit("--gres=gpu:a100:3", "--nodelist=node05", "--time=30")
    slurm.wait_state("RUNNING", one, two, three)
    slurm.run("scontrol", "update", "nodename=node04", "state=drain", "reason=fan gpu:h100:1")
    slurm.run(
        *("scontrol", "create", "reservation", "users=root", "reservationname=fans"),
        *("nodes=node[02-03]", "starttime=now+3hours", "duration=60", "flags=maint,ignore_jobs"),
    )
    slurm.submit("--nodes=2", "--gres=gpu:h100:8", "--time=60", *told)
    slurm.submit("--nodes=1", "--gres=gpu:h100:4", "--array=1-5%2", "--time=60")
    slurm.submit("--gpus=h100:8", "--hold", "--time=60")


def main(folder: Path) -> None:
    old, new = folder / "slurm-22.05", folder / "slurm-24.05"
    for place in (old, new):
        place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        slurm = RealSlurm(Path(home))
        try:
            slurm.start()
            busy(slurm)
            _write_text(slurm, old, "")
            for kind in _KINDS:
                answer = _kept(_ask(slurm, kind), kind, slurm)
                _write(old / f"{kind}.json", answer)
                _write(new / f"{kind}.json", {kind: [_NEWER[kind](row) for row in answer[kind]]})
            slurm.stop_controller()
            slurm.start_controller()
            _write_text(slurm, old, "restarted_")
        finally:
            slurm.stop()


def _write_text(slurm: RealSlurm, place: Path, prefix: str) -> None:
    for name, command in _COMMANDS.items():
        text = slurm.run("env", "SLURM_TIME_FORMAT=%s", *command)
        text = text.replace(str(slurm.folder), "/slurm").replace("root", "someone")
        (place / f"{prefix}{name}.txt").write_text(text)


def _ask(slurm: RealSlurm, kind: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{slurm.rest_port}/slurm/v0.0.38/{kind}",
        headers={"X-SLURM-USER-NAME": "root", "X-SLURM-USER-TOKEN": slurm.token()},
    )
    with urllib.request.urlopen(request) as answer:
        return dict(json.load(answer))


def _kept(answer: Mapping[str, Any], kind: str, slurm: RealSlurm) -> dict[str, Any]:
    rows = [{k: v for k, v in row.items() if k not in _USELESS} for row in answer[kind]]
    text = json.dumps({"meta": answer["meta"], "errors": answer["errors"], kind: rows})
    return dict(json.loads(text.replace(str(slurm.folder), "/slurm").replace("root", "someone")))


def _write(path: Path, answer: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(answer, indent=1) + "\n")


def _struct(number: int | None) -> dict[str, Any]:
    return {"set": number is not None, "infinite": number in (None, -1), "number": number or 0}


def _newer_node(row: Mapping[str, Any]) -> dict[str, Any]:
    state = [row["state"].upper(), *row["state_flags"]]
    same = ("name gres gres_used partitions cpus alloc_cpus real_memory alloc_memory "
            "gres_drained reason").split()  # fmt: skip
    return {
        **{name: row[name] for name in same},
        "state": state,
        "effective_cpus": row["cpus"],
        "alloc_idle_cpus": row["idle_cpus"],
        "features": row["features"].split(","),
        "owner": row["owner"] or "",
        "boot_time": _struct(row["boot_time"]),
        "reason_set_by_user": row["reason_set_by_user"] or "",
        "version": "24.05.7",
    }


def _newer_partition(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "nodes": {"configured": row["nodes"], "total": row["total_nodes"]},
        "maximums": {
            "time": _struct(row["max_time_limit"]),
            "nodes": _struct(row["maximum_nodes_per_job"]),
            "over_time_limit": _struct(None),
        },
        "partition": {"state": [row["state"]]},
        "accounts": {"allowed": "", "deny": ""},
    }


def _newer_job(row: Mapping[str, Any]) -> dict[str, Any]:
    same = (
        "job_id name account user_name comment nodes gres_detail partition state_reason "
        "array_task_string"
    ).split()
    numbers = (
        "array_job_id array_task_id node_count tasks time_limit start_time end_time priority"
    ).split()
    asked = ("tres_per_job", "tres_per_node", "tres_per_task", "tres_per_socket")
    return {
        **{name: row[name] for name in same},
        **{name: _struct(row[name]) for name in numbers},
        **{name: row[name].replace("gres:", "gres/") for name in asked},
        "job_state": [row["job_state"]],
        "hold": row["priority"] == 0,
    }


def _newer_reservation(row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("name", "flags", "node_count", "node_list", "users", "accounts", "partition")
    times = {name: _struct(row[name]) for name in ("start_time", "end_time")}
    return {**{name: row[name] for name in same}, **times}


_NEWER = {
    "nodes": _newer_node,
    "partitions": _newer_partition,
    "jobs": _newer_job,
    "reservations": _newer_reservation,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]))
