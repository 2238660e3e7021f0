"""What was predicted against what came: never a figure that no two looks allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import predictions
from tools.needs import Need, need
from tools.offers import Offer, Start, Term
from tools.predictions import PredictionError, prediction_error, record_findings
from tools.sources.memory import Memory
from tools.sources.source import Findings, PendingStart, Started

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
EIGHT = need("H100", 8)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    made = Memory(tmp_path / "market.sqlite")
    yield made
    assert made.trouble is None
    made.close()


def offer(start: Start | None, gpu: str = "h100") -> Offer:
    return Offer(
        provider="Fund cluster", gpu="nvidia-h100-any-80gb", gpu_raw=gpu, term=Term.FUND,
        price_per_gpu_hour=None, method="live", source="own", start=start,
    )  # fmt: skip


def look(
    memory: Memory, minutes: float, predicted: float | None, wanted: Need = EIGHT, gpu: str = "h100"
) -> None:
    """A look: it would start by `predicted` (minutes from T0); None: it could start now."""
    start = Start(state="now")
    if predicted is not None:
        start = Start(state="not_later_than", at=at(predicted), bound="not_after")
    record_findings(memory, "own", wanted, [offer(start, gpu)], Findings([]), at(minutes))


def jobs(
    memory: Memory,
    minutes: float,
    pending: Sequence[tuple[str, float]] = (),
    started: Sequence[tuple[str, float]] = (),
) -> None:
    findings = Findings(
        [],
        pending=[PendingStart(job, at(when)) for job, when in pending],
        started=[Started(job, at(when)) for job, when in started],
    )
    record_findings(memory, "own", Need(), [], findings, at(minutes))


def told(memory: Memory, kind: predictions.Kind = "need") -> tuple[int, int, int]:
    error = prediction_error(memory, "own", kind)
    return error.count, error.too_early_count, error.open_count


def late(memory: Memory) -> int | None:
    """The lateness of the one prediction that could be compared, in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "ENOUGH", 1)
        return prediction_error(memory, "own").median_late_s


class TestNeeds:
    def test_one_that_came_before_its_time_is_early_by_what_is_certain(
        self, memory: Memory
    ) -> None:
        look(memory, 0, 60)
        assert told(memory) == (0, 0, 1)
        look(memory, 20, 70)
        look(memory, 40, None)
        assert told(memory) == (1, 0, 0)
        assert late(memory) == -20 * 60

    def test_one_that_had_not_come_at_its_time_was_too_early(self, memory: Memory) -> None:
        look(memory, 0, 60)
        look(memory, 90, 120)
        assert told(memory) == (1, 1, 0)  # late already, though it has not come
        look(memory, 200, None)
        assert told(memory) == (1, 1, 0)
        assert late(memory) == 30 * 60

    @pytest.mark.parametrize(("before", "after", "decided"), [(55, 64, 1), (30, 90, 0)])
    def test_a_time_between_two_looks_is_a_hit_only_where_they_are_close(
        self, memory: Memory, before: int, after: int, decided: int
    ) -> None:
        look(memory, 0, 60)
        look(memory, before, 60)
        look(memory, after, None)
        assert told(memory) == (decided, 0, 1 - decided)

    def test_the_first_prediction_stands_until_it_is_decided(self, memory: Memory) -> None:
        for minute in range(0, 50, 10):
            look(memory, minute, 60 + minute)
        look(memory, 55, None)
        look(memory, 60, 100)  # filled again: a new one
        look(memory, 80, None)
        assert told(memory) == (2, 0, 0)

    def test_needs_of_another_size_or_gpu_are_not_mixed_up(self, memory: Memory) -> None:
        look(memory, 0, 60)
        look(memory, 10, None, need("H100", 16))
        look(memory, 10, None, gpu="a100")
        look(memory, 10, None, need("H100", 8, hours=None, region="x", max_price=None))
        assert told(memory) == (1, 0, 0)  # a region asks nothing else of the cluster

    def test_what_was_remembered_or_says_nothing_is_no_look(self, memory: Memory) -> None:
        look(memory, 0, 60)
        now = [offer(Start(state="now"))]
        record_findings(memory, "own", EIGHT, now, None, at(10))
        record_findings(memory, "own", Need(), now, Findings([]), at(10))
        for start in (None, Start(state="unknown"), Start(state="never")):
            record_findings(memory, "own", EIGHT, [offer(start)], Findings([]), at(10))
        record_findings(memory, "other", EIGHT, now, Findings([]), at(10))
        assert told(memory) == (0, 0, 1)


