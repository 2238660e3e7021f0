"""The chart of a price history: plain characters, in its columns whatever the names are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import product

import pytest
from rich.cells import cell_len

from assistant.cli.price_chart import chart
from tools.offers import Term
from tools.price_history import Kind, Moved, Point, PriceHistory, Series, gpu_price_history
from tools.price_list import list_offers

Desk = Callable[..., tuple[int, str, str]]


def a_point(date: str, low: str, median: str, high: str, provider: str = "Lambda") -> Point:
    return Point(
        date=date, low=Decimal(low), median=Decimal(median), high=Decimal(high), offers=3,
        providers=(provider,), sources=("a page",),
    )  # fmt: skip


def a_series(kind: Kind, *points: Point, term: Term = Term.ON_DEMAND, **more: str) -> Series:
    return Series(
        kind=kind, term=term, term_months=None, currency=more.get("currency", "USD"),
        gpus=("nvidia-h100-sxm5-80gb",), points=points,
    )  # fmt: skip


def a_history(*series: Series) -> PriceHistory:
    return PriceHistory(
        gpu="nvidia-h100-any-80gb", term=None, provider=None, since=None, until=None,
        series=list(series), moves=[], moved=Moved(up=0, down=0, same=0),
        suspicious=2, undated=1, unknowns=[],
    )  # fmt: skip


LIVE = a_series("live", a_point("2026-11-20", "2", "3", "4"), a_point("2026-11-22", "2", "2", "2"))
LIST = a_series("list", a_point("2026-01", "1", "5", "9"), a_point("2026-11-10", "6", "6", "6"))


def panel(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r" *[\d.]* *[+|]", line)]


def test_live_and_list_look_different_and_stand_at_their_prices() -> None:
    lines = panel(chart(a_history(LIVE, LIST), height=10))
    assert lines[0].strip().startswith("9")
    assert [line.count("#") for line in lines[:10]].count(1) == 2
    column = lines[6].index("#")  # the middle of 2, 3, 4
    assert [lines[row][column] for row in (5, 6, 7)] == ["|", "#", "|"]
    listed = lines[4].index("o")
    assert [lines[row][listed] for row in (0, 8)] == [":", ":"]
    assert listed < column
    # Nothing is drawn between the dates.
    assert {char for line in lines[:10] for char in line} <= set(" 0123456789.+|:#o")


def test_the_axis_is_dated_and_the_key_says_how_many_and_from_where() -> None:
    text = chart(a_history(LIVE, LIST))
    assert "2026-01-31" in text  # the end of "2026-01"
    assert "2026-11-22" in text
    assert "# live, on demand: 6 prices of 2 dates, 2026-11-20 to 2026-11-22; from Lambda" in text
    assert "o list, on demand: 6 prices of 2 dates, 2026-01 to 2026-11-10; from Lambda" in text
    assert "Left out as suspicious: 2." in text
    assert "Left out, undated: 1." in text


def test_currencies_have_panels_of_their_own() -> None:
    euros = a_series("list", a_point("2026-03-01", "1", "1", "1"), currency="EUR")
    text = chart(a_history(LIVE, euros))
    assert text.count("per GPU-hour") == 2
    assert "EUR per GPU-hour" in text
    assert text.splitlines()[-1]


def test_one_date_and_no_date() -> None:
    one = chart(a_history(a_series("list", a_point("2026-03-01", "1", "2", "3"))))
    assert one.count("2026-03-01") == 2
    assert chart(a_history()).splitlines()[0] == "No dated price is known."


def test_more_series_than_marks_are_said() -> None:
    terms = list(Term)
    many = [
        a_series("negotiated", a_point("2026-03-01", "1", "1", "1"), term=terms[n % 6])
        for n in range(6)
    ]
    assert "1 more series are not drawn" in chart(a_history(*many))


@pytest.mark.parametrize(("width", "color"), list(product((20, 40, 80, 132), (False, True))))
def test_it_keeps_to_its_columns(width: int, color: bool) -> None:
    names = ("阿里云弹性计算", "輝達雲端\x1b[31m", "A cloud with a very long name indeed, Inc.")
    chinese = [
        a_series("list", *(a_point(f"2026-0{n + 1}-01", "1", "2", "12.5", name)
                           for n, name in enumerate(names)), currency=currency)
        for currency in ("CNY", "USD")
    ]  # fmt: skip
    text = chart(a_history(LIVE, *chinese), width, color=color)
    assert ("\x1b[1;32m" in text) == color
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\x1b" not in plain
    assert "阿里云" in plain
    assert max(cell_len(line) for line in plain.splitlines()) <= max(width, 40)
    drawn = "\n".join(panel(plain))
    assert drawn.isascii()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--chart"], "--chart needs --gpu"),
        (["--gpu", "H100", "--since", "2024"], "--since goes with --chart"),
        (["--gpu", "H100", "--chart", "--count", "8"], "--gpu, --term and --since only"),
        (["--gpu", "H100", "--chart", "--since", "soon"], "'soon' is no date"),
    ],
)
def test_wrong_usage_of_the_chart(wrong: list[str], told: str, desk: Desk) -> None:
    code, out, err = desk("gpus", *wrong)
    assert (code, out) == (2, "")
    assert told in err


def test_the_command_draws_in_80_columns_without_a_terminal(desk: Desk) -> None:
    code, out, err = desk("gpus", "--gpu", "H100", "--chart", "--term", "on_demand")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "o list, on demand:" in out
    code, out, _ = desk("gpus", "--gpu", "H100", "--chart", "--since", "2025", "--json")
    document = json.loads(out)
    assert code == 0
    assert all(p["date"] >= "2025" for each in document["series"] for p in each["points"])
    assert isinstance(document["series"][0]["points"][0]["low"], str)


def test_the_bundled_list() -> None:
    history = gpu_price_history("H100", lists=list_offers())
    text = chart(history)
    assert max(map(len, text.splitlines())) <= 80
    assert "No live price has been seen yet" in text
    assert "2026-08-26" in text
