"""Twelve states of a real Slurm: free, whole-node and largest-block numbers, by both ways."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.slurm.looking import WAYS, Numbers, ask_once, configured, h100s, numbers, offers
from tests.slurm.real_slurm import H100_NODES, RealSlurm, wait_for

pytestmark = pytest.mark.xdist_group("slurm")

IDLE: dict[str, Numbers] = {"h100": (32, 4, 8), "a100": (4, 1, 4), "l40s": (2, 1, 2)}


def check(slurm: RealSlurm, h100: Numbers, **others: Numbers) -> None:
    for way in WAYS:
        assert numbers(slurm, way) == {**IDLE, "h100": h100, **others}, way


def run_on(slurm: RealSlurm, node: str, *options: str) -> int:
    return slurm.submit("--nodelist", node, "--nodes=1", *options)


def test_idle(slurm: RealSlurm) -> None:
    check(slurm, (32, 4, 8))
    for way in WAYS:
        found = offers(slurm, way)
        assert {raw: each.count for raw, each in found.items()} == {
            "h100": 32,
            "a100": 4,
            "l40s": 2,
        }
        assert found["h100"].gpu == "nvidia-h100-any-80gb"
        assert found["h100"].form_stated is False
        assert found["h100"].queue
        assert (found["h100"].queue.pending_jobs, found["h100"].queue.pending_gpus) == (0, 0)


def test_full(slurm: RealSlurm) -> None:
    slurm.wait_state("RUNNING", slurm.submit("--nodes=4", "--gres=gpu:h100:8"))
    check(slurm, (0, 0, 0))


def test_fragmented(slurm: RealSlurm) -> None:
    jobs = [run_on(slurm, node, "--gres=gpu:h100:5") for node in H100_NODES]
    slurm.wait_state("RUNNING", *jobs)
    check(slurm, (12, 0, 3))
    for way in WAYS:
        assert offers(slurm, way)["h100"].notes == "12 free but no node with 8"


def test_drained(slurm: RealSlurm) -> None:
    job = run_on(slurm, "node02", "--gres=gpu:h100:6")
    slurm.wait_state("RUNNING", job)
    for node in ("node01", "node02"):  # one idle, one with a job that may end
        slurm.run("scontrol", "update", f"nodename={node}", "state=drain", "reason=fan of a100:4")
    check(slurm, (16, 2, 8))


def test_two_partitions(slurm: RealSlurm) -> None:
    job = slurm.submit("--partition=interactive", "--gres=gpu:h100:3", "--time=30")
    slurm.wait_state("RUNNING", job)
    check(slurm, (29, 3, 8))  # node04 stands in both partitions and counts once
    for way in WAYS:
        found = offers(slurm, way, partition="interactive")
        assert set(found) == {"h100"}
        one = found["h100"]
        assert (one.count, one.free, one.whole_nodes, one.largest_block) == (8, 5, 0, 5)


def uneven_jobs(slurm: RealSlurm) -> list[int]:
    """Jobs whose GPUs are not stated per node: 8 + 4 + 4 + 4 on three nodes, 2 on the fourth."""
    jobs = [slurm.submit("--gpus=12", "--nodes=2", "--nodelist=node01,node02")]
    slurm.wait_state("RUNNING", *jobs)
    spread = ("--nodelist=node02,node03", "--ntasks=2", "--ntasks-per-node=1")
    jobs.append(slurm.submit("--gpus-per-task=4", *spread))
    slurm.wait_state("RUNNING", *jobs)
    jobs.append(run_on(slurm, "node04", "--gpus=h100:2"))
    slurm.wait_state("RUNNING", *jobs)
    return jobs


def test_jobs_by_gpus(slurm: RealSlurm) -> None:
    uneven_jobs(slurm)
    check(slurm, (10, 0, 6))


def test_pending_queue(slurm: RealSlurm) -> None:
    slurm.wait_state("RUNNING", slurm.submit("--nodes=4", "--gres=gpu:h100:8", "--time=60"))
    slurm.submit("--nodes=2", "--gres=gpu:h100:8", "--time=60")  # 16
    slurm.submit("--gpus=h100:12", "--time=60")  # 12, N/A in squeue's %b
    slurm.submit("--ntasks=3", "--gpus-per-task=h100:2", "--time=60")  # 6
    slurm.submit("--nodes=1", "--gres=gpu:h100:4", "--array=1-5%2", "--time=60")  # 5 x 4
    slurm.submit("--nodes=1", "--gres=gpu:h100:1", "--hold", "--time=60")  # 1
    slurm.submit("--nodes=4", "--cpus-per-task=208", "--nodelist=node01", "--time=60")  # no GPU
    check(slurm, (0, 0, 0))
    for way in WAYS:
        queue = offers(slurm, way)["h100"].queue
        assert queue
        assert (queue.pending_jobs, queue.pending_gpus) == (10, 55), way


def test_maintenance_reservation(slurm: RealSlurm) -> None:
    reserve = ("scontrol", "create", "reservation", "users=root", "duration=60")
    slurm.run(*reserve, "starttime=now", "nodes=node02", "flags=maint", "reservationname=fans")
    slurm.run(*reserve, "starttime=now+30minutes", "nodes=node03", "reservationname=later")
    check(slurm, (24, 3, 8))


def test_down_node(slurm: RealSlurm) -> None:
    slurm.stop_node("node03")
    slurm.run("scontrol", "update", "nodename=node03", "state=down", "reason=gone")
    slurm.run("scontrol", "update", "nodename=node05", "state=fail", "reason=gone")
    check(slurm, (24, 3, 8), a100=(0, 0, 0), l40s=(0, 0, 0))


def test_mixed_gpu_types(slurm: RealSlurm) -> None:
    slurm.wait_state("RUNNING", run_on(slurm, "node05", "--gres=gpu:a100:3,gpu:l40s:1"))
    check(slurm, (32, 4, 8), a100=(1, 0, 1), l40s=(1, 0, 1))


def test_restarted_controller(slurm: RealSlurm) -> None:
    """Until its nodes report, Slurm counts the 12 GPUs of one job on both of its nodes."""
    uneven_jobs(slurm)
    slurm.stop_controller()
    slurm.start_controller()
    # node05 has no job: its state is not known before it reports, so nothing there is free yet.
    for way in WAYS:
        found = numbers(slurm, way)
        assert found["h100"] == (10, 0, 6), way
        assert found["a100"] in ((0, 0, 0), IDLE["a100"])
    wait_for("node05 has reported", lambda: slurm.states()["node05"] == "idle")
    check(slurm, (10, 0, 6))


def test_unreachable_controller(slurm: RealSlurm) -> None:
    sources = [configured(slurm, way, deadline_s=1) for way in WAYS]
    slurm.stop_controller()
    try:
        for source in sources:
            began = time.monotonic()
            answer = ask_once(source)
            assert time.monotonic() - began < 3
            assert (answer.status.status, answer.offers) == ("failed", [])
            assert answer.status.error
    finally:
        slurm.start_controller()


def test_through_a_shell_on_the_other_side_as_ssh_has_it(slurm: RealSlurm) -> None:
    """ssh joins its words with spaces and lets the login's shell split them again."""
    uneven_jobs(slurm)
    far = ("sh", "-c", 'shift; exec sh -c "$*"', "ssh", "login", "env", f"SLURM_CONF={slurm.conf}")
    source = configured(slurm, "command")
    config = source.config.model_copy(update={"prefix": far})
    answer = ask_once(replace(source, config=config), h100s(8, 30))
    found = {each.gpu_raw: each for each in answer.offers}["h100"]
    assert (found.free, found.whole_nodes, found.largest_block) == (10, 0, 6)
    assert found.start
    assert found.start.method == "sbatch --test-only"