class TestJobs:
    def test_their_own_start_against_the_scheduler(self, memory: Memory) -> None:
        jobs(memory, 0, [("a", 10), ("b", 20), ("c", 30)])
        jobs(memory, 15, [("b", 25), ("c", 30)], [("a", 12)])
        jobs(memory, 40, started=[("a", 12), ("b", 18), ("unheard", 20)])
        assert told(memory, "job") == (2, 1, 1)
        assert told(memory) == (0, 0, 0)  # kept apart

    def test_an_earlier_run_of_a_job_is_not_its_start(self, memory: Memory) -> None:
        jobs(memory, 0, [("a", 10)], [("a", -5)])
        assert told(memory, "job") == (0, 0, 1)

    def test_a_time_that_is_past_is_no_prediction(self, memory: Memory) -> None:
        jobs(memory, 0, [("a", 0), ("b", -3)])
        assert told(memory, "job") == (0, 0, 0)

    def test_one_that_still_waits_after_its_time_is_late(self, memory: Memory) -> None:
        jobs(memory, 0, [("a", 10)])
        jobs(memory, 30, [("a", 50)])
        assert told(memory, "job") == (1, 1, 0)


def test_few_comparisons_tell_no_figure(memory: Memory) -> None:
    for n in range(5):
        error = prediction_error(memory, "own", "job")
        assert (error.count, error.enough, error.median_late_s) == (n, False, None)
        jobs(memory, n * 100, [(str(n), n * 100 + 10)])
        jobs(memory, n * 100 + 50, started=[(str(n), n * 100 + 10 + n)])
    error = prediction_error(memory, "own", "job")
    assert error == PredictionError(
        kind="job", count=5, open_count=0, too_early_count=4, enough=True,
        median_late_s=120, worst_late_s=240, since=T0,
    )  # fmt: skip


def test_old_ones_and_more_than_can_be_kept_go(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs(memory, 0, [("old", 10)])
    monkeypatch.setattr(predictions, "MOST_KEPT", 10)
    for n in range(30):
        jobs(memory, n + 1, [(str(n), n + 100)])
    assert told(memory, "job") == (0, 0, 10)
    jobs(memory, 91 * 24 * 60, [("new", 91 * 24 * 60 + 5)])
    assert told(memory, "job") == (0, 0, 1)


minutes = st.integers(min_value=1, max_value=2000)


@settings(max_examples=150, deadline=None)
@given(came=minutes, predicted=minutes, looks=st.lists(minutes, min_size=1, max_size=12))
def test_lateness_is_never_more_than_it_was(came: int, predicted: int, looks: list[int]) -> None:
    """Whatever the times of the looks: no prediction is called late that was not, or by more."""
    memory = Memory(None)
    look(memory, 0, predicted)
    for minute in sorted(looks):
        look(memory, minute, None if minute >= came else predicted + 500)
    error, seconds = prediction_error(memory, "own"), late(memory)
    memory.close()
    assert error.count + error.open_count == 1
    truth = (came - predicted) * 60
    if error.count == 0:
        assert (seconds, error.too_early_count) == (None, 0)
        return
    assert seconds is not None
    assert abs(seconds) <= abs(truth)
    assert seconds == 0 or (seconds > 0) == (truth > 0)
    assert error.too_early_count == (seconds > 0)
    if seconds == 0:  # seen in time, or right between two close looks
        assert truth <= 600
