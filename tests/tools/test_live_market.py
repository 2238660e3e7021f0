"""The market over live sources: ranks by evidence, isolates failures, keeps to its deadline."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.conftest import REPOSITORY
from tests.tools.sources.fakes.fake import Fake
from tests.tools.sources.fakes.shadeform import FAKE as SHADEFORM
from tests.tools.sources.loopback import Loopback, Reply, serving
from tools.market import Access, _market, gpu_offers, price_history
from tools.needs import need
from tools.offers import Availability, Market, Money, Offer, Seller, Term
from tools.ranking import STANDINGS, judged, ranked
from tools.sources.asking import Configured
from tools.sources.memory import Memory

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
H100 = need("H100", 8)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def servers(fake: Fake, count: int) -> Iterator[list[Loopback]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(serving(lambda request: fake.publish(request, "normal")))
            for _ in range(count)
        ]


def access(running: list[Loopback], path: Path | None, clock: Clock, **more: float) -> Access:
    live = tuple(
        SHADEFORM.configured(server.url, name=f"shade{n}", deadline_s=more.get("each", 5.0))
        for n, server in enumerate(running)
    )
    return Access(live=live, memory=path, clock=clock, deadline_s=more.get("all", 8.0))


def rows(market: Market, source: str) -> list[dict[str, object]]:
    """What a source said, whether its row is shown or another seller's of the same hardware."""
    fields = set(Seller.model_fields) - {"total"}
    said = [one for each in market.offers for one in (each, *each.also) if one.source == source]
    return sorted((each.model_dump(include=fields) for each in said), key=repr)


def test_live_rows_stand_above_lists_and_what_is_free_above_what_is_not(tmp_path: Path) -> None:
    with servers(SHADEFORM, 1) as running:
        market = gpu_offers(H100, access(running, tmp_path / "m.sqlite", Clock()))
    assert market.offers[0].availability is Availability.AVAILABLE
    assert (market.offers[0].standing, market.offers[0].observed_at) == (
        "live", "2026-11-22T12:00:00+00:00",
    )  # fmt: skip
    order = [STANDINGS.index(each.standing) for each in market.offers]
    assert order == sorted(order)
    assert "no_live_source" not in market.unknowns
    live = next(each for each in market.price_range if each.standing == "live")
    assert (live.low, live.high, live.count) == (Decimal("2.99"), Decimal("2.99"), 2)


def test_more_than_one_configuration_is_not_shown_to_be_free(tmp_path: Path) -> None:
    with servers(SHADEFORM, 1) as running:
        market = gpu_offers(need("H100", 64), access(running, tmp_path / "m.sqlite", Clock()))
    live = [each for each in market.offers if each.standing == "live"]
    assert {each.availability for each in live} == {Availability.LIMITED, Availability.NONE}
    assert "count_not_checked" in market.unknowns


@pytest.mark.parametrize("fault", ["hang", "drip", "cut", 500, 401, b"{}"])
def test_one_failure_changes_no_other_rows(fault: str | int | bytes) -> None:
    with servers(SHADEFORM, 3) as running:
        sound = gpu_offers(H100, access(running, None, Clock()))
        if isinstance(fault, str):
            running[1].fault = fault
        else:
            reply = Reply({}, fault) if isinstance(fault, int) else Reply(fault)
            running[1].answer = lambda _: reply
        hurt = gpu_offers(H100, access(running, None, Clock(), each=1.0))
    for name in ("shade0", "shade2", "price_list"):
        assert rows(hurt, name) == rows(sound, name)
    assert rows(hurt, "shade1") == []
    failed = [each for each in hurt.sources if each.status == "failed"]
    assert [each.name for each in failed] == ["shade1"]
    assert failed[0].error
    assert "source_failed" in hurt.unknowns


def test_the_total_deadline_ends_it_and_names_who_is_late(tmp_path: Path) -> None:
    with servers(SHADEFORM, 2) as running:
        running[1].fault = "hang"
        began = time.monotonic()
        market = gpu_offers(
            H100, access(running, tmp_path / "m.sqlite", Clock(), each=30.0, all=1.5)
        )
        took = time.monotonic() - began
    assert took < 4
    states = {each.name: (each.status, each.error) for each in market.sources}
    assert states["shade0"][0] == "ok"
    assert states["shade1"][0] == "failed"
    assert "1.5 s" in (states["shade1"][1] or "")


