"""Price lists: the one that comes with the tools, and lists that staff import."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tools.errors import UnreadablePrices
from tools.gpus import known_gpu
from tools.offers import Availability, Money, Term
from tools.price_list import COLUMNS, list_offers, read_price_list
from tools.ranking import SANE_PRICES_USD

HEAD = ",".join(COLUMNS)
GOOD = "Lambda,8x H100 (80 GB SXM5),8,reserved,12,2.05,USD,us,2026-11-01,offer letter,IB,negotiated"
TODAY = date(2026, 11, 22)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def write(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_negotiated_price(path: Path) -> None:
    (offer,) = read_price_list(write(path, GOOD), TODAY)
    assert offer.gpu == "nvidia-h100-sxm5-80gb"
    assert offer.price_per_gpu_hour == Money(amount=Decimal("2.05"), currency="USD")
    assert (offer.count, offer.term, offer.term_months) == (8, Term.RESERVED, 12)
    assert (offer.method, offer.basis) == ("operator", "list")
    assert (offer.observed_at, offer.source) == ("2026-11-01", "offer letter")
    assert offer.availability is Availability.UNKNOWN


def test_a_list_in_yuan_needs_no_more_than_six_columns(path: Path) -> None:
    head = "provider,gpu,amount,currency,as_of,source"
    row = "某云,昇腾910B,9.80,cny,2026-10-08,https://example.cn/price"
    (offer,) = read_price_list(write(path, row, head=head), TODAY)
    assert offer.gpu == "huawei-ascend910b-any"
    assert offer.price_per_gpu_hour == Money(amount=Decimal("9.80"), currency="CNY")
    assert (offer.method, offer.basis, offer.term) == ("list", "list", Term.ON_DEMAND)
    assert offer.list_as_of == "2026-10-08"


def test_a_name_that_is_not_in_the_table_is_kept_raw(path: Path) -> None:
    (offer,) = read_price_list(write(path, GOOD.replace("8x H100 (80 GB SXM5)", "B300 PC")), TODAY)
    assert (offer.gpu, offer.gpu_raw) == (None, "B300 PC")


BAD = [
    (GOOD.replace("2026-11-01", ""), "line 2: provider and gpu and amount"),
    (GOOD.replace("offer letter", ""), "cannot be empty"),
    (GOOD.replace(",2.05,", ",,"), "cannot be empty"),
    (GOOD.replace(",USD,", ",,"), "cannot be empty"),
    (GOOD.replace("2026-11-01", "2026"), "as_of '2026'"),
    (GOOD.replace("2026-11-01", "2027-01-01"), "future"),
    (GOOD.replace("2.05", "two"), "not a number"),
    (GOOD.replace("2.05", "-2"), "cannot be"),
    (GOOD.replace("USD", "$"), "currency"),
    (GOOD.replace(",8,reserved", ",eight,reserved"), "not a whole number"),
    (GOOD.replace(",8,reserved", ",0,reserved"), "cannot be 0"),
    (GOOD.replace("reserved", "forever"), "unknown term"),
    (GOOD.replace("negotiated", "guessed"), "kind 'guessed'"),
    (GOOD + ",more", "more cells than columns"),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_row_is_named_by_its_line(path: Path, row: str, reason: str) -> None:
    with pytest.raises(UnreadablePrices) as caught:
        read_price_list(write(path, row), TODAY)
    assert caught.value.message.startswith("prices.csv line 2: ")
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_without_a_column_for_the_date_is_refused(path: Path) -> None:
    with pytest.raises(UnreadablePrices, match="no column as_of, source") as caught:
        read_price_list(write(path, "A,H100,2,USD", head="provider,gpu,amount,currency"), TODAY)
    assert "as_of" in caught.value.hint


def test_the_bundled_list_states_its_dates_and_sources_and_is_sane() -> None:
    rows = list_offers()
    assert len(rows) >= 300
    assert sum(row.observed_at is not None for row in rows) >= 290
    recent = [row for row in rows if (row.observed_at or "") >= "2026-01"]
    assert {"H100", "H200", "A100", "B200"} <= {
        found.family for row in recent if (found := known_gpu(row.gpu or ""))
    }
    assert {row.term for row in recent} >= {Term.ON_DEMAND, Term.SPOT, Term.RESERVED}
    for row in rows:
        assert row.source
        assert row.price_per_gpu_hour
        if row.observed_at is None:
            assert "date unknown" in row.notes, row
        if row.price_per_gpu_hour.currency == "USD" and row.gpu:
            found = known_gpu(row.gpu)
            assert found
            low, high = SANE_PRICES_USD.get(found.family, (Decimal("0.02"), Decimal(40)))
            assert low <= row.price_per_gpu_hour.amount <= high, row


def test_a_negotiated_price_ranks_with_lists_for_a_year(tmp_path: Path) -> None:
    """It says nothing of stock: never live, and it does not age in a week as stock does."""
    from datetime import UTC, datetime

    from tools.market import Access, gpu_offers
    from tools.needs import need

    path = tmp_path / "own.csv"
    path.write_text(
        "provider,gpu,count,term,term_months,amount,currency,region,as_of,source,note,kind\n"
        "Harbor,H100 SXM,8,on_demand,,2.10,USD,,2026-11-15,letter,,negotiated\n",
        encoding="utf-8",
    )
    seen = {}
    for year, month, day in ((2026, 11, 16), (2026, 12, 16), (2027, 11, 16)):
        noon = datetime(year, month, day, 12, tzinfo=UTC)
        access = Access(price_lists=(path,), clock=lambda noon=noon: noon)
        offers = gpu_offers(need("H100", 8), access).offers
        seen[year, month] = next(each.standing for each in offers if each.provider == "Harbor")
    assert list(seen.values()) == ["list", "list", "stale"]
