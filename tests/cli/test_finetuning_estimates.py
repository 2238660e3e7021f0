"""`estimate finetuning` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Desk = Callable[..., tuple[int, str, str]]


def _estimate(desk: Desk, *arguments: object, status: int = 0) -> dict[str, Any]:
    got, out, _ = desk("estimate", "finetuning", *arguments, "--json")
    assert got == status, out
    document: dict[str, Any] = json.loads(out)
    return document


def test_everything_that_can_be_stated_is_read(desk: Desk) -> None:
    found = _estimate(
        desk, "--model", "meta-llama/Llama-3.1-8B-Instruct", "--method", "lora",
        "--examples", "5万", "--example-tokens", "400", "--epochs", "3", "--packed", "--rank", "8",
        "--targets", "attention", "--gpu", "A100 80GB", "--gpus", "2张", "--seq-len", "4096",
        "--micro-batch", "2", "--price", "$1.5/h",
    )  # fmt: skip
    inputs = found["inputs"]
    assert (inputs["model"], inputs["tokens"], inputs["epochs"]) == ("Llama 3.1 8B", 2e7, 3)
    assert (inputs["rank"], inputs["targets"], inputs["gpus"]) == (8, "attention", 2)
    assert (inputs["seq_len"], inputs["micro_batch"], inputs["packed"]) == (4096, 2, True)
    assert found["memory"]["verdict"] == "fits"
    assert found["cost_usd"]["likely"] == pytest.approx(found["gpu_hours"]["likely"] * 1.5)


def test_lengths_are_read_like_those_of_the_other_estimates(desk: Desk) -> None:
    found = _estimate(
        desk, "--model", "Llama-3.1-8B", "--examples", "1000", "--example-tokens", "2k",
        "--seq-len", "8k",
    )  # fmt: skip
    assert (found["inputs"]["tokens_per_example"], found["inputs"]["seq_len"]) == (2048, 8192)


def test_the_table_says_time_cost_and_memory(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "finetuning", "--params", "8B", "--tokens", "60M", "--price", "2.35",
        "--explain", "--chart",
    )  # fmt: skip
    assert status == 0
    for words in ("GPU-hours", "Days", "Cost, USD", "Memory:", "fewest GPUs: 2", "typical shape"):
        assert words in out
    assert "weights = 8B trained parameters" in out
    assert "tools/data/finetuning_runs.csv" in out


def test_reinforcement_learning_shows_its_phases(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "finetuning", "--model", "Qwen2.5-7B", "--method", "rl",
        "--prompts", "2万", "--answer-tokens", "1000", "--gpus", "8",
    )  # fmt: skip
    assert status == 0
    for words in ("training", "generation", "scoring"):
        assert words in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tokens", "60M"),
        ("--model", "Llama 9 8B", "--tokens", "60M"),
        ("--params", "8B"),
        ("--params", "8B", "--tokens", "60M", "--gpus", "0"),
        ("--params", "8B", "--tokens", "60M", "--epochs", "-1"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(desk: Desk, arguments: tuple[str, ...]) -> None:
    error = _estimate(desk, *arguments, status=2)["error"]
    assert error["code"] == "invalid_input"
    assert error["hint"]
