"""The record of one thing that staff should look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `source` is None where it is about no single one; `place` tells where
    in it, `todo` what to do."""

    severity: Severity
    code: str
    source: str | None
    place: str
    message: str
    todo: str


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then by code, source and place."""
    return sorted(findings, key=lambda one: (one.severity, one.code, one.source or "", one.place))
