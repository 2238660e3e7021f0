"""`compute-desk gpus` over live sources: groups by evidence, a line for each source, waiting."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk_servers import lium, live_desk, shadeform
from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.loopback import Reply, Request

Desk = Callable[..., tuple[int, str, str]]


def failing(_: Request) -> Reply:
    return Reply({"error": f"planted {SECRET}"}, 500)


def test_without_a_source_it_says_what_is_not_known_and_asks_nobody(desk: Desk, home: Path) -> None:
    status, out, err = desk("gpus", "--gpu", "H100", "--count", "64")
    assert status == 0
    assert {line.split("\t")[0] for line in out.splitlines()[1:] if "\t" in line} == {
        "list",
        "stale",
    }
    assert "What is free right now is not known" in err
    assert "need no key: lium" in err
    assert "compute-desk sources on" in err
    assert not (home / "market.sqlite").exists()


def test_live_rows_come_first_and_each_source_has_its_line(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_desk(home, monkeypatch, shadeform=shadeform, lium=failing):
        status, out, err = desk("gpus", "--gpu", "H100", "--count", "8")
    assert status == 0
    rows = [line.split("\t") for line in out.splitlines()[1:] if "\t" in line]
    assert rows[0][:2] == ["live", "Shadeform (lambdalabs)"]
    assert rows[0][5] == "2.99 USD"
    assert rows[0][7].startswith("available")
    groups = [row[0] for row in rows]
    assert groups == sorted(groups, key=["live", "recent", "list", "stale", "suspicious"].index)
    lines = err.splitlines()
    assert any(line.startswith("shadeform · ok · 4 offers") for line in lines)
    assert any(line.startswith("lium · failed · the server failed (500)") for line in lines)
    assert "A source failed" in err
    assert SECRET not in out + err


def test_json_is_one_document_with_a_broken_table_named(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_desk(home, monkeypatch, shadeform=shadeform):
        with (home / "sources.toml").open("a") as file:
            file.write("[limu]\n")
        status, out, err = desk("gpus", "--gpu", "H100", "--json")
    assert (status, err) == (0, "")
    market = json.loads(out)
    states = {each["name"]: each["status"] for each in market["sources"]}
    assert states["shadeform"] == "ok"
    assert states["limu"] == "failed"
    assert "source_failed" in market["unknowns"]
    assert market["offers"][0]["method"] == "live"
    assert market["offers"][0]["price_per_gpu_hour"] == {"amount": "2.99", "currency": "USD"}


def test_a_stated_job_has_a_price_line_by_line(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_desk(home, monkeypatch, shadeform=shadeform):
        status, out, _ = desk("gpus", "--gpu", "H100", "--count", "8", "--hours", "100")
    assert status == 0
    assert "2,392.00 USD" in out
    assert "The job at Shadeform (lambdalabs) (live):" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--hours", "-3"],
        ["--hours", "soon"],
        ["--disk-gb", "many"],
        ["--egress-gb", "1e9"],
        ["--watch"],
        ["--watch", "--count", "8"],
        ["--watch", "--count", "8", "--every", "1"],
        ["--chart"],
        ["--chart", "--gpu", "H100", "--watch"],
        ["--since", "2024"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(desk: Desk, arguments: list[str]) -> None:
    status, out, err = desk("gpus", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_on_a_terminal_the_groups_have_headings(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with live_desk(home, monkeypatch, shadeform=shadeform):
        monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
        status, out, _ = desk("gpus", "--gpu", "H100", "--count", "8")
    assert status == 0
    live, listed = out.rindex("Live: what sources say now"), out.index("List prices of their dates")
    assert live < listed
    assert "2.99 USD" in out[live:listed]


def test_watch_waits_for_two_answers_in_a_row_and_says_so_once(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is moved by the waiting itself."""
    import tools.market

    answers = {"n": 0}

    def coming(request: Request) -> Reply:
        answers["n"] += 1
        have = answers["n"] not in (1, 3)  # nothing, stock, nothing, then stock that stays
        if have:
            return shadeform(request)
        return Reply({"instance_types": []})

    real, moved = tools.market.utc_now, {"s": 0}

    def clock() -> datetime:

        return real() + timedelta(seconds=moved["s"])

    monkeypatch.setattr("tools.market.utc_now", clock)
    monkeypatch.setattr(time, "sleep", lambda s: moved.update(s=moved["s"] + s))
    with live_desk(home, monkeypatch, shadeform=coming):
        status, out, err = desk("gpus", "--gpu", "H100", "--count", "8", "--watch", "--every", "60")
    assert status == 0, err
    assert out.count("\n") == 1
    assert out.startswith("8 H100 sxm5 GPUs can be had from Shadeform · 2.99 USD per GPU-hour")
    assert "us-east-1" in out
    assert answers["n"] == 5
    assert moved["s"] >= 4 * 120  # never more often than an answer is fresh


