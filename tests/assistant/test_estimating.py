"""Every utterance that the toolbox promises leads to its tool, with arguments that it takes, and to
an answer of which nothing is taken out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import BaseTool, StructuredTool

from assistant import Answer, Assistant, toolbox
from assistant.builtin.estimating.registry import BY_ASK, BY_TOOL
from assistant.builtin.planning import next_calls
from assistant.evidence import Artifact, ToolEvidence
from assistant.language import detect
from assistant.question import Reading
from assistant.reading import read
from assistant.toolbox import agent_tools, programs
from kb.programs.program import Program
from kb.starter import programs as starter_programs

TODAY = date(2026, 11, 22)
SEARCHED = [Artifact(tool=ToolEvidence(id="t1", name="search_knowledge"))]
UTTERANCES: dict[str, tuple[str, ...]] = {
    module.NAME: module.EXAMPLES
    for module in (
        importlib.import_module(f"{toolbox.__name__}.{each.name}")
        for each in pkgutil.iter_modules(toolbox.__path__)
    )
    if hasattr(module, "EXAMPLES")
} | {"get_program": programs.GET_EXAMPLES, "compare_programs": programs.COMPARE_EXAMPLES}
ESTIMATES = [(tool, said) for tool in BY_TOOL for said in UTTERANCES[tool]]


@pytest.fixture(scope="module")
def records() -> list[Program]:
    return list(starter_programs())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("estimating") / "home", today=TODAY) as opened:
        yield opened


@pytest.fixture(scope="module")
def tools(desk: Assistant, tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseTool]:
    home = tmp_path_factory.mktemp("tools")
    return {tool.name: tool for tool in agent_tools(desk.kb, home=home, today=TODAY)}


def called(tool: BaseTool, args: dict[str, Any]) -> Artifact:
    """What a tool answers to arguments, without a graph around it."""
    assert isinstance(tool, StructuredTool)
    assert tool.func is not None
    call = {"name": tool.name, "args": args, "id": "1", "type": "tool_call"}
    runtime = SimpleNamespace(
        state={"messages": [HumanMessage("?"), AIMessage("", tool_calls=[call])]}, tool_call_id="1"
    )
    return Artifact.model_validate(tool.func(**args, runtime=runtime)[1])


def unsaid_in_chinese(tool: str, result: dict[str, Any]) -> set[str]:
    """Assumptions and inputs of a tornado for which the estimator has no Chinese words."""
    words = BY_TOOL[tool].words("zh-Hans")
    assumed = {
        item["name"]
        for item in result["assumptions"]
        if not {item["name"], f"{item['name']}={item['value']}"} & words.assumptions.keys()
    }
    return assumed | {bar["name"] for bar in result["sensitivity"]} - words.inputs.keys()


def asks_back(reading: Reading) -> bool:
    return any(BY_ASK[ask].missing(reading) for ask in reading.asks if ask in BY_ASK)


@pytest.mark.parametrize("tool", UTTERANCES)
def test_utterances_are_in_three_scripts(tool: str) -> None:
    assert {detect(said) for said in UTTERANCES[tool]} == {"en", "zh-Hans", "zh-Hant"}


@pytest.mark.parametrize("tool", sorted({*UTTERANCES} - {*BY_TOOL, "search_knowledge"}))
def test_utterances_lead_to_their_tool_with_arguments_that_it_takes(
    tool: str, records: list[Program], tools: dict[str, BaseTool]
) -> None:
    for said in UTTERANCES[tool]:
        planned = next_calls(read(said, [], records), SEARCHED)
        calls = [args for name, args in planned if name == tool]
        assert calls, said
        schema = tools[tool].tool_call_schema
        assert not isinstance(schema, dict)
        schema.model_validate(calls[0])


@pytest.mark.parametrize(("tool", "said"), ESTIMATES)
def test_utterance_leads_to_its_estimator_with_arguments_that_it_takes(
    tool: str, said: str, records: list[Program], tools: dict[str, BaseTool]
) -> None:
    reading = read(said, [], records)
    assert BY_TOOL[tool].ask in reading.asks
    calls = [args for name, args in next_calls(reading, SEARCHED) if name == tool]
    if not asks_back(reading):
        assert calls
        artifact = called(tools[tool], calls[0])
        assert artifact.tool.ok, artifact.tool.error
        assert unsaid_in_chinese(tool, artifact.tool.result) == set()


@pytest.mark.parametrize(("tool", "said"), ESTIMATES)
def test_answer_to_an_utterance_stands_on_its_tool_and_loses_nothing(
    tool: str, said: str, desk: Assistant
) -> None:
    answer = desk.ask(said)
    assert answer.removed == []
    assert answer.language == detect(said)
    if answer.asked_back:
        assert answer.answer.count("\n") < 4
        return
    assert not answer.abstained
    assert cited(answer, tool)
    assert all(row_is_cited(line) for line in answer.answer.splitlines())


def cited(answer: Answer, tool: str) -> bool:
    """Whether the first line of an answer stands on a result of the tool."""
    first = answer.answer.splitlines()[0]
    return any(
        f"[{c.marker}]" in first for c in answer.citations if c.kind == "tool" and c.title == tool
    )


def row_is_cited(line: str) -> bool:
    """Whether a table's row that holds figures carries a citation."""
    cells = line.startswith("|") and any(sign.isdigit() for sign in line)
    return "[" in line or not cells


