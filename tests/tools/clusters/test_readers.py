"""Recorded answers of Slurm 22.05 (text and JSON) and of 24.05 (JSON): one state from all three."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools.clusters import slurm_json, slurm_text
from tools.clusters.slurm import cluster_state, needs_details, pending_starts, started
from tools.clusters.slurm_records import (
    SlurmAnswers,
    SlurmRules,
    UnreadableAnswer,
)
from tools.clusters.state import ClusterState, Waiting, free_by_type
from tools.errors import InvalidInput

RECORDED = Path(__file__).parent / "recorded"
# A moment between the recording and the reservation three hours later.
NOW = datetime.fromtimestamp(1795388000, UTC)


def text(prefix: str = "") -> SlurmAnswers:
    def told(name: str) -> str:
        return (RECORDED / "slurm-22.05" / f"{prefix}{name}.txt").read_text()

    nodes, jobs = slurm_text.read_nodes(told("nodes")), slurm_text.read_jobs(told("jobs"))
    if needs_details(nodes):
        jobs = slurm_text.with_details(jobs, told("job_details"))
    partitions = slurm_text.read_partitions(told("partitions"))
    reservations = slurm_text.read_reservations(told("reservations"))
    return SlurmAnswers(nodes, partitions, jobs, reservations, NOW)


def answer(version: str, kind: str) -> Any:
    return json.loads((RECORDED / f"slurm-{version}" / f"{kind}.json").read_text())


def http(version: str) -> SlurmAnswers:
    return SlurmAnswers(
        slurm_json.read_nodes(answer(version, "nodes")),
        slurm_json.read_partitions(answer(version, "partitions")),
        slurm_json.read_jobs(answer(version, "jobs")),
        slurm_json.read_reservations(answer(version, "reservations")),
        NOW,
    )


def all_ways() -> list[SlurmAnswers]:
    return [text(), text("restarted_"), http("22.05"), http("24.05")]


def numbers(state: ClusterState) -> dict[str, tuple[int, int, int, int]]:
    return {
        each.gpu_raw: (each.total, each.free, each.whole_nodes, each.largest_block)
        for each in free_by_type(state)
    }


def test_the_same_numbers_from_each() -> None:
    for answers in all_ways():
        state = cluster_state(answers)
        assert numbers(state) == {
            "h100": (32, 4, 0, 4), "a100": (4, 1, 0, 1), "l40s": (2, 2, 1, 2),
        }  # fmt: skip
        assert (state.queue.jobs, state.queue.gpus) == (7, 16 + 5 * 4 + 8)
        assert (state.queue.ready, state.queue.rivals) == (6, 6)  # the held one takes no place
        assert state.queue.rival_minutes == 6 * 60


def test_text_and_json_of_one_server_are_one_state() -> None:
    old, new, printed = (cluster_state(each) for each in (http("22.05"), http("24.05"), text()))
    assert old == printed
    # Only the schema of 24.05 does not say which partition is the default one.
    assert [each.is_default for each in old.partitions] == [True, False]
    told = [each.model_copy(update={"is_default": False}) for each in old.partitions]
    assert new == old.model_copy(update={"partitions": tuple(told)})


def test_why_nodes_are_out_and_when_they_are_clear() -> None:
    state = cluster_state(text())
    by_id = {each.node_id: each for each in state.nodes if each.gpu_raw == "h100"}
    assert [by_id[n].usable for n in range(4)] == [True, True, True, False]
    assert by_id[3].why_not == "drain"
    assert by_id[3].in_service is False
    ends = [by_id[n].clear_at for n in range(4)]
    assert ends[0]
    assert ends[1] == ends[2]
    assert ends[3] == NOW
    assert [each.node_ids for each in state.reservations or ()] == [frozenset({1, 2})]


def test_no_name_leaves() -> None:
    planted = ("acme", "secret", "founder", "someone", "node0", "portfolio", "fans", "fan gpu")
    for answers in all_ways():
        shown = cluster_state(answers).model_dump_json()
        shown += repr(pending_starts("c", answers.jobs or ()))
        shown += repr(started("c", answers.jobs or ()))
        assert [name for name in planted if name in shown] == []


def test_a_prediction_and_a_start_of_one_job_have_one_key() -> None:
    jobs = text().jobs or ()
    at = dict(started("cluster", jobs))
    assert len(at) == 3
    assert set(at) == {key for key, _ in started("cluster", http("24.05").jobs or ())}
    assert set(at).isdisjoint(key for key, _ in started("other cluster", jobs))


def test_a_partition_and_gpu_names() -> None:
    state = cluster_state(text(), "interactive", {"h100": "H100 SXM"})
    assert numbers(state) == {"h100": (8, 0, 0, 0)}
    assert state.nodes[0].gpu == "nvidia-h100-sxm5-80gb"
    with pytest.raises(InvalidInput):
        cluster_state(text(), "nowhere")


def test_rules_of_a_cluster() -> None:
    def rules(**told: str) -> SlurmRules:
        return slurm_text.read_rules("".join(f"{k}      = {v}\n" for k, v in told.items()))

    assert rules() == SlurmRules()
    usual = {"OverTimeLimit": "0 min", "KillWait": "30 sec", "PrivateData": "none"}
    assert rules(**usual, SchedulerType="sched/backfill") == SlurmRules()
    assert rules(OverTimeLimit="10 min", KillWait="300 sec").overrun_minutes == 14
    assert rules(OverTimeLimit="UNLIMITED").overrun_minutes is None
    assert rules(PrivateData="accounts,jobs,users").hides_jobs
    assert not rules(SchedulerType="sched/builtin").backfills


def test_rules_move_the_bounds() -> None:
    def state(**more: Any) -> ClusterState:
        return cluster_state(replace(text(), rules=SlurmRules(**more)))

    assert state(overrun_minutes=10).overrun_minutes == 10
    assert state(overrun_minutes=None).overrun_minutes is None
    assert state().queue.rival_minutes == 360
    assert state(backfills=False).queue.rival_minutes is None


def test_what_waits_may_wait_for_any_node() -> None:
    """One partition's bound heeds what runs and is reserved in the others."""
    told = text()
    narrow = cluster_state(told, "interactive")
    assert narrow.reservations == ()
    assert narrow.queue.rivals_from == max(each.end for each in told.reservations or ())
    no_windows = cluster_state(replace(told, reservations=()), "interactive")
    assert no_windows.queue.rivals_from == max(each.end for each in told.jobs or () if each.end)
    endless = [
        replace(each, minutes=None) if each.number == "3" else each for each in told.jobs or ()
    ]
    assert cluster_state(replace(told, jobs=endless), "interactive").queue.rival_minutes is None
    (works,) = told.reservations or ()
    nightly = replace(works, flags=frozenset({"DAILY"}))
    again = cluster_state(replace(told, reservations=[nightly]), "interactive")
    assert again.queue.rival_minutes is None


