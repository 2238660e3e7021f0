"""`estimate training --media`: published runs, no tokens, and options that do not apply."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

Desk = Callable[..., tuple[int, str, str]]


def test_an_image_model_comes_from_published_runs(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "training", "--media", "image", "--gpus", "64", "--price", "2", "--json"
    )
    assert status == 0
    found = json.loads(out)
    runs = {each["run"]["id"]: each["gpu_hours_here"] for each in found["like_runs"]}
    assert found["gpu_hours"]["high"] == max(runs.values())
    assert found["cost_usd"]["low"] == pytest.approx(2 * min(runs.values()))
    assert any("does not apply" in each["text"] for each in found["assumptions"])


def test_tokens_of_a_diffusion_model_are_answered_with_runs(desk: Desk) -> None:
    status, out, _ = desk(
        "estimate", "training", "--media", "video", "--params", "7B", "--tokens", "1T"
    )
    assert status == 0
    assert "6 x parameters x tokens does not apply to diffusion models" in out
    assert "Seaweed-7B (2025, 7B, 720 px, from scratch): 665,000" in out


@pytest.mark.parametrize("option", [("--seq-len", "8192"), ("--days", "3 weeks")])
def test_options_of_language_models_are_refused(desk: Desk, option: tuple[str, str]) -> None:
    status, out, _ = desk("estimate", "training", "--media", "image", *option, "--json")
    assert status == 2
    assert "does not apply" in json.loads(out)["error"]["message"]


def test_a_language_model_needs_its_tokens(desk: Desk) -> None:
    status, out, _ = desk("estimate", "training", "--params", "7B", "--json")
    assert status == 2
    assert "tokens are missing" in json.loads(out)["error"]["message"]
