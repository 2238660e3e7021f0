"""How many GPUs do a job of a year in a week, if adding GPUs helps that much at all.

Ideal: k times faster takes k times the GPUs. With an efficiency e for each doubling, n GPUs instead
of g are (n / g) x e^log2(n / g) times faster, so the GPUs needed grow faster than the speed; and a
batch can feed only so many GPUs, beyond which none of them shortens a step (the critical batch
size: McCandlish et al. 2018, arXiv:1812.06162).
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any, Literal

from tools.errors import InvalidInput
from tools.estimates.checks import positive, whole
from tools.estimates.records import (
    Assumption,
    Dollars,
    Estimate,
    Record,
    Sensitivity,
    Step,
    Swing,
    tornado,
    unit,
)
from tools.estimates.shown import usd

YEAR_DAYS = Decimal("365.25")
MEASURED = "mosaicml/llm-foundry, scripts/train/benchmarking/README.md"
_BATCH = "McCandlish et al. 2018, arXiv:1812.06162"
_MOST_GPUS, _MOST_DAYS, _MOST_TOKENS = 10**9, Decimal(40_000), Decimal(10) ** 12
_USELESS = Decimal("0.5")
_SWINGS = (Decimal("0.98"), Decimal("0.90"))

_LEAST_KEPT = Decimal("0.01")
Limit = Literal["batch", "efficiency"]
Bars = tuple[Sensitivity, ...]


class ScaleTimeInputs(Record):
    """What was asked: `gpus` take `days`; `target_days` are wanted. `most_gpus` is how many GPUs
    the batch can feed, stated or from tokens."""

    gpus: int = unit("GPUs")
    days: float = unit("days")
    target_days: float = unit("days")
    efficiency_per_doubling: float | None = unit("share")
    most_gpus: int | None = unit("GPUs")
    batch_tokens: float | None = unit("tokens per step")
    tokens_per_gpu: float | None = unit("tokens per GPU and step")
    price_per_gpu_hour: Dollars | None = unit("USD per GPU-hour")


class ScaleTime(Estimate):
    """GPUs that reach the wanted time, ideally and with the stated efficiency.

    `gpus_needed` is None where no number of GPUs reaches it; `impossible` then names what forbids
    it: "batch" (the batch feeds too few GPUs) or "efficiency" (a doubling that gains nothing).
    `shortest_days` is the least time under the stated limits, None where nothing limits it; the
    further figures hold for `gpus_used`: the GPUs needed, or the most that the batch feeds.
    """

    inputs: ScaleTimeInputs
    speed_up: float = unit("ratio")
    ideal_gpus: int = unit("GPUs")
    gpus_needed: int | None = unit("GPUs")
    reached: bool
    impossible: tuple[Limit, ...] = ()
    gpus_used: int = unit("GPUs")
    days: float = unit("days")
    shortest_days: float | None = unit("days")
    ideal_gpu_hours: float = unit("GPU-hours")
    gpu_hours: float = unit("GPU-hours")
    extra_gpu_hours: float = unit("GPU-hours")
    cost_usd: Dollars | None = unit("USD")
    extra_cost_usd: Dollars | None = unit("USD")


def scale_time(
    gpus: int,
    days: Decimal = YEAR_DAYS,
    target_days: Decimal = Decimal(7),
    efficiency_per_doubling: Decimal | None = None,
    most_gpus: int | None = None,
    batch_tokens: Decimal | None = None,
    tokens_per_gpu: Decimal | None = None,
    price_per_gpu_hour: Decimal | None = None,
) -> ScaleTime:
    """How many GPUs do in `target_days` what `gpus` do in `days`.

    `efficiency_per_doubling`: the share of its speed that each GPU keeps when their number doubles
    (above 0, at most 1); without one only the ideal case is told. `most_gpus` is how many GPUs the
    batch can feed, or `batch_tokens` with the least `tokens_per_gpu` in a step. The price is in US
    dollars per GPU-hour. Raises `InvalidInput`.
    """
    whole("GPUs", gpus, _MOST_GPUS)
    long = positive("days", days, _MOST_DAYS)
    wanted = positive("wanted days", target_days, _MOST_DAYS)
    if wanted >= long:
        raise InvalidInput(
            f"{_plain(wanted)} days are no shorter than {_plain(long)}",
            "the time wanted must be shorter than the time it takes now",
        )
    kept = efficiency_per_doubling
    if kept is not None:
        kept = positive("efficiency per doubling", kept, 1)
        if kept < _LEAST_KEPT:
            raise InvalidInput(
                f"efficiency per doubling of {kept} cannot be", "at least 0.01, or 1 %"
            )
    price = None if price_per_gpu_hour is None else positive("price", price_per_gpu_hour)
    most = _most(gpus, most_gpus, batch_tokens, tokens_per_gpu)
    inputs = ScaleTimeInputs(
        gpus=gpus,
        days=float(long),
        target_days=float(wanted),
        efficiency_per_doubling=None if kept is None else float(kept),
        most_gpus=most,
        batch_tokens=None if batch_tokens is None else float(batch_tokens),
        tokens_per_gpu=None if tokens_per_gpu is None else float(tokens_per_gpu),
        price_per_gpu_hour=price,
    )
    speed_up = long / wanted
    exponent = _exponent(kept)
    needed = _needed(gpus, speed_up, exponent)
    used = needed if most is None or (needed and needed <= most) else max(most, gpus)
    if used is None:
        used = gpus
    takes = _days(long, gpus, used, exponent)
    ideal_hours = 24 * gpus * long
    hours = ideal_hours if exponent == 1 else round(24 * used * takes, 3)
    result = ScaleTime(
        inputs=inputs,
        speed_up=float(speed_up),
        ideal_gpus=math.ceil(gpus * speed_up),
        gpus_needed=needed if used == needed else None,
        reached=used == needed,
        impossible=_impossible(needed, most),
        gpus_used=used,
        days=float(takes),
        shortest_days=_shortest(long, gpus, most, exponent),
        ideal_gpu_hours=float(ideal_hours),
        gpu_hours=float(hours),
        extra_gpu_hours=float(hours - ideal_hours),
        cost_usd=None if price is None else hours * price,
        extra_cost_usd=None if price is None else (hours - ideal_hours) * price,
        assumptions=_assumptions(kept, most),
        sensitivity=_sensitivity(gpus, long, wanted, kept),
    )
    return result.model_copy(update={"steps": tuple(_steps(result, kept, needed))})


def _most(gpus: int, stated: int | None, batch: Decimal | None, each: Decimal | None) -> int | None:
    if (batch is None) != (each is None):
        raise InvalidInput(
            "a batch needs both its tokens and the least tokens a GPU takes of it",
            "or state the most GPUs that the batch can feed",
        )
    if batch is not None and each is not None:
        batch = positive("batch tokens", batch, _MOST_TOKENS)
        fed = int(batch // positive("tokens per GPU", each, _MOST_TOKENS))
        stated = fed if stated is None else min(stated, fed)
    if stated is None:
        return None
    if stated < gpus:
        raise InvalidInput(
            f"a batch that feeds {stated:,} GPUs cannot keep {gpus:,} busy",
            "the limit must be at least the number of GPUs now",
        )
    return whole("GPUs", stated, _MOST_GPUS)


def _exponent(kept: Decimal | None) -> Decimal:
    """The power of the number of GPUs with which the speed grows: 1 + log2 of the efficiency."""
    return Decimal(1) if kept is None else 1 + kept.ln() / Decimal(2).ln()


def _needed(gpus: int, speed_up: Decimal, exponent: Decimal) -> int | None:
    """GPUs for a speed-up; None where no number reaches it."""
    if exponent <= 0:
        return None
    if exponent == 1:
        return math.ceil(gpus * speed_up)
    with localcontext() as context:
        context.Emax, context.Emin = 999_999, -999_999
        found = gpus * speed_up ** (1 / exponent)
        return math.ceil(found) if found <= _MOST_GPUS else None


def _days(long: Decimal, gpus: int, used: int, exponent: Decimal) -> Decimal:
    return long / (Decimal(used) / gpus) ** exponent


def _shortest(long: Decimal, gpus: int, most: int | None, exponent: Decimal) -> float | None:
    """The least time that the limits leave: with the most GPUs, or with those of now where more of
    them only slow each other down."""
    if exponent <= 0:
        return float(long)
    return None if most is None else float(_days(long, gpus, most, exponent))


def _impossible(needed: int | None, most: int | None) -> tuple[Limit, ...]:
    if needed is None:
        return ("efficiency",)
    return ("batch",) if most is not None and needed > most else ()


def _assumptions(kept: Decimal | None, most: int | None) -> tuple[Assumption, ...]:
    found = []
    if kept is None:
        found.append(
            Assumption(
                name="ideal",
                value="100 % per doubling",
                text="every GPU added helps as much as the first: nobody measures that. A 3B model"
                " kept 95 and 98 % per doubling from 16 to 64 H100s",
                source=MEASURED,
            )
        )
    else:
        found.append(
            Assumption(
                name="efficiency",
                value=f"{kept:.1%}",
                text=f"each GPU keeps {kept:.1%} of its speed at every doubling of their number;"
                " the same at every size, which real clusters are not",
                source="given",
            )
        )
    if most is None:
        found.append(
            Assumption(
                name="no_batch_limit",
                value="none stated",
                text="the batch can be split over any number of GPUs: beyond its critical size"
                " more GPUs need more tokens instead of less time",
                source=_BATCH,
            )
        )
    return tuple(found)


def _steps(found: ScaleTime, kept: Decimal | None, needed: int | None) -> list[Step]:
    asked = found.inputs
    speed, gpus = f"{found.speed_up:.4g}", f"{asked.gpus:,}"
    steps = [
        Step(
            name="speed_up",
            text=f"speed-up = {_plain(asked.days)} days / {_plain(asked.target_days)} days"
            f" = {speed}",
        ),
        Step(
            name="ideal_gpus",
            text=f"ideal GPUs = {gpus} x {speed} = {found.ideal_gpus:,}, rounded up",
        ),
    ]
    if kept is not None and needed is not None:
        line = (
            f"GPUs = {gpus} x {speed}^(1 / (1 + log2 {kept.normalize():f})) = {needed:,},"
            " rounded up"
        )
        steps.append(Step(name="gpus_needed", text=line))
    elif kept is not None:
        line = (
            f"at {kept:.1%} per doubling no number of GPUs up to {_MOST_GPUS:,} is {speed} times"
            " faster"
        )
        steps.append(Step(name="gpus_needed", text=line))
    if asked.batch_tokens is not None and asked.tokens_per_gpu is not None:
        line = (
            f"the batch feeds {asked.batch_tokens:,.0f} tokens / {asked.tokens_per_gpu:,.0f} a GPU"
            f" = {asked.most_gpus:,} GPUs at most"
        )
        steps.append(Step(name="batch_limit", text=line, source=_BATCH))
    if "batch" in found.impossible:
        line = f"the batch stops at {found.gpus_used:,} GPUs: {_plain(found.days)} days at best"
        steps.append(Step(name="shortest_days", text=line, source=_BATCH))
    line = (
        f"GPU-hours = 24 x {found.gpus_used:,} GPUs x {_plain(found.days)} days"
        f" = {found.gpu_hours:,.0f}; {found.extra_gpu_hours:,.0f} more than with {gpus} GPUs"
    )
    steps.append(Step(name="gpu_hours", text=line))
    if found.cost_usd is not None:
        line = (
            f"cost = {found.gpu_hours:,.0f} GPU-hours x ${asked.price_per_gpu_hour}"
            f" = {usd(found.cost_usd)}"
        )
        steps.append(Step(name="cost", text=line))
    return steps


def _sensitivity(gpus: int, days: Decimal, wanted: Decimal, kept: Decimal | None) -> Bars:
    """GPUs needed at a better and a worse efficiency than stated, and at twice and half the wanted
    time: what the answer turns on. Values that no number of GPUs reaches are left out."""

    def needed(changed: dict[str, Any]) -> float:
        values = {"efficiency_per_doubling": kept, "target_days": wanted} | changed
        speed_up = max(days / values["target_days"], Decimal(1))
        found = _needed(gpus, speed_up, _exponent(values["efficiency_per_doubling"]))
        return math.inf if found is None else float(found)

    better, worse = _SWINGS if kept is None else ((1 + kept) / 2, max(kept * 2 - 1, _USELESS))
    swings = [
        Swing(
            name="efficiency_per_doubling",
            low=worse,
            high=better,
            low_text=f"{worse:.1%}",
            high_text=f"{better:.1%}",
        ),
        Swing(
            name="target_days",
            low=wanted / 2,
            high=wanted * 2,
            low_text=_plain(wanted / 2),
            high_text=_plain(wanted * 2),
        ),
    ]
    bars = tornado("gpus_needed", needed, swings)
    return tuple(bar for bar in bars if math.isfinite(bar.at_low + bar.at_high))


def _plain(number: Decimal | float) -> str:
    """A number of days with at most two decimal places."""
    return f"{float(number):,.2f}".rstrip("0").rstrip(".")
