"""When a job starts on a real Slurm, against what was said before: no bound is ever violated."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.slurm.looking import WAYS, h100s, offers
from tests.slurm.real_slurm import RealSlurm, wait_for
from tools.offers import Availability, Start

pytestmark = pytest.mark.xdist_group("slurm")


def said(slurm: RealSlurm, way: str, count: int, minutes: int) -> Start:
    start = offers(slurm, way, h100s(count, minutes))["h100"].start
    assert start
    return start


def submit(slurm: RealSlurm, count: int, minutes: int) -> int:
    nodes = -(-count // 8)
    shape = (f"--nodes={nodes}", f"--ntasks={nodes}", f"--gres=gpu:h100:{-(-count // nodes)}")
    return slurm.submit(*shape, "--mem=8000", f"--time={minutes}", seconds=600)


def started_at(slurm: RealSlurm, job: int) -> datetime:
    text = slurm.run("env", "SLURM_TIME_FORMAT=%s", "scontrol", "-o", "show", "job", str(job))
    found = re.search(r" StartTime=(\d+)", text)
    assert found, text
    return datetime.fromtimestamp(int(found[1]), UTC)


def predicted(slurm: RealSlurm, job: int) -> datetime:
    """When Slurm's backfill plans to start a job that waits."""

    def planned() -> bool:
        return "StartTime=Unknown" not in slurm.run("scontrol", "-o", "show", "job", str(job))

    wait_for(f"a plan for job {job}", planned)
    return started_at(slurm, job)


@pytest.mark.parametrize(("count", "minutes"), [(1, 20), (8, 20), (12, 20), (32, 60 * 24 * 7)])
def test_now_means_that_it_starts(slurm: RealSlurm, count: int, minutes: int) -> None:
    for way in WAYS:
        assert said(slurm, way, count, minutes).state == "now", way
    slurm.wait_state("RUNNING", submit(slurm, count, minutes), seconds=30)


def test_not_later_than_the_end_of_what_runs(slurm: RealSlurm) -> None:
    short = slurm.submit("--nodes=2", "--gres=gpu:h100:8", "--time=10", seconds=600)
    long = slurm.submit("--nodes=2", "--gres=gpu:h100:8", "--time=600", seconds=600)
    slurm.wait_state("RUNNING", short, long)
    end = started_at(slurm, short) + timedelta(minutes=10)
    bounds = [said(slurm, way, 16, 60) for way in WAYS]
    for bound in bounds:
        assert (bound.state, bound.bound) == ("not_later_than", "not_after")
        assert bound.at
        assert end <= bound.at <= end + timedelta(minutes=3)
    job = submit(slurm, 16, 60)
    plan = predicted(slurm, job)
    slurm.run("scancel", str(short))  # it ends before its limit
    slurm.wait_state("RUNNING", job, seconds=30)
    for bound in bounds:
        assert bound.at
        assert started_at(slurm, job) <= bound.at
        assert plan <= bound.at


def test_jobs_that_wait_make_the_bound_later_than_the_test_says(slurm: RealSlurm) -> None:
    """`sbatch --test-only` adds up node time of waiting jobs and forgets that they block."""
    slurm.wait_state(
        "RUNNING", slurm.submit("--nodes=1", "--gres=gpu:h100:8", "--time=60", seconds=600)
    )
    big = slurm.submit("--nodes=4", "--gres=gpu:h100:8", "--time=180", seconds=600)
    predicted(slurm, big)
    bounds = [said(slurm, way, 8, 300) for way in WAYS]
    tried = slurm.tried("--nodes=1", "--gres=gpu:h100:8", "--mem=8000", "--time=300")
    plan = predicted(slurm, submit(slurm, 8, 300))
    assert tried < plan  # so the test's answer is no bound
    for bound in bounds:
        assert bound.state == "not_later_than"
        assert bound.at
        assert plan <= bound.at


def test_a_job_before_it_may_wait_for_nodes_of_another_kind(slurm: RealSlurm) -> None:
    busy = slurm.submit("--nodelist=node05", "--gres=gpu:a100:4", "--time=120", seconds=600)
    slurm.wait_state("RUNNING", busy)
    predicted(slurm, slurm.submit("--nodes=5", "--exclusive", "--time=60"))
    bounds = [said(slurm, way, 8, 300) for way in WAYS]
    plan = predicted(slurm, submit(slurm, 8, 300))
    # After both of them; backfill plans by the minute.
    assert plan >= started_at(slurm, busy) + timedelta(minutes=179)
    assert all(each.at and plan <= each.at for each in bounds)


