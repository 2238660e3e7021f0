"""What the built-in model reads out of questions about fine-tuning."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.estimating.finetuning import FINETUNING
from assistant.question import Ask
from assistant.reading import read

READ: list[tuple[str, dict[str, Any]]] = [
    (
        "Fine-tune Llama-3.1-8B-Instruct with LoRA, rank 32, on 20,000 examples of 500 tokens for "
        "3 epochs on 2 A100 80GB",
        {
            "model": "Llama 3.1 8B",
            "method": "lora",
            "rank": 32,
            "examples": 20_000,
            "tokens_per_example": 500,
            "epochs": 3.0,
            "gpus": 2,
            "gpu": "A100 80GB",
        },
    ),
    (
        "用QLoRA微调通义千问2.5 7B，2万条样本，每条400 token，跑3轮，一张RTX 4090",
        {
            "model": "Qwen2.5 7B",
            "method": "qlora",
            "examples": 20_000,
            "tokens_per_example": 400,
            "epochs": 3.0,
            "gpus": 1,
        },
    ),
    ("我们要全参数微调130亿参数的模型，1亿token，多少钱？", {"params": "13B", "method": "full"}),
    (
        "GRPO on Qwen2.5 7B with 20,000 prompts and answers of 1,000 tokens on 8 H100s",
        {"method": "rl", "prompts": 20_000, "generated_tokens": 1000, "gpus": 8},
    ),
    ("q-lora fine-tuning of a 70B model on 50M tokens at $2/h", {"method": "qlora", "price": "2"}),
]


@pytest.mark.parametrize(("question", "expected"), READ, ids=[said for said, _ in READ])
def test_arguments(question: str, expected: dict[str, Any]) -> None:
    reading = read(question, [], [])
    assert Ask.FINETUNING in reading.asks
    assert FINETUNING.missing(reading) is None
    arguments = FINETUNING.arguments(reading)
    assert {name: arguments.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "question",
    [
        "Can we full fine-tune Llama 3.1 70B on 8 H100s?",
        "用LoRA微调Llama 3 70B，要几张H100才放得下？",
    ],
)
def test_whether_it_fits_needs_no_amount_of_data(question: str) -> None:
    reading = read(question, [], [])
    assert Ask.FINETUNING in reading.asks
    assert FINETUNING.missing(reading) is None
    assert FINETUNING.arguments(reading)["tokens"] == "20M"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How much would fine-tuning our model cost?", "the model or its size"),
        ("How much would fine-tuning our 8B model cost?", "the amount of data"),
        ("What does GRPO on our 8B model take?", "the number of prompts"),
        ("我们想微调一个70亿参数的模型，要多少钱？", "数据量"),
    ],
)
def test_what_is_missing_is_asked_back(question: str, asked: str) -> None:
    reading = read(question, [], [])
    assert Ask.FINETUNING in reading.asks
    assert asked in (FINETUNING.missing(reading) or "")


@pytest.mark.parametrize(
    "question",
    [
        "What is LoRA?",
        "Who fine-tuned Hermes 3?",
        "Pre-train 7B on 2T tokens on 256 H100s: how long?",
        "微调和预训练有什么区别？",
    ],
)
def test_questions_about_something_else_are_left_alone(question: str) -> None:
    assert Ask.FINETUNING not in read(question, [], []).asks


def test_a_change_keeps_what_it_does_not_touch() -> None:
    first = {
        "name": "estimate_finetuning",
        "args": {"model": "Llama 3 8B", "tokens": "50M", "method": "full", "gpu": "H100"},
    }
    reading = read("那用LoRA呢？", [], [])
    changed = FINETUNING.arguments(type(reading)(**{**vars(reading), "repeat": first}))
    assert changed == {"model": "Llama 3 8B", "tokens": "50M", "method": "lora", "gpu": "H100"}
