"""A cluster of the fund by slurmrestd, Slurm's own HTTP interface, with a token.

Read from the real slurmrestd of Slurm 22.05.8 (v0.0.38) and from the schema of Slurm 24.05.7
(v0.0.41; api/v0041/slurm-openapi.gen.json of github.com/SlinkyProject/slurm-client). Only `GET` of
/openapi/v3, /nodes, /partitions, /jobs and /reservations; it cannot be asked when a job that is
not submitted would start, so that is bounded by time limits here.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import Field

from tools.clusters import slurm_json
from tools.clusters.offers import ClusterSettings, cluster_offers
from tools.clusters.slurm import cluster_state, pending_starts, started
from tools.clusters.slurm_records import (
    SlurmAnswers,
    UnreadableAnswer,
)
from tools.errors import InvalidInput, SourceFailed
from tools.sources.source import (
    Asking,
    Findings,
    Key,
    OwnHttpConfig,
    Pace,
    PendingStart,
    Source,
    Started,
)

_TOKEN = "SLURM_JWT"  # noqa: S105 - the name of the variable, not a token
_USER = "SLURM_USER_NAME"
Row = TypeVar("Row")


class Config(ClusterSettings, OwnHttpConfig):
    """`url` is the server's root. `version` like "v0.0.40" is asked of it where not set."""

    deadline_s: float = Field(default=10, gt=0, le=60, allow_inf_nan=False)
    version: str | None = Field(default=None, pattern=r"^v0\.0\.\d{2}$")


async def look(asking: Asking[Config]) -> SlurmAnswers:
    """Ask the cluster once. Nodes and partitions must answer; jobs and reservations may not.

    Raises `SourceFailed`.
    """
    now = asking.now()
    token = asking.key(_TOKEN)
    headers = {"X-SLURM-USER-TOKEN": token}
    name = asking.key(_USER) if _USER in asking.keys else _user_of(token)
    if name:
        headers["X-SLURM-USER-NAME"] = name

    async def get(path: str) -> Any:
        return await asking.http.get(path, headers=headers)

    version = asking.config.version or _read(slurm_json.version_of, await get("/openapi/v3"))
    names = ("nodes", "partitions", "jobs", "reservations")
    told = await asyncio.gather(
        *(get(f"/slurm/{version}/{name}") for name in names), return_exceptions=True
    )
    for each in told[:2]:
        if isinstance(each, BaseException):
            raise each
    return SlurmAnswers(
        nodes=_read(slurm_json.read_nodes, told[0]),
        partitions=_read(slurm_json.read_partitions, told[1]),
        jobs=_if_told(slurm_json.read_jobs, told[2]),
        reservations=_if_told(slurm_json.read_reservations, told[3]),
        measured_at=now,
    )


def _user_of(token: str) -> str:
    """The user that Slurm wrote into its token: 22.05 wants the name beside the token."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return str(claims["sun"])
    except (IndexError, KeyError, TypeError, ValueError):
        return ""


def _read(read: Callable[[Any], Row], answer: Any) -> Row:
    try:
        return read(answer)
    except UnreadableAnswer as error:
        raise SourceFailed(
            "answer", f"slurmrestd's answer is not understood: {error}", "see its version"
        ) from None


def _if_told(read: Callable[[Any], Row], told: Any) -> Row | None:
    if isinstance(told, SourceFailed):
        return None
    if isinstance(told, BaseException):
        raise told
    try:
        return read(told)
    except UnreadableAnswer:
        return None


async def _fetch(asking: Asking[Config]) -> Findings:
    answers = await look(asking)
    config = asking.config
    try:
        state = cluster_state(answers, config.partition, config.gpu_names)
    except InvalidInput as error:
        raise SourceFailed("configuration", error.message, error.hint) from None
    jobs = answers.jobs or ()
    return Findings(
        cluster_offers(state, asking.need, config),
        unread=state.unread_nodes,
        pending=[PendingStart(*each) for each in pending_starts(config.url, jobs)],
        started=[Started(*each) for each in started(config.url, jobs)],
    )


SOURCE = Source(
    name="slurmrestd",
    title="Slurm (slurmrestd)",
    kind="cluster",
    config=Config,
    fetch=_fetch,
    keys=(Key(_TOKEN), Key(_USER, required=False)),
    pace=Pace(requests=20, seconds=10, burst=20),
    ttl_s=30,
    asked=lambda need: f"{need.gpu.key if need.gpu else ''} {need.count} {need.hours}",
)
