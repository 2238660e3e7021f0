"""What is kept of live observations, and how prices moved by them and by dated lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import observations
from tools.errors import InvalidInput, UnknownGpu
from tools.observations import daily_prices, observations_on, record, seen_prices
from tools.offers import Availability, Money, Offer, Term
from tools.price_history import PriceHistory, gpu_price_history
from tools.price_list import list_offers
from tools.ranking import latest_day
from tools.sources.memory import Memory

H100 = ("nvidia-h100-sxm5-80gb",)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    kept = Memory(tmp_path / "seen.sqlite")
    yield kept
    kept.close()
    assert kept.trouble is None


def an_offer(provider: str = "Lambda", price: str | None = "2.49", **more: Any) -> Offer:
    values: dict[str, Any] = {
        "provider": provider,
        "gpu": "nvidia-h100-sxm5-80gb",
        "gpu_raw": "H100 SXM",
        "count": 8,
        "term": Term.ON_DEMAND,
        "price_per_gpu_hour": Money(amount=Decimal(price), currency="USD") if price else None,
        "availability": Availability.AVAILABLE,
        "method": "live",
        "source": provider.lower(),
    }
    return Offer(**values | more)


def listed(day: str | None, price: str, provider: str = "Lambda", **more: Any) -> Offer:
    return an_offer(provider, price, method="list", observed_at=day, source="a page", **more)


def told(history: PriceHistory) -> list[tuple[str, str, Decimal, Decimal, Decimal, int]]:
    return [
        (series.kind, p.date, p.low, p.median, p.high, p.offers)
        for series in history.series
        for p in series.points
    ]


def test_only_what_is_live_is_kept(memory: Memory) -> None:
    rows = [an_offer(method=method) for method in ("cached", "list", "operator")]
    assert record(memory, rows, NOON) == 0
    assert record(memory, [an_offer()], NOON) == 1


def test_an_unchanged_repeat_moves_the_time_only(memory: Memory) -> None:
    assert record(memory, [an_offer()], NOON) == 1
    assert record(memory, [an_offer()], NOON + timedelta(minutes=59)) == 0
    [seen] = observations_on(memory, NOON.date())
    assert seen.fetched_at == "2026-11-20T12:59:00+00:00"
    assert record(memory, [an_offer()], NOON + timedelta(minutes=61)) == 1
    assert record(memory, [an_offer()], NOON + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"price": "2.50"},
        {"price": None},
        {"free": 8},
        {"availability": Availability.NONE},
        {"region": "us-east-1"},
        {"term": Term.SPOT},
        {"reseller_of": "nebius"},
    ],
    ids=str,
)
def test_a_change_is_a_row_of_its_own(memory: Memory, change: dict[str, Any]) -> None:
    record(memory, [an_offer()], NOON)
    assert record(memory, [an_offer(**change)], NOON + timedelta(minutes=1)) == 1


def test_a_past_day_as_it_was_seen_last(memory: Memory) -> None:
    record(memory, [an_offer(), an_offer("Crusoe", "3.90", free=16)], NOON)
    record(memory, [an_offer(price="2.99")], NOON + timedelta(hours=2))
    seen = observations_on(memory, NOON.date())
    assert [(each.provider, each.price_per_gpu_hour, each.free, each.method) for each in seen] == [
        ("Crusoe", Money(amount=Decimal("3.90"), currency="USD"), 16, "cached"),
        ("Lambda", Money(amount=Decimal("2.99"), currency="USD"), None, "cached"),
    ]
    assert seen[1].observed_at == "2026-11-20T14:00:00+00:00"
    assert observations_on(memory, NOON.date() - timedelta(days=1)) == []


def test_the_providers_own_clock_tells_the_day(memory: Memory) -> None:
    before = "2026-11-19T23:50:00+00:00"
    record(memory, [an_offer(effective_at=before)], NOON)
    # A time of the future, without a zone or none at all is not believed.
    for odd in ("2027-01-01T00:00:00+00:00", "2020-01-01T00:00:00", "yesterday"):
        record(memory, [an_offer(price="3", effective_at=odd)], NOON)
    assert [day for day, *_ in seen_prices(memory, H100)] == ["2026-11-19", "2026-11-20"]


def test_a_clock_set_back_loses_nothing(memory: Memory) -> None:
    record(memory, [an_offer()], NOON)
    assert record(memory, [an_offer()], NOON - timedelta(hours=3)) == 1
    assert len(observations_on(memory, NOON.date())) == 1


def test_old_days_are_thinned_to_three_figures(memory: Memory) -> None:
    rows = [an_offer(price=price, region=price) for price in ("2", "3", "4", "7", "99")]
    record(memory, rows, NOON)
    later = NOON + timedelta(days=91)
    record(memory, [an_offer()], later)
    assert observations_on(memory, NOON.date()) == []
    [row] = daily_prices(memory, H100)
    assert (row.day, row.low, row.median, row.high, row.offers) == (
        "2026-11-20", Decimal(2), Decimal(3), Decimal(7), 4,
    )  # fmt: skip
    history = gpu_price_history("H100", memory=memory)
    assert told(history) == [
        ("live", "2026-11-20", 2, 3, 7, 4),
        ("live", "2027-02-19", Decimal("2.49"), Decimal("2.49"), Decimal("2.49"), 1),
    ]
    assert [p.thinned for p in history.series[0].points] == [True, False]
    assert gpu_price_history("H100", provider="crusoe", memory=memory).series == []


def test_too_many_rows_thin_the_oldest_days(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observations, "_MOST_SEEN", 3)
    monkeypatch.setattr(observations, "_MOST_DAILY", 1)
    for days in range(4):
        moment = NOON + timedelta(days=days)
        record(memory, [an_offer(price="2"), an_offer(price="3")], moment)
    assert {day for day, *_ in seen_prices(memory, H100)} == {"2026-11-22", "2026-11-23"}
    assert [row.day for row in daily_prices(memory, H100)] == ["2026-11-21"]


def test_kinds_terms_and_currencies_are_never_mixed(memory: Memory) -> None:
    record(memory, [an_offer(), an_offer(term=Term.SPOT, price="1.20")], NOON)
    euros = Money(amount=Decimal("3"), currency="EUR")
    lists = [
        listed("2025-03", "3.10"),
        listed("2025-03", "3", price_per_gpu_hour=euros),
        listed("2025-03", "1.80", term=Term.RESERVED, term_months=36),
        listed("2025-03", "2.20", term=Term.RESERVED, term_months=12),
        an_offer(price="1.99", method="operator", observed_at="2026-01-05"),
    ]
    history = gpu_price_history("H100", memory=memory, lists=lists)
    assert [(s.kind, s.term, s.term_months, s.currency) for s in history.series] == [
        ("live", Term.ON_DEMAND, None, "USD"),
        ("live", Term.SPOT, None, "USD"),
        ("negotiated", Term.ON_DEMAND, None, "USD"),
        ("list", Term.ON_DEMAND, None, "USD"),
        ("list", Term.ON_DEMAND, None, "EUR"),
        ("list", Term.RESERVED, 12, "USD"),
        ("list", Term.RESERVED, 36, "USD"),
    ]
    spot = gpu_price_history("H100", "spot", memory=memory, lists=lists)
    assert told(spot) == [("live", "2026-11-20", *[Decimal("1.20")] * 3, 1)]


def test_what_has_no_date_or_no_sane_price_is_left_out_and_counted() -> None:
    lists = [listed(None, "2"), listed("2026-01-01", "240"), listed("2026-01-02", "2")]
    history = gpu_price_history("H100", lists=lists)
    assert told(history) == [("list", "2026-01-02", 2, 2, 2, 1)]
    assert (history.suspicious, history.undated) == (1, 1)
    assert {"suspicious_left_out", "undated_left_out", "one_date"} <= set(history.unknowns)


def test_only_one_sellers_prices_for_one_thing_are_a_move() -> None:
    lists = [
        listed("2024-01-29", "3.49"),
        listed("2025-02-28", "2.99"),
        listed("2025-02-28", "3.29"),
        listed("2026-08-26", "9.00", "Another"),
        listed("2026-08-26", "1.00", count=1),
    ]
    history = gpu_price_history("H100", lists=lists)
    [move] = history.moves
    assert (move.provider, move.first_date, move.first, move.last_date, move.last) == (
        "Lambda", "2024-01-29", Decimal("3.49"), "2025-02-28", Decimal("2.99"),
    )  # fmt: skip
    assert (history.moved.up, history.moved.down, history.moved.same) == (0, 1, 0)
    apart = gpu_price_history("H100", lists=lists[2:])
    assert apart.moves == []
    assert "no_seller_twice" in apart.unknowns


def test_since_and_until_and_partial_dates() -> None:
    lists = [listed("2023", "5"), listed("2024-06", "4"), listed("2024-06-30", "3")]
    history = gpu_price_history("H100", lists=lists)
    assert [p.date for p in history.series[0].points] == ["2023", "2024-06", "2024-06-30"]
    later = gpu_price_history("H100", since=date(2024, 1, 1), lists=lists)
    assert len(later.series[0].points) == 2
    # June of 2024 may have been after the 29th: it is not told of that day.
    before = gpu_price_history("H100", until=date(2024, 6, 29), lists=lists)
    assert [p.date for p in before.series[0].points] == ["2023"]


def test_forms_are_told_apart() -> None:
    lists = [listed("2026-01-01", "3"), listed("2026-01-02", "2", gpu="nvidia-h100-pcie-80gb")]
    assert "forms_mixed" in gpu_price_history("H100", lists=lists).unknowns
    assert len(told(gpu_price_history("H100 PCIe", lists=lists))) == 1
    assert told(gpu_price_history("A100", lists=lists)) == []


def test_nothing_known_and_what_cannot_be() -> None:
    assert gpu_price_history("B200", provider="nobody").unknowns == ["no_history"]
    with pytest.raises(UnknownGpu):
        gpu_price_history("H1000")
    with pytest.raises(InvalidInput):
        gpu_price_history("H100", "weekly")


def test_the_bundled_list_has_a_history() -> None:
    history = gpu_price_history("H100", "on_demand", lists=list_offers())
    series, yuan = history.series
    assert (series.currency, yuan.currency) == ("USD", "CNY")
    dates = {each.observed_at for each in list_offers()}
    assert len(series.points) >= 15
    assert {p.date for p in series.points} <= dates
    assert any(move.provider == "Lambda" for move in history.moves)
    assert history.unknowns[0] == "no_live_history"


_DATES = st.sampled_from([None, "2024", "2024-02", "2024-02-29", "2025-12-31"])
_LISTED = st.builds(
    listed,
    _DATES,
    st.sampled_from(["0.5", "1.5", "2", "2.5", "60"]),
    st.sampled_from(["Lambda", "Crusoe"]),
    count=st.sampled_from([None, 1, 8]),
)


@given(st.lists(_LISTED, max_size=12), st.lists(_LISTED, max_size=6))
def test_no_date_and_no_price_is_made_up(lists: list[Offer], live: list[Offer]) -> None:
    memory = Memory(None)
    record(memory, [each.model_copy(update={"method": "live"}) for each in live], NOON)
    history = gpu_price_history("H100", memory=memory, lists=lists)
    memory.close()
    known = {(each.observed_at, each.price_per_gpu_hour) for each in lists}
    known |= {("2026-11-20", each.price_per_gpu_hour) for each in live}
    for series in history.series:
        days = [latest_day(point.date) for point in series.points]
        assert days == sorted(days)
        for point in series.points:
            for amount in (point.low, point.median, point.high):
                assert (point.date, Money(amount=amount, currency="USD")) in known
            assert point.low <= point.median <= point.high
            assert isinstance(point.median, Decimal)
    shown = sum(p.offers for s in history.series if s.kind == "list" for p in s.points)
    assert shown + history.suspicious + history.undated >= len(lists)
