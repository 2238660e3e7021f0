"""Every HTTP source against a server that speaks its schema, and fails in every way: right rows or
a named failure, never a wrong row, never later than the deadline, other sources unharmed."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.sources.fakes import fake as _fake
from tests.tools.sources.fakes.fake import SECRET, VARIANTS, Fake, shown
from tests.tools.sources.loopback import Loopback, Reply, serving
from tools.sources.all import all_sources
from tools.sources.asking import SourceAnswer, ask
from tools.sources.memory import Memory
from tools.sources.source import HttpConfig

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_PLACE = Path(_fake.__file__).parent
FAKES: dict[str, Fake] = {
    found.name: importlib.import_module(f"tests.tools.sources.fakes.{found.name}").FAKE
    for found in pkgutil.iter_modules([str(_PLACE)])
    if found.name != "fake"
}
SHORT_S = 0.4
STATUSES = {401: "key", 403: "key", 404: "address", 429: "rate", 500: "server"}


class Clock:
    """A clock that a test moves. It starts at NOW."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def published(fake: Fake, variant: str = "normal") -> Iterator[Loopback]:
    with serving(lambda request: fake.publish(request, variant)) as server:
        yield server


def once(
    fake: Fake, url: str, memory: Memory, clock: Clock, *, short: bool = False
) -> SourceAnswer:
    configured = fake.configured(url, deadline_s=SHORT_S if short else 10)
    return asyncio.run(ask(configured, fake.need, memory, clock))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    made = Memory(tmp_path / "market.sqlite")
    yield made
    assert made.trouble is None
    made.close()


every_fake = pytest.mark.parametrize("name", sorted(FAKES))


def test_every_http_source_has_a_fake() -> None:
    over_http = {each.name for each in all_sources() if issubclass(each.config, HttpConfig)}
    assert over_http == {each.source.name for each in FAKES.values()}


@every_fake
@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_are_right_or_the_failure_is_named(name: str, variant: str, memory: Memory) -> None:
    fake = FAKES[name]
    if variant in fake.impossible:
        pytest.skip(f"{name}: {fake.impossible[variant]}")
    with published(fake, variant) as server:
        answer = once(fake, server.url, memory, Clock())
    expected = fake.expected.get(variant)
    if expected is None:
        assert answer.status.status == "failed"
        assert answer.status.error
        assert answer.offers == []
        return
    assert answer.status.status == "ok", answer.status.error
    left = list(answer.offers)
    for row in expected:
        match = next((offer for offer in left if shown(offer, row) == row), None)
        assert match is not None, f"no offer {row} among {[shown(o, row) for o in left]}"
        left.remove(match)
    assert left == []
    assert all(offer.method == "live" and offer.fetched_at for offer in answer.offers)


@every_fake
@pytest.mark.parametrize("status", STATUSES)
def test_a_refusal_is_named_and_nothing_of_it_is_shown(
    name: str, status: int, memory: Memory
) -> None:
    fake = FAKES[name]
    refusal = Reply({"error": f"planted {SECRET}"}, status)
    with serving(lambda _: refusal) as server:
        answer = once(fake, server.url, memory, Clock())
    assert (answer.status.status, answer.offers) == ("failed", [])
    assert str(status) in (answer.status.error or "")
    assert "planted" not in answer.status.model_dump_json()


@every_fake
def test_a_429_with_a_time_is_waited_for_and_one_beyond_the_deadline_is_not(
    name: str, memory: Memory
) -> None:
    fake, clock = FAKES[name], Clock()
    with serving(lambda _: Reply({}, 429, {"Retry-After": "600"})) as server:
        answer = once(fake, server.url, memory, clock)
        asked = len(server.seen)
        again = once(fake, server.url, memory, clock)
        assert len(server.seen) == asked  # left alone as it wished
    assert answer.status.status == again.status.status == "failed"
    assert answer.status.held_until == (NOW + timedelta(seconds=600)).isoformat(timespec="seconds")
    clock.now += timedelta(seconds=601)
    replies = iter([Reply({}, 429, {"Retry-After": "0"})])
    with serving(lambda request: next(replies, None) or fake.publish(request, "normal")) as server:
        assert once(fake, server.url, memory, clock).status.status == "ok"


