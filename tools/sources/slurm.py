"""A cluster of the fund by Slurm's command line, here or behind a prefix like `ssh login.example`.

Only questions are asked (`scontrol show`, `squeue`, `sbatch --test-only`, which submits nothing).
No shell is started here; ssh starts one on the other side, so every argument must be of characters
that no shell gives a meaning.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from pydantic import Field, field_validator

from tools.clusters import slurm_text
from tools.clusters.gres import UNTYPED
from tools.clusters.offers import ClusterSettings, cluster_offers, requests
from tools.clusters.slurm import cluster_state, needs_details, pending_starts, started
from tools.clusters.slurm_records import (
    SlurmAnswers,
    SlurmRules,
    UnreadableAnswer,
)
from tools.clusters.start import SchedulerAnswer
from tools.clusters.state import ClusterState, JobRequest
from tools.errors import InvalidInput, SourceFailed
from tools.needs import Need
from tools.sources.source import (
    Asking,
    Findings,
    Pace,
    PendingStart,
    Source,
    SourceConfig,
    Started,
)

_PLAIN = re.compile(r"[A-Za-z0-9_.,:=/@%+-]+", re.ASCII)
_LARGEST_OUTPUT = 50_000_000
_FILTERS = ("SQUEUE_STATES", "SQUEUE_PARTITION", "SQUEUE_USERS", "SQUEUE_ACCOUNT", "SQUEUE_SORT")
# One language, times that need no zone, and no filter that a login's set-up may put on squeue.
_SET_UP = (
    "env",
    *(part for name in _FILTERS for part in ("-u", name)),
    "LC_ALL=C",
    "SLURM_TIME_FORMAT=%s",
)
_SSH_FAILED = 255
_QUESTIONS = (
    slurm_text.NODES,
    slurm_text.PARTITIONS,
    slurm_text.JOBS,
    slurm_text.RESERVATIONS,
    slurm_text.RULES,
)
Row = TypeVar("Row")


class Config(ClusterSettings, SourceConfig):
    """`prefix` is put before each command: ["ssh", "login.example"]. `test_only`: whether Slurm
    may be asked for the start of a job that is not submitted. `sees_all_jobs`: the user may see
    others' jobs although Slurm hides them from most."""

    deadline_s: float = Field(default=10, gt=0, le=60, allow_inf_nan=False)
    prefix: tuple[str, ...] = ()
    test_only: bool = True
    sees_all_jobs: bool = False
    account: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")

    @field_validator("prefix")
    @classmethod
    def _sayable(cls, prefix: tuple[str, ...]) -> tuple[str, ...]:
        if any("\0" in part or not part for part in prefix):
            raise ValueError("words of a command, none of them empty")
        return prefix


@dataclass(frozen=True, slots=True)
class _Ended:
    status: int
    printed: str
    complained: str


class Commands:
    """Runs Slurm's programs. A run that is cancelled, at a deadline for one, is killed with all
    that it started."""

    def __init__(self, prefix: Sequence[str]) -> None:
        self._prefix = tuple(prefix)

    async def answer(self, command: Sequence[str]) -> str:
        """What `command` printed. Raises `SourceFailed` where it failed."""
        ended = await self.run(command)
        if ended.status == 0:
            return ended.printed
        name = command[0]
        if "Unable to contact slurm controller" in ended.complained:
            raise SourceFailed("network", "Slurm's controller does not answer", "try again later")
        if ended.status == _SSH_FAILED:
            raise SourceFailed("network", "the login node cannot be reached", "see the prefix")
        if ended.status == 127:
            raise SourceFailed("configuration", f"there is no program {name} there", "see `prefix`")
        raise SourceFailed("server", f"{name} failed with status {ended.status}", "run it by hand")

    async def run(self, command: Sequence[str]) -> _Ended:
        """How `command` ended and what it printed, as text; undecodable bytes are replaced."""
        unsafe = [part for part in command if not _PLAIN.fullmatch(part)]
        if unsafe:
            raise SourceFailed("configuration", f"{unsafe[0][:40]!r} cannot be passed on")
        words = (*self._prefix, *_SET_UP, *command)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            hint = "install Slurm's client, or name a login node in `prefix`"
            raise SourceFailed(
                "configuration", f"cannot start {words[0]}: {error.strerror}", hint
            ) from None
        try:
            texts = await asyncio.gather(
                _read(process, process.stdout),
                _read(process, process.stderr),
                return_exceptions=True,
            )
            for text in texts:
                if isinstance(text, BaseException):
                    raise text
            return _Ended(await process.wait(), str(texts[0]), str(texts[1]))
        finally:
            await _end(process)