def test_types_that_have_a_name_in_one_place_only() -> None:
    told = text()
    (full,) = [each for each in told.nodes if each.name == "node01"]

    def free(**more: Any) -> list[tuple[str, int, str | None]]:
        found = cluster_state(replace(told, nodes=[replace(full, **more)])).nodes
        return [(each.gpu_raw, each.free, each.why_not) for each in found]

    assert free(gres="gpu:8", gres_used="gpu:h100:3(IDX:0-2)") == [("gpu", 5, None)]
    assert free(gres="gpu:h100:8", gres_used="gpu:(null):3(IDX:0-2)") == [("h100", 5, None)]
    mixed = free(gres="gpu:h100:4,gpu:a100:4", gres_used="gpu:b200:1(IDX:0)")
    assert mixed == [("h100", 0, "use not readable"), ("a100", 0, "use not readable")]
    assert free(gres="gpu:h100:8", gres_used="gpu:h100:?") == [("h100", 0, "use not readable")]
    assert free(gres="gpu:h100:lots") == []
    unread = replace(full, gres="gpu:h100:lots")
    assert cluster_state(replace(told, nodes=[unread, *told.nodes[1:]])).unread_nodes == 1


def test_jobs_that_are_held_or_suspended() -> None:
    told = text()
    (first, *rest) = told.jobs or ()

    def queue(**more: Any) -> Waiting:
        return cluster_state(replace(told, jobs=[replace(first, **more), *rest])).queue

    assert queue(reason="Priority").ready == 6
    assert queue(reason="job requeued in held state").ready == 5
    assert queue(reason="Dependency").ready == 5
    assert queue(reason="Dependency").rivals == 6
    assert queue(state="SUSPENDED", nodes=("node01",), end=NOW).rival_minutes is None


