"""The library in one file, and the same hits in the same order after rebuild and restore."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kb.errors import BackupFailed
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import Open, WordEmbedder

QUESTIONS = ("What does Zephyr charge an hour?", "Azure credits", "算力 价格", "fund price GPUs")


def hits(kb: KnowledgeBase) -> list[list[tuple[object, float, float]]]:
    found = [kb.search(question, 20) for question in QUESTIONS]
    return [[(h.passage, round(h.score, 6), round(h.keyword, 6)) for h in row] for row in found]


def test_a_backup_unpacks_into_a_home(
    open_kb: Open, article: Path, tmp_path: Path, embedder: WordEmbedder
) -> None:
    kb = open_kb()
    first = kb.add(article).source
    article.write_text(article.read_text().replace("2.10", "3.75"))
    kb.add(article, replace=first.id)
    rest = tmp_path / "home" / "library" / "articles" / ".adding-rest"
    rest.mkdir()
    (rest / "text.md").write_text("half")
    done = kb.backup(tmp_path / "desk.zip")
    assert done.bytes == (tmp_path / "desk.zip").stat().st_size
    with zipfile.ZipFile(tmp_path / "desk.zip") as archive:
        about = json.loads(archive.read("backup.json"))
        archive.extractall(tmp_path / "other")
    assert about["format"] == 1
    assert about["files"] == done.files
    assert not list((tmp_path / "other").rglob(".adding*"))
    with KnowledgeBase.open(tmp_path / "other", embedder=embedder) as other:
        assert other.library_version == kb.library_version == done.library_version
        assert hits(other) == hits(kb)
        assert other.history(first.id) == kb.history(first.id)
        assert other.source(first.id, first.version) == first
        assert other.restore(first.id, first.version).version == first.version


def test_a_backup_never_replaces_a_file(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    target = tmp_path / "desk.zip"
    target.write_text("mine")
    with pytest.raises(BackupFailed, match="exists already"):
        kb.backup(target)
    assert target.read_text() == "mine"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_takes_no_files(open_kb: Open, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    with pytest.raises(BackupFailed):
        open_kb().backup(folder / "desk.zip")


def test_a_folder_that_is_missing(open_kb: Open, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed):
        open_kb().backup(tmp_path / "missing" / "desk.zip")
    assert [p.name for p in tmp_path.glob("*.zip*")] == []


EDITS = st.lists(
    st.tuples(st.sampled_from("add edit remove restore".split()), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=5,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(EDITS)
def test_rebuilding_changes_no_hit(
    small_library: list[str], tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    with KnowledgeBase.open(folder / "home", embedder=WordEmbedder()) as kb:
        ids: dict[int, list[tuple[str, str]]] = {}
        for step, (action, number) in enumerate(edits):
            _edit(kb, folder, ids, action, number, step)
        before = hits(kb)
        version = kb.library_version
        kb.rebuild()
        assert hits(kb) == before
        assert kb.library_version == version


def _edit(
    kb: KnowledgeBase,
    folder: Path,
    ids: dict[int, list[tuple[str, str]]],
    action: str,
    number: int,
    step: int,
) -> None:
    known = ids.setdefault(number, [])
    if action == "add":
        path = folder / f"memo {number}.md"
        path.write_text(
            f"# Zephyr memo {number}\n\nThe Zephyr fund charges {step} dollars an hour for GPUs.\n"
            f"\nIts word{number} price is {step}, credits of Azure {number * 1000 + step}.\n"
        )
        source = kb.add(path, replace=known[-1][0] if known and present(kb, known) else None).source
        known.append((source.id, source.version))
    elif action == "edit" and present(kb, known):
        path = folder / "home" / "library" / "articles" / known[-1][0] / "text.md"
        path.write_text(path.read_text() + f"\nEdited by hand in step {step}: GPUs.\n")
        kb.sync()
        known.append((known[-1][0], kb.source(known[-1][0]).version))
    elif action == "remove" and present(kb, known):
        kb.remove(known[-1][0])
    elif action == "restore" and known:
        kb.restore(*known[0])


def present(kb: KnowledgeBase, known: list[tuple[str, str]]) -> bool:
    return bool(known) and known[-1][0] in {source.id for source in kb.sources()}
