"""How the desk looks at the real Slurm: by command line and by slurmrestd, as it does in use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from tests.slurm.real_slurm import RealSlurm
from tools.needs import Need, need
from tools.offers import Offer
from tools.sources import slurm as by_command
from tools.sources import slurmrestd as by_http
from tools.sources.asking import Configured, SourceAnswer, ask
from tools.sources.memory import Memory

WAYS = ("command", "http")


def configured(slurm: RealSlurm, way: str, **settings: Any) -> Configured:
    """The cluster as a source of the desk."""
    if way == "command":
        prefix = ("env", f"SLURM_CONF={slurm.conf}")
        config = by_command.Config(prefix=prefix, **settings)
        return Configured("fund", by_command.SOURCE, config)
    keys = {"SLURM_JWT": SecretStr(slurm.token())}
    url = f"http://127.0.0.1:{slurm.rest_port}"
    return Configured("fund", by_http.SOURCE, by_http.Config(url=url, **settings), keys)


def ask_once(source: Configured, wanted: Need | None = None) -> SourceAnswer:
    """A round without memory."""
    memory = Memory(None)
    try:
        return asyncio.run(ask(source, wanted or Need(), memory, lambda: datetime.now(UTC)))
    finally:
        memory.close()


def offers(
    slurm: RealSlurm, way: str, wanted: Need | None = None, **settings: Any
) -> Mapping[str, Offer]:
    """What the cluster offers, by the cluster's own word for the GPU."""
    answer = ask_once(configured(slurm, way, **settings), wanted)
    assert answer.status.status == "ok", answer.status.error
    return {each.gpu_raw: each for each in answer.offers}


Numbers = tuple[int | None, int | None, int | None]


def numbers(slurm: RealSlurm, way: str, **settings: Any) -> dict[str, Numbers]:
    """Free GPUs, whole free nodes and largest block of each type."""
    found = offers(slurm, way, **settings)
    return {raw: (each.free, each.whole_nodes, each.largest_block) for raw, each in found.items()}


def h100s(count: int, minutes: int) -> Need:
    """So many H100 for so long."""
    return need("H100", count, hours=Decimal(minutes) / 60)