def test_watch_without_the_key_says_what_to_do(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live_desk(home, monkeypatch, shadeform=shadeform) as servers:
        monkeypatch.delenv("SHADEFORM_API_KEY")
        status, out, err = desk("gpus", "--gpu", "H100", "--count", "8", "--watch")
        assert servers["shadeform"].seen == []
    assert (status, out) == (2, "")
    assert "SHADEFORM_API_KEY is not set" in err


def test_watch_is_ended_by_ctrl_c(desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    with live_desk(home, monkeypatch, lium=lium):
        status, out, _ = desk("gpus", "--gpu", "B200", "--count", "8", "--watch")
    assert (status, out) == (130, "")


def test_other_sellers_of_the_same_hardware_keep_their_prices_in_the_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from assistant.cli.market_table import show_market
    from tools.offers import Availability, Market, Money, Offer, Seller, Term

    def usd(amount: str) -> Money:
        return Money(amount=Decimal(amount), currency="USD")

    none = Availability.UNKNOWN
    offer = Offer(
        provider="Shadeform", reseller_of="lambdalabs", gpu=None, gpu_raw="H100", method="live",
        term=Term.ON_DEMAND, price_per_gpu_hour=usd("2.99"), source="shadeform", standing="live",
        also=[
            Seller(provider="Lambda", source="lambda", price_per_gpu_hour=usd("4.49"),
                   availability=none),
            Seller(provider="Prime", source="prime", price_per_gpu_hour=None, availability=none),
        ],
    )  # fmt: skip
    show_market(Market(offers=[offer], as_of="2026-11-22"))
    out = capsys.readouterr().out
    assert "Shadeform (lambdalabs); also Lambda 4.49 USD; also Prime without a price" in out


@pytest.mark.parametrize(("gpu", "old_shown"), [("H100", False), ("MI210", True)])
def test_a_terminal_shows_old_rows_only_of_a_gpu_that_has_no_other(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch, gpu: str, old_shown: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    prices = home / "prices" / "ours.csv"
    prices.parent.mkdir(parents=True)
    rows = "provider,gpu,amount,currency,as_of,source\nX,MI210,1.5,USD,2023-05-01,mail\n"
    prices.write_text(rows, encoding="utf-8")
    _, piped, _ = desk("gpus", "--gpu", gpu)
    assert "\nstale\t" in piped
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)
    status, out, _ = desk("gpus", "--gpu", gpu)
    assert status == 0
    assert ("Old: not to be relied on" in out) is old_shown
    assert ("older rows are left out; --json and a pipe have all" in out) is not old_shown
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)
    table = plain.partition("\n[1]")[0].splitlines()
    assert [line for line in table if len(line) > 80] == []
    assert "on_demand" in out


def test_watch_as_json_is_one_document(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tools.market

    real, moved = tools.market.utc_now, {"s": 0.0}
    monkeypatch.setattr("tools.market.utc_now", lambda: real() + timedelta(seconds=moved["s"]))
    monkeypatch.setattr(time, "sleep", lambda s: moved.update(s=moved["s"] + s))
    wanted = ["gpus", "--gpu", "H100", "--count", "8", "--max-price", "3", "--region", "us-east"]
    with live_desk(home, monkeypatch, shadeform=shadeform):
        status, out, _ = desk(*wanted, "--watch", "--every", "200", "--json")
    assert status == 0
    met = json.loads(out)["met"]
    assert (met["provider"], met["region"], met["standing"]) == ("Shadeform", "us-east-1", "live")
    assert moved["s"] == 200


def test_what_is_old_is_dim_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    from rich.console import Console

    from assistant.cli.market_table import _groups
    from tools.market import Access, gpu_offers
    from tools.needs import need

    market = gpu_offers(need("H100"), Access())
    screen = StringIO()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    console = Console(file=screen, force_terminal=True, width=200)
    for part in _groups(market.offers, market.as_of):
        console.print(part)
    listed, old = screen.getvalue().split("Old: not to be relied on")
    dim, plain = "\x1b[2m", "unknown"
    assert dim not in listed.removesuffix(dim)
    assert old.count(dim) >= old.count(plain) > 0
