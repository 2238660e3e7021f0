"""What credits are worth: the case of the notes, years that pay in part, expiry, equity."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.estimates.money.credits import credits_value
from tools.estimates.money.credits_records import CreditsValue, CreditYear
from tools.estimates.money.rents import Rent

D = Decimal
TWO_YEARS = (
    CreditYear(share=D(1), cap_usd=D(250_000)),
    CreditYear(share=D("0.2"), cap_usd=D(100_000)),
)


def _market(*prices: str) -> tuple[Rent, ...]:
    return tuple(Rent(name=f"at {each}", price_per_gpu_hour=D(each)) for each in prices)


def test_azure_credits_at_market_prices() -> None:
    """$350,000 at $6.98 list are 50,000 GPU-hours, worth $118,000 to $150,000."""
    found = credits_value(D(350_000), D("6.98"), _market("2.35", "2.99"), gpu="H100")
    assert round(found.gpu_hours) == 50_143
    assert found.value_usd
    assert round(found.value_usd.low) == 117_837
    assert round(found.value_usd.high) == 149_928
    assert found.value_share == pytest.approx(D("2.67") / D("6.98"))
    assert found.unused_usd == 0
    assert "no_spend" in found.unknown


def test_without_a_market_price_there_is_no_value() -> None:
    found = credits_value(D(350_000), D("6.98"))
    assert found.value_usd is None
    assert found.net_value_usd is None
    assert found.gpu_hours > 50_000
    assert "no_market_price" in found.unknown
    assert found.sensitivity == ()


def test_what_cannot_be_spent_before_it_expires_is_lost() -> None:
    found = credits_value(
        D(350_000), D(7), _market("3.5"), expiry_months=12, spend_per_month=D(10_000)
    )
    assert found.usable_usd == 120_000
    assert found.unused_usd == 230_000
    assert found.value_usd
    assert found.value_usd.likely == pytest.approx(D(60_000))
    partly = credits_value(
        D(350_000), D(7), _market("3.5"), expiry_months=12, spend_per_month=D(10_000),
        eligible_share=D("0.5"), excluded="reserved clusters", probability=D("0.5"),
    )  # fmt: skip
    assert partly.usable_usd == 60_000
    assert partly.value_usd
    assert partly.value_usd.likely == pytest.approx(D(15_000))
    assert any("reserved clusters" in each.text for each in partly.assumptions)


def test_a_year_that_pays_a_fifth_needs_cash_beside_it() -> None:
    found = credits_value(D(350_000), D("11.06"), _market("2.35", "2.99"), years=TWO_YEARS)
    first, second = found.years
    assert first.used_usd == 250_000
    assert first.cash_beside_usd == 0
    assert second.used_usd == 100_000
    assert second.cash_beside_usd == 400_000
    assert second.gpu_hours == pytest.approx(D(500_000) / D("11.06"))
    # Four fifths of 11.06 are more than the market asks for the whole hour.
    assert second.worth_using is False
    assert second.value_usd
    assert second.value_usd.high == 0
    assert found.value_usd == first.value_usd
    assert "year_not_worth_using" in found.unknown


def test_at_the_list_price_a_part_is_worth_its_face() -> None:
    found = credits_value(D(350_000), D(3), _market("3"), years=TWO_YEARS)
    assert found.value_usd
    assert found.value_usd.likely == pytest.approx(D(350_000))
    dearer = credits_value(D(350_000), D(3), _market("9"), years=TWO_YEARS)
    assert dearer.value_usd
    assert dearer.value_usd.likely == pytest.approx(D(350_000))


def test_spending_limits_each_year() -> None:
    found = credits_value(
        D(350_000), D(4), _market("4"), years=TWO_YEARS, spend_per_month=D(20_000)
    )
    assert [each.used_usd for each in found.years] == [240_000, 48_000]
    short = credits_value(
        D(350_000), D(4), _market("4"), years=TWO_YEARS, spend_per_month=D(20_000), expiry_months=18
    )
    assert [each.used_usd for each in short.years] == [240_000, 24_000]


def test_equity_is_priced_only_at_a_valuation() -> None:
    market = _market("3.5")
    unpriced = credits_value(D(350_000), D(7), market, equity_share=D("0.01"))
    assert unpriced.dilution_usd is None
    assert unpriced.net_value_usd is None
    assert "equity_without_valuation" in unpriced.unknown
    priced = credits_value(
        D(350_000), D(7), market, equity_share=D("0.07"), valuation=D(5_000_000),
        cash_in=D(250_000),
    )  # fmt: skip
    assert priced.dilution_usd == 100_000
    assert priced.net_value_usd == pytest.approx(D(75_000))


def test_explain_and_json() -> None:
    found = credits_value(
        D(350_000), D("6.98"), _market("2.35", "2.99"), years=TWO_YEARS, spend_per_month=D(50_000),
        equity_share=D("0.01"), valuation=D(10**7),
    )  # fmt: skip
    text = "\n".join(found.explain())
    for word in ("least of", "cash beside", "probability", "dilution"):
        assert word in text
    document = json.loads(found.model_dump_json())
    assert document["units"]["gpu_hours"] == "GPU-hours"
    assert isinstance(document["value_usd"]["likely"], float)
    assert document["sensitivity"][0]["of"] == "value_usd"


REFUSED: list[dict[str, Any]] = [
    {"credit": D(0)},
    {"credit": D("Infinity")},
    {"list_price": D(0)},
    {"list_price": D(-1)},
    {"market": _market("0")},
    {"market": _market("1") * 13},
    {"years": ()},
    {"years": (CreditYear(share=D(0)),)},
    {"years": (CreditYear(share=D(2)),)},
    {"years": (CreditYear(cap_usd=D(0)),)},
    {"years": TWO_YEARS, "expiry_months": 36},
    {"expiry_months": 0},
    {"spend_per_month": D(0)},
    {"eligible_share": D(2)},
    {"probability": D("1.1")},
    {"equity_share": D(7)},
    {"valuation": D(0)},
]


def _credits(changes: dict[str, Any]) -> CreditsValue:
    stated: dict[str, Any] = {"credit": D(350_000), "list_price": D(7)}
    return credits_value(**(stated | changes))


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_impossible_input_is_refused_with_a_reason(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        _credits(wrong)
    assert caught.value.message
    assert caught.value.hint


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        credits_value(D(350_000), D(7), gpu="H9000")


@given(
    st.decimals("100", "10000000", places=2),
    st.decimals("0.1", "100", places=2),
    st.lists(st.decimals("0.1", "100", places=2), min_size=1, max_size=4),
    st.decimals("100", "1000000", places=2),
    st.decimals("0.01", "1", places=2),
    st.integers(1, 24),
)
@settings(max_examples=100, deadline=None)
def test_properties(
    credit: D, list_price: D, prices: list[D], spend: D, chance: D, months: int
) -> None:
    def estimate(**changes: Any) -> Any:
        stated: dict[str, Any] = {
            "credit": credit, "list_price": list_price, "market": _market(*map(str, prices)),
            "years": TWO_YEARS, "spend_per_month": spend, "probability": chance,
            "expiry_months": months,
        }  # fmt: skip
        return credits_value(**(stated | changes))

    found = estimate()
    value = found.value_usd
    slack = D("1e-15") * credit
    assert 0 <= value.low <= value.likely <= value.high <= credit + slack
    assert found.usable_usd + found.unused_usd == pytest.approx(credit)
    assert found.usable_usd <= 350_000
    assert estimate(probability=chance / 2).value_usd.likely <= value.likely + slack
    assert estimate(spend_per_month=spend * 2).usable_usd >= found.usable_usd
    assert estimate(list_price=list_price * 2).value_usd.likely <= value.likely + slack
    dearer = _market(*(str(each * 2) for each in prices))
    assert estimate(market=dearer).value_usd.likely >= value.likely - slack


def test_an_estimate_takes_under_20_ms() -> None:
    def seconds() -> float:
        begin = time.process_time()
        credits_value(D(350_000), D(7), _market("2", "3"), years=TWO_YEARS)
        return time.process_time() - begin

    assert min(seconds() for _ in range(4)) < 0.02


def test_cash_is_an_input_and_belongs_to_a_share() -> None:
    with pytest.raises(InvalidInput, match="cash"):
        credits_value(D(1000), D(5), cash_in=D(-1), equity_share=D("0.1"), valuation=D(10**6))
    with pytest.raises(InvalidInput) as caught:
        credits_value(D(1000), D(5), cash_in=D(100))
    assert "share" in caught.value.hint
    found = credits_value(D(1000), D(5), cash_in=D(100), equity_share=D("0.1"), valuation=D(10**6))
    assert (found.inputs.cash_in, found.dilution_usd) == (100, 10**5 - 100)
