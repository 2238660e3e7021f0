"""The desk from Python: what is public, sync and async, events, threads."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest

import assistant
from assistant import Answer, Assistant
from assistant.errors import AssistantError
from assistant.events import Done, Event, Failed, Started, Text
from tests.conftest import REPOSITORY

SCHEMA = REPOSITORY / "docs" / "answer.schema.json"
PAGE = REPOSITORY / "docs" / "scripts.md"
QUESTION = "How many GPUs does Andromeda have?"


def test_what_is_public() -> None:
    assert assistant.__all__ == ["Answer", "Assistant", "Citation"]
    named = {name for name in vars(Assistant) if not name.startswith("_")}
    assert named == {
        "aask", "approve", "ask", "close", "events", "model_name", "new_session", "open", "replay",
        "report", "saved", "sessions", "source", "status", "stream", "tools", "turns", "warm",
    }  # fmt: skip
    first = list(inspect.signature(Assistant.open).parameters)[:2]
    assert first == ["home", "model"]
    for method in (Assistant.ask, Assistant.aask, Assistant.events, Assistant.stream):
        assert list(inspect.signature(method).parameters)[:3] == ["self", "text", "session"]


def test_the_answers_schema_is_written_down() -> None:
    schema = Answer.model_json_schema(by_alias=True)
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema, (
        "an addition? then write it down: python -c 'import json; from assistant import Answer; "
        "print(json.dumps(Answer.model_json_schema(), indent=1, ensure_ascii=False))' "
        "> docs/answer.schema.json"
    )


def test_the_page_lists_all_events_with_their_fields() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: re.findall(r"`(\w+)`", fields) for name, fields in rows}
    for event in get_args(Event):
        assert told.get(event.__name__) == [f.name for f in dataclasses.fields(event)], event


def test_an_answer_survives_its_json(warm_home: Path) -> None:
    with Assistant.open(warm_home, "builtin") as desk:
        answer = desk.ask(QUESTION)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


async def test_asking_with_and_without_waiting(warm_home: Path) -> None:
    async with Assistant.open(warm_home, "builtin") as desk:
        first = await desk.aask(QUESTION)
        second = desk.ask(QUESTION)  # also where a loop is running
        with pytest.raises(AssistantError) as raised:
            await desk.aask("  ")
        events = [event async for event in desk.stream(QUESTION)]
        plain = await asyncio.to_thread(lambda: list(desk.events(QUESTION)))
    assert first.answer == second.answer
    assert raised.value.code == "invalid_question"
    for got in (events, plain):
        assert isinstance(got[0], Started)
        assert isinstance(got[-1], Done)
        text = "".join(event.delta for event in got if isinstance(event, Text))
        assert text.strip() == first.answer


def test_events_in_plain_code_end_with_what_failed(warm_home: Path) -> None:
    with Assistant.open(warm_home, "builtin") as desk:
        [failed] = desk.events("")
    assert isinstance(failed, Failed)
    assert failed.code == "invalid_question"


def test_closing_the_iterator_cancels_the_turn(warm_home: Path) -> None:
    with Assistant.open(warm_home, "builtin") as desk:
        session = desk.new_session()
        events = desk.events(QUESTION, session)
        assert isinstance(next(events), Started)
        events.close()  # type: ignore[attr-defined]
        assert session not in {one.id for one in desk.sessions()}
        assert desk.ask(QUESTION, session).session == session


def test_closing_twice_is_harmless(warm_home: Path) -> None:
    desk = Assistant.open(warm_home, "builtin")
    desk.close()
    desk.close()


PEOPLE = (
    ("How many GPUs does Andromeda have?", "Who runs it?", "Friedman"),
    ("How long to train a 7B model on 2T tokens on 256 H100s?", "and with 512?", "512 GPUs"),
)


def test_eight_threads_share_a_desk_and_mix_nothing_up(warm_home: Path) -> None:
    def talk(number: int) -> list[Answer]:
        first, then, _ = PEOPLE[number % 2]
        session = f"thread-{number}"
        return [desk.ask(question, session) for question in (first, then)]

    with Assistant.open(warm_home, "builtin") as desk:
        alone = [talk(number) for number in (8, 9)]
        with ThreadPoolExecutor(8) as pool:
            talks = list(pool.map(talk, range(8)))
        for number, answers in enumerate(talks):
            assert [a.answer for a in answers] == [a.answer for a in alone[number % 2]]
            assert [a.citations for a in answers] == [a.citations for a in alone[number % 2]]
            saved = [answer.id for answer in desk.turns(f"thread-{number}")]
            assert saved == [answer.id for answer in answers]
    for number in range(2):
        assert PEOPLE[number][2] in alone[number][1].answer
    assert len({answer.id for answers in talks for answer in answers}) == 16
