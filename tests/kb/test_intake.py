"""Taking in many at once: folders, batches, going on after a stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from kb.errors import UnknownSource
from kb.intake import arrivals, fetching
from kb.intake import taking_in as intake
from kb.intake.ahead import ahead
from kb.intake.places import Place, Refused, places_in
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import Open
from tests.kb.test_extraction_docx import CORE, document, paragraph
from tests.kb.test_extraction_pdf import pdf

ROOT = Path(__file__).parents[2]


@pytest.fixture
def memos(tmp_path: Path) -> Path:
    """Ten files in a folder of folders."""
    folder = tmp_path / "memos"
    for n in range(10):
        path = folder / f"part{n % 3}" / f"memo {n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Memo {n}\n\nFund number {n} lends {n + 3}00 accelerators.\n")
    return folder


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_BATCH", 4)


def text_of(home: Path, source_id: str) -> Path:
    return home / "library" / "articles" / source_id / "text.md"


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for name in ("b.md", "a/z.md", "a/.hidden.md", ".git/config", "a/deep/one.txt", "home/x.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    (root / "a" / "back").symlink_to(root, target_is_directory=True)
    (root / "link.md").symlink_to(root / "b.md")
    (root / "empty").mkdir()
    named = [root, str(root / "b.md"), "https://a.example/x", "https://a.example/x", root / "empty"]
    found = list(places_in(named, besides=root / "home"))
    assert [p.shown for p in found if isinstance(p, Place)] == [
        str(root / "a/deep/one.txt"),
        str(root / "a/z.md"),
        str(root / "b.md"),
        str(root / "link.md"),
        "https://a.example/x",
    ]
    [refused] = [p for p in found if isinstance(p, Refused)]
    assert refused.place == str(root / "empty")


def test_results_come_in_order_and_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(3)

    def work(number: int) -> int:
        if number < 3:
            together.wait(10)  # passes only where three are at work at once
        return number

    assert list(ahead(work, range(20), workers=3)) == list(range(20))

    def fails(number: int) -> int:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        list(ahead(fails, [1, 0, 1]))


@pytest.mark.usefixtures("small_batches")
def test_a_folder_goes_in_and_a_second_time_changes_nothing(
    open_kb: Open, memos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    (memos / "part1" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    writes: list[int] = []
    write = kb._upkeep.index.write
    monkeypatch.setattr(
        kb._upkeep.index, "write", lambda *given: (writes.append(len(given[0])), write(*given))[1]
    )
    heard: list[tuple[str, int, int]] = []
    outcomes = kb.add_all([memos], lambda *step: heard.append(step), why="letters")
    refused = [o for o in outcomes if o.error is not None]
    assert [Path(o.place).name for o in refused] == ["picture.png"]
    assert [o.added.outcome for o in outcomes if o.added] == ["added"] * 10
    assert writes[1:] == [4, 4, 2], "one step of the index for each batch"
    assert [step for step in heard if step[0] == "reading"] == [
        ("reading", n, 11) for n in range(1, 12)
    ]
    for outcome in outcomes:
        if outcome.added:
            [change] = kb.history(outcome.added.source.id)
            assert (change.action, change.why) == ("add", "letters")

    monkeypatch.setattr(arrivals, "extract", lambda *_: pytest.fail("known bytes are not read"))
    (memos / "part1" / "picture.png").unlink()
    again = kb.add_all([memos])
    assert [o.added.outcome for o in again if o.added] == ["unchanged"] * 10
    assert len(writes) == 4


def test_no_lock_is_held_while_files_are_read(
    open_kb: Open, memos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb, other = open_kb(), open_kb()
    free: list[bool] = []
    extract = arrivals.extract

    def watched(data: bytes, name: str) -> object:
        with other._upkeep.index.writing(wait=False) as taken:
            free.append(taken)
        return extract(data, name)

    monkeypatch.setattr(arrivals, "extract", watched)
    monkeypatch.setattr(arrivals, "ahead", map)  # one at a time, so that they do not meet
    kb.add_all([memos])
    assert free == [True] * 10


@pytest.mark.usefixtures("small_batches")
def test_stopped_half_way_it_goes_on(
    open_kb: Open, memos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    put = kb._editor.put
    done: list[str] = []

    def interrupted(*given: object) -> object:
        if len(done) == 6:
            raise KeyboardInterrupt
        done.append(str(given[1]))
        return put(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(kb._editor, "put", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kb.add_all([memos])
    outcomes = [o.added for o in open_kb().add_all([memos]) if o.added]
    assert [o.outcome for o in outcomes] == ["unchanged"] * 6 + ["added"] * 4
    assert [o.source.id for o in outcomes][:6] == done
    found = {hit.passage.source for hit in open_kb().search("accelerators of the fund", 20)}
    assert {o.source.id for o in outcomes} <= found


KILLED = """
import os, signal, sys
from pathlib import Path
from kb.intake import taking_in as intake
from kb.knowledge_base import KnowledgeBase
intake._BATCH = 4
kb = KnowledgeBase.open(Path(sys.argv[1]))
kb.search("warm")
write, count = kb._upkeep.index._write_group, 0
def killed(*given):
    global count
    count += 1
    done = write(*given)
    if count == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
