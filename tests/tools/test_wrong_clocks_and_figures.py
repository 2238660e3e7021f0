"""What is no evidence lifts nothing: wrong clocks, absurd figures, files of staff."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from tools.market import Access, gpu_offers
from tools.needs import need
from tools.offers import Availability, Market, Money, Offer, Term
from tools.sources.asking import Configured
from tools.sources.source import Amount, Asking, Findings, Pace, Source, SourceConfig

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
H100 = need("H100", 8)


class Provider:
    """A live source that says `rows` until it fails, at the time of `now`."""

    def __init__(self, rows: Sequence[Offer]) -> None:
        self.now = NOW
        self.fails = False

        async def fetch(_: Asking[SourceConfig]) -> Findings:
            if self.fails:
                raise RuntimeError
            return Findings(rows)

        pace = Pace(requests=1000, seconds=1, burst=1000)
        source = Source("x", "X", "market", SourceConfig, fetch, pace)
        self.configured = Configured("x", source, SourceConfig())

    def ask(self, memory: Path | None = None) -> list[Offer]:
        access = Access(live=(self.configured,), memory=memory, clock=lambda: self.now)
        return [each for each in gpu_offers(H100, access).offers if each.source == "x"]


def offer(**fields: object) -> Offer:
    return Offer.model_validate(
        {
            "provider": "X",
            "gpu": "nvidia-h100-sxm5-80gb",
            "gpu_raw": "H100 SXM",
            "count": 8,
            "term": Term.ON_DEMAND,
            "price_per_gpu_hour": Money(amount=Decimal("2.5"), currency="USD"),
            "availability": Availability.AVAILABLE,
            "method": "live",
            "source": "x",
        }
        | fields
    )


def test_a_provider_whose_clock_is_ahead_is_not_live_for_ever(tmp_path: Path) -> None:
    provider = Provider([offer(effective_at="2031-01-01T00:00:00+00:00")])
    seen = [provider.ask(tmp_path / "m")[0]]
    provider.fails = True
    for hours in (1, 13):
        provider.now = NOW + timedelta(hours=hours)
        seen += provider.ask(tmp_path / "m")
    assert [each.standing for each in seen] == ["live", "recent", "stale"]
    assert {each.observed_at for each in seen} == {"2026-11-22T12:00:00+00:00"}


@pytest.mark.parametrize(
    "when", ["yesterday", "2026-11-22T12:00:00", "2026-11-22", "", "0001-01-01T00:00+09:00"]
)
def test_a_time_that_is_no_moment_is_no_measurement(when: str) -> None:
    (seen,) = Provider([offer(effective_at=when)]).ask()
    assert (seen.effective_at, seen.observed_at) == (None, "2026-11-22T12:00:00+00:00")


def test_what_was_seen_before_the_clock_was_set_back_is_not_live(tmp_path: Path) -> None:
    provider = Provider([offer()])
    provider.ask(tmp_path / "m")
    provider.fails, provider.now = True, NOW - timedelta(days=3)
    assert [each.standing for each in provider.ask(tmp_path / "m")] == ["stale"]


@pytest.mark.parametrize(
    ("amount", "currency", "standing"),
    [
        ("20", "CNY", "live"),
        ("0.9", "CNY", "suspicious"),
        ("90000", "CNY", "suspicious"),
        ("2.2", "EUR", "live"),
        ("5000", "EUR", "suspicious"),
        ("5000", "XTS", "live"),  # no rate leads there: it cannot be told
    ],
)
def test_a_price_in_another_currency_has_its_band(
    amount: str, currency: str, standing: str
) -> None:
    price = Money(amount=Decimal(amount), currency=currency)
    (seen,) = Provider([offer(price_per_gpu_hour=price)]).ask()
    assert seen.standing == standing
    assert seen.price_per_gpu_hour == price


def test_a_configuration_of_unknown_size_is_not_shown_to_be_enough() -> None:
    (seen,) = Provider([offer(count=None)]).ask()
    assert seen.availability is Availability.LIMITED


@pytest.mark.parametrize("amount", ["1e-9999999", "-0.01", "1e9", "NaN"])
def test_an_amount_that_is_no_price_is_not_read(amount: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Amount).validate_python(Decimal(amount))


def test_zero_is_short_however_it_is_written() -> None:
    assert str(TypeAdapter(Amount).validate_python(Decimal("0e-20"))) == "0"


def market_of(tmp_path: Path, file: str, text: str) -> Market:
    path = tmp_path / file
    path.write_text(text, encoding="utf-8")
    inventory = path if file == "inventory.csv" else None
    lists = () if inventory else (path,)
    return gpu_offers(H100, Access(inventory=inventory, price_lists=lists, clock=lambda: NOW))


def test_a_price_list_of_staff_is_no_live_source(tmp_path: Path) -> None:
    text = "provider,gpu,amount,currency,as_of,source\nX,H100,2,USD,2026-11-20,mail\n"
    assert "no_live_source" in market_of(tmp_path, "shadeform.csv", text).unknowns


@pytest.mark.parametrize("amount", ["1e-9999999", "9" * 40, "-1"])
def test_a_price_of_staff_that_cannot_be_is_named(tmp_path: Path, amount: str) -> None:
    text = f"provider,gpu,amount,currency,as_of,source\nX,H100,{amount},USD,2026-11-20,mail\n"
    market = market_of(tmp_path, "mine.csv", text)
    (status,) = [each for each in market.sources if each.name == "mine"]
    assert status.status == "failed"
    assert "line 2" in (status.error or "")


@pytest.mark.parametrize("seen", ["2026-11-22T25:99", "2026-11-22x"])
def test_an_impossible_time_in_the_inventory_is_named(tmp_path: Path, seen: str) -> None:
    text = f"provider,gpu,count,free,observed_at\nFund,H100,8,8,{seen}\n"
    market = market_of(tmp_path, "inventory.csv", text)
    (status,) = [each for each in market.sources if each.name == "inventory"]
    assert (status.status, status.offers) == ("failed", 0)
    assert "line 2: observed_at" in (status.error or "")


@pytest.mark.parametrize(
    ("seen", "standing"),
    [
        ("2026-11-22", "live"),
        ("2026-11-22T12:00", "live"),
        ("2026-11-22 11:00:00+08:00", "live"),
        ("2026-11-20T23:00", "recent"),
        ("2026-11-10T23:00", "stale"),
    ],
)
def test_a_time_of_day_makes_the_inventory_no_older(
    tmp_path: Path, seen: str, standing: str
) -> None:
    text = f"provider,gpu,count,free,observed_at\nFund,H100,8,8,{seen}\n"
    (row,) = [o for o in market_of(tmp_path, "inventory.csv", text).offers if o.provider == "Fund"]
    assert row.standing == standing


def test_slow_updates_do_not_hold_up_the_sources() -> None:
    live = []
    for name in "abcdefghij":
        other = Provider([offer(provider=name)]).configured
        live.append(Configured(name, other.source, other.config))
    updates: list[Market] = []

    def update(market: Market) -> None:
        updates.append(market)
        end = time.monotonic() + 0.15
        while time.monotonic() < end:
            pass

    market = gpu_offers(H100, Access(live=tuple(live), clock=lambda: NOW), on_update=update)
    assert {each.status for each in market.sources if each.name in "abcdefghij"} == {"ok"}
    assert [each.status for each in updates[0].sources].count("waiting") == len(live)
    assert len(updates) < len(live) / 2


@pytest.mark.parametrize(
    "damage",
    ["UPDATE answer SET fetched_at='then'", "UPDATE health SET last_ok=1e30, held_until='x'"],
)
def test_a_damaged_memory_is_no_answer(tmp_path: Path, damage: str) -> None:
    provider = Provider([offer()])
    provider.ask(tmp_path / "m")
    with closing(sqlite3.connect(tmp_path / "m", isolation_level=None)) as db:
        db.execute(damage)
    assert [each.standing for each in provider.ask(tmp_path / "m")] == ["live"]


def test_a_window_that_is_over_is_no_start_to_come(tmp_path: Path) -> None:
    block = {"state": "window", "at": NOW + timedelta(hours=1), "until": NOW + timedelta(hours=3)}
    provider = Provider([offer(start=block)])
    seen = [provider.ask(tmp_path / "m")[0]]
    provider.fails = True
    for hours in (2, 3):
        provider.now = NOW + timedelta(hours=hours)
        seen += provider.ask(tmp_path / "m")
    assert [each.start and each.start.state for each in seen] == ["window", "window", "unknown"]
    assert [each.availability for each in seen] == ["available", "available", "unknown"]