@every_fake
@pytest.mark.parametrize("fault", ["hang", "drip", "cut", "not_json", "html", "nan", "list"])
def test_a_broken_answer_ends_by_the_deadline(name: str, fault: str, memory: Memory) -> None:
    fake = FAKES[name]
    bodies = {"not_json": b"{", "html": b"<html>ok</html>", "nan": b'{"a": NaN}', "list": b"[1]"}
    with published(fake) as server:
        if fault in bodies:
            server.answer = lambda _: Reply(bodies[fault])
        else:
            server.fault = fault
        began = time.monotonic()
        answer = once(fake, server.url, memory, Clock(), short=True)
        took = time.monotonic() - began
    assert answer.status.status == "failed"
    assert answer.status.error
    assert answer.offers == []
    # The deadline itself, and what a busy machine adds to start and end a loop.
    assert took < SHORT_S + 2


@every_fake
def test_a_failed_refresh_keeps_rows_and_times(name: str, memory: Memory) -> None:
    fake, clock = FAKES[name], Clock()
    with published(fake) as server:
        first = once(fake, server.url, memory, clock)
        clock.now += timedelta(seconds=fake.source.ttl_s + 1)
        server.answer = lambda _: Reply({}, 500)
        second = once(fake, server.url, memory, clock)
    assert first.status.status == "ok"
    assert second.status.status == "failed"
    as_cached = [offer.model_copy(update={"method": "cached"}) for offer in first.offers]
    assert second.offers == as_cached
    assert second.status.last_ok == first.status.last_ok


@every_fake
def test_a_fresh_answer_is_not_asked_again_and_a_burst_asks_once(name: str, memory: Memory) -> None:
    fake, clock = FAKES[name], Clock()

    async def burst(url: str) -> list[SourceAnswer]:
        configured = fake.configured(url)
        asked = (ask(configured, fake.need, memory, clock) for _ in range(5))
        return await asyncio.gather(*asked)

    with published(fake) as server:
        answers = asyncio.run(burst(server.url))
        asked = len(server.seen)
        once_more = once(fake, server.url, memory, clock)
        lone = Memory(None)
        once(fake, server.url, lone, clock)
        lone.close()
        assert len(server.seen) == 2 * asked  # one round of requests each
    assert [answer.status.status for answer in answers].count("ok") == 1
    assert {answer.status.status for answer in answers} <= {"ok", "cached"}
    assert once_more.status.status == "cached"
    assert len({len(answer.offers) for answer in answers}) == 1


@every_fake
def test_the_key_is_nowhere_but_in_the_request(
    name: str, tmp_path: Path, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FAKES[name]
    if not fake.keys:
        pytest.skip(f"{name} has no key")
    caplog.set_level(logging.DEBUG)
    with published(fake) as server:
        good = once(fake, server.url, memory, Clock())
        urls = [f"{seen.path} {dict(seen.query)}" for seen in server.seen]
        server.answer = lambda _: Reply({}, 403)
        memory.forget(fake.source.name)
        bad = once(fake, server.url, memory, Clock())
        configured = fake.configured(server.url)
    memory.close()
    told = [good.status.model_dump_json(), bad.status.model_dump_json(), repr(configured)]
    told += [offer.model_dump_json() for offer in good.offers] + urls
    told += [record.getMessage() for record in caplog.records]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert not [text for text in told if SECRET in text]
    assert SECRET.encode() not in kept


@every_fake
def test_without_its_key_it_is_not_asked(name: str, memory: Memory) -> None:
    fake = FAKES[name]
    needed = [key for key in fake.source.keys if key.required]
    if not needed:
        pytest.skip(f"{name} needs no key")
    with published(fake) as server:
        bare = fake.configured(server.url)
        bare = type(bare)(bare.name, bare.source, bare.config, {})
        answer = asyncio.run(ask(bare, fake.need, memory, Clock()))
        assert server.seen == []
    assert answer.status.status == "not_configured"
    assert needed[0].env in (answer.status.error or "")