def test_hidden_jobs_make_the_queue_unknown() -> None:
    """A site may show each user only their own jobs: then the queue is not the whole one."""
    told = text()
    seen = [each for each in told.jobs or () if each.number != "1"]
    state = cluster_state(SlurmAnswers(told.nodes, told.partitions, seen, (), NOW))
    assert state.queue.jobs is None
    assert state.queue.ready is None
    assert numbers(state)["h100"] == (32, 4, 0, 4)


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


@pytest.mark.parametrize("version", ["22.05", "24.05"])
@pytest.mark.parametrize(
    ("kind", "field", "read"),
    [
        ("nodes", "name", slurm_json.read_nodes),
        ("nodes", "state", slurm_json.read_nodes),
        ("nodes", "gres", slurm_json.read_nodes),
        ("nodes", "gres_used", slurm_json.read_nodes),
        ("partitions", "name", slurm_json.read_partitions),
        ("jobs", "job_state", slurm_json.read_jobs),
        ("jobs", "nodes", slurm_json.read_jobs),
        ("jobs", "time_limit", slurm_json.read_jobs),
        ("reservations", "node_list", slurm_json.read_reservations),
        ("reservations", "end_time", slurm_json.read_reservations),
    ],
)
def test_a_renamed_field_is_no_number(
    version: str, kind: str, field: str, read: Callable[[Any], Any]
) -> None:
    rows = [_without(row, field) for row in answer(version, kind)[kind]]
    with pytest.raises(UnreadableAnswer):
        read({kind: rows})


def test_broken_text_is_refused_and_nothing_else() -> None:
    chance = random.Random(7)
    reads: dict[str, Callable[[str], Any]] = {
        "nodes": slurm_text.read_nodes,
        "partitions": slurm_text.read_partitions,
        "jobs": slurm_text.read_jobs,
        "reservations": slurm_text.read_reservations,
    }
    for name, read in reads.items():
        whole = (RECORDED / "slurm-22.05" / f"{name}.txt").read_text()
        for _ in range(200):
            cut = chance.randrange(len(whole))
            broken = (
                whole[:cut] + chance.choice(["", "\x00", "=", "@", "[", " "]) + whole[cut + 9 :]
            )
            try:
                read(broken)
            except UnreadableAnswer:
                continue


def test_versions() -> None:
    def server(*versions: str) -> Any:
        return {"paths": {f"/slurm/{each}/nodes": {} for each in versions} | {"/slurm/ping": {}}}

    assert slurm_json.version_of(server("v0.0.38", "v0.0.41", "v0.0.39")) == "v0.0.41"
    assert slurm_json.version_of(server("v0.0.38", "v0.0.99")) == "v0.0.38"
    for described in (server("v0.0.12"), {}, [], {"paths": []}):
        with pytest.raises(UnreadableAnswer):
            slurm_json.version_of(described)


def test_tasks_of_an_array() -> None:
    row = answer("24.05", "jobs")["jobs"]
    waiting = next(each for each in row if each["array_task_string"])

    def copies(text: str) -> int | None:
        (job,) = slurm_json.read_jobs({"jobs": [waiting | {"array_task_string": text}]})
        return job.copies

    assert copies("1-30%2") == 30
    assert copies("1,3,5-9:2%4") == 5
    assert copies("1-30,40-...") is None
