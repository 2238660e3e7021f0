"""Damage, kills and several processes: the library is the truth, the index follows it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb import starter
from kb.errors import HomeUnusable, IndexDamaged, KbError
from kb.home import store_failure, write_atomically
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import Open

ROOT = Path(__file__).parents[2]


def overwrite(path: Path) -> None:
    path.write_bytes(b"\x00garbage\xff" * 200)


def vectors(index: Path) -> None:
    overwrite(index / "chroma" / "chroma.sqlite3")


def no_vectors(index: Path) -> None:
    shutil.rmtree(index / "chroma")


def empty_vectors(index: Path) -> None:
    shutil.rmtree(index / "chroma")
    (index / "chroma").mkdir()


def keywords(index: Path) -> None:
    overwrite(index / "keywords" / "meta.json")


def keyword_segments(index: Path) -> None:
    for path in (index / "keywords").glob("*.term"):
        overwrite(path)


def no_keywords(index: Path) -> None:
    shutil.rmtree(index / "keywords")


def manifest(index: Path) -> None:
    overwrite(index / "manifest.json")


def manifest_of_another_kind(index: Path) -> None:
    (index / "manifest.json").write_text('{"format": 1, "documents": []}')


def miscounted(index: Path) -> None:
    data = json.loads((index / "manifest.json").read_text())
    data["documents"]["generate"]["passages"] += 1
    (index / "manifest.json").write_text(json.dumps(data))


def cached_vectors(index: Path) -> None:
    overwrite(index / "vectors.db")
    no_vectors(index)


DAMAGE = [
    vectors, no_vectors, empty_vectors, keywords, keyword_segments, no_keywords,
    manifest, manifest_of_another_kind, miscounted, cached_vectors,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda f: f.__name__)
def test_a_damaged_index_is_rebuilt_and_said_so(
    open_kb: Open, article: Path, tmp_path: Path, notes: list[str], damage: Callable[[Path], None]
) -> None:
    first = open_kb()
    source = first.add(article).source
    first.close()
    notes.clear()
    damage(tmp_path / "home" / "index")

    kb = open_kb()
    assert kb.search("What does Zephyr charge?", 1)[0].passage.source == source.id
    assert any("rebuilding it from the library" in note for note in notes)
    assert all("\n" not in note for note in notes)

    notes.clear()
    kb.close()
    assert open_kb().search("Zephyr", 1)[0].passage.source == source.id
    assert notes == []


def test_damage_that_only_a_query_meets(open_kb: Open, tmp_path: Path, notes: list[str]) -> None:
    # Chroma writes its graph to files of their own from a thousand vectors on.
    big = tmp_path / "big.txt"
    big.write_text("\n\n".join(f"Paragraph {n} is about word{n}." for n in range(1200)))
    first = open_kb()
    first.add(big)
    first.close()
    graphs = list((tmp_path / "home" / "index" / "chroma").rglob("data_level0.bin"))
    assert graphs
    for path in graphs:
        overwrite(path)
    assert "word777" in open_kb().search("word777", 1)[0].passage.text
    assert any("damaged" in note for note in notes)


def test_damage_while_open_is_repaired(open_kb: Open, tmp_path: Path, notes: list[str]) -> None:
    kb = open_kb()
    kb.search("Azure")
    shutil.rmtree(tmp_path / "home" / "index")
    (tmp_path / "home" / "index").mkdir()
    assert kb.search("Azure", 1)[0].passage.source == "generate"


def test_a_removed_index_is_rebuilt_without_alarm(open_kb: Open, tmp_path: Path, notes) -> None:
    open_kb().search("x")
    shutil.rmtree(tmp_path / "home" / "index")
    notes.clear()
    assert open_kb().search("Azure", 1)[0].passage.source == "generate"
    assert not any("damaged" in note for note in notes)


def test_text_changed_by_hand_is_indexed_anew(open_kb: Open, article: Path, tmp_path: Path) -> None:
    first = open_kb()
    source = first.add(article).source
    first.close()
    path = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    path.write_text(path.read_text().replace("2.10 dollars", "3.75 dollars"))
    kb = open_kb()
    assert kb.source(source.id).version != source.version
    texts = [h.passage.text for h in kb.search("Zephyr charge dollars", 50)]
    assert any("3.75 dollars" in text for text in texts)
    assert not any("2.10 dollars" in text for text in texts)


def test_damage_that_only_a_write_meets(open_kb: Open, tmp_path: Path, notes: list[str]) -> None:
    kb = open_kb()
    kb.search("GPU", 1)
    keywords = tmp_path / "home" / "index" / "keywords"
    [segment] = {path.stem for path in keywords.glob("*.term")}
    # What a kill inside a commit leaves: the list of deletions that the next commit will write.
    for opstamp in range(1000):
        (keywords / f"{segment}.{opstamp}.del").touch()
    record = tmp_path / "generate.yaml"
    given = starter.files("generate")["generate.yaml"].decode()
    record.write_text(given.replace("Generate", "Quokka", 1), encoding="utf-8")
    source = kb.add(record).source
    assert any("damaged" in note for note in notes)
    assert source.version in {hit.passage.version for hit in kb.search("Quokka Generate", 9)}


def test_rests_of_a_killed_add_are_swept(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    rest = tmp_path / "home" / "library" / "articles" / ".adding-xyz"
    rest.mkdir()
    (rest / "text.md").write_text("half")
    kb.add(article)
    assert not rest.exists()
    assert len([s for s in kb.sources() if s.layer == "staff"]) == 1


def test_a_kill_between_library_and_index_loses_nothing(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    kb.search("x")
    monkeypatch.setattr(kb._upkeep.index, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kb.add(article)
    monkeypatch.undo()
    kb.close()
    assert "zephyr" in open_kb().search("Zephyr", 1)[0].passage.source


@pytest.mark.parametrize("point", ["put", "delete"])
def test_a_kill_inside_a_write_leaves_a_good_state(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    from kb.retrieval.chroma import ChromaStore

    kb = open_kb()
    kb.search("x")
    original = getattr(ChromaStore, point)

    def after(self: ChromaStore, rows: list[object]) -> None:
        original(self, rows)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ChromaStore, point, after)
        with pytest.raises(KeyboardInterrupt):
            kb.add(article)
    kb.close()
    again = open_kb()
    hits = again.search("Zephyr", 100)
    assert "zephyr" in hits[0].passage.source
    assert len({(h.passage.source, h.passage.start) for h in hits}) == len(hits)


def interrupted(*_args: object) -> None:
    raise KeyboardInterrupt


def test_an_atomic_write_leaves_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("attempt to write a readonly database", HomeUnusable),
        ("No space left on device", HomeUnusable),
        ("database is locked", HomeUnusable),
        ("file is not a database", IndexDamaged),
        ("", IndexDamaged),
    ],
)
def test_a_full_disk_is_no_damage(tmp_path: Path, reason: str, kind: type[KbError]) -> None:
    failure = store_failure("the vector store", tmp_path, ValueError(reason))
    assert type(failure) is kind
    assert failure.hint


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_home_that_became_read_only(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    kb.search("x")
    folder = tmp_path / "home" / "library" / "articles"
    folder.chmod(0o555)
    try:
        with pytest.raises(HomeUnusable):
            kb.add(article)
    finally:
        folder.chmod(0o755)


WRITER = """
import sys
from pathlib import Path
from kb.knowledge_base import KnowledgeBase
home, folder = Path(sys.argv[1]), Path(sys.argv[2])
kb = KnowledgeBase.open(home)
for path in sorted(folder.glob("*.md")):
    print(kb.add(path).source.id, flush=True)
