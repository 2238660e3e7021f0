"""Renting against buying: by hand, against the published case, its properties, what it refuses."""

from __future__ import annotations

import json
import re
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.money.ownership import rent_or_buy
from tools.estimates.money.ownership_costs import Plan, costs, owned_cash
from tools.estimates.money.ownership_records import Ownership
from tools.estimates.money.planning import planned
from tools.estimates.money.purchase_prices import purchases, server_price
from tools.estimates.money.rents import Rent, Scenario, forward_rent, monthly_prices
from tools.gpus import gpu

D = Decimal
FLAT = (Scenario(name="flat", yearly_change=D(0)),)


def _rents(*prices: str) -> tuple[Rent, ...]:
    return tuple(Rent(name=f"at {each}", price_per_gpu_hour=D(each)) for each in prices)


def _bare(**changes: Any) -> Ownership:
    """Two years, nothing but capital, no interest: 17,532 hours."""
    stated: dict[str, Any] = {
        "all_in_per_gpu": D(35_064),
        "kw_per_gpu": D(1),
        "usd_per_kwh": D(0),
        "staff_per_year": D(0),
        "maintenance_share": D(0),
        "insurance_share": D(0),
        "utilisation": D(1),
        "ramp_months": 0,
        "life_years": D(2),
        "residual_share": D(0),
        "cost_of_capital": D(0),
        "scenarios": FLAT,
    }
    return rent_or_buy("H100", 8, _rents("4"), **(stated | changes))


def test_a_case_by_hand() -> None:
    found = _bare()
    assert found.cost_at_full_use.likely == 2
    assert found.cost_per_used_gpu_hour.likely == 2
    assert found.cost_per_used_gpu_hour.low == found.cost_per_used_gpu_hour.high == 2
    assert found.sensitivity == ()
    compared = found.comparisons[0]
    assert compared.break_even_utilisation.likely == 0.5
    assert compared.verdict == "own_cheaper"
    assert compared.break_even_month == compared.payback_month == 12
    assert compared.rent_total_usd == 8 * 4 * 17_532
    assert compared.owning_saves_usd == 8 * 2 * 17_532


def test_half_the_use_doubles_the_cost_of_a_used_hour() -> None:
    found = _bare(utilisation=D("0.5"))
    assert found.cost_at_full_use.likely == 2
    assert found.cost_per_used_gpu_hour.likely == 4
    assert found.comparisons[0].break_even_month == 24


def test_residual_value_and_ramp_by_hand() -> None:
    assert _bare(residual_share=D("0.5")).cost_at_full_use.likely == 1
    late = _bare(ramp_months=12)
    assert late.cost_at_full_use.likely == 4
    assert late.comparisons[0].verdict == "own_cheaper"
    assert late.comparisons[0].break_even_month == 24


def test_the_cost_lines_sum_to_the_hour() -> None:
    found = rent_or_buy("H100", 64)
    total = sum(found.cost_lines.model_dump().values(), D(0))
    assert total == pytest.approx(found.cost_at_full_use.likely)
    assert found.cost_lines.power > 0
    assert found.cost_lines.colocation > found.cost_lines.power


@pytest.mark.parametrize(
    ("price", "share"), [("1.70", 1.39), ("2.35", 1.00), ("2.99", 0.79), ("6.88", 0.34)]
)
def test_the_break_evens_that_were_found_before(price: str, share: float) -> None:
    """Four years, 12 %, 15 % residual value, no ramp: the case of the notes, with our figures."""
    found = rent_or_buy(
        "H100",
        64,
        _rents(price),
        life_years=D(4),
        cost_of_capital=D("0.12"),
        residual_share=D("0.15"),
        ramp_months=0,
        scenarios=FLAT,
    )
    assert found.comparisons[0].break_even_utilisation.likely == pytest.approx(share, abs=0.01)


def test_the_default_capital_is_that_of_published_clusters() -> None:
    """All-in $45,800 to $51,600 per H100 by size of cluster (a public spreadsheet, August 2024)."""
    capital = rent_or_buy("H100 SXM5 80GB", 64).capital
    assert 45_800 < capital.per_gpu < 51_600
    assert capital.network / (capital.network + capital.server) == pytest.approx(D("0.19"))


