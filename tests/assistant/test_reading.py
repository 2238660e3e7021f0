"""Questions in three scripts are read as what they ask, alone and after other questions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.builtin.planning import next_calls
from assistant.builtin.values import in_short
from assistant.context import Past
from assistant.evidence import Artifact, ToolEvidence
from assistant.question import ASKED, Ask, Reading
from assistant.reading import read
from assistant.reading.parts import pieces
from assistant.toolbox import search_knowledge
from kb.programs.program import Program
from kb.starter import programs as starter_programs


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


SEARCHED = [Artifact(tool=ToolEvidence(id="t1", name="search_knowledge"))]


def tools_for(reading: Reading) -> list[str]:
    return [name for name, _ in next_calls(reading, SEARCHED)]


def test_questions_of_fact_need_the_search_only(records: list[Program]) -> None:
    for example in search_knowledge.EXAMPLES:
        called = tools_for(read(example, [], records))
        assert set(called) <= {"get_program"}, (example, called)


@pytest.mark.parametrize(
    ("question", "args"),
    [
        (
            "How much to pre-train a 7B model on 2T tokens on 256 H100s?",
            {"params": "7B", "tokens": "2T", "gpu": "H100", "gpus": 256},
        ),
        (
            "用512张H100训练一个130亿参数的模型，3万亿token，要多久？",
            {"params": "13B", "tokens": "3T", "gpu": "H100", "gpus": 512},
        ),
        (
            "從頭預訓練 7B 模型、2T token，用 64 張 H200，要花多少錢？",
            {"params": "7B", "tokens": "2T", "gpu": "H200", "gpus": 64},
        ),
        (
            "What would training 1.5B on 300B tokens cost on 8 A100s at $1.29/h?",
            {"params": "1.5B", "tokens": "300B", "gpu": "A100", "gpus": 8, "price": "1.29"},
        ),
    ],
)
def test_estimate_arguments(question: str, args: dict[str, object], records: list[Program]) -> None:
    calls = dict(next_calls(read(question, [], records), SEARCHED))
    found = calls["estimate_training"]
    assert {key: found[key] for key in args} == args


@pytest.mark.parametrize(
    ("question", "args"),
    [
        ("Where can I rent 64 H100s right now?", {"gpu": "H100", "count": 64}),
        ("H100 spot price?", {"gpu": "H100", "term": "spot"}),
        ("哪裡可以租到 8 張 H200？", {"gpu": "H200", "count": 8}),
        ("Where can I rent 64 X900s?", {"gpu": "X900", "count": 64}),
        ("美国哪里有8张H100？", {"gpu": "H100", "count": 8, "region": "US"}),
        ("Where can I rent 8 H200s in Europe?", {"gpu": "H200", "count": 8, "region": "EU"}),
    ],
)
def test_offer_arguments(question: str, args: dict[str, object], records: list[Program]) -> None:
    calls = dict(next_calls(read(question, [], records), SEARCHED))
    assert calls["gpu_offers"] == args


@pytest.mark.parametrize(
    ("question", "args"),
    [
        ("How have H100 prices moved?", {"gpu": "H100"}),
        ("H100 spot price trend since 2024", {"gpu": "H100", "term": "spot", "since": "2024"}),
        ("Did Lambda's H100 prices fall since June 2024?",
         {"gpu": "H100", "provider": "Lambda", "since": "2024-06"}),
        ("H100租金这两年怎么变化", {"gpu": "H100", "days": 730}),
        ("What did an H100 cost in 2024?", {"gpu": "H100", "since": "2024", "until": "2024"}),
        ("2024年6月租一张H100多少钱？",
         {"gpu": "H100", "since": "2024-06", "until": "2024-06"}),
        ("Are A100s getting cheaper?", {"gpu": "A100"}),
        ("H100 price history", {"gpu": "H100"}),
        ("What is the trend in H100 rental prices?", {"gpu": "H100"}),
        ("Have rents for the H200 come down?", {"gpu": "H200"}),
        ("What did H100s used to cost?", {"gpu": "H100"}),
        ("H100降价了吗？", {"gpu": "H100"}),
        ("過去一年 A100 的價格走勢如何？", {"gpu": "A100", "days": 365}),
    ],
)  # fmt: skip
def test_history_arguments(question: str, args: dict[str, object], records: list[Program]) -> None:
    calls = next_calls(read(question, [], records), SEARCHED)
    assert calls == [("gpu_price_history", args)]


@pytest.mark.parametrize(
    "question",
    [
        "Why did H100 prices fall?",
        "为什么H100租金下跌？",
        "What does an H100 cost per hour?",
        "How many GPUs did Luma AI plan to use?",
        "We were founded in 2024. What does an H100 cost?",
        "我们2024年成立，租一张H100多少钱？",
        "How many H100s did Meta buy in 2024?",
        "How would the cost change with 512 H100s?",
        "How much would it cost to move from H100s to H200s?",
        "Will H100 prices fall next year?",
        "H100的租金明年会跌吗？",
        "Where can I rent H100s, and can I change the term later?",
    ],
)
def test_what_is_no_question_of_history(question: str, records: list[Program]) -> None:
    assert "gpu_price_history" not in tools_for(read(question, [], records))


ESTIMATED = Past(
    question="How much to pre-train a 7B model on 2T tokens on 256 H100s?",
    language="en",
    calls=[
        {
            "name": "estimate_training",
            "args": {"params": "7B", "tokens": "2T", "gpu": "H100", "gpus": 256},
        }
    ],
)


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("and with 512?", {"gpus": 512}),
        ("那用512张H200呢？", {"gpus": 512, "gpu": "H200"}),
        ("512 H200s?", {"gpus": 512, "gpu": "H200"}),
        ("How much would that cost at $2 per GPU-hour?", {"price": "2", "price_source": ASKED}),
    ],
)
def test_follow_up_repeats_the_estimate_with_a_change(
    question: str, changed: dict[str, object], records: list[Program]
) -> None:
    calls = dict(next_calls(read(question, [ESTIMATED], records), SEARCHED))
    expected = {"params": "7B", "tokens": "2T", "gpu": "H100", "gpus": 256} | changed
    assert calls["estimate_training"] == expected


@pytest.mark.parametrize(
    "question",
    [
        "红杉为什么说AI行业需要6000亿美元的收入？",
        "Who raised $43 million?",
        "谁投了270亿美元？",
        "What does an H200 cost per hour?",
    ],
)
def test_another_question_with_a_figure_repeats_nothing(
    question: str, records: list[Program]
) -> None:
    assert read(question, [ESTIMATED], records).repeat is None


def test_pronoun_takes_up_the_last_program(records: list[Program]) -> None:
    past = [Past(question="Generate计划是谁推出的？", language="zh-Hans")]
    reading = read("它给多少额度？", past, records)
    assert reading.programs == ("generate",)
    assert reading.asks == (Ask.PROGRAM,)


def test_missing_size_is_asked_back_and_nothing_is_called(records: list[Program]) -> None:
    reading = read("How much will training my model cost?", [], records)
    assert reading.asks == (Ask.TRAINING,)
    assert tools_for(reading) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [("7e9", "7B"), ("1.5e9", "1.5B"), ("2e12", "2T"), ("405850000000", "405.85B"), ("12", "12")],
)
def test_counts_in_short(value: str, told: str) -> None:
    assert in_short(Decimal(value)) == told


def test_a_long_word_is_read_at_once() -> None:
    """No pattern tries every way to cut it."""
    asked = f"What is {'Averylongname' * 8} like"
    assert [piece.text for piece in pieces(asked)] == [asked]
