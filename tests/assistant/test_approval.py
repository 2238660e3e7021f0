"""No turn saves anything: it proposes, and the person approves exactly what it proposed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from assistant import Assistant
from assistant.answer import Proposal
from assistant.errors import NotProposed, UnknownAnswer
from assistant.profile import load_profile
from benchmarks.scripted_model import ScriptedModel

TODAY = date(2026, 11, 22)


def eager(args: dict[str, Any]) -> ScriptedModel:
    """Wants to save a profile of its own making, whatever is asked."""

    def reply(messages: list[BaseMessage]) -> AIMessage:
        called = sum(isinstance(message, ToolMessage) for message in messages)
        call = {"name": "save_profile", "args": args, "id": "c1", "type": "tool_call"}
        return AIMessage("", tool_calls=[call]) if called == 1 else AIMessage("Saved.")

    return ScriptedModel(reply=reply)


@pytest.fixture
def home(new_home: Callable[[], Path]) -> Path:
    return new_home()


def state(home: Path) -> dict[str, str]:
    """What lies in a home, without the conversation itself and what is made from the library."""
    files = [path for path in sorted(home.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not path.name.startswith("sessions.sqlite")
        and "index" not in path.relative_to(home).parts
    }


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Remember that we are a seed company in France", {"stage": "seed", "country": "France"}),
        ("记住我们是A轮公司，融了1200万美元", {"stage": "series_a", "raised": "12000000 USD"}),
        ("請記住我們的投資方是Index Ventures", {"funds": "Index Ventures"}),
    ],
)  # fmt: skip
def test_what_to_remember_is_proposed_and_saved_when_approved(
    home: Path, said: str, values: dict[str, str]
) -> None:
    with Assistant.open(home, "builtin", today=TODAY) as desk:
        desk.warm()
        before = state(home)
        answer = desk.ask(said)
        assert answer.proposals == [Proposal(tool="save_profile", args=values)]
        assert state(home) == before
        assert all(value in answer.answer for value in values.values())
        saved = desk.approve(answer.id, answer.proposals[0])
    assert load_profile(home) == saved
    assert saved != load_profile(home / "elsewhere")


def test_other_values_than_those_proposed_are_refused(home: Path) -> None:
    with Assistant.open(home, "builtin", today=TODAY) as desk:
        answer = desk.ask("Remember that we are a seed-stage company in France")
        changed = Proposal(tool="save_profile", args={"stage": "seed", "country": "Germany"})
        with pytest.raises(NotProposed):
            desk.approve(answer.id, changed)
        with pytest.raises(UnknownAnswer):
            desk.approve("nowhere", answer.proposals[0])
    assert load_profile(home) == load_profile(home / "elsewhere")


def test_a_model_can_propose_only_what_the_person_said(home: Path) -> None:
    model = eager({"stage": "growth", "raised": "999000000 USD"})
    with Assistant.open(home, model, today=TODAY) as desk:
        desk.warm()
        before = state(home)
        answer = desk.ask("What does Andromeda offer?")
        assert state(home) == before
    assert answer.proposals == []
    assert [removed.reason for removed in answer.removed if "save_profile" in removed.text]
    assert load_profile(home) == load_profile(home / "elsewhere")


def test_nothing_to_keep_is_asked_back(home: Path) -> None:
    with Assistant.open(home, "builtin", today=TODAY) as desk:
        answer = desk.ask("Please save our profile")
    assert answer.asked_back
    assert answer.proposals == []
