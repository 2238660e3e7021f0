"""An answer made again from what was kept of its turn."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, BaseMessage

from assistant import Answer, Assistant
from assistant.builtin.model import BuiltinModel
from assistant.errors import StoreUnusable, UnknownAnswer
from assistant.sessions import SessionStore
from benchmarks.scripted_model import ScriptedModel
from kb.knowledge_base import KnowledgeBase
from tests.conftest import Desk

TODAY = date(2026, 11, 23)
TERMS = "What are the terms of a16z Oxygen?"
NOTE = """# Harbor Fund

Harbor Fund lends 96 H100 GPUs to its portfolio companies at $1.10 per GPU-hour.
"""


def opened(home: Path) -> Assistant:
    return Assistant.open(home, "builtin", today=TODAY)


@pytest.mark.parametrize(
    "questions",
    [
        [TERMS],
        ["How much credit does Generate give?", "and the equity stake?"],
        ["train 7B, 2T tokens, 256xH100", "和512张呢？"],
        ["哪裡可以租到 8 張 H200？"],
        ["Who won the 1998 World Cup?"],
        ["How much will it cost?"],
    ],
)
def test_the_same_to_the_byte(warm_home: Path, questions: list[str]) -> None:
    with opened(warm_home) as desk:
        session = desk.new_session()
        answers = [desk.ask(question, session) for question in questions]
        for answer in answers:
            replayed = desk.replay(answer.id)
            assert replayed.differences == []
            assert replayed.same
            assert replayed.library == "present"
            assert replayed.again is not None
            assert replayed.again.answer == answer.answer


def test_no_tool_runs(warm_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(warm_home) as desk:
        answer = desk.ask("What does an H100 cost per hour right now?")
        monkeypatch.setattr(KnowledgeBase, "search", None)
        monkeypatch.setattr("assistant.toolbox.gpu_offers.run", None)
        assert desk.replay(answer.id).same


def test_a_later_turn_of_the_session_changes_nothing(warm_home: Path) -> None:
    with opened(warm_home) as desk:
        first = desk.ask("How many GPUs does Andromeda have?")
        second = desk.ask("Who runs it?", first.session)
        desk.ask("What are the terms of Conviction?", first.session)
        assert desk.replay(second.id).same


def test_the_library_of_then_comes_from_the_history(used_home: Path, tmp_path: Path) -> None:
    note = tmp_path / "harbor.md"
    note.write_text(NOTE, encoding="utf-8")
    with KnowledgeBase.open(used_home) as kb:
        source = kb.add(note).source
    question = "How many H100 GPUs does Harbor Fund lend?"
    with opened(used_home) as desk:
        answer = desk.ask(question)
        assert "96" in answer.answer
    note.write_text(NOTE.replace("96", "128"), encoding="utf-8")
    with KnowledgeBase.open(used_home) as kb:
        kb.add(note, replace=source.id)
    with opened(used_home) as desk:
        assert "128" in desk.ask(question).answer
        replayed = desk.replay(answer.id)
        assert (replayed.same, replayed.library, replayed.missing) == (True, "history", [])
        cited = answer.citations[0]
        assert (cited.source, cited.version) == (source.id, source.version)
        text = desk.source(cited.source, cited.version).text
        assert text[cited.start : cited.end] == cited.quote
        assert "96" in cited.quote
    with KnowledgeBase.open(used_home) as kb:
        kb.remove(source.id)
    with opened(used_home) as desk:
        assert desk.replay(answer.id).same
        assert desk.source(source.id, source.version).text == text
    shutil.rmtree(used_home / "library" / ".history" / "versions" / source.id)
    with opened(used_home) as desk:
        replayed = desk.replay(answer.id)
    assert (replayed.same, replayed.library) == (False, "moved")
    assert replayed.missing == [source.id]
    assert {one.part for one in replayed.differences} == {"evidence"}
    assert replayed.again is not None
    assert replayed.again.answer == answer.answer, "what was recorded suffices for the words"


def test_an_answer_of_a_past_day(warm_home: Path) -> None:
    with Assistant.open(warm_home, "builtin", as_of="2024-08") as desk:
        answer = desk.ask(TERMS)
    with opened(warm_home) as desk:
        replayed = desk.replay(answer.id)
    assert answer.answer.startswith("As of 31 August 2024")
    assert (replayed.same, replayed.library) == (True, "history")


def test_other_words_of_the_program_are_told(
    warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(warm_home) as desk:
        answer = desk.ask("Who won the 1998 World Cup?")
        told = AIMessage("**Nobody knows.**", id="m", response_metadata={"outcome": {}})
        monkeypatch.setattr(BuiltinModel, "_respond", lambda *_: told)
        replayed = desk.replay(answer.id)
    assert not replayed.same
    first, *others = replayed.differences
    assert (first.part, first.then) == ("answer 1", answer.answer.splitlines()[0])
    assert first.now == "**Nobody knows.**"
    assert {one.part for one in others} >= {"gaps 1"}


def test_another_models_words_are_not_asked_for_again(warm_home: Path) -> None:
    asked: list[int] = []

    def reply(messages: list[BaseMessage]) -> AIMessage:
        asked.append(len(messages))
        call = {"name": "get_program", "args": {"name": "Andromeda"}, "id": "c1"}
        if len(asked) == 1:
            return AIMessage("", tool_calls=[{**call, "type": "tool_call"}])
        return AIMessage("Andromeda has 9,999 GPUs [p1.1]. Andromeda has more than 4,000 GPUs.")

    with Assistant.open(warm_home, ScriptedModel(reply=reply), today=TODAY) as desk:
        answer = desk.ask("What are the terms of Andromeda?")
        assert len(asked) == 2
        assert "9,999" not in answer.answer
        assert answer.removed
        replayed = desk.replay(answer.id)
    assert len(asked) == 2
    assert replayed.differences == []
    assert replayed.same
    assert replayed.again is not None
    assert replayed.again.removed == answer.removed


def test_an_answer_that_the_built_in_model_gave_for_another(warm_home: Path) -> None:
    def reply(messages: list[BaseMessage]) -> AIMessage:
        raise OSError("out of reach")

    with Assistant.open(warm_home, ScriptedModel(reply=reply), today=TODAY) as desk:
        answer = desk.ask(TERMS)
        assert answer.model == "builtin"
        replayed = desk.replay(answer.id)
    assert replayed.differences == []
    assert replayed.same


def test_what_is_tried_out_is_not_kept(warm_home: Path) -> None:
    with opened(warm_home) as desk:
        first = desk.ask("How many GPUs does Andromeda have?", kept=False)
        second = desk.ask("Who runs it?", earlier=[first])
        assert "Friedman" in second.answer
        for answer in (first, second):
            with pytest.raises(UnknownAnswer):
                desk.replay(answer.id)


FORMAT_1 = """
CREATE TABLE turns (
    answer_id TEXT PRIMARY KEY, session TEXT NOT NULL, created TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL
);
CREATE INDEX turns_by_session ON turns (session, created);
PRAGMA user_version = 1;
"""


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A file of saved sessions as the first format wrote it."""
    path = tmp_path / "old" / "sessions.sqlite"
    path.parent.mkdir()
    answer = Answer(id="abc", question="Who?", answer="Me.", language="en", session="s")
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(FORMAT_1)
        row = ("abc", "s", "2026-11-01T00:00:00", "Who?", answer.model_dump_json())
        db.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?)", row)
    return path


