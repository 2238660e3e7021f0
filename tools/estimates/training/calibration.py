"""How well training estimates do on published runs that they have not seen.

`python -m tools.estimates.training.calibration` leaves one model family out at a time,
learns from the rest and compares with the family's published hours, beside the plain rule
(6 x parameters x tokens at 40 %). The rule itself is chosen again each time without the family
left out. `--runs FILE` scores the runs of another file of the same columns, whose families never
take part in the fit.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from tools.errors import ToolError
from tools.estimates.training.published_runs import PublishedRun, Stratum, read_runs, runs_to_fit
from tools.estimates.training.utilisation import (
    ADOPTED,
    Fit,
    Middle,
    Rule,
    band_from,
    case_of,
    fit,
    left_out,
    spread,
    weights,
)

PLAIN = Rule("6ND at 40 %", attention=False, scale=False, restarts=False, fixed=0.40)


def _bare(name: str, middle: Middle, *, attention: bool) -> Rule:
    return Rule(name, middle, attention=attention, scale=False, restarts=False)


CANDIDATES: tuple[Rule, ...] = (
    _bare("run median", "run median", attention=False),
    _bare("family median", "family median", attention=False),
    _bare("family geometric mean", "family mean", attention=False),
    _bare("run median + attention", "run median", attention=True),
    _bare("family median + attention", "family median", attention=True),
    _bare("family geometric mean + attention", "family mean", attention=True),
    Rule("adopted without restarts", restarts=False),
    Rule("adopted without scale", scale=False),
    ADOPTED,
    Rule("adopted, geometric mean", "family mean"),
    Rule("adopted + small models apart", groups=("size",)),
    Rule("adopted + GPU generation", groups=("generation",)),
    Rule("adopted + accounting", groups=("accounting",)),
    Rule("adopted + generation + accounting", groups=("generation", "accounting")),
    Rule("adopted + slope on size", slope=True),
)
Part = Literal["all", "dense", "dense_small", "moe"]
PARTS: tuple[Part, ...] = ("dense", "dense_small", "moe", "all")
Logs = Sequence[float]


@dataclass(frozen=True, slots=True)
class Check:
    """Runs of one part: median absolute error (0.3 is 30 %) of the likely hours when it is said
    what the published hours count and when not, and of the plain rule; the share of runs in the
    band, and the median of high / low."""

    part: Part
    runs: int
    families: int
    error: float
    error_without_accounting: float
    plain_error: float
    coverage: float
    width: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A run with ln(estimated / published hours), three ways, and whether the band holds it."""

    run: PublishedRun
    log: float
    log_without_accounting: float
    plain_log: float
    inside: bool
    width: float


def score(
    learned: Fit, low_high: tuple[float, float], runs: Sequence[PublishedRun]
) -> list[Scored]:
    """Score `runs` with a fit and a spread that did not see them. Inside the band or not is judged
    for a person who says nothing of the accounting."""
    low, high = (math.log(each) for each in low_high)
    plain = fit(PLAIN, ())
    scored = []
    for run in runs:
        unsaid = _log(learned, run, accounting=False)
        scored.append(
            Scored(
                run=run,
                log=_log(learned, run, accounting=True),
                log_without_accounting=unsaid,
                plain_log=_log(plain, run, accounting=False),
                inside=low <= -unsaid <= high,
                width=math.exp(high - low),
            )
        )
    return scored


def _log(learned: Fit, run: PublishedRun, *, accounting: bool) -> float:
    factor = learned.hours_factor(case_of(run, accounting=accounting))
    return math.log(factor * run.hours_at_peak / float(run.gpu_hours))


def leave_out(runs: Sequence[PublishedRun], rule: Rule = ADOPTED) -> list[Scored]:
    """Every run of `runs`, scored by `rule` as learned from the other families."""
    found: list[Scored] = []
    for family in dict.fromkeys(run.family for run in runs):
        rest = [run for run in runs if run.family != family]
        mine = [run for run in runs if run.family == family]
        found += score(fit(rule, rest), spread(rule, rest), mine)
    return found


def summary(scored: Sequence[Scored], part: Part) -> Check | None:
    """The figures of a part; None where it has no run."""
    rows = [each for each in scored if part in ("all", each.run.stratum)]
    if not rows:
        return None
    return Check(
        part,
        len(rows),
        len({each.run.family for each in rows}),
        median_error([each.log for each in rows]),
        median_error([each.log_without_accounting for each in rows]),
        median_error([each.plain_log for each in rows]),
        sum(each.inside for each in rows) / len(rows),
        statistics.median(each.width for each in rows),
    )


def median_error(logs: Logs) -> float:
    """The median of |estimated / published - 1|."""
    return statistics.median(abs(math.expm1(each)) for each in logs)


def family_error(runs: Sequence[PublishedRun], logs: Logs) -> float:
    """The mean over families of their mean |ln(estimated / published)|: what rules are chosen by,
    since it weighs families as the fit does and does not jump from row to row as a median does."""
    shares = weights(runs)
    return sum(w * abs(each) for w, each in zip(shares, logs, strict=True)) / sum(shares)


def run_error(_: Sequence[PublishedRun], logs: Logs) -> float:
    """The mean over runs of |ln(estimated / published)|."""
    return statistics.fmean(abs(each) for each in logs)


def run_median(_: Sequence[PublishedRun], logs: Logs) -> float:
    """The median error over runs."""
    return median_error(logs)


