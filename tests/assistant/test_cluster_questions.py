"""Questions about the fund's own clusters, over API servers on this machine, in three scripts."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant import Answer, Assistant
from assistant.evaluation.figures import unsupported
from assistant.evaluation.questions import read_questions
from assistant.language import detect
from assistant.question import Ask
from assistant.reading import read
from assistant.sources import MEMORY
from assistant.toolbox.cluster_queue import EXAMPLES
from tests.assistant.test_questions import QUESTIONS
from tests.tools.sources.fakes.fake import SECRET
from tests.tools.sources.fakes.kubernetes import (
    PLANTED,
    Cluster,
    cluster_queue,
    gpus,
    node,
    pod,
)
from tests.tools.sources.loopback import Loopback, Reply, serving
from tools.needs import need
from tools.predictions import record_findings
from tools.sources.memory import Memory
from tools.sources.source import Findings, PendingStart, Started

EAST = Cluster(
    [node("n1"), node("n2"), node("n3")],
    [pod("n1", gpus("4")), pod("n2", gpus("4")), pod("n3", gpus("6"))],
    [cluster_queue("ours", "16", "4", pending=3)],
)
WEST = Cluster([node("n1"), node("n2")])
FULL = Cluster([node("n1")], [pod("n1", gpus("8"))])


@pytest.fixture
def servers() -> Iterator[list[Loopback]]:
    with serving(EAST.publish) as east, serving(WEST.publish) as west:
        yield [east, west]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    for name in ("EAST", "WEST"):
        monkeypatch.setenv(f"{name}_KUBERNETES_TOKEN", SECRET)
    return path


def set_up(home: Path, *tables: tuple[str, str, str]) -> None:
    """Clusters by name, address and further lines of their tables."""
    text = "".join(
        f'[{name}]\nkind = "kubernetes"\nurl = "{url}"\nprovider = "{name.title()}"\n{more}\n'
        for name, url, more in tables
    )
    (home / "sources.toml").write_text(text)


def asked(home: Path, *questions: str) -> Answer:
    with Assistant.open(home) as desk:
        session = desk.new_session()
        answers = [desk.ask(each, session) for each in questions]
    answer = answers[-1]
    assert answer.removed == []
    assert unsupported(answer) == []
    assert PLANTED not in json.dumps(answer.model_dump(mode="json"))
    assert SECRET not in answer.model_dump_json()
    return answer


def lead(answer: Answer) -> str:
    return answer.answer.splitlines()[0]


class TestReading:
    @pytest.mark.parametrize(
        "question",
        [
            *EXAMPLES,
            "What's free right now on the fund's own cluster?",
            "Can I get 16 H100s on the fund's cluster today?",
            "is there a free node with 8 H100s on our k8s cluster",
            "how busy is our cluster",
            "any H100s idle on the fund's machines?",
            "How long would we wait for 32 H200s on our own cluster for 24 hours?",
            "Does the fund have free GPUs now?",
            "queue length for H100",
            "基金自己的机器现在有空的H100吗？",
            "基金集群还有多少卡？",
            "集群排队情况怎么样？",
            "现在基金那边有整机空闲吗？",
            "我们要用64张H200跑24小时，基金的集群什么时候能排上？",
            "我們的集群什麼時候有8張H100空出來？",
        ],
    )
    def test_its_own_examples_and_other_words(self, question: str) -> None:
        assert read(question, [], []).asks == (Ask.QUEUE,)

    @pytest.mark.parametrize(
        "question",
        [
            "When did Kindred Ventures launch its GPU cluster?",
            "Which fund has a cluster for startups?",
            "What does an H100 cost per hour on your cluster?",
            "紅杉中國有GPU集群嗎？有幾張？",
            "模型层公司和应用层公司排队有什么不同？",
            "Why was there a queue for H100s at Microsoft?",
            "How long would a 7B run on 2T tokens take on our cluster?",
            "Where can I rent 64 H100s right now?",
            "Does the fund have free credits for startups?",
            "Who built the fund's cluster?",
            "基金的集群是什么时候建的？",
            "Who built the fund's cluster, and how long did it take?",
            "哪些投资方给我们GPU，要多久？",
        ],
    )
    def test_what_others_have_or_sell_is_not_a_question_of_ours(self, question: str) -> None:
        assert Ask.QUEUE not in read(question, [], []).asks

    def test_no_question_of_the_set_is_taken_for_one(self) -> None:
        texts = [question.ask for question in read_questions(QUESTIONS)]
        assert [text for text in texts if Ask.QUEUE in read(text, [], []).asks] == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("question", "first", "script"),
        [
            ("When could 8 H100s start on our cluster?", "8 H100 could start now at West", "en"),
            ("我们的集群什么时候能开始跑8张H100？", "West现在就可以开始用8张H100", "zh-Hans"),
            ("我們的叢集什麼時候能開始跑8張H100？", "West現在就可以開始用8張H100", "zh-Hant"),
        ],
    )
    def test_the_soonest_start_first_then_all_clusters(
        self, home: Path, servers: list[Loopback], question: str, first: str, script: str
    ) -> None:
        east, west = servers
        set_up(home, ("east", east.url, 'cluster_queue = "ours"'), ("west", west.url, ""))
        answer = asked(home, question)
        assert first in lead(answer)
        assert not answer.abstained
        rows = [line for line in answer.answer.splitlines() if line.startswith("| ")]
        assert [row.split(" | ")[0] for row in rows[1:]] == ["| West", "| East"]
        assert "16/16" in rows[1]
        assert "10/24" in rows[2]
        call = next(call for call in answer.tool_calls if call.name == "cluster_queue")
        assert call.args == {"gpu": "H100", "count": 8}
        assert detect(lead(answer), fallback="en") == script
        figures = {
            "en": "at East is 16 NVIDIA-H100-80GB-HBM3; in use: 4.",
            "zh-Hans": "配额是16张NVIDIA-H100-80GB-HBM3，已使用：4。",
            "zh-Hant": "配額是16張NVIDIA-H100-80GB-HBM3，已使用：4。",
        }
        assert figures[script] in answer.answer
        assert any(citation.kind == "tool" for citation in answer.citations)

    @pytest.mark.parametrize(
        ("question", "told"),
        [
            ("How many H100s are free on the fund's cluster?",
             "10 H100 are free at East, but in pieces: 0 whole nodes of 8, and at most 4"),
            ("基金的集群现在有几张空闲的H100？", "8卡整机空闲0台，单台最多空闲4张"),
            ("基金的叢集現在有幾張空閒的H100？", "單台最多空閒4張"),
        ],
    )  # fmt: skip
    def test_free_but_in_pieces(
        self, home: Path, servers: list[Loopback], question: str, told: str
    ) -> None:
        set_up(home, ("east", servers[0].url, ""))
        assert told in lead(asked(home, question))

    def test_a_start_that_nobody_predicts_is_not_known(
        self, home: Path, servers: list[Loopback]
    ) -> None:
        servers[0].answer = FULL.publish
        set_up(home, ("east", servers[0].url, ""))
        answer = asked(home, "When could 8 H100s start on our cluster?")
        assert "When 8 H100 could start at East is not known; 0 are free." in answer.answer
        assert "| not known |" in answer.answer

    def test_more_or_other_ones_as_a_follow_up(self, home: Path, servers: list[Loopback]) -> None:
        set_up(home, ("west", servers[1].url, ""))
        answer = asked(home, "When could 8 H100s start on our cluster?", "and with 24?")
        call = next(call for call in answer.tool_calls if call.name == "cluster_queue")
        assert call.args == {"gpu": "H100", "count": 24}
        assert "West has 16 H100 in all, fewer than 24." in lead(answer)

    @pytest.mark.parametrize(
        ("question", "told"),
        [
            ("How long is the queue for 8 H100s?", "jobs at East has place 3 of 7."),
            ("8张H100要排队多久？", "排在第3位，共7个任务在排队"),
        ],
    )
    def test_the_place_in_the_queue(
        self, home: Path, servers: list[Loopback], question: str, told: str
    ) -> None:
        nodes, queue = [node("n1")], cluster_queue("ours", "8", "8", pending=7)
        servers[0].answer = Cluster(nodes, [], [queue], waiting=[2, 4]).publish
        set_up(home, ("east", servers[0].url, 'local_queue = "founder/main"'))
        assert told in asked(home, question).answer

    def test_a_cluster_that_is_large_enough_stands_first(
        self, home: Path, servers: list[Loopback]
    ) -> None:
        east, west = servers
        set_up(home, ("west", west.url, ""), ("east", east.url, ""))
        answer = asked(home, "我們的叢集什麼時候能開始跑24張H100？")
        said = re.sub(r" ?\[\d+\] ?", "", lead(answer))
        assert "East什麼時候能開始用24張H100還不清楚；目前有10張空閒" in said

    def test_a_cluster_that_fails_is_named(self, home: Path, servers: list[Loopback]) -> None:
        east, west = servers
        east.answer = lambda _: Reply({"message": PLANTED}, 401)
        set_up(home, ("east", east.url, ""), ("west", west.url, ""))
        answer = asked(home, "How many H100s are free on our clusters?")
        assert "16 of 16 H100 are free at West" in lead(answer)
        assert "east could not be asked: the key was refused (401)" in answer.answer
        set_up(home, ("east", east.url, ""))
        answer = asked(home, "How many H100s are free on our clusters?")
        assert "did not answer" in lead(answer)
        assert answer.abstained

    def test_pods_that_may_not_be_listed(self, home: Path, servers: list[Loopback]) -> None:
        hidden = Cluster([node("n1")], forbidden=("/api/v1/pods",))
        servers[0].answer = hidden.publish
        set_up(home, ("east", servers[0].url, ""))
        answer = asked(home, "How many H100s are free on our cluster?")
        assert "East has 8 H100; how many of them are free is not known." in lead(answer)

    def test_a_desk_without_clusters_says_so(self, home: Path) -> None:
        answer = asked(home, "How many H100s are free on the fund's cluster?")
        assert "No cluster of the fund is set up on this desk." in lead(answer)
        assert answer.abstained
        assert answer.gaps

    @pytest.mark.parametrize(
        ("hours", "told"),
        [(3, "**16 of 16 H100 are free at West"), (13, "**West was last seen at")],
    )
    def test_what_was_seen_earlier_is_told_with_its_time(
        self, home: Path, servers: list[Loopback], hours: int, told: str
    ) -> None:
        set_up(home, ("west", servers[1].url, ""))
        asked(home, "How many H100s are free on our clusters?")
        servers[1].answer = lambda _: Reply({}, 500)
        then = datetime.now(UTC) - timedelta(hours=hours)
        with closing(sqlite3.connect(home / MEMORY)) as db, db:
            (offers,) = db.execute("SELECT offers FROM answer").fetchone()
            rows = json.loads(offers)
            for row in rows:
                row |= dict.fromkeys(
                    ("effective_at", "fetched_at", "observed_at"), then.isoformat()
                )
            db.execute(
                "UPDATE answer SET offers=?, fetched_at=?", (json.dumps(rows), then.timestamp())
            )
        answer = asked(home, "How many H100s are free on our clusters?")
        assert lead(answer).startswith(told)
        assert f"{then:%H:%M} UTC" in lead(answer)
        assert "the server failed (500)" in answer.answer

    def test_what_staff_entered_counts(self, home: Path) -> None:
        today = datetime.now(UTC).date().isoformat()
        (home / "inventory.csv").write_text(
            "provider,gpu,count,free,price_per_gpu_hour,observed_at\n"
            f"Oxygen cluster 1,H100 SXM,512,96,1.40,{today}\n"
        )
        answer = asked(home, "How many H100s are free on the fund's cluster?")
        assert "96 H100 are free at Oxygen cluster 1; how they lie on" in lead(answer)
        assert "| 96/512 " in answer.answer

    def test_how_far_predictions_were_off(self, home: Path, servers: list[Loopback]) -> None:
        memory, now = Memory(home / MEMORY), datetime.now(UTC)
        for n in range(6):
            made = now - timedelta(hours=30 - n)
            due = made + timedelta(minutes=30)
            waits = Findings([], pending=[PendingStart(str(n), due)])
            record_findings(memory, "west", need(), [], waits, made)
            began = Findings([], started=[Started(str(n), due + timedelta(minutes=4 * n - 4))])
            record_findings(memory, "west", need(), [], began, due + timedelta(hours=1))
        memory.close()
        set_up(home, ("west", servers[1].url, ""))
        english = asked(home, "When could 8 H100s start on our cluster?").answer
        told = "6 were checked: the median was 6 minutes late, the worst 16 minutes late; 4 named"
        assert told in english
        chinese = asked(home, "我们的集群什么时候能开始跑8张H100？").answer
        assert "已核对6次：中位数晚了6分钟，最差晚了16分钟，其中4次说得过早" in chinese

    def test_a_hostile_name_is_only_a_name(self, home: Path, servers: list[Loopback]) -> None:
        name = "Eve [x](https://evil.example) | 99 free | ![i](https://evil.example/i.png)"
        set_up(home, ("west", servers[1].url, ""))
        text = (home / "sources.toml").read_text().replace('"West"', json.dumps(name))
        (home / "sources.toml").write_text(text)
        with Assistant.open(home) as desk:
            answer = desk.ask("How many H100s are free on our cluster?")
        assert "evil.example" not in answer.answer
        assert "](" not in answer.answer
        row = next(line for line in answer.answer.splitlines() if line.startswith("| Eve"))
        assert row.count("|") == 9

    def test_a_past_day(self, home: Path, servers: list[Loopback]) -> None:
        set_up(home, ("west", servers[1].url, ""))
        day = datetime.now(UTC).date() - timedelta(days=30)
        with Assistant.open(home, as_of=day.isoformat()) as desk:
            answer = desk.ask("How many H100s are free on the fund's cluster?")
        assert "Clusters tell only of the present" in answer.answer
        assert servers[1].seen == []
