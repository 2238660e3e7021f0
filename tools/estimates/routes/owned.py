"""Routes over GPUs of one's own: bought with cash, or on a loan with them as collateral."""

from __future__ import annotations

from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.money.annuity import MONTH_HOURS
from tools.estimates.money.loan_records import GpuLoan
from tools.estimates.money.ownership_records import Ownership
from tools.estimates.records import MoneyRange
from tools.estimates.routes.job import Job
from tools.estimates.routes.records import Evidence, Route
from tools.estimates.shown import usd


def owned_routes(owning: Ownership | None, loan: GpuLoan | None, job: Job) -> list[Route]:
    """Buying over the whole life of the GPUs, and the same with the capital on a loan.

    All of the life is paid, as a reservation is: what this job does not use is `idle_gpu_hours`.
    A loan needs the estimate of owning beside it for power, building and staff. Raises
    `InvalidInput` where they are not of the job's GPUs.
    """
    if owning is None:
        return []
    if owning.inputs.gpus != job.gpus or (loan and loan.inputs.gpus != job.gpus):
        raise InvalidInput(
            f"an estimate of other than the {job.gpus} GPUs of the job cannot be compared",
            "estimate owning and the loan for the same number",
        )
    routes = [_bought(owning, job)]
    if loan is not None:
        routes.append(_borrowed(owning, loan, job))
    return routes


def _bought(owning: Ownership, job: Job) -> Route:
    total = _over_life(owning)
    price = next((a for a in owning.assumptions if a.name == "purchase_price"), None)
    return _route(
        owning,
        job,
        kind="buying",
        total_usd=total,
        cash_upfront_usd=owning.capital.total,
        unknown=("start",),
        standing="list" if price else "given",
        evidence=(Evidence(figure="total_usd", source="estimate:rent_or_buy"),),
        formula=f"{job.gpus:,} GPUs x {usd(owning.capital.per_gpu)} = {usd(owning.capital.total)}"
        f" to buy, {usd(owning.yearly_running_usd)} a year to run for {owning.months} months, less"
        " their residual value",
    )


def _borrowed(owning: Ownership, loan: GpuLoan, job: Job) -> Route:
    """The loan pays for `loan_usd`; the rest of the capital is cash. Without a stated rate the
    three that the loan shows are a range, and the rate stays unknown."""
    bought = _over_life(owning)
    cash = owning.capital.total - loan.loan_usd + loan.fee_usd
    paid = [case.total_interest_usd + loan.fee_usd for case in loan.cases]
    total = MoneyRange(
        low=bought.low + min(paid),
        likely=bought.likely + paid[len(paid) // 2],
        high=bought.high + max(paid),
    )
    rate = loan.inputs.interest
    unknown = ("start",) if rate is not None else ("start", "interest_rate")
    said = "10, 12 or 15 %" if rate is None else f"{rate:.1%}"
    return _route(
        owning,
        job,
        kind="loan",
        total_usd=total,
        cash_upfront_usd=max(cash, Decimal(0)),
        unknown=unknown,
        standing="given",
        evidence=(
            Evidence(figure="total_usd", source="estimate:rent_or_buy"),
            Evidence(figure="total_usd", source="estimate:gpu_loan"),
        ),
        formula=f"as buying, with {usd(loan.loan_usd)} lent over {loan.inputs.months} months at"
        f" {said}: {usd(paid[len(paid) // 2])} of interest and fees",
        strings=("the GPUs are the collateral",),
    )


def _over_life(owning: Ownership) -> MoneyRange:
    """Plain cash over the life; its low and high as far off as those of the GPU-hour."""
    likely, hour = owning.owning_total_usd, owning.cost_per_used_gpu_hour
    if likely <= 0 or not hour.likely:
        return MoneyRange(low=likely, likely=likely, high=likely)
    return MoneyRange(
        low=likely * hour.low / hour.likely,
        likely=likely,
        high=likely * hour.high / hour.likely,
    )


def _route(owning: Ownership, job: Job, **more: object) -> Route:
    hours = owning.months * MONTH_HOURS * job.gpus
    return Route.model_validate(
        {
            "rank": 0,
            "name": job.gpu.family,
            "gpu": owning.inputs.gpu,
            "tier": "unknown",
            "price_per_gpu_hour": owning.cost_per_used_gpu_hour.likely,
            "paid_gpu_hours": float(hours),
            "idle_gpu_hours": float(max(hours - job.gpus * job.hours[1], Decimal(0))),
            **more,
        }
    )
