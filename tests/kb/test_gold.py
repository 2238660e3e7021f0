"""Gold questions, and what a dry run says about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb import starter
from kb.errors import UnreadableSource
from kb.keeping.gold import ask, gold_questions, measured
from kb.knowledge_base import KnowledgeBase, Trial
from kb.texts.detect import detect

Open = Callable[..., KnowledgeBase]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The home's own file, over a bundled one that is empty."""
    path = tmp_path / "home" / "library" / "gold.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "questions:\n- ask: What does Zephyr charge an hour?\n  find: generate\n"
        "- ask: Who gets the Azure credits of Generate?\n  find: [generate]\n  field: price\n"
    )
    return path


@pytest.fixture
def _no_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("questions: []\n")
    monkeypatch.setattr(starter, "GOLD", empty)


def test_the_bundled_questions_name_bundled_sources_in_three_scripts() -> None:
    golds = gold_questions(Path("none"))
    assert len(golds) >= 60
    known = starter.documents()
    fields = {p.source: {q.field for q in known[p.source].passages} for d in known.values()
              for p in d.passages}  # fmt: skip
    for gold in golds:
        assert set(gold.sources) <= set(known), gold
        if gold.field is not None:
            assert all(gold.field in fields[source] for source in gold.sources), gold
    languages = [detect(gold.question) for gold in golds]
    assert min(languages.count(one) for one in ("en", "zh-Hans", "zh-Hant")) >= 15


def test_bundled_questions_find_their_sources(warm_home: Path) -> None:
    """The floor is under the measured 0.98 / 1.00 (docs/figures.md)."""
    with KnowledgeBase.open(warm_home) as kb:
        golds = kb.gold()[::4]
        asked = [ask(gold, lambda question, k: kb.search(question, k)) for gold in golds]
    figures = measured(asked)
    assert figures["questions"] == len(golds)
    assert figures["recall@1"] >= 0.85
    assert figures["recall@10"] >= 0.95


