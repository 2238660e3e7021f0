"""Conversations that somebody wrote who had not read the toolbox's utterances (see the file)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.builtin.estimating.registry import BY_ASK, BY_TOOL
from assistant.reading import read
from kb.programs.program import Program
from kb.starter import programs as starter_programs
from tools.quantities import find_quantities

CHECK_FLOOR = 0.9
TALKS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("estimate_utterances.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


def figure(value: object) -> object:
    """A figure of an argument as a number; words as they are."""
    if isinstance(value, list):
        return figure(value[0]) if value else None
    if isinstance(value, str):
        try:
            return float(Decimal(value))
        except ArithmeticError:
            read = find_quantities(value)
            scale = 0.01 if value.endswith("%") else 1.0
            return float(read[0].value) * scale if read and read[0].start == 0 else value
    return float(value) if isinstance(value, int | float) else value


def faults(talk: dict[str, Any], records: Sequence[Program]) -> list[str]:
    """What is not as the file says, of the calls that are planned; [] where all is."""
    reading = read(talk["said"][0], [], records)
    asked = [BY_ASK[ask] for ask in reading.asks if ask in BY_ASK]
    if talk["outcome"] == "told":
        return [f"hijacked: {each.tool}" for each in asked]
    if talk["outcome"] == "asked_back":
        return [] if any(each.missing(reading) for each in asked) else ["not asked back"]
    estimator = BY_TOOL[talk["tool"]]
    if estimator not in asked:
        return [f"read as {reading.asks}"]
    if talk["outcome"] == "refused":  # by the estimator, of whose refusals other tests are
        return []
    if missing := estimator.missing(reading):
        return [f"asked back: {missing}"]
    told = estimator.arguments(reading)
    return [
        f"{name}: {told.get(name)!r}, not {wanted!r}"
        for name, wanted in talk["args"].items()
        if figure(told.get(name)) != pytest.approx(figure(wanted), rel=0.02)
    ]


def single(split: str) -> list[dict[str, Any]]:
    return [each for each in TALKS if each["split"] == split and len(each["said"]) == 1]


@pytest.mark.parametrize("talk", single("tune") + single("later"), ids=lambda talk: talk["said"][0])
def test_what_a_founder_types_is_read(talk: dict[str, Any], records: list[Program]) -> None:
    if "also" in talk:  # its arguments come from another estimate
        talk = talk | {"tool": talk["also"], "args": {}}
    assert faults(talk, records) == []


def test_most_of_what_was_not_mended_for_is_read(records: list[Program]) -> None:
    talks = single("check")
    read_well = [talk for talk in talks if not faults(talk, records)]
    assert len(read_well) / len(talks) >= CHECK_FLOOR


@pytest.mark.parametrize(
    ("said", "tool", "args"),
    [
        (
            "$350k of credits: 80% of the bill up to $250k in year one, 20% in year two, list "
            "$10/h, market $2.4. Worth?",
            "credits_value",
            {"years": ["80%: 250000", "20%"]},
        ),
        (
            "A cloud invests $100M for 8% equity, we commit $150M over 5 years: how much flows "
            "back?",
            "deal_flow_back",
            {"equity_share": "8%", "cloud_margin": None},
        ),
        (
            "GPU spend $20M a year, revenue now $30M, 500 customers: what revenue is needed?",
            "ai_revenue_needed",
            {"revenue": "$30M", "customers": 500},
        ),
        (
            "A run takes 40 days on 64 H100s; how many for 10 days if the batch is 4M tokens and "
            "a GPU needs 16k tokens?",
            "scale_time",
            {"batch_tokens": "4M", "tokens_per_gpu": "16000"},
        ),
        (
            "我们A轮，融了800万美元，128张H100用20天，预算30万美元，走哪条路？",
            "compare_routes",
            {"stage": "series_a", "raised": "8000000 USD", "budget": "$300000"},
        ),
    ],
)
def test_nothing_that_is_stated_is_passed_over(
    said: str, tool: str, args: dict[str, object], records: list[Program]
) -> None:
    told = BY_TOOL[tool].arguments(read(said, [], records))
    assert {name: told.get(name) for name in args} == args
