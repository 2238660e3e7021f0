"""What Slurm's commands print, read into records. Times are asked for as seconds since 1970.

Users, accounts and names of jobs are neither asked for nor read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tools.clusters.gres import gpus_asked
from tools.clusters.nodelist import UnreadableNodes, node_names
from tools.clusters.slurm_records import (
    SlurmJob,
    SlurmNode,
    SlurmPartition,
    SlurmReservation,
    SlurmRules,
    UnreadableAnswer,
)
from tools.clusters.start import SchedulerAnswer

NODES = ("scontrol", "-o", "-d", "show", "node")
PARTITIONS = ("scontrol", "-o", "show", "partition")
RESERVATIONS = ("scontrol", "-o", "show", "reservation")
RULES = ("scontrol", "show", "config")
JOB_DETAILS = ("scontrol", "-o", "-d", "show", "job")
_BETWEEN = "@"  # no shell on the way gives it a meaning, no field that is asked for has it
_FIELDS = (
    "JobID JobArrayID StateCompact NumNodes NumTasks tres-per-job tres-per-node tres-per-task "
    "tres-per-socket TimeLimit StartTime EndTime Reason NodeList"
).split()
JOBS = ("squeue", "-h", "-a", "-r", "-O", ",".join(f"{name}:{_BETWEEN}" for name in _FIELDS))

_SIGNS = {
    "*": "NOT_RESPONDING",
    "~": "POWERED_DOWN",
    "#": "POWERING_UP",
    "!": "POWER_DOWN",
    "%": "POWERING_DOWN",
    "$": "MAINTENANCE",
    "@": "REBOOT_REQUESTED",
    "^": "REBOOT_ISSUED",
    "-": "PLANNED",
}
_STATES = {"PD": "PENDING", "R": "RUNNING", "CG": "COMPLETING", "S": "SUSPENDED"}
_STATES |= dict.fromkeys(("RQ", "RH", "RD", "SE"), "PENDING")  # to be queued again


def read_nodes(text: str) -> list[SlurmNode]:
    """The answer to `NODES`. Raises `UnreadableAnswer`."""
    return [_node(line) for line in _records(text, "NodeName=")]


def _node(line: str) -> SlurmNode:
    return SlurmNode(
        name=_value(line, "NodeName"),
        words=state_words(_value(line, "State")) | _owned(line),
        gres=_value(line, "Gres"),
        gres_used=_value(line, "GresUsed"),
        partitions=tuple(filter(None, _optional(line, "Partitions").split(","))),
        cpus=_number(_optional(line, "CPUEfctv") or _optional(line, "CPUTot")),
        cpus_used=_number(_optional(line, "CPUAlloc")),
        memory_mb=_number(_optional(line, "RealMemory")),
        memory_used_mb=_number(_optional(line, "AllocMem")),
        features=tuple(_features(_optional(line, "AvailableFeatures"))),
    )


def _owned(line: str) -> frozenset[str]:
    """A node that a partition gives to one user at a time, while it does."""
    return frozenset({"OWNED"} if _optional(line, "Owner") not in ("", "N/A") else ())


def state_words(text: str) -> frozenset[str]:
    """Words of a state like "IDLE+DRAIN" or "DOWN*": the signs at the end are flags too."""
    words = set()
    for word in text.upper().split("+"):
        bare = word.rstrip("".join(_SIGNS))
        words |= {bare, *(_SIGNS[sign] for sign in word[len(bare) :])}
    return frozenset(words - {""})


def read_partitions(text: str) -> list[SlurmPartition]:
    """The answer to `PARTITIONS`. Raises `UnreadableAnswer`."""
    return [
        SlurmPartition(
            name=_value(line, "PartitionName"),
            is_default=_value(line, "Default") == "YES",
            up=_value(line, "State") == "UP",
            max_minutes=minutes(_value(line, "MaxTime")),
            max_nodes=_number(_value(line, "MaxNodes")),
        )
        for line in _records(text, "PartitionName=")
    ]


def read_reservations(text: str) -> list[SlurmReservation]:
    """The answer to `RESERVATIONS`. Raises `UnreadableAnswer`."""
    found = []
    for line in _records(text, "ReservationName="):
        start, end = (_time(_value(line, name)) for name in ("StartTime", "EndTime"))
        if start is None or end is None:
            raise UnreadableAnswer("a reservation without times")
        nodes = _nodes(_value(line, "Nodes"))
        stated = bool(nodes) or _value(line, "NodeCnt") == "0"
        flags = frozenset(_optional(line, "Flags").split(","))
        found.append(SlurmReservation(start, end, nodes if stated else None, flags))
    return found


def read_rules(text: str) -> SlurmRules:
    """The answer to `RULES`."""
    told = dict(re.findall(r"^(\w+) += (.*)$", text, re.MULTILINE))
    over, kill = (told.get(name, "0").split() for name in ("OverTimeLimit", "KillWait"))
    after = -(-(_number(kill[0]) or 0) // 60) if kill else 0
    beyond = _number(over[0]) if over else 0
    return SlurmRules(
        overrun_minutes=None if beyond is None else beyond + max(0, after - 1),
        hides_jobs=not {"jobs", "all"}.isdisjoint(re.split(r"[,\s]+", told.get("PrivateData", ""))),
        backfills=told.get("SchedulerType", "sched/backfill") == "sched/backfill",
    )


def read_jobs(text: str) -> list[SlurmJob]:
    """The answer to `JOBS`: one record a job, and a task of an array. Raises `UnreadableAnswer`."""
    return [_job(line) for line in _whole(text).split("\n") if line.strip()]


def _job(line: str) -> SlurmJob:
    cells = [cell.strip() for cell in line.split(_BETWEEN)]
    if len(cells) != len(_FIELDS) + 1:
        raise UnreadableAnswer(f"a job of {len(cells) - 1} fields, {len(_FIELDS)} were asked for")
    told = dict(zip(_FIELDS, cells, strict=False))
    gpus = gpus_asked(
        per_job=told["tres-per-job"],
        per_node=told["tres-per-node"],
        per_task=told["tres-per-task"],
        per_socket=told["tres-per-socket"],
        nodes=_number(told["NumNodes"].split("-")[0]) or 1,
        tasks=_number(told["NumTasks"]) or 1,
    )
    return SlurmJob(
        number=told["JobID"],
        task=told["JobArrayID"],
        state=_STATES.get(told["StateCompact"], told["StateCompact"]),
        nodes=_nodes(told["NodeList"]),
        start=_time(told["StartTime"]),
        end=_time(told["EndTime"]),
        minutes=minutes(told["TimeLimit"]),
        reason=told["Reason"],
        gpus=gpus,
    )


def with_details(jobs: list[SlurmJob], text: str) -> list[SlurmJob]:
    """The jobs with their GPUs on each node, from the answer to `JOB_DETAILS`.

    That answer has free text in it (names of jobs, comments with line ends); a job whose line, or
    the wanted part of it, is not there exactly once is left as it was.
    """
    lines = [line for line in text.split("\n") if line.startswith("JobId=")]
    numbers = Counter(_optional(line, "JobId") for line in lines)
    gres: dict[str, dict[str, str]] = {}
    for line in lines:
        number = _optional(line, "JobId")
        marks = (line.count("CoreSpec="), line.count("MinCPUsNode="))
        if numbers[number] == 1 and marks == (1, 1):
            part = line[line.index("CoreSpec=") : line.index("MinCPUsNode=")]
            gres[number] = {
                name: match[2]
                for match in re.finditer(r"\sNodes=(\S+) CPU_IDs=\S+ Mem=\S+ GRES=(\S*)", part)
                for name in _nodes(match[1])
            }
    return [replace(each, gres_on=gres.get(each.number, {})) for each in jobs]


_STARTS = re.compile(r"Job \d+ to start at (\d+) using")


def read_test(printed: str, failed: bool) -> SchedulerAnswer:
    """What `sbatch --test-only` printed on stderr, and whether it failed."""
    match = _STARTS.search(printed)
    if match and not failed:
        return SchedulerAnswer(said="start", at=_time(match[1]))
    refused = "Requested node configuration is not available" in printed
    return SchedulerAnswer(said="refused" if refused else "failed")


def minutes(text: str) -> int | None:
    """A time limit like "7-00:00:00" or "30:00" in minutes, rounded up; None where it has none."""
    match = re.fullmatch(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)", text)
    if match is None:
        return None
    days, hours, mins, seconds = (int(part or 0) for part in match.groups())
    return days * 1440 + hours * 60 + mins + (seconds > 0)


def _records(text: str, head: str) -> Iterator[str]:
    for line in _whole(text).split("\n"):
        if line.startswith(head):
            yield line
        elif line.strip() and not line.startswith("No "):  # "No reservations in the system"
            raise UnreadableAnswer(f"a line that does not begin with {head}")


def _whole(text: str) -> str:
    if text and not text.endswith("\n"):
        raise UnreadableAnswer("it is cut off")
    return text


def _optional(line: str, name: str) -> str:
    match = re.search(rf"(?:^|\s){name}=(\S*)", line)
    return match[1] if match else ""


def _value(line: str, name: str) -> str:
    match = re.search(rf"(?:^|\s){name}=(\S*)", line)
    if match is None:
        raise UnreadableAnswer(f"no {name}=")
    return match[1]


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None


def _time(text: str) -> datetime | None:
    seconds = _number(text)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _nodes(text: str) -> tuple[str, ...]:
    try:
        return node_names(text)
    except UnreadableNodes as error:
        raise UnreadableAnswer(f"a list of nodes: {error}") from error


def _features(text: str) -> list[str]:
    return [] if text == "(null)" else [each for each in text.split(",") if each]
