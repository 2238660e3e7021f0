"""Exchange by dated rates: direct, turned around, through a third currency, or not at all."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.currencies import COLUMNS, Exchanged, Rate, RateTable, rate_table, read_rates
from tools.delivered import Rates
from tools.errors import UnreadablePrices
from tools.offers import Money

TODAY = date(2026, 11, 22)


def money(amount: str, currency: str) -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def rate(day: str, base: str, quote: str, value: str, source: str = "bank") -> Rate:
    return Rate(date.fromisoformat(day), base, quote, Decimal(value), source)


def exchanged(table: RateTable, amount: str, start: str, end: str) -> Exchanged:
    found = table(money(amount, start), end)
    assert found
    return found


def test_yuan_in_dollars_by_the_rate_of_the_central_bank() -> None:
    found = exchanged(rate_table(today=date(2026, 10, 10)), "13.466", "CNY", "USD")
    assert found.money == money("2", "USD")
    assert (found.as_of, found.age_days) == (date(2026, 10, 9), 1)
    assert found.source.startswith("https://www.pbc.gov.cn/")
    assert found.rate == f"1 USD = 6.7330 CNY on 2026-10-09 ({found.source})"


def test_euros_in_dollars_by_an_old_rate_say_its_age() -> None:
    found = exchanged(rate_table(today=TODAY), "2", "EUR", "USD")
    assert found.money == money("2.2538", "USD")
    assert found.age_days == 47
    assert found.rate.endswith("), 47 days old")


def test_pounds_in_dollars_go_through_the_euro() -> None:
    found = exchanged(rate_table(today=TODAY), "0.8488", "GBP", "USD")
    assert found.money == money("1.1269", "USD")
    assert "1 EUR = 0.84880 GBP and 1 EUR = 1.1269 USD on 2026-10-06" in found.rate


def test_a_past_day_has_the_rate_of_its_time() -> None:
    assert exchanged(rate_table(today=date(2026, 1, 8)), "1", "USD", "CNY").factor == Decimal(
        "7.0187"
    )
    assert rate_table(today=date(2025, 12, 11))(money("1", "USD"), "CNY") is None


def test_nothing_without_a_rate() -> None:
    table = rate_table(today=TODAY)
    assert table(money("1", "USD"), "XXX") is None
    assert table(money("1", "XXX"), "USD") is None
    assert table(money("1", "USD"), "USD") is None


def test_two_rates_never_mix_days_or_sources() -> None:
    rows = [rate("2026-11-01", "EUR", "USD", "1.1"), rate("2026-11-02", "EUR", "CNY", "7.7")]
    assert RateTable([], rows, TODAY)(money("1", "USD"), "CNY") is None
    rows = [
        rate("2026-11-01", "EUR", "USD", "1.1", "a"),
        rate("2026-11-01", "EUR", "CNY", "7", "b"),
    ]
    assert RateTable([], rows, TODAY)(money("1", "USD"), "CNY") is None
    assert RateTable(rows[:1], rows[1:], TODAY)(money("1", "USD"), "CNY") is None


def test_what_staff_entered_comes_first_of_its_day_and_the_newer_before_it() -> None:
    ours = rate("2026-10-06", "USD", "EUR", "0.9", "treasury")
    theirs = rate("2026-10-06", "EUR", "USD", "1.1269")
    newer = rate("2026-10-07", "EUR", "USD", "1.12")
    assert exchanged(RateTable([ours], [theirs], TODAY), "9", "EUR", "USD").money.amount == 10
    assert exchanged(RateTable([ours], [theirs, newer], TODAY), "1", "EUR", "USD").rates == (newer,)


def test_one_rate_before_two() -> None:
    rows = [
        rate("2026-10-06", "EUR", "USD", "1.1"),
        rate("2026-10-06", "EUR", "CNY", "7.7"),
        rate("2026-10-06", "USD", "CNY", "6.9"),
    ]
    assert exchanged(RateTable([], rows, TODAY), "1", "USD", "CNY").rates == (rows[2],)


def test_it_is_what_costs_of_a_job_ask_for() -> None:
    rates: Rates = rate_table(today=TODAY)
    assert rates(money("1", "EUR"), "USD")


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def test_the_file_of_staff(tmp_path: Path) -> None:
    path = write(tmp_path / "rates.csv", "2026-11-20,usd,CNY,6.70,treasury desk")
    found = exchanged(rate_table(path, TODAY), "67", "CNY", "USD")
    assert found.money == money("10", "USD")
    assert found.rate == "1 USD = 6.70 CNY on 2026-11-20 (treasury desk)"


BAD = [
    (["2026-11-20,USD,CNY,6.70,"], "cannot be empty"),
    ([",USD,CNY,6.70,desk"], "cannot be empty"),
    (["2026-11-20,USD,CNY,0,desk"], "rate '0' cannot be"),
    (["2026-11-20,USD,CNY,-6,desk"], "cannot be"),
    (["2026-11-20,USD,CNY,NaN,desk"], "cannot be"),
    (["2026-11-20,USD,CNY,six,desk"], "not a number"),
    (["2026-11-20,USD,USD,1,desk"], "both USD"),
    (["2026-11-20,USD,yuan,6.7,desk"], "currency 'YUAN'"),
    (["20.11.2026,USD,CNY,6.7,desk"], "date"),
    (["2026-12-20,USD,CNY,6.7,desk"], "future"),
    (["2026-11-20,USD,CNY,6.7,desk,more"], "more cells"),
]


@pytest.mark.parametrize(("rows", "reason"), BAD)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, rows: list[str], reason: str) -> None:
    with pytest.raises(UnreadablePrices) as caught:
        read_rates(write(tmp_path / "rates.csv", *rows), TODAY)
    assert caught.value.message.startswith("rates.csv line 2: ")
    assert reason in caught.value.message


def test_two_rates_of_one_day_and_source_contradict_each_other(tmp_path: Path) -> None:
    one, two = "2026-11-20,USD,CNY,6.7,desk", "2026-11-20,CNY,USD,0.15,desk"
    with pytest.raises(UnreadablePrices, match=r"line 3: another rate .* 1 USD = 6.7 CNY"):
        read_rates(write(tmp_path / "rates.csv", one, two), TODAY)
    assert len(read_rates(write(tmp_path / "rates.csv", one, one), TODAY)) == 1


def test_the_bundled_rates_have_sources_and_agree_with_each_other() -> None:
    text = files("tools").joinpath("data", "rates.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {"CNY", "USD", "GBP", "JPY", "HKD"} <= {row["quote"] for row in rows}
    for row in rows:
        assert date.fromisoformat(row["date"]) <= TODAY
        assert row["source"].startswith(("https://", "PBoC"))
    assert len({(r["date"], r["base"], r["quote"], r["source"]) for r in rows}) == len(rows)
    # Two banks in one week: the dollar in yuan differs by less than one per cent.
    ecb = exchanged(rate_table(today=date(2026, 10, 6)), "1", "USD", "CNY").factor
    pboc = exchanged(rate_table(today=date(2026, 10, 9)), "1", "USD", "CNY").factor
    assert abs(ecb / pboc - 1) < Decimal("0.01")


CODES = ["AAA", "BBB", "CCC", "DDD"]
RATES = st.builds(
    Rate,
    st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=2)),
    st.sampled_from(CODES),
    st.sampled_from(CODES),
    st.decimals("0.001", "20000", places=4),
    st.sampled_from(["x", "y"]),
).filter(lambda each: each.base != each.quote)


@given(
    st.lists(RATES, max_size=8),
    st.lists(RATES, max_size=8),
    st.decimals("0.01", "1000000", places=2),
    st.sampled_from(CODES),
    st.sampled_from(CODES),
)
def test_whatever_the_rates(
    own: list[Rate], bundled: list[Rate], amount: Decimal, start: str, end: str
) -> None:
    table = RateTable(own, bundled, TODAY)
    found = table(Money(amount=amount, currency=start), end)
    usable = [each for each in [*own, *bundled] if each.day <= TODAY]
    direct = [each for each in usable if {each.base, each.quote} == {start, end}]
    if found is None:
        assert start == end or not direct
        return
    assert start != end
    assert found.money.currency == end
    assert found.age_days >= 0
    assert len({(each.day, each.source) for each in found.rates}) == 1
    assert all(found.as_of >= each.day for each in direct)
    # By hand, from the stated rates.
    value, at = amount, start
    for each in found.rates:
        value = value * each.rate if at == each.base else value / each.rate
        at = each.quote if at == each.base else each.base
    assert at == end
    assert abs(found.money.amount - value) <= max(value * Decimal("0.00001"), Decimal("0.0001"))
