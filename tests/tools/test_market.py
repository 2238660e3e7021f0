"""The market: what is ranked above what, and what is said to be unknown."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidInput, UnknownGpu
from tools.gpus import gpu
from tools.inventory import COLUMNS
from tools.market import Access
from tools.market import gpu_offers as offers_of
from tools.needs import need
from tools.offers import Availability, Market, Offer, Term
from tools.price_list import list_offers

TODAY = date(2026, 11, 22)


def gpu_offers(
    gpu: str | None = None,
    count: int | None = None,
    region: str | None = None,
    term: str | None = None,
    max_price: Decimal | None = None,
    *,
    inventory: Path | None = None,
    today: date = TODAY,
    past: bool = False,
) -> Market:
    """The market at noon of `today`, without a live source."""
    noon = datetime.combine(today, clock_time(12), UTC)
    access = Access(inventory=inventory, clock=lambda: noon)
    return offers_of(need(gpu, count, region, term, max_price), access, past=past)


def inventory(folder: Path, *rows: str) -> Path:
    path = folder / "inventory.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def test_the_list_is_large_and_every_row_has_a_source() -> None:
    rows = list_offers()
    assert len(rows) >= 120
    for row in rows:
        assert row.source
        assert row.source != "same"
        assert row.gpu
        assert gpu(row.gpu).key == row.gpu
        assert row.availability is Availability.UNKNOWN
        assert row.price_per_gpu_hour
        assert isinstance(row.price_per_gpu_hour.amount, Decimal)
    unique = {each.model_dump_json() for each in rows}
    assert len(unique) == len(rows)


def test_h100_offline() -> None:
    begin = time.perf_counter()
    market = gpu_offers("H100", 64, today=TODAY)
    assert time.perf_counter() - begin < 1
    assert market.offers
    assert {each.availability for each in market.offers} == {Availability.UNKNOWN}
    assert {"no_live_source", "stock_unknown", "count_not_checked"} <= set(market.unknowns)
    on_demand = next(each for each in market.price_range if each.term is Term.ON_DEMAND)
    # Voltage Park in September and Azure in November 2026.
    assert (on_demand.low, on_demand.high) == (Decimal("1.99"), Decimal("12.29"))


def test_the_order_of_list_prices() -> None:
    offers = gpu_offers("H100", today=TODAY).offers
    groups = [(each.observed_at is None, each.stale) for each in offers]
    assert groups == sorted(groups)
    fresh = [each for each in offers if not each.stale and each.observed_at and not each.superseded]
    prices = [each.price_per_gpu_hour.amount for each in fresh if each.price_per_gpu_hour]
    assert prices == sorted(prices)


def test_json_is_the_documented_shape() -> None:
    document = json.loads(gpu_offers("H100", today=TODAY).model_dump_json())
    offer = document["offers"][0]
    assert isinstance(offer["price_per_gpu_hour"]["amount"], str)
    assert offer["price_per_gpu_hour"]["currency"] == "USD"
    for name in ("provider", "gpu", "gpu_raw", "count", "term", "region", "availability"):
        assert name in offer
    assert offer["method"] == "list"
    assert set(document["sources"][0]) >= {"name", "status", "observed_at", "error"}


def test_a_year_old_price_is_stale_and_a_month_counts_to_its_end() -> None:
    rows = {
        (each.provider, each.observed_at): each
        for each in gpu_offers("H100", term="reserved", today=date(2026, 10, 31)).offers
    }
    assert not rows["1-year contract index (SemiAnalysis)", "2025-10"].stale
    later = gpu_offers("H100", term="reserved", today=date(2026, 11, 1)).offers
    assert all(each.stale for each in later if each.observed_at == "2025-10")


def test_free_stock_of_the_fund_comes_first(tmp_path: Path) -> None:
    path = inventory(
        tmp_path,
        "None left,H100 SXM,64,0,0.90,USD,,fund,2026-11-21,",
        "Some,H100 SXM,64,8,5.00,USD,,fund,2026-11-21,",
        "Enough,H100 SXM,128,64,9.00,USD,,fund,2026-11-21,",
        "Unknown,H100 SXM,128,,0.95,USD,,fund,2026-11-21,",
    )
    market = gpu_offers("H100", 64, inventory=path, today=TODAY)
    assert [each.provider for each in market.offers[:2]] == ["Enough", "Some"]
    assert [each.availability for each in market.offers[:2]] == ["available", "limited"]
    assert [each.provider for each in market.offers[2:4]] == ["Unknown", "None left"]
    assert {each.standing for each in market.offers[4:]} == {"list", "stale"}
    by_name = {each.provider: each for each in market.offers}
    assert by_name["Unknown"].availability is Availability.UNKNOWN


def test_what_was_free_long_ago_is_no_longer_first(tmp_path: Path) -> None:
    path = inventory(
        tmp_path,
        "Old,H100 SXM,64,64,1.00,USD,,fund,2026-01-01,",
        "New,H100 SXM,64,64,2.00,USD,,fund,2026-11-21,",
    )
    market = gpu_offers("H100", inventory=path, today=TODAY)
    assert market.offers[0].provider == "New"
    assert next(each for each in market.offers if each.provider == "Old").stale


def test_a_broken_inventory_is_a_failed_source_and_harms_no_other(tmp_path: Path) -> None:
    path = inventory(tmp_path, "Fund,H100,eight,,,,,,,")
    market = gpu_offers("H100", inventory=path, today=TODAY)
    status = next(each for each in market.sources if each.name == "inventory")
    assert status.status == "failed"
    assert "line 2" in (status.error or "")
    assert "source_failed" in market.unknowns
    assert [each for each in market.offers if each.method == "list"] == gpu_offers(
        "H100", today=TODAY
    ).offers
    absent = gpu_offers("H100", inventory=tmp_path / "none.csv", today=TODAY)
    assert next(each for each in absent.sources if each.name == "inventory").status == "absent"


def test_a_price_outside_the_band_is_suspicious_and_last(tmp_path: Path) -> None:
    path = inventory(tmp_path, "Whole node,H100 SXM,8,8,68.80,USD,,on_demand,2026-11-21,")
    market = gpu_offers("H100", inventory=path, today=TODAY)
    assert market.offers[-1].provider == "Whole node"
    assert market.offers[-1].suspicious
    assert max(each.high for each in market.price_range) < 68


def test_filters(tmp_path: Path) -> None:
    path = inventory(
        tmp_path,
        "Here,H100,8,8,2.00,USD,eu-west,fund,2026-11-21,",
        "There,H100,8,8,2.00,USD,us-east,fund,2026-11-21,",
        "Yuan,H100,8,8,12.00,CNY,eu-west,fund,2026-11-21,",
        "Asking,H100,8,8,,,eu-west,fund,2026-11-21,",
    )
    market = gpu_offers("H100", 8, "EU", "fund", Decimal("2.50"), inventory=path, today=TODAY)
    assert {each.provider for each in market.offers} == {"Here", "Yuan", "Asking"}
    assert {"price_unknown", "other_currency_not_compared"} <= set(market.unknowns)
    cheap = gpu_offers("H100", max_price=Decimal("2.30"), today=TODAY)
    assert all(
        each.price_per_gpu_hour
        and (
            each.price_per_gpu_hour.amount <= Decimal("2.3")
            or each.price_per_gpu_hour.currency == "CNY"
        )
        for each in cheap.offers
    )
    assert "other_currency_not_compared" in cheap.unknowns
    spot = gpu_offers(term="竞价", today=TODAY)
    assert {each.term for each in spot.offers} == {Term.SPOT}
    assert gpu_offers("TPU v4", today=TODAY).unknowns[0] == "no_offers"


def test_currencies_are_never_mixed_in_a_range(tmp_path: Path) -> None:
    path = inventory(tmp_path, "Yuan,H100,8,8,12.00,CNY,,on_demand,2026-11-21,")
    ranges = gpu_offers("H100", inventory=path, today=TODAY).price_range
    assert {each.currency for each in ranges if each.term is Term.ON_DEMAND} == {"USD", "CNY"}


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": -4}, {"max_price": Decimal(0)}, {"term": "maybe"}]
)
def test_impossible_wishes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        gpu_offers("H100", today=TODAY, **wrong)  # type: ignore[arg-type]
    assert caught.value.hint


def test_an_unknown_gpu_is_refused() -> None:
    with pytest.raises(UnknownGpu):
        gpu_offers("H9000", today=TODAY)


_ROWS = st.lists(
    st.tuples(
        st.integers(0, 64) | st.none(),
        st.decimals("0.01", "80", places=2) | st.none(),
        st.integers(0, 400),
    ),
    max_size=6,
)


@given(_ROWS, st.integers(1, 64))
@settings(max_examples=60, deadline=None)
def test_unknown_stock_never_outranks_free_stock(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int | None, Decimal | None, int]],
    count: int,
) -> None:
    lines = [
        f"P{index},H100,64,{'' if free is None else free},{'' if price is None else price},USD,,"
        f"fund,{TODAY - timedelta(days=age)},"
        for index, (free, price, age) in enumerate(rows)
    ]
    path = inventory(tmp_path_factory.mktemp("home"), *lines)
    market = gpu_offers("H100", count, inventory=path, today=TODAY)
    _check_order(market)
    listed = [each for each in market.offers if each.method == "list"]
    assert listed == gpu_offers("H100", count, today=TODAY).offers


def _check_order(market: Market) -> None:
    def free(offer: Offer) -> bool:
        return offer.availability is Availability.AVAILABLE and not offer.stale

    sound = [each for each in market.offers if not each.suspicious]
    seen_other = False
    for offer in sound:
        assert not (free(offer) and seen_other)
        seen_other = seen_other or not free(offer)
    for offer in market.offers:
        if offer.price_per_gpu_hour:
            assert isinstance(offer.price_per_gpu_hour.amount, Decimal)


def test_a_past_day_has_the_dated_rows_of_its_time(tmp_path: Path) -> None:
    day = date(2024, 8, 31)
    path = inventory(tmp_path, "Own,H100,64,64,1.00,USD,,fund,2024-08-30,")
    market = gpu_offers("H100", today=day, past=True, inventory=path)
    assert market.offers
    assert all(each.observed_at and each.observed_at <= "2024-08-31" for each in market.offers)
    assert {each.method for each in market.offers} == {"list"}
    assert [source.name for source in market.sources] == ["price_list"]
    assert {"past_day", "no_live_source"} <= set(market.unknowns)
    later = gpu_offers("H100", today=TODAY, past=True)
    now = gpu_offers("H100", today=TODAY)
    assert len(later.offers) == len([each for each in now.offers if each.observed_at])
    assert "past_day" not in now.unknowns
    assert gpu_offers("H100", today=date(2010, 1, 1), past=True).unknowns[0] == "no_offers"
