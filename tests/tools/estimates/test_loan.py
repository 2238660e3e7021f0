"""A loan on GPUs: the published case to the cent, its schedule, its collateral, its properties."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.money.loan import gpu_loan
from tools.estimates.money.loan_records import GpuLoan

D = Decimal
CENT = D("0.01")


def test_crusoe_to_the_cent() -> None:
    """$32,000 a chip over 42 months: three rates, since none was published."""
    found = gpu_loan(D(32_000), 42)
    cents = [each.monthly_per_gpu.quantize(CENT) for each in found.cases]
    assert cents == [D("906.14"), D("936.82"), D("983.97")]
    full = [each.per_gpu_hour_full_use.quantize(CENT) for each in found.cases]
    assert full == [D("1.24"), D("1.28"), D("1.35")]
    used = [each.per_used_gpu_hour.quantize(CENT) for each in found.cases]
    assert used == [D("1.65"), D("1.71"), D("1.80")]
    assert found.inputs.years_of_use == 7
    assert found.inputs.interest is None
    assert any(each.name == "interest" for each in found.assumptions)


def test_a_stated_rate_gives_one_case() -> None:
    found = gpu_loan(D(32_000), 42, D("0.12"), utilisation=D("0.75"), years_of_use=D(7))
    assert len(found.cases) == 1
    assert found.monthly_payment.low == found.monthly_payment.high
    assert found.sensitivity == ()
    assert {each.name for each in found.assumptions} == {"price", "chip_only"}


def test_without_interest_the_price_is_spread() -> None:
    found = gpu_loan(D(12_000), 12, D(0))
    assert found.cases[0].monthly_payment_usd == 1000
    assert found.cases[0].total_interest_usd == 0
    assert found.cases[0].effective_rate == 0


def test_the_schedule_repays_the_loan() -> None:
    found = gpu_loan(
        D(32_000), 42, D("0.12"), 1000, down_payment=D("0.2"), balloon=D("0.1"), fee=D("0.02")
    )
    assert found.loan_usd == 25_600_000
    assert found.down_payment_usd == 6_400_000
    assert found.balloon_usd == 3_200_000
    assert found.fee_usd == 512_000
    months = found.schedule[1:]
    assert len(months) == 42
    assert sum(each.principal_usd for each in months) == pytest.approx(found.loan_usd)
    assert sum(each.interest_usd for each in months) == pytest.approx(
        found.cases[0].total_interest_usd
    )
    assert sum(each.payment_usd for each in months) == pytest.approx(
        found.cases[0].monthly_payment_usd * 42 + found.balloon_usd
    )
    assert found.schedule[-1].balance_usd == pytest.approx(0)
    last = months[-1].payment_usd - months[0].payment_usd
    assert last == pytest.approx(found.balloon_usd)


def test_a_fee_makes_the_loan_dearer_than_its_rate() -> None:
    plain = gpu_loan(D(32_000), 42, D("0.12")).cases[0]
    assert plain.effective_rate == pytest.approx(D("0.126825"), abs=D("1e-6"))
    with_fee = gpu_loan(D(32_000), 42, D("0.12"), fee=D("0.02")).cases[0]
    assert with_fee.monthly_payment_usd == plain.monthly_payment_usd
    yearly = 1 + float(with_fee.effective_rate)
    payment = float(with_fee.monthly_payment_usd)
    received = sum(payment / yearly ** (month / 12) for month in range(1, 43))
    assert received == pytest.approx(32_000 * 0.98, rel=1e-6)
    assert 0.1405 < with_fee.effective_rate < 0.1407


def test_loan_to_value_under_three_ways_to_lose_value() -> None:
    straight, progress, stress = gpu_loan(D(32_000), 42, D("0.12")).collateral
    assert straight.above_value_month is None
    assert straight.points[0].loan_to_value == 1
    assert straight.points[42].loan_to_value == 0
    assert straight.points[42].value_usd == pytest.approx(D(16_000))
    assert progress.above_value_month == 1
    assert progress.points[12].value_usd == pytest.approx(32_000 * D("0.724436"), rel=D("1e-4"))
    assert stress.points[24].value_usd == pytest.approx(D(8000))
    assert stress.highest_loan_to_value
    assert stress.highest_loan_to_value > D("1.9")
    covered = gpu_loan(D(32_000), 42, D("0.12"), down_payment=D("0.6")).collateral
    assert all(each.above_value_month is None for each in covered)


def test_worthless_chips_with_a_debt_have_no_share() -> None:
    straight = gpu_loan(D(32_000), 42, D("0.12"), years_of_use=D(2)).collateral[0]
    assert straight.points[24].value_usd == 0
    assert straight.points[24].loan_to_value is None
    assert straight.highest_loan_to_value is None
    assert straight.above_value_month is not None
    assert straight.above_value_month < 24
    assert straight.points[42].loan_to_value == 0


def test_explain_json_and_sources() -> None:
    found = gpu_loan(D(32_000), 42, fee=D("0.01"), price_source="an article")
    lines = found.explain()
    assert any("$936.82 a month" in line for line in lines)
    assert any("a year" in line for line in lines)
    document = json.loads(found.model_dump_json())
    assert document["units"]["monthly_payment"] == "USD per month"
    assert isinstance(document["cases"][0]["monthly_per_gpu"], float)
    assert "an article" in document["sources"]


REFUSED: list[dict[str, Any]] = [
    {"price_per_gpu": D(0)},
    {"price_per_gpu": D(-1)},
    {"price_per_gpu": D("NaN")},
    {"months": 0},
    {"months": 1000},
    {"interest": D(-1)},
    {"interest": D(12)},
    {"gpus": 0},
    {"down_payment": D(1)},
    {"down_payment": D("0.5"), "balloon": D("0.6")},
    {"balloon": D("1.5")},
    {"fee": D("0.6")},
    {"fee": D(-1)},
    {"years_of_use": D(0)},
    {"utilisation": D(0)},
    {"utilisation": D(2)},
]


def _loan(changes: dict[str, Any]) -> GpuLoan:
    stated: dict[str, Any] = {"price_per_gpu": D(32_000), "months": 42}
    return gpu_loan(**(stated | changes))


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_impossible_input_is_refused_with_a_reason(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        _loan(wrong)
    assert caught.value.message
    assert caught.value.hint


@given(
    st.decimals("100", "100000", places=2),
    st.integers(1, 120),
    st.decimals("0", "0.9", places=4),
    st.decimals("0", "0.5", places=2),
    st.decimals("0", "0.5", places=2),
)
@settings(max_examples=40, deadline=None)
def test_properties(price: D, months: int, rate: D, down: D, balloon: D) -> None:
    found = gpu_loan(price, months, rate, down_payment=down, balloon=balloon)
    payment = found.cases[0].monthly_payment_usd
    assert found.schedule[-1].balance_usd == pytest.approx(0)
    balances = [each.balance_usd for each in found.schedule]
    assert all(one >= other for one, other in pairwise(balances))
    assert found.cases[0].total_interest_usd >= -CENT

    def monthly(**changes: Any) -> D:
        stated: dict[str, Any] = {
            "price_per_gpu": price, "months": months, "interest": rate,
            "down_payment": down, "balloon": balloon,
        }  # fmt: skip
        return gpu_loan(**(stated | changes)).cases[0].monthly_payment_usd

    assert monthly(price_per_gpu=price * 2) == pytest.approx(payment * 2)
    assert monthly(interest=rate + D("0.1")) > payment
    assert monthly(gpus=3) == pytest.approx(payment * 3)
    if balloon:
        assert monthly(balloon=balloon / 2) > payment
    if not balloon:
        assert monthly(months=months + 1) < payment


def test_an_estimate_takes_under_20_ms() -> None:
    def seconds() -> float:
        begin = time.process_time()
        gpu_loan(D(32_000), 42, fee=D("0.02"))
        return time.process_time() - begin

    assert min(seconds() for _ in range(4)) < 0.02