def test_above_one_it_never_pays() -> None:
    found = _bare(all_in_per_gpu=D(100_000))
    compared = found.comparisons[0]
    assert compared.break_even_utilisation.likely > 1
    assert compared.verdict == "never"
    assert compared.break_even_month is None
    assert compared.payback_month is None
    assert compared.owning_saves_usd < 0


def test_between_use_and_one_renting_is_cheaper_at_this_use() -> None:
    found = _bare(utilisation=D("0.4"))
    assert found.comparisons[0].verdict == "rent_cheaper"
    assert found.comparisons[0].break_even_month is None


def test_reserved_hours_are_paid_whether_used_or_not() -> None:
    rent = Rent(name="reserved", price_per_gpu_hour=D("2.5"), pays_for="all_hours")
    used = Rent(name="on demand", price_per_gpu_hour=D("2.5"))
    found = rent_or_buy("H100", 8, (rent, used), all_in_per_gpu=D(20_000), utilisation=D("0.3"))
    reserved = next(each for each in found.comparisons if each.rent == "reserved")
    demand = next(each for each in found.comparisons if each.rent == "on demand")
    assert reserved.verdict == "own_cheaper"
    assert demand.verdict == "rent_cheaper"
    assert reserved.rent_total_usd > demand.rent_total_usd


def test_without_a_path_both_directions_are_shown() -> None:
    found = rent_or_buy("H100", 8, _rents("2.35"))
    by_name = {each.scenario: each for each in found.comparisons}
    flat, cheaper, dearer = by_name["flat"], *(each for n, each in by_name.items() if n != "flat")
    assert cheaper.break_even_utilisation.likely > flat.break_even_utilisation.likely
    assert dearer.break_even_utilisation.likely < flat.break_even_utilisation.likely
    assert dearer.mean_price > flat.mean_price == pytest.approx(D("2.35"))


def test_a_path_that_reserved_prices_imply() -> None:
    rent = forward_rent({12: D("5.81"), 36: D("4.31")}, source="a list", as_of="2025-03-17")
    flat = FLAT[0]
    prices = monthly_prices(rent, flat, 48)
    assert prices[:12] == [D("5.81")] * 12
    assert prices[12:] == [D("3.56")] * 36
    assert sum(prices[:36]) == pytest.approx(36 * D("4.31"))
    found = rent_or_buy("H100", 8, (rent,))
    assert len(found.comparisons) == 1
    assert found.comparisons[0].as_of == "2025-03-17"
    for wrong in ({12: D(2)}, {12: D(4), 24: D(1)}, {0: D(1), 12: D(1)}, {12: D(-1), 24: D(2)}):
        with pytest.raises(InvalidInput):
            forward_rent(wrong)


def test_a_month_of_a_path_costs_what_its_year_says() -> None:
    rent = _rents("2")[0]
    prices = monthly_prices(rent, Scenario(name="", yearly_change=D("-0.5")), 25)
    assert prices[0] == 2
    assert prices[12] == pytest.approx(D(1))
    assert prices[24] == pytest.approx(D("0.5"))


def test_power_is_never_counted_twice() -> None:
    apart = rent_or_buy("H100", 8)
    within = rent_or_buy("H100", 8, colocation_includes_power=True)
    assert apart.cost_lines.power > 0
    assert within.cost_lines.power == 0
    assert any(each.name == "power_counted_once" for each in within.assumptions)
    own = rent_or_buy("H100", 8, facility_per_gpu=D(10_000))
    assert own.cost_lines.colocation == 0
    assert own.cost_lines.power > 0
    assert own.capital.facility == 80_000


def test_an_all_in_price_gets_nothing_added() -> None:
    found = rent_or_buy("H100", 8, all_in_per_gpu=D(46_900))
    assert found.capital.total == 8 * 46_900
    assert found.capital.network == found.capital.facility == 0
    assert found.cost_lines.colocation == 0


def test_what_is_stated_has_no_range() -> None:
    names = {each.name for each in rent_or_buy("H100", 8).sensitivity}
    assert {"equipment", "utilisation", "life_years", "cost_of_capital"} <= names
    stated = rent_or_buy("H100", 8, utilisation=D("0.6"), purchase_per_gpu=D(30_000))
    assert not {"equipment", "utilisation"} & {each.name for each in stated.sensitivity}


