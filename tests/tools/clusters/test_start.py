"""When a job could start, from a state alone: every answer and what it must not promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.clusters.start import HORIZON, SchedulerAnswer, estimate_start, fits_now
from tools.clusters.state import (
    ClusterState,
    JobRequest,
    NodeGpus,
    Partition,
    StartEstimate,
    Waiting,
    Window,
    free_by_type,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NONE_WAIT = Waiting(jobs=0, gpus=0, ready=0, rivals=0, rival_minutes=0)


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def node(number: int, used: int = 0, **more: Any) -> NodeGpus:
    values: dict[str, Any] = {
        "node_id": number, "gpu_raw": "h100", "gpu": "nvidia-h100-any-80gb", "total": 8,
        "used": used, "usable": True, "cpus_total": 64, "cpus_free": 64 - 4 * used,
        "memory_total_mb": 1000, "memory_free_mb": 1000 - 100 * used,
        "clear_at": after(60) if used else NOW,
    }  # fmt: skip
    return NodeGpus(**{**values, **more})


def state(*nodes: NodeGpus, **more: Any) -> ClusterState:
    ids = frozenset(each.node_id for each in nodes)
    values: dict[str, Any] = {
        "nodes": nodes, "queue": NONE_WAIT, "measured_at": NOW,
        "partitions": (Partition(partition_id=0, node_ids=ids, is_default=True),),
    }  # fmt: skip
    return ClusterState(**{**values, **more})


def job(gpus: int, minutes: int = 30, **more: Any) -> JobRequest:
    return JobRequest(gpu="H100", gpus=gpus, minutes=minutes, **more)


def window(start: int, end: int, *nodes: int, **more: Any) -> Window:
    ids = frozenset(nodes) if nodes else None
    return Window(start=after(start), end=after(end), node_ids=ids, **more)


def told(found: StartEstimate) -> tuple[str, datetime | None]:
    return found.state, found.at


def test_now() -> None:
    assert told(estimate_start(state(node(0)), job(8))) == ("now", None)


def test_not_now_for_each_reason() -> None:
    """Free GPUs alone are not enough; without one of these it is not said to start now."""
    spare = {
        "used": state(node(0, 1)),
        "not usable": state(node(0, usable=False, why_not="drain", in_service=False)),
        "settling": state(node(0, settling=True)),
        "no CPUs": state(node(0, cpus_free=7)),
        "no memory": state(node(0, memory_free_mb=79)),
        "CPUs not known": state(node(0, cpus_free=None)),
        "reserved": state(node(0), reservations=(window(29, 60, 0),)),
        "reserved somewhere": state(node(0), reservations=(window(29, 60),)),
        "reservations not known": state(node(0), reservations=None),
        "queue not known": state(node(0), queue=Waiting()),
        "others wait": state(
            node(0), queue=Waiting(jobs=1, gpus=1, ready=1, rivals=1, rival_minutes=5)
        ),
        "partition not known": state(node(0), partitions=()),
        "partition closed": state(
            node(0), partitions=(Partition(partition_id=0, node_ids={0}, up=False),)
        ),
    }
    for reason, each in spare.items():
        found = estimate_start(each, job(8, memory_mb_per_gpu=10))
        assert found.state in ("not_later_than", "unknown"), reason
        if found.at:
            assert found.at > NOW


def test_a_reservation_that_begins_at_the_end_leaves_room() -> None:
    assert fits_now(state(node(0), reservations=(window(30, 60, 0),)), job(8))
    assert fits_now(state(node(0), reservations=(window(-60, 0, 0),)), job(8))


def test_never_needs_no_scheduler() -> None:
    small = Partition(partition_id=0, node_ids={0, 1}, max_minutes=60, max_nodes=1)
    for wanted in (
        JobRequest(gpu="B200", gpus=1),
        job(17),
        job(8, cpus_per_gpu=9),
        job(8, memory_mb_per_gpu=126),
    ):
        found = estimate_start(state(node(0), node(1)), wanted)
        assert (found.state, found.at) == ("never", None)
        assert found.note
    for wanted in (job(8, 61), job(16)):
        assert estimate_start(state(node(0), node(1), partitions=(small,)), wanted).state == "never"


def test_out_of_service_is_unknown_not_never() -> None:
    down = node(0, usable=False, why_not="down", in_service=False)
    refused = SchedulerAnswer(said="refused")
    assert estimate_start(state(down), job(8), refused).state == "unknown"


def test_the_scheduler_may_refuse_or_delay_what_is_free() -> None:
    free = state(node(0))
    assert estimate_start(free, job(8), SchedulerAnswer(said="refused")).state == "unknown"
    assert estimate_start(free, job(8), SchedulerAnswer(said="failed")).state == "now"
    later = estimate_start(free, job(8), SchedulerAnswer(said="start", at=after(90)))
    assert told(later) == ("not_later_than", after(92))


def test_without_the_scheduler_the_time_limits_bound_the_start() -> None:
    busy = state(node(0, 8, clear_at=after(60)), node(1, 2, clear_at=after(240)))
    assert told(estimate_start(busy, job(8))) == ("not_later_than", after(62))
    assert told(estimate_start(busy, job(16))) == ("not_later_than", after(242))
    endless = state(node(0, 8, clear_at=None))
    assert estimate_start(endless, job(8)).state == "unknown"


def test_a_reservation_after_what_runs_moves_the_bound_behind_it() -> None:
    busy = state(node(0, 8, clear_at=after(60)), reservations=(window(80, 200, 0),))
    assert told(estimate_start(busy, job(8, 10))) == ("not_later_than", after(62))
    assert told(estimate_start(busy, job(8, 30))) == ("not_later_than", after(202))
    moving = state(node(0, 8), reservations=(window(80, 200, 0, moves=True),))
    assert estimate_start(moving, job(8)).state == "unknown"


def test_a_reservation_that_comes_back_leaves_gaps() -> None:
    day = timedelta(days=1)
    daily = (window(80, 200, 0, every=day),)  # 22 hours are left between two of them
    free = state(node(0), reservations=daily)
    assert estimate_start(free, job(8, 80)).state == "now"
    assert told(estimate_start(free, job(8, 120))) == ("not_later_than", after(202))
    assert estimate_start(free, job(8, 22 * 60 + 1)).state == "unknown"
    tomorrow = state(node(0), reservations=(window(-30, -10, 0, every=day),))
    assert estimate_start(tomorrow, job(8, 23 * 60)).state == "now"
    assert not fits_now(tomorrow, job(8, 24 * 60))
    queue = Waiting(jobs=1, gpus=8, ready=1, rivals=1, rival_minutes=5)
    busy = state(node(0, 8), reservations=daily, queue=queue)
    assert estimate_start(busy, job(8)).state == "unknown"


@given(
    begin=st.integers(-3000, 3000), length=st.integers(1, 90), every=st.integers(60, 1500),
    start=st.integers(-500, 5000), minutes=st.integers(1, 2000),
)  # fmt: skip
def test_every_return_of_a_reservation_counts(
    begin: int, length: int, every: int, start: int, minutes: int
) -> None:
    coming = window(begin, begin + length, 0, every=timedelta(minutes=every))
    each = [window(begin + k * every, begin + length + k * every, 0) for k in range(200)]
    job_time = after(start), after(start + minutes)
    assert coming.overlaps(*job_time) == any(one.overlaps(*job_time) for one in each)


def test_behind_waiting_jobs_all_limits_add_up() -> None:
    queue = Waiting(jobs=3, gpus=24, ready=3, rivals=3, rival_minutes=300)
    found = estimate_start(state(node(0, 8), node(1), queue=queue), job(1))
    # What runs ends after 60 minutes, then 300 of those that wait, and two for each change.
    assert told(found) == ("not_later_than", after(60 + 300 + 3 * 2 + 2))
    # The scheduler's own answer is no bound then: it forgets that they block each other.
    early = SchedulerAnswer(said="start", at=after(1))
    with_answer = estimate_start(state(node(0, 8), node(1), queue=queue), job(1), early)
    assert told(with_answer) == told(found)
    assert "which is no bound" in with_answer.note
    assert "it fits now and may start before them" in found.note
    begin = queue.model_copy(update={"rivals_from": after(1000)})
    assert told(estimate_start(state(node(0, 8), queue=begin), job(1)))[1] == after(1308)
    endless = queue.model_copy(update={"rival_minutes": None})
    assert estimate_start(state(node(0), queue=endless), job(1)).state == "unknown"


def test_jobs_that_may_overrun_move_the_bounds() -> None:
    queue = Waiting(jobs=2, gpus=16, ready=2, rivals=2, rival_minutes=100)
    answer = SchedulerAnswer(said="start", at=after(60))

    def bounds(minutes: int | None) -> list[datetime | None]:
        busy = state(node(0, 8), overrun_minutes=minutes)
        behind = state(node(0, 8), overrun_minutes=minutes, queue=queue)
        found = [estimate_start(busy, job(8)), estimate_start(busy, job(8), answer)]
        return [each.at for each in (*found, estimate_start(behind, job(8)))]

    assert bounds(0) == [after(62), after(62), after(60 + 100 + 2 * 2 + 2)]
    assert bounds(10) == [after(72), after(72), after(60 + 10 + 100 + 2 * 12 + 2)]
    assert bounds(None) == [None] * 3


def test_a_bound_beyond_a_month_is_no_bound() -> None:
    far = state(node(0, 8, clear_at=NOW + HORIZON + timedelta(minutes=1)))
    assert estimate_start(far, job(8)).state == "unknown"


def test_the_partition_of_founders() -> None:
    two = (
        Partition(partition_id=0, node_ids={0}, is_default=True),
        Partition(partition_id=1, node_ids={0, 1}),
    )
    both = state(node(0, 8), node(1), partitions=two)
    assert estimate_start(both, job(8)).state == "not_later_than"
    theirs = both.model_copy(update={"partition": 1})
    assert estimate_start(theirs, job(8)).state == "now"
    neither = tuple(each.model_copy(update={"is_default": False}) for each in two)
    assert estimate_start(state(node(1), partitions=neither), job(8)).state == "unknown"


def test_parts_of_a_gpu_are_another_type() -> None:
    mig = node(1, gpu_raw="h100_1g.10gb", gpu=None, total=7)
    free = {each.gpu_raw: each.free for each in free_by_type(state(node(0), mig))}
    assert free == {"h100": 8, "h100_1g.10gb": 7}


def test_a_node_of_two_types_is_one_node() -> None:
    mixed = (node(0, gpu_raw="a100", gpu="nvidia-a100-any", total=4), node(0, total=4))
    small, large = free_by_type(state(*mixed, node(1)))
    assert (small.gpu_raw, small.free, small.whole_nodes) == ("a100", 4, 1)
    assert (large.gpu_raw, large.free, large.whole_nodes) == ("h100", 12, 1)


@given(
    used=st.lists(st.integers(0, 8), min_size=1, max_size=6),
    usable=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_numbers_agree_with_each_other(used: list[int], usable: list[bool]) -> None:
    nodes = [node(n, count, usable=usable[n]) for n, count in enumerate(used)]
    [found] = free_by_type(state(*nodes))
    each = [8 - count for n, count in enumerate(used) if usable[n]]
    assert (found.free, found.largest_block) == (sum(each), max(each, default=0))
    assert found.whole_nodes == each.count(8)


@settings(max_examples=300)
@given(
    used=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    usable=st.lists(st.booleans(), min_size=5, max_size=5),
    begin=st.integers(-100, 400),
    length=st.integers(1, 300),
    held=st.sets(st.integers(0, 4), min_size=1),
    gpus=st.integers(1, 40),
    minutes=st.integers(1, 400),
    waiting=st.integers(0, 2),
)
def test_no_promise_beyond_the_evidence(
    used: list[int], usable: list[bool], begin: int, length: int, held: set[int],
    gpus: int, minutes: int, waiting: int,
) -> None:  # fmt: skip
    nodes = [node(n, c, usable=usable[n], in_service=usable[n]) for n, c in enumerate(used)]
    queue = Waiting(jobs=waiting, gpus=0, ready=waiting, rivals=waiting, rival_minutes=9 * waiting)
    reserved = window(begin, begin + length, *held)
    wanted = job(gpus, minutes)
    found = estimate_start(state(*nodes, queue=queue, reservations=(reserved,)), wanted)
    free = [
        n for n, count in enumerate(used)
        if usable[n] and 8 - count >= wanted.gpus_on_each
        and not (n in held and reserved.overlaps(NOW, after(minutes)))
    ]  # fmt: skip
    assert (found.state == "now") == (len(free) >= wanted.nodes and not waiting)
    assert (found.state == "never") == (wanted.nodes > len(used))
    assert (found.at is not None) == (found.state == "not_later_than")
    if found.at:
        assert found.at > NOW
        room = [
            n for n, count in enumerate(used)
            if usable[n] and (not count or after(60) <= found.at)
            and not (n in held and reserved.overlaps(found.at, found.at + wanted.duration))
        ]  # fmt: skip
        assert len(room) >= wanted.nodes
