"""Whatever a model's server does, the turn ends in time with a grounded answer and a note."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.answer import Answer
from assistant.events import Done, Event, Noted, Restarted, Text
from assistant.models.limits import Limits
from tests.assistant.faulty_server import Reply, Step, faulty

TODAY = date(2026, 11, 22)
QUESTION = "How many GPUs does Andromeda have?"
PATIENT = Limits(first_token=20, between_tokens=20, turn=60, backoff=0.01, longest_wait=0.2)
HASTY = Limits(first_token=0.2, between_tokens=0.2, turn=60, backoff=0.01, retries=0)


def ask(home: Path, spec: str, limits: Limits) -> list[Event]:
    async def run() -> list[Event]:
        with Assistant.open(home, spec, today=TODAY, limits=limits) as desk:
            return [event async for event in desk.stream(QUESTION)]

    return asyncio.run(run())


def done(events: Sequence[Event]) -> Answer:
    last = events[-1]
    assert isinstance(last, Done), last
    begun = max((n for n, e in enumerate(events) if isinstance(e, Restarted)), default=0)
    assert "".join(e.delta for e in events[begun:] if isinstance(e, Text)).rstrip() == (
        last.answer.answer
    )
    return last.answer


def shown(events: Sequence[Event]) -> str:
    return "".join(event.delta for event in events if isinstance(event, Text))


def notes(events: Sequence[Event]) -> str:
    return " ".join(event.text for event in events if isinstance(event, Noted))


def good(reply: Reply, body: dict[str, Any]) -> None:
    """What a good model does: say what a passage says, with its mark."""
    read = " ".join(str(message.get("content")) for message in body["messages"])
    found = re.search(r'<passage id="([^"]+)"[^>]*>[^<]*more than 4,000 GPUs', read)
    assert found
    reply.text("Andromeda has ", "more than 4,000 ", f"GPUs [{found.group(1)}].")
    reply.end()


def fell_back(events: Sequence[Event], kind: str) -> Answer:
    """The built-in model's whole answer, with a note that says why."""
    answer = done(events)
    assert answer.model == "builtin"
    assert answer.usage["failure"] == kind
    assert answer.usage["failed_model"].endswith("#faulty-1")
    assert "4,000" in answer.answer
    assert answer.citations
    assert "built-in model answers" in notes(events)
    return answer


def says(text: str, finish: str = "stop") -> Step:
    def step(reply: Reply, body: dict[str, Any]) -> None:
        reply.text(text)
        reply.end(finish)

    return step


def calls(name: str, arguments: str) -> Step:
    def step(reply: Reply, body: dict[str, Any]) -> None:
        reply.call(name, arguments)
        reply.end("tool_calls")

    return step


def fails(status: int, **headers: str) -> Step:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reply, body: reply.status(status, named, "key sk-secret is over its quota")


def test_a_good_model_answers_and_what_it_took_is_told(warm_home: Path) -> None:
    with faulty(good) as server:
        events = ask(warm_home, server.spec, PATIENT)
    answer = done(events)
    assert answer.answer.startswith("Andromeda has more than 4,000 GPUs")
    assert answer.model == server.spec
    assert answer.usage["calls"] == 1
    assert (answer.usage["input_tokens"], answer.usage["output_tokens"]) == (100, 20)
    assert "cost_usd" not in answer.usage  # nobody knows a price of this model
    assert "4,000" in answer.citations[0].quote
    assert not notes(events)


def test_no_other_providers_key_is_sent_to_an_address(
    warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    with faulty(good) as server:
        done(ask(warm_home, server.spec, PATIENT))
        monkeypatch.setenv("COMPUTE_DESK_MODEL_KEY", "sk-of-this-server")
        done(ask(warm_home, server.spec, PATIENT))
    sent = [headers["authorization"] for headers in server.headers]
    assert "sk-of-openai" not in sent[0]
    assert sent[1] == "Bearer sk-of-this-server"


@pytest.mark.parametrize(
    "first",
    [
        fails(429, Retry_After="0.05"),
        fails(429),
        fails(500),
        fails(503, Retry_After="0"),
        lambda reply, body: reply.reset(),
        calls("search_knowledge", '{"query": "Andro'),
        lambda reply, body: reply.raw(b"data: {not json}\n\n"),
    ],
    ids=["429-wait", "429", "500", "503", "reset", "half-a-call", "garbage"],
)
def test_what_passes_is_tried_again(warm_home: Path, first: Step) -> None:
    with faulty(first, good) as server:
        events = ask(warm_home, server.spec, PATIENT)
    answer = done(events)
    assert answer.model == server.spec
    assert "4,000" in answer.answer
    assert answer.usage["calls"] == 2
    assert not notes(events)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (fails(429), "busy"),
        (fails(429, Retry_After="3600"), "busy"),
        (fails(500), "server"),
        (fails(401), "refused"),
        (fails(404), "unknown_model"),
        (fails(400), "rejected"),
        (lambda reply, body: reply.reset(), "unreachable"),
        (lambda reply, body: reply.raw(b"data: {not json}\n\n"), "broken"),
        (lambda reply, body: reply.raw(b"\xff\xfe<html>\x00\n\n"), "broken"),
        (lambda reply, body: reply.raw(b"data: [DONE]\n\n"), "broken"),
        (says(""), "empty"),
        (says("Andromeda has 31,337 GPUs [p9.9]. It costs $0.42 an hour."), "empty"),
        (calls("search_knowledge", '{"query": '), "broken"),
        (calls("search_knowledge", "[1, 2]"), "broken"),
        (calls("search_knowledge", '{"query": "' + "x" * 50_000 + '"}'), "broken"),
    ],
    ids=[
        "429", "429-an-hour", "500", "401", "404", "400", "reset", "garbage", "html", "nothing",
        "empty", "unsupported", "half-a-call", "a-list", "huge-call",
    ],
)  # fmt: skip
def test_what_does_not_pass_falls_back(warm_home: Path, step: Step, kind: str) -> None:
    with faulty(step) as server:
        events = ask(warm_home, server.spec, PATIENT)
    fell_back(events, kind)
    assert "secret" not in str(events)
    assert "31,337" not in shown(events)
    assert len(server.asked) <= PATIENT.retries + 1
    if kind in ("refused", "unknown_model", "rejected"):
        assert len(server.asked) == 1


