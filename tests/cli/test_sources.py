"""`compute-desk sources` as people and scripts use it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.keyrings import InMemory, using
from tools.sources.all import all_sources

Desk = Callable[..., tuple[int, str, str]]
SECRET = "sk-planted-91c2"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_every_source_is_listed_and_off(desk: Desk, home: Path) -> None:
    status, out, err = desk("sources", "list")
    assert status == 0
    rows = [line.split("\t") for line in out.splitlines()[1:]]
    assert [row[0] for row in rows] == [each.name for each in all_sources()]
    assert {row[2] for row in rows} == {"off"}
    assert "sources on" in err
    assert "lium" in err
    assert not home.exists()


def test_on_off_and_what_is_still_needed(desk: Desk) -> None:
    status, out, _ = desk("sources", "on", "lium", "shadeform")
    assert status == 0
    assert "lium · on · asks https://lium.io" in out
    assert "SHADEFORM_API_KEY" in out
    assert "compute-desk sources key shadeform" in out
    listed = json.loads(desk("sources", "list", "--json")[1])["sources"]
    assert [each["name"] for each in listed if each["on"]] == ["lium", "shadeform"]
    assert desk("sources", "off", "lium")[1] == "lium · off\n"
    assert desk("sources", "off", "lium")[1] == "lium · was off\n"
    [row] = json.loads(desk("sources", "off", "shadeform", "--json")[1])["sources"]
    assert row["on"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["on", "limu"],
        ["off", "limu"],
        ["on", "lium", "--set", "url"],
        ["on", "lium", "shadeform", "--set", "deadline_s=8"],
        ["on", "lium", "--set", "url=http://far.example"],
        ["key", "lium"],
        ["key", "limu"],
        ["key", "shadeform", "--variable", "OTHER"],
        ["key", "shadeform", SECRET],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line(desk: Desk, arguments: list[str]) -> None:
    status, out, err = desk("sources", *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_a_broken_file_is_one_line(desk: Desk, home: Path) -> None:
    home.mkdir()
    (home / "sources.toml").write_text("[lium\n", encoding="utf-8")
    for command in (["list"], ["on", "lium"]):
        status, _, err = desk("sources", *command)
        assert status == 1
        assert "sources.toml cannot be read" in err
        assert "line 1" in err
    assert (home / "sources.toml").read_text(encoding="utf-8") == "[lium\n"


def test_a_key_comes_from_standard_input_and_is_shown_nowhere(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = InMemory()
    with using(backend):
        typed(monkeypatch, f"{SECRET}\n")
        status, out, err = desk("sources", "key", "shadeform")
        assert status == 0, err
        assert list(backend.held.values()) == [SECRET]
        listed = desk("sources", "list", "--json")
        [row] = [s for s in json.loads(listed[1])["sources"] if s["name"] == "shadeform"]
        assert (row["on"], row["keys"][0]["held"]) == (False, "keyring")
        kept = "".join(path.read_text() for path in home.iterdir() if path.is_file())
        assert SECRET not in out + err + listed[1] + listed[2] + kept
        assert desk("sources", "key", "shadeform", "--forget")[0] == 0
        assert backend.held == {}


def test_no_keyring_and_no_key_are_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{SECRET}\n")
    status, _, err = desk("sources", "key", "shadeform")
    assert status == 1
    assert "keyring cannot be used" in err
    assert SECRET not in err
    typed(monkeypatch, "\n")
    assert desk("sources", "key", "shadeform")[0] == 2


LIST = """provider,gpu,count,term,term_months,amount,currency,region,as_of,source,note,kind
Harbor Cloud,H100 SXM,8,on_demand,,2.10,USD,eu-west,2026-11-01,letter of 1 November,,negotiated
Harbor Cloud,H200,8,reserved,12,2.60,USD,eu-west,2026-11-01,https://harbor.example/prices,,
"""


def test_a_price_list_of_ones_own_is_taken_in_and_out(desk: Desk, home: Path) -> None:
    file = home.parent / "Harbor prices.csv"
    file.write_text(LIST, encoding="utf-8")
    assert desk("sources", "import", file)[1] == "harbor-prices · 2 prices · 1 of them negotiated\n"
    market = json.loads(desk("gpus", "--gpu", "H100", "--json")[1])
    [own] = [each for each in market["offers"] if each["provider"] == "Harbor Cloud"]
    assert (own["method"], own["price_per_gpu_hour"]["amount"]) == ("operator", "2.10")
    assert [s["offers"] for s in market["sources"] if s["name"] == "harbor-prices"] == [2]
    assert "price list: harbor-prices.csv" in desk("sources", "list")[1]
    assert desk("sources", "import", "--forget", "harbor-prices")[0] == 0
    assert desk("sources", "import", "--forget", "harbor-prices")[0] == 2


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (LIST.replace("2.10", "cheap"), [], 1),
        (LIST.replace("2026-11-01", ""), [], 1),
        (LIST.splitlines()[0] + "\n", [], 2),
        (LIST, ["--as", "lium"], 2),
        (LIST, ["--as", "../up"], 2),
    ],
)
def test_a_bad_price_list_changes_nothing(
    desk: Desk, home: Path, text: str, arguments: list[str], status: int
) -> None:
    file = home.parent / "mine.csv"
    file.write_text(LIST, encoding="utf-8")
    assert desk("sources", "import", file)[0] == 0
    before = (home / "prices" / "mine.csv").read_bytes()
    file.write_text(text, encoding="utf-8")
    done = desk("sources", "import", file, *arguments)
    assert done[0] == status
    assert done[2].count("\n") == 1
    assert [path.name for path in (home / "prices").iterdir()] == ["mine.csv"]
    assert (home / "prices" / "mine.csv").read_bytes() == before


def test_rates_of_ones_own(desk: Desk, home: Path) -> None:
    file = home.parent / "ours.csv"
    file.write_text("date,base,quote,rate,source\n2026-11-20,EUR,USD,1.1,our bank\n")
    assert desk("sources", "rates", file)[1] == "rates · 1 rates\n"
    assert (home / "rates.csv").exists()
    file.write_text("date,base,quote,rate,source\n2026-11-20,EUR,USD,none,our bank\n")
    assert desk("sources", "rates", file)[0] == 1
    assert "1.1" in (home / "rates.csv").read_text()


def test_a_file_that_is_not_there_is_one_line(desk: Desk) -> None:
    for command in ("import", "rates"):
        status, _, err = desk("sources", command, "nowhere.csv")
        assert status in (1, 2)
        assert "nowhere.csv" in err


def test_an_address_of_the_environment_is_not_written_for_the_one_given(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_DESK_LIUM_URL", "http://127.0.0.1:9")
    status, out, _ = desk("sources", "on", "lium", "--set", "url=https://mirror.example")
    assert (status, "asks http://127.0.0.1:9" in out) == (0, True)
    assert 'url = "https://mirror.example"' in (home / "sources.toml").read_text()
    status, _, err = desk(
        "sources", "on", "lium", "--set", f"url=https://u:{SECRET}@mirror.example"
    )
    assert status == 2
    assert SECRET not in err + (home / "sources.toml").read_text()


def test_a_key_in_the_file_is_refused_and_its_place_named(desk: Desk, home: Path) -> None:
    home.mkdir()
    (home / "sources.toml").write_text(f'[shadeform]\napi_key = "{SECRET}"\n')
    status, out, err = desk("sources", "list")
    assert status == 0
    assert "api_key: no such setting; a key is set with: compute-desk sources key shadeform" in out
    assert SECRET not in out + err
