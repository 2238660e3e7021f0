"""What a question asks for of somebody, and whether a sentence has a word for it."""

import pytest

from assistant.builtin.attributes import read_attributes


@pytest.mark.parametrize(
    ("question", "tells", "lacks"),
    [
        (
            "What is the revenue of Acme Cloud?",
            "Sales of Acme Cloud came to $2 billion.",
            "Acme Cloud raised $2 billion in 2024.",
        ),
        (
            "When was Acme founded?",
            "Acme has been renting out GPUs since 2019.",
            "Acme bought 400 GPUs in 2023.",
        ),
        (
            "极光公司的员工有多少？",
            "极光公司的团队有40人。",
            "极光公司融资4000万美元。",
        ),
        (
            "極光公司的董事會有誰？",
            "极光公司的董事会有五个席位。",
            "极光公司由两位工程师管理。",
        ),
    ],
)
def test_a_sentence_tells_an_attribute_or_has_no_word_for_it(question, tells, lacks):
    attributes = read_attributes(question)
    assert attributes.untold(tells) == 0
    assert attributes.untold(lacks) == 1


@pytest.mark.parametrize(
    ("question", "tells", "lacks"),
    [
        (
            "How many firms have joined so far?",
            "Forty firms have already joined.",
            "The program is open to firms.",
        ),
        ("每个月要付多少？", "每月2000美元。", "一共付2000美元。"),
        ("去年批了多少家？", "2023年批了40家。", "获批的公司得到额度。"),
        (
            "How much is owed in total?",
            "It owes $3 billion overall.",
            "It owes one bank $1 billion.",
        ),
    ],
)
def test_a_qualifier_is_met_or_not(question, tells, lacks):
    attributes = read_attributes(question)
    assert attributes.unqualified(tells) == 0
    assert attributes.unqualified(lacks) == 1


def test_a_question_without_them_lacks_nothing():
    attributes = read_attributes("Which GPUs does the cluster have?")
    assert attributes.untold("Rain is likely.") == 0
    assert attributes.unqualified("Rain is likely.") == 0
