"""Every version stays readable, with who, when and why; older ones can be made current again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import starter
from kb.errors import UnknownSource, UnreadableSource
from kb.library.journal import Journal, change
from tests.kb.conftest import Open, text_of, told, yaml_of


@pytest.fixture(autouse=True)
def _who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE_DESK_WHO", "Ada")


def test_a_life_of_an_article(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    first = kb.add(article, why="from the fund's newsletter").source
    newer = tmp_path / "newer.md"
    newer.write_text(text_of(article, "3.75"))
    replaced = kb.add(newer, replace=first.id, why="price went up")
    assert (replaced.outcome, replaced.source.id) == ("updated", first.id)
    second = replaced.source
    assert kb.source(first.id) == second
    assert kb.source(first.id, first.version) == first
    texts = [hit.passage.text for hit in kb.search("Zephyr dollars an hour", 50)]
    assert any("3.75" in text for text in texts)
    assert not any("2.10" in text for text in texts)

    assert kb.restore(first.id, first.version).version == first.version
    assert kb.source(first.id) == first
    original = tmp_path / "home" / "library" / "articles" / first.id / "original.md"
    assert original.read_bytes() == article.read_bytes()
    kb.remove(first.id, why="withdrawn")
    with pytest.raises(UnknownSource):
        kb.source(first.id)
    assert kb.source(first.id, second.version) == second
    assert told(kb, first.id) == [
        ("add", first.version, "Ada", "from the fund's newsletter"),
        ("replace", second.version, "Ada", "price went up"),
        ("restore", first.version, "Ada", f"restored version {first.version}"),
        ("remove", None, "Ada", "withdrawn"),
    ]
    assert kb.restore(first.id, second.version).version == second.version
    assert kb.source(first.id) == second


def test_a_page_at_the_same_address_is_a_new_version(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb.intake import fetching

    pages = iter([article.read_text(), text_of(article, "3.75"), text_of(article, "3.75") + "\n\n"])

    def fetch(url: str, **_options: object) -> fetching.Fetched:
        return fetching.Fetched(next(pages).encode(), url, "zephyr.md")

    monkeypatch.setattr(fetching, "fetch", fetch)
    kb = open_kb()
    one = kb.add_url("https://zephyr.example/terms")
    two = kb.add_url("https://zephyr.example/terms#price")
    assert (one.outcome, two.outcome) == ("added", "updated")
    assert one.source.id == two.source.id
    assert one.source.version != two.source.version
    # Other bytes that say the same change nothing.
    assert kb.add_url("https://zephyr.example/terms").outcome == "unchanged"
    assert len(kb.history(one.source.id)) == 2


def test_text_corrected_by_hand_survives_the_same_page(
    open_kb: Open, article: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    source = kb.add(article).source
    path = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    path.write_text(path.read_text().replace("Zephyr cluster", "Zephyr's cluster"))
    assert kb.add(article).outcome == "unchanged"
    assert kb.source(source.id).title == "Zephyr's cluster"
    assert [c.action for c in kb.history(source.id)] == ["add", "edit"]


def test_replacing_what_is_not_there(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    with pytest.raises(UnknownSource):
        kb.add(article, replace="nothing")
    with pytest.raises(UnreadableSource, match="id of a program"):
        kb.add(article, replace="generate")
    with pytest.raises(UnknownSource):
        kb.add(article, replace="../../x")


def test_versions_of_the_starter_library_outlive_an_upgrade(
    open_kb: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    kb.search("x")
    before = kb.source("generate")
    kb.close()
    chosen = dict(starter.documents())
    record = yaml_of("generate").replace("350,000", "400,000")
    from kb.library.program_files import parse_program
    from kb.programs.rendering import render

    chosen["generate"] = render(parse_program(record.encode(), "generate.yaml"))
    del chosen["a16z-oxygen"]
    gone = kb.source("a16z-oxygen")
    monkeypatch.setattr(starter, "documents", lambda: chosen)
    monkeypatch.setattr(starter, "files", lambda _: {"generate.yaml": record.encode()})

    kb = open_kb()
    assert any("400,000" in hit.passage.text for hit in kb.search("Azure credit", 20))
    assert kb.source("generate").version != before.version
    assert kb.source("generate", before.version) == before
    assert kb.source("a16z-oxygen", gone.version) == gone
    actions = [(c.action, c.layer) for c in kb.history("generate")]
    assert actions == [("add", "starter"), ("edit", "starter")]
    assert kb.history("a16z-oxygen")[-1].action == "remove"
    # The older version can be made current: as staff's copy, over the bundled one.
    restored = kb.restore("generate", before.version)
    assert (restored.text, restored.layer) == (before.text, "staff")
    # And the bundled one of now again, without a copy that upgrades would not reach.
    kb.restore("generate", chosen["generate"].source.version)
    assert kb.source("generate").layer == "starter"


def test_versions_that_never_were(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    source = kb.add(article).source
    for version in ("0" * 12, "../../x", "", "*"):
        with pytest.raises(UnknownSource):
            kb.source(source.id, version)
        with pytest.raises(UnknownSource):
            kb.restore(source.id, version)
    for name in ("nothing", "../articles", ""):
        with pytest.raises(UnknownSource):
            kb.history(name)
        with pytest.raises(UnknownSource):
            kb.restore(name, source.version)


def test_a_damaged_object_is_not_restored(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    source = kb.add(article).source
    kb.remove(source.id)
    for path in (tmp_path / "home" / "library" / ".history" / "objects").glob("*/*"):
        if path.read_bytes() == article.read_bytes():
            path.write_bytes(b"something else")
    with pytest.raises(UnreadableSource, match="not what it was"):
        kb.restore(source.id, source.version)
    assert source.id not in {one.id for one in kb.sources()}


class TestTheJournal:
    def test_torn_lines_are_left_out_and_nothing_is_glued_to_them(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "journal.jsonl")
        assert journal.all() == []
        one, two = (change("add", name, "article", "0" * 12) for name in ("a", "b"))
        journal.append([one])
        with (tmp_path / "journal.jsonl").open("a") as file:
            file.write('{"at": "cut o')
        assert journal.all() == [one]
        journal.append([two])
        assert journal.all() == [one, two]
        assert journal.damaged == 1
        assert Journal(tmp_path / "journal.jsonl").all() == [one, two]

    def test_it_follows_a_file_that_was_put_back(self, tmp_path: Path) -> None:
        path = tmp_path / "journal.jsonl"
        journal = Journal(path)
        journal.append([change("add", "a", "article", "0" * 12)])
        kept = path.read_bytes()
        journal.append([change("add", "b", "article", "1" * 12)])
        assert len(journal.all()) == 2
        path.write_bytes(kept)
        assert [c.source for c in journal.all()] == ["a"]

    def test_foreign_text_stays_on_one_line(self) -> None:
        assert change("add", "a", "article", None, why="two\nlines\x1b[31m", who=" B\n").why == (
            "two lines"
        )


@pytest.mark.parametrize("action", ["add", "replace", "remove", "restore"])
@pytest.mark.parametrize("point", ["before", "inside", "after"])
def test_an_interrupted_change_is_finished(
    open_kb: Open,
    article: Path,
    tmp_path: Path,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    point: str,
) -> None:
    kb = open_kb()
    kb.sync()
    newer = tmp_path / "newer.txt"
    newer.write_text(text_of(article, "3.75"))
    if action != "add":
        source = kb.add(article).source
    if action == "restore":
        kb.add(newer, replace=source.id)

    def change_it() -> None:
        if action == "remove":
            kb.remove(source.id, why="because")
        elif action == "restore":
            kb.restore(source.id, source.version, why="because")
        else:
            kb.add(newer, replace=source.id if action == "replace" else None, why="because")

    def kill(*_args: object) -> None:
        raise KeyboardInterrupt  # passes by like a kill: nothing is tidied up on its way

    shelf = type(kb._library.articles)
    with monkeypatch.context() as patch:
        if point == "before":
            patch.setattr(shelf, "remove" if action == "remove" else "replace", kill)
        elif point == "inside":
            patch.setattr("kb.library.articles.sync_folder", kill)
        else:
            patch.setattr(Journal, "append", lambda self, changes: kill() if changes else None)
        with pytest.raises(KeyboardInterrupt):
            change_it()
    kb.close()
    again = open_kb()
    hits = {hit.passage.text for hit in again.search("Zephyr dollars an hour", 50)}
    staff = [one for one in again.sources() if one.layer == "staff"]
    assert any(note.startswith("Finished an interrupted change") for note in notes)
    if action == "remove":
        assert staff == []
    else:
        assert len(staff) == 1
        folder = tmp_path / "home" / "library" / "articles" / staff[0].id
        suffix = ".md" if action == "restore" else ".txt"
        assert {path.name for path in folder.iterdir()} == {"text.md", f"original{suffix}"}
        price = "2.10" if action == "restore" else "3.75"
        assert price in staff[0].text
        assert any(price in text for text in hits)
        source = staff[0]
    last = again.history(source.id)[-1]
    assert (last.action, last.who, last.why) == (action, "Ada", "because")
    assert list((tmp_path / "home" / "library" / "articles").glob(".*")) == []
    assert not (tmp_path / "home" / "library" / ".history" / "pending.json").exists()


def test_a_change_that_failed_does_not_come_true_later(
    open_kb: Open, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb = open_kb()
    kb.search("x")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kb.library.articles.write_folder", full)
        with pytest.raises(Exception, match="No space left"):
            kb.add(article)
    kb.close()
    again = open_kb()
    again.sync()
    assert all(one.layer == "starter" for one in again.sources())


def test_an_announcement_that_makes_no_sense_is_dropped(tmp_path: Path, open_kb: Open) -> None:
    kb = open_kb()
    kb.search("x")
    pending = tmp_path / "home" / "library" / ".history" / "pending.json"
    pending.write_text("{}")
    assert kb.sync().steps == []
    assert not pending.exists()