async def _read(process: asyncio.subprocess.Process, stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    parts = bytearray()
    while part := await stream.read(65_536):
        parts += part
        if len(parts) > _LARGEST_OUTPUT:
            _kill(process)
            raise SourceFailed("answer", "Slurm's answer is over 50 MB", "set a partition")
    return parts.decode("utf-8", "replace")


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of it, its children too, and close its pipes."""
    _kill(process)
    await process.wait()
    transport = getattr(process, "_transport", None)
    if transport is not None:
        transport.close()


async def look(commands: Commands, now: datetime) -> SlurmAnswers:
    """Ask the cluster once. Nodes and partitions must answer; jobs and reservations may not.

    Raises `SourceFailed`.
    """
    told = await asyncio.gather(
        *(commands.answer(each) for each in _QUESTIONS), return_exceptions=True
    )
    for each in told[:2]:
        if isinstance(each, BaseException):
            raise each
    try:
        nodes = slurm_text.read_nodes(str(told[0]))
        partitions = slurm_text.read_partitions(str(told[1]))
        jobs = _if_told(told[2], slurm_text.read_jobs)
        if jobs is not None and needs_details(nodes):
            jobs = slurm_text.with_details(jobs, await commands.answer(slurm_text.JOB_DETAILS))
    except UnreadableAnswer as error:
        raise SourceFailed("answer", f"Slurm's answer is not understood: {error}") from None
    reservations = _if_told(told[3], slurm_text.read_reservations)
    rules = SlurmRules() if isinstance(told[4], BaseException) else slurm_text.read_rules(told[4])
    return SlurmAnswers(nodes, partitions, jobs, reservations, now, rules)


def _if_told(told: str | BaseException, read: Callable[[str], list[Row]]) -> list[Row] | None:
    if isinstance(told, SourceFailed):
        return None
    if isinstance(told, BaseException):
        raise told
    try:
        return read(told)
    except UnreadableAnswer:
        return None


async def try_out(commands: Commands, job: JobRequest, config: Config) -> SchedulerAnswer:
    """What Slurm says of a job that is not submitted."""
    kind = job.gpus_on_each if job.gpu == UNTYPED else f"{job.gpu}:{job.gpus_on_each}"
    words = [
        *("sbatch", "--test-only", "--wrap=true", "--chdir=/", "--output=/dev/null"),
        f"--nodes={job.nodes}",
        f"--ntasks={job.nodes}",
        "--ntasks-per-node=1",
        f"--cpus-per-task={job.gpus_on_each * job.cpus_per_gpu}",
        f"--mem={max(1, job.gpus_on_each * job.memory_mb_per_gpu)}M",
        f"--gres=gpu:{kind}",
        f"--time={job.minutes}",
    ]
    words += [f"--partition={config.partition}"] if config.partition else []
    words += [f"--account={config.account}"] if config.account else []
    ended = await commands.run(words)
    return slurm_text.read_test(ended.complained, ended.status != 0)


async def _try_all(
    commands: Commands, state: ClusterState, need: Need, config: Config
) -> dict[str, SchedulerAnswer]:
    if not config.test_only:
        return {}
    jobs = requests(state, need, config)
    said = await asyncio.gather(*(try_out(commands, job, config) for job in jobs.values()))
    return dict(zip(jobs, said, strict=True))


async def _fetch(asking: Asking[Config]) -> Findings:
    config, commands = asking.config, Commands(asking.config.prefix)
    answers = await look(commands, asking.now())
    if config.sees_all_jobs:
        answers = replace(answers, rules=replace(answers.rules, hides_jobs=False))
    try:
        state = cluster_state(answers, config.partition, config.gpu_names)
    except InvalidInput as error:
        raise SourceFailed("configuration", error.message, error.hint) from None
    tried = await _try_all(commands, state, asking.need, config)
    cluster, jobs = " ".join(config.prefix), answers.jobs or ()
    return Findings(
        cluster_offers(state, asking.need, config, tried),
        unread=state.unread_nodes,
        pending=[PendingStart(*each) for each in pending_starts(cluster, jobs)],
        started=[Started(*each) for each in started(cluster, jobs)],
    )


SOURCE = Source(
    name="slurm",
    title="Slurm (command line)",
    kind="cluster",
    config=Config,
    fetch=_fetch,
    pace=Pace(requests=10, seconds=10, burst=10),
    ttl_s=30,
    asked=lambda need: f"{need.gpu.key if need.gpu else ''} {need.count} {need.hours}",
)