def test_sessions_of_the_first_format_are_taken_over(old_file: Path) -> None:
    store = SessionStore(old_file)
    assert [answer.answer for answer in store.turns("s")] == ["Me."]
    store.save(Answer(id="def", question="Who?", answer="You.", language="en", session="s"))
    assert [answer.answer for answer in SessionStore(old_file).turns("s")] == ["Me.", "You."]
    with Assistant.open(old_file.parent, "builtin") as desk:
        replayed = desk.replay("abc")
    assert (replayed.same, replayed.again, replayed.answer.answer) == (False, None, "Me.")


def test_sessions_of_a_later_format_are_refused(old_file: Path) -> None:
    with closing(sqlite3.connect(old_file)) as db:
        db.execute("PRAGMA user_version = 3")
    with pytest.raises(StoreUnusable, match="has format 3, this version knows 2"):
        SessionStore(old_file).sessions()


def test_the_command(used_home: Path, desk: Desk) -> None:
    answer = json.loads(desk("ask", TERMS, "--json")[1])
    status, out, _ = desk("replay", answer["id"], "--json")
    told = json.loads(out)
    assert (status, told["same"], told["library"]) == (0, True, "present")
    assert told["answer"] == answer
    status, out, _ = desk("replay", answer["id"])
    assert status == 0
    assert out.startswith(TERMS)
    assert out.rstrip().endswith("The same to the byte.")
    status, out, _ = desk("replay", "nowhere", "--json")
    assert (status, json.loads(out)["error"]["code"]) == (1, "unknown_answer")


def test_the_command_names_what_differs(
    used_home: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.loads(desk("ask", TERMS, "--json")[1])
    with closing(sqlite3.connect(used_home / "sessions.sqlite")) as db, db:
        said = answer["answer"].replace("H100", "H200")
        db.execute("UPDATE turns SET answer = ?", (json.dumps({**answer, "answer": said}),))
    status, out, _ = desk("replay", answer["id"])
    assert status == 1
    assert "Differs: answer" in out
    assert "then: " in out
    assert "The same" not in out
