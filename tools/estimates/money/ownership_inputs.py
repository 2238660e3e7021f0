"""The inputs of owning: what was stated is checked, what was not takes a figure with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.errors import InvalidInput
from tools.estimates.checks import not_negative, positive, share
from tools.estimates.money.ownership_costs import Plan
from tools.estimates.money.planning import Planned, planned
from tools.estimates.money.purchase_prices import board_prices, server_price
from tools.estimates.records import Assumption, Swing
from tools.estimates.shown import usd
from tools.gpus import Gpu

MOST_PER_GPU = Decimal(10_000_000)
_MOST_LIFE, _MOST_RAMP, _MOST_RATE = Decimal(20), Decimal(60), Decimal(1)
_Given = Mapping[str, Decimal | None]

_LABELS = {
    "network_share": "network: {likely} of servers and network",
    "load": "average draw: {likely} of the rated power, all hours",
    "pue": "power of the building: {likely} times that of the machines (PUE)",
    "usd_per_kwh": "electricity: {likely} US dollars per kWh",
    "colocation_per_kw_month": "colocation: {likely} US dollars per kW-month",
    "staff_per_gpu_year": "staff: {likely} US dollars per GPU and year",
    "maintenance_share": "maintenance and spares: {likely} of servers and network a year",
    "insurance_share": "insurance: {likely} of servers and network a year",
    "utilisation": "utilisation: {likely} of the hours have a job",
    "ramp_months": "{likely} months are paid for before the first job runs",
    "life_years": "{likely} years of life",
    "residual_share": "residual value: {likely} of servers and network",
    "cost_of_capital": "cost of capital: {likely} a year",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A plan with what was assumed for it, and the swings of those assumptions."""

    gpu: Gpu
    plan: Plan
    all_in: bool
    assumptions: tuple[Assumption, ...]
    swings: tuple[Swing, ...]


def fill(
    gpu: Gpu,
    gpus: int,
    given: _Given,
    *,
    colocation_includes_power: bool,
    price: tuple[str | None, str | None],
) -> Filled:
    """Fill in every blank of `given`. `price` is the source and the date of a stated price.

    Raises `InvalidInput` for what cannot be, and where no price or no power is known.
    """
    filling = _Filling(gpu, gpus, given)
    all_in = given["all_in_per_gpu"] is not None
    if all_in and given["purchase_per_gpu"] is not None:
        raise InvalidInput("two prices per GPU", "give the price of the server, or the one all-in")
    equipment = filling.price("all_in_per_gpu" if all_in else "purchase_per_gpu", price)
    own_building = all_in or bool(given["facility"])
    if own_building and given["colocation_per_kw_month"]:
        raise InvalidInput(
            "the building would be counted twice",
            "give colocation, or a price with the building in it",
        )
    facility = not_negative("building", given["facility"] or 0, MOST_PER_GPU)
    if own_building and colocation_includes_power:
        raise InvalidInput("there is no colocation that could include power", "leave one out")
    plan = Plan(
        equipment=equipment,
        network_share=Decimal(0) if all_in else filling.value("network_share"),
        facility=facility,
        kw=filling.power(),
        load=filling.value("load"),
        pue=filling.value("pue") if not colocation_includes_power else Decimal(1),
        usd_per_kwh=filling.value("usd_per_kwh") if not colocation_includes_power else Decimal(0),
        colocation_per_kw_month=Decimal(0)
        if own_building
        else filling.value("colocation_per_kw_month"),
        staff_per_gpu_year=filling.staff(),
        maintenance_share=filling.value("maintenance_share"),
        insurance_share=filling.value("insurance_share"),
        utilisation=filling.value("utilisation"),
        ramp_months=filling.value("ramp_months"),
        life_years=filling.value("life_years"),
        residual_share=filling.value("residual_share"),
        cost_of_capital=filling.value("cost_of_capital"),
    )
    _check_times(plan)
    if own_building or colocation_includes_power:
        filling.say_where_power_is(own_building)
    swings = tuple(_possible(each, plan) for each in filling.swings)
    return Filled(gpu, plan, all_in, tuple(filling.assumptions), swings)


def _check_times(plan: Plan) -> None:
    if plan.months < 1:
        raise InvalidInput(f"a life of {plan.life_years} years cannot be", "at least a month")
    if plan.ramp >= plan.months:
        raise InvalidInput(
            f"a ramp of {plan.ramp} months in a life of {plan.months} leaves nothing to use",
            "check the months before the first job and the years of life",
        )


def _possible(swing: Swing, plan: Plan) -> Swing:
    """`swing` without an end that would leave no month to use."""
    likely = getattr(plan, swing.name)
    ends: dict[str, Any] = {}
    for end in ("low", "high"):
        changed = plan.with_changes({swing.name: getattr(swing, end)})
        if changed.ramp >= changed.months:
            ends |= {end: likely, f"{end}_text": f"{likely:,f}"}
    return swing.model_copy(update=ends)