def hang_at_once(reply: Reply, body: dict[str, Any]) -> None:
    reply.hang()


def hang_midway(reply: Reply, body: dict[str, Any]) -> None:
    reply.text("Andromeda is a cluster for startups. It", " has")
    reply.hang()


def stop_midway(reply: Reply, body: dict[str, Any]) -> None:
    reply.text("Andromeda is a cluster for startups. It", " has")


def reset_midway(reply: Reply, body: dict[str, Any]) -> None:
    reply.text("Andromeda is a cluster for startups. It", " has")
    reply.reset()


@pytest.mark.parametrize(
    ("step", "kinds"),
    [
        (hang_midway, {"stalled"}),
        (stop_midway, {"stopped"}),
        (reset_midway, {"unreachable", "stopped"}),
    ],
)
def test_what_was_shown_before_a_failure_is_withdrawn(
    warm_home: Path, step: Step, kinds: set[str]
) -> None:
    limits = Limits(first_token=20, between_tokens=0.3, turn=60, backoff=0.01)
    with faulty(step) as server:
        events = ask(warm_home, server.spec, limits)
    answer = done(events)
    assert answer.usage["failure"] in kinds
    fell_back(events, answer.usage["failure"])
    withdrawn = next(event.withdrawn for event in events if isinstance(event, Restarted))
    assert withdrawn.startswith("Andromeda is a cluster")
    assert "not part of the answer" in notes(events)
    assert any(part.text == withdrawn for part in answer.removed)
    assert len(server.asked) == 1


def test_a_server_that_hangs_is_left_in_time(warm_home: Path) -> None:
    with faulty(hang_at_once) as server:
        begun = time.monotonic()
        fell_back(ask(warm_home, server.spec, HASTY), "slow")
    assert time.monotonic() - begun < 10


def test_a_turn_has_a_deadline_of_its_own(warm_home: Path) -> None:
    def drip(reply: Reply, body: dict[str, Any]) -> None:
        for _ in range(10_000):
            reply.chunk({"content": ""})
            if reply._closing.wait(0.02):
                return

    limits = Limits(first_token=20, between_tokens=20, turn=1.5, retries=0)
    with faulty(drip) as server:
        fell_back(ask(warm_home, server.spec, limits), "deadline")


def test_calls_without_end_are_ended(warm_home: Path) -> None:
    with faulty(calls("search_knowledge", '{"query": "Andromeda GPUs"}')) as server:
        limits = Limits(first_token=20, between_tokens=20, turn=60, calls=3)
        events = ask(warm_home, server.spec, limits)
    answer = fell_back(events, "calls")
    assert len(server.asked) == 3
    assert answer.usage["input_tokens"] == 300


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("delete_everything", '{"path": "/"}'),
        ("estimate_training", '{"params": 7, "tokens": {"a": 1}}'),
        ("gpu_offers", '{"count": "many", "max_price": []}'),
        ("search_knowledge", "{}"),
    ],
)
def test_calls_that_do_not_fit_are_told_to_the_model(
    warm_home: Path, name: str, arguments: str
) -> None:
    with faulty(calls(name, arguments), good) as server:
        events = ask(warm_home, server.spec, PATIENT)
    answer = done(events)
    assert answer.model == server.spec
    assert "4,000" in answer.answer
    results = [m for m in server.asked[1]["messages"] if m["role"] == "tool"]
    asked = [c for m in server.asked[1]["messages"] for c in m.get("tool_calls") or ()]
    assert [m["tool_call_id"] for m in results] == [c["id"] for c in asked]


def test_an_endless_answer_is_cut_and_said_so(warm_home: Path) -> None:
    def endless(reply: Reply, body: dict[str, Any]) -> None:
        for _ in range(100_000):
            reply.text("Andromeda has more than 4,000 GPUs. ")

    limits = Limits(first_token=20, between_tokens=20, turn=60, answer=2_000)
    with faulty(endless) as server:
        events = ask(warm_home, server.spec, limits)
    answer = done(events)
    assert answer.model == server.spec
    assert len(answer.answer) < 3_000
    assert "cut" in notes(events)


def test_a_cost_limit_ends_the_turn() -> None:
    from assistant.models.limits import Meter
    from assistant.models.prices import Price, price_of

    meter = Meter(Limits(cost_usd=Decimal("0.01")), Price(Decimal(1), Decimal(2), "", ""))
    meter.begin()
    meter.add({"input_tokens": 5_000, "output_tokens": 2_500})
    assert meter.cost == Decimal("0.01")
    with pytest.raises(Exception, match="cost"):
        meter.begin()
    mini = price_of("openai", "gpt-5-mini-2025-08-07")
    assert mini is not None
    assert mini.of(1_000_000, 0) == mini.input_usd
    assert price_of("openai", "gpt-5-mini-of-tomorrow") is None


def test_a_server_that_is_not_there_is_said_so(warm_home: Path) -> None:
    with faulty(good) as server:
        spec = server.spec
    limits = Limits(first_token=5, between_tokens=5, turn=60, backoff=0.01, retries=1)
    fell_back(ask(warm_home, spec, limits), "unreachable")
