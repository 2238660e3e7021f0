"""Every live source that the desk knows: a new one is a file beside this one and a line here."""

from __future__ import annotations

from typing import Any

from tools.sources import (
    aws,
    azure,
    crusoe,
    hyperstack,
    kubernetes,
    lambda_cloud,
    lium,
    prime_intellect,
    runpod,
    runpod_public,
    sfcompute,
    sfcompute_quotes,
    shadeform,
    slurm,
    slurmrestd,
    vast,
    verda,
)
from tools.sources.source import Source

ALL: tuple[Source[Any], ...] = (
    aws.SOURCE,
    azure.SOURCE,
    crusoe.SOURCE,
    hyperstack.SOURCE,
    kubernetes.SOURCE,
    lambda_cloud.SOURCE,
    lium.SOURCE,
    prime_intellect.SOURCE,
    runpod.SOURCE,
    runpod_public.SOURCE,
    sfcompute.SOURCE,
    sfcompute_quotes.SOURCE,
    shadeform.SOURCE,
    slurm.SOURCE,
    slurmrestd.SOURCE,
    vast.SOURCE,
    verda.SOURCE,
)


def source_named(name: str) -> Source[Any] | None:
    """The source of that name."""
    return next((each for each in ALL if each.name == name), None)
