"""How much revenue AI spending needs to pay for itself: Sequoia's arithmetic.

A year's spending on GPUs, times a factor for the whole data center, times one for the margin of
whoever sells what runs there (David Cahn, "AI's $600B Question", 2024). It says what revenue would
justify the spending; it is no cost and no forecast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tools.estimates.checks import not_negative, positive, whole
from tools.estimates.records import (
    Assumption,
    Dollars,
    Estimate,
    Exact,
    Record,
    Sensitivity,
    Step,
    Swing,
    tornado,
    unit,
)
from tools.estimates.shown import dollars, usd

SOURCE = "David Cahn, AI's $600B Question, Sequoia Capital, 2024-06-20"
DATA_CENTER_FACTOR, MARGIN_FACTOR = Decimal(2), Decimal(2)
_MOST_USD, _MOST_FACTOR, _MOST_GPUS = Decimal(10) ** 15, Decimal(1000), 10**10
_SWING = Decimal("0.25")


class AiRevenueInputs(Record):
    """What was asked. A factor of 2 for the margin is a gross margin of 50 %."""

    gpu_run_rate_usd: Dollars = unit("USD per year")
    data_center_factor: Exact = unit("ratio")
    margin_factor: Exact = unit("ratio")
    revenue_usd: Dollars | None = unit("USD per year")
    gpus: int | None = unit("GPUs")
    customers: int | None = unit("customers")
    revenue_per_customer_usd: Dollars | None = unit("USD per year")


class AiRevenueNeeded(Estimate):
    """Revenue a year that the spending needs. `gap_usd` is what the stated revenue lacks (negative:
    it is more than enough); None wherever the question states nothing to divide by."""

    inputs: AiRevenueInputs
    data_center_usd: Dollars = unit("USD per year")
    revenue_needed_usd: Dollars = unit("USD per year")
    gross_margin: Exact = unit("share")
    gap_usd: Dollars | None = unit("USD per year")
    covered_share: Exact | None = unit("share")
    per_gpu_usd: Dollars | None = unit("USD per year and GPU")
    per_customer_usd: Dollars | None = unit("USD per year and customer")
    customers_needed: int | None = unit("customers")


def ai_revenue_needed(
    gpu_run_rate: Decimal,
    data_center_factor: Decimal = DATA_CENTER_FACTOR,
    margin_factor: Decimal = MARGIN_FACTOR,
    revenue: Decimal | None = None,
    gpus: int | None = None,
    customers: int | None = None,
    revenue_per_customer: Decimal | None = None,
) -> AiRevenueNeeded:
    """The revenue a year that `gpu_run_rate` (US dollars of GPUs a year) needs to pay for itself.

    `revenue` is what there is now, for the gap; `gpus`, `customers` and `revenue_per_customer` (US
    dollars a year) divide the result. Factors are 1 or more. Raises `InvalidInput`.
    """
    run_rate = positive("GPU run rate", gpu_run_rate, _MOST_USD)
    center_factor = _factor("data center factor", data_center_factor)
    margin = _factor("margin factor", margin_factor)
    has = None if revenue is None else not_negative("revenue", revenue, _MOST_USD)
    if gpus is not None:
        whole("GPUs", gpus, _MOST_GPUS)
    if customers is not None:
        whole("customers", customers, _MOST_GPUS)
    each = revenue_per_customer
    if each is not None:
        positive("revenue per customer", each, _MOST_USD)
    center = run_rate * center_factor
    needed = center * margin
    inputs = AiRevenueInputs(
        gpu_run_rate_usd=run_rate,
        data_center_factor=center_factor,
        margin_factor=margin,
        revenue_usd=has,
        gpus=gpus,
        customers=customers,
        revenue_per_customer_usd=each,
    )
    result = AiRevenueNeeded(
        inputs=inputs,
        data_center_usd=center,
        revenue_needed_usd=needed,
        gross_margin=1 - 1 / margin,
        gap_usd=None if has is None else needed - has,
        covered_share=None if has is None else has / needed,
        per_gpu_usd=None if gpus is None else needed / gpus,
        per_customer_usd=None if customers is None else needed / customers,
        customers_needed=None if each is None else math.ceil(needed / each),
        assumptions=_assumptions(center_factor, margin),
        sensitivity=_sensitivity(inputs),
    )
    return result.model_copy(update={"steps": tuple(_steps(result))})


def _factor(name: str, value: Decimal) -> Decimal:
    """A factor of 1 or more: the part cannot cost more than the whole."""
    return 1 + not_negative(f"{name} less 1", Decimal(value) - 1, _MOST_FACTOR)


def _assumptions(center: Decimal, margin: Decimal) -> tuple[Assumption, ...]:
    return (
        Assumption(
            name="data_center_factor",
            value=f"{center.normalize():f}",
            text=f"a data center costs {center.normalize():f} times its GPUs: energy, buildings"
            " and backup power are the rest",
            source=SOURCE if center == DATA_CENTER_FACTOR else "given",
        ),
        Assumption(
            name="margin_factor",
            value=f"{margin.normalize():f}",
            text=f"whoever sells what runs there has a gross margin of {1 - 1 / margin:.0%}:"
            f" revenue is {margin.normalize():f} times that cost",
            source=SOURCE if margin == MARGIN_FACTOR else "given",
        ),
    )


def _steps(found: AiRevenueNeeded) -> list[Step]:
    asked = found.inputs
    center, margin = asked.data_center_factor.normalize(), asked.margin_factor.normalize()
    run_rate, needed = asked.gpu_run_rate_usd, found.revenue_needed_usd
    steps = [
        Step(
            name="data_center",
            text=f"data center = GPU run rate {dollars(run_rate)} x {center:f}"
            f" = {dollars(found.data_center_usd)} a year",
            source=SOURCE,
        ),
        Step(
            name="revenue_needed",
            text=f"revenue needed = {dollars(found.data_center_usd)} x {margin:f}"
            f" (a gross margin of {found.gross_margin:.0%}) = {dollars(needed)} a year",
            source=SOURCE,
        ),
    ]
    if found.gap_usd is not None and asked.revenue_usd is not None:
        line = f"gap = {dollars(needed)} - {dollars(asked.revenue_usd)} of revenue"
        line += f" = {dollars(found.gap_usd)}"
        steps.append(Step(name="gap", text=line))
    if found.per_gpu_usd is not None:
        line = (
            f"per GPU = {dollars(needed)} / {asked.gpus:,} GPUs = {usd(found.per_gpu_usd)} a year"
        )
        steps.append(Step(name="per_gpu", text=line))
    if found.per_customer_usd is not None:
        line = (
            f"per customer = {dollars(needed)} / {asked.customers:,} customers"
            f" = {usd(found.per_customer_usd, 2)} a year"
        )
        steps.append(Step(name="per_customer", text=line))
    if found.customers_needed is not None and asked.revenue_per_customer_usd is not None:
        line = (
            f"customers = {dollars(needed)} / {usd(asked.revenue_per_customer_usd, 2)} a year each"
            f" = {found.customers_needed:,}, rounded up"
        )
        steps.append(Step(name="customers_needed", text=line))
    return steps


def _sensitivity(asked: AiRevenueInputs) -> tuple[Sensitivity, ...]:
    """Each factor a quarter lower and higher; none below 1."""

    def needed(changed: dict[str, Any]) -> Decimal:
        values = asked.model_dump() | changed
        found: Decimal = (
            values["gpu_run_rate_usd"] * values["data_center_factor"] * values["margin_factor"]
        )
        return found

    def plain(value: Decimal) -> str:
        return f"{value.normalize():f}"

    return tornado(
        "revenue_needed_usd",
        needed,
        [
            _swing("gpu_run_rate_usd", asked.gpu_run_rate_usd, Decimal(0), dollars),
            _swing("data_center_factor", asked.data_center_factor, Decimal(1), plain),
            _swing("margin_factor", asked.margin_factor, Decimal(1), plain),
        ],
    )


def _swing(name: str, value: Decimal, least: Decimal, shown: Callable[[Decimal], str]) -> Swing:
    low, high = max(value * (1 - _SWING), least), value * (1 + _SWING)
    return Swing(name=name, low=low, high=high, low_text=shown(low), high_text=shown(high))
