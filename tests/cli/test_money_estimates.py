"""`estimate ownership`, `loan` and `credits`: their documents, and what a person reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Desk = Callable[..., tuple[int, str, str]]
OWNED = ("ownership", "--gpu", "H100", "--gpus", "64")
LENT = ("loan", "--price", "$32,000", "--months", "42")
CREDITED = ("credits", "--credit", "$350k", "--list-price", "$6.98/h")


def _document(desk: Desk, *arguments: object) -> dict[str, Any]:
    status, out, _ = desk("estimate", *arguments, "--json")
    assert status == 0
    document: dict[str, Any] = json.loads(out)
    return document


def test_owning_against_rents_of_each_kind(desk: Desk) -> None:
    found = _document(
        desk, *OWNED, "--rent", "on demand=2.99", "--reserved", "$2.35/h",
        "--forward", "12=5.81", "--forward", "36=4.31", "--path", "0%", "--path", "-15%",
    )  # fmt: skip
    rents = {(each["rent"], each["scenario"]) for each in found["comparisons"]}
    assert rents == {
        ("on demand", "flat"),
        ("on demand", "-15 % a year"),
        ("reserved at $2.35/h", "flat"),
        ("reserved at $2.35/h", "-15 % a year"),
        ("implied by 12 and 36 months", "as the prices of longer terms imply"),
    }
    assert {each["pays_for"] for each in found["comparisons"]} == {"used_hours", "all_hours"}
    assert len(found["curves"]) == 6
    assert found["inputs"]["rents"][0]["source"] == "given with --rent"


def test_every_input_of_owning_is_read(desk: Desk) -> None:
    found = _document(
        desk, *OWNED, "--purchase", "$40,000", "--network", "10%", "--kw", "1.4", "--pue", "1.3",
        "--electricity", "0.1", "--colocation", "180", "--staff", "$100k", "--maintenance", "2%",
        "--insurance", "1%", "--utilisation", "80%", "--ramp", "0", "--life", "5",
        "--residual", "10%", "--cost-of-capital", "9%",
    )  # fmt: skip
    inputs = found["inputs"]
    assert inputs["server_per_gpu"] == 40_000
    assert inputs["staff_per_year"] == 100_000
    assert (inputs["ramp_months"], inputs["life_years"]) == (0, 5)
    assert (inputs["utilisation"], inputs["cost_of_capital"]) == (0.8, 0.09)
    assert {each["name"] for each in found["sensitivity"]} == {"load"}
    own = _document(desk, *OWNED, "--all-in", "46900")
    assert own["inputs"]["all_in_per_gpu"] == 46_900
    assert own["inputs"]["colocation_per_kw_month"] == 0
    power = _document(desk, *OWNED, "--colocation-includes-power")
    assert power["cost_lines"]["power"] == 0


def test_owning_as_a_person_reads_it(desk: Desk) -> None:
    status, out, _ = desk("estimate", *OWNED, "--rent", "1.70", "--chart", "--explain")
    assert status == 0
    for words in (
        "never at this rent",
        "no break-even within its life",
        "break-even = $",
        "taxes",
        "month 48 =",
        "planning figure",
        "What would change it most",
    ):
        assert words in out
    bare = desk("estimate", *OWNED, "--chart")[1]
    assert "nothing to compare with" in bare


def test_a_loan_at_three_rates_or_its_own(desk: Desk) -> None:
    found = _document(desk, *LENT)
    assert [case["interest"] for case in found["cases"]] == [0.1, 0.12, 0.15]
    assert len(found["schedule"]) == 43
    own = _document(
        desk, *LENT, "--interest", "11%", "--gpus", "1,000", "--down", "20%", "--balloon", "10%",
        "--fee", "2%", "--years", "5", "--utilisation", "70%",
    )  # fmt: skip
    assert own["loan_usd"] == 25_600_000
    assert own["inputs"]["years_of_use"] == 5
    status, out, _ = desk("estimate", *LENT, "--chart")
    assert status == 0
    for words in ("936.82", "10 %", "1.65", "more is owed than the GPUs are worth", "month 42"):
        assert words in out


def test_credits_at_list_and_market(desk: Desk) -> None:
    found = _document(desk, *CREDITED, "--market", "index=2.35", "--market", "2.99")
    assert round(found["value_usd"]["low"]) == 117_837
    assert round(found["value_usd"]["high"]) == 149_928
    assert found["inputs"]["market"][0]["name"] == "index"
    years = _document(
        desk, *CREDITED, "--year", "100%:250000", "--year", "20%:100000", "--spend", "$40k",
        "--eligible", "50%", "--excluded", "reserved clusters", "--probability", "60%",
        "--equity", "1%", "--valuation", "$10M", "--cash-in", "$50k", "--expires", "24",
        "--market", "2.35", "--gpu", "H100",
    )  # fmt: skip
    assert [year["share"] for year in years["years"]] == [1, 0.2]
    assert years["dilution_usd"] == 50_000
    assert years["inputs"]["eligible_share"] == 0.5
    out = desk("estimate", *CREDITED)[1]
    assert "Worth at market" not in out
    assert "without it there is no value" in out


@pytest.mark.parametrize(
    "wrong",
    [
        (*OWNED, "--rent", "8元"),
        (*OWNED, "--rent", "much"),
        (*OWNED, "--utilisation", "130%"),
        (*OWNED, "--kw", "high"),
        (*OWNED, "--forward", "12"),
        (*OWNED, "--forward", "12=4"),
        (*OWNED, "--path", "-100%"),
        ("ownership", "--gpu", "H200", "--gpus", "8"),
        (*LENT, "--interest", "12"),
        (*LENT, "--down", "100%"),
        (*CREDITED, "--market", "¥3"),
        (*CREDITED, "--year", "0%"),
    ],
    ids=lambda each: " ".join(each[-2:]),
)
def test_what_cannot_be_is_refused_in_one_line(desk: Desk, wrong: tuple[str, ...]) -> None:
    status, out, err = desk("estimate", *wrong)
    assert status == 2
    assert out == ""
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


def test_months_and_years_are_read_as_people_write_them(desk: Desk) -> None:
    lent = _document(
        desk, "loan", "--price", "$32,000", "--months", "三年半", "--years", "5.5 years"
    )
    assert (lent["inputs"]["months"], lent["inputs"]["years_of_use"]) == (42, 5.5)
    assert _document(desk, *CREDITED, "--expires", "2 years")["inputs"]["expiry_months"] == 24
    owned = _document(
        desk, *OWNED, "--ramp", "三个月", "--forward", "1 year=5.81", "--forward", "36=4.31"
    )
    assert owned["inputs"]["ramp_months"] == 3
    assert "implied by 12 and 36 months" in {each["rent"] for each in owned["comparisons"]}
    owned = _document(
        desk, *OWNED, "--kw", "1400 W", "--electricity", "$0.09/kWh", "--colocation",
        "$180/kW-month", "--life", "三年半",
    )  # fmt: skip
    inputs = owned["inputs"]
    assert (inputs["kw_per_gpu"], inputs["usd_per_kwh"]) == (1.4, 0.09)
    assert (inputs["colocation_per_kw_month"], inputs["life_years"]) == (180, 3.5)
    free = _document(desk, *OWNED, "--electricity", "0", "--colocation", "0")["inputs"]
    assert (free["usd_per_kwh"], free["colocation_per_kw_month"]) == (0, 0)
