"""What a shortened question or a later part of a message takes over from what was named before."""

from __future__ import annotations

import pytest

from assistant.context import Past
from assistant.question import Ask
from assistant.reading import read
from assistant.reading.message import read_parts
from kb.programs.program import Program
from kb.starter import programs as starter_programs


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


def asked(question: str) -> Past:
    return Past(question=question, language="en" if question.isascii() else "zh-Hans")


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (
            "How much did Amazon put into Anthropic?",
            "And Google, how much did they put in?",
            "How much did Google put into Anthropic?",
        ),
        (
            "Who runs Andromeda?",
            "And what about Oxygen, how big is it?",
            "how big is Oxygen?",
        ),
        ("Anthropic要付谷歌多少钱？", "那OpenAI呢，付给微软多少？", "OpenAI付给微软多少？"),
        ("誰建了仙女座？", "那氧氣計畫呢，誰能用？", "氧氣計畫誰能用？"),
    ],
)
def test_the_subject_before_a_question_is_its_subject(
    before: str, question: str, whole: str, records: list[Program]
) -> None:
    readings = read_parts(question, [asked(before)], records)
    assert [reading.text for reading in readings] == [whole]


@pytest.mark.parametrize("question", ["what about QLoRA?", "换成QLoRA呢", "那改成QLoRA呢？"])
def test_another_method_keeps_the_gpus(question: str, records: list[Program]) -> None:
    call = {
        "name": "estimate_finetuning",
        "args": {"params": "13B", "method": "lora", "tokens": "9M", "gpu": "A100", "gpus": 2},
    }
    before = asked("LoRA on a 13B, 9M tokens, 2 A100s").model_copy(update={"calls": [call]})
    reading = read(question, [before], records)
    assert reading.repeat == call
    assert "2 QLoRA" not in reading.text


@pytest.mark.parametrize("question", ["how many GPUs?", "有多少块卡？", "有幾張卡？"])
def test_a_count_alone_is_of_what_was_named(question: str, records: list[Program]) -> None:
    assert read(question, [asked("Who built Andromeda?")], records).programs == ("andromeda",)


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("Who may join the MS startup program?", "microsoft-for-startups"),
        ("MS的創業計畫誰能用？", "microsoft-for-startups"),
        ("What does Google Scale give?", "google-for-startups-cloud"),
    ],
)
def test_short_names_mean_their_program(
    question: str, program: str, records: list[Program]
) -> None:
    assert read(question, [], records).programs == (program,)


@pytest.mark.parametrize(
    "question",
    ["List the VCs that have GPUs", "列出有自己算力的基金", "列出有GPU的創投"],
)
def test_holders_of_gpus_are_a_list(question: str, records: list[Program]) -> None:
    assert Ask.LIST in read(question, [], records).asks


@pytest.mark.parametrize(
    "question",
    [
        "How many GPUs do we need to deploy our chatbot?",
        "我们部署自己的模型要多少张卡？",
        "我們上線推論服務要多少錢？",
    ],
)
def test_a_service_without_a_model_is_asked_back(question: str, records: list[Program]) -> None:
    assert read(question, [], records).asks == (Ask.INFERENCE,)


@pytest.mark.parametrize(
    ("earlier", "question", "whole"),
    [
        ("Who may join Generate?", "and when does it end?", "and when does Generate end?"),
        ("Modal創業計畫是什麼？", "它要不要股權？", "Modal創業計畫要不要股權？"),
        ("Modal for Startups: who is it for?", "for how many months?",
         "Modal for Startups: for how many months?"),
        ("Who may join Generate?", "教授的薪水是多少？", "教授的薪水是多少？"),
    ],
)  # fmt: skip
def test_the_program_asked_about_is_named(
    earlier: str, question: str, whole: str, records: list[Program]
) -> None:
    assert read(question, [asked(earlier)], records).text == whole


def test_somebodys_own_figure_is_a_question_of_its_own(records: list[Program]) -> None:
    message = "What does Sequoia say of hoarding, and how was its estimate made?"
    first, second = read_parts(message, [], records)
    assert first.text == "What does Sequoia say of hoarding"
    assert "Sequoia" in second.text
