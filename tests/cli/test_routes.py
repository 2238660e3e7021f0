"""`estimate routes`, `revenue`, `deal` and `scale`: their documents, and what a person reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Callable[..., tuple[int, str, str]]


def _document(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk("estimate", *arguments, "--json")
    assert got == status
    document: dict[str, Any] = json.loads(out)
    return document


def test_routes_of_a_training_run_on_lists_and_programs(desk: Desk) -> None:
    found = _document(
        desk, "routes", "--gpus", "256", "--params", "7B", "--tokens", "2T", "--valuation", "$60M"
    )
    kinds = {route["kind"] for route in found["routes"]}
    assert {"on_demand", "spot", "reserved", "credits", "fund_program"} <= kinds
    assert [route["rank"] for route in found["routes"]] == list(range(1, len(found["routes"]) + 1))
    first = found["routes"][0]
    assert first["tier"] == "stock_unknown"  # no live source is on
    assert first["start"] is None
    total = first["total_usd"]
    assert total["low"] < total["likely"] < total["high"]
    free = next(r for r in found["routes"] if r["name"] == "Alt Capital Generate")
    assert (free["eligibility"], free["tier"]) == ("unknown", "unknown")
    assert {"stage", "raised"} <= set(free["missing"])
    oxygen = next(r for r in found["routes"] if r["name"] == "a16z Oxygen")
    assert oxygen["total_usd"] is None
    assert {"program_price", "program_gpus", "equity_share"} <= set(oxygen["unknown"])


def test_the_hours_of_a_job_count_the_own_runs_first(desk: Desk, tmp_path: Path) -> None:
    job = ("routes", "--gpus", "256", "--params", "7B", "--tokens", "2T")
    before = _document(desk, *job)["inputs"]["hours"]["likely"]
    file = tmp_path / "own.csv"
    run = "model,params_total_b,tokens_t,gpu_type,gpu_hours\nOurs,7,2,H100,170000\n"
    file.write_text(run, encoding="utf-8")
    assert desk("estimate", "runs", str(file))[0] == 0
    after = _document(desk, *job)["inputs"]["hours"]["likely"]
    assert after > before
    trained = _document(desk, "training", *job[3:], "--gpus", "256")
    assert after == pytest.approx(trained["days"]["likely"] * 24, abs=0.01)


def test_the_saved_profile_decides_which_programs_are_open(desk: Desk) -> None:
    desk("profile", "set", "stage=seed", "funds=none", "raised=2M USD")
    found = _document(desk, "routes", "--gpus", "8", "--hours", "100")
    oxygen = next(r for r in found["routes"] if r["name"] == "a16z Oxygen")
    assert oxygen["eligibility"] == "no"
    assert oxygen["tier"] == "out"
    assert "not_eligible" in oxygen["problems"]


def test_routes_for_a_person(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "routes", "--gpus", "8", "--hours", "5 days", "--budget", "$1", "--explain"
    )
    assert status == 0
    assert "over budget" in out
    assert "not known:" in out
    assert "job = 8 GPUs x 120 / 120 / 120 h" in out
    [yuan] = [line for line in out.splitlines() if "CNY" in line and "reserved" in line]
    assert "1 USD = " in yuan  # the rate with its day, or the sum could not be done again


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("routes", "--gpus", "8"), "usage"),
        (("routes", "--gpus", "8", "--hours", "5", "--params", "7B"), "usage"),
        (("routes", "--gpus", "8", "--hours", "5", "--start-by", "soon"), "usage"),
        (("routes", "--gpus", "8", "--hours", "5", "--start-by", "2020-01-01"), "invalid_input"),
        (("routes", "--gpus", "8", "--hours", "5", "--gpu", "X900"), "unknown_gpu"),
        (("revenue", "--run-rate", "¥150B"), "invalid_input"),
        (("revenue", "--run-rate", "50B"), "invalid_input"),  # what a shell leaves of $150B
        (("deal", "--investment", "$1B", "--commitment", "$1B", "--years", "0"), "invalid_input"),
        (("scale", "--gpus", "64", "--efficiency", "95"), "invalid_input"),
    ],
)
def test_what_is_not_clear_or_cannot_be(desk: Desk, arguments: tuple[str, ...], code: str) -> None:
    found = _document(desk, *arguments, status=2)
    assert found["error"]["code"] == code
    assert found["error"]["hint"]


def test_revenue_deal_and_scale(desk: Desk) -> None:
    assert _document(desk, "revenue", "--run-rate", "$150B")["revenue_needed_usd"] == 600e9
    deal = ("deal", "--investment", "40亿美元", "--commitment", "$5B", "--years", "5")
    assert _document(desk, *deal)["break_even_year"] == 4
    scale = _document(desk, "scale", "--gpus", "64", "--time", "365.25", "--target", "一周")
    assert scale["gpus_needed"] == 3340
    status, out, _ = desk("estimate", "scale", "--gpus", "64", "--most-gpus", "1024", "--chart")
    assert status == 0
    assert "Not possible:" in out
    status, out, _ = desk("estimate", *deal, "--cloud-margin", "40%", "--equity", "20%")
    assert status == 0
    assert "Implied discount: 50.0%" in out
    status, out, _ = desk("estimate", "revenue", "--run-rate", "$150B", "--explain")
    assert "revenue needed = $300B x 2 (a gross margin of 50%) = $600B a year" in out
