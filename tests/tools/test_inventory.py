"""The fund's inventory file: what staff may write, and how a bad row is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tools.errors import UnreadableInventory
from tools.inventory import COLUMNS, read_inventory
from tools.offers import Availability, Term

HEAD = ",".join(COLUMNS)
GOOD = "Fund cluster,H100 SXM,128,64,1.90,USD,eu-west,fund,2026-11-20,InfiniBand"
TODAY = date(2026, 11, 22)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inventory.csv"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_row(path: Path) -> None:
    (offer,) = read_inventory(write(path, GOOD), TODAY)
    assert offer.gpu == "nvidia-h100-sxm5-80gb"
    assert offer.price_per_gpu_hour
    assert offer.price_per_gpu_hour.amount == Decimal("1.90")
    assert (offer.count, offer.free, offer.term) == (128, 64, Term.FUND)
    assert offer.availability is Availability.AVAILABLE
    assert offer.method == "operator"


def test_what_is_empty_is_unknown(path: Path) -> None:
    (offer,) = read_inventory(write(path, "Fund,H100,,,,,,,,"), TODAY)
    assert offer.availability is Availability.UNKNOWN
    assert offer.price_per_gpu_hour is None
    assert offer.region is None
    assert offer.observed_at is None


def test_a_name_that_is_not_in_the_table_is_kept_raw(path: Path) -> None:
    (offer,) = read_inventory(write(path, "Fund,Ascend 910Z,8,8,1,USD,,fund,2026-11-20,"), TODAY)
    assert (offer.gpu, offer.gpu_raw) == (None, "Ascend 910Z")


def test_zero_is_free_of_charge_and_blank_lines_are_skipped(path: Path) -> None:
    rows = read_inventory(write(path, "", GOOD.replace("1.90", "0"), ",,,,,,,,,"), TODAY)
    assert [each.price_per_gpu_hour.amount for each in rows if each.price_per_gpu_hour] == [0]


def test_a_spreadsheet_with_a_byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}\r\n{GOOD}\r\n".encode())
    assert len(read_inventory(path, TODAY)) == 1


BAD = [
    (GOOD.replace("64", "200"), "200 free of 128"),
    (GOOD.replace("128", "many"), "not a whole number"),
    (GOOD.replace("64", "-1"), "not a whole number"),
    (GOOD.replace("1.90", "cheap"), "not a number"),
    (GOOD.replace("1.90", "-2"), "cannot be"),
    (GOOD.replace("1.90", "NaN"), "cannot be"),
    (GOOD.replace("USD", "dollars"), "currency"),
    (GOOD.replace(",fund,", ",forever,"), "unknown term"),
    (GOOD.replace("2026-11-20", "last week"), "observed_at"),
    (GOOD.replace("2026-11-20", "2027-11-20"), "future"),
    (GOOD.replace("Fund cluster", ""), "cannot be empty"),
    (GOOD + ",one,more", "more cells than columns"),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_row_is_named_by_its_line(path: Path, row: str, reason: str) -> None:
    with pytest.raises(UnreadableInventory, match="line 3") as caught:
        read_inventory(write(path, GOOD, row), TODAY)
    assert reason in caught.value.message


def test_a_file_that_is_no_inventory(path: Path, tmp_path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(UnreadableInventory, match="UTF-8"):
        read_inventory(path)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableInventory, match="no column provider, gpu"):
        read_inventory(path)
    with pytest.raises(UnreadableInventory, match="cannot read"):
        read_inventory(tmp_path)
