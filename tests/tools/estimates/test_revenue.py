"""Sequoia's arithmetic: its published figures, each factor as an input, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.money.revenue import AiRevenueNeeded, ai_revenue_needed

B = Decimal(10**9)


@pytest.mark.parametrize(("run_rate", "needed"), [(50, 200), (150, 600)])
def test_the_published_figures(run_rate: int, needed: int) -> None:
    """AI's $200B question (September 2023) and AI's $600B question (June 2024)."""
    found = ai_revenue_needed(run_rate * B)
    assert found.data_center_usd == 2 * run_rate * B
    assert found.revenue_needed_usd == needed * B
    assert found.gross_margin == Decimal("0.5")
    assert found.gap_usd is None
    assert [each.name for each in found.assumptions] == ["data_center_factor", "margin_factor"]


def test_each_factor_is_an_input_and_its_source_is_then_the_asker() -> None:
    found = ai_revenue_needed(150 * B, Decimal("1.8"), Decimal("1.25"))
    assert found.revenue_needed_usd == Decimal("337.5") * B
    assert found.gross_margin == Decimal("0.2")
    assert {each.source for each in found.assumptions} == {"given"}


def test_gap_per_gpu_and_per_customer() -> None:
    found = ai_revenue_needed(
        150 * B, revenue=100 * B, gpus=5_000_000, customers=10**6, revenue_per_customer=Decimal(241)
    )
    assert found.gap_usd == 500 * B
    assert found.covered_share is not None
    assert round(found.covered_share, 4) == Decimal("0.1667")
    assert found.per_gpu_usd == 120_000
    assert found.per_customer_usd == 600_000
    assert found.customers_needed == 2_489_626_557
    assert any("gap = $600B - $100B of revenue = $500B" in line for line in found.explain())


@pytest.mark.parametrize(
    "wrong",
    [
        {"gpu_run_rate": Decimal(0)},
        {"gpu_run_rate": B, "margin_factor": Decimal("0.9")},
        {"gpu_run_rate": B, "data_center_factor": Decimal("NaN")},
        {"gpu_run_rate": B, "revenue": Decimal(-1)},
        {"gpu_run_rate": B, "gpus": 0},
        {"gpu_run_rate": B, "customers": 0},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(InvalidInput):
        ai_revenue_needed(**wrong)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(
    st.decimals(Decimal(1), Decimal(10**13), places=2),
    st.decimals(Decimal(1), Decimal(20), places=3),
    st.decimals(Decimal(1), Decimal(20), places=3),
)
def test_twice_the_spending_needs_twice_the_revenue(
    run_rate: Decimal, center: Decimal, margin: Decimal
) -> None:
    one = ai_revenue_needed(run_rate, center, margin)
    two = ai_revenue_needed(2 * run_rate, center, margin)
    assert two.revenue_needed_usd == 2 * one.revenue_needed_usd
    assert one.revenue_needed_usd >= one.data_center_usd >= run_rate
    assert AiRevenueNeeded.model_validate_json(one.model_dump_json())