def test_age_lowers_the_standing_and_no_refresh_that_fails_lifts_it(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "m.sqlite"
    seen = []
    with servers(SHADEFORM, 1) as running:
        for hours in (0, 1, 13):
            clock.now = NOW + timedelta(hours=hours)
            market = gpu_offers(H100, access(running, path, clock))
            seen.append(next(each for each in market.offers if each.source == "shade0"))
            running[0].answer = lambda _: Reply({}, 500)
    assert [each.standing for each in seen] == ["live", "recent", "stale"]
    assert {each.observed_at for each in seen} == {"2026-11-22T12:00:00+00:00"}
    assert [each.method for each in seen] == ["live", "cached", "cached"]
    listed = [each.source for each in market.offers if each.standing == "list"]
    assert listed
    assert market.offers.index(seen[2]) > len(listed) - 1


def test_updates_come_as_sources_answer(tmp_path: Path) -> None:
    updates: list[Market] = []
    with servers(SHADEFORM, 2) as running:
        asked = access(running, tmp_path / "m.sqlite", Clock())
        last = gpu_offers(H100, asked, on_update=updates.append)
    waiting = [sum(each.status == "waiting" for each in update.sources) for update in updates]
    assert waiting == [2, 1, 0]
    assert updates[-1].offers == last.offers


def test_it_can_be_asked_where_a_loop_is_running(tmp_path: Path) -> None:
    async def inside() -> Market:
        return gpu_offers(H100, access(running, tmp_path / "m.sqlite", Clock()))

    with servers(SHADEFORM, 1) as running:
        assert rows(asyncio.run(inside()), "shade0")


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    path.write_bytes(b"no database" * 100)
    with servers(SHADEFORM, 1) as running:
        market = gpu_offers(H100, access(running, path, Clock()))
    assert rows(market, "shade0")
    assert "history_not_kept" in market.unknowns
    assert path.read_bytes() == b"no database" * 100


def test_a_fault_of_an_adapter_is_a_named_failure(tmp_path: Path) -> None:
    from dataclasses import replace

    async def broken(_: object) -> None:
        raise KeyError("s3cret")

    made = SHADEFORM.configured("https://example.invalid")
    source = replace(made.source, fetch=broken)
    lone = Configured("lone", source, made.config, made.keys)
    market = gpu_offers(H100, Access(live=(lone,), clock=Clock()))
    status = next(each for each in market.sources if each.name == "lone")
    assert status.status == "failed"
    assert "KeyError" in (status.error or "")
    assert "s3cret" not in market.model_dump_json()


_AMOUNTS = st.decimals(Decimal("0.01"), Decimal(60), places=2)
_AGES = st.integers(0, 60 * 24 * 500)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    when = NOW - timedelta(minutes=draw(_AGES))
    listed = draw(st.booleans())
    amount = draw(st.none() | _AMOUNTS)
    return Offer(
        provider=draw(st.sampled_from(["A", "B"])),
        gpu="nvidia-h100-sxm5-80gb",
        gpu_raw="H100",
        count=8,
        term=draw(st.sampled_from([Term.ON_DEMAND, Term.SPOT])),
        price_per_gpu_hour=None if amount is None else Money(amount=amount, currency="USD"),
        availability=Availability.UNKNOWN if listed else draw(st.sampled_from(list(Availability))),
        basis="list" if listed else "quoted",
        method="list" if listed else draw(st.sampled_from(["live", "cached"])),
        source="x",
        observed_at=when.date().isoformat() if listed else when.isoformat(timespec="seconds"),
    )


@given(st.lists(offers(), max_size=12))
def test_nothing_is_ranked_above_its_evidence(rows: list[Offer]) -> None:
    order = ranked([judged(each, NOW, {"x": 120}) for each in rows], H100)
    known = {Availability.AVAILABLE, Availability.LIMITED}
    for better, worse in pairwise(order):
        assert STANDINGS.index(better.standing) <= STANDINGS.index(worse.standing)
        if better.standing == worse.standing and better.availability is Availability.UNKNOWN:
            assert worse.stale or worse.availability not in known
    for each in order:
        if each.standing == "live":
            assert each.observed_at
            assert NOW - datetime.fromisoformat(each.observed_at) <= timedelta(seconds=120)
            assert each.method != "list"
        if each.method == "list":
            assert each.standing in ("list", "stale", "suspicious")


@given(st.floats())
def test_money_is_never_a_float(amount: float) -> None:
    with pytest.raises(ValidationError):
        Money(amount=amount, currency="USD")  # type: ignore[arg-type]


_ASK = """
import sys
from pathlib import Path
from tests.tools.sources.fakes.shadeform import FAKE
from tools.market import Access, _market, gpu_offers, price_history
from tools.needs import need
live = (FAKE.configured(sys.argv[1], deadline_s=20),)
market = gpu_offers(need("H100", 8), Access(live=live, memory=Path(sys.argv[2]), deadline_s=25))
print(sum(each.source == "shadeform" for each in market.offers))
"""


def test_processes_that_ask_at_once_ask_once(tmp_path: Path) -> None:
    with serving(lambda request: SHADEFORM.publish(request, "normal")) as server:
        asked = [
            subprocess.Popen(
                [sys.executable, "-c", _ASK, server.url, str(tmp_path / "m.sqlite")],
                stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
            )
            for _ in range(3)
        ]  # fmt: skip
        told = [each.communicate(timeout=60)[0].strip() for each in asked]
        assert told == ["2", "2", "2"]
        assert len(server.seen) == 1


def test_a_killed_asker_holds_nobody_up_for_long(tmp_path: Path) -> None:
    memory, clock = Memory(tmp_path / "m.sqlite"), Clock()
    with servers(SHADEFORM, 1) as running:
        asked = access(running, tmp_path / "m.sqlite", clock, each=0.5)
        killed = asked.live[0]
        assert memory.claim(killed.name, killed.request(H100), NOW, 5)  # and is never released
        memory.close()
        assert not rows(gpu_offers(H100, asked), "shade0")
        clock.now += timedelta(seconds=6)
        assert rows(gpu_offers(H100, asked), "shade0")


def test_a_stated_job_is_ranked_by_what_it_costs_there(tmp_path: Path) -> None:
    """Ten GPUs for 100 hours: eight-GPU machines bill sixteen."""
    with servers(SHADEFORM, 1) as running:
        market = gpu_offers(
            need("H100", 10, hours=Decimal(100)), access(running, tmp_path / "m.sqlite", Clock())
        )
    first = market.offers[0]
    assert first.price_per_gpu_hour
    assert first.price_per_gpu_hour.amount == Decimal("2.99")
    assert first.delivered
    assert first.delivered.total
    assert first.delivered.total.amount == Decimal("23.92") * 2 * 100
    listed = [
        each.delivered
        for each in market.offers
        if each.standing == "list" and each.observed_at and not each.superseded
    ]
    costs = [each.per_gpu_hour.amount for each in listed
             if each and each.per_gpu_hour and not each.unknown]  # fmt: skip
    assert costs == sorted(costs)
    assert costs


def test_what_live_sources_said_is_kept_and_told_of_that_day(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "m.sqlite"
    with servers(SHADEFORM, 1) as running:
        desk = access(running, path, clock)
        today = gpu_offers(H100, desk)
        gpu_offers(H100, desk)  # from memory: nothing new was seen
    live = [each for each in today.offers if each.source == "shade0"]
    clock.now = NOW.replace(hour=23, minute=59)
    past = gpu_offers(H100, desk, past=True)
    seen = [each for each in past.offers if each.source == "shade0"]
    assert sorted((each.region or "", each.availability) for each in seen) == sorted(
        (each.region or "", each.availability) for each in live
    )
    assert {each.observed_at for each in seen} == {"2026-11-22T12:00:00+00:00"}
    assert {each.method for each in seen} == {"cached"}
    assert next(each for each in past.sources if each.name == "history").offers >= len(seen)
    assert {each.standing for each in seen} == {"recent"}
    clock.now = NOW.replace(hour=9)  # noon of that day has not come by its clock
    early = [each for each in gpu_offers(H100, desk, past=True).offers if each.source == "shade0"]
    assert {each.standing for each in early} == {"recent"}
    history = price_history("H100", "on_demand", access=desk)
    assert [(each.kind, len(each.points) > 0) for each in history.series] == [
        ("live", True), ("list", True), ("list", True),
    ]  # fmt: skip
    assert [point.date for point in history.series[0].points] == ["2026-11-22"]
    clock.now = NOW - timedelta(days=1)
    assert rows(gpu_offers(H100, desk, past=True), "shade0") == []
    before = price_history("H100", "on_demand", access=desk, past=True)
    assert {each.kind for each in before.series} == {"list"}


def test_two_sellers_of_one_machine_take_one_row_and_keep_both_prices(tmp_path: Path) -> None:
    with servers(SHADEFORM, 2) as running:
        desk = access(running, tmp_path / "m.sqlite", Clock())
        alone = gpu_offers(H100, desk)
        first = next(each for each in alone.offers if each.standing == "live")
        first = first.model_copy(update={"source": "shade0", "also": []})
        cheaper = first.model_copy(
            update={
                "provider": first.reseller_of,
                "reseller_of": None,
                "source": "shade1",
                "price_per_gpu_hour": Money(amount=Decimal("1.50"), currency="USD"),
            }
        )
        market = _market(H100, desk, [([cheaper, first], alone.sources[0])])
    [shown] = [each for each in market.offers if each.region == first.region]
    assert (shown.source, [each.source for each in shown.also]) == ("shade1", ["shade0"])
    assert [(each.low, each.high, each.count) for each in market.price_range] == [
        (Decimal("1.50"), Decimal("2.99"), 2)
    ]


def test_prices_of_staff_stand_among_lists_and_a_bad_file_is_named(tmp_path: Path) -> None:
    head = "provider,gpu,count,term,term_months,amount,currency,region,as_of,source,note,kind\n"
    ours, bad = tmp_path / "ours.csv", tmp_path / "bad.csv"
    ours.write_text(
        head
        + "Oxygen,H100 SXM,8,reserved,12,1.50,USD,,2026-03-01,contract 7,,negotiated\n"
        + "Oxygen,H100 SXM,8,reserved,12,1.80,USD,,2025-03-01,contract 3,,negotiated\n"
        + "A cloud,H100 SXM,8,on_demand,,2.00,EUR,,2026-03-01,its page,,list\n",
        encoding="utf-8",
    )
    bad.write_text("provider\nnobody\n", encoding="utf-8")
    desk = Access(price_lists=(ours, bad), clock=Clock())
    job = need("H100", 10, hours=Decimal(730))
    market = gpu_offers(job, desk)
    agreed = next(each for each in market.offers if each.source == "contract 7")
    assert (agreed.standing, agreed.availability) == ("list", Availability.UNKNOWN)
    assert agreed.delivered is not None
    assert agreed.delivered.paid_gpus == 16
    euros = next(each for each in market.offers if each.provider == "A cloud")
    assert euros.delivered is not None
    assert euros.delivered.total == Money(amount=Decimal(2 * 16 * 730), currency="EUR")
    # Dollars by a dated rate, which is named with its age.
    assert euros.delivered.in_usd is not None
    assert re.match(r"1 EUR = [\d.]+ USD on 2026-\d\d-\d\d \(http", euros.delivered.rate or "")
    states = {each.name: each for each in market.sources}
    assert (states["ours"].status, states["ours"].offers) == ("ok", 3)
    assert states["bad"].status == "failed"
    assert "bad.csv" in (states["bad"].error or "")
    history = price_history("H100", provider="Oxygen", access=desk)
    assert [(s.kind, len(s.points)) for s in history.series] == [("negotiated", 2)]
    assert history.moved.down == 1


def test_bad_rates_are_named_and_those_of_the_desk_used(tmp_path: Path) -> None:
    bad = tmp_path / "rates.csv"
    bad.write_text("date,base\n", encoding="utf-8")
    job = need("H100", 8, hours=Decimal(1))
    market = gpu_offers(job, Access(rates=bad, clock=Clock()))
    [failed] = [each for each in market.sources if each.name == "rates"]
    assert failed.status == "failed"
    assert any(each.delivered and each.delivered.total for each in market.offers)
