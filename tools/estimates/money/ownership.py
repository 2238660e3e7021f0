"""Whether to rent GPUs or to buy them: cost per used GPU-hour and break-even against each rent.

Cost per used GPU-hour = value of today of all costs / value of today of the hours used (the
levelised cost), with the cost of capital compounded by the month. Rents follow stated scenarios:
prices have moved by tens of per cent in both directions, so none is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.errors import InvalidInput
from tools.estimates.checks import gpu_kind, whole
from tools.estimates.money.annuity import MONTH_HOURS, annuity_factor, monthly_rate
from tools.estimates.money.ownership_costs import (
    Costs,
    Plan,
    costs,
    first_month_at_par,
    owned_cash,
    per_used_hour,
    rented,
)
from tools.estimates.money.ownership_inputs import Filled, fill
from tools.estimates.money.ownership_records import (
    Capital,
    CashCurve,
    Comparison,
    CostLines,
    Ownership,
    OwnershipInputs,
    Verdict,
)
from tools.estimates.money.rents import MOST_PRICE, SCENARIOS, Rent, Scenario, monthly_prices
from tools.estimates.records import MoneyRange, Range, Step, Swing, tornado
from tools.estimates.shown import triple, usd

_MOST_GPUS, _MOST_COMPARED = 10_000_000, 24
_LEFT_OUT = (
    "taxes, and what depreciation saves of them",
    "storage, internet traffic and software",
    "what it is worth to start earlier by renting, or to leave GPUs that are out of date",
)
_IMPLIED = Scenario(name="as the prices of longer terms imply", yearly_change=Decimal(0))
_LEVELISED = "levelised cost: value of today of the costs / value of today of the hours"


def rent_or_buy(
    gpu: str,
    gpus: int,
    rents: Sequence[Rent] = (),
    *,
    purchase_per_gpu: Decimal | None = None,
    all_in_per_gpu: Decimal | None = None,
    price_source: str | None = None,
    price_as_of: str | None = None,
    network_share: Decimal | None = None,
    facility_per_gpu: Decimal | None = None,
    kw_per_gpu: Decimal | None = None,
    pue: Decimal | None = None,
    usd_per_kwh: Decimal | None = None,
    colocation_per_kw_month: Decimal | None = None,
    colocation_includes_power: bool = False,
    staff_per_year: Decimal | None = None,
    maintenance_share: Decimal | None = None,
    insurance_share: Decimal | None = None,
    utilisation: Decimal | None = None,
    ramp_months: int | None = None,
    life_years: Decimal | None = None,
    residual_share: Decimal | None = None,
    cost_of_capital: Decimal | None = None,
    scenarios: Sequence[Scenario] = SCENARIOS,
) -> Ownership:
    """Estimate owning `gpus` of `gpu` and compare it with `rents`; money in US dollars.

    `purchase_per_gpu` is a GPU in its server; without it the dated table of purchase prices is
    used, and where that has none the estimate is refused. `all_in_per_gpu` has network and building
    in it: nothing is added. With a building of one's own (`facility_per_gpu`, or all-in) there is
    no colocation. Everything else that is None takes a planning figure, which the assumptions
    name; those alone make the range. Raises `InvalidInput` and `UnknownGpu`.
    """
    whole("GPUs", gpus, _MOST_GPUS)
    rents, scenarios = _compared(rents, scenarios)
    filled = fill(
        gpu_kind(gpu),
        gpus,
        {
            "purchase_per_gpu": purchase_per_gpu,
            "all_in_per_gpu": all_in_per_gpu,
            "network_share": network_share,
            "facility": facility_per_gpu,
            "kw": kw_per_gpu,
            "pue": pue,
            "usd_per_kwh": usd_per_kwh,
            "colocation_per_kw_month": colocation_per_kw_month,
            "staff_per_year": staff_per_year,
            "maintenance_share": maintenance_share,
            "insurance_share": insurance_share,
            "utilisation": utilisation,
            "ramp_months": None if ramp_months is None else Decimal(ramp_months),
            "life_years": life_years,
            "residual_share": residual_share,
            "cost_of_capital": cost_of_capital,
        },
        colocation_includes_power=colocation_includes_power,
        price=(price_source, price_as_of),
    )
    plan = filled.plan
    likely = costs(plan)
    full = _spread(plan, filled.swings, likely.at_full_use, full_use=True)
    used = _spread(plan, filled.swings, per_used_hour(plan), full_use=False)
    comparisons, curves = _compare(plan, gpus, full, rents, scenarios)
    inputs = _inputs(filled, gpus, rents, tuple(scenarios), colocation_includes_power)
    return Ownership(
        inputs=inputs,
        capital=_capital(plan, gpus),
        months=plan.months,
        cost_per_used_gpu_hour=used,
        cost_at_full_use=full,
        cost_lines=CostLines.model_validate(
            {name: value / likely.hours for name, value in likely.by_kind.items()}
        ),
        yearly_running_usd=sum(plan.monthly().values(), Decimal(0)) * 12 * gpus,
        owning_total_usd=curves[0].cumulative_usd[-1],
        comparisons=comparisons,
        curves=curves,
        left_out=_LEFT_OUT,
        assumptions=filled.assumptions,
        steps=_steps(plan, gpus, likely, full, used, comparisons),
        sensitivity=tornado(
            "cost_per_used_gpu_hour",
            lambda changes: per_used_hour(plan.with_changes(changes)),
            filled.swings,
        ),
    )


def _compared(
    rents: Sequence[Rent], scenarios: Sequence[Scenario]
) -> tuple[tuple[Rent, ...], tuple[Scenario, ...]]:
    if len(rents) * len(scenarios) > _MOST_COMPARED:
        raise InvalidInput(
            f"{len(rents)} rents on {len(scenarios)} paths are too many",
            f"at most {_MOST_COMPARED} together",
        )
    for rent in rents:
        for price in (rent.price_per_gpu_hour, *(price for _, price in rent.later)):
            if not 0 < price <= MOST_PRICE:
                raise InvalidInput(
                    f"a rent of {price} cannot be", "US dollars per GPU-hour, above zero"
                )
    for scenario in scenarios:
        if not Decimal("-0.9") <= scenario.yearly_change <= 9:
            raise InvalidInput(
                f"a change of {scenario.yearly_change} a year cannot be", "a share from -0.9 to 9"
            )
    return tuple(rents), tuple(scenarios)


def _spread(plan: Plan, swings: Sequence[Swing], likely: Decimal, *, full_use: bool) -> MoneyRange:
    """Low and high: what each assumed figure alone does, as if they were independent (the root of
    the sum of squares on either side)."""
    below = above = Decimal(0)
    for swing in swings:
        if full_use and swing.name == "utilisation":
            continue
        ends = [plan.with_changes({swing.name: value}) for value in (swing.low, swing.high)]
        found = [costs(end).at_full_use if full_use else per_used_hour(end) for end in ends]
        below += max(likely - min(found), Decimal(0)) ** 2
        above += max(max(found) - likely, Decimal(0)) ** 2
    return MoneyRange(
        low=max(likely - below.sqrt(), Decimal(0)), likely=likely, high=likely + above.sqrt()
    )


def _compare(
    plan: Plan,
    gpus: int,
    full: MoneyRange,
    rents: Sequence[Rent],
    scenarios: Sequence[Scenario],
) -> tuple[tuple[Comparison, ...], tuple[CashCurve, ...]]:
    rate = monthly_rate(plan.cost_of_capital)
    owned, owned_today = owned_cash(plan), owned_cash(plan, rate)
    hours = costs(plan).hours
    found: list[Comparison] = []
    curves = [CashCurve(name="owning", cumulative_usd=tuple(each * gpus for each in owned))]
    for rent in rents:
        for scenario in (_IMPLIED,) if rent.later else scenarios:
            path = rented(plan, monthly_prices(rent, scenario, plan.months), rate)
            mean = path.today[-1] / hours
            share = Decimal(1) if rent.pays_for == "all_hours" else plan.utilisation
            paid = path.cash[-1] * share
            even = full.likely / mean
            found.append(
                Comparison(
                    rent=rent.name,
                    scenario=scenario.name,
                    price_now=rent.price_per_gpu_hour,
                    mean_price=mean,
                    pays_for=rent.pays_for,
                    source=rent.source,
                    as_of=rent.as_of,
                    break_even_utilisation=Range(
                        low=float(full.low / mean), likely=float(even), high=float(full.high / mean)
                    ),
                    verdict=_verdict(even, share),
                    break_even_month=first_month_at_par(owned_today, path.today, share),
                    payback_month=first_month_at_par(owned, path.cash, share),
                    rent_total_usd=paid * gpus,
                    owning_saves_usd=(paid - owned[-1]) * gpus,
                )
            )
            curves.append(
                CashCurve(
                    name=f"{rent.name}, {scenario.name}",
                    cumulative_usd=tuple(each * share * gpus for each in path.cash),
                )
            )
    return tuple(found), tuple(curves)


def _verdict(break_even: Decimal, paid_share: Decimal) -> Verdict:
    if break_even <= paid_share:
        return "own_cheaper"
    return "rent_cheaper" if break_even <= 1 else "never"


def _capital(plan: Plan, gpus: int) -> Capital:
    return Capital(
        server=plan.equipment * gpus,
        network=plan.network * gpus,
        facility=plan.facility * gpus,
        total=plan.capital * gpus,
        per_gpu=plan.capital,
    )


def _inputs(
    filled: Filled,
    gpus: int,
    rents: tuple[Rent, ...],
    scenarios: tuple[Scenario, ...],
    colocation_includes_power: bool,
) -> OwnershipInputs:
    plan = filled.plan
    return OwnershipInputs(
        gpu=filled.gpu.key,
        gpus=gpus,
        server_per_gpu=None if filled.all_in else plan.equipment,
        all_in_per_gpu=plan.equipment if filled.all_in else None,
        network_share=plan.network_share,
        facility_per_gpu=plan.facility,
        kw_per_gpu=plan.kw,
        load=plan.load,
        pue=plan.pue,
        usd_per_kwh=plan.usd_per_kwh,
        colocation_per_kw_month=plan.colocation_per_kw_month,
        colocation_includes_power=colocation_includes_power,
        staff_per_year=plan.staff_per_gpu_year * gpus,
        maintenance_share=plan.maintenance_share,
        insurance_share=plan.insurance_share,
        utilisation=plan.utilisation,
        ramp_months=plan.ramp,
        life_years=plan.life_years,
        residual_share=plan.residual_share,
        cost_of_capital=plan.cost_of_capital,
        rents=rents,
        scenarios=scenarios,
    )


def _steps(
    plan: Plan,
    gpus: int,
    likely: Costs,
    full: MoneyRange,
    used: MoneyRange,
    comparisons: Sequence[Comparison],
) -> tuple[Step, ...]:
    monthly = plan.monthly()
    rate = monthly_rate(plan.cost_of_capital)
    residual = plan.residual * (1 + rate) ** -plan.months
    running = sum(monthly.values(), Decimal(0))
    factor, working = annuity_factor(rate, plan.months), likely.hours / MONTH_HOURS
    steps = [
        Step(
            name="capital",
            text=f"capital per GPU = server {usd(plan.equipment)} + network {usd(plan.network)}"
            f" ({plan.network_share:.0%} of both) + building {usd(plan.facility)}"
            f" = {usd(plan.capital)}; {gpus:,} GPUs: {usd(plan.capital * gpus)}",
        ),
        Step(
            name="power",
            text=f"power per GPU-month = {plan.kw:.3f} kW x {plan.load:.0%} x PUE {plan.pue:.2f} x"
            f" ${plan.usd_per_kwh:.3f} per kWh x 730.5 hours = {usd(monthly['power'], 2)}",
        ),
        Step(
            name="running",
            text="other costs per GPU-month = "
            + " + ".join(
                f"{name} {usd(amount, 2)}" for name, amount in monthly.items() if name != "power"
            )
            + f" = {usd(running - monthly['power'], 2)}",
        ),
        Step(
            name="discount",
            text=f"rate a month = (1 + {plan.cost_of_capital:.1%})^(1/12) - 1 = {rate:.4%};"
            f" {plan.months} months of life, the first {plan.ramp} without a job",
        ),
        Step(
            name="residual",
            text=f"residual value = {plan.residual_share:.0%} of server and network"
            f" = {usd(plan.residual)}, worth {usd(residual)} today",
        ),
        Step(
            name="annuity",
            text=f"1 a month over {plan.months} months is worth"
            + (f" (1 - {1 + rate:.6f}^-{plan.months}) / {rate:.6f} =" if rate else "")
            + f" {factor:.2f} today, in the months with a job {working:.2f}",
            source=_LEVELISED,
        ),
        Step(
            name="full_use",
            text=f"cost per GPU-hour at full use = ({usd(plan.capital)} - {usd(residual)} +"
            f" {usd(running, 2)} x {factor:.2f}) / (730.5 hours x {working:.2f}) ="
            f" {usd(likely.total)} / {likely.hours:,.0f} = {usd(likely.at_full_use, 3)}"
            f" (low / likely / high: {triple((full.low, full.likely, full.high), 2)})",
            source=_LEVELISED,
        ),
        Step(
            name="used",
            text=f"cost per used GPU-hour = {usd(likely.at_full_use, 3)} / {plan.utilisation:.0%}"
            f" utilisation = {usd(used.likely, 3)}"
            f" (low / likely / high: {triple((used.low, used.likely, used.high), 2)})",
        ),
    ]
    steps += [
        Step(
            name=f"break_even_{number}",
            text=f"{each.rent} ({each.scenario}, {usd(each.price_now, 2)} now): break-even ="
            f" {usd(full.likely, 3)} / rent of {usd(each.mean_price, 3)}, the mean of its months"
            " as value of today"
            f" = {each.break_even_utilisation.likely:.0%}",
        )
        for number, each in enumerate(comparisons, 1)
    ]
    return tuple(steps)
