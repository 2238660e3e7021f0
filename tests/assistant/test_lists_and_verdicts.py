"""Several things asked for, the way into a program, and a condition that the asker lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.company import company_in


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which access routes does EuroHPC offer small firms?", ("Fast Lane", "Large Scale")),
        ("EuroHPC提供哪几种途径？", ("Fast Lane", "Large Scale")),
        ("麻烦列一下Together各档的额度", ("1.5万美元", "5万美元")),
        ("請列出 EuroHPC 的使用途徑", ("Fast Lane", "Large Scale")),
    ],
)
def test_a_list_is_the_sentence_that_names_its_members(
    desk: Assistant, question: str, told: tuple[str, ...]
) -> None:
    answer = desk.ask(question)
    assert not answer.abstained
    for each in told:
        assert each in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "Which programs let you in via an accelerator or fund partner?",
        "有哪些计划是经由合作风投推荐进入的？",
        "哪些方案能靠投資機構引薦加入？",
    ],
)
def test_programs_by_the_way_in_are_those_whose_terms_tell_it(
    desk: Assistant, question: str
) -> None:
    answer = desk.ask(question)
    first = answer.answer.splitlines()[0]
    assert "Nebius" in first
    assert "Modal" in first
    assert "| a16z" not in answer.answer


@pytest.mark.parametrize(
    ("question", "no"),
    [
        ("Can our startup get into the NAIRR Pilot without federal grants?", "**No"),
        ("我们没有联邦资助，能申请NAIRR试点吗？", "**不可以"),
        ("我們沒有聯邦資助，可以申請 NAIRR 嗎？", "**不可以"),
    ],
)
def test_what_the_company_lacks_and_a_program_requires_is_a_no(
    desk: Assistant, question: str, no: str
) -> None:
    assert desk.ask(question).answer.startswith(no)


def test_backers_of_another_company_are_not_the_askers() -> None:
    assert company_in("Crusoe有没有拿到过黑石的投资？") == {}
    assert company_in("我们拿到了红杉的投资，能申请哪些计划？").get("funds")


@pytest.mark.parametrize(
    "question",
    [
        "Compare AWS Activate with the Generative AI Accelerator",
        "AWS Activate和生成式AI加速器有什么区别？",
        "AWS Activate 跟生成式AI加速器差在哪？請對比",
    ],
)
def test_a_program_compared_may_be_called_without_its_sponsor(
    desk: Assistant, question: str
) -> None:
    answer = desk.ask(question)
    call = next(call for call in answer.tool_calls if call.name == "compare_programs")
    assert call.args["programs"] == ["aws-activate", "aws-generative-ai-accelerator"]