kb._upkeep.index._write_group = killed
kb.add_all([Path(sys.argv[2])])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_half_way_it_goes_on(tmp_path: Path, memos: Path) -> None:
    home = tmp_path / "home"
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), str(memos)], cwd=ROOT, timeout=120, check=False
    )
    assert child.returncode == -signal.SIGKILL
    with KnowledgeBase.open(home) as kb:
        outcomes = [o.added.outcome for o in kb.add_all([memos]) if o.added]
        assert outcomes == ["unchanged"] * 8 + ["added"] * 2
        staff = {s.id for s in kb.sources() if s.layer == "staff"}
        assert len(staff) == 10
        hits = kb.search("Fund number lends accelerators", 40)
        assert staff <= {hit.passage.source for hit in hits}


def test_the_same_bytes_and_the_same_address_twice_in_one_call(
    open_kb: Open, memos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memos / "copy.md").write_bytes((memos / "part0" / "memo 0.md").read_bytes())
    pages = {"a": "# A\n\nPage about terms.\n", "b": "# B\n\nPage about other terms.\n"}

    def fetch(url: str, **_options: object) -> fetching.Fetched:
        return fetching.Fetched(pages[url[-1]].encode(), "https://zephyr.example/terms", "p.md")

    monkeypatch.setattr(fetching, "fetch", fetch)
    kb = open_kb()
    outcomes = [o.added for o in kb.add_all([memos, "https://x.example/a", "https://x.example/b"])]
    known = [o for o in outcomes if o is not None]
    assert [o.outcome for o in known] == ["added"] + ["unchanged"] + ["added"] * 10 + ["updated"]
    assert known[0].source == known[1].source
    assert known[-2].source.id == known[-1].source.id
    assert "other terms" in kb.source(known[-1].source.id).text
    assert len(kb.history(known[-1].source.id)) == 2


def test_an_unknown_article_to_replace_is_told_for_each(open_kb: Open, article: Path) -> None:
    [outcome] = open_kb().add_all([article], replace="nothing")
    assert isinstance(outcome.error, UnknownSource)


HTML = """<html lang="zh-Hant"><head><title>氧氣計畫的條款</title>
<meta name="author" content="王小明"><meta property="og:site_name" content="科技日報">
<meta property="article:published_time" content="2025-03-04T10:00:00Z">
<link rel="canonical" href="https://daily.example/oxygen"></head><body><article>
<h1>氧氣計畫的條款</h1><p>基金向被投公司出借五百塊加速器，每小時收費二點一美元，合約為期六週，
並要求公司回報使用狀況。</p><p>創辦人表示，這項計畫讓他們省下大筆資金，也縮短了訓練時間。</p>
</article></body></html>"""
MARKDOWN = """---
title: Terms of the Oxygen plan
author: Jane Doe
publisher: Tech Daily
published: 2025-03-04
url: https://daily.example/oxygen
---

The fund lends five hundred accelerators to its companies.
"""
BODY = "The fund lends five hundred accelerators to its companies for six weeks."
FORMS = {
    "page.html": (HTML.encode(), "zh-Hant", ("author", "publisher", "published", "url")),
    "memo.md": (MARKDOWN.encode(), "en", ("author", "publisher", "published", "url")),
    "memo.docx": (
        document(paragraph(BODY), {"docProps/core.xml": CORE.format(title="Oxygen terms")}),
        "en",
        ("author", "published"),
    ),
    "memo.pdf": (
        pdf([[BODY]], {"/Title": "Oxygen terms", "/Author": "Jane Doe",
                       "/CreationDate": "D:20250304100000Z"}),
        "en",
        ("author", "published"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_what_a_file_tells_about_itself_is_written_down(
    open_kb: Open, tmp_path: Path, name: str
) -> None:
    data, language, told = FORMS[name]
    (tmp_path / name).write_bytes(data)
    kb = open_kb()
    source = kb.add(tmp_path / name).source
    text = text_of(tmp_path / "home", source.id)
    front = yaml.safe_load(text.read_text(encoding="utf-8").split("---")[1])
    assert {"id", "title", "language", "sha256", "original", "added", *told} <= set(front)
    assert (front["language"], source.language) == (language, language)
    assert str(front["published"]).startswith("202")
    assert source.title == front["title"] != name
    assert source.author == front["author"]

    text.write_text(text.read_text().replace(f"author: {front['author']}", "author: A. N. Other"))
    [step] = kb.sync().steps
    assert (step.source, step.action) == (source.id, "changed")
    assert kb.source(source.id).author == "A. N. Other"
