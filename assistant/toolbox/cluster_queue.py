"""The agent's tool `cluster_queue`: the fund's own clusters, what is free and when a job starts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.tools import BaseTool

from assistant.builtin.figures import delay
from assistant.toolbox.calls import Found, Output, as_tool, run, to_the_minute

NAME = "cluster_queue"
SHOWN = 20
EXAMPLES = (
    "How many H100s are free on the fund's cluster?",
    "When could 16 H100s start on our cluster?",
    "How long is the queue for 8 H100s?",
    "Is a whole node free on the fund's Slurm cluster right now?",
    "What is our quota on the cluster?",
    "基金的集群现在有几张空闲的H100？",
    "我们的集群什么时候能开始跑16张H100？",
    "8张H100要排队多久？",
    "基金的叢集現在有沒有空閒的整機？",
    "我們的叢集排隊要多久？",
)
WORDINGS = (
    "is anything idle on your own machines tonight?",
    "can I get 8 cards on the house cluster this afternoon?",
    "how busy is the fund's cluster, and how many jobs are waiting?",
    "earliest start for a 32-GPU job on the internal cluster?",
    "do you have a free 8-GPU node I could grab?",
    "How much of our quota is left?",
    "cluster full again? any room for 4 GPUs?",
    "自有机房里还剩几块卡能用？",
    "内部集群今天能不能上32卡？",
    "咱们集群前面还有几个任务在等？",
    "什么时候能排到64张卡？",
    "基金那边的机器现在忙不忙？",
    "配额还剩多少？",
    "你們自己的機器今天排得上 8 張嗎？",
    "內部叢集前面還有幾個工作在等？",
    "叢集裡還有沒有整台空著的節點？",
)
_CLOCKS = ("effective_at", "fetched_at", "observed_at")


def cluster_queue_tool(home: Path, today: date, *, past: bool = False) -> BaseTool:
    """A tool over the clusters that this desk has turned on, and the inventory that staff keep;
    with `past` nothing is asked, for clusters tell of now only."""

    def cluster_queue(
        runtime: ToolRuntime[Any, Any],
        gpu: str | None = None,
        count: int | None = None,
        hours: float | None = None,
        region: str | None = None,
    ) -> Output:
        """The fund's own clusters: free GPUs, whole free nodes, the largest block on one node,
        jobs that wait, quota, and when `count` GPUs could start (for `hours` hours)."""

        def work(_: int) -> Found:
            from assistant.access import desk_access
            from tools.cluster_queue import cluster_queue as ask
            from tools.needs import need

            length = None if hours is None else Decimal(str(hours))
            desk = desk_access(home, today)
            answer = ask(need(gpu, count, region, hours=length), desk.access, past=past)
            result = answer.model_dump(mode="json")
            result["found"] = len(result["clusters"])
            result["clusters"] = [_told(each) for each in result["clusters"][:SHOWN]]
            broken = [] if past else [each.model_dump(mode="json") for each in desk.broken]
            result["sources"] += broken
            if broken and "source_failed" not in result["unknowns"]:
                result["unknowns"].append("source_failed")
            return Found(result)

        args = {"gpu": gpu, "count": count, "hours": hours, "region": region}
        return run(runtime, NAME, args, work)

    return as_tool(cluster_queue)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times and delays as text that an answer can state."""
    for name in _CLOCKS:
        row[name] = to_the_minute(row[name])
    if row["start"]:
        row["start"] |= {name: to_the_minute(row["start"][name]) for name in ("at", "until")}
    for error in row["errors"]:
        for name in ("median_late_s", "worst_late_s"):
            if error[name] is not None:
                error[name.removesuffix("_s")] = delay(error[name], "en")
    return row