"""


def start_writer(home: Path, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(folder)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def memos(tmp_path: Path) -> Path:
    folder = tmp_path / "memos"
    folder.mkdir()
    for n, name in enumerate(("Quillon", "Brantford", "Ostrava", "Zephyrine", "Malachi", "Verity")):
        text = f"# {name} memo\n\nThe {name} fund lends {n + 3}00 accelerators to its companies.\n"
        (folder / f"{n}-{name.lower()}.md").write_text(text)
    return folder


def test_searching_while_another_process_adds(tmp_path: Path, memos: Path) -> None:
    kb = KnowledgeBase.open(tmp_path / "home")
    kb.search("warm up")
    with start_writer(tmp_path / "home", memos) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            # What another process acknowledged is found at once by this one, which stays open.
            name = line.strip().split("-")[1]
            hits = kb.search(f"How many accelerators does the {name.title()} fund lend?", 3)
            assert line.strip() in {hit.passage.source for hit in hits}
    assert writer.returncode == 0
    kb.close()


@pytest.mark.parametrize("acknowledged", [1, 3])
def test_a_killed_writer_loses_nothing_it_acknowledged(
    tmp_path: Path, memos: Path, acknowledged: int
) -> None:
    ids = []
    with start_writer(tmp_path / "home", memos) as writer:
        assert writer.stdout is not None
        while len(ids) < acknowledged:
            ids.append(writer.stdout.readline().strip())
        writer.send_signal(signal.SIGKILL)
    with KnowledgeBase.open(tmp_path / "home") as kb:
        staff = {source.id for source in kb.sources() if source.layer == "staff"}
        assert staff >= set(ids)
        for source in staff:
            name = source.split("-")[1].title()
            assert source in {h.passage.source for h in kb.search(f"The {name} fund", 3)}


def test_two_writers_take_turns(tmp_path: Path, memos: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    for path in sorted(memos.glob("*.md"))[:3]:
        path.rename(half / path.name)
    with (
        start_writer(tmp_path / "home", memos) as one,
        start_writer(tmp_path / "home", half) as two,
    ):
        ids = {*(one.communicate()[0].split()), *(two.communicate()[0].split())}
    assert (one.returncode, two.returncode, len(ids)) == (0, 0, 6)
    notes: list[str] = []
    with KnowledgeBase.open(tmp_path / "home", note=notes.append) as kb:
        for source in ids:
            name = source.split("-")[1].title()
            assert source in {h.passage.source for h in kb.search(f"The {name} fund", 3)}
    assert notes == []
