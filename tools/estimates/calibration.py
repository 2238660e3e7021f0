"""How well the training estimate does on published runs it has not seen.

`python -m tools.estimates.calibration` leaves one model family out at a time, fits the band on the
rest and compares with the family's published hours, beside the plain rule of 40 % utilisation.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from typing import get_args

from tools.estimates.published_runs import (
    PublishedRun,
    Stratum,
    fit_band,
    hours_at_peak,
    published_runs,
)
from tools.gpus import gpu

_PLAIN_UTILISATION = 0.40


@dataclass(frozen=True, slots=True)
class Check:
    """One stratum: median absolute error of the likely hours (0.3 is 30 %), of the plain rule, the
    share of runs inside the band, and the median ratio of high to low hours."""

    stratum: Stratum
    runs: int
    families: int
    error: float
    plain_error: float
    coverage: float
    width: float


def check_stratum(stratum: Stratum) -> Check:
    """Leave-one-family-out figures of `stratum` over the published runs."""
    rows = [run for run in published_runs() if run.stratum == stratum]
    errors, plain, inside, widths = [], [], [], []
    for run in rows:
        band = fit_band(
            stratum, [other for other in published_runs() if other.family != run.family]
        )
        errors.append(_error(run, band.likely))
        plain.append(_error(run, _PLAIN_UTILISATION))
        inside.append(band.low <= run.utilisation <= band.high)
        widths.append(band.high / band.low)
    return Check(
        stratum,
        len(rows),
        len({run.family for run in rows}),
        statistics.median(errors),
        statistics.median(plain),
        sum(inside) / len(rows),
        statistics.median(widths),
    )


def _error(run: PublishedRun, utilisation: float) -> float:
    hours = float(hours_at_peak(run.flops, gpu(run.gpu))) / utilisation
    return abs(hours / float(run.gpu_hours) - 1)


def main() -> None:
    """Print the figures of every stratum."""
    out = sys.stdout.write
    out("Leaving one model family out; errors are medians of |estimate / published - 1|.\n")
    heads = (
        ("runs", 5),
        ("families", 10),
        ("likely", 9),
        ("40 %", 8),
        ("in band", 9),
        ("high/low", 10),
    )
    out(f"{'stratum':<12}" + "".join(f"{head:>{width}}" for head, width in heads) + "\n")
    for stratum in get_args(Stratum):
        found = check_stratum(stratum)
        out(
            f"{stratum:<12}{found.runs:>5}{found.families:>10}{found.error:>9.1%}"
            f"{found.plain_error:>8.1%}{found.coverage:>9.0%}{found.width:>10.2f}\n"
        )


if __name__ == "__main__":
    main()
