"""`estimate training` and `estimate runs` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Callable[..., tuple[int, str, str]]
RUN = "Ours 7B,7,2,H100,128,70000\n"
HEAD = "model,params_total_b,tokens_t,gpu_type,n_gpus,gpu_hours\n"


def _estimate(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk("estimate", "training", *arguments, "--json")
    assert got == status, out
    document: dict[str, Any] = json.loads(out)
    return document


def test_everything_that_can_be_stated_is_read(desk: Desk) -> None:
    found = _estimate(
        desk, "--params", "7B", "--tokens", "3万亿", "--gpus", "256张", "--seq-len", "8192",
        "--layers", "32", "--d-model", "4096", "--precision", "fp8", "--days", "三周",
        "--continued", "--price", "$2.35/h", "--scope", "with_experiments",
    )  # fmt: skip
    inputs = found["inputs"]
    assert (inputs["tokens"], inputs["seq_len"], inputs["layers"]) == (3e12, 8192, 32)
    assert (inputs["precision"], inputs["start"]) == ("fp8", "continued")
    assert (inputs["deadline_days"], inputs["price_per_gpu_hour"]) == (21, 2.35)
    assert 0.2 < found["implied_utilisation"] < 0.6
    assert found["experiments_gpu_hours"]["low"] == 0
    assert {"gpu_hours", "days", "cost_usd", "assumptions", "nearest_runs"} <= set(found)


def test_a_named_model_brings_its_size_and_shape(desk: Desk) -> None:
    inputs = _estimate(desk, "--model", "llama-3-8b", "--tokens", "15T")["inputs"]
    assert (round(inputs["params"] / 1e9, 2), inputs["layers"]) == (8.03, 32)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--params", "7B", "--gpus", "256", "--days", "4"), "of the peak"),
        (("--params", "7B", "--gpu-hours", "20000"), "of the peak"),
        (("--params", "7B", "--gpu", "A100", "--precision", "fp8"), "no fp8 speed"),
        (("--params", "7B", "--active-params", "8B"), "8B active of 7B"),
        ((), "size of the model is missing"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, arguments: tuple[str, ...], reason: str) -> None:
    error = _estimate(desk, "--tokens", "2T", *arguments, status=2)["error"]
    assert error["code"] == "invalid_input"
    assert reason in error["message"]
    assert error["hint"]


def test_the_page_says_what_the_hours_count_and_how_many_gpus(desk: Desk) -> None:
    _, page, _ = desk("estimate", "training", "--params", "7B", "--tokens", "2T", "--days", "10")
    assert "GPUs for the deadline" in page
    assert "(the fewest, as a power of two) with ZeRO stage" in " ".join(page.split())
    assert "hours: final pretrain run" in " ".join(page.split())
    _, page, _ = desk(
        "estimate", "training", "--params", "7B", "--tokens", "2T", "--gpus", "256",
        "--days", "14", "--explain", "--chart",
    )  # fmt: skip
    assert "it would need" in page
    assert "implied utilisation" in page
    assert "utilisation  " in page


def test_own_runs_are_taken_in_shown_first_and_forgotten(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "ours.csv"
    file.write_text(HEAD + RUN, encoding="utf-8")
    before = _estimate(desk, "--params", "7B", "--tokens", "2T")
    assert desk("estimate", "runs")[1] == ""
    status, page, _ = desk("estimate", "runs", file)
    assert status == 0
    assert "Ours 7B" in page
    after = _estimate(desk, "--params", "7B", "--tokens", "2T")
    assert after["own_runs"] == 1
    assert after["nearest_runs"][0]["model"] == "Ours 7B"
    assert after["utilisation"] != before["utilisation"]

    file.write_text(HEAD + RUN + "Bad,7,2,H9000,128,70000\n", encoding="utf-8")
    status, out, _ = desk("estimate", "runs", file, "--json")
    assert status == 1
    assert "line 3" in json.loads(out)["error"]["message"]
    held = json.loads(desk("estimate", "runs", "--json")[1])["runs"]
    assert [run["model"] for run in held] == ["Ours 7B"]

    assert desk("estimate", "runs", "--forget")[0] == 0
    assert _estimate(desk, "--params", "7B", "--tokens", "2T")["gpu_hours"] == before["gpu_hours"]
    assert desk("estimate", "runs", "--forget")[0] == 2
