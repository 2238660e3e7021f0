"""All sources asked at once: what becomes of one never changes the rows of another."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.sources.direct import Direct
from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.loopback import FAULTS, Loopback, Reply, Request, serving
from tests.tools.sources.test_attacks import NOW, Change, changes, mutation
from tests.tools.sources.test_faults import FAKES
from tools.asking_all import ask_all
from tools.errors import SourceFailed
from tools.market import Access, gpu_offers
from tools.needs import need
from tools.sources import http
from tools.sources.asking import SourceAnswer, ask
from tools.sources.memory import Memory

NEED = need("H100", 8, disk_gb=Decimal(100))
# AWS answers in XML, which is not mutated here.
NAMES = sorted(set(FAKES) - {"aws"})


def _host(nth: int) -> str:
    return f"https://source-{nth}.test"


class Refusing(Direct):
    """A source that fails before it says anything."""

    def _answer(self, method: str, path: str, **sent: Any) -> Any:
        raise SourceFailed("server", "the server failed (500)")


def _all_asked(answerings: dict[str, Direct]) -> dict[str, SourceAnswer]:
    """One round over every source, each over its own stand-in."""
    live = tuple(FAKES[name].configured(_host(n)) for n, name in enumerate(NAMES))
    by_host = {_host(n) + FAKES[name].path: answerings[name] for n, name in enumerate(NAMES)}
    memory = Memory(None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "Http", lambda base, *_: by_host[base])
        answers = ask_all(NEED, Access(live=live, clock=lambda: NOW), memory)
    assert memory.trouble is None
    memory.close()
    return dict(zip(NAMES, answers, strict=True))


def _unchanged(fake: Fake) -> Direct:
    return Direct(fake)


def _rows(answer: SourceAnswer) -> list[str]:
    return [offer.model_dump_json() for offer in answer.offers]


@pytest.fixture(scope="module")
def whole() -> dict[str, SourceAnswer]:
    answers = _all_asked({name: _unchanged(FAKES[name]) for name in NAMES})
    assert sum(answer.status.status == "ok" for answer in answers.values()) >= 10
    return answers


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), st.none() | changes, min_size=1, max_size=5))
def test_one_answer_never_changes_the_rows_of_another(
    whole: dict[str, SourceAnswer], hurt: dict[str, list[Change] | None]
) -> None:
    def one(name: str) -> Direct:
        if name not in hurt:
            return _unchanged(FAKES[name])
        wanted = hurt[name]
        if wanted is None:
            return Refusing(FAKES[name])
        mutate = mutation(wanted)
        return Direct(FAKES[name], lambda _, answer: mutate(answer))

    answers = _all_asked({name: one(name) for name in NAMES})
    for name in set(NAMES) - set(hurt):
        assert _rows(answers[name]) == _rows(whole[name])
        assert answers[name].status.status == whole[name].status.status
    for name, wanted in hurt.items():
        if wanted is None:
            assert (answers[name].status.status, answers[name].offers) == ("failed", [])


@pytest.mark.parametrize("fault", [*FAULTS, "500", "429", "html"])
def test_a_source_that_fails_is_named_and_the_market_goes_on(fault: str) -> None:
    """Over real sockets: two sources, of which one hangs, drips, is cut off or refuses."""
    replies = {"500": Reply({}, 500), "429": Reply({}, 429), "html": Reply(b"<html>")}
    with ExitStack() as stack:

        def server(name: str) -> Loopback:
            fake = FAKES[name]
            return stack.enter_context(serving(lambda asked: fake.publish(asked, "normal")))

        good, bad = server("runpod"), server("lambda_cloud")
        if fault in FAULTS:
            bad.fault = fault
        else:
            bad.answer = lambda _: replies[fault]
        live = (FAKES["runpod"].configured(good.url), FAKES["lambda_cloud"].configured(bad.url))
        began = time.monotonic()
        market = gpu_offers(NEED, Access(live=live, deadline_s=1.0, clock=lambda: NOW))
        took = time.monotonic() - began
    states = {each.name: each for each in market.sources}
    assert (states["runpod"].status, states["lambda"].status) == ("ok", "failed")
    assert states["lambda"].error
    assert {offer.source for offer in market.offers if offer.method == "live"} == {"runpod"}
    assert "source_failed" in market.unknowns
    assert took < 1.0 + 2  # the deadline, and what a busy machine adds


NEEDS = [
    need(),
    need("H100"),
    need("H100", 8),
    need("H100", 64),
    need("H100 SXM", 8),
    need("A100 80GB", 3),
    need("RTX 4090", 1),
    need("MI325X", 16),
    need("H100", 8, region="us-east"),
    need("H100", 8, term="spot"),
    need("H100", 8, term="reserved"),
    need("H100", 8, max_price=Decimal(3)),
    need("H100", 8, provider="lambda"),
    need("H100", 8, hours=Decimal(100)),
    need("H100", 8, hours=Decimal(2000)),
    need("H100", 8, disk_gb=Decimal(500)),
    need("H100", 8, egress_gb=Decimal(500)),
]


@pytest.mark.parametrize("name", sorted(set(FAKES) - {"aws"}))
def test_answers_are_kept_apart_where_the_questions_differ(name: str) -> None:
    """Two needs that share a kept answer must have asked the same: else it is another's answer."""
    asked: dict[str, list[Any]] = {}
    for wanted in NEEDS:
        sent: list[Any] = []

        def publish(request: Request, variant: str, sent: list[Any] = sent) -> Reply:
            sent.append((request.method, request.path, dict(request.query), request.body))
            return FAKES[name].publish(request, variant)

        fake = replace(FAKES[name], publish=publish, need=wanted)
        configured = fake.configured("http://127.0.0.1:1")
        memory, answering = Memory(None), _unchanged(fake)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(http, "Http", lambda *_, own=answering: own)
            asyncio.run(ask(configured, wanted, memory, lambda: NOW))
        memory.close()
        assert asked.setdefault(configured.request(wanted), sent) == sent, wanted
    assert any(asked.values())
