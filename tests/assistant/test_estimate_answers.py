"""What founders' questions for estimates are answered with: the first sentence, in the reader's
words, from the figures that were told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from assistant import Answer, Assistant


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("answers") / "home"
    with Assistant.open(home, today=date(2026, 11, 22)) as opened:
        yield opened


def first(answer: Answer) -> str:
    assert answer.removed == []
    return answer.answer.splitlines()[0]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2000张H100抵押融资，单价3万美金，年化12.5%，四年期，每月还多少？", "年利率12.5%"),
        (
            "Llama 3.1 8B at 20 qps, 500 in / 150 out: cost per million tokens on L40S at $1.10/h?",
            "A million tokens cost about $0.0",
        ),
        (
            "200 requests per minute, 1000 tokens in and 300 out, 8B model, how many H100s?",
            "One H100 is enough",
        ),
        ("What revenue is needed to pay back a GPU run rate of -$10B?", "'-$10B' cannot be"),
        ("Serve a 70B at -5 requests per minute, 500 tokens in, 200 out?", "Requests of -5.0"),
        ("can i qlora a 13b on a single 4090", "Fewest RTX 4090 that hold it: 1."),
        ("用QLoRA微调 70B 需要几张 A100？", "最少需要2张A100 40GB才放得下"),
        ("redo Sequoia's 600B calculation with $150B run rate, margin factor 1.25", "$375B"),
    ],
)
def test_the_first_sentence_answers(said: str, told: str, desk: Assistant) -> None:
    assert told in first(desk.ask(said))


def test_sellers_terms_and_days_are_told_in_chinese(desk: Assistant) -> None:
    answer = desk.ask("80张H100，买断还是长期租更合算？利用率按八成算")
    assert first(answer)
    assert "按需" in answer.answer
    assert "on demand" not in answer.answer
    assert answer.tool_calls[-1].args["utilisation"] == "80%"


def test_a_market_price_without_its_sign_counts(desk: Assistant) -> None:
    answer = desk.ask("$75k of GCP credit, their H100 is $11 an hour, others charge 2.3: worth?")
    assert "$15,680" in first(answer)  # 75,000 / 11 hours at $2.30


def test_what_a_card_costs_counts_without_its_sign(desk: Assistant) -> None:
    answer = desk.ask("64 H100s: buy at 35k each or keep paying $2.50/hr?")
    assert answer.tool_calls[-1].args["purchase"] == "35000"
    assert first(answer)


def test_what_credits_buy_is_told_as_it_divides(desk: Assistant) -> None:
    answer = desk.ask("How many GPU-hours do $90k of credits buy at a list price of $4 an hour?")
    assert "22,500 GPU-hours" in answer.answer.splitlines()[0]


def test_what_clouds_sell_elsewhere_is_told_with_its_price(desk: Assistant) -> None:
    answer = desk.ask("What are $100k of credits worth on H100s at a list price of $6.88/h?")
    assert "$1.99 (Voltage Park, on demand) of 2026-09-20" in answer.answer
    assert "date not stated" not in answer.answer


def test_gpus_and_multiples_are_told_as_people_write_them(desk: Assistant) -> None:
    refused = desk.ask("Train a 70B on 15T tokens on 64 H100s in two weeks, possible?")
    assert "of the peak of H100" in first(refused)
    tuned = desk.ask("7B模型做LoRA微调，10万条数据，每条1000个token，一张H100要多久？")
    assert first(tuned)
    assert "数据量从0.5倍到2倍" in tuned.answer
    assert "nvidia-" not in tuned.answer


@pytest.mark.parametrize(
    ("begun", "then", "tool", "argument", "value"),
    [
        (
            "Serve Llama 3.1 70B: 500 requests a minute, 1000 tokens in, 300 out. GPUs?",
            "and if traffic doubles to 1000 a minute?",
            "estimate_inference",
            "requests_per_minute",
            1000.0,
        ),
        (
            "Loan against 200 H100s at $32k each, 12%, 42 months: monthly payment?",
            "what if it's 60 months",
            "gpu_loan",
            "months",
            60,
        ),
    ],
)
def test_a_follow_up_changes_what_it_says(
    begun: str, then: str, tool: str, argument: str, value: object, desk: Assistant
) -> None:
    answer = desk.ask(then, desk.ask(begun).session)
    assert {call.args[argument] for call in answer.tool_calls if call.name == tool} == {value}
