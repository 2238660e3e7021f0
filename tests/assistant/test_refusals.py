"""Every reason for which a tool refuses its input has its sentence in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tools
from assistant.phrases import phrases
from assistant.refusals import NAMES, SENTENCES, in_chinese
from tools.errors import AmbiguousInput

ROOT = Path(tools.__file__).parent
READ = sorted([*ROOT.glob("estimates/**/*.py"), ROOT / "_inputs.py", ROOT / "needs.py"])
SAMPLE = "{}"
WORDS = re.compile(r"[A-Za-z][a-z_]{2,}")
SAID_ALIKE = {
    "token", "final_run", "with_experiments", "scratch", "pretrained", "from_scratch", "continued",
    "image", "video", "lora", "qlora", "LoRA",
}  # fmt: skip


def literals(node: ast.expr) -> list[str]:
    """The texts that an expression can be, with {} for what it fills in; none if unknown."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else SAMPLE for p in node.values]
        return ["".join(map(str, parts))]
    return []


def calls(names: set[str]) -> Iterator[ast.Call]:
    for path in READ:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield node


def refusals() -> set[str]:
    return {
        text for call in calls({"InvalidInput"}) for part in call.args for text in literals(part)
    }


def names() -> set[str]:
    checks = {"positive", "not_negative", "share", "whole"}
    return {text for call in calls(checks) for text in literals(call.args[0])}


def test_refusals_are_found_in_the_sources() -> None:
    assert len(refusals()) > 40
    assert len(names()) > 30


def test_every_reason_and_hint_is_known_in_chinese() -> None:
    # A sentence of another pattern would leave English words between the Chinese ones.
    left = {text: WORDS.findall(in_chinese(text)) for text in sorted(refusals())}
    assert {text for text, words in left.items() if set(words) - SAID_ALIKE} == set()


def test_every_input_that_is_checked_has_a_chinese_name() -> None:
    assert sorted(each for each in names() - {*NAMES} if SAMPLE not in each) == []


@pytest.mark.parametrize("english", SENTENCES)
def test_a_sentence_keeps_all_that_was_filled_in(english: str) -> None:
    values = [f"v{n}" for n in range(english.count("{}"))]
    chinese = in_chinese(english.format(*values))
    assert all(value in chinese for value in values)


def test_refusals_are_said_in_the_script_of_the_reader() -> None:
    told = phrases("zh-Hant").failure("parameters of -7 cannot be", "parameters must be above zero")
    assert told == "**參數量不能是-7。** 參數量必須大於零。"


def test_reasons_within_a_reason_are_chinese_too() -> None:
    told = in_chinese("cannot be met on A: first token of 0.1 s: the floor is 0.2 s on 8 of them")
    assert told == "在A上达不到：首个token要0.1秒：用8张时至少0.2秒"


def test_both_readings_of_an_unclear_number_are_named_in_chinese() -> None:
    error = AmbiguousInput("3亿2千", ["300,002,000", "320 million"])
    assert in_chinese(error.message) == "'3亿2千'可能是300,002,000，也可能是320 million"
    assert in_chinese(error.hint) == "请写明是哪一个"
