"""What flows back of a deal: its years add up, none of its figures is assumed."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput
from tools.estimates.money.deal_flow import DealFlow, deal_flow_back
from tools.estimates.money.dilution import dilution_cost, share_sold

D = Decimal
B = D(10**9)


def test_a_flat_deal() -> None:
    found = deal_flow_back(4 * B, 5 * B, 5)
    assert [year.share_back for year in found.flow] == [D("0.25")] * 5
    assert found.share_back == D("1.25")
    assert found.break_even_year == 4
    assert found.company_net_usd == -B
    assert [year.company_net_usd for year in found.flow] == [3 * B, 2 * B, B, 0, -B]


def test_without_a_margin_or_a_stake_nothing_is_said_of_them() -> None:
    found = deal_flow_back(4 * B, 2 * B, 4)
    assert found.break_even_year is None
    assert found.cloud_margin_usd is None
    assert found.implied_discount is None
    assert found.stated_valuation_usd is None
    assert found.flow[0].cloud_margin_usd is None


def test_the_margin_is_a_discount_on_the_stake() -> None:
    found = deal_flow_back(4 * B, 5 * B, 5, cloud_margin=D("0.4"), equity_share=D("0.2"))
    assert found.cloud_margin_usd == 2 * B
    assert found.net_investment_usd == 2 * B
    assert found.implied_discount == D("0.5")
    assert found.stated_valuation_usd == 20 * B
    assert found.effective_valuation_usd == 10 * B
    assert any(each.name == "no_discounting" for each in found.assumptions)


def test_later_money_counts_for_less_at_a_discount_rate() -> None:
    today = deal_flow_back(4 * B, 5 * B, 5, cloud_margin=D("0.4"), discount_rate=D("0.1"))
    annuity = (1 - D("1.1") ** -5) / D("0.1")
    assert today.implied_discount is not None
    assert today.implied_discount == pytest.approx(D("0.4") * B * annuity / (4 * B))
    split = deal_flow_back(4 * B, 4 * B, 4, paid_over_years=2)
    assert [year.invested_usd for year in split.flow] == [2 * B, 2 * B, 0, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"investment": D(0), "commitment": B, "years": 5},
        {"investment": B, "commitment": -B, "years": 5},
        {"investment": B, "commitment": B, "years": 0},
        {"investment": B, "commitment": B, "years": 5, "growth": D(-1)},
        {"investment": B, "commitment": B, "years": 5, "growth": D("NaN")},
        {"investment": B, "commitment": B, "years": 5, "cloud_margin": D("1.2")},
        {"investment": B, "commitment": B, "years": 5, "equity_share": D(0)},
        {"investment": B, "commitment": B, "years": 5, "paid_over_years": 6},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(InvalidInput):
        deal_flow_back(**wrong)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(
    st.decimals(D(1), D(10**12), places=2),
    st.decimals(D(1), D(10**12), places=2),
    st.integers(1, 30),
    st.decimals(D("-0.9"), D(3), places=2),
    st.decimals(D(0), D(1), places=3),
)
def test_the_years_add_up(
    invested: Decimal, committed: Decimal, years: int, growth: Decimal, margin: Decimal
) -> None:
    found = deal_flow_back(invested, committed, years, growth, min(2, years), margin)
    assert sum(year.spent_usd for year in found.flow) == committed
    assert sum(year.invested_usd for year in found.flow) == invested
    assert found.flow[-1].company_net_usd == found.company_net_usd == invested - committed
    assert (found.break_even_year is not None) == (committed >= invested)
    assert DealFlow.model_validate_json(found.model_dump_json())


def test_dilution_is_what_the_stake_is_worth_beyond_its_cash() -> None:
    assert dilution_cost(D("0.07"), D(12_000_000), D(125_000)) == 715_000
    stake = share_sold(D(250_000), D(5_000_000))
    assert stake == D("0.05")
    assert dilution_cost(stake, D(5_000_000), D(250_000)) == 0
    for amount, valuation in ((D(0), D(1)), (D(2), D(1)), (D(1), D(0))):
        with pytest.raises(InvalidInput):
            share_sold(amount, valuation)
    with pytest.raises(InvalidInput):
        dilution_cost(D("1.1"), D(1))


def test_the_implied_discount_can_be_done_again_from_its_line() -> None:
    found = deal_flow_back(
        4 * B, 5 * B, 5, growth=D("0.3"), cloud_margin=D("0.4"), discount_rate=D("0.1")
    )
    line = next(step.text for step in found.steps if step.name == "implied_discount")
    match = re.search(r"= \$([\d.]+)B / \$([\d.]+)B = ([\d.]+)%", line)
    assert match
    earned, paid, share = map(float, match.groups())
    assert earned / paid * 100 == pytest.approx(share, abs=0.1)
    spent = [year.spent_usd for year in found.flow]
    by_hand = sum(each * D("0.4") / D("1.1") ** n for n, each in enumerate(spent, 1))
    assert earned == pytest.approx(float(by_hand) / 1e9, rel=0.001)