@pytest.mark.usefixtures("_no_bundled")
def test_rank_and_field(open_kb: Open, own: Path) -> None:
    kb = open_kb()
    far, near = kb.ask_gold()
    assert far.gold.place == "gold.yaml, question 1"
    assert (near.rank, near.found[0]) == (1, "generate")
    own.write_text(own.read_text().replace("field: price", "field: no such"))
    assert open_kb().ask_gold()[1].rank is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("questions: 3", "`questions:`"),
        ("- a", "`questions:`"),
        ("questions: [{ask: x}]", "question 1 needs"),
        ("questions: [{ask: x, find: [y], feild: z}]", "question 1 needs"),
        ("questions: [{ask: '', find: [y]}]", "is empty"),
        ("a: [", "cannot read"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "gold.yaml"
    path.write_text(text)
    with pytest.raises(UnreadableSource, match=told):
        gold_questions(path)


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        # Chroma touches its own files whenever they are opened.
        if path.is_file() and "chroma" not in path.parts:
            yield str(path.relative_to(folder)), path.read_bytes()


@pytest.mark.usefixtures("_no_bundled", "own")
def test_a_dry_run_shows_what_would_move_and_writes_nothing(
    open_kb: Open, article: Path, tmp_path: Path
) -> None:
    kb = open_kb()
    kb.search("warm")
    before = dict(everything_in(tmp_path / "home"))
    preview = kb.preview_add([article, tmp_path / "missing.md"])
    assert dict(everything_in(tmp_path / "home")) == before
    added, missing = preview.outcomes
    assert added.added is not None
    assert added.added.outcome == "added"
    assert missing.error is not None
    assert preview.asked == 2
    [moved] = preview.moved
    assert moved.question == "What does Zephyr charge an hour?"
    assert moved.before.source != moved.after.source == added.added.source.id

    kb.add(article)
    again = kb.preview_add([article])
    assert [one.added.outcome for one in again.outcomes if one.added] == ["unchanged"]
    assert again.moved == []


@pytest.mark.usefixtures("_no_bundled", "own")
def test_a_dry_run_of_the_same_bytes_twice(open_kb: Open, article: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.md"
    again.write_bytes(article.read_bytes())
    outcomes = open_kb().preview_add([article, again]).outcomes
    assert [one.added.outcome for one in outcomes if one.added] == ["added", "unchanged"]


@pytest.mark.usefixtures("_no_bundled", "own")
def test_a_dry_run_of_a_sync(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    source = kb.add(article).source.id
    assert kb.preview_sync().asked == 0
    text = tmp_path / "home" / "library" / "articles" / source / "text.md"
    text.write_text(text.read_text().replace("Zephyr", "Boreas"))
    before = dict(everything_in(tmp_path / "home"))
    preview = open_kb().preview_sync()
    assert dict(everything_in(tmp_path / "home")) == before
    assert [(step.source, step.action) for step in preview.synced.steps] == [(source, "changed")]
    [moved] = [m for m in preview.moved if "Zephyr" in m.question]
    assert moved.before.source == source
    assert moved.before.text != moved.after.text


@pytest.mark.usefixtures("_no_bundled", "own")
def test_both_sides_of_a_dry_run_can_be_asked(open_kb: Open, article: Path, tmp_path: Path) -> None:
    kb = open_kb()
    source = kb.add(article).source
    text = tmp_path / "home" / "library" / "articles" / source.id / "text.md"
    text.write_text(text.read_text().replace("Zephyr", "Boreas"))
    before = dict(everything_in(tmp_path / "home"))
    seen: list[Trial] = []

    def look(trial: Trial) -> None:
        seen.append(trial)
        for side, name in ((trial.before, "Zephyr"), (trial.after, "Boreas")):
            [hit] = side.search(f"What does {name} charge an hour?", 1)
            assert (hit.passage.source, name in hit.passage.text) == (source.id, True)
            assert name in side.source(source.id).text
        assert trial.before.source(source.id).version == source.version
        assert trial.before.library_version != trial.after.library_version

    open_kb().preview_sync(look)
    [trial] = seen
    assert min(trial.moved.items(), key=lambda each: each[1]) == (
        "What does Zephyr charge an hour?",
        1,
    )
    assert dict(everything_in(tmp_path / "home")) == before


@pytest.mark.usefixtures("_no_bundled")
def test_a_program_record_that_would_change_is_told(warm_home: Path, tmp_path: Path) -> None:
    kb = KnowledgeBase.open(warm_home)
    bundled = Path(starter.__file__).parent / "programs" / "generate.yaml"
    record = tmp_path / "zephyr.yaml"
    record.write_text(bundled.read_text("utf-8").replace("id: generate", "id: zephyr"), "utf-8")
    told: list[tuple[set[str], bool]] = []

    def look(trial: Trial) -> None:
        sides = [
            {program.id for program in side.programs()} for side in (trial.before, trial.after)
        ]
        told.append((sides[1] - sides[0], trial.records))

    article = tmp_path / "article.md"
    article.write_text("The Zephyr fund lends 512 accelerators.")
    with kb:
        kb.preview_add([record], look=look)
        kb.preview_add([article], look=look)
        assert "zephyr" not in {program.id for program in kb.programs()}
    assert told == [({"zephyr"}, True), (set(), False)]


@pytest.mark.usefixtures("_no_bundled", "own")
def test_a_copy_is_announced(open_kb: Open, tmp_path: Path) -> None:
    lines = [f"The Zephyr fund said on day {n} that it lends {n}00 cards." for n in range(9)]
    (tmp_path / "one.md").write_text("\n\n".join(lines))
    (tmp_path / "two.md").write_text("\n\n".join(lines[::-1]))
    kb = open_kb()
    first = kb.add(tmp_path / "one.md").source.id
    preview = kb.preview_add([tmp_path / "two.md"])
    [outcome] = preview.outcomes
    assert outcome.added is not None
    assert preview.copies == {outcome.added.source.id: [first]}
