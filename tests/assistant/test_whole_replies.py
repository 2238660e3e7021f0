"""A model's server that answers whole and not in a stream breaks as one that streams does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant import Assistant
from assistant.answer import Answer
from assistant.models.limits import Limits
from tests.assistant.faulty_server import MODEL, FaultyServer, Reply, Step, faulty

QUESTION = "How many GPUs does Andromeda have?"
PATIENT = Limits(first_token=20, between_tokens=20, turn=60, backoff=0.01, longest_wait=0.2)
HASTY = Limits(first_token=0.3, between_tokens=0.3, turn=60, backoff=0.01, retries=0)


@contextmanager
def opened(home: Path, server: FaultyServer, limits: Limits) -> Iterator[Assistant]:
    """A desk whose model asks the server for whole answers."""
    model = ChatOpenAI(
        model=MODEL, base_url=server.url, api_key=SecretStr("none"), max_retries=0,
        disable_streaming=True,
    )  # fmt: skip
    with Assistant.open(home, model, today=date(2026, 11, 22), limits=limits) as desk:
        yield desk


def ask(home: Path, *script: Step, limits: Limits = PATIENT) -> tuple[Answer, FaultyServer]:
    with faulty(*script) as server, opened(home, server, limits) as desk:
        return desk.ask(QUESTION, kept=False), server


def good(reply: Reply, body: dict[str, Any]) -> None:
    read = " ".join(str(message.get("content")) for message in body["messages"])
    found = re.search(r'<passage id="([^"]+)"[^>]*>[^<]*more than 4,000 GPUs', read)
    assert found
    assert not body.get("stream")
    reply.whole(f"Andromeda has more than 4,000 GPUs [{found[1]}].")


def says(text: str | None, *calls: tuple[str, str]) -> Step:
    return lambda reply, body: reply.whole(text, calls)


def sends(data: bytes, promised: int | None = None) -> Step:
    return lambda reply, body: reply.json(data, promised=promised)


HALF_A_CALL = says("Let me look.", ("search_knowledge", '{"query": "Andro'))
FAULTS = {
    "429": (lambda reply, body: reply.status(429), "busy"),
    "500": (lambda reply, body: reply.status(500), "server"),
    "reset": (lambda reply, body: reply.reset(), "unreachable"),
    "cut": (sends(b'{"id": "chatcmpl-1", "choices": [{"mess'), "broken"),
    "shorter": (sends(b'{"id": "chatcmpl-1"', promised=4_000), "unreachable"),
    "page": (sends(b"\xff\xfe<html>\x00"), "broken"),
    "half-a-call": (HALF_A_CALL, "broken"),
    "a-list": (says(None, ("search_knowledge", "[1, 2]")), "broken"),
    "no-name": (says(None, ("", "{}")), "broken"),
    "empty": (says(None), "empty"),
    "unsupported": (says("Andromeda has 31,337 GPUs [p9.9]."), "empty"),
}


def test_a_good_whole_answer_is_the_answer(warm_home: Path) -> None:
    answer, _ = ask(warm_home, good)
    assert answer.answer.startswith("Andromeda has more than 4,000 GPUs")
    assert answer.model != "builtin"
    assert (answer.usage["input_tokens"], answer.usage["output_tokens"]) == (100, 20)


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_it_falls_back(warm_home: Path, name: str) -> None:
    step, kind = FAULTS[name]
    answer, server = ask(warm_home, step)
    assert (answer.model, answer.usage["failure"]) == ("builtin", kind)
    assert "4,000" in answer.answer
    assert answer.citations
    assert "31,337" not in answer.answer
    assert len(server.asked) == (1 if kind == "empty" else PATIENT.retries + 1)


@pytest.mark.parametrize("name", ["429", "500", "reset", "cut", "half-a-call", "a-list"])
def test_what_passes_is_tried_again(warm_home: Path, name: str) -> None:
    answer, server = ask(warm_home, FAULTS[name][0], good)
    assert answer.model != "builtin"
    assert "4,000" in answer.answer
    assert len(server.asked) == 2


def test_a_whole_answer_that_does_not_come_is_left_in_time(warm_home: Path) -> None:
    begun = time.monotonic()
    answer, _ = ask(warm_home, lambda reply, body: reply.hang(), limits=HASTY)
    assert (answer.model, answer.usage["failure"]) == ("builtin", "slow")
    assert time.monotonic() - begun < 10


def test_a_whole_answer_that_ran_out_of_room_is_said_to_be_cut(warm_home: Path) -> None:
    def cut(reply: Reply, body: dict[str, Any]) -> None:
        reply.whole("Andromeda has more than 4,000 GPUs.", finish="length")

    from assistant.events import Noted

    with faulty(cut) as server, opened(warm_home, server, PATIENT) as desk:
        events = list(desk.events(QUESTION))
    assert "cut" in " ".join(event.text for event in events if isinstance(event, Noted))


def test_a_server_that_ignores_the_wish_for_a_stream_falls_back(warm_home: Path) -> None:
    with (
        faulty(says("Andromeda has more than 4,000 GPUs.")) as server,
        Assistant.open(warm_home, server.spec, limits=PATIENT) as desk,
    ):
        answer = desk.ask(QUESTION, kept=False)
    assert (answer.model, answer.usage["failure"]) == ("builtin", "broken")
    assert "4,000" in answer.answer
