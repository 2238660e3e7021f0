"""`estimate inference`: its document, what a person reads, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Desk = Callable[..., tuple[int, str, str]]
JOB = ("--requests", "600", "--input-tokens", "1,000", "--output-tokens", "300")


def _document(desk: Desk, *arguments: str, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk("estimate", "inference", *JOB, *arguments, "--json")
    assert got == status
    document: dict[str, Any] = json.loads(out)
    return document


def test_the_document_has_ranges_units_and_where_they_come_from(desk: Desk) -> None:
    found = _document(desk, "--model", "llama-3.1-70b", "--weights", "fp8", "--price", "$2.35/h")
    assert found["gpus"]["low"] <= found["gpus"]["likely"] <= found["gpus"]["high"]
    month = found["gpus"]["likely"] * 730 * 2.35
    assert found["cost_usd_per_month"]["likely"] == pytest.approx(month)
    assert found["units"]["cost_usd_per_million_tokens"] == "USD per million tokens"
    assert found["inputs"]["model"] == "Llama 3.1 70B"
    assert found["sources"]


def test_a_size_and_targets_as_people_write_them(desk: Desk) -> None:
    found = _document(
        desk, "--params", "700亿", "--token-time", "40ms", "--peak", "3x", "--shared-prefix", "50%"
    )
    assert found["inputs"]["params"] == 70e9
    assert found["token_seconds"]["likely"] <= 0.04
    assert found["cost_usd_per_month"] is None
    assert found["inputs"]["shared_prefix"] == 0.5
    assert found["inputs"]["peak_to_mean"] == 3


@pytest.mark.parametrize("rate", ["10 requests per second", "10 QPS", "每秒10次请求"])
def test_rates_as_people_write_them(desk: Desk, rate: str) -> None:
    asked = ("--requests", rate, "--input-tokens", "4k", "--output-tokens", "300")
    status, out, _ = desk("estimate", "inference", *asked, "--params", "7B", "--json")
    assert status == 0
    assert json.loads(out)["inputs"]["requests_per_minute"] == 600
    assert json.loads(out)["inputs"]["input_tokens"] == 4096


def test_a_person_reads_the_fleet_the_formula_and_the_tornado(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "inference", *JOB, "--model", "qwen3-32b", "--explain", "--chart"
    )
    assert status == 0
    assert "copies of the model: " in out
    assert "KV cache = 64 layers" in out
    assert "GPUs before rounding, from" in out
    assert "Nearest measured servers:" in out


def test_a_target_that_cannot_be_met_names_the_floor(desk: Desk) -> None:
    error = _document(desk, "--params", "70B", "--token-time", "0.001", status=2)["error"]
    assert error["code"] == "invalid_input"
    assert "the floor is" in error["message"]


@pytest.mark.parametrize("wrong", [("--peak", "0.5"), ("--peak", "many"), ("--params", "-7B")])
def test_impossible_input_is_refused(desk: Desk, wrong: tuple[str, str]) -> None:
    size = () if wrong[0] == "--params" else ("--params", "7B")
    assert _document(desk, *size, *wrong, status=2)["error"]["code"] == "invalid_input"
