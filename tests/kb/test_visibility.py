"""What is fund-only stays with the fund: in no list, search, count, version or error of founders,
and in no byte of their index."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from kb import starter
from kb.errors import InvalidProgram, UnknownSource
from kb.knowledge_base import KnowledgeBase
from kb.library.program_files import parse_program
from kb.library.visibility import as_files, public_record, withdrawn
from kb.programs.rendering import render
from tests.kb.conftest import Open

SECRET = "Quokkafish"
TERM = {
    "field": "price",
    "en": f"{SECRET} companies pay 0.77 dollars an hour.",
    "zh-Hans": f"{SECRET}公司每小时付 0.77 美元。",
    "grade": "official",
    "publisher": f"{SECRET} desk",
    "source": "https://example.org/quokkafish",
    "visibility": "fund",
}


def record(folder: Path, *terms: dict[str, str], **fields: object) -> Path:
    """A copy of the bundled record generate, changed."""
    data = yaml.safe_load(starter.files("generate")["generate.yaml"]) | fields
    data["terms"] = [*data["terms"], *terms]
    path = folder / f"{data['id']}.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture
def memo(tmp_path: Path) -> Path:
    path = tmp_path / "memo.md"
    path.write_text(
        f"# The {SECRET} memo\n\nThe {SECRET} cluster of the fund has 768 accelerators.\n",
        encoding="utf-8",
    )
    return path


def bytes_under(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes().lower()


def on_disk(home: Path, word: str = SECRET) -> bool:
    """Whether a founder's index holds a word anywhere; the fund's own index may."""
    copy = home.parent / "founders-index"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home / "index", copy, ignore=shutil.ignore_patterns("fund"))
    return any(word.lower().encode() in data for data in bytes_under(copy))


def test_no_memory_of_the_process_is_saved(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    kb.search("generate", 1)
    open_kb().search("generate", 1)
    chroma = tmp_path / "home" / "index" / "chroma"
    saved = [*chroma.glob("*/data_level0.bin"), *chroma.glob("*/length.bin")]
    assert len(saved) == 2
    assert not any(any(path.read_bytes()) for path in saved)


def all_that_founders_get(kb: KnowledgeBase) -> str:
    """Everything that a founder's knowledge base tells about anything, as one text."""
    told: list[object] = [kb.sources(), kb.programs(), kb.check(), kb.gaps(), kb.library_version]
    for source in kb.sources():
        told += [kb.source(source.id), kb.passages(source.id), kb.history(source.id)]
        told += [kb.source(source.id, c.version) for c in kb.history(source.id) if c.version]
    for question in (SECRET, "0.77 dollars an hour", "cluster of the fund", "generate"):
        told += [kb.search(question, 50), kb.find_program(question)]
    return "\n".join(map(str, told))


def test_an_article_for_the_fund(open_kb: Open, memo: Path, tmp_path: Path) -> None:
    founders, staff = open_kb(), open_kb(fund=True)
    before = founders.library_version
    weights = founders.question_weights(f"{SECRET} cluster accelerators")
    added = staff.add(memo, fund=True)
    assert (added.outcome, added.source.visibility) == ("added", "fund")
    for kb in (founders, open_kb()):
        assert SECRET.lower() not in all_that_founders_get(kb).lower()
        assert kb.library_version == before
        assert kb.question_weights(f"{SECRET} cluster accelerators") == weights
    assert not on_disk(tmp_path / "home")
    assert added.source.id in {source.id for source in staff.sources()}
    assert staff.search(f"{SECRET} cluster", 3)[0].passage.source == added.source.id
    assert not on_disk(tmp_path / "home")  # also when staff have searched
    assert [c.action for c in staff.history(added.source.id)] == ["add"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda kb, name: kb.source(name),
        lambda kb, name: kb.source(name, "0123456789ab"),
        lambda kb, name: kb.passages(name),
        lambda kb, name: kb.history(name),
        lambda kb, name: kb.program_passages(name, "en"),
    ],
)
def test_a_hidden_id_is_no_other_than_a_missing_one(
    open_kb: Open, tmp_path: Path, ask: Callable[[KnowledgeBase, str], object]
) -> None:
    open_kb().add(record(tmp_path, id="quokkafish", aliases=[SECRET], visibility="fund"))
    said = []
    for name in ("quokkafish", "wombatfish"):
        with pytest.raises(UnknownSource) as error:
            ask(open_kb(), name)
        said.append(f"{error.value.message} {error.value.hint}".replace(name, "NAME"))
    assert said[0] == said[1]


