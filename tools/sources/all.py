"""Every live source that the desk knows: a new one is a file beside this one and a line here.

The files are loaded one by one where they are asked for: a desk with no source on loads none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal

from tools.sources.source import Source


@dataclass(frozen=True, slots=True)
class Known:
    """A source by its name, the module of its file, and what can be told without loading it."""

    name: str
    module: str
    kind: Literal["market", "cluster"]
    needs_key: bool


KNOWN = (
    Known("aws", "aws", "market", needs_key=True),
    Known("azure", "azure", "market", needs_key=False),
    Known("crusoe", "crusoe", "market", needs_key=True),
    Known("hyperstack", "hyperstack", "market", needs_key=True),
    Known("kubernetes", "kubernetes", "cluster", needs_key=False),
    Known("lambda", "lambda_cloud", "market", needs_key=True),
    Known("lium", "lium", "market", needs_key=False),
    Known("prime-intellect", "prime_intellect", "market", needs_key=True),
    Known("runpod", "runpod", "market", needs_key=True),
    Known("runpod-public", "runpod_public", "market", needs_key=False),
    Known("sfcompute", "sfcompute", "market", needs_key=True),
    Known("sfcompute-quotes", "sfcompute_quotes", "market", needs_key=True),
    Known("shadeform", "shadeform", "market", needs_key=True),
    Known("slurm", "slurm", "cluster", needs_key=False),
    Known("slurmrestd", "slurmrestd", "cluster", needs_key=True),
    Known("vast", "vast", "market", needs_key=False),
    Known("verda", "verda", "market", needs_key=True),
)


def all_sources() -> tuple[Source[Any], ...]:
    """Every source, loaded."""
    return tuple(_loaded(each) for each in KNOWN)


def source_named(name: str) -> Source[Any] | None:
    """The source of that name, loaded."""
    return next((_loaded(each) for each in KNOWN if each.name == name), None)


@cache
def _loaded(known: Known) -> Source[Any]:
    source: Source[Any] = import_module(f"tools.sources.{known.module}").SOURCE
    return source
