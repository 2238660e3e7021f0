"""A sample of `benchmarks/server.py`, and founders' processes that share one home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.publication.published import PublishedKnowledge
from tests.chroma_server import ChromaProcess
from tests.kb.conftest import WordEmbedder

pytestmark = [
    pytest.mark.xdist_group("chroma"),
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX"),
]

ROOT = Path(__file__).parents[2]


def test_publishing_and_searching_at_once_loses_and_mixes_nothing() -> None:
    program = [sys.executable, str(ROOT / "benchmarks" / "server.py")]
    size = ["--seconds", "3", "--writers", "2", "--readers", "2", "--kills", "1"]
    done = subprocess.run(
        program + size, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert [figures[name] for name in ("stale", "mixed", "lost", "exceptions")] == [0, 0, 0, 0]
    assert figures["publications"] >= 4
    assert figures["searches"] >= 4


def test_desks_that_share_a_home_fetch_and_follow_side_by_side(
    open_kb: Callable[..., KnowledgeBase],
    chroma: ChromaProcess,
    embedder: WordEmbedder,
    article: Path,
    tmp_path: Path,
) -> None:
    url = chroma.database()
    kb = open_kb()
    source = kb.add(article).source.id
    kb.publish(url, None)
    desks = [
        PublishedKnowledge.open(tmp_path / "founder", url, embedder=embedder) for _ in range(4)
    ]
    problems: list[object] = []
    ends = threading.Event()

    def read(desk: PublishedKnowledge) -> None:
        while True:
            last = ends.is_set()  # a search that begins after the last publication sees it
            try:
                text = desk.search("Zephyr accelerators", 1)[0].passage.text
                if "lends" not in text or (last and "5000" not in text):
                    problems.append(text)
            except Exception as error:  # whatever it is
                problems.append(error)
            if last:
                return

    threads = [threading.Thread(target=read, args=(desk,)) for desk in desks for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 6):
        article.write_text(f"# Zephyr\n\nThe Zephyr fund lends {number}000 accelerators.\n")
        kb.add(article, replace=source)
        kb.publish(url, None)
    ends.set()
    for thread in threads:
        thread.join(120)
    for desk in desks:
        desk.close()
    assert problems == []
    folders = [one for one in (tmp_path / "founder/published").glob("*/*") if one.is_dir()]
    assert len(folders) <= 3
