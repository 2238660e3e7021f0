"""What a question about serving a model is read as, in three scripts; no model answers here."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.estimating.inference import INFERENCE
from assistant.builtin.estimating.media import kind_of
from assistant.reading import read

READINGS: list[tuple[str, dict[str, Any]]] = [
    (
        "How many H100s to serve Llama 3.1 70B at 600 requests a minute, 1,000 tokens in, 300 out?",
        {"model": "Llama 3.1 70B", "requests_per_minute": 600, "input_tokens": 1000,
         "output_tokens": 300, "gpu": "H100"},
    ),
    (
        "Serve a 7B at 20 QPS, 500 prompt tokens and 100 completion tokens, 4-bit, first token"
        " within 200 ms, on L40S at $0.9/h",
        {"params": "7B", "requests_per_minute": 1200, "input_tokens": 500, "output_tokens": 100,
         "weights": "int4", "first_token_seconds": 0.2, "gpu": "L40S", "price": "0.9"},
    ),
    (
        "部署DeepSeek-V3，每天100万次请求，输入2000、输出500 token，每token 40毫秒内，"
        "用H20要多少张？",
        {"model": "DeepSeek-V3", "input_tokens": 2000, "output_tokens": 500,
         "token_seconds": 0.04, "gpu": "H20"},
    ),
    (
        "部署 70B 模型做推理，每分鐘 600 次請求，輸入 1000 token、輸出 300 token，每個月要多少錢？",
        {"params": "70B", "requests_per_minute": 600, "input_tokens": 1000, "output_tokens": 300},
    ),
    (
        "In 2026 we serve a 7B: 600 requests a minute, 2000 in, 500 out, under 5 seconds an answer",
        {"input_tokens": 2000, "output_tokens": 500, "answer_seconds": 5},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), READINGS)
def test_a_question_gives_its_arguments(said: str, wanted: dict[str, Any]) -> None:
    reading = read(said, [], [])
    assert reading.asks == (INFERENCE.ask,)
    assert INFERENCE.missing(reading) is None
    found = INFERENCE.arguments(reading)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("How many GPUs do we need to serve a 70B model?", "requests a minute"),
        ("我们想部署一个7B模型做推理，要多少钱？", "每分钟的请求数"),
        ("What would 600 requests a minute of inference cost us?", "the model or its size"),
    ],
)
def test_what_is_missing_is_asked_back(said: str, asked: str) -> None:
    question = INFERENCE.missing(read(said, [], []))
    assert question
    assert asked in question


@pytest.mark.parametrize(
    "said",
    [
        "How much does Together charge for Llama 70B inference?",
        "Which funds give inference credits?",
        "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
        "推理市场有多大？",
    ],
)
def test_other_questions_are_not_estimates_of_serving(said: str) -> None:
    assert not INFERENCE.wants(read(said, [], []))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("train a text-to-image model", "image"),
        ("训练一个文生视频模型", "video"),
        ("訓練一個文生圖模型", "image"),
        ("pre-train a 7B model on 2T tokens", None),
    ],
)
def test_a_question_names_the_kind_of_a_diffusion_model(said: str, kind: str | None) -> None:
    assert kind_of(read(said, [], [])) == kind
