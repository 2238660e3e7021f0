"""`compute-desk ask`, as a person and as a script use it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from assistant.answer import Answer

pytestmark = pytest.mark.usefixtures("used_home")

Desk = Callable[..., tuple[int, str, str]]
Offline = Callable[..., CompletedProcess[str]]
QUESTION = "How much to pre-train a 7B model on 2T tokens on 256 H100s?"


def _type(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


def test_an_empty_home_answers_offline(offline: Offline, tmp_path: Path) -> None:
    empty = {"COMPUTE_DESK_HOME": str(tmp_path / "empty")}
    done = offline(["compute-desk", "ask", QUESTION, "--json"], environment=empty)
    assert done.returncode == 0, done.stderr
    answer = Answer.model_validate_json(done.stdout)
    assert not answer.abstained
    [call, *_] = [call for call in answer.tool_calls if call.name == "estimate_training"]
    assert call.result["gpu_hours"]["likely"] > 0
    assert answer.citations


def test_the_answer_streams_to_stdout_and_the_rest_to_stderr(desk: Desk) -> None:
    status, out, err = desk("ask", "What is Andromeda?", "--session", "s1")
    assert status == 0
    text, _, sources = out.partition("\nSources:\n")
    assert "Andromeda" in text
    assert sources.startswith("[1] ")
    assert "✓ " in err
    assert "✓ " not in out
    assert "\x1b" not in out + err

    status, out, _ = desk("ask", "Who runs it?", "--session", "s1", "--json")
    assert status == 0
    assert json.loads(out)["session"] == "s1"


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "-")])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with byte order mark"])
def test_a_question_on_standard_input_is_utf8(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], mark: bytes
) -> None:
    _type(monkeypatch, mark + "氧气计划是谁的？\n".encode())
    status, out, _ = desk(*arguments, "--json")
    assert status == 0
    document = json.loads(out)
    assert document["question"] == "氧气计划是谁的？"
    assert document["language"] == "zh-Hans"


@pytest.mark.parametrize("data", [b"", b" \n", b"\xff\xfe\x00"], ids=["empty", "blank", "binary"])
def test_no_question_on_standard_input(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    _type(monkeypatch, data)
    status, out, err = desk("ask")
    assert (status, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


def test_an_unknown_gpu_in_a_question_is_answered(desk: Desk) -> None:
    status, out, _ = desk("ask", "How many hours for a 7B model on 2T tokens on 64 Z9000 GPUs?")
    assert status == 0
    assert out.strip()


def test_a_negative_size_in_a_question_is_answered(desk: Desk) -> None:
    status, out, _ = desk("ask", "How long to train a -7B model on 2T tokens on 64 H100s?")
    assert status == 0
    assert out.strip()


def test_json_is_utf8_in_any_locale(offline: Offline) -> None:
    locale = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = offline(["compute-desk", "programs", "--json"], environment=locale)
    assert done.returncode == 0, done.stderr
    assert "氧气计划" in done.stdout
    question = "氧气计划是什么？"
    done = offline(["compute-desk", "ask", "--json"], stdin=question, environment=locale)
    assert json.loads(done.stdout)["question"] == question


def test_plain_has_no_markdown(desk: Desk) -> None:
    status, out, _ = desk(
        "ask", "Which investors give startups GPU access, and on what terms?", "--plain"
    )
    assert status == 0
    assert "Oxygen" in out
    assert "**" not in out
    assert "|---" not in out
