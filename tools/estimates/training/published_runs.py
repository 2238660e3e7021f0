"""Published training runs, and the utilisation that they imply; also runs that somebody adds."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tools._staff_file import Columns, Row, read_rows
from tools.errors import InvalidInput, ToolError, UnreadableRuns
from tools.estimates.training.work import attention_share
from tools.gpus import Gpu, gpu

_Found = TypeVar("_Found")
Stratum = Literal["dense", "dense_small", "moe"]
Accounting = Literal["clean", "final", "whole", "window"]
SMALL_MODEL_PARAMS = Decimal(1_000_000_000)
# No honest run reaches this share of the dense peak: such a row has a wrong label.
IMPOSSIBLE_UTILISATION = 0.65
OWN_FAMILY = "the fund's own runs"


class PublishedRun(BaseModel):
    """One run. Parameters and tokens are absolute, hours are those of the source.

    `kind` is dense, dense-small, moe, sft or hybrid; `fit` says whether the row helps to fit the
    utilisation. `accounting` is what the hours count: clean (step time x steps, no downtime), final
    (the final run), whole (all training, with later stages) or window (an upper bound in days).
    `layers`, `d_model` and `seq_len` are None where not published.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    model: str
    year: int | None
    kind: str
    params: Decimal
    active_params: Decimal
    tokens: Decimal
    gpu: str
    n_gpus: int | None
    gpu_hours: Decimal
    wall_days: Decimal | None
    scope: str
    accounting: Accounting
    fit: bool
    confirmed: str
    source: str
    note: str
    family: str
    layers: int | None
    d_model: int | None
    seq_len: int | None

    @property
    def hours_at_peak(self) -> float:
        """GPU-hours of 6 x active parameters x tokens at the full dense 16-bit peak."""
        return float(hours_at_peak(6 * self.active_params * self.tokens, gpu(self.gpu)))

    @property
    def plain_utilisation(self) -> float:
        """Share of the peak that the published hours imply, counting 6 x parameters x tokens."""
        return self.hours_at_peak / float(self.gpu_hours)

    @property
    def attention(self) -> float:
        """Attention's operations as a share of 6 x parameters x tokens."""
        return attention_share(self.active_params, self.layers, self.d_model, self.seq_len)

    @property
    def utilisation(self) -> float:
        """Share of the peak that the published hours imply, attention counted."""
        return self.plain_utilisation * (1 + self.attention)

    @property
    def stratum(self) -> Stratum | None:
        """The kind of model: dense, dense below 1B, or mixture of experts; None for others."""
        if self.kind in ("dense", "moe"):
            return "moe" if self.kind == "moe" else "dense"
        return "dense_small" if self.kind == "dense-small" else None

    @property
    def own(self) -> bool:
        """Whether the fund ran it itself."""
        return self.family == OWN_FAMILY


def hours_at_peak(flops: Decimal, on: Gpu) -> Decimal:
    """GPU-hours of `flops` at the full dense 16-bit peak. `InvalidInput` where no peak is known."""
    peak = on.training_tflops
    if peak is None:
        raise InvalidInput(
            f"no dense 16-bit peak is known for {on.key}", "estimate with a GPU whose peak is known"
        )
    return flops / (3600 * peak * 10**12)


def stratum_of(params: Decimal, active: Decimal) -> Stratum:
    """The stratum of a model: mixture of experts, dense below 1B parameters, or dense."""
    if active < params:
        return "moe"
    return "dense_small" if params < SMALL_MODEL_PARAMS else "dense"


# In this order; what matches none is the final run as its source states it.
_ACCOUNTING: tuple[tuple[Accounting, str], ...] = (
    ("whole", r"all training"),
    ("window", r"window|upper bound|two months"),
    ("clean", r"iteration time|step time|throughput|planning table|assumed"),
)


def accounting_of(scope: str) -> Accounting:
    """What hours count, by the words with which their source describes them."""
    folded = scope.lower()
    return next((name for name, words in _ACCOUNTING if re.search(words, folded)), "final")