def test_a_fund_only_term_was_never_there_for_founders(open_kb: Open, tmp_path: Path) -> None:
    plain = open_kb().add(record(tmp_path)).source
    before = open_kb().library_version
    mixed = open_kb().add(record(tmp_path, TERM))
    assert mixed.outcome == "updated"
    assert mixed.source.visibility == "fund"
    founders = open_kb()
    assert founders.source("generate") == plain
    assert founders.library_version == before
    assert SECRET.lower() not in all_that_founders_get(founders).lower()
    assert [c.version for c in founders.history("generate") if c.layer == "staff"] == [
        plain.version
    ]
    assert not on_disk(tmp_path / "home")
    with pytest.raises(UnknownSource):
        founders.source("generate", mixed.source.version)
    staff = open_kb(fund=True)
    assert SECRET in staff.source("generate").text
    assert staff.search(f"{SECRET} companies dollars an hour", 3)[0].passage.field == "price"
    assert len(staff.history("generate")) == len(founders.history("generate")) + 1


def test_the_public_form_can_be_cited_and_restored(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    kb.add(record(tmp_path, TERM, aliases=["First name"]))
    shown = open_kb().source("generate")
    kb.add(record(tmp_path, TERM, aliases=["Another name"]))
    assert open_kb().source("generate").version != shown.version
    assert open_kb().source("generate", shown.version) == shown
    restored = open_kb(fund=True).restore("generate", shown.version)
    assert restored.visibility == "public"
    assert restored.version == shown.version


def test_what_becomes_fund_only_goes_back_in_time(
    open_kb: Open, memo: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    source = kb.add(memo).source
    assert kb.search(SECRET, 1)[0].passage.source == source.id
    assert on_disk(tmp_path / "home")
    again = kb.add(memo, fund=True)
    assert (again.outcome, again.source.id) == ("updated", source.id)
    founders = open_kb()
    assert SECRET.lower() not in all_that_founders_get(founders).lower()
    assert not on_disk(tmp_path / "home")
    for ask in (founders.source, founders.history):
        with pytest.raises(UnknownSource):
            ask(source.id)
    with pytest.raises(UnknownSource):
        founders.source(source.id, source.version)
    staff = open_kb(fund=True)
    assert staff.source(source.id, source.version) == source
    staff.remove(source.id)
    with pytest.raises(UnknownSource):
        open_kb().source(source.id, source.version)
    staff.restore(source.id, source.version)  # the public one: open again
    assert open_kb().source(source.id) == source


def test_an_edit_by_hand_hides_at_once(open_kb: Open, memo: Path, tmp_path: Path) -> None:
    kb = open_kb()
    source = kb.add(memo).source
    kb.search(SECRET, 1)
    text = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    text.write_text(text.read_text().replace("---\n", "---\nvisibility: fund\n", 1))
    assert SECRET.lower() not in all_that_founders_get(kb).lower()
    steps = open_kb(fund=True).sync().steps
    assert [(step.source, step.action) for step in steps] == [(source.id, "removed")]
    assert not on_disk(tmp_path / "home")
    text.write_text(text.read_text().replace("768", "769"))
    assert open_kb().sync(trial=True).steps == []
    for trial in (True, False):
        steps = open_kb(fund=True).sync(trial=trial).steps
        assert [(step.source, step.action) for step in steps] == [(source.id, "changed")]


def test_a_reworded_term_that_becomes_fund_only(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    said = TERM | {"en": f"{SECRET} companies pay 0.99 dollars.", "visibility": "public"}
    old = kb.add(record(tmp_path, said)).source
    assert SECRET in open_kb().source("generate", old.version).text
    kb.add(record(tmp_path, TERM))
    assert SECRET.lower() not in all_that_founders_get(open_kb()).lower()
    with pytest.raises(UnknownSource):
        open_kb().source("generate", old.version)
    assert not on_disk(tmp_path / "home")
    bundled = starter.documents()["generate"].source  # says nothing of what was kept back
    assert open_kb().source("generate", bundled.version).version == bundled.version


def test_rebuild_backup_and_restore_cover_it(
    open_kb: Open, memo: Path, embedder: object, tmp_path: Path
) -> None:
    staff = open_kb(fund=True)
    note = staff.add(memo, fund=True).source
    staff.add(record(tmp_path, TERM))
    memo.write_text(memo.read_text().replace("768", "769"))
    staff.add(memo, replace=note.id)
    staff.restore(note.id, note.version)
    questions = (SECRET, "cluster of the fund", "dollars an hour")

    def hits(home: Path) -> list[object]:
        found = []
        for fund in (False, True):
            with KnowledgeBase.open(home, embedder=embedder, fund=fund) as kb:  # type: ignore[arg-type]
                found += [[(h.passage, h.score) for h in kb.search(q, 30)] for q in questions]
                found += [kb.sources(), kb.library_version]
                found.append([(c.version, c.action) for c in kb.history("generate")])
        return found

    home, copy = tmp_path / "home", tmp_path / "copy"
    before = hits(home)
    assert SECRET in str(before)
    open_kb().rebuild()
    assert not (home / "index" / "fund").exists()
    assert hits(home) == before
    backup = tmp_path / "desk.zip"
    open_kb().backup(backup)
    with zipfile.ZipFile(backup) as archive:
        archive.extractall(copy)
    assert hits(copy) == before
    assert not on_disk(copy)


def test_past_days_on_disk_forget_what_is_withdrawn(
    open_kb: Open, memo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Early:
        @staticmethod
        def now(_zone: object) -> datetime:
            return datetime(2026, 1, 10, tzinfo=UTC)

    with monkeypatch.context() as patch:
        patch.setattr("kb.library.journal.datetime", Early)
        kb = open_kb()
        source = kb.add(memo).source
        kb.search(SECRET, 1)
    kb.remove(source.id)
    kb.rebuild()
    past = open_kb(as_of="2026-02")
    assert past.search(SECRET, 1)[0].passage.source == source.id
    past.close()
    assert on_disk(tmp_path / "home")
    kb.restore(source.id, source.version)
    text = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    kb.remove(source.id)
    text.parent.mkdir()
    text.write_text(f"---\ntitle: {SECRET}\nvisibility: fund\n---\n\n{SECRET} text.\n")
    open_kb().sync()
    assert not on_disk(tmp_path / "home")
    assert source.id not in {s.id for s in open_kb(as_of="2026-02").sources()}


def test_broken_files_tell_founders_nothing(open_kb: Open, memo: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    kb = open_kb(fund=True)
    kb.add(record(tmp_path, id="quokkafish", visibility="fund"))
    programs = tmp_path / "home" / "library" / "programs"
    (programs / "quokkafish.yaml").write_text(f"{SECRET}: [")
    (programs / "quokkafish-two.yaml").write_text(f"id: quokkafish-two\nkind: {SECRET}\n")
    founders = open_kb(note=notes.append)
    assert SECRET.lower() not in all_that_founders_get(founders).lower()
    founders.sync()
    assert SECRET.lower() not in "".join(notes).lower()
    assert SECRET.lower() not in str(founders.sync(trial=True)).lower()
    for name in ("quokkafish", "quokkafish-two"):
        with pytest.raises(UnknownSource):
            founders.source(name)
    with pytest.raises(InvalidProgram):
        kb.source("quokkafish-two")
    assert {f.source for f in kb.check() if f.code == "schema"} == {
        "quokkafish",
        "quokkafish-two",
    }


def test_a_program_that_is_added_for_the_fund(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb(fund=True)
    kb.add(record(tmp_path, id="quokkafish"), fund=True)
    assert kb.find_program("quokkafish") is not None
    assert open_kb().find_program("quokkafish") is None
    assert kb.add(record(tmp_path, id="quokkafish"), fund=True).outcome == "unchanged"
    with pytest.raises(InvalidProgram, match="public"):
        kb.add(record(tmp_path, id="quokkafish", visibility="public"), fund=True)


def test_as_files_give_the_same_record() -> None:
    for program in starter.programs():
        again = parse_program(as_files(program)[f"{program.id}.yaml"], program.id)
        assert render(again).source.version == render(program).source.version


def test_which_older_records_are_withdrawn(tmp_path: Path) -> None:
    def made(*terms: dict[str, str], **fields: object) -> object:
        return parse_program(record(tmp_path, *terms, **fields).read_bytes(), "generate.yaml")

    plain, mixed = made(), made(TERM)
    said = made(TERM | {"visibility": "public"})
    assert not withdrawn(plain, mixed)  # a term was added for the fund
    assert withdrawn(said, mixed)
    assert withdrawn(mixed, plain)
    assert withdrawn(plain, made(visibility="fund"))
    assert not withdrawn(said, plain)  # dropped in the open
    assert public_record(mixed) == plain
