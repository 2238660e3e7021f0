"""Reporting an answer: staff see what the person saw, and nothing of the person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant import Answer, Assistant
from assistant.answer import Citation, ToolCall
from assistant.errors import UnknownAnswer
from assistant.reporting import WITHHELD, report_of
from kb.programs.profile import Profile, Raised

Desk = Callable[..., tuple[int, str, str]]
TODAY = date(2026, 11, 22)
QUESTION = "How many GPUs did Luma AI plan to use?"
PROFILE = Profile(
    stage="seed",
    raised=Raised(amount="7713000", currency="USD"),
    country="FR",
    funds=["Wombatonia"],
    founded="2024-03",
    answers={"ai_native": True},
)
ELIGIBLE = {
    "en": "Which programs are we eligible for?",
    "zh-Hans": "我们符合哪些计划的条件？",
    "zh-Hant": "我們符合哪些計畫的條件？",
}


@pytest.fixture
def at_home(new_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    home = new_home()
    monkeypatch.setenv("COMPUTE_DESK_HOME", str(home))
    return home


def test_a_reported_answer_is_on_staffs_list(desk: Desk, at_home: Path) -> None:
    status, out, err = desk("ask", QUESTION)
    assert status == 0
    answer_id = err.splitlines()[-1].removeprefix("Answer ")
    status, out, err = desk("report", answer_id, "It was 4,000.\x1b[2J")
    assert (status, out, err) == (0, f"reported · {answer_id}\n", "")

    [row] = json.loads(desk("kb", "gaps", "--json")[1])["gaps"]
    [report] = row["reports"]
    with Assistant.open(at_home) as opened:
        answer = opened.saved(answer_id)
    assert (row["question"], row["count"], row["missing"]) == (QUESTION, 0, [])
    assert report["note"] == "It was 4,000."
    assert (report["answer"], report["model"]) == (answer.answer.strip(), "builtin")
    cited = answer.citations[0]
    assert (report["evidence"][0]["source"], report["evidence"][0]["quote"]) == (
        cited.source,
        cited.quote,
    )
    assert answer.session not in json.dumps(row)

    _, listed, _ = desk("kb", "gaps")
    header, line = (row.split("\t") for row in listed.splitlines())
    assert dict(zip(header, line, strict=True))["Reported"] == "1"
    _, shown, _ = desk("kb", "gaps", "show", row["id"])
    assert "note: It was 4,000." in shown
    assert cited.quote in shown
    assert json.loads(desk("kb", "gaps", "show", row["id"], "--json")[1])["gap"] == row


def test_a_report_opens_a_closed_question_again(desk: Desk, at_home: Path) -> None:
    answer_id = json.loads(desk("ask", QUESTION, "--json")[1])["id"]
    assert json.loads(desk("report", answer_id, "--json")[1]) == {
        "reported": answer_id,
        "listed": True,
    }
    [row] = json.loads(desk("kb", "gaps", "--json")[1])["gaps"]
    assert desk("kb", "gaps", "close", row["id"], "--why", "it is right")[0] == 0
    assert json.loads(desk("kb", "gaps", "--json")[1])["gaps"] == []
    log = at_home / "gaps.jsonl"
    later = json.loads(log.read_text().splitlines()[0]) | {"asked_at": "2999-01-01T00:00:00+00:00"}
    log.write_text(f"{log.read_text()}{json.dumps(later)}\n")
    [row] = json.loads(desk("kb", "gaps", "--json")[1])["gaps"]
    assert len(row["reports"]) == 2


def test_an_answer_that_is_not_saved_cannot_be_reported(desk: Desk, at_home: Path) -> None:
    status, out, _ = desk("report", "nosuchanswer", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (1, "unknown_answer")
    with Assistant.open(at_home) as opened, pytest.raises(UnknownAnswer):
        opened.report("nosuchanswer")
    assert not (at_home / "gaps.jsonl").exists()


@pytest.mark.parametrize("language", list(ELIGIBLE))
def test_the_profile_stays_here(at_home: Path, language: str) -> None:
    (at_home / "profile.json").write_text(PROFILE.model_dump_json())
    with Assistant.open(at_home, today=TODAY) as opened:
        answer = opened.ask(ELIGIBLE[language])
        assert answer.tool_calls[-1].name == "match_programs"
        profile = answer.tool_calls[-1].result["profile"]
        assert len(profile) == 5
        assert any(value in answer.answer for value in profile.values())
        assert opened.report(answer.id, "two more would take us")
        [group] = opened.kb.gap_groups()  # type: ignore[attr-defined]
    [report] = group.reports
    ours = [cited.quote for cited in report.evidence if re.fullmatch(r"t\d+", cited.version)]
    told = "\n".join([report.answer, *ours])
    assert ours
    assert WITHHELD in told
    for value in (*profile.values(), "Wombatonia", "7.713", "771.3", "you say yes"):
        assert value not in told
    assert not [cited for cited in report.evidence if cited.field == "profile"]


def _answer(**fields: object) -> Answer:
    return Answer.model_validate(
        {"id": "a", "question": "q", "language": "en", "answer": "The seed round. Seedling."}
        | fields
    )


def test_what_a_source_says_stays_as_it_is() -> None:
    """Of an answer for which nobody read the profile nothing is withheld, and never of a quote."""
    plain = report_of(_answer(), "", PROFILE)
    assert plain.answer == "The seed round. Seedling."
    cited = Citation(
        marker="1", kind="passage", source="s", version="v", title="t", quote="for seed companies",
        answer_start=0, answer_end=3,
    )  # fmt: skip
    call = ToolCall(name="match_programs", result={"profile": {"stage": "seed"}})
    matched = report_of(
        _answer(citations=[cited], tool_calls=[call], answer="you say yes: seed. Seedling."),
        "",
        Profile(),
    )
    assert matched.answer == f"{WITHHELD}: {WITHHELD}. Seedling."
    assert matched.evidence[0].quote == "for seed companies"
