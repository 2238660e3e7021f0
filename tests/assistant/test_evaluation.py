"""How answers to gold questions are judged, and the command that asks a file of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.answer import Answer, Citation, Language, ToolCall
from assistant.errors import InvalidGold
from assistant.evaluation.arguments import same_value
from assistant.evaluation.asking import figures_of
from assistant.evaluation.figures import unsupported
from assistant.evaluation.judging import holds, judge, polarity
from assistant.evaluation.questions import Question, read_questions
from tests.conftest import Desk

QUOTE = "Andromeda has 4,000 GPUs, bought in 2023 for 35万美元 each quarter, 30多亿 in all."


def answer(text: str, language: Language = "en", **fields: Any) -> Answer:
    cited = Citation(
        marker="1", kind="passage", source="s", version="v", title="t", quote=QUOTE,
        start=0, end=len(QUOTE), answer_start=0, answer_end=len(text),
    )  # fmt: skip
    return Answer(
        id="a", question="How big?", answer=text, language=language, citations=[cited], **fields
    )


def question(**fields: Any) -> Question:
    given = {"ask": "How big?", "group": "en", "kind": "fact", **fields}
    return Question.model_validate(given)


@pytest.mark.parametrize(
    ("text", "wanted", "held"),
    [
        ("more than 2万块GPU", "20000", True),
        ("over 20,000 GPUs", "20000", True),
        ("about 20k GPUs", "20000", True),
        ("共50亿美元", "5 billion", True),
        ("$5B in all", "5 billion", True),
        ("5.1 billion dollars", "5 billion", False),
        ("$12 billion", "2 billion", False),
        ("120,000 GPUs", "20000", False),
        ("a term of 42 months", "3.5 years", True),
        ("占三分之二", "two thirds", True),
        ("价格依成本价", ["at cost", "成本"], True),
        ("輝達的計畫", "英伟达", True),
        ("below market", ["at cost", "成本"], False),
    ],
)
def test_words_and_numbers_are_found_however_they_are_written(
    text: str, wanted: str | list[str], held: bool
) -> None:
    assert holds(text, wanted) is held


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        ("**Yes:** it takes equity.", True),
        ("No, only portfolio companies.", False),
        ("Nobody says so.", None),
        ("Yesterday it did.", None),
        ("**是的。** 氧气计划要股权。", True),
        ("**會：** 計畫要求股權。", True),
        ("不需要。", False),
        ("沒有，只給被投公司。", False),
        ("有4000块GPU。", None),
    ],
)
def test_polarity_is_read_from_the_first_words(lead: str, said: bool | None) -> None:
    assert polarity(lead) is said


@pytest.mark.parametrize(
    ("wanted", "given", "same"),
    [
        (7e9, "7B", True),
        ("7e9", "70亿", True),
        (2e12, "2T", True),
        (256, 256, True),
        (256, 512, False),
        (0.15, "15%", True),
        ("H100", "H100 SXM", True),
        ("H100", "H200", False),
        ("Oxygen", "a16z-oxygen", True),
        (["Oxygen", "Generate"], ["alt-capital-generate", "a16z-oxygen"], True),
        (True, 1, False),
        ("spot", "on_demand", False),
    ],
)
def test_arguments_are_compared_by_meaning(wanted: Any, given: Any, same: bool) -> None:
    assert same_value(wanted, given) is same


def test_a_right_answer_has_no_faults() -> None:
    right = judge(
        question(lead=["4000"], say=[["Andromeda", "仙女座"]]),
        answer("**Andromeda has 4,000 GPUs.** [1]"),
    )
    assert right.faults == ()
    assert (right.figures, right.unsupported) == (1, ())


@pytest.mark.parametrize(
    ("fields", "given", "fault"),
    [
        ({"lead": ["5000"]}, {}, "the first line lacks 5000"),
        ({"say": [["a", "b"]]}, {"text": "Zoo. [1]"}, "the answer lacks ['a', 'b']"),
        ({"not": ["gpus"]}, {}, "the answer has gpus"),
        ({"table": True}, {}, "no table"),
        ({"kind": "yes_no", "yes": True}, {}, "the first line does not begin with yes"),
        ({"group": "zh-Hant"}, {}, "language en"),
        ({"kind": "no_answer"}, {}, "answered without evidence"),
        ({"kind": "ask_back"}, {}, "did not ask back"),
        ({}, {"abstained": True}, "abstained"),
        ({}, {"asked_back": True}, "asked back"),
        ({"calls": {"gpu_offers": {"gpu": "H100"}}}, {},
         "no call gpu_offers{'gpu': 'H100'}, but the search only"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_what_it_lacks(
    fields: dict[str, Any], given: dict[str, Any], fault: str
) -> None:
    said = answer(**{"text": "**Andromeda has 4,000 GPUs.** [1]", **given})
    assert judge(question(**fields), said).faults == (fault,)


def test_a_call_with_more_arguments_is_right() -> None:
    made = ToolCall(name="gpu_offers", args={"gpu": "H100", "count": 8})
    wanted = question(calls={"gpu_offers": {"gpu": "H100"}})
    assert judge(wanted, answer("4,000. [1]", tool_calls=[made])).faults == ()


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("4000 GPUs in 2023 [1]", []),
        ("350,000 dollars [1]", []),
        ("4,100 GPUs [1]", ["4100"]),
        ("$350 [1]", ["350"]),
        ("more than $3 billion, a 3-billion deal [1]", []),
        ("4,000 GPUs", ["4000"]),
        ("512 GPUs would do [1]", []),
        ("An H100 costs 4000 [1]", []),
    ],
)
def test_each_number_needs_its_evidence_on_its_line(text: str, loose: list[str]) -> None:
    assert unsupported(answer(text), ["and with 512?"]) == loose


def test_figures_of_tools_may_be_rounded_but_not_otherwise() -> None:
    call = ToolCall(id="t1", name="t", result={"hours": 72912.4, "share": 0.3271})
    cited = Citation(
        marker="1", kind="tool", source="t", version="t1", title="t", quote="72912.4",
        field="hours", answer_start=0, answer_end=1,
    )  # fmt: skip
    said = Answer(
        id="a", question="?", language="en", citations=[cited], tool_calls=[call],
        answer="About 73,000 hours (33%), 7.3万, 72,900, not 74,000 and not 72,000 [1]",
    )  # fmt: skip
    assert unsupported(said) == ["74000", "72000"]


def test_halves_come_from_the_words_alone() -> None:
    first = question(ask="What about 512?", after=["How long for 7B on 2T?"])
    assert first.half == question(ask="How long for 7B on 2T?\nWhat about 512?").half
    halves = {question(ask=f"Question {number}?").half for number in range(20)}
    assert halves == {"tune", "check"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("en: [{ask: 'Who?'}]", "question 1 of en, kind"),
        ("en: [{ask: 'Who?', kind: fakt}]", "question 1 of en, kind"),
        ("en: [{ask: 'Who?', kind: fact, leed: [x]}]", "question 1 of en, leed"),
        ("de: []", "is no file of questions"),
        ("- 1", "is no file of questions"),
        ("en: [1]", "question 1 of en"),
        ("en: [", "cannot read"),
    ],
)
def test_a_file_that_is_not_understood_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "gold.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidGold, match=named):
        read_questions(file)


def test_shares_of_nothing_are_none() -> None:
    figures = figures_of([])
    assert (figures.right.share, figures.seconds_p50) == (None, None)


FILE = """\
en:
- {ask: "How many GPUs does Andromeda have?", kind: fact, lead: ["4000"], chatty: true}
- {ask: "What does Andromeda charge per H100 hour?", kind: no_answer, from: "searched"}
- {ask: "Is Andromeda bigger?", after: ["How many GPUs does Andromeda have?"], kind: follow_up, say: ["zebra"], yes: true}
zh-Hans:
- {ask: "仙女座集群有多少GPU？", kind: fact, lead: ["4000"]}
"""  # noqa: E501


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "gold.yaml"
    written.write_text(FILE, encoding="utf-8")
    return written


def test_the_command_asks_and_counts(used_home: Path, file: Path, desk: Desk) -> None:
    status, out, _ = desk("eval", file, "--json")
    told = json.loads(out)
    assert status == 0
    assert (told["questions"], told["asked"]) == (4, 4)
    assert told["right"] == {"count": 3, "of": 4}
    assert told["kinds"]["follow_up"] == {"count": 0, "of": 1}
    assert told["supported"]["count"] == told["supported"]["of"] > 0
    assert not (used_home / "gaps.jsonl").exists()
    assert json.loads(desk("sessions", "--json")[1]) == {"sessions": []}


def test_only_one_half_is_listed(used_home: Path, file: Path, desk: Desk) -> None:
    wrong = read_questions(file)[2]
    other = "check" if wrong.half == "tune" else "tune"
    asked = ("eval", file, "--kind", "follow_up")
    assert "lacks zebra" in desk(*asked, "--show", wrong.half)[1]
    assert "lacks zebra" not in desk(*asked, "--show", other)[1]


def test_stopped_it_tells_what_it_has(
    used_home: Path, file: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.assistant import Assistant

    ask, asked = Assistant.ask, []

    def once(self: Assistant, text: str, *args: Any, **named: Any) -> Answer:
        if asked:
            raise KeyboardInterrupt
        asked.append(text)
        return ask(self, text, *args, **named)

    monkeypatch.setattr(Assistant, "ask", once)
    status, out, err = desk("eval", file, "--json")
    assert status == 130
    assert (json.loads(out)["asked"], json.loads(out)["right"]) == (1, {"count": 1, "of": 1})
    assert "Stopped after 1 of 4 questions" in err


def test_an_unknown_kind_is_wrong_usage(file: Path, desk: Desk) -> None:
    status, _, err = desk("eval", file, "--kind", "fakt")
    assert (status, "no kind 'fakt'" in err) == (2, True)