class _Filling:
    """Takes each input as it was given, or from a table, and remembers the latter."""

    def __init__(self, gpu: Gpu, gpus: int, given: _Given) -> None:
        self._gpu = gpu
        self._gpus = gpus
        self._given = given
        self.assumptions: list[Assumption] = []
        self.swings: list[Swing] = []

    def value(self, name: str) -> Decimal:
        given = self._given.get(name)
        if given is not None:
            return _CHECKS[name](given)
        return self._assume(planned(name))

    def price(self, name: str, stated: tuple[str | None, str | None]) -> Decimal:
        given = self._given[name]
        if given is not None:
            source, as_of = stated
            amount = positive("price per GPU", given, MOST_PER_GPU)
            what = "with network and building" if name == "all_in_per_gpu" else "in its server"
            self.assumptions.append(
                Assumption(
                    name="purchase_price",
                    value=usd(amount),
                    text=f"price of a GPU {what} as given"
                    + (f" of {as_of}" if as_of else ", date not stated"),
                    source=source or "stated by the person",
                )
            )
            return amount
        return self._price_of_table()

    def _price_of_table(self) -> Decimal:
        found = server_price(self._gpu)
        if found is None:
            raise self._no_price()
        self.assumptions.append(
            Assumption(
                name="purchase_price",
                value=f"{usd(found.likely)} ({usd(found.low)} - {usd(found.high)})",
                text=f"price of a GPU in its server: {found.text}",
                source="; ".join(dict.fromkeys(each.source for each in found.quotes)),
            )
        )
        self._swing("equipment", found.low, found.high, "{:,.0f} USD")
        return found.likely

    def _no_price(self) -> InvalidInput:
        boards = board_prices(self._gpu)
        known = (
            f"; without a server {usd(boards[0].usd_per_gpu)} on {boards[0].as_of}"
            if boards
            else ""
        )
        return InvalidInput(
            f"no purchase price of {self._gpu.key} is known{known}",
            "state what a GPU in its server costs",
        )

    def power(self) -> Decimal:
        given = self._given["kw"]
        if given is not None:
            return positive("kW per GPU", given, 100)
        watts = self._gpu.tdp_w
        if watts is None:
            raise InvalidInput(f"the power of {self._gpu.key} is not known", "state the kW per GPU")
        factor = planned("server_power_factor")
        low, kw, high = (each * watts / 1000 for each in (factor.low, factor.likely, factor.high))
        self.assumptions.append(
            Assumption(
                name="kw_per_gpu",
                value=f"{kw:.3f} kW",
                text=f"rated power of the server per GPU: {watts} W times {factor.likely}",
                source=f"{factor.source}; {self._gpu.source}",
            )
        )
        self._swing("kw", low, high, "{:.2f} kW")
        return kw

    def staff(self) -> Decimal:
        given = self._given["staff_per_year"]
        if given is not None:
            return not_negative("staff a year", given, MOST_PER_GPU * 1000) / self._gpus
        return self._assume(planned("staff_per_gpu_year"))

    def say_where_power_is(self, own_building: bool) -> None:
        text = (
            "no colocation: the building is one's own; electricity is counted apart"
            if own_building
            else "electricity is in the price of colocation and not counted again"
        )
        self.assumptions.append(
            Assumption(name="power_counted_once", value="", text=text, source="stated inputs")
        )

    def _assume(self, figure: Planned) -> Decimal:
        likely = _said(figure.likely, figure.unit)
        text = _LABELS[figure.name].format(likely=likely)
        if figure.low != figure.high:
            low, high = _said(figure.low, figure.unit), _said(figure.high, figure.unit)
            text += f" ({low} to {high})"
            self.swings.append(
                Swing(
                    name=figure.name,
                    low=figure.low,
                    high=figure.high,
                    low_text=f"{low} {_unit_word(figure.unit)}".strip(),
                    high_text=f"{high} {_unit_word(figure.unit)}".strip(),
                )
            )
        if figure.note:
            text += f"; {figure.note}"
        if figure.status == "planning" and "planning figure" not in text:
            text += "; planning figure"
        self.assumptions.append(
            Assumption(name=figure.name, value=likely, text=text, source=figure.source)
        )
        return figure.likely

    def _swing(self, name: str, low: Decimal, high: Decimal, shown: str) -> None:
        if low != high:
            texts = (shown.format(low), shown.format(high))
            self.swings.append(
                Swing(name=name, low=low, high=high, low_text=texts[0], high_text=texts[1])
            )


def _said(value: Decimal, unit: str) -> str:
    if unit.startswith("share"):
        return f"{float(value * 100):.3g} %"
    return f"{value:,f}"


def _unit_word(unit: str) -> str:
    return "" if unit.startswith("share") or unit == "times" else unit


_CHECKS: dict[str, Callable[[Decimal], Decimal]] = {
    "network_share": lambda value: _below_one("network share", value),
    "pue": lambda value: _at_least_one("PUE", value),
    "usd_per_kwh": lambda value: not_negative("electricity price", value, 10),
    "colocation_per_kw_month": lambda value: not_negative("colocation", value, 100_000),
    "maintenance_share": lambda value: share("maintenance", value),
    "insurance_share": lambda value: share("insurance", value),
    "utilisation": lambda value: _some("utilisation", value),
    "ramp_months": lambda value: not_negative("ramp", value, _MOST_RAMP),
    "life_years": lambda value: positive("life", value, _MOST_LIFE),
    "residual_share": lambda value: share("residual value", value),
    "cost_of_capital": lambda value: not_negative("cost of capital", value, _MOST_RATE),
}


def _below_one(name: str, value: Decimal) -> Decimal:
    if share(name, value) > Decimal("0.9"):
        raise InvalidInput(f"a {name} of {value} cannot be", "a share of the whole: at most 0.9")
    return Decimal(value)


def _at_least_one(name: str, value: Decimal) -> Decimal:
    if positive(name, value, 5) < 1:
        raise InvalidInput(f"a {name} of {value} cannot be", "the building draws at least 1 times")
    return Decimal(value)


def _some(name: str, value: Decimal) -> Decimal:
    if not share(name, value):
        raise InvalidInput(f"{name} of 0 cannot be", "a GPU that is never used has no cost an hour")
    return Decimal(value)