def test_every_assumption_has_a_source_or_says_that_it_has_none() -> None:
    found = rent_or_buy("H100", 8)
    assert len(found.assumptions) == 15
    for each in found.assumptions:
        assert each.source
    unsourced = {each.name for each in found.assumptions if "planning figure" in each.source}
    assert {"cost_of_capital", "utilisation", "maintenance_share"} <= unsourced
    assert any("tax" in each for each in found.left_out)


def test_the_price_of_the_table_is_dated() -> None:
    assumed = next(
        each for each in rent_or_buy("H100", 8).assumptions if each.name == "purchase_price"
    )
    assert "2025-03-03" in assumed.text
    assert "http" in assumed.source
    for row in purchases():
        assert row.source
        assert row.sold_as in ("server", "board", "chip")
        assert row.usd_per_gpu > 5000


def test_a_single_gpu_becomes_a_server_by_a_sourced_factor() -> None:
    found = server_price(gpu("H100 PCIe 80GB"))
    assert found
    assert found.factor == planned("server_factor").likely
    assert found.low == D("24500.00") * found.factor


def test_a_board_is_no_server_and_its_price_is_asked_for() -> None:
    with pytest.raises(InvalidInput) as caught:
        rent_or_buy("H200", 8)
    assert "39,083" in caught.value.message
    assert "2025-01-31" in caught.value.message
    assert rent_or_buy("H200", 8, purchase_per_gpu=D(45_000)).capital.per_gpu > 45_000


def test_explain_shows_each_number() -> None:
    found = rent_or_buy("H100", 64, _rents("2.35"), scenarios=FLAT)
    text = "\n".join(found.explain())
    for word in ("capital per GPU", "PUE", "colocation", "rate a month", "residual", "break-even"):
        assert word in text
    assert f"{found.cost_per_used_gpu_hour.likely:.3f}" in text


def test_json_has_plain_numbers_units_and_sources() -> None:
    found = rent_or_buy("H100", 64, _rents("2.35"))
    document = json.loads(found.model_dump_json())
    assert isinstance(document["cost_per_used_gpu_hour"]["likely"], float)
    assert document["units"]["cost_per_used_gpu_hour"] == "USD per GPU-hour"
    assert document["units"]["inputs.usd_per_kwh"] == "USD per kWh"
    assert len(document["curves"]) == 1 + 3
    assert all(len(each["cumulative_usd"]) == 49 for each in document["curves"])
    assert document["sources"]


