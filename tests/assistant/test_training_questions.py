"""Questions about training: what the built-in model takes from them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.builtin.estimating.training import TRAINING
from assistant.reading import read


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (
            "How long to pre-train a MoE with 109B parameters, 17B active, on 5T tokens?",
            {"params": "109B", "active_params": "17B"},
        ),
        (
            "训练一个总参数109B、激活17B的混合专家模型，10万亿token，要多久？",
            {"params": "109B", "active_params": "17B", "tokens": "10T"},
        ),
        ("How much to continue pre-training an 8B on 100B tokens?", {"start": "continued"}),
        ("继续预训练8B模型，100B token，要多少钱？", {"start": "continued"}),
        ("How many H100s to train 7B on 2T tokens in 3 weeks?", {"deadline": "21 days"}),
        ("三周内训完7B模型、2T token，要多少张H100？", {"deadline": "21 days"}),
        ("Train 7B on 2T tokens in fp8 on 64 H100s", {"precision": "fp8"}),
        ("Train 7B on 2T tokens with a 32K context on 64 H100s", {"seq_len": 32768}),
        ("訓練7B模型、2T token，含實驗要多少錢？", {"scope": "with_experiments"}),
    ],
)
def test_arguments(said: str, taken: dict[str, Any]) -> None:
    reading = read(said, [], [])
    assert TRAINING.wants(reading)
    assert TRAINING.missing(reading) is None
    assert taken.items() <= TRAINING.arguments(reading).items()


@pytest.mark.parametrize(
    "said",
    [
        "What does it cost to train 7B on 2T tokens on a 1-year contract?",
        "We founded 6 months ago and want to train 7B on 2T tokens; how long will it take?",
    ],
)
def test_not_every_length_of_time_is_a_deadline(said: str) -> None:
    assert "deadline" not in TRAINING.arguments(read(said, [], []))


@pytest.mark.parametrize(
    "said",
    [
        "How long to pre-train a mixture of experts with 100B parameters on 5T tokens?",
        "训练一个100B的混合专家模型、5T token，要多久？",
    ],
)
def test_a_mixture_of_experts_is_asked_for_its_active_parameters(said: str) -> None:
    asked = TRAINING.missing(read(said, [], []))
    assert asked
    assert "17B" in asked


def test_runs_of_the_fund_stand_first_and_are_named_so(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "runs.csv").write_text(
        "model,params_total_b,tokens_t,gpu_type,n_gpus,gpu_hours,accounting\n"
        "Harbor 7B,7.1,1.5,H100,128,61000,final\n",
        encoding="utf-8",
    )
    with Assistant.open(home, today=date(2026, 11, 22)) as desk:
        english = desk.ask("How much to pre-train a 7B model on 2T tokens on 256 H100s?")
        chinese = desk.ask("用256张H100训练7B模型、2T token，要多久？")
    for answer, words in ((english, "Harbor 7B (the fund's own): "), (chinese, "（本基金）：")):
        assert answer.removed == []
        nearest = answer.answer.split("Harbor 7B", 1)[0].splitlines()[-2:]
        assert nearest[-1] == "- "
        assert words in answer.answer
