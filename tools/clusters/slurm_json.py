"""What slurmrestd answers, read into records.

Two shapes of one interface: up to v0.0.38 (Slurm 22.05) states are one word and numbers are
numbers; from v0.0.40 (24.x) states are lists and numbers are {"set", "infinite", "number"}.
Schemas: the real 22.05.8, and api/v0041/slurm-openapi.gen.json of github.com/SlinkyProject/
slurm-client (Slurm 24.05.7). Users, accounts and names of jobs are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.clusters.gres import gpus_asked
from tools.clusters.nodelist import UnreadableNodes, node_names
from tools.clusters.slurm_records import (
    SlurmJob,
    SlurmNode,
    SlurmPartition,
    SlurmReservation,
    UnreadableAnswer,
)

_ENDED = frozenset(
    "COMPLETED CANCELLED FAILED TIMEOUT NODE_FAIL PREEMPTED BOOT_FAIL DEADLINE OUT_OF_MEMORY "
    "REVOKED LAUNCH_FAILED RECONFIG_FAIL".split()
)
_VERSION = re.compile(r"/slurm/v0\.0\.(\d+)/nodes/?")
_OLDEST, _NEWEST = 38, 45


def version_of(openapi: Any) -> str:
    """The newest version that this server speaks and we can read, like "v0.0.41".

    `openapi` is its own description. Raises `UnreadableAnswer`.
    """
    paths = _part(openapi, "paths", dict)
    found = [int(match[1]) for path in paths if (match := _VERSION.fullmatch(str(path)))]
    known = [each for each in found if _OLDEST <= each <= _NEWEST]
    if not known:
        raise UnreadableAnswer(f"no version of v0.0.{_OLDEST} to v0.0.{_NEWEST}")
    return f"v0.0.{max(known)}"


def read_nodes(answer: Any) -> list[SlurmNode]:
    """The answer of `/nodes`. Raises `UnreadableAnswer`."""
    return [_node(each) for each in _rows(answer, "nodes")]


def _node(row: Mapping[str, Any]) -> SlurmNode:
    words = _words(row, "state") | _words(row, "state_flags", needed=False)
    return SlurmNode(
        name=_part(row, "name", str),
        words=words | ({"OWNED"} if row.get("owner") else set()),
        gres=_part(row, "gres", str),
        gres_used=_part(row, "gres_used", str),
        partitions=tuple(_listed(row.get("partitions"))),
        cpus=_number(row.get("effective_cpus", row.get("cpus"))),
        cpus_used=_number(row.get("alloc_cpus")),
        memory_mb=_number(row.get("real_memory")),
        memory_used_mb=_number(row.get("alloc_memory")),
        features=tuple(_listed(row.get("features"))),
    )


def read_partitions(answer: Any) -> list[SlurmPartition]:
    """The answer of `/partitions`. Raises `UnreadableAnswer`.

    Which one is the default is said up to v0.0.38 only.
    """
    found = []
    for row in _rows(answer, "partitions"):
        maximums = row.get("maximums")
        limits = maximums if isinstance(maximums, dict) else {}
        state = row.get("partition", row)
        if "maximums" not in row and "max_time_limit" not in row:
            raise UnreadableAnswer("a partition without limits")
        found.append(
            SlurmPartition(
                name=_part(row, "name", str),
                is_default="default" in _listed(row.get("flags")),
                up="UP" in _words(state, "state"),
                max_minutes=_number(limits.get("time", row.get("max_time_limit"))),
                max_nodes=_number(limits.get("nodes", row.get("maximum_nodes_per_job"))),
            )
        )
    return found


def read_reservations(answer: Any) -> list[SlurmReservation]:
    """The answer of `/reservations`. Raises `UnreadableAnswer`."""
    found = []
    for row in _rows(answer, "reservations"):
        start, end = _time(row.get("start_time")), _time(row.get("end_time"))
        if start is None or end is None:
            raise UnreadableAnswer("a reservation without times")
        nodes = _nodes(_part(row, "node_list", str))
        stated = bool(nodes) or row.get("node_count") == 0
        flags = _words(row, "flags", needed=False)
        found.append(SlurmReservation(start, end, nodes if stated else None, flags))
    return found


def read_jobs(answer: Any) -> list[SlurmJob]:
    """The answer of `/jobs`, without those that have ended. Raises `UnreadableAnswer`."""
    jobs = [_job(each) for each in _rows(answer, "jobs")]
    return [each for each in jobs if each.state not in _ENDED]


def _job(row: Mapping[str, Any]) -> SlurmJob:
    nodes = _nodes(_part(row, "nodes", str))
    details = row.get("gres_detail")
    told = details if isinstance(details, list) and len(details) == len(nodes) else []
    state = _job_state(_words(row, "job_state"))
    array, task = _number(row.get("array_job_id")), _number(row.get("array_task_id"))
    waiting_tasks = _text(row, "array_task_string") if state == "PENDING" else ""
    number = _number(row.get("job_id"))
    if number is None:
        raise UnreadableAnswer("a job without a number")
    name = f"{array}_{task}" if array and task is not None else str(number)
    return SlurmJob(
        number=str(number),
        state=state,
        task="" if waiting_tasks else name,
        nodes=nodes,
        start=_time(row.get("start_time")),
        end=_time(row.get("end_time")),
        minutes=_number(_part(row, "time_limit", object)),
        reason=_text(row, "state_reason"),
        gpus=gpus_asked(
            per_job=_text(row, "tres_per_job"),
            per_node=_text(row, "tres_per_node"),
            per_task=_text(row, "tres_per_task"),
            per_socket=_text(row, "tres_per_socket"),
            nodes=_number(row.get("node_count")) or 1,
            tasks=_number(row.get("tasks")) or 1,
        ),
        copies=_tasks(waiting_tasks),
        gres_on=dict(zip(nodes, map(str, told), strict=True)) if told else {},
    )


def _job_state(words: frozenset[str]) -> str:
    for state in ("COMPLETING", "SUSPENDED", "PENDING"):
        if state in words:
            return state
    return next(iter(sorted(words & _ENDED)), "RUNNING")


def _tasks(text: str) -> int | None:
    """How many tasks "1-30:2,40%4" are; None where the text was cut."""
    if not text:
        return 1
    total = 0
    for part in text.split("%")[0].strip("[]").split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part, re.ASCII)
        if match is None:
            return None
        first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        total += len(range(first, last + 1, max(step, 1)))
    return total


def _rows(answer: Any, name: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = _part(answer, name, list)
    if not all(isinstance(each, dict) for each in rows):
        raise UnreadableAnswer(f"{name} is not a list of records")
    if isinstance(answer, dict) and answer.get("errors"):
        raise UnreadableAnswer(f"{name} came with errors")
    return rows


def _part(row: Any, name: str, kind: type[Any]) -> Any:
    if not isinstance(row, dict) or name not in row:
        raise UnreadableAnswer(f"no {name}")
    if not isinstance(row[name], kind):
        raise UnreadableAnswer(f"{name} is not of the known form")
    return row[name]


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [each for each in value.split(",") if each]
    return [str(each) for each in value] if isinstance(value, list) else []


def _words(row: Any, name: str, needed: bool = True) -> frozenset[str]:
    value = row.get(name) if isinstance(row, dict) else None
    if value is None and needed:
        raise UnreadableAnswer(f"no {name}")
    return frozenset(each.upper() for each in _listed(value))


def _number(value: Any) -> int | None:
    if isinstance(value, dict):
        known = value.get("set") is True and value.get("infinite") is not True
        value = value.get("number") if known else None
    return value if type(value) is int and value >= 0 else None


def _time(value: Any) -> datetime | None:
    seconds = _number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 2**34 else None


def _nodes(text: str) -> tuple[str, ...]:
    try:
        return node_names(text)
    except UnreadableNodes as error:
        raise UnreadableAnswer(f"a list of nodes: {error}") from error
