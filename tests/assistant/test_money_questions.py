"""What the estimates of owning, loans and credits take from a question, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.builtin.estimating.registry import BY_ASK, BY_TOOL, estimate_section
from assistant.evidence import Artifact, ToolEvidence
from assistant.phrases import phrases
from assistant.question import Ask
from assistant.reading import read
from kb.starter import programs

PROGRAMS = list(programs())


def told(question: str, tool: str) -> dict[str, Any]:
    reading = read(question, [], PROGRAMS)
    assert BY_TOOL[tool].ask in reading.asks
    return BY_TOOL[tool].arguments(reading)


OWNED = [
    "Is buying 256 H100s at $40,000 each better than renting at $2.35/h with 80% utilisation over "
    "5 years, 10% cost of capital and 20% residual?",
    "买256张H100，每张4万美元，利用率80%，资金成本10%，残值20%，用5年，比每卡时2.35美元租划算吗？",
    "買256張H100，每張4萬美元，利用率80%，資金成本10%，殘值20%，用5年，比每卡時2.35美元租划算嗎？",
]


@pytest.mark.parametrize("question", OWNED)
def test_each_share_of_owning_is_the_one_that_its_words_say(question: str) -> None:
    args = told(question, "rent_or_buy")
    wanted = {
        "gpu": "H100", "gpus": 256, "rents": ["2.35"], "purchase": "40000", "utilisation": "80%",
        "cost_of_capital": "10%", "residual": "20%", "life_years": "5",
    }  # fmt: skip
    assert args | wanted == args


LENT = [
    "A loan for 256 GPUs: $30k each, 20% down, 48 months at 11% with 10% balloon, 7 years of use: "
    "monthly payment?",
    "用256张GPU抵押贷款，每张3万美元，首付20%，48个月，利率11%，尾款10%，使用7年，每月还多少？",
]


@pytest.mark.parametrize("question", LENT)
def test_each_share_of_a_loan_is_the_one_that_its_words_say(question: str) -> None:
    args = told(question, "gpu_loan")
    wanted = {
        "price_per_gpu": "30000", "months": 48, "interest": "11%", "gpus": 256,
        "down_payment": "20%", "balloon": "10%", "years_of_use": 7,
    }  # fmt: skip
    assert args | wanted == args


CREDITED = [
    "What are $350k credits worth if they cover 100% of year 1 up to $250,000 and 20% of year 2 up "
    "to $100,000, at a list price of $11.06/h and $2.35/h on the market?",
    "35万美元额度，第一年抵100%，最多25万美元，第二年抵20%，最多10万美元，目录价每卡时11.06美元，"
    "市场价每卡时2.35美元，值多少？",
]


@pytest.mark.parametrize("question", CREDITED)
def test_years_of_credits_with_their_caps(question: str) -> None:
    args = told(question, "credits_value")
    wanted = {
        "credit": "350000", "list_price": "11.06", "market": ["2.35"],
        "years": ["100%: 250000", "20%: 100000"],
    }  # fmt: skip
    assert args | wanted == args


def test_equity_and_spending_of_credits() -> None:
    args = told(
        "What are $200k of credits worth at $4/h list, market $2.35/h, if they expire in 12 months,"
        " we spend $10k a month and give 1% equity at a $10M valuation?",
        "credits_value",
    )
    wanted = {
        "credit": "200000", "expiry_months": 12, "spend_per_month": "10000",
        "equity_share": "1%", "valuation": "10000000",
    }  # fmt: skip
    assert args | wanted == args


def test_another_currency_is_refused_by_the_tool_and_not_taken_as_dollars() -> None:
    args = told("用100张H100抵押贷款，每张20万元，36个月，每月还多少？", "gpu_loan")
    assert args["price_per_gpu"] == "200000 CNY"


@pytest.mark.parametrize(
    "question",
    [
        "How much did Crusoe borrow against its H100s, and at what terms?",
        "How do we get a loan against our GPUs?",
        "Who lends money against GPUs?",
        "Did a16z buy or rent its GPUs?",
        "Is it cheaper to rent on AWS or on CoreWeave?",
        "Which funds give credits worth $350,000?",
        "What is the value of Google's credits for startups?",
        "谁买了H100，谁在租？",
        "Why do VCs buy GPUs rather than rent them for us?",
        "What does it cost per hour to get 8 H100s on AWS?",
        "Where can we buy 5,000 H100-hours?",
        "Crusoe用H100抵押借了多少钱？",
    ],
)
def test_what_sources_say_is_no_estimate(question: str) -> None:
    asks = read(question, [], PROGRAMS).asks
    assert not {BY_TOOL[tool].ask for tool in ("rent_or_buy", "gpu_loan", "credits_value")} & {
        *asks
    }


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Should we rent or buy H100s?", "how many"),
        ("买卡还是租卡划算？", "多少张"),
        ("我们该租还是买H200？", "多少张"),
        ("What would a loan on our H100s cost us a month?", "months"),
        ("What are our $100k of credits worth?", "list price"),
    ],
)
def test_what_is_missing_is_asked_back(question: str, word: str) -> None:
    reading = read(question, [], PROGRAMS)
    asked = [BY_ASK[ask].missing(reading) for ask in reading.asks if ask in BY_ASK]
    assert len(asked) == 1
    assert word in str(asked[0])


def test_a_price_that_no_table_has_is_asked_back_once_the_tool_refused() -> None:
    reading = read("Should we buy or rent 16 H200s at $3.50/h?", [], PROGRAMS)
    args = {"gpu": "H200", "gpus": 16, "rents": ["3.5"]}
    failed = ToolEvidence(id="t1", name="rent_or_buy", ok=False, args=args, error="no price")
    done = [Artifact(tool=failed)]
    section = estimate_section(BY_ASK[Ask.OWNERSHIP], reading, done, phrases("en"))
    assert section.asked_back
    assert "server" in section.lines[0]


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("Rent or buy 64 H100s at $2.35/h if rents fall 15% a year?", "-15%"),
        ("Rent or buy 64 H100s at $2.35/h if rents rise by 10% a year?", "10%"),
        ("租金每年降15%的话，64张H100按每卡时2.35美元租还是买划算？", "-15%"),
        ("租金每年涨10%的話，64張H100按每卡時2.35美元租還是買划算？", "10%"),
    ],
)
def test_a_path_of_rents_that_the_person_states(question: str, path: str) -> None:
    args = told(question, "rent_or_buy")
    assert args["paths"] == [path]
    assert "utilisation" not in args


@pytest.mark.parametrize(
    "question",
    [
        "How long until buying 64 H100s pays back versus $6.88/h on AWS?",
        "What does owning 64 H100s cost us per GPU-hour?",
        "自建机房买64张H100，合多少钱一卡时？",
    ],
)
def test_owning_alone_and_against_a_named_cloud(question: str) -> None:
    assert told(question, "rent_or_buy")["gpus"] == 64


def test_money_that_was_raised_is_no_price_of_a_gpu() -> None:
    args = told("We raised $12M. Should we buy 256 H100s or rent them at $2.35/h?", "rent_or_buy")
    assert "purchase" not in args
    args = told("We borrow $20M for 500 H100s over 42 months at 12%: what a month?", "gpu_loan")
    assert "price_per_gpu" not in args