Measure = Callable[[Sequence[PublishedRun], Logs], float]


@cache
def _tried(runs: tuple[PublishedRun, ...]) -> tuple[tuple[Rule, Logs], ...]:
    return tuple((rule, left_out(rule, runs)) for rule in CANDIDATES)


def choose(runs: Sequence[PublishedRun], by: Measure = family_error) -> Rule:
    """The candidate with the least error on `runs`, each family in turn left out."""
    return min(_tried(tuple(runs)), key=lambda tried: by(runs, tried[1]))[0]


def nested(
    runs: Sequence[PublishedRun], by: Measure = family_error
) -> tuple[list[Scored], Counter[str]]:
    """Like `leave_out`, but the rule too is chosen without the family left out; and how often each
    rule was chosen."""
    found: list[Scored] = []
    chosen: Counter[str] = Counter()
    for family in dict.fromkeys(run.family for run in runs):
        rest = [run for run in runs if run.family != family]
        rule = choose(rest, by)
        chosen[rule.name] += 1
        mine = [run for run in runs if run.family == family]
        found += score(fit(rule, rest), spread(rule, rest), mine)
    return found, chosen


# -- the command ---------------------------------------------------------------------------------


def _write(line: str = "") -> None:
    sys.stdout.write(line + "\n")


def _print_checks(scored: Sequence[Scored]) -> None:
    heads = ("runs", "families", "likely", "unsaid", "6ND 40 %", "in band", "high/low")
    _write(f"{'':<12}" + "".join(f"{head:>10}" for head in heads))
    for part in PARTS:
        if found := summary(scored, part):
            _write(
                f"{part:<12}{found.runs:>10}{found.families:>10}{found.error:>10.1%}"
                f"{found.error_without_accounting:>10.1%}{found.plain_error:>10.1%}"
                f"{found.coverage:>10.0%}{found.width:>10.2f}"
            )


def _print_candidates(runs: Sequence[PublishedRun]) -> None:
    _write(f"\n{'rule':<36}" + "".join(f"{part:>13}" for part in PARTS) + f"{'family error':>14}")
    for rule in (PLAIN, *CANDIDATES):
        said, unsaid = (left_out(rule, runs, accounting=known) for known in (True, False))
        cells = ""
        for part in PARTS:
            rows = [n for n, run in enumerate(runs) if part in ("all", run.stratum)]
            with_, without = (median_error([logs[n] for n in rows]) for logs in (said, unsaid))
            cells += f"{f'{with_:.1%} {without:.1%}':>13}"
        _write(f"{rule.name:<36}{cells}{family_error(runs, said):>14.3f}")


def _print_rows(scored: Sequence[Scored]) -> None:
    _write(f"\n{'run':<34}{'published h':>14}{'likely h':>14}{'error':>9}  in band")
    for each in scored:
        hours = float(each.run.gpu_hours)
        likely = hours * math.exp(each.log_without_accounting)
        _write(
            f"{each.run.model[:33]:<34}{hours:>14,.0f}{likely:>14,.0f}"
            f"{likely / hours - 1:>+9.0%}  {'yes' if each.inside else 'no'}"
        )


def _own_table() -> None:
    runs = runs_to_fit()
    _write("Leaving one model family out; errors are medians of |estimate / published - 1|.")
    _write("likely: told what the published hours count; unsaid: not told.\n")
    _write("The adopted rule (family median, attention, scale, restarts):")
    _print_checks(leave_out(runs))
    for by, words in (
        (family_error, "the mean error of families"),
        (run_error, "the mean error of runs, for comparison"),
        (run_median, "the median error of runs, for comparison"),
    ):
        scored, chosen = nested(runs, by)
        _write(f"\nThe rule chosen anew without the family left out, by {words}:")
        _print_checks(scored)
        _write("chosen: " + ", ".join(f"{name} {times}x" for name, times in chosen.most_common()))
    _write("\nEvery rule that was tried (median error told / not told what the hours count):")
    _print_candidates(runs)
    _write()
    for stratum in ("dense", "moe"):
        found: Stratum = stratum
        band = band_from(found, runs)
        _write(
            f"{stratum}: {band.low:.1%} / {band.likely:.1%} / {band.high:.1%} of the dense peak,"
            f" attention counted; scale costs from {band.params_per_gpu / 1e6:.0f}M active"
            " parameters a GPU"
        )


def _other_table(path: Path) -> None:
    held = runs_to_fit()
    scored: list[Scored] = []
    rows = [run for run in read_runs(path) if run.stratum and run.fit]
    for family in dict.fromkeys(run.family for run in rows):
        # A family that the table holds too is left out of the fit.
        rest = [run for run in held if run.family != family]
        mine = [run for run in rows if run.family == family]
        scored += score(fit(ADOPTED, rest), spread(ADOPTED, rest), mine)
    _write(f"{len(scored)} runs of {path.name}; a family that the table holds is left out.")
    if scored:
        _print_checks(scored)
        _print_rows(scored)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 1 where the file of runs cannot be read."""
    parser = argparse.ArgumentParser(
        prog="tools.estimates.training.calibration", description=__doc__
    )
    parser.add_argument("--runs", type=Path, metavar="FILE", help="score the runs of this CSV file")
    path = parser.parse_args(arguments).runs
    try:
        _own_table() if path is None else _other_table(path)
    except ToolError as error:
        sys.stderr.write(f"error: {error.message}. {error.hint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
