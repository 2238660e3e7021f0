"""A source that asks several times: whichever request fails, it is a named failure with no rows,
never a part of the market that looks like all of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tests.tools.sources.loopback import Reply, Request, serving
from tests.tools.sources.test_faults import FAKES
from tools.sources.asking import SourceAnswer, ask
from tools.sources.memory import Memory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BROKEN = {
    "refused": Reply({}, 403),
    "failing": Reply({}, 500),
    "gone": Reply({}, 404),
    "not whole": Reply(b'{"a": [1, '),
    "of another kind": Reply([[7]]),
    "nothing": Reply(None),
}


def _answer(name: str, nth: int, broken: Reply | None) -> tuple[SourceAnswer, int]:
    """One round in which request `nth` and its retries fail, and how many were made."""
    fake, memory = FAKES[name], Memory(None)
    bad: list[tuple[str, str, str]] = []
    asked: list[Request] = []

    def publish(request: Request) -> Reply:
        told = (request.method, request.path, f"{dict(request.query)}{request.body!r}")
        if len(asked) == nth:
            bad.append(told)
        asked.append(request)
        return broken if broken and told in bad else fake.publish(request, "normal")

    with serving(publish) as server:
        configured = fake.configured(server.url)
        answer = asyncio.run(ask(configured, fake.need, memory, lambda: NOW))
    memory.close()
    return answer, len(asked)


MARKETS = sorted(name for name, fake in FAKES.items() if fake.source.kind == "market")


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("how", BROKEN)
def test_any_request_that_fails_is_a_named_failure_without_rows(name: str, how: str) -> None:
    whole, requests = _answer(name, -1, None)
    assert whole.offers
    for nth in range(requests):
        answer, _ = _answer(name, nth, BROKEN[how])
        assert answer.status.status == "failed", nth
        assert answer.status.error
        assert answer.offers == []