@pytest.mark.parametrize("tool", BY_TOOL)
def test_one_utterance_at_least_of_each_script_is_answered_at_once(
    tool: str, records: list[Program]
) -> None:
    readings = [read(said, [], records) for said in UTTERANCES[tool]]
    answered = {reading.language for reading in readings if not asks_back(reading)}
    assert answered == {"en", "zh-Hans", "zh-Hant"}


def test_what_is_asked_back_is_taken_up_and_agreement_fills_the_rest(desk: Assistant) -> None:
    asked = desk.ask("How much will training my model cost?")
    assert asked.asked_back
    size = desk.ask("7B", asked.session)
    assert size.asked_back
    assert "20 tokens a parameter" in size.answer
    done = desk.ask("ok", asked.session)
    assert done.tool_calls[1].args["tokens"] == "140B"
    assert "assumed as said before" in done.answer
    assert done.removed == []


def test_values_after_a_question_asked_back_in_chinese_stay_chinese(desk: Assistant) -> None:
    asked = desk.ask("訓練我們的模型要花多少錢？")
    assert asked.asked_back
    done = desk.ask("7B, 2T tokens, 64 H100", asked.session)
    assert done.language == "zh-Hant"
    assert done.tool_calls[1].args | {"params": "7B", "gpus": 64} == done.tool_calls[1].args


def test_a_number_that_may_mean_two_things_is_settled_by_the_next_words(desk: Assistant) -> None:
    asked = desk.ask("训练3亿2千参数的模型，100B token，64张H100要多久？")
    assert asked.asked_back
    assert "320,000,000" in asked.answer
    done = desk.ask("3.2亿", asked.session)
    args = done.tool_calls[1].args
    assert (args["params"], args["tokens"], args["gpus"]) == ("320M", "100B", 64)
    assert done.removed == []


@pytest.mark.parametrize(
    ("first", "changes"),
    [
        (
            "用QLoRA微调Llama 3 70B，2万条样本、每条500 token，8张H100要多久？",
            [
                ("那用LoRA呢？", {"method": "lora", "gpus": 8}),
                ("換成 64 張 H200？", {"method": "lora", "gpu": "H200", "gpus": 64}),
                ("what about full fine-tuning?", {"method": "full", "gpus": 64}),
            ],
        ),
        (
            "Serve llama3 70b at 20 requests per second, 1k tokens in, 300 out: how many H100s?",
            [
                ("那换成H200呢？", {"gpu": "H200", "requests_per_minute": 1200.0}),
                ("and 40 requests per second?", {"gpu": "H200", "requests_per_minute": 2400.0}),
            ],
        ),
        (
            "What would a 42-month loan at 12% on 1,000 H100s at $32,000 each cost us a month?",
            [("and at 15%?", {"interest": "15%", "gpus": 1000, "months": 42})],
        ),
    ],
)
def test_follow_ups_change_one_input_and_keep_the_others(
    first: str, changes: list[tuple[str, dict[str, Any]]], desk: Assistant
) -> None:
    answer = desk.ask(first)
    tool, session = answer.tool_calls[1].name, answer.session
    for said, expected in changes:
        answer = desk.ask(said, session)
        call = answer.tool_calls[1]
        assert call.name == tool
        assert expected.items() <= call.args.items()
        assert answer.language == detect(said)
        assert answer.removed == []


def test_an_own_question_after_one_asked_back_is_answered_for_itself(desk: Assistant) -> None:
    asked = desk.ask("How much will training my model cost?")
    other = desk.ask("What does an H100 cost per hour?", asked.session)
    assert [call.name for call in other.tool_calls] == ["search_knowledge", "gpu_offers"]


def test_a_price_that_the_person_gave_stays_for_the_next_change(desk: Assistant) -> None:
    first = desk.ask("Train 7B on 2T tokens on 64 H100s at $2.1/h: how long?")
    second = desk.ask("and with 128?", first.session)
    args = second.tool_calls[1].args
    assert (args["gpus"], args["price"]) == (128, "2.1")


@pytest.mark.parametrize("said", ["Train 7B on 2T tokens on 0 H100s", "Train -7B on 2T tokens"])
def test_what_cannot_be_is_refused_with_the_reason(said: str, desk: Assistant) -> None:
    answer = desk.ask(said)
    assert "cannot be" in answer.answer
    assert answer.removed == []


YUAN = [
    "训练7B模型，2T token，64张H100，17块一卡时，要多少钱？",
    "用8张H100微调Llama-3-8B，1万条样本，每条800 token，每卡时17元，要多少钱？",
    "部署70B模型做推理，每分钟600次请求，输入1000 token，输出300 token，每卡时17元，多少钱？",
]


@pytest.mark.parametrize("question", YUAN)
def test_yuan_are_never_taken_for_dollars(desk: Assistant, question: str) -> None:
    answer = desk.ask(question)
    [call] = [one for one in answer.tool_calls if one.name.startswith("estimate_")]
    assert call.args["price"] == "17 CNY"
    assert not call.ok
    assert "CNY" in answer.answer
    assert "美元金额" in answer.answer