def test_what_fits_between_is_not_promised_now_and_may_start_at_once(slurm: RealSlurm) -> None:
    slurm.wait_state(
        "RUNNING", slurm.submit("--nodes=3", "--gres=gpu:h100:8", "--time=60", seconds=600)
    )
    slurm.wait_state("PENDING", slurm.submit("--nodes=4", "--gres=gpu:h100:8", "--time=60"))
    bounds = [said(slurm, way, 2, 20) for way in WAYS]
    assert {each.state for each in bounds} == {"not_later_than"}
    job = submit(slurm, 2, 20)
    slurm.wait_state("RUNNING", job, seconds=30)
    assert all(each.at and started_at(slurm, job) <= each.at for each in bounds)


def test_a_reservation_in_between(slurm: RealSlurm) -> None:
    begin = datetime.now(UTC) + timedelta(minutes=30)
    slurm.run(
        *("scontrol", "create", "reservation", "users=root", "reservationname=works"),
        *("nodes=node[01-04]", "starttime=now+30minutes", "duration=60", "flags=maint"),
    )
    for way in WAYS:
        assert said(slurm, way, 8, 20).state == "now", way
    bounds = [said(slurm, way, 8, 60) for way in WAYS]
    for bound in bounds:
        assert bound.state == "not_later_than"
        assert bound.at
        assert bound.at >= begin + timedelta(minutes=59)
    plan = predicted(slurm, submit(slurm, 8, 60))
    assert all(each.at and plan <= each.at for each in bounds)
    slurm.wait_state("RUNNING", submit(slurm, 8, 20), seconds=30)


def test_a_reservation_that_comes_back(slurm: RealSlurm) -> None:
    slurm.run(
        *("scontrol", "create", "reservation", "users=root", "reservationname=nightly"),
        *("nodes=node[01-04]", "starttime=now+3hours", "duration=60", "flags=daily"),
    )
    for way in WAYS:
        assert said(slurm, way, 8, 120).state == "now", way
        assert said(slurm, way, 8, 300).state == "not_later_than", way
    slurm.wait_state("RUNNING", submit(slurm, 8, 120), seconds=30)


def test_never_and_unknown(slurm: RealSlurm) -> None:
    for way in WAYS:
        assert said(slurm, way, 40, 60).state == "never"  # five nodes of eight
        assert said(slurm, way, 8, 60 * 24 * 8).state == "never"  # a week is the limit
    slurm.run("scontrol", "update", "nodename=node01", "state=drain", "reason=fan")
    for way in WAYS:
        # Slurm calls both "not available"; a drained node may come back.
        assert said(slurm, way, 32, 60).state == "unknown"
        assert offers(slurm, way, h100s(32, 60))["h100"].availability is Availability.LIMITED


def test_a_limit_that_the_test_forgets(slurm: RealSlurm) -> None:
    """Slurm's test says "now" for a job beyond its partition's time limit, which never starts."""
    for way in WAYS:
        found = offers(slurm, way, h100s(8, 600), partition="interactive")["h100"]
        assert found.start
        assert found.start.state == "never"


def test_jobs_are_followed_from_prediction_to_start(slurm: RealSlurm) -> None:
    from tests.slurm.looking import ask_once, configured

    first = slurm.submit("--nodes=4", "--gres=gpu:h100:8", "--time=5", seconds=600)
    slurm.wait_state("RUNNING", first)
    second = submit(slurm, 8, 5)
    plan = predicted(slurm, second)
    for way in WAYS:
        findings = ask_once(configured(slurm, way)).findings
        assert findings
        assert [(each.predicted) for each in findings.pending] == [plan]
        assert [each.at for each in findings.started] == [started_at(slurm, first)]
    waiting = {way: ask_once(configured(slurm, way)).findings for way in WAYS}
    slurm.run("scancel", str(first))
    slurm.wait_state("RUNNING", second, seconds=30)
    for way in WAYS:
        before, after = waiting[way], ask_once(configured(slurm, way)).findings
        assert before
        assert after
        assert before.pending[0].job in {each.job for each in after.started}
