"""Questions about where to get the GPUs for a job: what is read from them."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.planning import next_calls
from assistant.context import Past
from assistant.evidence import Artifact, ToolEvidence
from assistant.question import Ask
from assistant.reading import read
from kb import starter

SEARCHED = [Artifact(tool=ToolEvidence(id="t1", name="search_knowledge"))]


def args_of(said: str, past: list[Past] | None = None) -> dict[str, Any]:
    planned = next_calls(read(said, past or [], starter.programs()), SEARCHED)
    [args] = [args for name, args in planned if name == "compare_routes"]
    return args


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Where should we get 128 H100s for 10 days with a budget of $200,000?",
            {"gpus": 128, "hours": 240.0, "budget": "$200000"},
        ),
        (
            "Our options for 64 H200s for 3 weeks? We have $2M in cash, at a $60M valuation",
            {"gpu": "H200", "hours": 504.0, "cash": "$2M", "valuation": "$60M"},
        ),
        (
            "64张H100跑三周，哪种方式最便宜？预算30万美元，估值6000万美元",
            {"gpus": 64, "budget": "$300000", "valuation": "$60M", "language": "zh-Hans"},
        ),
        (
            "64 張 H100 用三週，有哪些途徑？預算 30 萬美元",
            {"gpus": 64, "budget": "$300000", "language": "zh-Hant"},
        ),
        (
            "What is the best way to get 64 H100s for a month if we are worth $40M?",
            {"hours": 730.5, "valuation": "$40M"},
        ),
        ("Which route for 8 H100s for 5 days in Europe by 2027-01-15?", {"start_by": "2027-01-15"}),
    ],
)
def test_what_a_question_tells_of_the_job(said: str, told: dict[str, Any]) -> None:
    args = args_of(said)
    assert told.items() <= args.items()
    assert {"cash", "valuation", "budget"} & {*args} == {"cash", "valuation", "budget"} & {*told}


@pytest.mark.parametrize(
    "said",
    [
        "Where can I rent 64 H100s right now?",
        "Which funds offer H100s?",
        "Which route did Luma choose to get GPUs?",
        "What options does a16z Oxygen give for 8 H100s for 3 weeks?",
        "氧气计划有哪些方案？",
    ],
)
def test_questions_about_the_world_are_none_of_a_job(said: str) -> None:
    assert Ask.ROUTES not in read(said, [], starter.programs()).asks


def test_a_training_job_gives_its_hours_and_asks_for_the_number() -> None:
    said = "We train 7B on 2T tokens on 256 H100s. Where should we get them?"
    reading = read(said, [], starter.programs())
    assert {Ask.TRAINING, Ask.ROUTES} <= {*reading.asks}
    assert "compare_routes" not in [name for name, _ in next_calls(reading, SEARCHED)]
    days = {"low": 8.0, "likely": 14.0, "high": 22.0}
    run = ToolEvidence(
        id="t2", name="estimate_training", args={"gpu": "H100"}, result={"days": days}
    )
    calls = dict(next_calls(reading, [*SEARCHED, Artifact(tool=run)]))
    args = calls["compare_routes"]
    assert (args["hours_low"], args["hours"], args["hours_high"]) == (192.0, 336.0, 528.0)


def test_a_follow_up_changes_the_job() -> None:
    call = {"name": "compare_routes", "args": {"gpus": 64, "gpu": "H100", "hours": 240.0}}
    past = [Past(question="our options for 64 H100s for 10 days?", language="en", calls=[call])]
    assert args_of("and with 512?", past)["gpus"] == 512
    longer = args_of("and for 3 weeks?", past)
    assert (longer["gpus"], longer["hours"]) == (64, 504.0)
