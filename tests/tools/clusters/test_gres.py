"""GRES texts as Slurm writes them, and short lists of nodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.clusters.gres import GpuUse, UnreadableGres, gpus_asked, gpus_of, gpus_used
from tools.clusters.nodelist import UnreadableNodes, node_names
from tools.clusters.slurm_text import minutes, state_words


@pytest.mark.parametrize(
    ("text", "gpus"),
    [
        ("gpu:h100:8", {"h100": 8}),
        ("gpu:h100:8(S:0-1)", {"h100": 8}),
        ("gpu:a100:4(S:0,2),gpu:l40s:2,nic:1", {"a100": 4, "l40s": 2}),
        ("gpu:8", {"gpu": 8}),
        ("gpu:(null):8(S:0)", {"gpu": 8}),
        ("gpu:a100_1g.5gb:7,gpu:a100:1", {"a100_1g.5gb": 7, "a100": 1}),
        ("gres:gpu:h100:30", {"h100": 30}),
        ("gres/gpu:h100=8", {"h100": 8}),
        ("gres/gpu=12", {"gpu": 12}),
        ("gpu:h100", {"h100": 1}),
        ("shard:h100:32,gpu:h100:8", {"h100": 8}),
        ("gpu:h100:0(IDX:N/A)", {"h100": 0}),
        ("(null)", {}),
        ("N/A", {}),
        ("", {}),
    ],
)
def test_what_a_node_has(text: str, gpus: dict[str, int]) -> None:
    assert gpus_of(text) == gpus


@pytest.mark.parametrize("text", ["gpu:h100:8K", "gpu:h100:-1", "gpu h100", "gpu:h100:8(", "gpu:"])
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    with pytest.raises(UnreadableGres):
        gpus_of(text)


def test_use() -> None:
    told = gpus_used("gpu:a100:3(IDX:0,2-3),gpu:l40s:0(IDX:N/A)")
    assert told == {"a100": GpuUse(3, True), "l40s": GpuUse(0, True)}
    assert gpus_used("gpu:h100:12") == {"h100": GpuUse(12, False)}  # the node has not reported
    # Three GPUs: one given away whole, two of which shares are taken.
    shares = gpus_used("gpu:h100:1(IDX:3),shard:h100:5(4/4,1/4,0/4,0/4)")
    assert shares["h100"].count == 3
    with pytest.raises(UnreadableGres):
        gpus_used("gpu:h100:0(IDX:N/A),shard:h100:5")


def test_what_a_job_asks_for() -> None:
    none = {"per_job": "N/A", "per_node": "N/A", "per_task": "N/A", "per_socket": "N/A"}

    def asked(nodes: int = 1, tasks: int = 1, **stated: str) -> int | None:
        return gpus_asked(**{**none, **stated}, nodes=nodes, tasks=tasks)

    assert asked() == 0
    assert asked(per_job="gres:gpu:12", nodes=2) == 12
    assert asked(per_node="gres/gpu:h100:8", nodes=4) == 32
    assert asked(per_task="gres:gpu:2", tasks=5) == 10
    assert asked(per_node="gres:gpu:4", per_task="gres:gpu:4", nodes=2, tasks=2) == 8
    assert asked(per_socket="gres:gpu:4", nodes=2) is None
    assert asked(per_node="gres:gpu:h100:8K") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("node01", ["node01"]),
        ("node[01-03,07],login", ["node01", "node02", "node03", "node07", "login"]),
        ("r[1-2]n[09-10]", ["r1n09", "r1n10", "r2n09", "r2n10"]),
        ("gpu-a.example", ["gpu-a.example"]),
        ("(null)", []),
        ("", []),
    ],
)
def test_names_of_nodes(text: str, names: list[str]) -> None:
    assert list(node_names(text)) == names


@pytest.mark.parametrize("text", ["node[1-", "node[1-999999999]", "a b", "n[1-2", "n[a-b]", ",x"])
def test_a_list_that_is_not_known(text: str) -> None:
    with pytest.raises(UnreadableNodes):
        node_names(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read, refusal in (
        (gpus_of, UnreadableGres),
        (gpus_used, UnreadableGres),
        (node_names, UnreadableNodes),
    ):
        try:
            read(text)
        except refusal:
            pass
        except RecursionError:  # pragma: no cover - would be a fault
            raise AssertionError(text) from None


def test_states_and_limits() -> None:
    assert state_words("IDLE+DRAIN") == {"IDLE", "DRAIN"}
    assert state_words("DOWN*") == {"DOWN", "NOT_RESPONDING"}
    assert state_words("idle~") == {"IDLE", "POWERED_DOWN"}
    assert state_words("MIXED+PLANNED-") == {"MIXED", "PLANNED"}
    assert minutes("7-00:00:00") == 10080
    assert minutes("04:00:00") == 240
    assert minutes("30:00") == 30
    assert minutes("0:30") == 1
    assert [minutes(each) for each in ("UNLIMITED", "NOT_SET", "INVALID", "")] == [None] * 4
