"""How often the built-in model is right: a set of questions in three scripts, two halves.

Causes are mended on the half `tune`; the half `check` tells whether that holds elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import Answer, Assistant
from assistant.language import detect
from kb.texts.folding import fold

pytestmark = pytest.mark.xdist_group("questions")  # asked once, in one process

QUESTIONS = Path(__file__).with_name("questions.yaml")
_COMMA = re.compile(r"(?<=\d),(?=\d{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MARKER = re.compile(r"\[(\d{1,3})\]")
_SCALES = (1, 10**3, 10**4, 10**6, 10**8, 10**9, 10**12)


@dataclass(frozen=True)
class Asked:
    """One question of the set, its answer, and what is wrong with it."""

    spec: dict[str, Any]
    language: str
    answer: Answer

    @property
    def half(self) -> str:
        return half(self.spec["q"])

    @property
    def answerable(self) -> bool:
        return self.spec["kind"] not in ("unknown", "ask_back")

    @property
    def withheld(self) -> bool:
        """The library knows, but the answer says that it does not."""
        return self.answerable and (self.answer.abstained or self.answer.asked_back)

    @property
    def without_evidence(self) -> bool:
        """The library does not know, but something is answered."""
        return self.spec["kind"] == "unknown" and not self.answer.abstained

    def faults(self) -> list[str]:
        """What a right answer would have; empty for a right answer."""
        kind, answer = self.spec["kind"], self.answer
        faults = []
        if answer.language != self.language:
            faults.append(f"language {answer.language}")
        if self.withheld or self.without_evidence:
            faults.append("withheld" if self.withheld else "answered without evidence")
        if kind == "ask_back" and not answer.asked_back:
            faults.append("did not ask back")
        text = alike(answer.answer)
        lead = next((line for line in text.splitlines() if line.strip()), "")
        faults += [f"lead lacks {w}" for w in self.spec.get("lead", ()) if not holds(lead, w)]
        faults += [f"answer lacks {w}" for w in self.spec.get("say", ()) if not holds(text, w)]
        faults += [f"answer has {w}" for w in self.spec.get("not", ()) if holds(text, w)]
        for name, args in self.spec.get("calls", {}).items():
            made = [call.args for call in answer.tool_calls if call.name == name and call.ok]
            if not any(args.items() <= call.items() for call in made):
                faults.append(f"no call {name}{args}, but {made}")
        return faults


def half(question: str) -> str:
    """The half that a question belongs to."""
    return "tune" if hashlib.sha256(question.encode()).digest()[-1] % 2 == 0 else "check"


def alike(text: str) -> str:
    """Lower case, Simplified script, no commas in numbers, ASCII punctuation."""
    return _COMMA.sub("", fold(text))


def holds(text: str, wanted: str | list[str]) -> bool:
    """Whether `text` has the words, or one of several."""
    return any(alike(w) in text for w in ([wanted] if isinstance(wanted, str) else wanted))


def ask_all(desk: Assistant) -> list[Asked]:
    """Ask every question, follow-ups in a session of their own."""
    asked = []
    for language, specs in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")).items():
        for spec in specs:
            session = desk.new_session()
            for earlier in spec.get("after", ()):
                desk.ask(earlier, session)
            asked.append(Asked(spec, language, desk.ask(spec["q"], session)))
    return asked


@pytest.fixture(scope="module")
def desk(new_home: Callable[[], Path]) -> Iterator[Assistant]:
    with Assistant.open(new_home(), today=date(2026, 11, 22)) as opened:
        yield opened


@pytest.fixture(scope="module")
def asked(desk: Assistant) -> list[Asked]:
    return ask_all(desk)


@pytest.mark.parametrize(("which", "floor"), [("tune", 0.88), ("check", 0.82)])
def test_most_answers_are_right(asked: list[Asked], which: str, floor: float) -> None:
    those = [one for one in asked if one.half == which]
    wrong = {one.spec["q"]: faults for one in those if (faults := one.faults())}
    share = 1 - len(wrong) / len(those)
    assert share >= floor, f"{share:.2f} of {which} right: {wrong}"


def test_what_the_library_knows_is_not_withheld(asked: list[Asked]) -> None:
    those = [one for one in asked if one.answerable]
    withheld = [one.spec["q"] for one in those if one.withheld]
    assert len(withheld) <= 0.06 * len(those), withheld


def test_what_the_library_does_not_know_is_not_answered(asked: list[Asked]) -> None:
    those = [one for one in asked if one.spec["kind"] == "unknown"]
    answered = [one.spec["q"] for one in those if one.without_evidence]
    assert len(answered) <= 0.05 * len(those), answered


def test_the_same_question_gives_the_same_bytes(desk: Assistant, asked: list[Asked]) -> None:
    for one in asked[::8]:
        if "after" not in one.spec:
            again = desk.ask(one.spec["q"])
            assert (again.answer, again.citations) == (one.answer.answer, one.answer.citations)


def test_nothing_of_the_built_in_model_is_taken_out(asked: list[Asked]) -> None:
    assert {one.spec["q"]: one.answer.removed for one in asked if one.answer.removed} == {}


def test_every_figure_stands_in_its_evidence(asked: list[Asked]) -> None:
    loose = {one.spec["q"]: found for one in asked if (found := unsupported(one.answer))}
    assert loose == {}


def test_every_quote_stands_at_its_offsets(desk: Assistant, asked: list[Asked]) -> None:
    @cache
    def text(source: str, version: str) -> str:
        return desk.source(source, version).text

    for one in asked:
        for quoted in one.answer.citations:
            if quoted.kind == "passage":
                whole = text(quoted.source, quoted.version)
                assert whole[quoted.start : quoted.end] == quoted.quote, one.spec["q"]


def test_answers_keep_to_the_readers_script(asked: list[Asked]) -> None:
    mixed = {}
    for one in asked:
        if one.language == "zh-Hant":
            lines = one.answer.answer.splitlines()
            wrong = [line for line in lines if detect(line, fallback="zh-Hant") == "zh-Hans"]
            if wrong:
                mixed[one.spec["q"]] = wrong
    assert mixed == {}


def unsupported(answer: Answer) -> list[str]:
    """Numbers of an answer that neither its evidence nor the question holds.

    Reads only the finished answer: a line's numbers must stand in the quotes, titles and dates
    of the citations of that line, or be a tool's figure as rounded for people.
    """
    cited = {citation.marker: citation for citation in answer.citations}
    loose = []
    for line in answer.answer.splitlines():
        marks = _MARKER.findall(line)
        plain = alike(_MARKER.sub("", line))
        if not marks:
            continue
        evidence = [answer.question]
        for mark in marks:
            one = cited[mark]
            evidence += [one.quote, one.title, one.published or ""]
            if one.kind == "tool":
                call = answer.tool_calls[int(one.version.removeprefix("t")) - 1]
                evidence.append(json.dumps([call.args, call.result]))
        known = {Decimal(n) for n in _NUMBER.findall(alike(" ".join(evidence)))}
        loose += [n for n in _NUMBER.findall(plain) if not _is_known(Decimal(n), known)]
    return loose


def _is_known(number: Decimal, known: set[Decimal]) -> bool:
    if number in known:
        return True
    return any(
        value and abs(number * scale / value - 1) < Decimal("0.06")
        for scale in _SCALES
        for value in known
    )
