"""Every version stays readable, with who, when and why; older ones can be made current again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kb import starter
from kb.errors import InvalidProgram, ReadOnlySource, UnknownSource, UnreadableSource
from kb.knowledge_base import KnowledgeBase
from kb.library.editing import Editor
from kb.library.history import History
from kb.library.journal import Journal, change
from kb.library.layers import Library
from kb.library.views import Present

Open = Callable[..., KnowledgeBase]


@pytest.fixture(autouse=True)
def _who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE_DESK_WHO", "Ada")


def text_of(article: Path, price: str) -> str:
    return article.read_text().replace("2.10", price)


def told(kb: KnowledgeBase, source: str) -> list[tuple[str, str | None, str, str]]:
    return [(c.action, c.version, c.who, c.why) for c in kb.history(source)]


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


def yaml_of(program: str) -> str:
    return (starter.FOLDER / "programs" / f"{program}.yaml").read_text(encoding="utf-8")


def test_a_program_of_the_staff_lies_over_the_bundled_one(
    open_kb: Open, tmp_path: Path, embedder: object
) -> None:
    kb = open_kb()
    bundled = kb.source("generate")
    record = tmp_path / "terms.yaml"
    record.write_text(yaml_of("generate").replace("350,000", "410,000"))
    added = kb.add(record, why="told by the fund")
    assert (added.outcome, added.source.id, added.source.layer) == ("updated", "generate", "staff")
    assert kb.add(record).outcome == "unchanged"
    found = kb.find_program("Generate")
    assert found is not None
    assert any("410,000" in term.en for term in found.terms)
    texts = [hit.passage.text for hit in kb.search("Azure credit", 20)]
    assert any("410,000" in text for text in texts)
    assert not any("350,000" in text for text in texts)
    folder = tmp_path / "home" / "library" / "programs"
    assert "$schema=program.schema.json" in (folder / "generate.yaml").read_text().splitlines()[0]
    assert json.loads((folder / "program.schema.json").read_text())["title"] == "Program"

    kb.remove("generate")
    assert kb.source("generate") == bundled
    with pytest.raises(ReadOnlySource):
        kb.remove("generate")
    staff = [c.action for c in kb.history("generate") if c.layer == "staff"]
    assert staff == ["replace", "remove"]


def test_a_new_program(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    record = tmp_path / "any name.yml"
    text = yaml_of("generate").replace("id: generate", "id: zephyr-grants")
    record.write_text(text)
    assert kb.add(record).outcome == "added"
    assert [p.field for p in kb.program_passages("zephyr-grants", "en")]
    assert "zephyr-grants" in {program.id for program in kb.programs()}
    # Links and aliases are not shown, and still make another version of the record.
    before = kb.source("zephyr-grants").version
    record.write_text(text.replace("aliases:\n", "aliases:\n  - Westwind\n"))
    assert kb.add(record).source.version != before


def test_the_schema_is_that_of_the_records(tmp_path: Path) -> None:
    from kb.library.program_files import SCHEMA
    from kb.starter.__main__ import write_schema

    write_schema(tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_text() == SCHEMA.read_text(), "run make starter"
    schema = json.loads(SCHEMA.read_text())
    assert set(schema["$defs"]["Term"]["required"]) >= {"field", "en", "zh-Hans", "publisher"}


def test_an_article_lies_over_the_bundled_one(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    name = "ai-revenue-question-en"
    bundled = kb.source(name)
    added = kb.add(article, replace=name)
    assert (added.outcome, added.source.id, added.source.layer) == ("updated", name, "staff")
    assert "Zephyr" in kb.source(name).text
    assert kb.source(name, bundled.version) == bundled
    assert {h.passage.version for h in kb.search("Zephyr revenue", 50) if h.passage.source == name}
    kb.remove(name)
    assert kb.source(name) == bundled


def test_what_a_person_put_beside_an_article_stays(
    open_kb: Open, article: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    source = kb.add(article).source
    folder = tmp_path / "home" / "library" / "articles" / source.id
    (folder / "remarks.txt").write_text("call them again in May")
    article.write_text(text_of(article, "3.75"))
    kb.add(article, replace=source.id)
    assert (folder / "remarks.txt").exists()


def test_fund_only_programs_stay_inside(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    record = tmp_path / "generate.yaml"
    record.write_text(yaml_of("generate") + "\nvisibility: fund\n")
    kb.add(record)
    assert "generate" not in {source.id for source in kb.sources()}
    assert "generate" not in {program.id for program in kb.programs()}
    assert all(hit.passage.source != "generate" for hit in kb.search("Azure credits", 50))
    with pytest.raises(UnknownSource):
        kb.source("generate")
    # A hand that slips does not make it public.
    path = tmp_path / "home" / "library" / "programs" / "generate.yaml"
    path.write_text(path.read_text().replace("kind: investor", "kind: nonsense"))
    kb.sync()
    assert "generate" not in {source.id for source in kb.sources()}
    assert all(hit.passage.source != "generate" for hit in kb.search("Azure credits", 50))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kind: investor", "kind: bank", "kind: "),
        ("grade: reported", "grade: sure", "terms.0.grade"),
        ("id: generate", "id: Generate!", "id: "),
        ("sponsor:", "sponser:", "sponsor: Field required"),
        ("schema: 1", "schema: 1\nterms: [", "cannot be read"),
    ],
)
def test_a_record_with_a_mistake_is_refused_in_one_line(
    open_kb: Open, tmp_path: Path, old: str, new: str, says: str
) -> None:
    record = tmp_path / "mine.yaml"
    record.write_text(yaml_of("generate").replace(old, new, 1))
    kb = open_kb()
    with pytest.raises(InvalidProgram) as caught:
        kb.add(record)
    assert says in caught.value.message
    assert "\n" not in caught.value.message
    assert not list((tmp_path / "home" / "library" / "programs").glob("*.yaml"))


def test_a_record_broken_by_hand_leaves_the_last_good_one(
    open_kb: Open, tmp_path: Path, notes: list[str]
) -> None:
    kb = open_kb()
    record = tmp_path / "generate.yaml"
    record.write_text(yaml_of("generate").replace("350,000", "410,000"))
    good = kb.add(record).source
    kb.close()
    path = tmp_path / "home" / "library" / "programs" / "generate.yaml"
    path.write_text(path.read_text().replace("kind: investor", "kind: bank"))
    kb = open_kb()
    notes.clear()
    assert any("410,000" in hit.passage.text for hit in kb.search("Azure credit", 20))
    assert kb.source("generate") == good
    assert [note for note in notes if "the last good version stays" in note]
    path.write_text("\x00")
    assert kb.find_program("generate") is not None
    path.unlink()
    assert kb.sync().steps[0].action == "changed"
    assert kb.source("generate").layer == "starter"


def test_an_article_broken_by_hand_leaves_the_last_good_one(
    open_kb: Open, article: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    source = kb.add(article).source
    path = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    for broken in (b"\xff\xfe\x00", b"---\n: [\n---\n"):
        path.write_bytes(broken)
        assert "last good version stays" in kb.sync().notes[0]
        assert kb.source(source.id) == source
    path.unlink()
    assert kb.source(source.id) == source
    assert kb.restore(source.id, source.version) == source
    assert source.text in path.read_text()


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


def test_the_layers_need_no_index(tmp_path: Path, small_library: list[str], article: Path) -> None:
    from kb.extraction import extract
    from kb.home import Home
    from kb.library.articles import take_in

    home = Home(tmp_path / "home")
    home.prepare()
    library = Library(home)
    editor = Editor(library)
    data = article.read_bytes()
    taken = take_in(None, data, extract(data, article.name), article.name)
    source = editor.put("article", taken.id, taken.files, "add", "")
    assert Present(library).document(source.id).source == source
    assert History(home.history).of(source.id)[0].version == source.version
    with pytest.raises(UnknownSource):
        editor.remove("nothing", "")
