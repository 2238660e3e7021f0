"""What staff add lies over the starter library: programs, articles, files broken by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import InvalidProgram, ReadOnlySource, UnknownSource
from kb.library.editing import Editor
from kb.library.history import History
from kb.library.layers import Library
from kb.library.views import Present
from tests.kb.conftest import Open, text_of, yaml_of


@pytest.fixture(autouse=True)
def _who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPUTE_DESK_WHO", "Ada")


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