REFUSED: list[dict[str, Any]] = [
    {"gpus": 0},
    {"gpus": -8},
    {"purchase_per_gpu": D(0)},
    {"purchase_per_gpu": D(-1)},
    {"purchase_per_gpu": D("NaN")},
    {"purchase_per_gpu": D(1), "all_in_per_gpu": D(2)},
    {"all_in_per_gpu": D(40_000), "colocation_per_kw_month": D(200)},
    {"all_in_per_gpu": D(40_000), "colocation_includes_power": True},
    {"facility_per_gpu": D(9_000), "colocation_per_kw_month": D(200)},
    {"network_share": D("0.95")},
    {"kw_per_gpu": D(0)},
    {"pue": D("0.9")},
    {"usd_per_kwh": D(-1)},
    {"utilisation": D(0)},
    {"utilisation": D("1.1")},
    {"ramp_months": 48},
    {"ramp_months": -1},
    {"life_years": D(0)},
    {"life_years": D("0.01")},
    {"residual_share": D(2)},
    {"cost_of_capital": D("-0.1")},
    {"cost_of_capital": D(12)},
    {"rents": (Rent(name="free", price_per_gpu_hour=D(0)),)},
    {"scenarios": (Scenario(name="gone", yearly_change=D(-1)),)},
    {"rents": _rents("1") * 13},
]


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_impossible_input_is_refused_with_a_reason(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        rent_or_buy("H100", **({"gpus": 8} | wrong))
    assert caught.value.message
    assert caught.value.hint


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        rent_or_buy("H9000", 8)


_MONEY = st.decimals("1000", "200000", places=2)
_SHARE = st.decimals("0.05", "1", places=3)


@given(
    _MONEY,
    _SHARE,
    st.decimals("0.2", "10", places=1),
    st.decimals("0", "0.5", places=3),
    st.integers(0, 60),
)
@settings(max_examples=60, deadline=None)
def test_properties(capital: D, use: D, life: D, rate: D, ramp: int) -> None:
    def estimate(**changes: Any) -> Ownership:
        stated: dict[str, Any] = {
            "purchase_per_gpu": capital,
            "utilisation": use,
            "life_years": life,
            "cost_of_capital": rate,
            "ramp_months": ramp,
            "scenarios": FLAT,
        }
        return rent_or_buy("H100", 8, _rents("2.35"), **(stated | changes))

    if ramp >= round(life * 12):
        with pytest.raises(InvalidInput):
            estimate()
        return
    found = estimate()
    likely = found.cost_per_used_gpu_hour.likely
    for part in (found.cost_per_used_gpu_hour, found.cost_at_full_use):
        assert 0 <= part.low <= part.likely <= part.high
    assert estimate(purchase_per_gpu=capital * 2).cost_per_used_gpu_hour.likely > likely
    assert estimate(usd_per_kwh=D("0.5")).cost_per_used_gpu_hour.likely > likely
    assert estimate(cost_of_capital=rate + D("0.1")).cost_per_used_gpu_hour.likely > likely
    assert estimate(utilisation=use / 2).cost_per_used_gpu_hour.likely == pytest.approx(2 * likely)
    compared = found.comparisons[0]
    assert compared.break_even_utilisation.likely == pytest.approx(
        float(found.cost_at_full_use.likely) / 2.35
    )
    # Both ways to say it agree: the month exists where the use is above the break-even.
    beats = compared.break_even_utilisation.likely <= float(use)
    assert (compared.verdict == "own_cheaper") == beats
    if abs(compared.break_even_utilisation.likely - float(use)) > 1e-9:
        assert (compared.break_even_month is not None) == beats


def test_the_curve_and_the_levelised_cost_agree() -> None:
    plan = Plan(
        *(D(value) for value in ("40000", "0.19", "0", "1.3", "0.75", "1.25", "0.08", "200")),
        *(D(value) for value in ("500", "0.03", "0.005", "0.7", "2", "4", "0.15", "0.12")),
    )
    rate = (1 + plan.cost_of_capital) ** (D(1) / 12) - 1
    assert owned_cash(plan, rate)[-1] == pytest.approx(costs(plan).total)


def test_an_estimate_takes_under_20_ms() -> None:
    rents = _rents("1.70", "2.35", "2.99", "6.88")
    rent_or_buy("H100", 64, rents)
    begin = min(_seconds(rents) for _ in range(5))
    assert begin < 0.02


def _seconds(rents: tuple[Rent, ...]) -> float:
    begin = time.process_time()
    rent_or_buy("H100", 64, rents)
    return time.process_time() - begin


@pytest.mark.parametrize("rate", [None, Decimal(0)])
def test_the_cost_per_hour_can_be_done_again_from_its_lines(rate: Decimal | None) -> None:
    found = rent_or_buy("H100", 64, cost_of_capital=rate)
    said = {step.name: step.text.replace(",", "") for step in found.steps}
    full = re.search(
        r"= \(\$(\S+) - \$(\S+) \+ \$(\S+) x (\S+)\) / \(730.5 hours x (\S+)\) = .* = \$(\d\.\d+)",
        said["full_use"],
    )
    assert full
    capital, residual, monthly, factor, working, cost = map(float, full.groups())
    assert (capital - residual + monthly * factor) / (730.5 * working) == pytest.approx(cost, 1e-3)
    assert f"= {factor:.2f} today" in said["annuity"] or rate == 0
    assert f"{working:.2f}" in said["annuity"]
    kinds = [float(each) for each in re.findall(r"\$(\d+\.\d+)", said["running"])]
    power = float(said["power"].rpartition("$")[2])
    assert power + kinds[-1] == pytest.approx(monthly, abs=0.02)
