"""`compute-desk batch`: many questions, one line each, gone on with after a stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant
from assistant.batch import Item, ask_all, earlier_lines, read_items, rest
from assistant.errors import InvalidBatch
from tests.conftest import GUARD, REPOSITORY, guarded_environment

Desk = Callable[..., tuple[int, str, str]]
LUMA = "How many GPUs did Luma AI plan to use?"
CIRCULAR = "谁警告过这种循环交易？"


@pytest.fixture
def at_home(warm_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared home as COMPUTE_DESK_HOME."""
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(warm_home))
    return warm_home


def _file(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.txt", f"{LUMA}\n\n  {CIRCULAR} \n"),
        ("q.jsonl", f'"{LUMA}"\n{{"question": "{CIRCULAR}"}}\n'),
        ("q.yaml", f'- "{LUMA}"\n- {{question: "{CIRCULAR}"}}\n'),
        ("q.txt", f"\ufeff{LUMA}\r\n{CIRCULAR}\x1b"),
    ],
)
def test_three_kinds_of_files(tmp_path: Path, name: str, text: str) -> None:
    items = read_items(_file(tmp_path, name, text))
    assert items == [Item(number=1, question=LUMA), Item(number=2, question=CIRCULAR)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("q.yaml", "question: only one\n", "no list"),
        ("q.yaml", "- [a, b]\n", "question 1"),
        ("q.yaml", "- ask: what\n", "question 1"),
        ("q.yaml", "- a: [\n", "cannot read"),
        ("q.jsonl", '"a"\n{"question": "b", "model": "x"}\n', "question 2"),
        ("q.jsonl", "no json\n", "cannot read"),
        ("q.jsonl", "[1]\n", "question 1"),
        ("q.jsonl", '{"question": "a", "session": ""}\n', "question 1"),
    ],
)
def test_a_file_that_makes_no_sense(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(InvalidBatch, match=said) as error:
        read_items(_file(tmp_path, name, text))
    assert "\n" not in error.value.message


def test_a_line_for_each_answer_and_for_what_failed(
    desk: Desk, at_home: Path, tmp_path: Path
) -> None:
    file = _file(tmp_path, "q.jsonl", f'"{LUMA}"\n"  "\n"{CIRCULAR}"\n')
    status, out, err = desk("batch", file, "--json", "--jobs", "3")
    assert status == 1
    lines = sorted(_lines(out), key=lambda line: line["number"])
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert lines[1]["error"]["code"] == "invalid_question"
    for line, question in ((lines[0], LUMA), (lines[2], CIRCULAR)):
        answer = Answer.model_validate(line)
        assert answer.question == question
        assert answer.citations
    assert "2 of 3 questions answered · 1 failed" in err
    with Assistant.open(at_home) as opened:
        assert opened.turns(lines[0]["session"])[0].id == lines[0]["id"]


def test_a_model_that_cannot_be_asked_is_one_error(
    desk: Desk, at_home: Path, tmp_path: Path
) -> None:
    file = _file(tmp_path, "q.txt", f"{LUMA}\n{CIRCULAR}\n")
    status, out, err = desk("batch", file, "--model", "nobody:x")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith("Error: ")


def test_on_paper(desk: Desk, at_home: Path, tmp_path: Path) -> None:
    status, out, _ = desk("batch", _file(tmp_path, "q.txt", f"{LUMA}\n"))
    assert status == 0
    assert out.startswith(f"## 1. {LUMA}\n")
    assert "Sources:\n[1] " in out


def test_it_goes_on_where_it_was(desk: Desk, at_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    first = _file(tmp_path, "q.txt", f"{LUMA}\n")
    assert desk("batch", first, "--out", out)[:2] == (0, "")
    before = out.read_bytes()
    # A question that failed, and a line that a kill cut short.
    failed = {"number": 2, "question": CIRCULAR, "error": {"code": "x"}}
    out.write_bytes(before + json.dumps(failed).encode() + b'\n{"number": 3, "que')
    both = _file(tmp_path, "q2.txt", f"{CIRCULAR}\n{LUMA}\n")
    status, printed, err = desk("batch", both, "--out", out)
    assert (status, printed) == (0, "")
    assert "1 of 2 questions answered · 1 were answered before" in err
    assert out.read_bytes().startswith(before)
    lines = _lines(out.read_text())
    assert [line["question"] for line in lines] == [LUMA, CIRCULAR]
    assert desk("batch", both, "--out", out)[0] == 0
    assert _lines(out.read_text()) == lines


def test_another_file_is_not_written_to(desk: Desk, at_home: Path, tmp_path: Path) -> None:
    file = _file(tmp_path, "q.txt", f"{LUMA}\n")
    for text in (f"{LUMA}\n", '{"number": 1, "question": "a"}\n', "[]\n"):
        other = _file(tmp_path, "notes.jsonl", text)
        status, _, err = desk("batch", file, "--out", other)
        assert status == 1
        assert "holds something else than answers" in err
        assert other.read_text() == text
    missing = tmp_path / "nowhere" / "a.jsonl"
    assert desk("batch", file, "--out", missing)[0] == 1
    assert desk("batch", file, "--out", missing, "--json")[0] == 2
    assert desk("batch", tmp_path / "no.txt")[0] == 1


def test_a_question_asked_twice_needs_two_answers(tmp_path: Path) -> None:
    items = [
        Item(number=1, question="a"),
        Item(number=2, question="a"),
        Item(number=3, question="a", session="s"),
        Item(number=4, question="b", session="s"),
    ]
    line = {"number": 9, "question": "a", "session": "made-up"}
    assert [item.number for item in rest(items, [line])] == [2, 3, 4]
    assert [item.number for item in rest(items, [line, line, line])] == [3, 4]
    assert [item.number for item in rest(items, [{**line, "session": "s"}])] == [1, 2, 4]
    assert earlier_lines(tmp_path / "none.jsonl") == []


async def test_questions_of_one_session_follow_each_other(warm_home: Path) -> None:
    items = [
        Item(number=1, question="How much would training a 7B model on 2T tokens take?"),
        Item(
            number=2, question="How long would training 7B on 2T with 256 H100 take?", session="s"
        ),
        Item(number=3, question="And with 512?", session="s"),
    ]
    with Assistant.open(warm_home) as opened:
        asked = [one async for one in ask_all(opened, items, 3)]
        turns = opened.turns("s")
    lines = {one.line["number"]: one.line for one in asked}
    assert set(lines) == {1, 2, 3}
    assert [turn.id for turn in turns[-2:]] == [lines[2]["id"], lines[3]["id"]]
    assert lines[3]["tool_calls"][-1]["args"]["gpus"] == 512


async def test_a_fault_in_one_question_is_a_line(
    warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistant.turn

    real = assistant.turn.Turn.answer

    def answer(self: assistant.turn.Turn, *given: str) -> Answer:
        made = real(self, *given)
        if "Luma" in made.question:
            raise RuntimeError("sk-secret")
        return made

    monkeypatch.setattr(assistant.turn.Turn, "answer", answer)
    items = [Item(number=1, question=LUMA), Item(number=2, question=CIRCULAR)]
    with Assistant.open(warm_home) as opened:
        asked = {one.line["number"]: one async for one in ask_all(opened, items, 1)}
    assert asked[1].line["error"]["code"] == "unexpected"
    assert "sk-secret" not in json.dumps(asked[1].line)
    assert not asked[2].failed


def test_it_can_be_stopped_and_gone_on_with(desk: Desk, at_home: Path, tmp_path: Path) -> None:
    """Ctrl-C after the first answers: what was answered stays, and is not asked again."""
    file = _file(tmp_path, "q.txt", "".join(f"{LUMA} {n}\n" for n in range(30)))
    out = tmp_path / "answers.jsonl"
    environment = guarded_environment(tmp_path / "attempts", tmp_path)
    process = subprocess.Popen(
        [Path(sys.executable).with_name("compute-desk"), "batch", file, "--json"],
        env=environment | {"PYTHONPATH": f"{GUARD}{os.pathsep}{REPOSITORY}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    more, err = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = _lines(first + more)
    assert 1 <= len(lines) < 30
    assert err.endswith("Stopped.\n")
    out.write_text(first + more)
    assert desk("batch", _file(tmp_path, "q1.txt", f"{LUMA} 0\n"), "--out", out)[0] == 0
    assert _lines(out.read_text()) == lines
