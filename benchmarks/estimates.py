"""Ask every estimator with random inputs, and see that each answers, and how fast.

    python benchmarks/estimates.py [--inputs 100000] [--seed 1] [--only gpu_loan]

Prints for each estimator how many inputs it had, how many raised anything (none may: the inputs
are valid), and the median and the 99th percentile of its time, sensitivity included. With
`--spoilt` one value of each input may be impossible: then only a refusal with a reason may be
raised. Exit code 1 where anything else was raised.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.estimate_inputs import ESTIMATORS, Call, spoilt, valid
from tools.errors import InvalidInput, UnknownGpu


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[each.name for each in ESTIMATORS])
    parser.add_argument("--spoilt", action="store_true")
    given = parser.parse_args()
    chance = Random(given.seed)  # noqa: S311  # for a test
    times: dict[str, list[float]] = defaultdict(list)
    refused: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    samples: dict[str, str] = {}
    for _ in range(given.inputs):
        call = _next(chance, given.only, given.spoilt)
        name = call.estimator.name
        begun = time.perf_counter()
        try:
            call.run()
        except (InvalidInput, UnknownGpu) as error:
            refused[name] += 1
            samples.setdefault(f"{name} refuses: {error.message[:90]}", str(call.args)[:300])
        except Exception as error:  # whatever it is
            failures[name] += 1
            samples.setdefault(
                f"{name}: {type(error).__name__} {error}"[:160], str(call.args)[:300]
            )
        times[name].append(1000 * (time.perf_counter() - begun))
    _show(times, refused, failures)
    if failures or (refused and not given.spoilt):
        for what, args in list(samples.items())[:40]:
            sys.stdout.write(f"  {what}\n    {args}\n")
        raise SystemExit(1)


def _next(chance: Random, only: str | None, bad: bool) -> Call:
    while True:
        call = spoilt(chance) if bad else valid(chance)
        if only in (None, call.estimator.name):
            return call


def _show(times: dict[str, list[float]], refused: Counter[str], failures: Counter[str]) -> None:
    heads = ("inputs", "refused", "failed", "median ms", "99 % ms")
    sys.stdout.write(f"{'estimator':<26}" + "".join(f"{head:>12}" for head in heads) + "\n")
    for name, spent in sorted(times.items()):
        ordered = sorted(spent)
        row = (len(spent), refused[name], failures[name])
        late = ordered[int(0.99 * len(ordered))]
        sys.stdout.write(
            f"{name:<26}" + "".join(f"{count:>12,}" for count in row)
            + f"{statistics.median(ordered):>12.2f}{late:>12.2f}\n"
        )  # fmt: skip
    total = sum(map(len, times.values()))
    sys.stdout.write(
        f"{'all':<26}{total:>12,}{sum(refused.values()):>12,}{sum(failures.values()):>12,}\n"
    )


if __name__ == "__main__":
    main()
