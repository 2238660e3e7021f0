"""Slurm's words for GPUs: what a node has, what is used of it, what a job asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNTYPED = "gpu"
"""The type of GPUs that the cluster's set-up gives no type."""

_BETWEEN = re.compile(r",(?![^(]*\))")  # commas that are not within brackets
_ENTRY = re.compile(
    r"(?:gres[:/])?(?P<name>[\w.-]+)(?::(?P<type>\(null\)|[\w.+-]+?))?"
    r"(?:[:=](?P<count>\d+))?(?P<detail>\([^()]*\))?",
    re.ASCII,
)
_SHARED = ("shard", "mps")


class UnreadableGres(ValueError):
    """A GRES text that is not of the known form."""


@dataclass(frozen=True, slots=True)
class GpuUse:
    """Used GPUs of one type. `confirmed`: the node itself has told which ones."""

    count: int
    confirmed: bool


def _entries(text: str) -> list[tuple[str, str, int, str]]:
    found = []
    for part in _BETWEEN.split(text):
        if not part or part in ("(null)", "N/A"):
            continue
        match = _ENTRY.fullmatch(part)
        if match is None:
            raise UnreadableGres(part[:60])
        name, kind, count = match["name"], match["type"], match["count"]
        if count is None and kind is not None and kind.isdigit():
            kind, count = None, kind
        kind = UNTYPED if kind in (None, "(null)") else kind
        found.append((name, kind, 1 if count is None else int(count), match["detail"] or ""))
    return found


def gpus_of(text: str) -> dict[str, int]:
    """GPUs by type: "gpu:a100:4(S:0),gpu:l40s:2,nic:1" is {"a100": 4, "l40s": 2}.

    Raises `UnreadableGres`: nothing is guessed.
    """
    total: dict[str, int] = {}
    for name, kind, count, _ in _entries(text):
        if name == "gpu":
            total[kind] = total.get(kind, 0) + count
    return total


def gpus_used(text: str) -> dict[str, GpuUse]:
    """Used GPUs by type. A GPU of which a share (shard, MPS) is taken is used.

    Slurm names the used ones ("IDX:0-7") once the node has reported; before that, after a restart
    of the controller, it counts a job that is spread unevenly in full on each of its nodes.
    """
    used: dict[str, GpuUse] = {}
    for name, kind, count, detail in _entries(text):
        if name == "gpu":
            before = used.get(kind, GpuUse(0, confirmed=True))
            confirmed = count == 0 or detail.startswith("(IDX:")
            used[kind] = GpuUse(before.count + count, before.confirmed and confirmed)
        elif name in _SHARED and count:
            parts = re.findall(r"(\d+)/\d+", detail)
            if not parts:
                raise UnreadableGres(f"{name}{detail}"[:60])
            before = used.get(kind, GpuUse(0, confirmed=True))
            taken = sum(int(part) > 0 for part in parts)
            used[kind] = GpuUse(before.count + taken, before.confirmed)
    return used


def gpus_asked(
    *, per_job: str, per_node: str, per_task: str, per_socket: str, nodes: int, tasks: int
) -> int | None:
    """GPUs that a waiting job asks for in all, by what it stated; None where that does not say.

    A job that states none asks for none. With several statements the widest one counts.
    """
    try:
        job, node, task, socket = (
            sum(gpus_of(text).values()) for text in (per_job, per_node, per_task, per_socket)
        )
    except UnreadableGres:
        return None
    if job or node or task:
        return job or node * nodes or task * tasks
    return None if socket else 0