@cache
def published_runs() -> tuple[PublishedRun, ...]:
    """Every published run of the table."""
    text = files("tools").joinpath("data", "published_runs.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(_run(Row(dict(row), "published_runs.csv", UnreadableRuns)) for row in rows)


@cache
def runs_to_fit() -> tuple[PublishedRun, ...]:
    """The published runs that fit the utilisation."""
    return tuple(run for run in published_runs() if run.fit)


_NAMES = (
    "id", "model", "year", "kind", "params_total_b", "params_active_b", "tokens_t", "gpu_type",
    "n_gpus", "gpu_hours", "wall_days", "scope", "accounting", "use_in_validation", "confirmed",
    "source", "notes", "family", "n_layers", "d_model", "seq_len",
)  # fmt: skip
_COLUMNS = Columns(
    _NAMES, ("model", "params_total_b", "tokens_t", "gpu_type", "gpu_hours"), UnreadableRuns
)
_MOST_RUNS = 2_000


def read_runs(path: Path) -> tuple[PublishedRun, ...]:
    """Runs of a CSV file with the columns of `tools/data/published_runs.csv`.

    Rows whose `use_in_validation` is "no" are left out, other columns too. Needed are model,
    params_total_b, tokens_t, gpu_type and gpu_hours; params_active_b for a mixture of experts.
    Raises `UnreadableRuns`, naming the line.
    """
    runs = [_run(row) for row in read_rows(path, _COLUMNS) if row["use_in_validation"] != "no"]
    if len(runs) > _MOST_RUNS:
        raise UnreadableRuns(f"{path.name} has {len(runs):,} rows", f"at most {_MOST_RUNS:,}")
    return tuple(runs)


def read_own_runs(path: Path) -> tuple[PublishedRun, ...]:
    """The fund's own runs: like `read_runs`, all of one family. Raises `UnreadableRuns`."""
    return tuple(
        run.model_copy(update={"family": OWN_FAMILY, "source": run.source or "the fund's own run"})
        for run in read_runs(path)
    )


def _run(row: Row) -> PublishedRun:
    """A row as a run. What cannot be (no hours, more active than total, a GPU that is not known, an
    implied utilisation above 65 %) is refused by its line."""
    params = _amount(row, "params_total_b", 9)
    active = _amount(row, "params_active_b", 9) if row["params_active_b"] else params
    if active > params:
        raise row.wrong(
            f"{row['params_active_b']}B active of {row['params_total_b']}B parameters cannot be"
        )
    size = stratum_of(params, active).replace("_", "-")
    run = PublishedRun(
        id=row["id"] or row["model"],
        model=row["model"] or row["id"],
        year=row.whole("year"),
        kind=row["kind"] or size,
        params=params,
        active_params=active,
        tokens=_amount(row, "tokens_t", 12),
        gpu=_known(row, lambda: gpu(row["gpu_type"])).key,
        n_gpus=row.whole("n_gpus"),
        gpu_hours=_amount(row, "gpu_hours", 0),
        wall_days=row.number("wall_days"),
        scope=row["scope"],
        accounting=_accounting(row),
        fit=row["use_in_validation"] != "no"
        and (row["kind"] or size) in ("dense", "dense-small", "moe"),
        confirmed=row["confirmed"],
        source=row["source"],
        note=row["notes"],
        family=row["family"] or row["model"],
        layers=row.whole("n_layers"),
        d_model=row.whole("d_model"),
        seq_len=row.whole("seq_len"),
    )
    implied = _known(row, lambda: run.plain_utilisation)
    if run.fit and implied > IMPOSSIBLE_UTILISATION:
        raise row.wrong(
            f"{implied:.0%} of the GPU's peak cannot be reached",
            "check parameters, tokens, GPU and hours; a dense peak is meant, not a sparse one",
        )
    return run


def _amount(row: Row, name: str, exponent: int) -> Decimal:
    amount = row.number(name)
    if not amount:
        raise row.wrong(f"{name} {row[name]!r} cannot be", "a number above zero")
    return amount.scaleb(exponent)


def _accounting(row: Row) -> Accounting:
    stated = row["accounting"]
    if not stated:
        return accounting_of(row["scope"])
    if stated not in ("clean", "final", "whole", "window"):
        raise row.wrong(f"accounting {stated!r}", "clean, final, whole or window")
    return stated  # type: ignore[return-value]


def _known(row: Row, find: Callable[[], _Found]) -> _Found:
    try:
        return find()
    except ToolError as error:
        raise row.wrong(error.message, error.hint) from error
